"""Which model is tuned and on what: two choices, what the data holds, and what is wrong with them.

Owns the two boxes, offering data files, and counting the data beside the window. Does not own settings (`plan_form`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.plan_checks import Fault
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import set_role
from qvl_desktop.gui.train.problem_list import FaultLabel
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.model_choice import ModelChoice
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.dataset import load_dataset

NARROWEST = 120
COUNT_DELAY = 400
"""Milliseconds of quiet after an edit before the data is counted again."""


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


class DataBox(QWidget):
    """The choices are laid into the form's grid by `lay_into`. Signals: `modelChanged()`, `dataChanged()` (another
    choice, or the chosen data was edited), `counted()`."""

    modelChanged = Signal()
    dataChanged = Signal()
    counted = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._files: list[str] = []
        self._count_seen: DataCount | None = None
        self._counting: Task[DataCount] | None = None
        self.model_box, self.data_box = ModelChoice(session, parent), ChoiceBox(parent)
        self.model_box.setObjectName("modelBox")
        self.data_box.setObjectName("dataBox")
        for box in (self.model_box, self.data_box):  # a long name must not make the page wider than the window
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumWidth(NARROWEST)
        self.model_faults, self.data_faults = FaultLabel(parent), FaultLabel(parent)
        self._count = QLabel(parent)
        self._count.setWordWrap(True)
        self._count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self._count, "caption")
        self._choose = QPushButton(self.tr("Choose a file…"), parent)
        set_icon(self._choose, "folder-open")
        self._choose.clicked.connect(self._choose_file)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(COUNT_DELAY)
        self._delay.timeout.connect(self._data_edited)
        self.model_box.currentIndexChanged.connect(self.modelChanged)
        self.data_box.currentIndexChanged.connect(self._data_edited)
        session.modelsChanged.connect(self.show_models)
        session.projectChanged.connect(self.show_data)
        session.contentChanged.connect(self._delay.start)
        self.hide()  # its parts stand in the form's grid

    @property
    def model(self) -> str:
        """The chosen model as `--model` takes it; "" for none."""
        return self.model_box.reference

    @property
    def data(self) -> str:
        """The chosen project or file; "" for none."""
        return str(self.data_box.currentData() or "")

    @property
    def count(self) -> DataCount | None:
        """What the data holds; None while it is counted."""
        return self._count_seen

    def lay_into(self, grid: QGridLayout) -> int:
        """Put the parts into the first rows of a grid of three columns; the next free row."""
        rows = (
            (self.tr("Model"), self.model_box, self.model_faults, "plan.model"),
            (self.tr("Data"), self.data_box, self.data_faults, "plan.data"),
        )
        for place, (words, box, faults, topic) in enumerate(rows):
            label = QLabel(words, self.parentWidget())
            label.setBuddy(box)
            grid.addWidget(label, 2 * place, 0)
            help_beside(label, topic, box, into=grid)
            grid.addWidget(box, 2 * place, 1)
            grid.addWidget(faults, 2 * place + 1, 1, 1, 2)
        grid.addWidget(self._choose, 2, 2)
        grid.addWidget(self._count, 4, 1, 1, 2)
        return 5

    def choose_model(self, reference: str) -> bool:
        """Choose a model by what `--model` takes; False when it is not here."""
        return self.model_box.choose(reference)

    def choose_data(self, path: str) -> bool:
        """Choose the open project or a file by its path; False when it is not here."""
        index = self.data_box.findData(path)
        if index >= 0:
            self.data_box.setCurrentIndex(index)
        elif path and Path(path).expanduser().is_file():
            self.add_file(str(Path(path).expanduser().resolve()))
        else:
            return False
        return True

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were chosen besides the project."""
        return tuple(self._files)

    def add_file(self, path: str) -> None:
        """Offer a data file and choose it."""
        if path not in self._files:
            self._files.append(path)
        self.show_data()
        self.data_box.setCurrentIndex(self.data_box.findData(path))

    def faults(self) -> list[Fault]:
        """What only the two choices tell of."""
        found = []
        if not self.model:
            text = self.tr("Model: there is none on this machine. Add one on the Models page.")
            found.append(Fault("model", text))
        count = self._count_seen
        if count is not None and count.conversations == count.held_out:
            text = self.tr("Data: there is no conversation to learn from that is not held out.")
            found.append(Fault("data", text))
        return found

    def show_models(self) -> None:
        """Offer the models that are here now."""
        chosen = self.model
        self.model_box.offer()
        self.choose_model(chosen)

    def show_data(self) -> None:
        """Offer the open project and the files that were chosen."""
        chosen = self.data
        self.data_box.blockSignals(True)
        self.data_box.clear()
        if project := self._session.project:
            self.data_box.addItem(self.tr("This project: {name}").format(name=project.path.stem), str(project.path))
        for file in self._files:
            self.data_box.addItem(Path(file).name, file)
        self.data_box.setPlaceholderText(self.tr("Open a project, or choose a data file"))
        self.data_box.setCurrentIndex(max(self.data_box.findData(chosen), 0 if self.data_box.count() else -1))
        self.data_box.blockSignals(False)
        self._data_edited()

    def _choose_file(self) -> None:
        title = self.tr("Data to learn from")
        kinds = self.tr("Projects and data files (*.qvl *.json *.jsonl);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self.parentWidget(), title, "", kinds)
        if path:
            self.add_file(path)

    def _data_edited(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        self._count_seen = None
        path = self.data
        self._count.setText(self.tr("Counting…") if path else self.tr("Nothing to learn from yet."))
        if path:
            self._counting = Task(lambda: count_data(load_dataset(Path(path))))
            self._counting.on_success(self._show_count).on_failure(self._show_count_failure).start(self)
        self.dataChanged.emit()

    def _show_count(self, count: DataCount) -> None:
        self._count_seen = count
        if not count.conversations:
            self._count.setText(
                self.tr("There are no conversations to learn from yet. Make them on the Conversations page.")
            )
        else:
            words = [
                self.tr("%n picture(s)", "", count.pictures),
                self.tr("%n conversation(s)", "", count.conversations),
                self.tr("%n of them held out", "", count.held_out),
            ]
            if count.problems:
                words.append(self.tr("%n record(s) cannot be used", "", count.problems))
            self._count.setText(" · ".join(words))
        self.counted.emit()

    def _show_count_failure(self, error: Exception) -> None:
        self._count.setText(str(error))
