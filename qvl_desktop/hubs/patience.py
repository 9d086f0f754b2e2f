"""When to try again, and how fast it goes.

Owns the waiting between tries, the word to stop, and the measure of speed. Does not own what is tried (`transfer`).
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qvl_desktop.core.errors import Cancelled

WINDOW = 10.0
"""Seconds over which the speed is measured."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on without a byte: `tries` more, waiting `first` seconds, then twice as long, at most `most`.
    `silence` is how long a connection may say nothing."""

    tries: int = 8
    first: float = 1.0
    most: float = 60.0
    silence: float = 30.0

    def pause(self, failures: int, told: float = 0.0) -> float:
        """Seconds to wait after so many failures in a row; a hub may ask for more, within `most`."""
        return min(self.most, max(told, self.first * 2.0 ** (failures - 1)))


class Stop:
    """The word to stop, which is heard also by a thread that waits for a silent hub."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._inner: list[Stop] = []

    def inner(self) -> Stop:
        """One that hears this one's word, and can be told to stop by itself."""
        made = Stop()
        with self._lock:
            self._inner = [one for one in self._inner if not one.asked]
            self._inner.append(made)
        if self.asked:
            made.now()
        return made

    @property
    def asked(self) -> bool:
        """Whether the word has come."""
        return self._event.is_set()

    def now(self) -> None:
        """Stop: connections are cut, waiting ends."""
        self._event.set()
        with self._lock:
            sockets, inner = tuple(self._sockets), tuple(self._inner)
        for other in inner:
            other.now()
        for one in sockets:
            with contextlib.suppress(OSError, AttributeError):
                one.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        """Wait. Raises `Cancelled` when the word comes, or has come."""
        if self._event.wait(seconds):
            raise Cancelled

    def check(self) -> None:
        """Raises `Cancelled` when the word has come."""
        if self._event.is_set():
            raise Cancelled

    @contextlib.contextmanager
    def listening(self, stream: Any) -> Iterator[None]:
        """While a connection is read: `stream` is what `httpx` calls its network stream."""
        one = stream.get_extra_info("socket") if stream is not None else None
        if one is None:
            yield
            return
        with self._lock:
            self._sockets.add(one)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._sockets.discard(one)


class Meter:
    """Bytes that are here, and how fast they came. Threads share it."""

    def __init__(self, total: int, done: int = 0) -> None:
        self.total = total
        self._done = done
        self._lock = threading.Lock()
        self._seen: deque[tuple[float, int]] = deque()
        self._arrived = 0

    def add(self, count: int) -> None:
        """So many more; fewer when something has to be fetched again."""
        with self._lock:
            self._done += count
            if count > 0:
                self._arrived += count

    @property
    def done(self) -> int:
        return self._done

    def look(self) -> tuple[int, float]:
        """Bytes that are here, and bytes a second over the last seconds (0: nothing came)."""
        now = time.monotonic()
        with self._lock:
            self._seen.append((now, self._arrived))
            while len(self._seen) > 2 and now - self._seen[0][0] > WINDOW:
                self._seen.popleft()
            began, before = self._seen[0]
            return self._done, (self._arrived - before) / (now - began) if now > began else 0.0
