"""Supervises one training run from the window.

Owns `TrainingThread`: starting the run's process (detached, so that it outlives the window) or attaching to one that
lives, following its events and its log, relaying what the user asks, and noticing a death without a last word. Does
not train (`qvl-desktop train` in a process of its own), nor list runs (`jobs.runs`).
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from qvl_desktop.core.errors import RunError
from qvl_desktop.core.events import Failed
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.run_folder import Command, EventReader, RunFolder, RunState, state_after
from qvl_desktop.jobs.child import NoEngineError, child_command, child_environment, detached, require_engine
from qvl_desktop.jobs.guarded import guarded
from qvl_desktop.jobs.log_tail import LogTail

POLL_SECONDS = 0.05
"""How soon the run's files are looked at again after they told something."""

QUIET_SECONDS, REST_SECONDS = 0.5, 0.4
"""After how long without a word they are looked at less and less often, and how seldom in the end."""

PROBE_SECONDS = 1.0
"""How often an attached run's lock is tried; a probe holds it for microseconds, so it is rare."""

BATCH = 256
"""Events handed over at a time, so that a long history never floods the window."""

TERMINATE_SECONDS = 10.0
"""From `end_now` asking the process to go until it is killed."""

ENDED = frozenset({RunState.FREED, RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED})
ALIVE = frozenset({RunState.RUNNING, RunState.PAUSED})

_log = logging.getLogger(__name__)
_children: list[subprocess.Popen[bytes]] = []
"""Every process started here, kept so that its exit is collected whenever it comes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `exit_code` is negative for a signal, None when the process was not ours to watch."""

    state: RunState
    exit_code: int | None
    message: str
    log: tuple[str, ...]


def describe_end(state: RunState, exit_code: int | None) -> str:
    """A sentence about a run that ended without a last word of its own."""
    if state is not RunState.INTERRUPTED:
        return ""
    if exit_code is not None and exit_code < 0:
        return translate("training", _KILLED).format(name=_signal_name(-exit_code))
    if exit_code:
        return translate("training", _EXITED).format(code=exit_code)
    return translate("training", _GONE)


_KILLED = QT_TRANSLATE_NOOP(
    "training",
    "The run's process was ended from outside ({name}). This is often the system short of memory. "
    "Resume goes on from the last checkpoint.",
)
_EXITED = QT_TRANSLATE_NOOP("training", "The run's process ended by itself with code {code} before the run was done.")
_GONE = QT_TRANSLATE_NOOP("training", "The run's process is gone. Resume goes on from the last checkpoint.")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def train_command(run: RunFolder) -> list[str]:
    """The command line of a run's process: new, or going on from its last checkpoint when there is one."""
    resume = ["--resume"] if any(run.checkpoints.glob("checkpoint-*")) else []
    return child_command("train", str(run.path), *resume)


