"""Short work beside the window: results, failures, progress, cancelling, parents that go."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator

import pytest
from PySide6.QtCore import SIGNAL, QObject, QThread
from pytestqt.qtbot import QtBot

from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.jobs.task import Task, end_all_tasks, report_failures_to


@pytest.fixture
def parent(qapp: object) -> Iterator[QObject]:
    yield QObject()
    assert end_all_tasks()
    report_failures_to(None)


def test_the_result_comes_back_in_the_windows_thread(qtbot: QtBot, parent: QObject) -> None:
    got: list[tuple[int, bool, bool]] = []
    main = QThread.currentThread()

    def work() -> bool:
        return QThread.currentThread() is main

    Task(work).on_success(lambda there: got.append((1, there, QThread.currentThread() is main))).start(parent)
    qtbot.waitUntil(lambda: bool(got))
    assert got == [(1, False, True)]


def test_a_failure_goes_to_its_callback_or_to_the_session(qtbot: QtBot, parent: QObject) -> None:
    reported: list[Exception] = []
    caught: list[Exception] = []
    ended: list[str] = []

    def fails() -> None:
        raise QvlError("{path}: gone", path="x")

    report_failures_to(reported.append)
    Task(fails).on_end(lambda: ended.append("a")).start(parent)
    Task(fails).on_failure(caught.append).on_end(lambda: ended.append("b")).start(parent)
    qtbot.waitUntil(lambda: len(ended) == 2)
    assert [str(error) for error in reported] == ["x: gone"]
    assert [str(error) for error in caught] == ["x: gone"]


def test_a_generator_reports_and_returns(qtbot: QtBot, parent: QObject) -> None:
    seen: list[int] = []
    got: list[str] = []

    def work() -> Generator[int, None, str]:
        yield from range(1000)
        return "done"

    Task(work).on_progress(seen.append).on_success(got.append).start(parent)
    qtbot.waitUntil(lambda: bool(got))
    assert got == ["done"]
    assert seen[-1] == 999, "the last progress is never lost"
    assert len(seen) < 100, "and the window is not flooded"


def test_cancelled_work_ends_quietly(qtbot: QtBot, parent: QObject) -> None:
    ended: list[bool] = []
    wrong: list[object] = []

    def work() -> Generator[int, None, None]:
        number = 0
        while True:
            yield (number := number + 1)
            time.sleep(0.005)

    task = Task(work).on_success(wrong.append).on_failure(wrong.append).on_end(lambda: ended.append(True)).start(parent)
    task.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert wrong == []
    assert not task.running


@pytest.mark.parametrize("how", ["asks", "serial", "changing"])
@pytest.mark.parametrize("fails", [False, True])
def test_a_cancel_that_comes_too_late_is_told_of_what_was_changed(
    qtbot: QtBot, parent: QObject, how: str, fails: bool
) -> None:
    begun, go = threading.Event(), threading.Event()
    told: list[object] = []
    ended: list[bool] = []

    def work() -> str:
        begun.set()
        go.wait(5)
        if fails:
            raise QvlError("broken")
        return "done"

    task = Task(work).on_success(told.append).on_failure(told.append).on_end(lambda: ended.append(True))
    if how == "changing":
        task.changing()
    task.start(parent, serial=how == "serial")
    assert begun.wait(5)
    task.cancel()
    go.set()
    qtbot.waitUntil(lambda: bool(ended))
    assert [str(item) for item in told] == ([] if how == "asks" else ["broken" if fails else "done"])


@pytest.mark.parametrize("shut_down", [False, True])
def test_work_that_outlives_the_application_says_nothing(shut_down: bool) -> None:
    code = (
        "import time\nfrom PySide6.QtCore import QCoreApplication, QObject, QTimer\n"
        "from qvl_desktop.jobs.task import Task\n"
        "app, parent = QCoreApplication([]), QObject()\n"
        "def work(report):\n    for number in range(200):\n        report(number, 200)\n        time.sleep(0.004)\n"
        "tasks = [Task.reporting(work).start(parent) for _ in range(3)]\n"
        f"QTimer.singleShot(100, app.quit)\napp.exec()\nif {shut_down}:\n    app.shutdown()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_work_that_reports_by_calls_can_be_cancelled_too(qtbot: QtBot, parent: QObject) -> None:
    seen: list[tuple[int, int]] = []
    stopped = threading.Event()

    def work(report: Callable[[int, int], None]) -> None:
        try:
            for number in range(100_000):
                report(number, 100_000)
                time.sleep(0.001)
        except Cancelled:
            stopped.set()
            raise

    task = Task.reporting(work).on_progress(seen.append).start(parent)
    qtbot.waitUntil(lambda: len(seen) > 1)
    task.cancel()
    qtbot.waitUntil(stopped.is_set)


def test_callbacks_of_a_parent_that_went_are_dropped(qtbot: QtBot, parent: QObject) -> None:
    go = threading.Event()
    called: list[object] = []
    short_lived = QObject()
    task = Task(go.wait).on_success(called.append).start(short_lived)
    short_lived.deleteLater()
    qtbot.wait(20)
    go.set()
    qtbot.waitUntil(lambda: not task.running)
    assert called == []


def test_serial_tasks_keep_their_order(qtbot: QtBot, parent: QObject) -> None:
    order: list[int] = []

    def work(number: int) -> Callable[[], None]:
        def run() -> None:
            time.sleep(0.01 * (3 - number))
            order.append(number)

        return run

    tasks = [Task(work(number)).start(parent, serial=True) for number in range(3)]
    qtbot.waitUntil(lambda: not any(task.running for task in tasks))
    assert order == [0, 1, 2]


def test_a_worker_never_destroys_what_belongs_to_the_window(qtbot: QtBot) -> None:
    """Callbacks that hold Qt objects are let go of in the window's thread, however late the worker ends."""
    threads: list[int] = []

    class Held(QObject):
        def __del__(self) -> None:
            threads.append(threading.get_ident())

    def start(parent: QObject) -> None:
        held = Held()
        Task(lambda: time.sleep(0.001)).on_success(lambda _: held.objectName()).start(parent)

    parent = QObject()
    for _ in range(200):
        start(parent)
    qtbot.waitUntil(lambda: len(threads) == 200, timeout=10_000)
    assert set(threads) == {threading.get_ident()}


def test_ended_tasks_leave_nothing_at_their_parent(qtbot: QtBot) -> None:
    parent = QObject()
    ended: list[int] = []
    for number in range(50):
        Task(lambda: None).on_success(lambda _, number=number: ended.append(number)).start(parent)
    qtbot.waitUntil(lambda: len(ended) == 50)
    assert parent.receivers(SIGNAL("destroyed(QObject*)")) <= 1, "one is PySide's own"
