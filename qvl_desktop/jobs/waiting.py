"""Doing something a moment later, once for several wishes in a row.

Owns making such a timer. Does not own what is done, nor work beside the window (`task`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def waiter(owner: QObject, milliseconds: int, call: Callable[[], object]) -> QTimer:
    """A timer of `owner`, not started: `call` follows once, `milliseconds` after its last `start`."""
    timer = QTimer(owner)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
