"""Ctrl-C in the terminal ends the window at once.

Owns how a signal reaches an event loop that sleeps in Qt: Python notes a signal but runs its handler only when Python
code runs next. Here the signal writes a byte into a socket the loop listens to, so nothing has to wake the window now
and then to look. Does not own what is done then.
"""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

from PySide6.QtCore import QSocketNotifier


@contextlib.contextmanager
def interruptible(stop: Callable[[], object]) -> Iterator[None]:
    """Inside, SIGINT calls `stop` in this thread, which must be the main one; after it all is as before."""
    listening, telling = socket.socketpair()
    for end in (listening, telling):
        end.setblocking(False)

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop()

    def heard() -> None:
        # The handler runs as soon as Python does: with this call.
        with contextlib.suppress(OSError):
            listening.recv(64)

    notifier = QSocketNotifier(listening.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(heard)
    handler = signal.signal(signal.SIGINT, on_signal)
    descriptor = signal.set_wakeup_fd(telling.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(descriptor)
        signal.signal(signal.SIGINT, handler)
        notifier.setEnabled(False)
        listening.close()
        telling.close()
