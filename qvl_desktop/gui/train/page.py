"""The Train page: the list of runs at the left; at the right a new run's form, or one run.

Owns joining the views to the session's runs. Does not own training (`jobs.training`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.train.compare_view import CompareView
from qvl_desktop.gui.train.new_run import NewRun
from qvl_desktop.gui.train.run_list import RunList
from qvl_desktop.gui.train.run_view import RunView
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.training import ALIVE

LIST_WIDTH = 244


class TrainPage(QWidget):
    """Start runs, watch them, ask things of them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = session.runs
        self.run_list = RunList(self)
        self.new_run = NewRun(session, self)
        self.run_view = RunView()
        self._new_button = QPushButton(self.tr("New run"), self)
        self._new_button.setObjectName("newRunButton")
        set_icon(self._new_button, "plus")
        self._compare_button = QPushButton(self)
        self._compare_button.setObjectName("compareButton")
        set_icon(self._compare_button, "statistics")
        self.compare = CompareView(self)
        self._empty = QLabel(self.tr("Runs appear here. They go on when the window is closed."), self)
        self._empty.setWordWrap(True)
        set_role(self._empty, "caption")
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.run_view)
        self._detail = QStackedWidget(self)
        self._detail.addWidget(self.new_run)
        self._detail.addWidget(scroll)
        self._detail.addWidget(self.compare)
        self._lay_out()
        self._connect()
        self._chosen_by_user = False
        self._show_list()
        self._show_checked()

    def show_new_run(self) -> None:
        """Show the form of a new run."""
        self.run_list.choose(None)
        self._detail.setCurrentIndex(0)

    def show_run(self, path: Path) -> None:
        """Show one run."""
        summary = self._runs.summary(path)
        if summary is None:
            return
        self.run_view.show_run(summary)
        self._detail.setCurrentIndex(1)
        self._show_history(path)

    def _lay_out(self) -> None:
        side = QWidget(self)
        side.setFixedWidth(LIST_WIDTH)
        set_surface(side, "panel")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.setSpacing(Space.M)
        head = QVBoxLayout()
        head.setContentsMargins(Space.M, 0, Space.M, 0)
        head.setSpacing(Space.M)
        head.addWidget(self._new_button)
        head.addWidget(self._compare_button)
        head.addWidget(self._empty)
        column.addLayout(head)
        column.addWidget(self.run_list, 1)
        line = QFrame(self)
        line.setProperty("line", True)
        line.setFixedWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addWidget(line)
        row.addWidget(self._detail, 1)

    def _connect(self) -> None:
        self._new_button.clicked.connect(self._ask_new_run)
        self.new_run.form.changed.connect(self._user_chose)
        self.new_run.startRequested.connect(self._start)
        self.run_list.runChosen.connect(self.show_run)
        self.run_list.checkedChanged.connect(self._show_checked)
        self._compare_button.clicked.connect(self.show_comparison)
        self.compare.failed.connect(self._session.report)
        self._runs.listChanged.connect(self._show_list)
        self._runs.runChanged.connect(self._run_changed)
        self._runs.historyChanged.connect(self._show_history)
        self._session.trainRequested.connect(self._train_model)
        view = self.run_view
        view.pauseClicked.connect(self._pause)
        view.goOnClicked.connect(self._go_on)
        view.stopClicked.connect(self._stop)
        view.sampleClicked.connect(lambda: self._ask("sample"))
        view.endNowClicked.connect(self._end_now)
        view.resumeClicked.connect(self._resume)
        view.chatClicked.connect(self._chat)
        view.folderClicked.connect(self._open_folder)
        view.starToggled.connect(lambda star: self._annotate(star=star))
        view.noteWritten.connect(lambda note: self._annotate(note=note))

    def _show_list(self) -> None:
        runs = self._runs.summaries
        self.run_list.show_runs(runs)
        self._empty.setVisible(not runs)
        shown = self.run_view.run
        if not self._chosen_by_user and self._detail.currentIndex() == 0 and (alive := self._runs.alive):
            self.run_list.choose(alive[0].folder.path)  # begin with the run that is alive
        if shown is not None and self._runs.summary(shown) is None and self._detail.currentIndex() == 1:
            self.show_new_run()

    def _run_changed(self, path: Path) -> None:
        summary = self._runs.summary(path)
        if summary is None:
            return
        self.run_list.show_run(summary)
        if path == self.run_view.run:
            self.run_view.show_run(summary)

    def _show_history(self, path: Path) -> None:
        if self._detail.currentWidget() is self.compare and path in self.run_list.checked:
            self._draw_comparison()
        if path == self.run_view.run and (history := self._runs.history(path)) is not None:
            self.run_view.show_history(history, self._runs.log(path))

    def show_comparison(self) -> None:
        """Lay the curves of the runs that are checked over each other."""
        self._user_chose()
        self.run_list.clearSelection()
        self._detail.setCurrentWidget(self.compare)
        self._draw_comparison()

    def _draw_comparison(self) -> None:
        found = {path.name: self._runs.history(path) for path in self.run_list.checked}
        self.compare.show_runs({name: history for name, history in found.items() if history is not None})

    def _show_checked(self) -> None:
        """Comparing is offered as soon as there is something to compare."""
        count = len(self.run_list.checked)
        self._compare_button.setText(self.tr("Compare %n run(s)", "", count))
        self._compare_button.setVisible(count > 0)
        if self._detail.currentWidget() is self.compare:
            self._draw_comparison() if count else self.show_new_run()

    def _annotate(self, **said: Any) -> None:
        if path := self.run_view.run:
            try:
                self._runs.annotate(path, **said)
            except QvlError as error:
                self._session.report(error)

    def _ask_new_run(self) -> None:
        self._user_chose()
        self.show_new_run()

    def _user_chose(self) -> None:
        """From now on the page shows what the user picks, nothing by itself."""
        self._chosen_by_user = True

    def _train_model(self, reference: str) -> None:
        self._ask_new_run()
        self.new_run.choose_model(reference)

    def _start(self, plan: TrainingPlan) -> None:
        try:
            path = self._runs.begin(plan, self._session.runs_folder)
        except QvlError as error:
            self._session.report(error)
            return
        self.run_list.choose(path)

    def _ask(self, what: str) -> bool:
        """Pass a wish on to the run that is shown; False when it does not live."""
        path = self.run_view.run
        thread = None if path is None else self._runs.thread_of(path)
        if thread is None:
            return False
        try:
            getattr(thread, what)()
        except (QvlError, OSError) as error:
            self._session.report(error)
            return False
        return True

    def _pause(self) -> None:
        if self._ask("pause"):
            self.run_view.pause_asked()

    def _go_on(self) -> None:
        self._ask("resume")

    def _stop(self) -> None:
        if self._ask("stop"):
            self.run_view.stop_asked()

    def _end_now(self) -> None:
        self._ask("end_now")

    def _resume(self) -> None:
        if path := self.run_view.run:
            self._runs.resume(path)
            self.show_run(path)

    def _chat(self) -> None:
        summary = None if self.run_view.run is None else self._runs.summary(self.run_view.run)
        if summary is not None and summary.state not in ALIVE:
            self._session.chat_with(summary.model or DEMO, str(summary.folder.adapter))

    def _open_folder(self) -> None:
        if path := self.run_view.run:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(RunFolder(path).path)))
