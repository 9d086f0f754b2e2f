"""The head of a run's page: what it is called, its state, star and note, and what can be asked of it now.

Owns these widgets and which button stands there in which state. Does not own the run nor doing what is asked (`page`).
"""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.core.run_folder import Command, RunState
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.train.run_list import SHOWS_RESUME
from qvl_desktop.gui.train.title_edit import TitleEdit
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.words import STATE_ROLES, date_text, method_text, split_text, state_text
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.training import ALIVE

END_NOW_AFTER = 15.0
"""Seconds after "Stop and save" until ending without saving is offered."""

PAUSES = (Command.PAUSE, Command.PAUSE_AND_FREE)


class RunHead(QWidget):
    """Signals: `asked(str)`: one of "pause", "free" (pause and free the card), "go_on", "stop", "end_now", "sample",
    "resume", "chat", "evaluate:SPLIT", "merge:BITS", "preannotate", "again", "folder", "delete"; `starToggled(bool)`,
    `noteWritten(str)`, `retitled(str)`."""

    asked = Signal(str)
    starToggled = Signal(bool)
    noteWritten = Signal(str)
    retitled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: RunSummary | None = None
        self._note_of: Path | None = None
        self._wish = Command.RUN
        self._wished_at = 0.0
        self._busy = False
        self._name = TitleEdit(self)
        self._name.setObjectName("runName")
        self._name.setAccessibleName(self.tr("Name of the run"))
        self._about, self._state = QLabel(self), QLabel(self)
        self._state.setObjectName("runState")
        self._about.setObjectName("runAbout")
        set_role(self._about, "caption")
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
        self._note.setAccessibleName(self.tr("Your note to this run"))
        self._name.retitled.connect(self.retitled)
        self._note.editingFinished.connect(self._write_note)
        self._make_buttons()
        self._lay_out()

    def show_run(self, run: RunSummary) -> None:
        """Show a run, or newer figures of the one shown."""
        if self._run is None or run.folder != self._run.folder:
            # what was asked before this window looked is still true
            self._wish = run.folder.asked() if run.state is RunState.RUNNING else Command.RUN
            self._wished_at = time.monotonic()
        if run.state is not RunState.RUNNING and self._wish is Command.PAUSE:
            self._wish = Command.RUN
        if run.state not in ALIVE:
            self._wish = Command.RUN
        self._run = run
        self._show_words(run)
        self.show_buttons()

    def wished(self, wish: Command) -> None:
        """The user has asked for this; it comes after the step at hand."""
        if self.isAncestorOf(self.focusWidget() or self):  # or it would go on to "Stop and save" as this button is off
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._wish, self._wished_at = wish, time.monotonic()
        self.show_buttons()

    def show_busy(self, busy: bool) -> None:
        """Whether something is done with the run's result, so that no other such thing can begin."""
        self._busy = busy
        self.show_buttons()

    # Parts

    def _make_buttons(self) -> None:
        self._pause = self._button("pauseButton", self.tr("Pause"), "pause", "pause")
        self._free = self._button("freeButton", self.tr("Pause and free the card"), "pause", "free")
        self._free.setToolTip(
            self.tr("Saves everything and ends the process; going on takes up the run exactly where it was")
        )
        self._go_on = self._button("goOnButton", self.tr("Go on"), "play", "go_on")
        self._stop = self._button("stopButton", self.tr("Stop and save"), "stop", "stop")
        self._samples = self._button("sampleButton", self.tr("Show samples now"), "image", "sample")
        self._end_now = self._button("endNowButton", self.tr("End now, without saving"), "close", "end_now")
        self._resume = self._button("resumeButton", self.tr("Resume"), "play", "resume")
        self._chat = self._button("chatButton", self.tr("Chat with it"), "chat", "chat")
        self._evaluate = self._button("evaluateButton", self.tr("Evaluate"), "statistics", "")
        self._merge = self._button("mergeButton", self.tr("Merge into a model folder"), "models", "")
        self._preannotate = self._button(
            "preannotateButton", self.tr("Pre-annotate with it"), "annotate", "preannotate"
        )
        self._again = self._button("againButton", self.tr("Train again from this"), "refresh", "again")
        self._folder = self._button("folderButton", self.tr("Open folder"), "external", "folder")
        self._delete = self._button("deleteButton", self.tr("Delete"), "trash", "delete")
        set_kind(self._end_now, "danger")
        for button in (self._folder, self._delete):
            set_kind(button, "quiet")
        self._evaluate.setMenu(self._evaluate_menu())
        self._merge.setMenu(self._merge_menu())

    def _button(self, name: str, text: str, icon: str, asks: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        set_icon(button, icon)
        if asks:
            button.clicked.connect(lambda: self.asked.emit(asks))
        return button

    def _evaluate_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("evaluateMenu")
        for split in ("val", "test", "train"):
            words = self.tr("On the split: {name}").format(name=split_text(split))
            menu.addAction(words, lambda split=split: self.asked.emit(f"evaluate:{split}"))  # type: ignore[misc]
        return menu

    def _merge_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName("mergeMenu")
        for bits, words in (
            (0, self.tr("As precise as the base…")),
            (8, self.tr("In 8 bits…")),
            (4, self.tr("In 4 bits…")),
        ):
            menu.addAction(words, lambda bits=bits: self.asked.emit(f"merge:{bits}"))  # type: ignore[misc]
        return menu

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        for widget in (self._name, self._star, self._state):
            first.addWidget(widget)
        first.addStretch(1)
        quiet = FlowLayout(alignment=Qt.AlignmentFlag.AlignRight, one_line=True)
        quiet.addWidget(self._folder)
        quiet.addWidget(self._delete)
        first.addLayout(quiet)
        buttons = FlowLayout(spacing=Space.S)
        for button in (
            self._go_on, self._pause, self._free, self._stop, self._samples, self._end_now, self._resume,
            self._chat, self._evaluate, self._merge, self._preannotate, self._again,
        ):  # fmt: skip
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(first)
        column.addWidget(self._about)
        column.addWidget(self._note)
        column.addLayout(buttons)

    # Showing

    def _show_words(self, run: RunSummary) -> None:
        self._star.setChecked(run.star)
        if not self._note.hasFocus() or self._note_of != run.folder.path:
            self._note.setText(run.note)
        self._note_of = run.folder.path
        self._name.show_title(run.name)
        words = state_text(run.state)
        self._state.setText(words)
        role = STATE_ROLES.get(run.state, "muted")
        set_role(self._state, "muted" if role == "accent" else role)  # type: ignore[arg-type]
        model = Path(run.model).name or run.model
        named = run.folder.path.name if run.title else ""
        parts = (model, method_text(run.method), date_text(run.created), named)
        self._about.setText("  ·  ".join(part for part in parts if part))

    def show_buttons(self) -> None:
        """Show what can be asked for in the run's state, and what was asked and has not come yet."""
        run = self._run
        if run is None:
            return
        state, alive = run.state, run.state in ALIVE
        stopping, freeing = self._wish is Command.STOP, self._wish is Command.PAUSE_AND_FREE
        pausing = self._wish is Command.PAUSE
        waiting = stopping or freeing or pausing
        self._pause.setVisible(state is RunState.RUNNING and not freeing)
        self._pause.setEnabled(not waiting)
        self._pause.setText(self.tr("Pausing…") if pausing else self.tr("Pause"))
        self._free.setVisible(alive and not pausing)
        self._free.setEnabled(not waiting)
        plain = self.tr("Pause and free the card") if state is RunState.RUNNING else self.tr("Free the card")
        self._free.setText(self.tr("Saving and freeing the card…") if freeing else plain)
        self._samples.setVisible(state is RunState.RUNNING and not waiting)
        self._go_on.setVisible(state in (RunState.PAUSED, RunState.FREED))
        self._go_on.setEnabled(not stopping and not freeing)
        self._emphasise(self._go_on, "play", state in (RunState.PAUSED, RunState.FREED))
        self._stop.setVisible(alive)
        self._stop.setEnabled(not stopping)
        self._stop.setText(self.tr("Stopping…") if stopping else self.tr("Stop and save"))
        late = time.monotonic() - self._wished_at > END_NOW_AFTER
        self._end_now.setVisible(alive and (stopping or freeing) and late)
        self._resume.setVisible(state in SHOWS_RESUME - {RunState.FREED} or state is RunState.NEW)
        self._emphasise(self._resume, "play", state in (RunState.INTERRUPTED, RunState.NEW))
        self._resume.setText(
            self.tr("Start")
            if state is RunState.NEW
            else self.tr("Resume")
            if run.checkpoint
            else self.tr("Start again")
        )
        result = (run.adapter or run.full) and not alive
        for button in (self._chat, self._evaluate, self._preannotate):
            button.setVisible(result)
        self._merge.setVisible(result and run.adapter)
        self._evaluate.setEnabled(not self._busy)
        self._merge.setEnabled(not self._busy)
        self._emphasise(self._chat, "chat", state is RunState.FINISHED)
        self._again.setVisible(not alive)
        self._delete.setEnabled(not alive)
        self._delete.setToolTip(
            self.tr("Stop the run first")
            if alive
            else self.tr("Moves the run to the trash, where it can be brought back")
        )

    def _emphasise(self, button: QPushButton, icon: str, primary: bool) -> None:
        set_kind(button, "primary" if primary else "plain")
        set_icon(button, icon, "accent_text" if primary else "text")

    def _write_note(self) -> None:
        if self._run is not None and self._note.text() != self._run.note:
            self.noteWritten.emit(self._note.text())
