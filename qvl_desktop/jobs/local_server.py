"""This program's own server as a child, for commands: started, waited for, started again after a crash, ended.

Owns the child of the command line. The window's is `jobs.engine`. Qt-free. Does not own asking (`asking`).
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

from qvl_desktop.core.chat_protocol import EngineEvent, Listening, Loading, StartFailed, parse_engine_line
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.jobs.asking import Door, RefusedError
from qvl_desktop.jobs.child import child_command, child_environment

CRASHES_FORGIVEN = 3
CRASH_WINDOW = 120.0
"""After more crashes than that in so many seconds it stays down."""

END_SECONDS = 5.0
_LINES = 20


class LocalServer:
    """Keeps one `serve` process. Use it as a context manager; `door` is what `JobRunner` takes."""

    def __init__(self, arguments: Sequence[str], model: str, tell: Callable[[EngineEvent], None] | None = None) -> None:
        self._arguments = ["serve", "--die-with-parent", *arguments]
        self._model = model
        self._tell = tell or (lambda event: None)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._place: Listening | None = None
        self._problem = ""
        self._crashes: deque[float] = deque()
        self._lines: deque[str] = deque(maxlen=_LINES)

    def __enter__(self) -> LocalServer:
        self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        process = self._process
        if process is None:
            return
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid if self._process is not None else 0

    def door(self) -> Door | None:
        """Where it listens; None while it loads. Started again when it died. Raises `RefusedError` when it cannot be
        started, or dies again and again."""
        with self._lock:
            process = self._process
            if process is not None and process.poll() is not None:
                self._after_death(process.returncode)
            place = self._place
        return Door(place.url, place.key, self._model) if place is not None else None

    def _after_death(self, code: int) -> None:
        now = time.monotonic()
        self._crashes.append(now)
        while now - self._crashes[0] > CRASH_WINDOW:
            self._crashes.popleft()
        if self._place is None or len(self._crashes) > CRASHES_FORGIVEN:
            errors = [line for line in self._lines if "Error" in line]
            reason = self._problem or next(iter((*reversed(errors), *reversed(self._lines))), f"exit code {code}")
            raise RefusedError(QT_TRANSLATE_NOOP("errors", "The model's server cannot go on: {reason}"), reason=reason)
        self._start()

    def _start(self) -> None:
        self._place, self._problem = None, ""
        process = subprocess.Popen(
            child_command(*self._arguments),
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._process = process
        for stream in (process.stdout, process.stderr):
            threading.Thread(target=self._read, args=(process, stream), daemon=True).start()

    def _read(self, process: subprocess.Popen[str], stream: object) -> None:
        for line in stream:  # type: ignore[attr-defined]
            event = parse_engine_line(line)
            if process is not self._process:
                return
            if isinstance(event, Listening):
                self._place = event
            elif isinstance(event, StartFailed):
                self._problem = event.message
            elif isinstance(event, Loading):
                self._tell(event)
            elif line.strip():
                self._lines.append(line.strip())
