"""The Check page: findings, statistics and splits of the project, and how far the check is.

Owns putting the three views together and the line about the check at the top. Does not own what they show.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.health.findings_view import FindingsView
from qvl_desktop.gui.health.split_view import SplitView
from qvl_desktop.gui.health.statistics_view import StatisticsView
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.health import health_of
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.rows import Change

FINDINGS, STATISTICS, SPLIT = 0, 1, 2


class HealthPage(QWidget):
    """The page. Nothing is checked before it is shown for the first time."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.health = health_of(session)
        self.findings = FindingsView(session, self.health, self)
        self.statistics = StatisticsView(session, self.health, self)
        self.split = SplitView(session, self.health, self)
        self.modes = QButtonGroup(self)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_role(self.words, "caption")
        self.bar = QProgressBar(self)
        self.bar.setFixedWidth(140)
        self.pause_button = QToolButton(self)
        self.stop_button = QPushButton(self.tr("Stop"), self)
        self.again_button = QPushButton(self.tr("Check again"), self)
        self.empty = EmptyState("health", self)
        self._views = QStackedWidget(self)
        for view in (self.findings, self.statistics, self.split):
            self._views.addWidget(view)
        work = QWidget(self)
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._views, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(work)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._connect()
        self._on_project()

    def show_view(self, number: int) -> None:
        """Show `FINDINGS`, `STATISTICS` or `SPLIT`."""
        self.modes.button(number).setChecked(True)
        self._views.setCurrentIndex(number)
        self._catch_up()

    def hand_over(self) -> tuple[int, str]:
        """The view and the kind of findings that are shown."""
        return self._views.currentIndex(), self.findings.code

    def take_over(self, state: object) -> None:
        """Show them."""
        if isinstance(state, tuple):
            self.findings.choose(state[1])
            self.show_view(state[0])

    # What is shown

    def _on_project(self) -> None:
        has = self.session.project is not None
        self.empty.show_words(self.tr("No project is open"), self.tr("Open or make one to begin."))
        self._stack.setCurrentIndex(1 if has else 0)
        self.statistics.invalidate()
        self.split.invalidate()
        self.findings.refresh()
        self._show_state()
        if has and self.isVisible():
            self.health.start()

    def _on_change(self, change: Change) -> None:
        if change.kind not in ("files", "proposals"):  # of files the check tells when all are looked at
            self.statistics.invalidate()
            self.split.invalidate()

    def _catch_up(self) -> None:
        if self._views.currentWidget() is self.statistics:
            self.statistics.catch_up()
        elif self._views.currentWidget() is self.split:
            self.split.catch_up()

    def _show_state(self) -> None:
        checking, reading = self.health.running, self.health.files.running
        paused = self.health.files.paused
        self.stop_button.setVisible(checking)
        self.again_button.setVisible(not checking)
        self.pause_button.setVisible(reading and not checking)
        set_icon(self.pause_button, "play" if paused else "pause")
        name = self.tr("Go on") if paused else self.tr("Pause")
        self.pause_button.setToolTip(name)
        self.pause_button.setAccessibleName(name)
        self.bar.setVisible(checking or reading)
        if not checking and not reading:
            done = self.health.complete
            self.words.setText(self.tr("Everything is checked as it changes") if done else self.tr("Not checked"))
        elif not checking and paused:
            self.words.setText(self.tr("Reading pictures is paused"))

    def _on_checked(self, done: int, total: int) -> None:
        if self.health.running:
            self._show_progress(self.tr("Checking: {done} of {total}"), done, total)

    def _on_read(self, done: int, total: int) -> None:
        if not self.health.running and not self.health.files.paused:
            self._show_progress(self.tr("Reading pictures: {done} of {total}"), done, total)

    def _show_progress(self, words: str, done: int, total: int) -> None:
        self.words.setText(words.format(done=f"{done:,}", total=f"{total:,}"))
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def _on_counted(self, findings: int) -> None:
        words = self.tr("Findings")
        self.modes.button(FINDINGS).setText(f"{words}  {findings:,}" if findings else words)

    def _toggle_pause(self) -> None:
        files = self.health.files
        if files.paused:
            files.resume()
        else:
            files.pause()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.session.project is not None:
            self.health.start()
        self._catch_up()

    # Putting together

    def _head(self) -> QWidget:
        head = QWidget(self)
        set_surface(head, "window")
        row = QHBoxLayout(head)
        row.setContentsMargins(Space.L, Space.M, Space.L, Space.S)
        row.setSpacing(Space.XS)
        names = (self.tr("Findings"), self.tr("Statistics"), self.tr("Split"))
        for number, (words, sign) in enumerate(zip(names, ("health", "statistics", "split"), strict=True)):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setChecked(number == FINDINGS)
            set_icon(button, sign)
            self.modes.addButton(button, number)
            row.addWidget(button)
        row.addSpacing(Space.M)
        row.addWidget(self.words, 1)
        row.addSpacing(Space.S)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.pause_button)
        row.addSpacing(Space.S)
        row.addWidget(self.stop_button)
        row.addWidget(self.again_button)
        set_kind(self.stop_button, "quiet")
        set_kind(self.again_button, "quiet")
        set_icon(self.stop_button, "stop")
        set_icon(self.again_button, "refresh")
        return head

    def _connect(self) -> None:
        self.session.projectChanged.connect(self._on_project)
        self.session.contentChanged.connect(self._on_change)
        self.modes.idClicked.connect(self.show_view)
        self.stop_button.clicked.connect(self.health.cancel)
        self.again_button.clicked.connect(self.health.start_over)
        self.pause_button.clicked.connect(self._toggle_pause)
        self.findings.counted.connect(self._on_counted)
        self.health.stateChanged.connect(self._show_state)
        self.health.progressed.connect(self._on_checked)
        self.health.files.stateChanged.connect(self._show_state)
        self.health.files.progressed.connect(self._on_read)
