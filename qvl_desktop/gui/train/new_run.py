"""A new run: model, data, settings, and everything that is wrong with them.

Owns the choice of model and data, the presets, and the start button. Does not own settings (`plan_form`), what the run
will need (`forecast_desk`), reading an official command line (`official_paste`) or starting (`page`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
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
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.presets import AIMS, CARDS, Preset, chosen_presets
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.train.forecast_desk import ForecastDesk
from qvl_desktop.gui.train.official_paste import OfficialPaste
from qvl_desktop.gui.train.plan_form import LABEL_WIDTH, PlanForm
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.dataset import load_dataset
from qvl_desktop.storage.demo_project import demo_plan

COUNT_DELAY = 400
"""Milliseconds of quiet after an edit before the data is counted again."""

DEMO_EVAL_STEPS = 10
"""The demo's runs are short: validate often enough for a curve."""


@dataclass(frozen=True, slots=True)
class DataCount:
    """What there is to learn from. `held_out` counts conversations that are kept for validation or test."""

    pictures: int
    conversations: int
    held_out: int
    problems: int


def count_data(dataset: Dataset) -> DataCount:
    """Count a data set."""
    pictures = {picture for sample in dataset.samples for picture in sample.pictures}
    held_out = sum(sample.split in ("val", "test") for sample in dataset.samples)
    return DataCount(len(pictures), len(dataset.samples), held_out, len(dataset.problems))