class TrainingThread(QThread):
    """Follows one run until it ends or `detach()` is called. Make it and use it from the window's thread.

    Signals:
        eventsArrived(list[Event]): what the run told, in order, at most `BATCH` at a time.
        eventArrived(Event): the same, one by one.
        stateChanged(RunState): the run's state, also once after attaching.
        logLine(str): a line of `log.txt`; when it floods, only the last lines of each look.
        outcomeKnown(Outcome): once, when the run has ended.
    """

    eventsArrived = Signal(list)
    eventArrived = Signal(object)
    stateChanged = Signal(object)
    logLine = Signal(str)
    outcomeKnown = Signal(object)

    def __init__(
        self,
        run: RunFolder,
        parent: QObject | None = None,
        command: Callable[[RunFolder], list[str]] = train_command,
    ) -> None:
        super().__init__(parent)
        self.folder = run
        self.state = RunState.NEW
        self.outcome: Outcome | None = None
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._launching = False
        self._failure = ""
        self._kill_at = float("inf")
        self._wake = threading.Event()
        self._told = 0

    def launch(self) -> None:
        """Start the run's process (new, or from its last checkpoint) and follow it; attach when one lives already.

        `start()` alone attaches. A process that cannot be started is an `Outcome` with the state FAILED.
        """
        self._launching = True
        self.start()

    def pause(self, *, free: bool = False) -> None:
        """Ask the run to wait before its next step; with `free` to save, give the card back and end meanwhile."""
        self.folder.ask(Command.PAUSE_AND_FREE if free else Command.PAUSE)

    def resume(self) -> None:
        """Ask a paused run to go on."""
        self.folder.ask(Command.RUN)

    def stop(self) -> None:
        """Ask the run to finish its step, save and end."""
        self.folder.ask(Command.STOP)

    def sample(self) -> None:
        """Ask the run for sample pictures after the step at hand."""
        self.folder.ask(Command.SAMPLE)

    def end_now(self) -> None:
        """End the process without saving: ask it to go, and kill it and its children if it has not after 10 s."""
        self._signal_process(kill=False)
        self._kill_at = time.monotonic() + TERMINATE_SECONDS
        self._wake.set()

    def detach(self) -> None:
        """Stop following and wait for the thread; the run itself goes on."""
        self.requestInterruption()
        self._wake.set()
        self.wait()

    @property
    def process_id(self) -> int | None:
        """The process number of the run while it lives."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        if not is_locked(self.folder.lock):
            return None
        try:
            return int(self.folder.lock.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return None

    @guarded
    def run(self) -> None:
        """The thread: look, hand over, sleep; never holds a file open between looks."""
        reader, log = EventReader(self.folder), LogTail(self.folder.log)
        state = self._hand_over(reader, RunState.NEW)
        if self._launching and not is_locked(self.folder.lock):
            try:
                self._start_process()
            except (RunError, NoEngineError) as error:
                self._end(Outcome(RunState.FAILED, None, str(error), ()))
                return
            state, self._failure = RunState.RUNNING, ""
        self._tell_state(RunState.RUNNING if state is RunState.NEW else state)
        self._follow(reader, log)

    def _follow(self, reader: EventReader, log: LogTail) -> None:
        last_probe = 0.0
        alive = True
        pause, heard = POLL_SECONDS, time.monotonic()
        while not self.isInterruptionRequested():
            if self._process is not None:
                alive = self._process.poll() is None
            elif time.monotonic() - last_probe > PROBE_SECONDS:
                alive, last_probe = is_locked(self.folder.lock), time.monotonic()
            told = self._told
            self._tell_state(self._hand_over(reader, self.state))
            for line in log.read():
                self.logLine.emit(line)
                told = -1
            if told != self._told or not told:  # what has only begun is looked at often
                pause, heard = POLL_SECONDS, time.monotonic()
            elif time.monotonic() - heard > QUIET_SECONDS:
                pause = min(2 * pause, REST_SECONDS)
            if not alive:
                self._finish(log)
                return
            if time.monotonic() > self._kill_at:
                self._signal_process(kill=True)
                self._kill_at = float("inf")
            self._wake.wait(pause)
            self._wake.clear()

    def _start_process(self) -> None:
        require_engine()
        self.folder.create()
        self.folder.ask(Command.RUN)
        _children[:] = [child for child in _children if child.poll() is None]
        try:
            with self.folder.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command(self.folder),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self.folder.path,
                    env=child_environment(),
                    **detached(),
                )
        except OSError as error:
            raise RunError(
                QT_TRANSLATE_NOOP("errors", "{path}: the training process cannot be started ({reason})."),
                path=self.folder.path,
                reason=error.strerror or error,
            ) from error
        _children.append(self._process)

    def _hand_over(self, reader: EventReader, state: RunState) -> RunState:
        """Emit what is new, in batches; the state after it."""
        events = reader.read()
        while batch := list(itertools.islice(events, BATCH)):
            self._told += len(batch)
            for event in batch:
                state = state_after(state, event)
                self.eventArrived.emit(event)
                if isinstance(event, Failed):
                    self._failure = event.text
            self.eventsArrived.emit(batch)
            if self.isInterruptionRequested():
                break
            if len(batch) == BATCH:
                self.msleep(2)
        return state

    def _tell_state(self, state: RunState) -> None:
        if state is not self.state:
            self.state = state
            self.stateChanged.emit(state)

    def _finish(self, log: LogTail) -> None:
        """The process is gone: say how. Events written just before its end have been read by now or are read here."""
        exit_code = self._process.returncode if self._process else None
        state = self.state if self.state in ENDED else RunState.INTERRUPTED
        message = self._failure or describe_end(state, exit_code)
        self._end(Outcome(state, exit_code, message, tuple(log.last)))

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._tell_state(outcome.state)
        self.outcomeKnown.emit(outcome)

    def _signal_process(self, *, kill: bool) -> None:
        """End the run's process group (POSIX) or tree (Windows)."""
        pid = self.process_id
        if pid is None:
            return
        _log.info("ending run process %d (kill=%s)", pid, kill)
        if sys.platform == "win32":
            command = ["taskkill", "/T", *(["/F"] if kill else []), "/PID", str(pid)]
            subprocess.run(command, capture_output=True, check=False)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpgid(pid), signal.SIGKILL if kill else signal.SIGTERM)


def log_tail(path: Path, lines: int = 20) -> list[str]:
    """The last lines of a log file, for showing why a run ended."""
    tail = LogTail(path)
    for _ in tail.read():
        pass
    return list(tail.last)[-lines:]
