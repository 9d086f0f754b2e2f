"""The choices of an import: what, in which format and dialect, where its pictures are, into which split.

Owns these fields and the dialogs of files and folders. Does not own looking at a source or importing (`import_dialog`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.dialects import DIALECTS
from qvl_desktop.formats.dialects import AUTO
from qvl_desktop.gui.data.parts import (
    OPTIONS_WIDTH,
    beside,
    caption,
    choice,
    field,
    fill_formats,
    heading,
    path_line,
)
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.words import family_name, split_text


class ImportOptions(QWidget):
    """Signals: `sourceChosen()` with the button, `sourceTyped()`, `picturesTyped()`, `formatChosen()`; `changed()` for
    another dialect or folder of pictures."""

    sourceChosen = Signal()
    sourceTyped = Signal()
    picturesTyped = Signal()
    formatChosen = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget, folder: str) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setFixedWidth(OPTIONS_WIDTH)
        self.source = path_line(self, "importSource")
        self.source.setPlaceholderText(self.tr("File or folder"))
        self.file_button = self._button(self.tr("File…"))
        self.folder_button = self._button(self.tr("Folder…"))
        self.formats = choice(self, "importFormat")
        fill_formats(self.formats)
        self.format_told = caption(self)
        self._dialect_heading = heading(self.tr("Boxes in the text"), self)
        self.dialects = choice(self, "importDialect")
        self.dialects.addItem(self.tr("Find out"), AUTO)
        for name in DIALECTS:
            self.dialects.addItem(self.tr("As {family} writes them").format(family=family_name(name)), name)
        self.dialect_told = caption(self)
        self.pictures = path_line(self, "importPictures")
        self.pictures.setPlaceholderText(self.tr("As the data says"))
        self.pictures_button = self._button(self.tr("Folder…"))
        self.splits = choice(self, "importSplit")
        for split in ("", *SPLITS):
            self.splits.addItem(split_text(split), split)
        self._lay_out()
        self._connect()

    @property
    def path(self) -> Path | None:
        """The file or folder that is named, if there is one."""
        text = self.source.text().strip()
        path = Path(text).expanduser() if text else None
        return path.absolute() if path is not None and path.exists() else None

    @property
    def images(self) -> Path | None:
        """The folder that picture paths count from; None: as the data says."""
        text = self.pictures.text().strip()
        return Path(text).expanduser().absolute() if text else None

    @property
    def dialect(self) -> str:
        return str(self.dialects.currentData())

    @property
    def split(self) -> Split:
        """For what the data says none of."""
        split: Split = self.splits.currentData()
        return split

    def show_dialects(self, shown: bool) -> None:
        """Dialects are a matter of conversations."""
        for widget in (self._dialect_heading, self.dialects, self.dialect_told):
            widget.setVisible(shown)

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.file_button)
        buttons.addWidget(self.folder_button)
        buttons.addStretch(1)
        column.addLayout(
            field(heading(self.tr("Data"), self), self.source, buttons, marks={"import.data": self.source})
        )
        column.addLayout(
            field(
                heading(self.tr("Format"), self), self.formats, self.format_told, marks={"import.format": self.formats}
            )
        )
        column.addLayout(
            field(self._dialect_heading, self.dialects, self.dialect_told, marks={"import.dialect": self.dialects})
        )
        hint = caption(self)
        hint.setText(self.tr("The folder that picture paths count from, or below which they are."))
        self.pictures.setAccessibleName(self.tr("Pictures"))
        column.addLayout(
            field(
                heading(self.tr("Pictures"), self),
                beside(self.pictures, self.pictures_button),
                hint,
                marks={"import.pictures": self.pictures},
            )
        )
        column.addLayout(
            field(
                heading(self.tr("Split, where the data says none"), self),
                self.splits,
                marks={"import.split": self.splits},
            )
        )
        column.addStretch(1)
        note = caption(self)
        note.setText(self.tr("What is in the project stays as it is. The whole import is one step of undo."))
        column.addWidget(note)

    def _connect(self) -> None:
        self.source.textEdited.connect(self.sourceTyped)
        self.pictures.textEdited.connect(self.picturesTyped)
        self.formats.currentIndexChanged.connect(self.formatChosen)
        self.dialects.currentIndexChanged.connect(self.changed)
        self.file_button.clicked.connect(self._choose_file)
        self.folder_button.clicked.connect(self._choose_folder)
        self.pictures_button.clicked.connect(self._choose_pictures)

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Data file"), self._start_folder())
        self._take_source(path)

    def _choose_folder(self) -> None:
        self._take_source(QFileDialog.getExistingDirectory(self, self.tr("Folder of data"), self._start_folder()))

    def _take_source(self, path: str) -> None:
        if path:
            self.source.setText(path)
            self.sourceChosen.emit()

    def _choose_pictures(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"), self._start_folder())
        if folder:
            self.pictures.setText(folder)
            self.changed.emit()

    def _start_folder(self) -> str:
        path = self.path
        if path is None:
            return self._folder
        return str(path if path.is_dir() else path.parent)
