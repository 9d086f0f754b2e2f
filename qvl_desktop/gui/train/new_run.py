"""A new run: model, data, settings, and everything that is wrong with them.

Owns joining the parts of the form to one plan, checking it as it is filled in, and the buttons at its foot. Does not
own the choice of model and data (`data_box`), settings (`plan_form`), presets (`preset_boxes`), what the run will need
(`forecast_desk`), reading an official command line (`official_paste`) or starting (`page`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.plan_checks import Fault
from qvl_desktop.core.plan_warnings import plan_warnings
from qvl_desktop.core.presets import Preset
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.train.data_box import DataBox
from qvl_desktop.gui.train.forecast_desk import ForecastDesk
from qvl_desktop.gui.train.launch_line import LaunchLine
from qvl_desktop.gui.train.official_paste import OfficialPaste
from qvl_desktop.gui.train.plan_form import LABEL_WIDTH, PlanForm
from qvl_desktop.gui.train.preset_boxes import PresetBoxes
from qvl_desktop.gui.train.problem_list import ProblemList
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.demo_project import demo_plan

DEMO_EVAL_STEPS = 10
"""The demo's runs are short: validate often enough for a curve."""


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form hands over to the next one; no plan while an entry is no number."""

    plan: TrainingPlan | None
    files: tuple[str, ...]
    edited: bool


class NewRun(QWidget):
    """Signals: `startRequested(TrainingPlan)` and `prepareRequested(TrainingPlan)` (make the folder, start elsewhere)
    with a plan that has no faults; `textRequested(TrainingPlan)`: show what this plan would learn from."""

    startRequested = Signal(object)
    prepareRequested = Signal(object)
    textRequested = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._edited = False
        self._asked = False
        self._content = QWidget(self)
        self.choices = DataBox(session, self._content)
        self.form = PlanForm(self._content)
        self.forecast = ForecastDesk(self)
        self.forecast.view.changeClicked.connect(self._take_plan)
        self._official = OfficialPaste(self._content)
        self._official.settingsRead.connect(self._take_official)
        self._presets = PresetBoxes(self._content)
        self._presets.presetChosen.connect(self._apply_preset)
        self._launch = LaunchLine(self._content)
        self._note = QLabel(self._content)
        self._note.setObjectName("takenNote")
        self._note.setWordWrap(True)
        set_role(self._note, "warning")
        self._note.hide()
        self._text = self._button("trainedTextButton", self.tr("Show what is trained on"), "eye")
        self._start = self._button("startButton", self.tr("Start training"), "play", "accent_text")
        self._prepare = self._button("prepareButton", self.tr("Make the folder only"), "folder-add")
        self._prepare.setToolTip(self.tr("Writes the run's folder and its plan, to be started elsewhere"))
        set_kind(self._start, "primary")
        self._text.clicked.connect(self._ask_text)
        self._start.clicked.connect(lambda: self._try(self.startRequested))
        self._prepare.clicked.connect(lambda: self._try(self.prepareRequested))
        self._warning = QLabel(self)
        self._warning.setObjectName("planWarning")
        self._warning.setWordWrap(True)
        self._warning.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self._warning, "warning")
        self._warning.hide()
        self._problems = ProblemList(self)
        self._problems.setObjectName("problems")
        self._problems.clicked.connect(self.reveal)
        self._lay_out()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._look)
        self.form.changed.connect(self._form_edited)
        self.choices.modelChanged.connect(self._model_chosen)
        self.choices.dataChanged.connect(self._data_chosen)
        self.choices.counted.connect(self._soon.start)
        self.choices.show_models()
        self.choices.show_data()

    # From elsewhere

    def choose_model(self, reference: str) -> None:
        """Preselect a model by what `--model` takes."""
        self.choices.choose_model(reference)

    def add_file(self, path: str) -> None:
        """Offer a data file and choose it."""
        self.choices.add_file(path)

    def take_run(self, plan: TrainingPlan) -> None:
        """Fill the form in with a whole plan, model and data too; what is not here any more is said."""
        self._take_plan(plan)
        missing = []
        if not self.choices.choose_model(plan.model):
            missing.append(self.tr("{name} is not here: the chosen model stays.").format(name=plan.model))
        if plan.data and not self.choices.choose_data(plan.data):
            missing.append(self.tr("{name} is not here: the chosen data stay.").format(name=plan.data))
        self._note.setText("\n".join(missing))
        self._note.setVisible(bool(missing))
        self._asked = False
        self._look()
        self._scroll.verticalScrollBar().setValue(0)

    def hand_over(self) -> FormState:
        """What was filled in, for a form that is made again in another language."""
        return FormState(self._loose_plan(), self.choices.files, self._edited)

    def take_over(self, state: FormState) -> None:
        """Go on with what was filled in."""
        for file in state.files:
            self.choices.add_file(file)
        if state.plan is not None:
            self.choices.choose_model(state.plan.model)
            self.choices.choose_data(state.plan.data)
            if state.edited:
                self._take_plan(state.plan)

    def take_labels(self, labels: str) -> None:
        """Learn by this rule ("answers" or "compatible")."""
        self.form.set_value("labels", labels)
        self.form.changed.emit()

    def problems(self) -> list[str]:
        """Everything that keeps this from starting, in words."""
        return [fault.text for fault in self._plan()[1]]

    def reveal(self, name: str) -> None:
        """Show the setting where a problem is mended, and give it the focus."""
        if name in ("model", "data"):
            editor: QWidget | None = self.choices.model_box if name == "model" else self.choices.data_box
        else:
            editor = self.form.reveal(name)
        if editor is not None:
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
            # the row may only now be unfolded: its place is known after the layout
            QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(editor, 0, 80))

    # Parts

    def _button(self, name: str, text: str, icon: str, colour: str = "text") -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        set_icon(button, icon, colour)
        return button

    def _lay_out(self) -> None:
        title = QLabel(self.tr("New training run"), self._content)
        set_role(title, "title")
        top = QGridLayout()
        top.setHorizontalSpacing(Space.M)
        top.setVerticalSpacing(Space.S)
        top.setColumnMinimumWidth(0, LABEL_WIDTH)
        top.setColumnStretch(1, 1)
        row = self.choices.lay_into(top)
        head = QHBoxLayout()
        buttons = FlowLayout(alignment=Qt.AlignmentFlag.AlignRight, one_line=True)
        buttons.addWidget(self._official.button)
        buttons.addWidget(self._text)
        head.setSpacing(Space.XS)
        head.addWidget(title, 1)
        head.addLayout(buttons)
        label = QLabel(self.tr("Presets"), self._content)
        label.setBuddy(self._presets.card)
        top.addWidget(label, row, 0)
        top.addWidget(self._presets, row, 1, 1, 2)
        top.addWidget(self._official, row + 1, 1, 1, 2)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addLayout(top)
        column.addWidget(self.forecast.view)
        column.addWidget(self.form)
        column.addWidget(self._launch)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what it holds has the focus
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._content)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        foot.setSpacing(Space.S)
        foot.addWidget(self._problems, 1)
        foot.addWidget(self._warning, 1)
        foot.addStretch(0)
        low = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        foot.addWidget(self._prepare, 0, low)
        foot.addWidget(self._start, 0, low)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)

    # Presets, an official command line, a change that makes it fit

    def _apply_preset(self, preset: Preset) -> None:
        plan = self._loose_plan()
        if plan is not None:
            self._take_plan(preset.applied(plan))

    def _loose_plan(self) -> TrainingPlan | None:
        """What the form says even where a check of the whole fails; None while an entry is no number."""
        values, faults = self.form.values()
        values |= {"model": self.choices.model, "data": self.choices.data}
        try:
            return None if faults else TrainingPlan.from_dict(values)
        except PlanError:
            return None

    def _take_plan(self, plan: TrainingPlan) -> None:
        """Fill the form in with other settings; model and data stay."""
        self.form.show_plan(plan)
        self.form.changed.emit()

    def _take_official(self, settings: dict[str, object]) -> None:
        """The settings of an official command line; a model or a file of it that is here is chosen too."""
        own = {name: value for name, value in settings.items() if name not in ("model", "data")}
        self._take_plan(TrainingPlan.from_dict(own))
        data, model = str(settings.get("data", "")), str(settings.get("model", ""))
        if data and not self.choices.choose_data(data):
            self._official.add_note(self.tr("{name} is not here: the chosen data stay.").format(name=data))
        if model and not self.choices.choose_model(model):
            self._official.add_note(self.tr("{name} is not here: the chosen model stays.").format(name=model))

    # As it is filled in

    def _form_edited(self) -> None:
        self._edited = True
        self._look()

    def _model_chosen(self) -> None:
        """Offer the settings that suit the model, unless the user has set some."""
        if not self._edited:
            demo = self.choices.model == DEMO
            self.form.show_plan(replace(demo_plan(""), eval_steps=DEMO_EVAL_STEPS) if demo else TrainingPlan())
        self._look()

    def _data_chosen(self) -> None:
        self.forecast.forget()
        self._look()

    def _look(self) -> None:
        """Say what the form's settings need and what is wrong with them now."""
        loose = self._loose_plan()
        card = self._session.models.card(self.choices.model)
        self._presets.show_plan(loose)
        self.forecast.ask(loose, card.path if card else None)
        _, faults = self._plan()
        told = faults if self._asked else [fault for fault in faults if fault.field not in ("model", "data")]
        self.form.show_faults(told)
        self.choices.model_faults.show_faults(told, "model")
        self.choices.data_faults.show_faults(told, "data")
        self._problems.show_faults(told)
        warnings = plan_warnings(loose) if loose is not None and not faults else []
        self._warning.setText("\n".join(warnings))
        self._warning.setVisible(bool(warnings))
        shared = loose is not None and (loose.processes > 1 or loose.distributed != "none")
        self._prepare.setVisible(shared)
        if loose is not None and shared and not faults:
            self._launch.show_plan(loose, self._session.runs_folder / "RUN")
        else:
            self._launch.hide()

    def _plan(self) -> tuple[TrainingPlan | None, list[Fault]]:
        """The plan when it can run, and everything that is wrong with it."""
        values, faults = self.form.values()
        values |= {"model": self.choices.model, "data": self.choices.data}
        faults += self.choices.faults()
        try:
            plan = TrainingPlan.from_dict(values)
        except PlanError as error:
            return None, [*faults, Fault("", str(error))]
        faults += plan.faults()
        return (None if faults else plan), faults

    # What is asked for

    def _ask_text(self) -> None:
        loose = self._loose_plan() or TrainingPlan(model=self.choices.model, data=self.choices.data)
        self.textRequested.emit(loose)

    def _try(self, wanted: SignalInstance) -> None:
        plan, faults = self._plan()
        self._asked = True
        self._look()
        if plan is not None:
            self._note.hide()
            wanted.emit(plan)
        elif faults:
            self.reveal(faults[0].field)