class NewRun(QWidget):
    """Signals: `startRequested(TrainingPlan)` with a plan that has no faults."""

    startRequested = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._files: list[str] = []
        self._edited = False
        self._counted: DataCount | None = None
        self._counting: Task[DataCount] | None = None
        self._model = QComboBox(self)
        self._model.setObjectName("modelBox")
        self._data = QComboBox(self)
        self._data.setObjectName("dataBox")
        self._count = QLabel(self)
        self._count.setWordWrap(True)
        self._count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self._count, "caption")
        self.form = PlanForm(self)
        self.forecast = ForecastDesk(self)
        self.forecast.view.changeClicked.connect(self._take_plan)
        self._official = OfficialPaste(self)
        self._official.settingsRead.connect(self._take_official)
        self._card, self._aim = QComboBox(self), QComboBox(self)
        self._card.setObjectName("cardBox")
        self._aim.setObjectName("aimBox")
        for box, presets in ((self._card, CARDS), (self._aim, AIMS)):
            self._fill_presets(box, presets)
        self._problems = QLabel(self)
        self._problems.setObjectName("problems")
        self._problems.setWordWrap(True)
        set_role(self._problems, "danger")
        self._problems.hide()
        self._start = QPushButton(self.tr("Start training"), self)
        self._start.setObjectName("startButton")
        set_kind(self._start, "primary")
        set_icon(self._start, "play", "accent_text")
        self._start.clicked.connect(self._try_start)
        self._lay_out()
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(COUNT_DELAY)
        self._delay.timeout.connect(self._count_data)
        self._data.currentIndexChanged.connect(self._data_chosen)
        self.form.changed.connect(self._form_edited)
        self._model.currentIndexChanged.connect(self._model_chosen)
        session.modelsChanged.connect(self._show_models)
        session.projectChanged.connect(self._show_data)
        session.contentChanged.connect(self._delay.start)
        self._show_models()
        self._show_data()

    def choose_model(self, reference: str) -> None:
        """Preselect a model by what `--model` takes."""
        index = self._model.findData(reference)
        if index >= 0:
            self._model.setCurrentIndex(index)

    def problems(self) -> list[str]:
        """Everything that keeps this from starting, in words."""
        return self._plan()[1]

    def _lay_out(self) -> None:
        title = QLabel(self.tr("New training run"), self)
        set_role(title, "title")
        choose = QPushButton(self.tr("Choose a file…"), self)
        set_icon(choose, "folder-open")
        choose.clicked.connect(self._choose_file)
        top = QGridLayout()
        top.setHorizontalSpacing(Space.M)
        top.setVerticalSpacing(Space.S)
        top.setColumnMinimumWidth(0, LABEL_WIDTH)
        top.setColumnStretch(1, 1)
        for number, (words, box) in enumerate(self._choices()):
            label = QLabel(words, self)
            label.setBuddy(box)
            top.addWidget(label, number, 0)
            top.addWidget(box, number, 1)
        top.addWidget(choose, 1, 2)
        top.addWidget(self._count, 2, 1, 1, 2)
        presets = QHBoxLayout()
        presets.setSpacing(Space.S)
        presets.addWidget(self._card, 1)
        presets.addWidget(self._aim, 1)
        label = QLabel(self.tr("Presets"), self)
        label.setBuddy(self._card)
        top.addWidget(label, 3, 0)
        top.addLayout(presets, 3, 1)
        top.addWidget(self._official.button, 3, 2)
        top.addWidget(self._official, 4, 1, 1, 2)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(title)
        column.addLayout(top)
        column.addWidget(self.forecast.view)
        column.addWidget(self.form)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        foot.setSpacing(Space.L)
        foot.addWidget(self._problems, 1)
        foot.addStretch(0)
        foot.addWidget(self._start, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)

    def _choices(self) -> tuple[tuple[str, QComboBox], ...]:
        return (self.tr("Model"), self._model), (self.tr("Data"), self._data)

    # Presets, an official command line, a change that makes it fit

    def _fill_presets(self, box: QComboBox, presets: tuple[Preset, ...]) -> None:
        box.addItem(self.tr("Card: own settings") if box is self._card else self.tr("Aim: own settings"), "")
        for preset in presets:
            box.addItem(preset.text, preset.name)
            box.setItemData(box.count() - 1, preset.explanation, Qt.ItemDataRole.ToolTipRole)
        box.activated.connect(lambda place, chosen=presets: self._apply_preset(chosen[place - 1] if place else None))

    def _apply_preset(self, preset: Preset | None) -> None:
        plan = self._plan()[0] or self._loose_plan()
        if preset is not None and plan is not None:
            self._take_plan(preset.applied(plan))

    def _loose_plan(self) -> TrainingPlan | None:
        """What the form says even where a check of the whole fails; None while an entry is no number."""
        values, problems = self.form.values()
        values |= {"model": self._model.currentData() or "", "data": self._data.currentData() or ""}
        try:
            return None if problems else TrainingPlan.from_dict(values)
        except PlanError:
            return None

    def _take_plan(self, plan: TrainingPlan) -> None:
        """Fill the form in with other settings; model and data stay."""
        self.form.show_plan(plan)
        self._form_edited()
        self.form.changed.emit()

    def _take_official(self, settings: dict[str, object]) -> None:
        """The settings of an official command line; a model or a file of it that is here is chosen too."""
        own = {name: value for name, value in settings.items() if name not in ("model", "data")}
        self._take_plan(TrainingPlan.from_dict(own))
        data, model = str(settings.get("data", "")), str(settings.get("model", ""))
        if data and Path(data).expanduser().is_file():
            self.add_file(str(Path(data).expanduser().resolve()))
        elif data:
            self._official.add_note(self.tr("{name} is not here: the chosen data stay.").format(name=data))
        if self._model.findData(model) >= 0:
            self.choose_model(model)
        elif model:
            self._official.add_note(self.tr("{name} is not here: the chosen model stays.").format(name=model))

    def _forecast(self) -> None:
        """Say what the form's settings need now."""
        plan, card = self._loose_plan(), self._session.models.card(self._model.currentData() or "")
        for box in (self._card, self._aim):
            names = {preset.name for preset in chosen_presets(plan)} if plan else set()
            at = next((place for place in range(1, box.count()) if box.itemData(place) in names), 0)
            box.setCurrentIndex(at)
        self.forecast.ask(plan, card.path if card else None)

    def _show_models(self) -> None:
        chosen = self._model.currentData()
        self._model.clear()
        for card in self._session.models.models():
            self._model.addItem(f"{card.name}  ({card.family})" if card.family else card.name, card.reference)
        self.choose_model(chosen or "")

    def _form_edited(self) -> None:
        self._edited = True
        self._problems.hide()
        self._forecast()

    def _model_chosen(self) -> None:
        """Offer the settings that suit the model, unless the user has set some."""
        self._problems.hide()
        if not self._edited:
            demo = self._model.currentData() == DEMO
            self.form.show_plan(replace(demo_plan(""), eval_steps=DEMO_EVAL_STEPS) if demo else TrainingPlan())
        self._forecast()

    def _show_data(self) -> None:
        self._data.blockSignals(True)
        self._data.clear()
        if project := self._session.project:
            self._data.addItem(self.tr("This project: {name}").format(name=project.path.stem), str(project.path))
        for file in self._files:
            self._data.addItem(Path(file).name, file)
        self._data.setPlaceholderText(self.tr("Open a project, or choose a data file"))
        self._data.blockSignals(False)
        self._data_chosen()

    def _choose_file(self) -> None:
        title = self.tr("Data to learn from")
        kinds = self.tr("Projects and data files (*.qvl *.json *.jsonl);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self, title, "", kinds)
        if path:
            self.add_file(path)

    def add_file(self, path: str) -> None:
        """Offer a data file and choose it."""
        if path not in self._files:
            self._files.append(path)
        self._show_data()
        self._data.setCurrentIndex(self._data.findData(path))

    def _data_chosen(self) -> None:
        self._problems.hide()
        self._count_data()

    def _count_data(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        self._counted = None
        self._count.setVisible(True)
        self.forecast.forget()
        self._forecast()
        path = self._data.currentData()
        if not path:
            self._count.setText(self.tr("Nothing to learn from yet."))
            return
        self._count.setText(self.tr("Counting…"))
        self._counting = Task(lambda: count_data(load_dataset(Path(path))))
        self._counting.on_success(self._show_count).on_failure(self._show_count_failure).start(self)

    def _show_count(self, count: DataCount) -> None:
        self._counted = count
        if not count.conversations:
            self._count.setText(
                self.tr("There are no conversations to learn from yet. Make them on the Conversations page.")
            )
            return
        words = [
            self.tr("%n picture(s)", "", count.pictures),
            self.tr("%n conversation(s)", "", count.conversations),
            self.tr("%n of them held out", "", count.held_out),
        ]
        if count.problems:
            words.append(self.tr("%n record(s) cannot be used", "", count.problems))
        self._count.setText(" · ".join(words))

    def _show_count_failure(self, error: Exception) -> None:
        self._count.setText(str(error))

    def _plan(self) -> tuple[TrainingPlan | None, list[str]]:
        values, problems = self.form.values()
        values |= {"model": self._model.currentData() or "", "data": self._data.currentData() or ""}
        if not values["model"]:
            problems.append(self.tr("Model: there is none on this machine. Add one on the Models page."))
        if self._counted is not None and self._counted.conversations == self._counted.held_out:
            problems.append(self.tr("Data: there is no conversation to learn from that is not held out."))
        try:
            plan = TrainingPlan.from_dict(values)
        except PlanError as error:
            return None, [*problems, str(error)]
        problems += plan.problems()
        return (None if problems else plan), problems

    def _try_start(self) -> None:
        plan, problems = self._plan()
        self._problems.setText("\n".join(problems))
        self._problems.setVisible(bool(problems))
        if plan is not None:
            self.startRequested.emit(plan)
