"""What can be done with one or several pictures, as a menu for the list and the gallery.

Owns the entries and calling the edits. Does not own the edits (`storage`) nor where the menu opens.
"""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QWidget

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.words import split_text, status_text
from qvl_desktop.jobs.picture_query import PictureQuery
from qvl_desktop.storage.filters import ShownStatus
from qvl_desktop.storage.rows import PictureRow

DIVISIONS: tuple[tuple[dict[Split, float], str], ...] = (
    ({"train": 80, "val": 20}, _N("PictureMenu", "80 % train, 20 % validation")),
    ({"train": 80, "val": 10, "test": 10}, _N("PictureMenu", "80 % train, 10 % validation, 10 % test")),
)

_MARKS: tuple[tuple[str, ShownStatus, str], ...] = (("done", "done", "E"), ("skipped", "skipped", "S"))


class PictureMenu(QMenu):
    """The menu for some pictures; a random division takes the whole list when only one is chosen."""

    def __init__(self, query: PictureQuery, ids: list[int], parent: QWidget) -> None:
        super().__init__(parent)
        self._query, self._ids = query, ids
        for stored, shown, key in _MARKS:
            self.addAction(f"{status_text(shown)}\t{key}", partial(query.edit, ids, "set_status", stored))
        self.addAction(self.tr("Neither done nor skipped"), partial(query.edit, ids, "set_status", ""))
        self.addSeparator()
        self._add_splits()
        self.addSeparator()
        if len(ids) == 1 and query.project is not None and (rows := query.project.pictures(ids)):
            self._add_places(rows[0])
            self.addSeparator()
        remove = self.addAction(self.tr("Remove %n picture(s) from the project", "", len(ids)))
        set_icon(remove, "trash")
        remove.triggered.connect(partial(query.edit, ids, "remove_pictures"))

    def _add_splits(self) -> None:
        query = self._query
        splits = self.addMenu(self.tr("Split"))
        names: tuple[Split, ...] = (*SPLITS, "")
        for split in names:
            splits.addAction(split_text(split), partial(query.edit, self._ids, "set_split", split))
        splits.addSeparator()
        several = self._ids if len(self._ids) > 1 else list(query.ids)
        dividing = splits.addMenu(self.tr("Divide %n picture(s) at random", "", len(several)))
        for shares, name in DIVISIONS:
            dividing.addAction(self.tr(name), partial(query.divide, several, shares))

    def _add_places(self, row: PictureRow) -> None:
        query = self._query
        folder = str(PurePosixPath(row.path).parent)
        only = query.filter.but(folder="" if folder == "." else folder)
        self.addAction(self.tr("Only this folder"), partial(query.set_filter, only))
        place = QUrl.fromLocalFile(str(row.file.parent))
        self.addAction(self.tr("Open its folder"), partial(QDesktopServices.openUrl, place))
