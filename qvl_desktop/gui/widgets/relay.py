"""The way of a result from a worker thread to an object that may be gone by then.

Owns `Relay`. A worker must never emit a signal of a widget's child: that may be destroyed in the same moment, and the
process with it. It emits the relay's, which lives as long as anybody holds it; Qt drops the connection safely when the
receiver goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal


class Relay(QObject):
    """An object without a parent, held by its receiver and by each job. Signals: `done(result)`, queued."""

    done = Signal(object)

    def __init__(self, receive: Callable[[Any], None]) -> None:
        """`receive` is a method of a `QObject`; it is called on that object's thread."""
        super().__init__()
        self.done.connect(receive, Qt.ConnectionType.QueuedConnection)
