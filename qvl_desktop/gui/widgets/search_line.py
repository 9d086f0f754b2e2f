"""The line in which one searches: a glass, a cross that empties it, Esc that empties it too.

Owns its look in both themes, and the tool tip where its words have too little room. Does not own what is searched.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from qvl_desktop.gui.icons import icon
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded

_TAKEN = 44
"""Pixels that frame, glass and margins take of the width."""


class SearchLine(QLineEdit):
    """A line whose text Esc takes away. `words` stand in it while it is empty, and are its name for screen readers."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = ""
        self.setClearButtonEnabled(True)
        self._glass = self.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        for button in self.findChildren(QToolButton):
            cross = QCoreApplication.translate("SearchLine", "Empty the line")
            button.setAccessibleName(words if button.defaultAction() is self._glass else cross)
        theme().changed.connect(self._on_theme)
        self.show_words(words)

    def show_words(self, words: str, tip: str = "") -> None:
        """What stands in the empty line; `tip` says more."""
        self._tip = tip
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self._show_tip()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_tip()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _show_tip(self) -> None:
        words = self.placeholderText()
        short = self.fontMetrics().horizontalAdvance(words) > self.width() - _TAKEN
        self.setToolTip(self._tip or (words if short else ""))

    def _on_theme(self) -> None:
        self._glass.setIcon(icon("search", "muted"))
