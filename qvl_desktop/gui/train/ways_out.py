"""Why a run ended without its result, in plain words, and the ways out as buttons.

Owns which ways out there are for which failure, and finding what they need beside the window. Does not own the words of
a failure (the run's own), nor doing what is asked (`page`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.cheaper import Change
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.plan import CHANGEABLE, TrainingPlan
from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.train.forecast_view import change_text
from qvl_desktop.gui.widgets.elided_button import ElidedButton
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.jobs.machine import look_at_machine
from qvl_desktop.jobs.plan_forecast import cheaper_than, count_lengths
from qvl_desktop.jobs.room import Part, Room, look_for_room, make_room
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.training import describe_end
from qvl_desktop.storage.dataset import load_dataset

MOST_CHANGES = 4
SLOWER_RATE = 1 / 3
NO_ROOM = frozenset({"DiskFullError", "FeatureRoomError"})
BAD_DATA = frozenset({"TrainingDataError", "DataError", "PictureError", "PictureCountError"})
NO_MODEL = frozenset({"ModelLoadError", "WeightFileError", "AdapterError", "CardError", "ConfigurationError"})


class WaysOut(QWidget):
    """Hidden for runs that are well. Signals:

    goOnWith(TrainingPlan): the same run is to go on with this plan.
    newRunWith(TrainingPlan): a new run is to be set up with it.
    sourceClicked(str): show where a sample comes from.
    pageClicked(str): show a page of the window.
    resumeClicked(): go on as it is.
    logClicked(): show the log.
    failed(Exception): something asked for here did not work.
    roomMade(): something was deleted for good.
    """

    goOnWith = Signal(object)
    newRunWith = Signal(object)
    sourceClicked = Signal(str)
    pageClicked = Signal(str)
    resumeClicked = Signal()
    logClicked = Signal()
    failed = Signal(object)
    roomMade = Signal()

    def __init__(self, model_folder: Callable[[str], Path | None], parent: QWidget | None = None) -> None:
        """`model_folder` gives the folder of what `--model` calls so."""
        super().__init__(parent)
        set_surface(self, "raised")
        self._model_folder = model_folder
        self._run: RunSummary | None = None
        self._plan: TrainingPlan | None = None
        self._tasks: list[Task[object]] = []
        self._message = QLabel(self)
        self._message.setObjectName("runMessage")
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lead = QLabel(self)
        self._lead.setObjectName("waysLead")
        self._lead.setWordWrap(True)
        self._lead.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self._lead, "muted")
        self._box = QWidget(self)
        self._flow = FlowLayout(self._box, Space.S)
        self._buttons: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        column.setSpacing(Space.S)
        self._trouble = TroubleButton(self)
        for widget in (self._message, self._trouble, self._lead, self._box):
            column.addWidget(widget)
        self.hide()

    def show_run(self, run: RunSummary) -> None:
        """Show why a run ended and what can be done; nothing for one that is well."""
        known = (self._run.folder, self._run.state, self._run.message) if self._run else None
        message = run.message or self._told(run)
        self.setVisible(bool(message))
        if known == (run.folder, run.state, run.message):
            return
        self._run = run
        self._forget()
        self._message.setText(message)
        bad = run.state in (RunState.FAILED, RunState.INTERRUPTED)
        set_role(self._message, "danger" if bad else "muted")
        self._trouble.say(message if bad else "")
        self._lead.hide()
        if not bad:
            return
        try:
            self._plan = TrainingPlan.load(run.folder.plan)
        except PlanError:
            self._plan = None
        self._offer(run)

    def _told(self, run: RunSummary) -> str:
        """What is to be said of a run that has left no word of its own."""
        if run.state is RunState.FREED:
            return self.tr("All is saved and the card is free. Going on takes up the run exactly where it was.")
        return describe_end(run.state, None)

    # Which ways out

    def _offer(self, run: RunSummary) -> None:
        killed = run.state is RunState.INTERRUPTED
        if run.failure == "OutOfMemoryError" or (killed and "SIGKILL" in run.message):
            self._look_for_cheaper(run)
        elif run.failure == "DivergedError":
            self._offer_slower(run)
        elif run.failure in NO_ROOM:
            self._look_for_room(run)
        elif run.failure in BAD_DATA:
            self._button("toHealth", self.tr("Check the data"), "health", lambda: self.pageClicked.emit("health"))
            words = self.tr("Open Conversations")
            self._button("toTalks", words, "conversations", lambda: self.pageClicked.emit("conversations"))
        elif run.failure in NO_MODEL:
            self._button("toModels", self.tr("Open Models"), "models", lambda: self.pageClicked.emit("models"))
        elif killed:
            words = self.tr("If memory was short: find settings that need less")
            self._button("findCheaper", words, "search", lambda: self._look_for_cheaper(run))
        self._button("toLog", self.tr("Show the log"), "list", self.logClicked.emit, kind="quiet")

    def _offer_slower(self, run: RunSummary) -> None:
        if source := str(run.values.get("source", "")).strip("?"):
            words = self.tr("Open the sample: {source}").format(source=source)
            self._button("openSample", words, "external", lambda: self.sourceClicked.emit(source))
        if self._plan is not None:
            slower = replace(self._plan, learning_rate=float(f"{self._plan.learning_rate * SLOWER_RATE:.2g}"))
            words = self.tr("New run with learning rate {rate}").format(rate=f"{slower.learning_rate:g}")
            self._button("slowerRate", words, "refresh", lambda: self.newRunWith.emit(slower))

    # Out of memory

    def _look_for_cheaper(self, run: RunSummary) -> None:
        plan = self._plan
        folder = None if plan is None else self._model_folder(plan.model)
        if plan is None or folder is None or not plan.data:
            return
        self._say(self.tr("Looking for the cheapest changes that make it fit…"))

        def work() -> object:
            return cheaper_than(
                plan, count_lengths(load_dataset(Path(plan.data)), folder, plan.max_pixels), look_at_machine()
            )

        self._ask(work, lambda found: self._offer_cheaper(found))  # type: ignore[arg-type]

    def _offer_cheaper(self, found: tuple[Change, ...]) -> None:
        if not found:
            self._say(self.tr("No setting needs less: choose a smaller model, or close other programs."))
            return
        self._say(self.tr("Each of these needs less memory, the least costly first:"))
        for place, offer in enumerate(found[:MOST_CHANGES]):
            goes_on = set(CHANGEABLE).issuperset(offer.settings) and self._run is not None and self._run.checkpoint
            words = self.tr("Go on with {change}") if goes_on else self.tr("New run with {change}")
            signal = self.goOnWith if goes_on else self.newRunWith
            self._button(
                f"cheaper-{place}",
                words.format(change=change_text(offer)),
                "play" if goes_on else "refresh",
                lambda signal=signal, plan=offer.plan: signal.emit(plan),  # type: ignore[misc]
                kind="primary" if place == 0 else "plain",
                at=place,
            )

    # No room

    def _look_for_room(self, run: RunSummary) -> None:
        self._say(self.tr("Looking for what could be freed…"))
        place, spare = run.folder.path.parent, run.folder.path
        self._ask(lambda: look_for_room(place, spare), lambda room: self._offer_room(room))  # type: ignore[arg-type]

    def _offer_room(self, room: Room) -> None:
        words: dict[Part, str] = {
            "trash": self.tr("Empty the trash: {size}"),
            "features": self.tr("Clear the cache of pictures, which is made anew: {size}"),
            "checkpoints": self.tr("Delete the checkpoints of finished runs, not their results: {size}"),
        }
        self._say(self.tr("{size} are free there. This can go:").format(size=file_size(room.free)))
        found = 0
        for part, text in words.items():
            if size := room.of(part):
                self._twice(f"room-{part}", text.format(size=file_size(size)), part, at=found)
                found += 1
        if not found:
            self._say(
                self.tr(
                    "{size} are free there. Nothing of this program's could go: free something else, then resume."
                ).format(size=file_size(room.free))
            )
        self._button("roomResume", self.tr("Resume"), "play", self.resumeClicked.emit, at=found)

    def _twice(self, name: str, text: str, part: Part, at: int) -> None:
        """A button that asks in its own words before it deletes for good."""
        button = self._button(name, text, "trash", lambda: None, at=at)
        button.setProperty("sure", False)

        def click() -> None:
            if not button.property("sure"):
                button.setProperty("sure", True)
                button.setText(self.tr("Delete for good? Click again"))
                set_kind(button, "danger")
            elif (run := self._run) is not None:
                button.setEnabled(False)
                place, spare = run.folder.path.parent, run.folder.path
                freeing: Task[int] = Task(lambda: make_room(part, place, spare)).changing()
                freeing.on_success(self._made).on_failure(self._tell_failure).start(self)

        button.clicked.connect(click)

    def _made(self, freed: int) -> None:
        self.roomMade.emit()
        if self._run is not None:
            run = self._run
            self._forget()
            self._look_for_room(run)
            self._button("toLog", self.tr("Show the log"), "list", self.logClicked.emit, kind="quiet")

    # Parts

    def _say(self, words: str) -> None:
        self._lead.setText(words)
        self._lead.show()

    def _button(
        self, name: str, text: str, icon: str, call: Callable[[], object], *, kind: str = "plain", at: int | None = None
    ) -> QPushButton:
        button = ElidedButton(text, self._box)
        button.setObjectName(name)
        set_kind(button, kind)  # type: ignore[arg-type]
        set_icon(button, icon, "accent_text" if kind == "primary" else "text")
        button.clicked.connect(lambda: call())
        self._buttons.insert(len(self._buttons) if at is None else at, button)
        for one in self._buttons:  # in their order, whenever they came
            self._flow.removeWidget(one)
        for one in self._buttons:
            self._flow.addWidget(one)
        button.show()
        return button

    def _ask(self, work: Callable[[], object], then: Callable[[object], None]) -> None:
        task: Task[object] = Task(work).on_success(then).on_failure(self._tell_failure)
        self._tasks.append(task)
        task.start(self)

    def _tell_failure(self, error: Exception) -> None:
        self._lead.hide()
        self.failed.emit(error)

    def _forget(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons.clear()
