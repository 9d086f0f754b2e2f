"""A label that shortens its words to the room it has.

Owns shortening, with the whole words as tool tip. Does not own text styles (`theme`).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from qvl_desktop.gui.widgets.guarded import guarded


class ElidedLabel(QLabel):
    """One line of words; what does not fit becomes "…" in the middle or at the end. A tool tip that is set stays."""

    def __init__(self, parent: QWidget | None = None, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def shown_text(self) -> str:
        """What stands there: the words, or what they were shortened to."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    @guarded(default=lambda: QSize(20, 20))
    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.fontMetrics().height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(self.contentsRect(), middle, self.shown_text)
        painter.end()

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and not self.toolTip():
            if self.shown_text != self.text():
                QToolTip.showText(event.globalPos(), self.text(), self)
            return True
        return super().event(event)
