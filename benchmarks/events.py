"""How fast a run's events reach the curves, and whether the window ever stalls while the run trains on both cores.

Run it with `python benchmarks/events.py [--seconds N] [--save]`. A real run of the demo model trains in its own process
with as many torch threads as there are cores; the window shows it on the Train page. The time of an event is the one
the run wrote into it; it has arrived when the curves have been drawn with it. The window's event loop is watched by a
timer of 5 ms. Exits 1 when a limit is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QVL_CONFIG_DIR"] = tempfile.mkdtemp(prefix="qvl-bench-")

from PySide6.QtCore import QEventLoop, QTimer
from report import Row, show

from qvl_desktop import app
from qvl_desktop.core.events import Step
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.storage.demo_project import demo_plan, make_demo_project, read_shipped
from qvl_desktop.storage.settings import Settings

LATENCY_LIMIT_MS = 200.0
STALL_LIMIT_MS = 50.0
TICK_MS = 5
PICTURES = 8
"""Of each split: the steps are what is measured, not the reading of pictures."""


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long steps are watched")
    parser.add_argument("--save", action="store_true", help="write results/events.md")
    arguments = parser.parse_args()
    application = app.make_application()
    theme().install("light")
    session = app.make_session(Settings())
    window = app.MainWindow(session)
    window.show()
    folder = Path(os.environ["QVL_CONFIG_DIR"])
    shipped = read_shipped("en")
    few = [
        picture for split in ("train", "val") for picture in [p for p in shipped.pictures if p[1] == split][:PICTURES]
    ]
    project = make_demo_project(folder, replace(shipped, pictures=tuple(few)), "en")
    session.open_project(project)
    window.start()
    window.show_page("train")
    page = window.page(next(page for page in PAGES if page.name == "train"))
    assert isinstance(page, TrainPage)
    os.environ["OMP_NUM_THREADS"] = str(os.cpu_count() or 1)  # for the run
    plan = replace(demo_plan(project), epochs=1000.0, batch_size=1, eval_samples=2)
    run = session.runs.begin(plan, folder / "runs")
    page.run_list.choose(run)
    watch = Watch(page)
    while not watch.latencies:
        wait(0.1)
    with watch.stalls_counted():
        wait(arguments.seconds)
    thread = session.runs.thread_of(run)
    if thread is not None:
        thread.stop()
        thread.end_now()
        wait(1.0)
    app.shut_down(session)
    application.processEvents()
    latencies = sorted(watch.latencies)
    rows = [
        Row("event to curve, median", statistics.median(latencies), "ms", note=f"{len(latencies)} events"),
        Row("event to curve, worst", latencies[-1], "ms", LATENCY_LIMIT_MS, "the aim"),
        Row("event loop, 99 of 100 turns", percentile(watch.gaps, 0.99) - TICK_MS, "ms", note="late by"),
        Row("event loop, worst stall", max(watch.gaps) - TICK_MS, "ms", STALL_LIMIT_MS, "the aim"),
        Row(
            "event loop, own work, worst",
            max(watch.busy),
            "ms",
            note="processor time of the window's thread in one turn",
        ),
        Row("drawing the curves, worst", max(watch.drawings, default=0.0), "ms", note="processor time"),
    ]
    show("A run beside the window", rows, save_as="events" if arguments.save else "")
    return 0 if latencies[-1] <= LATENCY_LIMIT_MS and max(watch.gaps) - TICK_MS <= STALL_LIMIT_MS else 1


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[int(share * (len(values) - 1))]


def wait(seconds: float) -> None:
    """Let the window run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


class Watch:
    """Times the curves' drawings and the event loop's turns, in milliseconds."""

    def __init__(self, page: TrainPage) -> None:
        self.latencies: list[float] = []
        self.gaps: list[float] = []
        self.busy: list[float] = []
        self.drawings: list[float] = []
        self._waiting: list[float] = []
        draw = page.run_view.curves.show_history

        def timed(history: object, *more: object) -> None:
            began = time.thread_time()
            draw(history, *more)  # type: ignore[arg-type]
            while page.run_view.curves._pending:  # in turns of their own otherwise
                page.run_view.curves._draw_next()
            page.run_view.curves.repaint()
            self.drawings.append((time.thread_time() - began) * 1000)
            now = time.time()
            self.latencies += [(now - written) * 1000 for written in self._waiting]
            self._waiting.clear()

        page.run_view.curves.show_history = timed  # type: ignore[method-assign]
        thread = page._runs.thread_of(page.run_view.run)  # type: ignore[arg-type]
        assert thread is not None
        thread.eventArrived.connect(self._told)

    def _told(self, event: object) -> None:
        if isinstance(event, Step):
            self._waiting.append(event.t)

    @contextmanager
    def stalls_counted(self) -> Iterator[None]:
        """Watch the event loop meanwhile."""
        last, last_busy = time.perf_counter(), time.thread_time()

        def tick() -> None:
            nonlocal last, last_busy
            now, busy = time.perf_counter(), time.thread_time()
            self.gaps.append((now - last) * 1000)
            self.busy.append((busy - last_busy) * 1000)
            last, last_busy = now, busy

        timer = QTimer()
        timer.timeout.connect(tick)
        timer.start(TICK_MS)
        yield
        timer.stop()


if __name__ == "__main__":
    sys.exit(main())
