"""What can be done with one or several pictures, as a menu for the list and the gallery.

Owns the entries and calling the edits. Does not own the edits (`storage`) nor where the menu opens.
"""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QWidget

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.words import split_text, status_text
from qvl_desktop.jobs.picture_query import PictureQuery
from qvl_desktop.storage.filters import ShownStatus

DIVISIONS: tuple[tuple[dict[Split, float], str], ...] = (
    ({"train": 80, "val": 20}, _N("PictureMenu", "80 % train, 20 % validation")),
    ({"train": 80, "val": 10, "test": 10}, _N("PictureMenu", "80 % train, 10 % validation, 10 % test")),
)

_MARKS: tuple[tuple[str, ShownStatus, str], ...] = (("done", "done", "E"), ("skipped", "skipped", "S"))


def picture_menu(query: PictureQuery, ids: list[int], parent: QWidget) -> QMenu:
    """The menu for these pictures; a random division takes the whole list when only one is chosen."""
    menu = QMenu(parent)
    for stored, shown, key in _MARKS:
        menu.addAction(f"{status_text(shown)}\t{key}", partial(query.edit, ids, "set_status", stored))
    menu.addAction(_say(_N("PictureMenu", "Neither done nor skipped")), partial(query.edit, ids, "set_status", ""))
    menu.addSeparator()
    splits = menu.addMenu(_say(_N("PictureMenu", "Split")))
    names: tuple[Split, ...] = (*SPLITS, "")
    for split in names:
        splits.addAction(split_text(split), partial(query.edit, ids, "set_split", split))
    splits.addSeparator()
    several = ids if len(ids) > 1 else list(query.ids)
    words = _say(_N("PictureMenu", "Divide %n picture(s) at random"), len(several))
    dividing = splits.addMenu(words)
    for shares, name in DIVISIONS:
        dividing.addAction(_say(name), partial(query.divide, several, shares))
    menu.addSeparator()
    if len(ids) == 1 and query.project is not None and (rows := query.project.pictures(ids)):
        folder = str(PurePosixPath(rows[0].path).parent)
        only = query.filter.but(folder="" if folder == "." else folder)
        menu.addAction(_say(_N("PictureMenu", "Only this folder")), partial(query.set_filter, only))
        place = QUrl.fromLocalFile(str(rows[0].file.parent))
        menu.addAction(_say(_N("PictureMenu", "Open its folder")), partial(QDesktopServices.openUrl, place))
        menu.addSeparator()
    remove = menu.addAction(_say(_N("PictureMenu", "Remove %n picture(s) from the project"), len(ids)))
    set_icon(remove, "trash")
    remove.triggered.connect(partial(query.edit, ids, "remove_pictures"))
    return menu


def _say(words: str, count: int = -1) -> str:
    return QCoreApplication.translate("PictureMenu", words, "", count)
