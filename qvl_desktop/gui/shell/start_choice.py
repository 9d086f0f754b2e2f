"""Safe mode, offered before the window opens: when it did not come up the last times.

Owns the question. Does not own counting (`jobs.start_watch`) or what safe mode is (`storage.settings`, `app`). It is
asked in the usual look and without the user's settings but for the language: they may be what is wrong.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import application_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, theme

Choice = Literal["safe", "normal", "none"]
WIDTH = 480


class StartChoice(QDialog):
    """The question; `choice` is "none" until it is answered: closing it starts nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice: Choice = "none"
        self.setObjectName("startChoice")
        title = QLabel(self.tr("The program did not start as it should the last times"), self)
        title.setWordWrap(True)
        set_role(title, "heading")
        words = QLabel(
            self.tr(
                "In safe mode it starts with the usual settings, keys and place, and opens no project by itself. Your "
                "own settings, projects and models stay as they are."
            ),
            self,
        )
        words.setWordWrap(True)
        set_role(words, "muted")
        mark = QLabel(self)
        mark.setPixmap(application_icon().pixmap(48, 48))
        self.safe = QPushButton(self.tr("Start in safe mode"), self)
        self.safe.setObjectName("startSafe")
        set_kind(self.safe, "primary")
        self.safe.setDefault(True)
        self.safe.clicked.connect(self._safely)
        self.normal = QPushButton(self.tr("Start normally"), self)
        self.normal.setObjectName("startNormally")
        self.normal.setAutoDefault(False)
        self.normal.clicked.connect(self._normally)
        text = QVBoxLayout()
        text.setSpacing(Space.S)
        text.addWidget(title)
        text.addWidget(words)
        text.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addStretch(1)
        foot.addWidget(self.normal)
        foot.addWidget(self.safe)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addLayout(row)
        column.addLayout(foot)
        self.ensurePolished()
        width = theme().pixels(WIDTH)
        self.setFixedSize(width, column.totalHeightForWidth(width))
        self.safe.setFocus()

    def _safely(self) -> None:
        self.choice = "safe"
        self.accept()

    def _normally(self) -> None:
        self.choice = "normal"
        self.accept()


def ask_how_to_start() -> Choice:
    """Ask; waits for the answer."""
    dialog = StartChoice()
    dialog.exec()
    return dialog.choice
