"""The line of the preferences with the user's model folders.

Owns this field. Does not own the folders (`jobs.models`): a folder is put on the shelf or taken off it, nothing on the
disk is touched.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QWidget

from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.shell.preference_rows import Field
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.words import path_text
from qvl_desktop.jobs.session import Session

HEIGHT = 112


class ModelFoldersField(Field):
    """The list, with buttons to add and remove. Signals: `undoOffered(words, undo)` after one was removed."""

    undoOffered = Signal(str, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.list = QListWidget(self)
        self.list.setObjectName("modelFolders")
        self.list.setFixedHeight(HEIGHT)
        self.list.currentRowChanged.connect(self._show_state)
        self.add_button = QPushButton(self.tr("Add…"), self)
        self.add_button.clicked.connect(self._add)
        self.remove_button = QPushButton(self.tr("Remove"), self)
        self.remove_button.clicked.connect(self.remove)
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self.remove)
        below = QHBoxLayout()
        below.setSpacing(Space.S)
        below.addWidget(self.add_button)
        below.addWidget(self.remove_button)
        below.addStretch(1)
        self.row.setDirection(QBoxLayout.Direction.TopToBottom)
        self.row.addWidget(self.list)
        self.row.addLayout(below)
        self.refresh()

    @property
    def target(self) -> QWidget:
        return self.list

    def refresh(self) -> None:
        """Show the folders as they are now."""
        folders = self._session.settings.model_folders
        if [self.list.item(row).toolTip() for row in range(self.list.count())] != folders:
            self.list.clear()
            for folder in folders:
                item = QListWidgetItem(path_text(Path(folder)), self.list)
                item.setToolTip(folder)
        self._show_state()

    def add(self, folder: Path) -> None:
        """Put a folder on the shelf; what is wrong with it is said in the window."""
        try:
            self._session.models.add_folder(folder)
        except QvlError as error:
            self._session.report(error)

    def remove(self) -> None:
        """Take the marked folder off the shelf."""
        if self.list.currentRow() < 0:
            return
        folder, settings = Path(self.list.currentItem().toolTip()), self._session.settings
        before = settings.model_folders
        self._session.models.remove_folder(folder)

        def undo() -> None:
            settings.model_folders = before

        words = self.tr("{folder} is off the list. The folder itself is untouched.")
        self.undoOffered.emit(words.format(folder=path_text(folder)), undo)

    def _add(self) -> None:
        title = self.tr("Folder of a model")
        if folder := QFileDialog.getExistingDirectory(self, title, str(Path.home())):
            self.add(Path(folder))

    def _show_state(self) -> None:
        self.remove_button.setEnabled(self.list.currentRow() >= 0)
