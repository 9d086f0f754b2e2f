"""What the window costs while nobody does anything: processor time and how often it wakes, page by page.

Run it with `python benchmarks/idle.py [--seconds N] [--pictures N] [--wakes] [--save]`. A real window stands still on
the demo project (each page for itself), on a large project, minimised, and with a real training run going in a process
of its own; after some seconds of rest the processor time of all the window's threads is taken over `--seconds`. With
`--wakes` the timers that fired and the ones that are set are listed too, to find what woke it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, show

LIMIT_PERCENT = 1.0
REST_SECONDS = 6.0
"""Before a measurement, after the last task has ended: what follows opening a page (decoding, counting, looking at
every file) is work and no idling."""
PATIENCE_SECONDS = 900.0
PAGES = ("annotate", "pictures", "conversations", "review", "health", "train", "chat", "models")


def main() -> int:
    """Measure and print; 1 when an idle window takes more than its share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--only", default="small,large,run", help="these parts, with commas between them")
    parser.add_argument("--wakes", action="store_true", help="say what woke the window")
    parser.add_argument("--save", action="store_true", help="write results/idle.md")
    parser.add_argument("--window", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.window:
        watch(arguments.window[0], Path(arguments.window[1]), arguments.seconds, wakes=arguments.wakes)
        return 0
    parts = arguments.only.split(",")
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        for part in parts:
            project = make_project(part, Path(name), arguments.pictures)
            found |= in_a_window(part, project, Path(name), arguments)
    rows = []
    for state, figures in found.items():
        limit, note = (LIMIT_PERCENT, "the aim") if "training" not in state else (None, "its figures are drawn")
        rows.append(Row(state, figures["percent"], "% of a core", limit, note))
        rows.append(Row(f"{state}: wakes", figures["wakes"], "a second", note="all threads"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    rows.append(Row("load of the machine", load, "", note="processes that wanted a core in the last minute"))
    show(f"The idle window, over {arguments.seconds:.0f} s", rows, save_as="idle" if arguments.save else "")
    return int(any(row.limit is not None and row.ours > row.limit for row in rows))


def make_project(part: str, folder: Path, pictures: int) -> Path:
    """The project that a part stands on."""
    if part == "large":
        from benchmarks.window import make_project as make_large

        project = make_large(folder / part, pictures)
        know_files(project)
        return project
    from qvl_desktop.storage.demo_project import make_demo_project, read_shipped

    return make_demo_project(folder / part, read_shipped("en"), "en")


def know_files(path: Path) -> None:
    """The files of the project as they are after the window has once looked at them all, which takes minutes: they are
    links to a few dozen, of which each is read once."""
    from qvl_desktop.storage.files import FileSeen, read_file
    from qvl_desktop.storage.project import Project

    read: dict[int, FileSeen] = {}
    with Project.open(path) as project:
        for rows in project._known_files(None):
            seen = []
            for _, stored, *_ in rows:
                link = (project.folder / stored).stat().st_ino
                if link not in read:
                    read[link] = read_file(stored, project.folder)
                seen.append(replace(read[link], path=stored))
            project.observe_files(seen)


def in_a_window(part: str, project: Path, folder: Path, arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """A process with a window; what it measured, by the state it was in."""
    environment = dict(os.environ, QVL_CONFIG_DIR=str(folder / f"config-{part}"), QVL_LANGUAGE="en")
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, __file__, "--window", part, str(project), "--seconds", str(arguments.seconds)]
    command += ["--wakes"] if arguments.wakes else []
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    lines = done.stdout.splitlines()
    print("\n".join(lines[:-1]), file=sys.stderr)
    result: dict[str, dict[str, float]] = json.loads(lines[-1])
    return result


def watch(part: str, project: Path, seconds: float, *, wakes: bool) -> None:
    """In the window's process: bring it up as `app.run_window` does, and measure each state."""
    from PySide6.QtCore import QTimer

    from qvl_desktop import app

    found: dict[str, dict[str, float]] = {}

    class Watched(app.MainWindow):
        def start(self) -> None:
            super().start()
            QTimer.singleShot(0, self, self.go)

        def go(self) -> None:
            try:
                for state, bring in states(part, self).items():
                    bring()
                    until_done()
                    rest(REST_SECONDS)
                    found[state] = measure(seconds, wakes=wakes)
                    print(state, found[state], flush=True)
            except Exception:  # noqa: BLE001 - said, and the window ends
                traceback.print_exc()
            finally:
                end_runs(self)
                QTimer.singleShot(0, self, self.close)

    app.MainWindow = Watched  # type: ignore[misc]
    app.run_window(project)
    print(json.dumps(found), flush=True)


def states(part: str, window: object) -> dict[str, object]:
    """What is measured: how it is called, and how the window gets there."""
    show_page, minimise = window.show_page, window.showMinimized  # type: ignore[attr-defined]
    many = f"{len(window.session.project.picture_ids()):,} pictures"  # type: ignore[attr-defined]
    if part == "large":
        return {f"{page}, {many}": (lambda page=page: show_page(page)) for page in ("annotate", "pictures", "health")}
    if part == "run":
        return {
            "Train page, a training run going": lambda: start_run(window),
            "annotate, a training run going": lambda: show_page("annotate"),
            "minimised, a training run going": minimise,
        }
    found: dict[str, object] = {f"{page}, {many}": (lambda page=page: show_page(page)) for page in PAGES}

    def begin_tour() -> None:
        show_page("annotate")
        window.tour.begin()  # type: ignore[attr-defined]

    def leave_tour_and_minimise() -> None:
        window.tour.leave()  # type: ignore[attr-defined]
        minimise()

    return found | {"annotate, the tour under way": begin_tour, "minimised": leave_tour_and_minimise}


def start_run(window: object) -> None:
    """A real run of the demo model, long enough to be watched."""
    from qvl_desktop.storage.demo_project import demo_plan

    session = window.session  # type: ignore[attr-defined]
    window.show_page("train")  # type: ignore[attr-defined]
    plan = replace(demo_plan(session.project.path), epochs=1000.0, save_steps=1_000_000)
    path = session.runs.begin(plan, session.project.path.with_suffix(".runs"))
    end = time.monotonic() + 120
    window._stack.currentWidget().show_run(path)  # type: ignore[attr-defined]
    while not (history := session.runs.history(path)) or not history.steps:
        rest(0.5)
        if time.monotonic() > end:
            raise TimeoutError("the run does not begin")


def end_runs(window: object) -> None:
    """Runs are detached and would go on: end them."""
    runs = window.session.runs  # type: ignore[attr-defined]
    for run in runs.alive:
        thread = runs.thread_of(run.folder.path)
        if thread is not None:
            thread.end_now()
    end = time.monotonic() + 30
    while runs.alive and time.monotonic() < end:
        rest(0.2)


def rest(seconds: float) -> None:
    """Let the window be for a while."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def until_done() -> None:
    """Wait for what is done beside the window."""
    from qvl_desktop.jobs import task

    end, quiet = time.monotonic() + PATIENCE_SECONDS, 0
    while quiet < 4:
        rest(0.5)
        quiet = 0 if task._running else quiet + 1
        if time.monotonic() > end:
            raise TimeoutError("the window's tasks do not end")


def measure(seconds: float, *, wakes: bool) -> dict[str, float]:
    """Processor time of this process over a while, as per cent of a core, and voluntary switches of its threads."""
    told = TimersTold() if wakes else None
    began, before, switches = time.perf_counter(), time.process_time(), voluntary_switches()
    rest(seconds)
    took, spent = time.perf_counter() - began, time.process_time() - before
    woke = sum(count - switches.get(thread, 0) for thread, count in voluntary_switches().items())
    if told is not None:
        told.show()
    return {"percent": 100 * spent / took, "wakes": woke / took}


def voluntary_switches() -> dict[str, int]:
    """How often each thread of this process has gone to sleep (Linux; none elsewhere)."""
    found = {}
    for status in Path("/proc/self/task").glob("*/status"):
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                found[status.parent.name] = int(line.split()[1])
    return found


class TimersTold:
    """Counts the timer events of the application by the object they go to; lists the timers that are set."""

    def __init__(self) -> None:
        from PySide6.QtCore import QCoreApplication, QEvent, QObject

        told: Counter[str] = Counter()

        class Listener(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                told[f"{event.type().name} of {described(watched)}"] += 1
                return False

        self._told, self._listener = told, Listener()
        application = QCoreApplication.instance()
        assert application is not None
        application.installEventFilter(self._listener)

    def show(self) -> None:
        """Print both."""
        from PySide6.QtCore import QCoreApplication, QTimer
        from PySide6.QtWidgets import QApplication

        application = QCoreApplication.instance()
        assert application is not None
        application.removeEventFilter(self._listener)
        for what, count in self._told.most_common(12):
            print(f"  {count:6} {what}")
        roots = [application, *QApplication.topLevelWidgets()]
        for root in [*roots, *(window.session for window in roots if hasattr(window, "session"))]:
            for timer in root.findChildren(QTimer):
                if timer.isActive():
                    kind = "once" if timer.isSingleShot() else "again and again"
                    print(f"  set: {timer.interval()} ms {kind}, {described(timer)}")


def described(one: object) -> str:
    """An object, and whose it is."""
    parent = one.parent() if hasattr(one, "parent") else None
    name = one.objectName() if hasattr(one, "objectName") else ""
    return f"{type(one).__name__} {name} of {type(parent).__name__}"


if __name__ == "__main__":
    sys.exit(main())
