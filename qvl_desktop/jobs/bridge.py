"""The way from any thread into the window's.

Owns one Qt object that lives as long as the application and calls, in the window's thread, what workers hand it. It
exists so that no worker ever holds a Qt object: the thread that lets go last destroys, and a Qt object destroyed by a
worker takes a lock of Qt's while the window's thread, holding Python's, may wait for it; both then stand still. Does
not own threads (`task`) nor who waits for a result (`gui.widgets.relay`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

_bridge: _Bridge | None = None


class _Bridge(QObject):
    called = Signal(object)

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self.called.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _call(self, work: Callable[[], None]) -> None:
        work()


def open_bridge() -> None:
    """Make sure that it stands. Call this in the window's thread before work is handed to another."""
    global _bridge  # noqa: PLW0603 - one application has one
    if _bridge is None:
        _bridge = _Bridge(QCoreApplication.instance())
        _bridge.destroyed.connect(_forget_bridge)


def _forget_bridge() -> None:
    global _bridge  # noqa: PLW0603
    _bridge = None


def call_in_window(work: Callable[[], None]) -> None:
    """Have `work()` called in the window's thread, soon and in order; nothing happens once the application has ended.

    `work` must hold no Qt object of its own: hold a weak reference, or plain data.
    """
    bridge = _bridge
    if bridge is not None:
        with suppress(RuntimeError):  # the application has ended between the two lines
            bridge.called.emit(work)
