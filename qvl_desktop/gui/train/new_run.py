"""A new run: model, data, settings, and everything that is wrong with them.

Owns the choice of model and data and the start button. Does not own settings (`plan_form`) or starting (`page`).
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
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role
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
        for number, (words, box) in enumerate(((self.tr("Model"), self._model), (self.tr("Data"), self._data))):
            label = QLabel(words, self)
            label.setBuddy(box)
            top.addWidget(label, number, 0)
            top.addWidget(box, number, 1)
        top.addWidget(choose, 1, 2)
        top.addWidget(self._count, 2, 1, 1, 2)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.L)
        column.addWidget(title)
        column.addLayout(top)
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

    def _show_models(self) -> None:
        chosen = self._model.currentData()
        self._model.clear()
        for card in self._session.models.models():
            self._model.addItem(f"{card.name}  ({card.family})" if card.family else card.name, card.reference)
        self.choose_model(chosen or "")

    def _form_edited(self) -> None:
        self._edited = True
        self._problems.hide()

    def _model_chosen(self) -> None:
        """Offer the settings that suit the model, unless the user has set some."""
        self._problems.hide()
        if not self._edited:
            demo = self._model.currentData() == DEMO
            self.form.show_plan(replace(demo_plan(""), eval_steps=DEMO_EVAL_STEPS) if demo else TrainingPlan())

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
