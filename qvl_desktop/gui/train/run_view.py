"""One run: its head, why it ended, its figures and curves, its validations, what it changed, its log.

Owns which parts there are and when they are redrawn. Does not own a part, the run (`jobs.runs`), nor doing what is
asked: `head.asked` and the other signals of the parts go to the page.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import memory_size
from qvl_desktop.core.run_folder import Command, RunState
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.train.before_after_view import BeforeAfterView
from qvl_desktop.gui.train.curve_files import CurveFiles
from qvl_desktop.gui.train.curves import Curves
from qvl_desktop.gui.train.evaluation_view import EvaluationView
from qvl_desktop.gui.train.figures import Figures
from qvl_desktop.gui.train.launch_line import LaunchLine
from qvl_desktop.gui.train.notices_view import NoticesView
from qvl_desktop.gui.train.run_head import RunHead
from qvl_desktop.gui.train.run_log import RunLog
from qvl_desktop.gui.train.validation_view import ValidationView
from qvl_desktop.gui.train.ways_out import WaysOut
from qvl_desktop.gui.train.work_line import WorkLine
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.words import stage_text
from qvl_desktop.jobs.before_after import before_after
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.run_works import Work
from qvl_desktop.jobs.training import ALIVE

REDRAW_SECONDS = 0.1
"""Shortest time between two drawings of the curves; a drawing that took long makes it ten times that long."""

SICK = (RunState.FAILED, RunState.INTERRUPTED)


class RunView(QWidget):
    """Signals: `failed(Exception)` when a file could not be written. `head`, `ways_out`, `work_line` and `evaluation`
    tell what the user asks."""

    failed = Signal(object)

    def __init__(self, model_folder: Callable[[str], Path | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunSummary | None = None
        self._history = RunHistory()
        self._drawn: tuple[int, int] = (-1, -1)
        self._log_lines: list[str] = []
        self.head = RunHead(self)
        self.ways_out = WaysOut(model_folder, self)
        self.work_line = WorkLine(self)
        self._notices = NoticesView(self)
        self._stage = QLabel(self)
        self._stage.setObjectName("runStage")
        set_role(self._stage, "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._figures = Figures(self)
        self._checked = QLabel(self)
        self._checked.setObjectName("forecastChecked")
        self._checked.setWordWrap(True)
        self._checked.hide()
        set_role(self._checked, "caption")
        self.curves = Curves(self)
        self.curves.setMinimumHeight(470)
        self.files = CurveFiles(self.curves, self._histories, self)
        self.files.failed.connect(self.failed)
        self.validations = ValidationView(self)
        self.evaluation = EvaluationView(self)
        self._before_after = BeforeAfterView(self)
        self._launch = LaunchLine(self)
        self.log = RunLog(self)
        self._lay_out()
        self.ways_out.logClicked.connect(self.log.unfold)
        self.ways_out.failed.connect(self.failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)
        self._draw_seconds = 0.0
        self._drawn_at = 0.0
        self._waiting = False

    @property
    def run(self) -> Path | None:
        """The folder of the run that is shown."""
        return self._run.folder.path if self._run else None

    @property
    def summary(self) -> RunSummary | None:
        """The run that is shown."""
        return self._run

    def show_run(self, run: RunSummary) -> None:
        """Show a run, or newer figures of the one shown."""
        another = self._run is None or run.folder != self._run.folder
        if another:
            self._history, self._drawn = RunHistory(), (-1, -1)
            self._log_lines = []
            self.validations.show_history(run.folder.path, self._history)
            self._before_after.show_change(run.folder.path, None)
            self.evaluation.show_evaluations({})
            self._checked.hide()
            self._notices.show_notices(())
            self.curves.show_history(self._history)
        if another or (self._run is not None and run.state is not self._run.state and run.state in SICK):
            self.log.show_run(run.folder.log, unfolded=run.state in SICK)
        if run.state in ALIVE or run.state is RunState.FINISHED:
            self._launch.hide()
        elif self._run is None or (run.folder, run.state) != (self._run.folder, self._run.state):
            self._launch.show_run(run.folder)
        self._run = run
        self.head.show_run(run)
        self.ways_out.show_run(run)
        self._show_stage()
        self._set_clock()

    def show_history(self, history: RunHistory, log: list[str]) -> None:
        """There is more to draw; done at once, or shortly when the last drawing was just now. While nobody can see it,
        nothing is drawn: it is when the view is painted again."""
        self._history = history
        self._log_lines = log
        self._waiting = not self._in_sight()
        if not self._waiting and not self._timer.isActive():
            wait = max(REDRAW_SECONDS, min(10 * self._draw_seconds, 0.5)) - (time.monotonic() - self._drawn_at)
            self._timer.start(max(0, round(wait * 1000)))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._waiting:
            self._waiting = False
            self._timer.start(0)
            self._set_clock()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._set_clock()

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _in_sight(self) -> bool:
        return self.isVisible() and not self.window().isMinimized()

    def _set_clock(self) -> None:
        """A run that lives counts the seconds of what was asked of it, where somebody can see that."""
        if self._run is not None and self._run.state in ALIVE and self._in_sight():
            self._clock.start()
        else:
            self._clock.stop()

    def _tick(self) -> None:
        if self._in_sight():
            self.head.show_buttons()
        else:
            self._waiting = True
            self._clock.stop()

    def show_work(self, work: Work | None, found: dict[str, dict[str, Any]] | None = None) -> None:
        """What is done with the run's result now, and (when given) what was measured of it."""
        self.work_line.show_work(work)
        self.head.show_busy(work is not None and work.running)
        if found is not None:
            self.evaluation.show_evaluations(found)

    def wished(self, wish: Command) -> None:
        """The user asked for something that comes after the step that is running."""
        self.head.wished(wish)

    def _lay_out(self) -> None:
        files = QHBoxLayout()
        files.addWidget(self._checked, 1)
        files.addStretch(0)
        files.addWidget(self.files)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        for widget in (
            self.head,
            self.ways_out,
            self.work_line,
            self._notices,
            self._stage,
            self._bar,
            self._figures,
        ):
            column.addWidget(widget)
        column.addLayout(files)
        column.addWidget(self.curves, 1)
        for part in (self._launch, self.evaluation, self._before_after, self.validations, self.log):
            column.addWidget(part)

    def _histories(self) -> dict[str, RunHistory]:
        return {} if self._run is None else {self._run.name: self._history}

    def _show_stage(self) -> None:
        stage, alive = self._history.stage, self._run is not None and self._run.state in ALIVE
        if not alive:
            text, done, total = "", 0, 0
        elif stage is not None:
            text, done, total = stage_text(stage.stage), stage.done, stage.total
        elif self._history.steps:
            text, done, total = "", self._history.step, self._history.total
        else:
            text, done, total = self.tr("Starting the training process…"), 0, 0
        if text and total > 1:
            text = f"{text}  {done} / {total}"
        self._stage.setText(text)
        self._stage.setVisible(bool(text))
        self._bar.setVisible(alive)
        self._bar.setRange(0, total if total > 1 else 0)
        self._bar.setValue(done)

    def _show_checked(self, history: RunHistory) -> None:
        """The forecast of memory beside what one real step took."""
        told = history.forecasted
        self._checked.setVisible(told is not None)
        if told is not None:
            words = self.tr("Forecast {forecast}, one real step took {measured} of {free} that were free.")
            self._checked.setText(
                words.format(
                    forecast=memory_size(told.forecast),
                    measured=memory_size(told.measured),
                    free=memory_size(told.available),
                )
            )

    def _draw(self) -> None:
        begun = time.perf_counter()
        history, run = self._history, self._run
        drawn = (id(history), history.version)
        self.log.show_lines(self._log_lines)
        if drawn != self._drawn and run is not None:
            self._drawn = drawn
            self.curves.show_history(history, run.best_by)
            self._figures.show_history(history, run)
            self.validations.show_history(run.folder.path, history)
            self._before_after.show_change(run.folder.path, before_after(history))
            self._show_checked(history)
            self._notices.show_notices(history.notices)
            self._show_stage()
        self._draw_seconds = time.perf_counter() - begun
        self._drawn_at = time.monotonic()
