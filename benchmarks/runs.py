"""How fast the list of many runs is: read from the disk, shown, searched, sorted, stepped through.

Run it with `python benchmarks/runs.py [--runs N] [--steps N] [--save]`. The runs are folders as a real run writes them.
Reading is measured against parsing every line of every run, as a reader without `telling_events` would. The window's
own work is the processor time of its thread in one turn of the event loop, watched by a timer of 5 ms.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QVL_CONFIG_DIR"] = tempfile.mkdtemp(prefix="qvl-bench-")

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from report import Row, show

from qvl_desktop import app
from qvl_desktop.core.events import Evaluated, Finished, Started, Step, to_line
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.run_summary import KnownRuns, list_runs
from qvl_desktop.storage.settings import Settings

FRAME_MS = 16.0
TICK_MS = 5


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--steps", type=int, default=2000, help="steps a run")
    parser.add_argument("--save", action="store_true", help="write results/runs.md")
    arguments = parser.parse_args()
    place = Path(os.environ["QVL_CONFIG_DIR"]) / "runs"
    make_runs(place, arguments.runs, arguments.steps)
    known: KnownRuns = {}
    every_line = seconds(lambda: [list(EventReader(RunFolder(path)).read()) for path in place.iterdir()])
    first = seconds(lambda: list_runs(place, known))
    again = seconds(lambda: list_runs(place, known))
    rows = [
        Row("list read for the first time", first * 1000, "ms", every_line * 1000, "every line parsed"),
        Row("list read again", again * 1000, "ms", first * 1000, "the first time"),
        *window_rows(place, arguments.runs),
    ]
    title = f"{arguments.runs} runs of {arguments.steps} steps"
    show(title, rows, save_as="runs" if arguments.save else "")
    return 0


def make_runs(place: Path, count: int, steps: int) -> None:
    """Finished runs with a validation every hundred steps."""
    for number in range(count):
        run = RunFolder(place / f"run-{number:04d}")
        run.create()
        TrainingPlan(data="data.json").save(run.plan)
        lines = [to_line(Started(1, steps, 0, 1, "cpu", "fp32", 5, 100))]
        for step in range(1, steps + 1):
            told = Step(step, steps, 0.1, 1 / step, 1e-4, 2.0, seconds=0.5, tokens=200, memory=1000)
            lines.append(to_line(told))
            if step % 100 == 0:
                lines.append(to_line(Evaluated(step, {"acc50": (step + number) % 100 / 100, "loss": 1.0})))
        lines.append(to_line(Finished(steps, "done", "")))
        run.events.write_text("\n".join(lines) + "\n", encoding="utf-8")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def window_rows(place: Path, count: int) -> list[Row]:
    """The Train page with all runs: the window's own work, at worst, in each thing a user does."""
    application = app.make_application()
    theme().install("light")
    settings = Settings()
    settings.runs_folder = str(place)
    session = app.make_session(settings)
    page = TrainPage(session)
    page.resize(1200, 800)
    page.show()
    rows = []

    def measure(what: str, act: Callable[[], object]) -> None:
        with busy() as turns:
            began = time.thread_time()
            act()
            own = (time.thread_time() - began) * 1000
            settle(0.5)
        rows.append(Row(what, max(own, *turns), "ms", FRAME_MS, "a frame; processor time of one turn, worst"))

    session.look_at_runs()
    wait(lambda: page.run_list.model().rowCount() == count)
    settle(0.5)
    measure("read again while the page is shown", session.runs.refresh)
    search = page.findChild(QLineEdit, "runSearch")
    measure("a letter typed into the search", lambda: QTest.keyClicks(search, "9"))
    measure("the search cleared", search.clear)
    measure("sorted another way", lambda: page.panel.order.setCurrentIndex(2))
    measure("a run's page made and shown", lambda: page.panel.choose(place / "run-0007"))
    measure("another run shown", lambda: page.panel.choose(place / "run-0008"))
    page.close()
    app.shut_down(session)
    application.processEvents()
    return rows


@contextmanager
def busy() -> Iterator[list[float]]:
    """Processor time of this thread between two turns of the event loop, in milliseconds."""
    turns = [0.0]
    last = time.thread_time()

    def tick() -> None:
        nonlocal last
        now = time.thread_time()
        turns.append((now - last) * 1000)
        last = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(TICK_MS)
    yield turns
    timer.stop()


def settle(duration: float) -> None:
    """Let the window run for so many seconds."""
    end = time.perf_counter() + duration
    wait(lambda: time.perf_counter() > end)


def wait(done: Callable[[], bool]) -> None:
    """Let the window run until `done()`."""
    while not done():
        QCoreApplication.processEvents()
        time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
