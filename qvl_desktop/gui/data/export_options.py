"""The choices of an export: in which format, for which family, which pictures and splits, where to.

Owns these fields and the dialog of the place. Does not own what will be written (`storage.export_plan`) nor writing
(`export_dialog`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.dialects import DIALECTS, QWEN_VL
from qvl_desktop.formats.base import Format
from qvl_desktop.formats.regions import RegionFormat
from qvl_desktop.formats.registry import FORMATS, AnyFormat
from qvl_desktop.gui.data.parts import (
    OPTIONS_WIDTH,
    caption,
    choice,
    field,
    fill_formats,
    format_label,
    heading,
    path_line,
)
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.words import family_name, split_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.export_plan import ExportChoice, default_target
from qvl_desktop.storage.project import Project


class ExportOptions(QWidget):
    """Signals: `changed()`, `placeTyped()` while a path is typed."""

    changed = Signal()
    placeTyped = Signal()

    def __init__(self, session: Session, project: Project, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._project = project
        self._place_chosen = False
        self.setFixedWidth(OPTIONS_WIDTH)
        self.formats = choice(self, "exportFormat")
        fill_formats(self.formats)
        self._family_heading = heading(self.tr("Boxes in the text"), self)
        self.families = choice(self, "exportFamily")
        for name in DIALECTS:
            self.families.addItem(self.tr("As {family} writes them").format(family=family_name(name)), name)
        self.family_told = caption(self)
        self.family_told.setText(self.tr("For the family of the model that will learn."))
        self.splits = choice(self, "exportSplit")
        self.splits.addItem(self.tr("All splits"), "")
        for split in SPLITS:
            self.splits.addItem(split_text(split), split)
        self.which = choice(self, "exportWhich")
        self.which.addItem(self.tr("All pictures"), "all")
        self.which.addItem(self.tr("Pictures marked done"), "done")
        if not self._session.pictures.filter.empty:
            count = len(self._session.pictures.ids)
            self.which.addItem(self.tr("Pictures that pass the filter ({count})").format(count=f"{count:,}"), "shown")
        self.copy_images = QCheckBox(self.tr("Copy the pictures, too"), self)
        self.place = path_line(self, "exportPlace")
        self.place_button = QPushButton(self.tr("Choose…"), self)
        self.place_button.setAutoDefault(False)
        self._lay_out()
        self._connect()

    @property
    def format(self) -> AnyFormat:
        return FORMATS[str(self.formats.currentData())]

    @property
    def target(self) -> Path | None:
        """Where to; None while nothing is named."""
        text = self.place.text().strip()
        return Path(text).expanduser().absolute() if text else None

    @property
    def chosen(self) -> ExportChoice:
        """All of it."""
        split: Split | None = self.splits.currentData() or None
        conversations = isinstance(self.format, Format)
        return ExportChoice(
            self.format,
            str(self.families.currentData()) if conversations and self._knows_families else QWEN_VL,
            split,
            self.which.currentData() == "done",
            tuple(self._session.pictures.ids) if self.which.currentData() == "shown" else None,
            self.makes_folder and self.copy_images.isChecked(),
        )

    @property
    def _knows_families(self) -> bool:
        return isinstance(self.format, Format) and self.format.dialects

    @property
    def makes_folder(self) -> bool:
        """Whether the format is a folder of files."""
        return isinstance(self.format, RegionFormat) and self.format.folder

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addLayout(field(heading(self.tr("Format"), self), self.formats, marks={"export.format": self.formats}))
        column.addLayout(
            field(self._family_heading, self.families, self.family_told, marks={"export.family": self.families})
        )
        column.addLayout(field(heading(self.tr("What"), self), self.which, self.splits, self.copy_images))
        for box, topic, words in (
            (self.which, "export.which", self.tr("Pictures")),
            (self.splits, "export.split", self.tr("Split")),
            (self.copy_images, "export.copy", self.copy_images.text()),
        ):
            help_beside(box, topic, words=words)
        row = QHBoxLayout()
        row.addWidget(self.place_button)
        row.addStretch(1)
        column.addLayout(field(heading(self.tr("Where to"), self), self.place, row, marks={"export.place": self.place}))
        column.addStretch(1)

    def _connect(self) -> None:
        self.formats.currentIndexChanged.connect(self.format_chosen)
        for box in (self.families, self.splits, self.which):
            box.currentIndexChanged.connect(self.changed)
        self.copy_images.toggled.connect(self.changed)
        self.place.textEdited.connect(self._place_typed)
        self.place_button.clicked.connect(self._choose_place)

    def format_chosen(self) -> None:
        """Show what belongs to the format, and propose a place."""
        for widget in (self._family_heading, self.families, self.family_told):
            widget.setVisible(self._knows_families)
        self.copy_images.setVisible(self.makes_folder)
        if not self._place_chosen:
            folder = self._project.folder
            if self.target is not None and self.target.parent.is_dir():
                folder = self.target.parent
            self.place.setText(str(default_target(folder, self._project.path.stem, self.format)))
        self.changed.emit()

    def _place_typed(self) -> None:
        self._place_chosen = bool(self.place.text().strip())
        self.placeTyped.emit()

    def _choose_place(self) -> None:
        if self.makes_folder:
            path = QFileDialog.getExistingDirectory(self, self.tr("Folder to write into"), self.place.text())
        else:
            kinds = " ".join("*" + suffix for suffix in self.format.suffixes)
            path, _ = QFileDialog.getSaveFileName(
                self,
                self.tr("File to write"),
                self.place.text(),
                f"{format_label(self.format)} ({kinds})",
                options=QFileDialog.Option.DontConfirmOverwrite,
            )
        if path:
            self._place_chosen = True
            self.place.setText(path)
            self.changed.emit()
