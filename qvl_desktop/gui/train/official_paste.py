"""A place to paste a command line of the official script; its settings fill the form in.

Owns the field, the button that opens it, and telling what was taken otherwise. Does not own what a flag means
(`core.official_script`).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.official_script import read_official
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role

LINES = 4


class OfficialPaste(QWidget):
    """Folded until `button` is clicked. Signals: `settingsRead(dict)`, fields of the plan that the line gives."""

    settingsRead = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton(self.tr("Paste a command…"), parent)
        self.button.setObjectName("pasteOfficial")
        self.button.setCheckable(True)
        self.button.setToolTip(self.tr("Take the settings of a command line of the official finetune.py"))
        set_icon(self.button, "import")
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("officialText")
        self._text.setPlaceholderText("python finetune.py --model_name_or_path Qwen/Qwen-VL-Chat --use_lora True …")
        self._text.setAccessibleName(self.tr("Command line of the official script"))
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(LINES * self._text.fontMetrics().lineSpacing() + 2 * Space.M)
        set_role(self._text, "mono")
        self._told = QLabel(self)
        self._told.setObjectName("officialTold")
        self._told.setWordWrap(True)
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        take = QPushButton(self.tr("Take these settings"), self)
        take.setObjectName("takeOfficial")
        set_kind(take, "primary")
        take.clicked.connect(self._take)
        row = QHBoxLayout()
        row.addWidget(take)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._text)
        column.addLayout(row)
        column.addWidget(self._told)
        self.hide()
        self._told.hide()
        self.button.toggled.connect(self._open)

    def _open(self, shown: bool) -> None:
        self.setVisible(shown)
        if shown:
            self._text.setFocus()

    def _take(self) -> None:
        try:
            official = read_official(self._text.toPlainText())
        except PlanError as error:
            self._tell(str(error), wrong=True)
            return
        taken = self.tr("%n setting(s) taken.", "", len(official.settings))
        self._tell("\n".join([taken, *official.notes]), wrong=False)
        self.settingsRead.emit(official.settings)

    def add_note(self, text: str) -> None:
        """One more sentence about what was taken otherwise."""
        self._told.setText(f"{self._told.text()}\n{text}".strip())

    def _tell(self, text: str, *, wrong: bool) -> None:
        self._told.setText(text)
        set_role(self._told, "danger" if wrong else "caption")
        self._told.show()
