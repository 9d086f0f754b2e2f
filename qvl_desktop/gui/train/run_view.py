"""One run: what it is doing, its figures and curves, its last words, and what can be asked of it.

Owns the widgets and when they are redrawn. Does not own the run (`jobs.runs`); it emits what the user asked.
"""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.train.before_after_view import BeforeAfterView
from qvl_desktop.gui.train.curves import Curves
from qvl_desktop.gui.train.figures import Figures
from qvl_desktop.gui.train.launch_line import LaunchLine
from qvl_desktop.gui.train.run_list import SHOWS_RESUME
from qvl_desktop.gui.train.sample_view import SampleView
from qvl_desktop.gui.words import STATE_ROLES, date_text, method_text, size_text, stage_text, state_text
from qvl_desktop.jobs.before_after import before_after
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.training import ALIVE

REDRAW_SECONDS = 0.1
"""Shortest time between two drawings of the curves; a drawing that took long makes it ten times that long."""

END_NOW_AFTER = 15.0
"""Seconds after "Stop and save" until ending without saving is offered."""

LOG_SHOWN = 12


class RunView(QWidget):
    """Signals: `pauseClicked`, `goOnClicked` (after a pause), `stopClicked`, `endNowClicked`, `resumeClicked` (start
    again from the last checkpoint), `chatClicked`, `folderClicked`, `sampleClicked`, `starToggled(bool)`,
    `noteWritten(str)`; all about the run that is shown."""

    pauseClicked = Signal()
    goOnClicked = Signal()
    stopClicked = Signal()
    endNowClicked = Signal()
    resumeClicked = Signal()
    chatClicked = Signal()
    folderClicked = Signal()
    starToggled = Signal(bool)
    noteWritten = Signal(str)
    sampleClicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunSummary | None = None
        self._history = RunHistory()
        self._drawn: tuple[int, int] = (-1, -1)
        self._stop_asked_at: float | None = None
        self._pause_asked = False
        self._name, self._about = QLabel(self), QLabel(self)
        self._state = QLabel(self)
        self._state.setObjectName("runState")
        set_role(self._name, "title")
        set_role(self._about, "caption")
        self._name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._star = QToolButton(self)
        self._star.setObjectName("starButton")
        self._star.setCheckable(True)
        self._star.setText("☆")
        self._star.setToolTip(self.tr("Star this run"))
        self._star.setAccessibleName(self.tr("Star this run"))
        self._star.toggled.connect(lambda star: self._star.setText("★" if star else "☆"))
        self._star.clicked.connect(self.starToggled)
        self._note = QLineEdit(self)
        self._note.setObjectName("noteField")
        self._note.setPlaceholderText(self.tr("Your note to this run"))
        self._note.editingFinished.connect(self._write_note)
        self._pause = self._button("pauseButton", self.tr("Pause"), "pause", self.pauseClicked)
        self._go_on = self._button("goOnButton", self.tr("Go on"), "play", self.goOnClicked)
        self._stop = self._button("stopButton", self.tr("Stop and save"), "stop", self.stopClicked)
        self._samples = self._button("sampleButton", self.tr("Show samples now"), "image", self.sampleClicked)
        self._end_now = self._button("endNowButton", self.tr("End now, without saving"), "close", self.endNowClicked)
        self._resume = self._button("resumeButton", self.tr("Resume"), "play", self.resumeClicked)
        self._chat = self._button("chatButton", self.tr("Chat with this"), "chat", self.chatClicked)
        self._folder = self._button("folderButton", self.tr("Open folder"), "external", self.folderClicked)
        set_kind(self._end_now, "danger")
        set_kind(self._folder, "quiet")
        self._message = QLabel(self)
        self._message.setObjectName("runMessage")
        self._message.setWordWrap(True)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._stage = QLabel(self)
        self._stage.setObjectName("runStage")
        set_role(self._stage, "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._figures = Figures(self)
        self.curves = Curves(self)
        self.curves.setMinimumHeight(420)
        self._sample = SampleView(self)
        self._before_after = BeforeAfterView(self)
        self._launch = LaunchLine(self)
        self._checked = QLabel(self)
        self._checked.setObjectName("forecastChecked")
        self._checked.setWordWrap(True)
        self._checked.hide()
        set_role(self._checked, "caption")
        self._log = QPlainTextEdit(self)
        self._log.setReadOnly(True)
        self._log.setAccessibleName(self.tr("Last lines of the log"))
        set_role(self._log, "mono")
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._show_buttons)
        self._note_of: Path | None = None
        self._draw_seconds = 0.0
        self._drawn_at = 0.0

    @property
    def run(self) -> Path | None:
        """The folder of the run that is shown."""
        return self._run.folder.path if self._run else None

    def show_run(self, run: RunSummary) -> None:
        """Show a run, or newer figures of the one shown."""
        if self._run is None or run.folder != self._run.folder:
            self._history, self._drawn = RunHistory(), (-1, -1)
            self._stop_asked_at, self._pause_asked = None, False
            self._sample.show_sample(run.folder.path, None)
            self._before_after.show_change(run.folder.path, None)
            self._checked.hide()
            self.curves.show_history(self._history)
        if run.state is not RunState.RUNNING:
            self._pause_asked = False
        if run.state not in ALIVE:
            self._stop_asked_at = None
        if run.state in ALIVE or run.state is RunState.FINISHED:
            self._launch.hide()
        elif self._run is None or (run.folder, run.state) != (self._run.folder, self._run.state):
            self._launch.show_run(run.folder)
        self._run = run
        self._show_head(run)
        self._show_buttons()
        self._show_stage()
        self._clock.start() if run.state in ALIVE else self._clock.stop()

    def show_history(self, history: RunHistory, log: list[str]) -> None:
        """There is more to draw; done at once, or shortly when the last drawing was just now."""
        self._history = history
        self._show_log(log)
        if not self._timer.isActive():
            wait = max(REDRAW_SECONDS, min(10 * self._draw_seconds, 0.5)) - (time.monotonic() - self._drawn_at)
            self._timer.start(max(0, round(wait * 1000)))

    def pause_asked(self) -> None:
        """The user asked for a pause; it comes after the step that is running."""
        self._pause_asked = True
        self._show_buttons()

    def stop_asked(self) -> None:
        """The user asked to stop; the run ends its step and saves first."""
        self._stop_asked_at = time.monotonic()
        self._show_buttons()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        first = QHBoxLayout()
        first.setSpacing(Space.M)
        first.addWidget(self._star)
        first.addWidget(self._name)
        first.addWidget(self._state)
        first.addStretch(1)
        words.addLayout(first)
        words.addWidget(self._about)
        words.addWidget(self._note)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        for button in (self._pause, self._go_on, self._stop, self._samples, self._end_now, self._resume, self._chat):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._folder)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(words)
        column.addLayout(buttons)
        column.addWidget(self._message)
        column.addWidget(self._stage)
        column.addWidget(self._bar)
        column.addWidget(self._figures)
        column.addWidget(self._checked)
        column.addWidget(self.curves, 1)
        column.addWidget(self._launch)
        column.addWidget(self._before_after)
        column.addWidget(self._sample)
        column.addWidget(self._log)

    def _button(self, name: str, text: str, icon: str, clicked: SignalInstance) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        set_icon(button, icon)
        button.clicked.connect(clicked)
        return button

    def _write_note(self) -> None:
        if self._run is not None and self._note.text() != self._run.note:
            self.noteWritten.emit(self._note.text())

    def _show_head(self, run: RunSummary) -> None:
        self._star.setChecked(run.star)
        if not self._note.hasFocus() or self._note_of != run.folder.path:
            self._note.setText(run.note)
        self._note_of = run.folder.path
        self._name.setText(run.name)
        self._state.setText(state_text(run.state))
        role = STATE_ROLES.get(run.state, "muted")
        set_role(self._state, "muted" if role == "accent" else role)  # type: ignore[arg-type]
        model = Path(run.model).name or run.model
        self._about.setText(
            "  ·  ".join(part for part in (model, method_text(run.method), date_text(run.created)) if part)
        )
        self._message.setText(run.message)
        self._message.setVisible(bool(run.message))
        set_role(self._message, "danger" if run.state in (RunState.FAILED, RunState.INTERRUPTED) else "muted")

    def _show_buttons(self) -> None:
        run = self._run
        if run is None:
            return
        alive, stopping = run.state in ALIVE, self._stop_asked_at is not None
        self._pause.setVisible(run.state is RunState.RUNNING)
        self._pause.setEnabled(not stopping and not self._pause_asked)
        self._pause.setText(self.tr("Pausing…") if self._pause_asked else self.tr("Pause"))
        self._samples.setVisible(run.state is RunState.RUNNING and not stopping and not self._pause_asked)
        self._go_on.setVisible(run.state is RunState.PAUSED)
        self._stop.setVisible(alive)
        self._stop.setEnabled(not stopping)
        self._stop.setText(self.tr("Stopping…") if stopping else self.tr("Stop and save"))
        waited = time.monotonic() - self._stop_asked_at if self._stop_asked_at is not None else 0.0
        self._end_now.setVisible(alive and waited > END_NOW_AFTER)
        self._resume.setVisible(run.state in SHOWS_RESUME)
        set_kind(self._resume, "primary" if run.state is RunState.INTERRUPTED else "plain")
        set_icon(self._resume, "play", "accent_text" if run.state is RunState.INTERRUPTED else "text")
        self._resume.setText(self.tr("Resume") if run.checkpoint else self.tr("Start again"))
        self._chat.setVisible(run.adapter and not alive)
        set_kind(self._chat, "primary" if run.state is RunState.FINISHED else "plain")
        set_icon(self._chat, "chat", "accent_text" if run.state is RunState.FINISHED else "text")

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
                    forecast=size_text(told.forecast),
                    measured=size_text(told.measured),
                    free=size_text(told.available),
                )
            )

    def _show_log(self, lines: list[str]) -> None:
        failed = self._run is not None and self._run.state in (RunState.FAILED, RunState.INTERRUPTED)
        self._log.setVisible(failed and bool(lines))
        if failed and lines:
            text = "\n".join(lines[-LOG_SHOWN:])
            if text != self._log.toPlainText():
                self._log.setPlainText(text)
                rows = min(len(lines), LOG_SHOWN)
                self._log.setFixedHeight(rows * self._log.fontMetrics().lineSpacing() + 2 * Space.M)
                self._log.verticalScrollBar().setValue(self._log.verticalScrollBar().maximum())

    def _draw(self) -> None:
        begun = time.perf_counter()
        history = self._history
        drawn = (id(history), history.version)
        if drawn != self._drawn and self._run is not None:
            self._drawn = drawn
            self.curves.show_history(history)
            self._figures.show_history(history, self._run)
            self._sample.show_sample(self._run.folder.path, history.sample)
            self._before_after.show_change(self._run.folder.path, before_after(history))
            self._show_checked(history)
            self._show_stage()
        self._draw_seconds = time.perf_counter() - begun
        self._drawn_at = time.monotonic()
