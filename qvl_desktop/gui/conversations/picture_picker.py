"""Choosing pictures of the project, to be named in a conversation.

Owns the dialog with its list and search. Does not own what becomes of the choice (`editing`).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from qvl_desktop.gui.annotate.picture_model import PictureDelegate, PictureModel
from qvl_desktop.gui.theme import Space, set_kind, set_role
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import row_view
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project

_DELAY_MS = 150


class PicturePicker(QDialog):
    """Signals: `picked(picture ids)` in the order of the list."""

    picked = Signal(list)

    def __init__(self, project: Project, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._task: Task[list[int]] | None = None
        self._question = 0
        self.setWindowTitle(self.tr("Add pictures to the conversation"))
        self.setModal(True)
        self.resize(420, 520)
        self.search = SearchLine(self.tr("Filter by name"), self)
        self.model = PictureModel(self)
        self.view = row_view(self.model, PictureDelegate(thumbnails, self), self)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setAccessibleName(self.tr("Pictures"))
        thumbnails.ready.connect(self._on_thumbnail)
        self.words = QLabel(self.tr("Files can be dropped on the row of pictures too."), self)
        set_role(self.words, "caption")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.ok = self.buttons.addButton(self.tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_kind(self.ok, "primary")
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.view.doubleClicked.connect(self.accept)
        self.view.selectionModel().selectionChanged.connect(self._on_selection)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        layout.setSpacing(Space.S)
        layout.addWidget(self.search)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.words)
        layout.addWidget(self.buttons)
        self._timer = waiter(self, _DELAY_MS, self.reload)
        self.search.textChanged.connect(self._timer.start)
        self.reload()

    def reload(self) -> None:
        """List the pictures that pass the search, looked up beside the window."""
        project, asked = self._project, PictureFilter(text=self.search.text().strip())
        if self._task is not None:
            self._task.cancel()
        self._question += 1
        question = self._question

        def show(ids: list[int]) -> None:
            if question == self._question:  # what was asked for earlier comes too late
                self._show(ids)

        self._task = Task(lambda: list(project.picture_ids(asked))).on_success(show).start(self)

    def _show(self, ids: list[int]) -> None:
        self.model.show(self._project, ids)
        self._on_selection()

    @property
    def chosen(self) -> list[int]:
        """The ids of the selected pictures."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedIndexes()})
        return [self.model.ids[row] for row in rows]

    def _on_selection(self, *_: object) -> None:
        self.ok.setEnabled(self.view.selectionModel().hasSelection())

    def _on_thumbnail(self, _file: object) -> None:
        self.view.viewport().update()

    @guarded
    def accept(self) -> None:
        """Take the selected pictures."""
        if chosen := self.chosen:
            self.picked.emit(chosen)
            super().accept()
