"""A box to choose from whose list is as wide as its words.

Owns the width of the list, and shortening what is chosen to the box, with the whole words as tool tip. Does not own the
choices.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QToolTip

from qvl_desktop.gui.widgets.guarded import guarded

_FRAME = 32
"""Pixels that frame, padding and scroll bar of the list take."""
_WIDEST = 640


class ChoiceBox(QComboBox):
    """Like `QComboBox`. Without a tool tip of its own it shows that of the chosen item, else what had no room."""

    @property
    def shown_text(self) -> str:
        """What stands in the box: the chosen words, or their beginning."""
        option = QStyleOptionComboBox()
        super().initStyleOption(option)
        return self._shortened(option)

    @guarded
    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        option.currentText = self._shortened(option)

    @guarded
    def showPopup(self) -> None:
        view = self.view()
        view.setMinimumWidth(min(max(view.sizeHintForColumn(0) + _FRAME, self.width()), _WIDEST))
        super().showPopup()

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and not self.toolTip():
            told = str(self.currentData(Qt.ItemDataRole.ToolTipRole) or "")
            words = self.currentText()
            if tip := told or ("" if self.shown_text == words else words):
                QToolTip.showText(event.globalPos(), tip, self)
                return True
        return super().event(event)

    def _shortened(self, option: QStyleOptionComboBox) -> str:
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        words = self.currentText() or self.placeholderText()
        return self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, field.width() + 1)
