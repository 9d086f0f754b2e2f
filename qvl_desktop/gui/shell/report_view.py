"""The report for somebody who helps, and the program's log: beside the window, to read, copy or save.

Owns this view. Does not own the report's text (`jobs.support_report`), the log (`jobs.program_log`) or what crashes
left behind (`jobs.crash_watch`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
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

from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.theme import Space, mono_font, set_kind, set_role
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.gui.words import date_text
from qvl_desktop.jobs.crash_watch import Crash, CrashWatch
from qvl_desktop.jobs.program_log import LEVELS, log_file, read_log
from qvl_desktop.jobs.support_report import support_report
from qvl_desktop.jobs.task import Task

SIZE = (760, 560)
SHOWN = 2000
"""Lines of the log that are shown, the last ones."""
_FRAME = 56
"""Pixels that a box to choose from takes beside its words."""


class ReportView(QDialog):
    """Two tabs: the report and the log. Not modal; work goes on meanwhile.

    With `crash` (what a crash left behind) the report begins with that one chosen; others that are kept can be.
    """

    def __init__(self, parent: QWidget | None = None, *, crash: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("reportView")
        self.setWindowTitle(self.tr("Help from others"))
        self.resize(*SIZE)
        self._log_text = ""
        self.report = _text_field(self)
        self.report.setAccessibleName(self.tr("Report"))
        self.log = _text_field(self)
        self.log.setAccessibleName(self.tr("Log"))
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Report and log"))
        self.tabs.tabBar().setAccessibleName(self.tr("Report and log"))
        self._crash_choice(CrashWatch().crashes(), crash)
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
        with_paths, crash = self.with_paths.isChecked(), str(self.crashes.currentData() or "")
        task: Task[str] = Task(lambda: support_report(with_paths=with_paths, crash=crash))
        task.on_success(self._show_report).start(self)

    def read_log(self) -> None:
        """Read the log anew, from the level that is chosen on."""
        level = str(self.level.currentData())
        task: Task[str] = Task(lambda: read_log(log_file(), level, SHOWN))
        task.on_success(self._take_log).start(self)

    def _show_report(self, text: str) -> None:
        self.report.setPlainText(text)
        self.copy.setText(self.tr("Copy"))
        self.copy.setEnabled(True)
        self.save.setEnabled(True)

    def _take_log(self, text: str) -> None:
        self._log_text = text
        self._show_log()

    def _show_log(self) -> None:
        wanted = self.find_line.text().casefold()
        lines = [line for line in self._log_text.splitlines() if wanted in line.casefold()]
        self.log.setPlainText("\n".join(lines) or self.tr("Nothing of that kind is in the log."))
        bar = self.log.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _crash_choice(self, kept: list[Crash], chosen: str) -> None:
        """The crashes that are kept on this machine, to take one into the report; nothing to choose where there is
        none."""
        self.crashes = ChoiceBox(self)
        self.crashes.setObjectName("crashChoice")
        self.crashes.setAccessibleName(self.tr("Crash"))
        self.crashes.addItem(self.tr("Without a crash"), "")
        for crash in kept:
            self.crashes.addItem(self.tr("With the crash of {time}").format(time=date_text(crash.when)), crash.text)
        if chosen and self.crashes.findData(chosen) < 0:
            self.crashes.addItem(self.tr("With the last crash"), chosen)
        self.crashes.setCurrentIndex(max(0, self.crashes.findData(chosen)))
        widest = max(
            self.fontMetrics().horizontalAdvance(self.crashes.itemText(at)) for at in range(self.crashes.count())
        )
        self.crashes.setMinimumWidth(widest + _FRAME)
        self.crashes.setVisible(self.crashes.count() > 1)
        self.crashes.currentIndexChanged.connect(self.make_report)

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
        foot.addWidget(self.with_paths)
        foot.addWidget(HelpMark("report.paths", self.with_paths, parent=self))
        foot.addStretch(1)
        foot.addWidget(self.crashes)
        foot.addWidget(HelpMark("report.crash", self.crashes, parent=self))
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
        self.find_line = SearchLine(self.tr("Find in the log"), self)
        self.find_line.textChanged.connect(self._show_log)
        folder = QPushButton(self.tr("Show its folder"), self)
        folder.clicked.connect(_show_folder)
        again = QPushButton(self.tr("Read again"), self)
        again.clicked.connect(self.read_log)
        for button in (folder, again, self.copy, self.save):
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addWidget(self.level)
        foot.addWidget(HelpMark("report.level", self.level, parent=self))
        foot.addWidget(self.find_line, 1)
        foot.addWidget(folder)
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


def _show_folder() -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent)))


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
