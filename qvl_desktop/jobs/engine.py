"""The model's own process: starting it, knowing what it does, ending it.

Owns the child (`qvl-desktop serve`) and its states. Does not own the model (`engine`), the questions (`chat_client`) or
which model the user wants (`gui.chat`). Unloading a model is ending its process: all its memory really returns.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from qvl_desktop.core.chat_protocol import BASE_MODEL, Listening, Loading, StartFailed, parse_engine_line
from qvl_desktop.jobs.child import NoEngineError, child_command, child_environment, require_engine
from qvl_desktop.jobs.waiting import waiter

END_GRACE_MS = 3000
"""A child that has been asked to end is killed after this."""

CRASHES_FORGIVEN = 2
CRASH_WINDOW = 60.0
"""After more crashes than that in so many seconds the engine stays down until somebody asks again."""

_LOG_LINES = 40
_log = logging.getLogger(__name__)


class EngineState(str, Enum):
    """What the child does. `FAILED`: it could not start, or crashed too often; `EngineSupervisor.error` says why."""

    IDLE = "idle"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """What is to be loaded: the model as `--model` takes it, and adapters by name."""

    model: str
    adapters: Mapping[str, Path] = field(default_factory=dict)
    precision: str = "auto"
    device: str = "auto"

    def covers(self, other: EngineSpec) -> bool:
        """Whether an engine with this spec can answer for `other` as it is."""
        same = (self.model, self.precision, self.device) == (other.model, other.precision, other.device)
        return same and all(self.adapters.get(name) == folder for name, folder in other.adapters.items())

    @property
    def arguments(self) -> list[str]:
        """The arguments of `qvl-desktop`."""
        arguments = ["serve", "--die-with-parent", "--model", self.model]
        for name, folder in self.adapters.items():
            arguments += ["--adapter", f"{name}={folder}"]
        return [*arguments, "--precision", self.precision, "--device", self.device]


class EngineSupervisor(QObject):
    """Keeps at most one engine process.

    Signals:
        stateChanged(EngineState): the new state; `error`, `stage`, `url`, `key` and `models` are set by then.
        stageChanged(stage): a starting engine does something else ("libraries", "model", "adapter NAME"), or has got
            further with it: `share` is how much of the weights is read, 0 to 1, -1 where that is not known.
        crashed(reason): the process is gone though nobody asked; it starts again unless that happened too often.
    """

    stateChanged = Signal(object)
    stageChanged = Signal(str)
    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = EngineState.IDLE
        self.spec: EngineSpec | None = None
        self.stage = ""
        self.share = -1.0
        self.error = ""
        self.url = ""
        self.key = ""
        self.models: list[str] = []
        self._process: QProcess | None = None
        self._next: EngineSpec | None = None
        self._lines: deque[str] = deque(maxlen=_LOG_LINES)
        self._held = b""
        self._crashes: deque[float] = deque()
        self._killer = waiter(self, END_GRACE_MS, self._kill)

    @property
    def pid(self) -> int:
        """The child's process id; 0 when there is none."""
        return int(self._process.processId()) if self._process is not None else 0

    @property
    def log(self) -> str:
        """The last lines the child printed."""
        return "\n".join(self._lines)

    def use(self, spec: EngineSpec) -> None:
        """Have `spec` loaded; nothing happens when it already is, or is about to be."""
        if self.state in (EngineState.STARTING, EngineState.READY) and self.spec and self.spec.covers(spec):
            return
        if self.state is EngineState.STOPPING:
            self._next = spec
            return
        if self._process is not None:
            self._next = spec
            self._end()
            return
        self._crashes.clear()
        self._start(spec)

    def unload(self) -> None:
        """End the process and free its memory."""
        self._next = None
        if self._process is not None:
            self._end()
        elif self.state is EngineState.FAILED:
            self._become(EngineState.IDLE)

    def shutdown(self) -> None:
        """End the process now and wait for it; for the end of the program."""
        self._next = None
        process, self._process = self._process, None
        self._killer.stop()
        if process is None:
            return
        process.blockSignals(True)
        process.closeWriteChannel()
        if not process.waitForFinished(END_GRACE_MS):
            process.kill()
            process.waitForFinished(END_GRACE_MS)
        process.deleteLater()
        self.state = EngineState.IDLE

    # The child's life

    def _start(self, spec: EngineSpec) -> None:
        self.spec, self._next = spec, None
        self.error = self.stage = self.url = self.key = ""
        self.share = -1.0
        self.models = []
        self._lines.clear()
        self._held = b""
        try:
            require_engine()
        except NoEngineError as error:
            self._fail(str(error))
            return
        process = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in child_environment().items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.readyReadStandardOutput.connect(self._read_output)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._error_occurred)
        self._process = process
        self._become(EngineState.STARTING)
        program, *arguments = child_command(*spec.arguments)
        process.start(program, arguments)

    def _end(self) -> None:
        """Ask the child to end: it watches its stdin."""
        if self._process is None or self.state is EngineState.STOPPING:
            return
        self._become(EngineState.STOPPING)
        self._process.closeWriteChannel()
        self._killer.start()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _error_occurred(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            reason = self._process.errorString()
            self._drop_process()
            self._fail(self.tr("The model's process cannot be started: {reason}").format(reason=reason))

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None:
            return
        self._read_output()
        self._read_errors()
        self._drop_process()
        if self.state is EngineState.STOPPING:
            following = self._next
            self._become(EngineState.IDLE)
            if following is not None:
                self._start(following)
        elif self.state is EngineState.STARTING:
            self._fail(self.error or self._ended_words(code, status))
        elif self.state is EngineState.READY:
            self._recover(self._ended_words(code, status))

    def _recover(self, reason: str) -> None:
        now = time.monotonic()
        self._crashes.append(now)
        while now - self._crashes[0] > CRASH_WINDOW:
            self._crashes.popleft()
        _log.error("the engine ended unexpectedly: %s\n%s", reason, self.log)
        spec = self.spec
        if spec is None or len(self._crashes) > CRASHES_FORGIVEN:
            self._fail(reason)
            self.crashed.emit(reason)
            return
        self._start(spec)
        self.crashed.emit(reason)

    def _ended_words(self, code: int, status: QProcess.ExitStatus) -> str:
        if status is QProcess.ExitStatus.CrashExit:
            words = self.tr("The model's process ended unexpectedly: it crashed, was killed, or ran out of memory.")
        else:
            words = self.tr("The model's process ended unexpectedly (exit code {code}).").format(code=code)
        last = next((line for line in reversed(self._lines) if line.strip()), "")
        return f"{words} {last}".strip()

    def _fail(self, reason: str) -> None:
        self.error = reason
        self._become(EngineState.FAILED)

    def _drop_process(self) -> None:
        self._killer.stop()
        if self._process is not None:
            self._process.deleteLater()
            self._process = None

    def _become(self, state: EngineState) -> None:
        self.state = state
        self.stateChanged.emit(state)

    # What it says

    def _read_output(self) -> None:
        while self._process is not None and self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode("utf-8", "replace").rstrip()
            event = parse_engine_line(line)
            if isinstance(event, Listening):
                self.url, self.key, self.models = event.url, event.key, event.models
                if self.state is EngineState.STARTING:
                    self._become(EngineState.READY)
            elif line:
                self._lines.append(line)

    def _read_errors(self) -> None:
        if self._process is None:
            return
        self._held += bytes(self._process.readAllStandardError().data())
        *lines, self._held = self._held.split(b"\n")
        for line in (line.decode("utf-8", "replace") for line in lines):
            event = parse_engine_line(line)
            if isinstance(event, Loading):
                self.stage, self.share = event.stage, event.share
                self.stageChanged.emit(event.stage)
            elif isinstance(event, StartFailed):
                self.error = event.message
            elif line.strip():
                self._lines.append(line)


def adapter_name(folder: Path) -> str:
    """What requests call an adapter: its run's name, or its folder's."""
    name = folder.parent.name if folder.name == "adapter" else folder.name
    return name if name != BASE_MODEL else f"{name} (adapter)"
