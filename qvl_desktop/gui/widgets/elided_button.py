"""A button that shortens its words to the room it has.

Owns shortening, with the whole words as tool tip. For words that may be of any length, such as settings or paths; what
fits is shown whole. Does not own what a click does.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyleOptionButton, QToolTip, QWidget

from qvl_desktop.gui.widgets.guarded import guarded

_NARROW = 96


class ElidedButton(QPushButton):
    """Like `QPushButton`; `text()` stays whole. `mode` says where "…" stands."""

    def __init__(
        self, text: str, parent: QWidget | None = None, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # narrower than its words if need be
        self._measuring = False

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        self._measuring = True  # Qt asks for the option again, which is then to hold the whole words
        try:
            return super().sizeHint()
        finally:
            self._measuring = False

    @guarded(default=QSize)
    def minimumSizeHint(self) -> QSize:
        whole = self.sizeHint()
        return QSize(min(whole.width(), _NARROW), whole.height())

    @guarded
    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        missing = 0 if self._measuring else self.sizeHint().width() - self.width()
        if missing > 0:
            metrics = self.fontMetrics()
            room = metrics.horizontalAdvance(self.text()) - missing
            option.text = metrics.elidedText(self.text(), self._mode, max(room, 0))

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and not self.toolTip():
            if self.sizeHint().width() > self.width():
                QToolTip.showText(event.globalPos(), self.text(), self)
            return True
        return super().event(event)
