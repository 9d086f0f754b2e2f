"""Joins the row of pictures to the edits: adding, taking out, another order; and typing what is written in a box.

Owns the dialogs for these. Does not own the edits (`editing`) nor the row (`picture_strip`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog

from qvl_desktop.gui.conversations.editing import Editing
from qvl_desktop.gui.conversations.picture_pane import PicturePane
from qvl_desktop.gui.conversations.picture_picker import PicturePicker
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.own_templates import region_text
from qvl_desktop.storage.rows import ConversationRow


class PictureDesk(QObject):
    """`current` gives the conversation whose pictures are shown."""

    def __init__(
        self,
        session: Session,
        editing: Editing,
        pane: PicturePane,
        thumbnails: Thumbnails,
        current: Callable[[], ConversationRow | None],
    ) -> None:
        super().__init__(pane)
        self._session = session
        self._editing = editing
        self._pane = pane
        self._thumbnails = thumbnails
        self._current = current
        self.picker: PicturePicker | None = None
        self.text_dialog: QInputDialog | None = None
        pane.addRequested.connect(self.add)
        pane.strip.orderRequested.connect(self._on_order)
        pane.strip.removeRequested.connect(self._on_remove)
        pane.strip.filesDropped.connect(self._on_files)

    def _on_order(self, order: list[int]) -> None:
        if (row := self._current()) is not None:
            self._editing.reorder(row.id, order)

    def _on_remove(self, number: int) -> None:
        if (row := self._current()) is not None:
            self._editing.remove_picture(row.id, number)

    def _on_files(self, files: list[Path]) -> None:
        if (row := self._current()) is not None:
            self._editing.add_files(row.id, files)

    def add(self) -> None:
        """Let the user choose pictures of the project for the conversation."""
        project = self._session.project
        if project is None or self._current() is None:
            return
        self.picker = PicturePicker(project, self._thumbnails, self._pane)
        self.picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.picker.picked.connect(self._on_picked)
        self.picker.finished.connect(self._forget_picker)
        self.picker.open()

    def _on_picked(self, picture_ids: list[int]) -> None:
        if (row := self._current()) is not None:
            self._editing.add_pictures(row.id, picture_ids)

    def _forget_picker(self) -> None:
        self.picker = None

    def ask_text(self, region_id: int) -> None:
        """Let the user type what is written in a region, for questions about reading."""
        project = self._session.project
        if project is None:
            return
        dialog = self.text_dialog = QInputDialog(self._pane)
        dialog.setWindowTitle(self.tr("Text that stands in the box"))
        dialog.setLabelText(self.tr("What is written there? Questions about reading are answered with it."))
        dialog.setTextValue(region_text(project.region(region_id)))
        dialog.setOkButtonText(self.tr("Keep"))
        dialog.setCancelButtonText(self.tr("Cancel"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(partial(self._on_text, region_id))
        dialog.open()

    def _on_text(self, region_id: int, text: str) -> None:
        self._editing.attempt(lambda project: project.set_region_text(region_id, text))
