"""The supervisor of runs, with workers that succeed, fail, hang, die, flood and write junk."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Event, Finished, Step
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.run_folder import RunFolder, RunState
from qvl_desktop.jobs.training import Outcome, TrainingThread
from tests.jobs.conftest import fake_command, kill_holder


class Watch:
    """A thread and what it has told."""

    def __init__(self, thread: TrainingThread) -> None:
        self.thread = thread
        self.events: list[Event] = []
        self.states: list[RunState] = []
        self.lines: list[str] = []
        thread.eventArrived.connect(self.events.append)
        thread.stateChanged.connect(self.states.append)
        thread.logLine.connect(self.lines.append)

    @property
    def steps(self) -> list[int]:
        return [event.step for event in self.events if isinstance(event, Step)]


@pytest.fixture
def threads(qapp: object) -> Iterator[list[TrainingThread]]:
    """Threads to be let go at the end, whatever happened."""
    made: list[TrainingThread] = []
    yield made
    for thread in made:
        thread.detach()
        kill_holder(thread.folder)


def watch(run: RunFolder, mode: str, threads: list[TrainingThread]) -> Watch:
    thread = TrainingThread(run, command=fake_command(mode))
    threads.append(thread)
    return Watch(thread)


def until_end(qtbot: QtBot, watched: Watch) -> Outcome:
    qtbot.waitUntil(lambda: watched.thread.outcome is not None, timeout=20_000)
    qtbot.waitUntil(watched.thread.isFinished)
    assert watched.thread.outcome is not None
    return watched.thread.outcome


def test_a_run_that_succeeds(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    watched = watch(run, "succeed", threads)
    watched.thread.launch()
    outcome = until_end(qtbot, watched)
    assert outcome.state is RunState.FINISHED
    assert outcome.exit_code == 0
    assert outcome.message == ""
    assert watched.steps == [1, 2, 3, 4, 5, 6]
    assert watched.states == [RunState.RUNNING, RunState.FINISHED]
    assert not is_locked(run.lock)


def test_a_run_that_fails_says_why(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    watched = watch(run, "fail", threads)
    watched.thread.launch()
    outcome = until_end(qtbot, watched)
    assert (outcome.state, outcome.message) == (RunState.FAILED, "The card is full.")


def test_a_run_that_is_killed_was_interrupted(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    watched = watch(run, "die", threads)
    watched.thread.launch()
    outcome = until_end(qtbot, watched)
    assert outcome.state is RunState.INTERRUPTED
    assert outcome.exit_code == -signal.SIGKILL
    assert "SIGKILL" in outcome.message
    assert outcome.log[-1] == "the last thing it said"
    assert watched.states == [RunState.RUNNING, RunState.INTERRUPTED]


def test_a_run_that_leaves_without_a_word(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    watched = watch(run, "unable", threads)
    watched.thread.launch()
    outcome = until_end(qtbot, watched)
    assert outcome.state is RunState.INTERRUPTED
    assert "code 1" in outcome.message
    assert outcome.log == ("this process cannot even begin",)


def test_a_program_that_is_not_there(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    thread = TrainingThread(run, command=lambda _: ["/no/such/program"])
    threads.append(thread)
    thread.launch()
    outcome = until_end(qtbot, Watch(thread))
    assert outcome.state is RunState.FAILED
    assert "cannot be started" in outcome.message


def test_an_interrupted_run_goes_on_from_its_checkpoint(
    qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]
) -> None:
    first = watch(run, "succeed", threads)
    first.thread.launch()
    qtbot.waitUntil(lambda: 4 in first.steps, timeout=20_000)
    os.kill(first.thread.process_id or 0, signal.SIGKILL)
    assert until_end(qtbot, first).state is RunState.INTERRUPTED
    second = watch(run, "succeed", threads)
    second.thread.launch()
    assert until_end(qtbot, second).state is RunState.FINISHED
    assert second.steps[-3:] == [4, 5, 6], "resumed after step 3"
    assert second.states == [RunState.RUNNING, RunState.FINISHED], "the earlier life is history, not news"


def test_pause_go_on_stop(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    watched = watch(run, "slow", threads)
    watched.thread.launch()
    qtbot.waitUntil(lambda: len(watched.steps) > 2, timeout=20_000)
    watched.thread.pause()
    qtbot.waitUntil(lambda: watched.thread.state is RunState.PAUSED)
    still = len(watched.steps)
    time.sleep(0.15)
    assert len(watched.steps) == still
    watched.thread.resume()
    qtbot.waitUntil(lambda: len(watched.steps) > still + 2)
    watched.thread.stop()
    assert until_end(qtbot, watched).state is RunState.STOPPED
    assert isinstance(watched.events[-1], Finished)


def test_a_run_that_does_not_listen_can_be_ended(
    qtbot: QtBot, run: RunFolder, threads: list[TrainingThread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qvl_desktop.jobs.training.TERMINATE_SECONDS", 0.3)
    watched = watch(run, "deaf", threads)
    watched.thread.launch()
    qtbot.waitUntil(lambda: len(watched.steps) > 2, timeout=20_000)
    watched.thread.stop()
    watched.thread.end_now()
    outcome = until_end(qtbot, watched)
    assert outcome.state is RunState.INTERRUPTED
    assert outcome.exit_code == -signal.SIGKILL, "it ignored SIGTERM"


def test_detaching_leaves_the_run_alone_and_another_thread_attaches(
    qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]
) -> None:
    first = watch(run, "slow", threads)
    first.thread.launch()
    qtbot.waitUntil(lambda: len(first.steps) > 2, timeout=20_000)
    pid = first.thread.process_id
    first.thread.detach()
    assert first.thread.isFinished()
    assert is_locked(run.lock)
    second = watch(run, "slow", threads)
    second.thread.launch()
    qtbot.waitUntil(lambda: len(second.steps) > len(first.steps) + 2)
    assert second.thread.process_id == pid, "attached, not started again"
    assert second.steps == sorted(set(second.steps)), "the whole history, nothing twice"
    second.thread.stop()
    assert until_end(qtbot, second).state is RunState.STOPPED


def test_junk_is_passed_over(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    watched = watch(run, "junk", threads)
    watched.thread.launch()
    assert until_end(qtbot, watched).state is RunState.FINISHED
    assert watched.steps == [1, 2, 3, 4, 5, 6]
    assert " 2%" in watched.lines
    assert max(len(line) for line in watched.lines) <= 2000


def test_a_flood_reaches_the_window_whole_and_never_blocks_it(
    qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]
) -> None:
    watched = watch(run, "flood", threads)
    gaps: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(5)
    watched.thread.launch()
    loop = QEventLoop()
    watched.thread.finished.connect(loop.quit)
    loop.exec()
    qtbot.waitUntil(lambda: watched.thread.outcome is not None)
    timer.stop()
    assert watched.steps == list(range(1, 20_001))
    assert max(gaps) < 0.25, "a loaded machine is allowed some"


def test_the_process_is_detached(qtbot: QtBot, run: RunFolder, threads: list[TrainingThread]) -> None:
    if sys.platform == "win32":
        pytest.skip("sessions are a POSIX thing")
    watched = watch(run, "slow", threads)
    watched.thread.launch()
    qtbot.waitUntil(lambda: len(watched.steps) > 0, timeout=20_000)
    pid = watched.thread.process_id
    assert pid is not None
    assert os.getsid(pid) == pid != os.getsid(0)
