"""Whether the window's thread ever works for long without looking at the mouse.

Counts the processor time of that thread between two beats of a timer, so that other work on the machine counts nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QApplication

LIMIT_MS = 50.0
_REFERENCE_MS = 4.0
"""What `_some_work` takes of the processor on the machine the limit is meant for, with nothing else running."""


def _some_work() -> float:
    began = time.thread_time()
    total = 0
    for number in range(100_000):
        total += number * number % 7
    return (time.thread_time() - began) * 1000


def limit_ms() -> float:
    """The limit, on a processor that others keep busy: shared caches and cores make the same work take longer.

    Twice as much as a user should ever meet: a test is there to find work that grows with the data, not to time it.
    """
    slower = sorted(_some_work() for _ in range(5))[3] / _REFERENCE_MS
    return 2 * LIMIT_MS * min(max(slower, 1.0), 4.0)


class Watch:
    """`longest`: the most milliseconds of work between two beats."""

    def __init__(self) -> None:
        self.gaps: list[float] = []

    @property
    def longest(self) -> float:
        return max(self.gaps, default=0.0)


@contextmanager
def stalls_watched() -> Iterator[Watch]:
    """Watch while the block runs the event loop (`qtbot.waitUntil`, `settle`)."""
    watch, timer = Watch(), QTimer()
    last = time.thread_time()

    def beat() -> None:
        nonlocal last
        now = time.thread_time()
        watch.gaps.append((now - last) * 1000)
        last = now

    timer.setInterval(2)
    timer.timeout.connect(beat)
    timer.start()
    yield watch
    beat()
    timer.stop()


def settle(milliseconds: int = 150) -> None:
    """Run the event loop for a while."""
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < milliseconds:
        QApplication.processEvents()
        time.sleep(0.002)
