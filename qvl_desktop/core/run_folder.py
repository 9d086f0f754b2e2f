"""A training run on disk, the only thing the window and the run share.

Owns the names inside the folder, appending and following `events.jsonl`, and the `control` file. Does not start
processes (`jobs`) or train (`training`). The run's process writes everything but `control`; the window reads, and
writes `control`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from qvl_desktop.core.errors import RunError
from qvl_desktop.core.events import Event, Failed, Finished, Paused, Resumed, Started, from_line, to_line
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP


class Command(str, Enum):
    """What the user asked of a run."""

    RUN = "run"
    PAUSE = "pause"
    PAUSE_AND_FREE = "pause-and-free"
    STOP = "stop"
    SAMPLE = "sample"


class RunState(str, Enum):
    """What a run is, read from its folder and its process. `FREED`: paused, all is saved, and its process has given the
    card back; resuming goes on exactly. `INTERRUPTED`: the process is gone without a last word."""

    NEW = "new"
    RUNNING = "running"
    PAUSED = "paused"
    FREED = "freed"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths and small files of one run."""

    path: Path

    @property
    def plan(self) -> Path:
        return self.path / "plan.json"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def control(self) -> Path:
        return self.path / "control"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def adapter(self) -> Path:
        return self.path / "adapter"

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def log(self) -> Path:
        return self.path / "log.txt"

    @property
    def lock(self) -> Path:
        """Held (locked) by the run's process as long as it lives; see `jobs` and `training`."""
        return self.path / "lock"

    def create(self) -> None:
        """Make the folder and its parts. Raises `RunError` if it cannot be written."""
        try:
            for folder in (self.path, self.checkpoints, self.samples):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                QT_TRANSLATE_NOOP("errors", "{path}: the run folder cannot be written ({reason})."),
                path=self.path,
                reason=error.strerror or error,
            ) from error

    def ask(self, command: Command) -> None:
        """Write what the user wants; the run reads it before each step."""
        write_beside(self.control, command.value + "\n")

    def asked(self) -> Command:
        """What the user wants now; `RUN` when nothing (or nonsense) is written."""
        try:
            return Command(self.control.read_text(encoding="utf-8").strip())
        except (OSError, ValueError):
            return Command.RUN


def write_beside(path: Path, text: str) -> None:
    """Write a whole small file beside its place and move it there, so that nobody ever reads half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class EventWriter:
    """Appends events to `events.jsonl`, one flushed line each. A line cut off by a crash is closed first."""

    def __init__(self, run: RunFolder) -> None:
        self._file = run.events.open("ab")
        if self._file.tell() and run.events.read_bytes()[-1:] != b"\n":
            self._file.write(b"\n")

    def write(self, event: Event) -> None:
        """Append one event, stamped with the current time unless it has one."""
        stamped = event if event.t else replace(event, t=time.time())
        self._file.write(to_line(stamped).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Flush to disk and close."""
        os.fsync(self._file.fileno())
        self._file.close()


class EventReader:
    """Follows `events.jsonl`: each call gives the events since the last one; nothing is read twice."""

    def __init__(self, run: RunFolder) -> None:
        self._path = run.events
        self._offset = 0

    def read(self) -> Iterator[Event]:
        """The whole new lines as events; half a line is left for the next call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return
        whole = data.rfind(b"\n") + 1
        self._offset += whole
        for line in data[:whole].splitlines():
            event = from_line(line.decode("utf-8", errors="replace"))
            if event is not None:
                yield event


def state_after(state: RunState, event: Event) -> RunState:
    """The state of a run after one more event."""
    match event:
        case Started() | Resumed():
            return RunState.RUNNING
        case Paused(freed=freed):
            return RunState.FREED if freed else RunState.PAUSED
        case Finished(reason="stopped"):
            return RunState.STOPPED
        case Finished():
            return RunState.FINISHED
        case Failed():
            return RunState.FAILED
        case _:
            return state
