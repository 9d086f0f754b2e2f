"""What going through proposals costs in a large project: 100,000 pictures, 500,000 suggestions.

    python benchmarks/review.py [--pictures N] [--save]

Owns making such a project, the edits and questions that are measured, and walking through it in the real window,
offscreen. Times are processor time of the thread that does the work, so that a busy machine says the same. Yardsticks
are what the same project needs for the same without suggestions, or a frame (16 ms) of the window's thread.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.report import Row, show
from qvl_desktop.core.answerers import Answerer, AskSpec
from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.suggesting import Found
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.suggestions import Heard

EACH = 5
FRAME_MS = 16.0
STEPS = 20


def spent(work: Callable[[], Any], repeat: int = 1) -> float:
    """Milliseconds of this thread's processor time, the median of several times."""
    times = []
    for _ in range(repeat):
        began = time.thread_time()
        work()
        times.append((time.thread_time() - began) * 1000)
    return statistics.median(times)


def make(path: Path, pictures: int) -> tuple[Project, float]:
    """The project, and milliseconds for each picture whose answer came in."""
    project = Project.create(path)
    with project.step("Add pictures"):
        rows = ((f"a/{n:06}.jpg", f"a/{n:06}.jpg") for n in range(pictures))
        project._write_many("INSERT INTO pictures (path, sort_key, width, height) VALUES (?, ?, 640, 480)", rows)
    spec = AskSpec(kind="boxes", who=Answerer(model="demo"), question="Find the {ref}.", refs=("cat",))
    ask = project.begin_ask(spec)
    boxes = [tuple(Found("cat", Box(n * 150, k, n * 150 + 100, k + 300)) for n in range(EACH)) for k in range(100)]

    def hear() -> None:
        after = 0
        while rows := project.waiting_pictures(ask, after, 200):
            after = rows[-1].id
            heard = [Heard(row.id, row.picture_id, "done", boxes[row.id % 100], ("cat",)) for row in rows]
            project.take_boxes(ask, heard)

    return project, spent(hear) / pictures


def questions_and_edits(project: Project) -> list[Row]:
    """What lists and keys ask of the project."""
    ids = project.review_ids("boxes")
    middle = ids[len(ids) // 2]
    rows = [
        Row("pictures to go through", spent(lambda: project.review_ids("boxes"), 5), "ms",
            spent(project.picture_ids, 5), "beside the ids of all pictures"),
        Row("how many wait", spent(lambda: project.review_counts("boxes"), 5), "ms", None),
        Row("a page of 64", spent(lambda: project.review_rows("boxes", ids[500:564]), 5), "ms", FRAME_MS, "a frame"),
    ]  # fmt: skip
    taken = [row.id for row in project.suggestions(middle)]
    accept = [spent(lambda one=one: project.accept_suggestions([one])) for one in taken]  # type: ignore[misc]
    undo = spent(project.undo, EACH)
    place = Rect(1, 1, 50, 50)
    draw = spent(lambda: project.add_region(middle, "cat", place), EACH)
    rows.append(Row("take one", statistics.median(accept), "ms", draw, "beside drawing one"))
    rows.append(Row("take it back", undo, "ms", spent(project.undo, EACH), "beside taking a drawn one back"))
    many = project.open_suggestion_ids("boxes")[:20_000]
    rows.append(Row("take 20,000 as one step", spent(lambda: project.accept_suggestions(many)) / 1000, "s", None))
    rows.append(Row("take those back", spent(project.undo) / 1000, "s", None))
    return rows


def window(path: Path, home: Path) -> list[Row]:
    """The longest the window's own thread works at a stretch while the user walks."""
    os.environ["QVL_CONFIG_DIR"] = str(home)
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest

    from qvl_desktop import app
    from qvl_desktop.gui.shell.main_window import MainWindow
    from qvl_desktop.gui.theme import theme
    from qvl_desktop.storage.settings import Settings

    application = app.make_application()
    theme().install("light")
    session = app.make_session(Settings(home / "settings.json"))
    session.open_project(path)
    shown = MainWindow(session)
    shown.resize(1280, 800)
    shown.show()
    shown.start()
    shown.show_page("review")
    page: Any = shown._pages["review"]
    view = page.boxes
    while view.picture is None:
        QTest.qWait(50)
    QTest.qWait(2000)
    view.canvas.setFocus()
    stretches: list[float] = []
    last = [time.thread_time()]

    def tick() -> None:
        now = time.thread_time()
        stretches.append((now - last[0]) * 1000)
        last[0] = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(0)

    def stretch(key: Qt.Key) -> float:
        longest = []
        for _ in range(STEPS):
            QTest.qWait(20)
            stretches.clear()
            last[0] = time.thread_time()
            QTest.keyClick(view.canvas, key)
            QTest.qWait(40)
            longest.append(max(stretches, default=0.0))
        return statistics.median(longest)

    rows = [
        Row("key: next picture", stretch(Qt.Key.Key_D), "ms", FRAME_MS, "a frame; median of the longest stretches"),
        Row("key: next suggestion", stretch(Qt.Key.Key_Tab), "ms", FRAME_MS, "a frame"),
        Row("key: take", stretch(Qt.Key.Key_Return), "ms", FRAME_MS, "a frame"),
        Row("key: reject", stretch(Qt.Key.Key_Delete), "ms", FRAME_MS, "a frame"),
    ]
    timer.stop()
    shown.close()
    app.shut_down(session)
    application.processEvents()
    return rows


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.qvl"
        project, heard = make(path, arguments.pictures)
        with project:
            rows = [Row("an answer with 5 boxes comes in", heard, "ms", None, "of a worker's thread")]
            rows += questions_and_edits(project)
        rows += window(path, Path(folder))
    count = f"{arguments.pictures:,} pictures, {EACH * arguments.pictures:,} suggestions"
    show(f"Going through proposals: {count}", rows, save_as="review" if arguments.save else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
