"""A line that says what can be done now, below a picture that one works on.

Owns that the line never pushes the picture about while its words change. Does not own the words.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.guarded import guarded

_ROOMY = 44
"""Line heights of width from which on the hints have room on one line."""


class HintLine(QLabel):
    """Words that wrap. Where the width is short, two lines are held free; what was needed once at a width stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._needed: dict[int, int] = {}
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setContentsMargins(Space.M, Space.XS, Space.M, Space.XS)
        set_role(self, "caption")

    @guarded(default=0)
    def heightForWidth(self, width: int) -> int:
        line = self.fontMetrics().lineSpacing()
        margins = self.contentsMargins()
        held = line * (1 if width >= _ROOMY * line else 2) + margins.top() + margins.bottom()
        self._needed[width] = max(super().heightForWidth(width), held, self._needed.get(width, 0))
        return self._needed[width]

    @guarded
    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._needed.clear()
        super().changeEvent(event)
