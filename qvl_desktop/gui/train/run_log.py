"""The log of a run: its last lines, folded away unless it is asked for or the run has failed.

Owns the fold and the lines. Does not own reading the log (`jobs.log_tail`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role

MOST_ROWS = 16


class RunLog(QWidget):
    """`show_lines` keeps it up to date; the place in the log stays unless its end was seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file = Path()
        self._lines: list[str] = []
        self._drawn: list[str] = []
        self._fold = QPushButton(self)
        self._fold.setObjectName("logButton")
        self._fold.setCheckable(True)
        set_kind(self._fold, "quiet")
        self._fold.toggled.connect(self._toggle)
        self._open = QPushButton(self.tr("Open the whole log"), self)
        self._open.setObjectName("openLogButton")
        set_icon(self._open, "external")
        set_kind(self._open, "quiet")
        self._open.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._file))))
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("logText")
        self._text.setReadOnly(True)
        self._text.setAccessibleName(self.tr("Last lines of the log"))
        set_role(self._text, "mono")
        row = QHBoxLayout()
        row.addWidget(self._fold)
        row.addStretch(1)
        row.addWidget(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
        column.addWidget(self._text)
        self._toggle(False)

    def show_run(self, log: Path, *, unfolded: bool) -> None:
        """Another run's log; `unfolded` when it says why the run ended."""
        self._file, self._lines, self._drawn = log, [], []
        self._text.clear()
        self._fold.setChecked(unfolded)

    def show_lines(self, lines: list[str]) -> None:
        """The last lines, as far as they have been read."""
        self._lines = lines
        if self._fold.isChecked():
            self._draw()

    def unfold(self) -> None:
        """Show the lines."""
        self._fold.setChecked(True)

    def _toggle(self, shown: bool) -> None:
        self._text.setVisible(shown)
        self._open.setVisible(shown)
        self._fold.setText(self.tr("Hide the log") if shown else self.tr("Show the log"))
        set_icon(self._fold, "chevron-down" if shown else "chevron-right", "muted")
        if shown:
            self._draw()

    def _draw(self) -> None:
        if self._lines == self._drawn and self._drawn:
            return
        bar = self._text.verticalScrollBar()
        at_end, place = bar.value() == bar.maximum(), bar.value()
        self._drawn = list(self._lines)
        self._text.setPlainText("\n".join(self._lines) or self.tr("The log is empty."))
        rows = max(2, min(len(self._lines), MOST_ROWS))
        self._text.setFixedHeight(rows * self._text.fontMetrics().lineSpacing() + 2 * Space.M)
        if at_end:
            self._text.moveCursor(QTextCursor.MoveOperation.End)
        else:
            bar.setValue(place)
