"""What is done with a run's result now: a sentence, how far it is, and giving it up.

Owns these widgets. Does not own the work (`jobs.run_works`).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.words import path_text
from qvl_desktop.jobs.run_works import Work


class WorkLine(QWidget):
    """Hidden while nothing is done. Signals: `cancelClicked()`, `closeClicked()` (how it ended was read)."""

    cancelClicked = Signal()
    closeClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._words = QLabel(self)
        self._words.setObjectName("workWords")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setObjectName("workCancel")
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setObjectName("workClose")
        for button in (self._cancel, self._close):
            set_icon(button, "close")
            set_kind(button, "quiet")
        self._cancel.clicked.connect(self._give_up)
        self._close.clicked.connect(self.closeClicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.M)
        self._trouble = TroubleButton(self)
        row.addWidget(self._words, 1)
        row.addWidget(self._trouble)
        for widget in (self._bar, self._cancel, self._close):
            row.addWidget(widget)
        self.hide()

    def show_work(self, work: Work | None) -> None:
        """Show how far it is or how it ended."""
        self.setVisible(work is not None)
        if work is None:
            self._cancel.setEnabled(True)
            return
        self._bar.setVisible(work.running)
        self._cancel.setVisible(work.running)
        self._close.setVisible(not work.running)
        self._bar.setRange(0, work.total)
        self._bar.setValue(work.done)
        self._words.setText(self._text(work))
        set_role(self._words, "danger" if work.problem else "body")
        self._trouble.say(work.problem)

    def _give_up(self) -> None:
        self._cancel.setEnabled(False)
        self._words.setText(self.tr("Ending…"))
        self.cancelClicked.emit()

    def _text(self, work: Work) -> str:
        if work.problem:
            failed = self.tr("The evaluation failed: {reason}"), self.tr("Merging failed: {reason}")
            return failed[work.kind == "merge"].format(reason=work.problem)
        if work.kind == "evaluate":
            if work.running:
                text = self.tr("Asking the base model and the tuned one the same questions…")
                return f"{text}  {work.done} / {work.total}" if work.total else text
            return self.tr("Measured. The figures are below.")
        where = path_text(work.target) if work.target else ""
        if not work.running:
            return self.tr("Merged: {folder}").format(folder=where)
        text = self.tr("Merging into {folder}…").format(folder=where)
        return f"{text}  {work.done} / {work.total}" if work.total else text
