"""The report for somebody who helps, and the program's log: beside the window, to read, copy or save.

Owns this view. Does not own the report's text (`jobs.support_report`) or the log (`jobs.program_log`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.theme import Space, mono_font, set_kind, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.jobs.program_log import LEVELS, log_file, read_log
from qvl_desktop.jobs.support_report import support_report
from qvl_desktop.jobs.task import Task

SIZE = (760, 560)


class ReportView(QDialog):
    """Two tabs: the report and the log. Not modal; work goes on meanwhile."""

    def __init__(self, parent: QWidget | None = None, *, crash: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("reportView")
        self.setWindowTitle(self.tr("Help from others"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self._crash = crash
        self.report = _text_field(self)
        self.report.setAccessibleName(self.tr("Report"))
        self.log = _text_field(self)
        self.log.setAccessibleName(self.tr("Log"))
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._report_tab(), self.tr("Report"))
        self.tabs.addTab(self._log_tab(), self.tr("Log"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.addWidget(self.tabs)
        self.make_report()
        self.read_log()

    def make_report(self) -> None:
        """Make the text anew, beside the window: the card is asked for its memory."""
        self.copy.setEnabled(False)
        self.save.setEnabled(False)
        with_paths, crash = self.with_paths.isChecked(), self._crash
        task: Task[str] = Task(lambda: support_report(with_paths=with_paths, crash=crash))
        task.on_success(self._show_report).start(self)

    def read_log(self) -> None:
        """Read the log anew, from the level that is chosen on."""
        level = str(self.level.currentData())
        task: Task[str] = Task(lambda: read_log(log_file(), level))
        task.on_success(self._show_log).start(self)

    def _show_report(self, text: str) -> None:
        self.report.setPlainText(text)
        self.copy.setEnabled(True)
        self.save.setEnabled(True)

    def _show_log(self, text: str) -> None:
        self.log.setPlainText(text or self.tr("Nothing of that kind is in the log."))
        bar = self.log.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _report_tab(self) -> QWidget:
        self.hint = QLabel(
            self.tr(
                "Versions, this machine and the last troubles. It holds no pictures, and nothing is sent: copy it "
                "to whoever helps you."
            ),
            self,
        )
        self.hint.setWordWrap(True)
        set_role(self.hint, "muted")
        self.with_paths = QCheckBox(self.tr("Show folders and file names too"), self)
        self.with_paths.toggled.connect(self.make_report)
        self.copy = QPushButton(self.tr("Copy"), self)
        set_kind(self.copy, "primary")
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton(self.tr("Save…"), self)
        self.save.clicked.connect(self._save)
        foot = QHBoxLayout()
        foot.addWidget(self.with_paths, 1)
        foot.addWidget(self.save)
        foot.addWidget(self.copy)
        return _tab([self.hint, self.report], foot)

    def _log_tab(self) -> QWidget:
        self.level = ChoiceBox(self)
        self.level.setAccessibleName(self.tr("What is shown"))
        for level, words in zip(
            LEVELS, (self.tr("Everything"), self.tr("Warnings and errors"), self.tr("Errors")), strict=True
        ):
            self.level.addItem(words, level)
        self.level.currentIndexChanged.connect(self.read_log)
        again = QPushButton(self.tr("Read again"), self)
        again.clicked.connect(self.read_log)
        foot = QHBoxLayout()
        foot.addWidget(self.level)
        foot.addStretch(1)
        foot.addWidget(again)
        return _tab([self.log], foot)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copy.setText(self.tr("Copied"))

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), "qvl-desktop-report.txt")
        if not path:
            return
        try:
            Path(path).write_text(self.report.toPlainText(), encoding="utf-8")
        except OSError as error:
            words = self.tr("{path}: the report could not be saved ({reason}).")
            self.hint.setText(words.format(path=path, reason=error.strerror or error))
            set_role(self.hint, "danger")


def _text_field(parent: QWidget) -> QPlainTextEdit:
    field = QPlainTextEdit(parent)
    field.setReadOnly(True)
    field.setFont(mono_font())
    field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    field.setTabChangesFocus(True)
    return field


def _tab(rows: list[QWidget], foot: QHBoxLayout) -> QWidget:
    tab = QWidget()
    column = QVBoxLayout(tab)
    column.setContentsMargins(0, Space.M, 0, 0)
    column.setSpacing(Space.M)
    for row in rows:
        column.addWidget(row, 1 if isinstance(row, QPlainTextEdit) else 0)
    column.addLayout(foot)
    return tab
