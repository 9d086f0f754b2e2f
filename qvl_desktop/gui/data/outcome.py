"""What came of an import or export: a figure, what else is worth knowing, and what was left out and why.

Owns the layout. Does not own the work (`import_dialog`, `export_dialog`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import set_icon, set_mark
from qvl_desktop.gui.theme import Space, set_kind, set_role


class Outcome(QWidget):
    """Title, lines, a list of problems that can be copied, and room for one button of the dialog's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel(self)
        self.title = QLabel(self)
        set_role(self.title, "title")
        self.title.setWordWrap(True)
        self.lines = QLabel(self)
        self.lines.setTextFormat(Qt.TextFormat.PlainText)
        self.lines.setWordWrap(True)
        self.lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problems_title = QLabel(self)
        set_role(self.problems_title, "heading")
        self.problems = QPlainTextEdit(self)
        self.problems.setReadOnly(True)
        self.problems.setObjectName("problems")
        self.copy_button = QPushButton(self.tr("Copy the list"), self)
        set_icon(self.copy_button, "copy")
        set_kind(self.copy_button, "quiet")
        self.copy_button.clicked.connect(self._copy)
        self.button = QPushButton(self)
        self.button.setObjectName("outcomeButton")
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.title, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addStretch(1)
        list_head = QHBoxLayout()
        list_head.addWidget(self.problems_title, 1)
        list_head.addWidget(self.copy_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(top)
        column.addWidget(self.lines)
        column.addLayout(buttons)
        column.addSpacing(Space.S)
        column.addLayout(list_head)
        column.addWidget(self.problems, 1)
        column.addStretch(0)

    def show_outcome(
        self,
        sign: str,
        colour: str,
        title: str,
        lines: Sequence[str],
        problems: Sequence[str],
        count: int | None = None,
    ) -> None:
        """Show it; `count` is how many problems there were where not all of them are in the list."""
        set_mark(self._sign, sign, 24, colour)
        self.title.setText(title)
        self.lines.setText("\n".join(lines))
        self.lines.setVisible(bool(lines))
        count = len(problems) if count is None else count
        for widget in (self.problems_title, self.problems, self.copy_button):
            widget.setVisible(bool(problems))
        self.problems_title.setText(self.tr("Left out: {count}").format(count=f"{count:,}"))
        more = "\n…" if count > len(problems) else ""
        self.problems.setPlainText("\n".join(problems) + more)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.problems.toPlainText())
