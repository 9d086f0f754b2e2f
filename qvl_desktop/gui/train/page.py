"""The Train page: the list of runs at the left; at the right a new run's form, one run, several compared, or what is
trained on.

Owns joining the views to the session's runs. Does not own training (`jobs.training`), nor what is done with a run's
result and its folder (`run_actions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.gui.train.compare_view import CompareView
from qvl_desktop.gui.train.new_run import FormState, NewRun
from qvl_desktop.gui.train.run_actions import RunActions
from qvl_desktop.gui.train.run_panel import RunPanel
from qvl_desktop.gui.train.run_view import RunView
from qvl_desktop.gui.train.sources import open_source
from qvl_desktop.gui.train.trained_text_view import TrainedTextView
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.run_works import Work, evaluations
from qvl_desktop.jobs.session import Session


@dataclass(frozen=True, slots=True)
class TrainState:
    """What a page hands over to the next one."""

    form: FormState
    checked: list[Path]
    run: Path | None
    compares: bool
    text: TrainingPlan | None


class TrainPage(QWidget):
    """Start runs, watch them, ask things of them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._runs = session.runs
        self.panel = RunPanel(self)
        self.run_list = self.panel.list
        self.new_run = NewRun(session, self)
        self.run_view = RunView(self._model_folder)
        self.compare = CompareView(self)
        self.text = TrainedTextView(session, self)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what it holds has the focus
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.run_view)
        self._detail = QStackedWidget(self)
        for widget in (self.new_run, self._scroll, self.compare, self.text):
            self._detail.addWidget(widget)
        self.actions_of_runs = RunActions(session, self.run_view, self.panel, self)
        self._lay_out()
        self._connect()
        self._chosen_by_user = False
        self._show_list()
        self.actions_of_runs.look_at_trash()

    def show_new_run(self) -> None:
        """Show the form of a new run."""
        self.run_list.choose(None)
        self._detail.setCurrentWidget(self.new_run)

    def show_run(self, path: Path) -> None:
        """Show one run."""
        summary = self._runs.summary(path)
        if summary is None:
            return
        if path != self.run_view.run:
            self._scroll.verticalScrollBar().setValue(0)
        self.run_view.show_run(summary)
        if self._detail.currentWidget() is not self._scroll and self._detail.isAncestorOf(self.focusWidget() or self):
            self.run_list.setFocus()  # else it would go on to the run's name, to be typed over
        self._detail.setCurrentWidget(self._scroll)
        self.run_view.show_work(self._runs.works.of(path), evaluations(path))
        self._show_history(path)

    def train_again(self, plan: TrainingPlan) -> None:
        """Show the form of a new run, filled in with this plan."""
        self._ask_new_run()
        self.new_run.take_run(plan)

    def hand_over(self) -> TrainState:
        """What is shown and what was filled in."""
        shown = self._detail.currentWidget()
        return TrainState(
            form=self.new_run.hand_over(),
            checked=self.run_list.checked,
            run=self.run_view.run if shown is self._scroll else None,
            compares=shown is self.compare,
            text=self.text.plan if shown is self.text else None,
        )

    def take_over(self, state: object) -> None:
        """Show it."""
        if not isinstance(state, TrainState):
            return
        self._ask_new_run()
        self.new_run.take_over(state.form)
        self.run_list.check(state.checked)
        if state.run is not None:
            self.panel.choose(state.run)
        elif state.compares:
            self.show_comparison()
        elif state.text is not None:
            self._show_text(state.text)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._runs.refresh()  # runs of a terminal or another machine may have come

    def _lay_out(self) -> None:
        line = QFrame(self)
        line.setProperty("line", True)
        line.setFixedWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.panel)
        row.addWidget(line)
        row.addWidget(self._detail, 1)

    def _connect(self) -> None:
        panel, view, form = self.panel, self.run_view, self.new_run
        panel.newClicked.connect(self._ask_new_run)
        panel.compareClicked.connect(self.show_comparison)
        form.form.changed.connect(self._user_chose)
        form.startRequested.connect(self._start)
        form.prepareRequested.connect(self._prepare)
        form.textRequested.connect(self._show_text)
        self.text.backClicked.connect(self._leave_text)
        self.text.labelsTaken.connect(form.take_labels)
        self.text.sourceClicked.connect(lambda source: self._open_source(source, self.text.plan.data))
        self.run_list.runChosen.connect(self.show_run)
        self.run_list.checkedChanged.connect(self._show_checked)
        self.compare.failed.connect(self._session.report)
        view.failed.connect(self._session.report)
        view.ways_out.sourceClicked.connect(lambda source: self._open_source(source, self._data_of_run()))
        view.ways_out.pageClicked.connect(self._session.pageRequested)
        view.evaluation.sourceClicked.connect(lambda source: self._open_source(source, self._data_of_run()))
        self._runs.listChanged.connect(self._show_list)
        self._runs.runChanged.connect(self._run_changed)
        self._runs.historyChanged.connect(self._show_history)
        self._runs.works.changed.connect(self._work_changed)
        self._runs.works.done.connect(self._work_done)
        self._session.trainRequested.connect(self._train_model)
        self.actions_of_runs.againAsked.connect(self.train_again)
        self.actions_of_runs.showAsked.connect(self.show_run)
        self.actions_of_runs.restored.connect(self.panel.choose)

    def _show_list(self) -> None:
        runs = self._runs.summaries
        self.panel.show_runs(runs)
        for path in self.run_list.checked:
            if self._runs.summary(path) is None:
                self.run_list.uncheck(path)
        shown = self.run_view.run
        first = not self._chosen_by_user and self._detail.currentWidget() is self.new_run
        if first and (alive := self._runs.alive):
            self.panel.choose(alive[0].folder.path)  # begin with the run that is alive
        if shown is not None and self._runs.summary(shown) is None and self._detail.currentWidget() is self._scroll:
            self.show_new_run()

    def _run_changed(self, path: Path) -> None:
        summary = self._runs.summary(path)
        if summary is None:
            return
        self.panel.show_run(summary)
        if path == self.run_view.run:
            self.run_view.show_run(summary)

    def _show_history(self, path: Path) -> None:
        if self._detail.currentWidget() is self.compare and path in self.run_list.checked:
            self._draw_comparison()
        if path == self.run_view.run and (history := self._runs.history(path)) is not None:
            self.run_view.show_history(history, self._runs.log(path))

    def _work_changed(self, path: Path) -> None:
        if path == self.run_view.run:
            self.run_view.show_work(self._runs.works.of(path))

    def _work_done(self, path: Path, work: Work) -> None:
        if path == self.run_view.run and work.kind == "evaluate":
            self.run_view.show_work(work, evaluations(path))

    def show_comparison(self) -> None:
        """Lay the curves of the runs that are checked over each other."""
        self._user_chose()
        self.run_list.clearSelection()
        self._detail.setCurrentWidget(self.compare)
        self._draw_comparison()

    def _draw_comparison(self) -> None:
        found = {}
        for path in self.run_list.checked:
            summary, history = self._runs.summary(path), self._runs.history(path)
            if summary is not None and history is not None:
                found[path.name if summary.name in found else summary.name] = history
        self.compare.show_runs(found)

    def _show_checked(self) -> None:
        if self._detail.currentWidget() is self.compare:
            self._draw_comparison() if self.run_list.checked else self.show_new_run()

    # A new run

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
        self.panel.choose(path)

    def _prepare(self, plan: TrainingPlan) -> None:
        try:
            path = self._runs.prepare(plan, self._session.runs_folder)
        except QvlError as error:
            self._session.report(error)
            return
        self.panel.choose(path)

    # What is trained on

    def _show_text(self, plan: TrainingPlan) -> None:
        self._user_chose()
        self._detail.setCurrentWidget(self.text)
        self.text.show_plan(plan)

    def _leave_text(self) -> None:
        self._detail.setCurrentWidget(self.new_run)

    def _open_source(self, source: str, data: str) -> None:
        if not open_source(self._session, source, data):
            self._session.notice.emit("warning", self.tr("{source} is not here any more.").format(source=source))

    def _data_of_run(self) -> str:
        plan = self.actions_of_runs.plan_of(self.run_view.run)
        return plan.data if plan is not None else ""

    def _model_folder(self, reference: str) -> Path | None:
        card = self._session.models.card(reference)
        return card.path if card is not None else None
