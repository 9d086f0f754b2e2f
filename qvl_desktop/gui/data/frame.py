"""The frame of the import and the export dialog: choices at the left, what they give at the right, one line below.

Owns the layout, the state of being at work and that of being done. Does not own what is chosen, shown or done, nor any
words (`import_dialog`, `export_dialog`).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.data.outcome import Outcome
from qvl_desktop.gui.data.parts import Pace
from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.theme import Space, fitting, set_kind, set_role
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.project import Project


class DataDialog(QDialog):
    """Shows what would be done, and then what came of it. Needs an open project.

    A subclass calls `build` once its choices are there, then says its words on `button` and `cancel_button`.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        assert session.project is not None, "data goes into a project and out of one"
        self._session = session
        self._project: Project = session.project
        self._pace = Pace()
        self._asked = 0
        self.setModal(True)
        self.resize(fitting(self, 960, 600))

    def build(self, choices: QWidget, shown: QWidget, delay_ms: int, typed: Callable[[], object]) -> None:
        """Put the choices and what they give into the frame; `typed` follows `_typed.start` after the delay."""
        self._choices = choices
        self.outcome = Outcome(self)
        self._right = QStackedWidget(self)
        self._right.addWidget(shown)
        self._right.addWidget(self.outcome)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.summary, "muted")
        self.bar = QProgressBar(self)
        self.bar.hide()
        self.cancel_button = QPushButton(self)
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.button = QPushButton(self)
        self.button.setDefault(True)
        set_kind(self.button, "primary")
        self.button.clicked.connect(self.accept)
        self._typed = waiter(self, delay_ms, typed)
        top = QHBoxLayout()
        top.setSpacing(Space.XL)
        top.addWidget(choices)
        top.addWidget(self._right, 1)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.summary, 1)
        foot.addWidget(self.bar, 1)
        self.trouble = TroubleButton(self)
        foot.addWidget(self.trouble)
        foot.addWidget(self.cancel_button)
        foot.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.L)
        layout.addLayout(top, 1)
        layout.addLayout(foot)

    @property
    def is_done(self) -> bool:
        """The outcome is shown; all that is left is to close."""
        return self._right.currentWidget() is self.outcome

    def show_work(self) -> None:
        """It begins: nothing can be chosen until `show_rest`."""
        self._choices.setEnabled(False)
        self.button.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()

    def show_rest(self) -> None:
        """It ended, in whatever way."""
        self.bar.hide()
        self._choices.setEnabled(True)
        self.cancel_button.setEnabled(True)

    def show_done(self, close_words: str) -> None:
        """Turn to the outcome; the button closes from now on."""
        self._right.setCurrentWidget(self.outcome)
        self.button.setText(close_words)
        self.button.setEnabled(True)
        self.button.setFocus()
        self.cancel_button.hide()
        self._choices.hide()
        self.summary.setText("")
