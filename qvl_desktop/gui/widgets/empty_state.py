"""What stands where there is nothing yet: a sign, a few words, the way on.

Owns the layout. Does not own the words or what the buttons do.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import pixmap, set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface, theme
from qvl_desktop.gui.widgets.flow import FlowLayout

WIDTH = 480
"""The words are broken into lines of this width at most, in device-independent pixels."""


class EmptyState(QWidget):
    """A calm middle of an empty page."""

    def __init__(self, sign: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "window")
        self._sign_name = sign
        self._sign = QLabel(self)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel(self)
        set_role(self.title, "title")
        self.words = QLabel(self)
        set_role(self.words, "muted")
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setMaximumWidth(WIDTH)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons = QWidget(self)
        self._button_row = FlowLayout(self._buttons, Space.S, alignment=Qt.AlignmentFlag.AlignHCenter)
        self._button_row.setContentsMargins(0, Space.M, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.S)
        layout.addStretch(2)
        layout.addWidget(self._sign)
        for label in (self.title, self.words):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 1000)
            row.addStretch(1)
            layout.addLayout(row)
        layout.addWidget(self._buttons)
        layout.addStretch(3)
        theme().changed.connect(self._paint_sign)
        self._paint_sign()

    def show_words(self, title: str, words: str) -> None:
        """What is missing, and what to do about it."""
        self.title.setText(title)
        self.words.setText(words)

    def add_button(self, text: str, icon: str, *, primary: bool = False) -> QPushButton:
        """A way on; at most one is primary."""
        button = QPushButton(text, self._buttons)
        set_icon(button, icon, "accent_text" if primary else "text")
        set_kind(button, "primary" if primary else "plain")
        self._button_row.addWidget(button)
        return button

    def set_buttons_visible(self, visible: bool) -> None:
        self._buttons.setVisible(visible)

    def _paint_sign(self) -> None:
        self._sign.setPixmap(pixmap(self._sign_name, 48, "muted"))
