"""How long the window takes from the start of its process to its first paint, and what is in the process then.

Run it with `python benchmarks/window.py [--runs N] [--save]`. Each run is a fresh process that opens a project with
pictures and regions. Exits 1 when the limit is missed or torch is in the process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import Row, show

LIMIT_SECONDS = 1.0
PICTURES = 200

CHILD = """
import json, os, sys, time
started = float(os.environ["QVL_STARTED"])
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from qvl_desktop import app
from qvl_desktop.gui.widgets.guarded import guarded

times = {}

class Timed(app.MainWindow):
    def __init__(self, session):
        super().__init__(session)
        self.rail.installEventFilter(self)

    @guarded(default=False)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            times.setdefault("frame", time.time() - started)
            times.setdefault("processor", time.process_time())
        return False

    def start(self):
        super().start()
        self.repaint()
        times["page"] = time.time() - started
        QTimer.singleShot(0, self.finish)

    def finish(self):
        times["torch"] = any(name in sys.modules for name in ("torch", "transformers"))
        times["modules"] = len(sys.modules)
        with open("/proc/self/status") as status:
            times["rss"] = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
        print(json.dumps(times), flush=True)
        QApplication.quit()

app.MainWindow = Timed
from pathlib import Path
sys.exit(app.run_window(Path(sys.argv[1])))
"""


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--save", action="store_true", help="write results/window.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        project = make_project(Path(name))
        start_once(project, Path(name))  # the disk is warm from now on
        results = [start_once(project, Path(name)) for _ in range(arguments.runs)]

    def median(what: str) -> float:
        return statistics.median(result[what] for result in results)

    torch = any(result["torch"] for result in results)
    rows = [
        Row("start to first paint", median("frame"), "s", LIMIT_SECONDS, "the aim"),
        Row("start to first paint", median("frame"), "s", 1.1, "labelme 7.9.1, the fastest peer"),
        Row("processor time until then", median("processor"), "s", note="what an idle machine would need"),
        Row("start to the project's page", median("page"), "s", note=f"{PICTURES} pictures"),
        Row("resident memory", median("rss"), "MiB", 184, "labelme 7.9.1"),
        Row("torch in the process", float(torch), "", note="0 = no"),
    ]
    show("The window's start", rows, save_as="window" if arguments.save else "")
    return 0 if median("frame") <= LIMIT_SECONDS and not torch else 1


def make_project(folder: Path) -> Path:
    """A project with pictures and a region on each."""
    from PIL import Image

    from qvl_desktop.core.box import Rect
    from qvl_desktop.storage.project import Project

    pictures = folder / "pictures"
    pictures.mkdir()
    for number in range(PICTURES):
        Image.new("RGB", (640, 480), (number, 120, 200)).save(pictures / f"{number:03}.jpg")
    with Project.create(folder / "bench.qvl") as project:
        project.add_pictures([pictures])
        for picture in project.picture_ids():
            project.add_region(picture, "thing", Rect(10, 10, 200, 200))
        return project.path


def start_once(project: Path, folder: Path) -> dict[str, float]:
    """One start of the window in a process of its own."""
    environment = dict(os.environ, QVL_STARTED=str(time.time()), QVL_CONFIG_DIR=str(folder / "config"))
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(project)],
        env=environment, capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    if not done.stdout:
        sys.exit(f"the window did not come up:\n{done.stderr}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


if __name__ == "__main__":
    sys.exit(main())
