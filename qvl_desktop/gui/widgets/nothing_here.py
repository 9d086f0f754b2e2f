"""What stands in a list in which nothing was found: a few words, and the way back to everything.

Owns its place over the list. Does not own when it is shown, nor what its button does.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.guarded import guarded


class NothingHere(QWidget):
    """Hidden at first. Signals: `clicked()`: the user wants everything back; without words the button is not there."""

    clicked = Signal()

    def __init__(self, view: QAbstractItemView, words: str = "", button: str = "") -> None:
        super().__init__(view)
        self._view = view
        self.words = QLabel(words, self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.words, "muted")
        self.button = QPushButton(button, self)
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        column.addWidget(self.words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        view.installEventFilter(self)
        self.hide()

    def show_words(self, words: str) -> None:
        """What is not there; "" hides it all."""
        self.words.setText(words)
        self.setVisible(bool(words))
        self._place()

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.setGeometry(self._view.rect())
