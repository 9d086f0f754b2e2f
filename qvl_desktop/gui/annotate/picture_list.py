"""The list of pictures at the left: filter, thumbnails, where one is.

Owns which picture is the current one and stepping through the list. Does not own the rows (`picture_model`) or what is
done with the current picture (`page`).
"""

from __future__ import annotations

from functools import partial
from itertools import chain

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.annotate.picture_model import PictureDelegate, PictureModel
from qvl_desktop.gui.icons import icon, set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.rows import mark_row, row_view
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.gui.words import split_text
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow

DIVISIONS = (
    ({"train": 80, "val": 20}, QT_TRANSLATE_NOOP("PictureList", "80 % train, 20 % validation")),
    ({"train": 80, "val": 10, "test": 10}, QT_TRANSLATE_NOOP("PictureList", "80 % train, 10 % validation, 10 % test")),
)
_FILTER_DELAY_MS = 150


class PictureList(QWidget):
    """Signals:
    currentChanged(picture id or None): another picture is the current one.
    positionChanged(): the place of the current picture in the list, or the list's length, changed.
    addFilesRequested(), addFolderRequested(): the user wants more pictures.
    removeRequested(ids), splitRequested(ids, split), divideRequested(ids, shares): from the context menu.
    """

    currentChanged = Signal(object)
    positionChanged = Signal()
    addFilesRequested = Signal()
    addFolderRequested = Signal()
    removeRequested = Signal(object)
    splitRequested = Signal(object, str)
    divideRequested = Signal(object, object)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._current: int | None = None
        self.model = PictureModel(self)
        set_surface(self, "panel")
        self.setMinimumWidth(200)

        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("Filter by name"))
        self.search.setAccessibleName(self.tr("Filter pictures by name"))
        self._search_action = self.search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.only_bare = QCheckBox(self.tr("Only unannotated"), self)
        self.only_bare.setToolTip(self.tr("Show pictures without regions"))
        self.view = self._make_view(thumbnails)
        self._nothing = QLabel(self.tr("No picture matches the filter."), self.view)
        self._nothing.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        set_role(self._nothing, "muted")
        self.count = QLabel(self)
        set_role(self.count, "caption")
        self.add_button = self._make_add_button()
        self._name_clear_button()
        self._lay_out()

        self._filter_timer = QTimer(self)
        self._filter_timer.setSingleShot(True)
        self._filter_timer.setInterval(_FILTER_DELAY_MS)
        self._filter_timer.timeout.connect(self.reload)
        self.search.textChanged.connect(self._filter_timer.start)
        self.only_bare.toggled.connect(self.reload)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.view.customContextMenuRequested.connect(self._show_menu)
        thumbnails.ready.connect(self._on_thumbnail)
        theme().changed.connect(self._on_theme)

    # Contents

    def show_project(self, project: Project | None) -> None:
        """Show the pictures of another project; none is current until `set_current`."""
        self._project = project
        self._current = None
        for widget in (self.search, self.only_bare):
            widget.blockSignals(True)
        self.search.clear()
        self.only_bare.setChecked(False)
        for widget in (self.search, self.only_bare):
            widget.blockSignals(False)
        self.reload()

    def reload(self) -> None:
        """Ask the project again which pictures pass the filter. The current picture stays current."""
        self._filter_timer.stop()
        ids: list[int] = []
        if self._project is not None:
            bare = False if self.only_bare.isChecked() else None
            ids = self._project.picture_ids(text=self.search.text().strip(), has_regions=bare)
        self.model.show(self._project, ids)
        mark_row(self.view, self.position)
        self._nothing.setVisible(not ids and self.filtered)
        self.count.setText(self.tr("%n picture(s)", "", len(ids)))
        self.positionChanged.emit()

    @property
    def filtered(self) -> bool:
        """Some pictures may be hidden by the filter."""
        return bool(self.search.text().strip()) or self.only_bare.isChecked()

    # The current picture

    @property
    def current(self) -> int | None:
        return self._current

    @property
    def position(self) -> int | None:
        """The row of the current picture; None when the filter hides it."""
        return None if self._current is None else self.model.place(self._current)

    def set_current(self, picture_id: int | None) -> None:
        """Make a picture the current one (in the list or not)."""
        if picture_id == self._current:
            return
        self._current = picture_id
        mark_row(self.view, self.position)
        self.currentChanged.emit(picture_id)
        self.positionChanged.emit()

    def step(self, by: int) -> int | None:
        """Go `by` rows on; stops at the ends. Returns the current picture."""
        if (place := self._place_after(by)) is not None:
            self.set_current(self.model.ids[place])
        return self._current

    def neighbours(self) -> list[PictureRow]:
        """The pictures that are likely to be shown next, the likeliest first."""
        places = [self._place_after(by) for by in (1, -1, 2)]
        rows = [self.model.row(place) for place in places if place is not None]
        return [row for row in rows if row is not None and row.id != self._current]

    def next_bare(self) -> int | None:
        """The next picture in the list without regions, after the current one; None when there is none."""
        if self._project is None:
            return None
        bare = set(self._project.picture_ids(text=self.search.text().strip(), has_regions=False))
        ids: list[int] = list(self.model.ids)
        start = (self.position if self.position is not None else -1) + 1
        for picture_id in chain(ids[start:], ids[:start]):
            if picture_id in bare and picture_id != self._current:
                return picture_id
        return None

    def _place_after(self, by: int) -> int | None:
        total = len(self.model.ids)
        if total == 0:
            return None
        here = self.position
        if here is None:
            return 0
        return min(max(here + by, 0), total - 1)

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.set_current(self.model.ids[index.row()])

    def _on_thumbnail(self, file: object) -> None:
        """Only the rows in sight are looked at; one of them asked for it."""
        rect = self.view.viewport().rect()
        first, last = self.view.rowAt(rect.top()), self.view.rowAt(rect.bottom())
        last = last if last >= 0 else self.model.rowCount() - 1
        for place in range(max(first, 0), last + 1):
            row = self.model.row(place)
            if row is not None and row.file == file:
                self.view.viewport().update(self.view.visualRect(self.model.index(place, 0)))

    def _on_theme(self) -> None:
        self._search_action.setIcon(icon("search", "muted"))
        self.view.viewport().update()

    # Parts

    def _make_view(self, thumbnails: Thumbnails) -> QTableView:
        view = row_view(self.model, PictureDelegate(thumbnails, self), self)
        view.setAccessibleName(self.tr("Pictures"))
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        return view

    def _name_clear_button(self) -> None:
        for button in self.search.findChildren(QToolButton):
            button.setAccessibleName(self.tr("Clear the filter"))

    def _make_add_button(self) -> QToolButton:
        button = QToolButton(self)
        set_icon(button, "plus")
        button.setToolTip(self.tr("Add pictures"))
        button.setAccessibleName(self.tr("Add pictures"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction(self.tr("Add a folder…"), self.addFolderRequested.emit)
        menu.addAction(self.tr("Add pictures…"), self.addFilesRequested.emit)
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(Space.M, Space.M, Space.M, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(self.search)
        head.addWidget(self.only_bare)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.M, Space.XS, Space.S, Space.XS)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)

    def menu_for(self, ids: list[int]) -> QMenu:
        """What can be done with these pictures; a random division takes the whole list when only one is chosen."""
        menu = QMenu(self)
        splits = menu.addMenu(self.tr("Split"))
        for split in (*SPLITS, ""):
            splits.addAction(split_text(split), partial(self.splitRequested.emit, ids, split))
        splits.addSeparator()
        several = ids if len(ids) > 1 else list(self.model.ids)
        dividing = splits.addMenu(self.tr("Divide %n picture(s) at random", "", len(several)))
        for shares, name in DIVISIONS:
            dividing.addAction(self.tr(name), partial(self.divideRequested.emit, several, shares))
        menu.addSeparator()
        remove = self.tr("Remove %n picture(s) from the project", "", len(ids))
        menu.addAction(remove, partial(self.removeRequested.emit, ids))
        return menu

    def _show_menu(self, at: QPoint) -> None:
        ids = [self.model.ids[index.row()] for index in self.view.selectionModel().selectedIndexes()]
        if ids:
            menu = self.menu_for(ids)
            menu.exec(self.view.viewport().mapToGlobal(at))
            menu.deleteLater()
