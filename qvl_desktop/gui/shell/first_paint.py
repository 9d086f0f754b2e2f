"""Waits for a window's first paint, so that slow beginnings come after it.

Owns only the waiting.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from qvl_desktop.gui.widgets.guarded import guarded

AT_LATEST = 1000
"""Milliseconds after which work begins even if nothing was painted (a window that starts minimised)."""


class FirstPaint(QObject):
    """Calls `then` once, when `widget` has been painted for the first time."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._then: Callable[[], None] | None = then
        widget.installEventFilter(self)
        QTimer.singleShot(AT_LATEST, self, self._begin)

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self, self._begin)
        return False

    def _begin(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()
