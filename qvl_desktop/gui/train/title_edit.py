"""A title that can be typed over where it stands.

Owns its width and when a new title is told. Does not own what is called so.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from qvl_desktop.gui.theme import set_role
from qvl_desktop.gui.widgets.guarded import guarded

NARROWEST, WIDEST = 64, 460
ROOM = 30
"""Pixels around the words."""


class TitleEdit(QLineEdit):
    """Signals: `retitled(str)` when the user has typed another one; Esc leaves it as it was."""

    retitled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        set_role(self, "title")
        self.textChanged.connect(self._fit)
        self.editingFinished.connect(self._finish)

    def show_title(self, title: str) -> None:
        """Show a title; what is being typed stays."""
        if title == self._title and not self.isModified():
            return
        if self.hasFocus() and self.isModified():
            return
        self._title = title
        self.setText(title)
        self.setCursorPosition(0)
        self.setToolTip(title)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._title)
            self.setModified(False)
            self.clearFocus()
            return
        super().keyPressEvent(event)

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)

    def _fit(self) -> None:
        width = self.fontMetrics().horizontalAdvance(self.text()) + ROOM
        self.setFixedWidth(max(NARROWEST, min(width, WIDEST)))

    def _finish(self) -> None:
        text = self.text().strip()
        if text and text != self._title:
            self._title = text
            self.setModified(False)
            self.retitled.emit(text)
        elif text != self._title:
            self.setText(self._title)
            self.setModified(False)
