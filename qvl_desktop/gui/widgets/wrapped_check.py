"""A box to tick whose words may take several lines.

Owns breaking the words where the box is narrower than they are. Does not own what ticking does.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from qvl_desktop.gui.widgets.guarded import guarded

_BEFORE = 24
"""Pixels that the sign and its distance to the words take."""
_NARROW = 120
"""It never asks for more width than this, in device-independent pixels."""


class WrappedCheckBox(QCheckBox):
    """Like `QCheckBox`; `text()` stays the words as they were given."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @guarded
    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        option.text = "\n".join(self._lines(self.width()))

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        return self._size_of(self.text())

    @guarded(default=QSize)
    def minimumSizeHint(self) -> QSize:
        whole = self.sizeHint()
        return QSize(min(whole.width(), _NARROW), whole.height())

    @guarded(default=True)
    def hasHeightForWidth(self) -> bool:
        return True

    @guarded(default=0)
    def heightForWidth(self, width: int) -> int:
        return self._size_of("\n".join(self._lines(width))).height()

    def _size_of(self, words: str) -> QSize:
        option = QStyleOptionButton()
        super().initStyleOption(option)
        metrics = self.fontMetrics()
        lines = words.split("\n")
        inner = QSize(
            max(map(metrics.horizontalAdvance, lines)), metrics.height() + metrics.lineSpacing() * (len(lines) - 1)
        )
        return self.style().sizeFromContents(QStyle.ContentsType.CT_CheckBox, option, inner, self)

    def _lines(self, width: int) -> list[str]:
        """The words as they stand in a box of this width: broken between words, Chinese between characters."""
        words = self.text()
        if self.sizeHint().width() <= width:
            return [words]
        layout = QTextLayout(words, self.font())
        layout.beginLayout()
        found = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(width - _BEFORE, 1))
            found.append(words[line.textStart() : line.textStart() + line.textLength()].strip())
        layout.endLayout()
        return found
