"""The list of pictures at the left: filter, thumbnails, where one is.

Owns stepping through the list and showing it. Which pictures are listed and which one is current is the query's
(`jobs.picture_query`), shared with the gallery. Does not own the rows (`picture_model`) or what is done with the
current picture (`page`).
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.annotate.picture_model import PictureDelegate, PictureModel
from qvl_desktop.gui.gallery.filter_bar import FilterBar
from qvl_desktop.gui.gallery.picture_menu import PictureMenu
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.nothing_here import NothingHere
from qvl_desktop.gui.widgets.rows import keep_place, mark_row, row_view
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.jobs.picture_query import PictureQuery, likely_next
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow

AHEAD_PIXELS = 12_000_000
"""What is decoded in advance besides the likeliest next picture, together at most."""


class PictureList(QWidget):
    """Signals:
    currentChanged(picture id or None): another picture is the current one.
    positionChanged(): the place of the current picture in the list, or the list's length, changed.
    addFilesRequested(), addFolderRequested(): the user wants more pictures.
    """

    currentChanged = Signal(object)
    positionChanged = Signal()
    addFilesRequested = Signal()
    addFolderRequested = Signal()

    def __init__(self, thumbnails: Thumbnails, query: PictureQuery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.query = query
        self._direction = 1
        self._last_place = 0
        self._thumbnails = thumbnails
        self.model = PictureModel(self)
        set_surface(self, "panel")
        self.setMinimumWidth(216)

        self.filters = FilterBar(query, self)
        self.only_bare = WrappedCheckBox(self.tr("Only unannotated"), self)
        self.only_bare.setToolTip(self.tr("Show pictures without regions"))
        self.view = self._make_view(thumbnails)
        self._nothing = NothingHere(self.view, button=self.tr("Show all pictures"))
        self._nothing.clicked.connect(lambda: query.set_filter(PictureFilter()))
        self.count = QLabel(self)
        set_role(self.count, "caption")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Pictures that are done"))
        self.add_button = self._make_add_button()
        self._lay_out()

        self.only_bare.toggled.connect(self._on_only_bare)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self.view.customContextMenuRequested.connect(self._show_menu)
        thumbnails.ready.connect(self._on_thumbnail)
        theme().changed.connect(self._on_theme)
        query.idsChanged.connect(self._show_ids)
        query.rowsChanged.connect(self._on_rows)
        query.filterChanged.connect(self._on_filter)
        query.progressChanged.connect(self._show_progress)
        query.currentChanged.connect(self._on_query_current)
        self._show_ids()

    # Contents

    @property
    def search(self) -> QLineEdit:
        """The line in which pictures are looked for."""
        return self.filters.search

    def show_project(self, project: Project | None) -> None:
        """Show the pictures of another project."""
        self._direction, self._last_place = 1, 0
        self.model.show(project, self.query.ids)
        self._show_ids()

    def reload(self) -> None:
        """Ask the project again which pictures pass the filter. The current picture stays current."""
        self.query.reload()

    def _show_ids(self) -> None:
        with keep_place(self.view):
            self.model.show(self.query.project, self.query.ids)
        mark_row(self.view, self.position, scroll=self.position is not None and not self.filtered)
        found = bool(self.query.ids) or not self.filtered
        self._nothing.show_words("" if found else self.tr("No picture matches the filter."))
        self._show_progress()
        self._moved()

    def _show_progress(self) -> None:
        shown, progress = len(self.model.ids), self.query.progress
        if self.filtered:
            words = self.tr("{shown} of {total} pictures").format(shown=f"{shown:,}", total=f"{progress.total:,}")
        else:
            words = self.tr("{done} of {total} done").format(done=f"{progress.done:,}", total=f"{progress.total:,}")
        self.count.setText(words)
        self.bar.setRange(0, max(progress.total, 1))
        self.bar.setValue(progress.done)

    @property
    def filtered(self) -> bool:
        """Some pictures may be hidden by the filter."""
        return not self.query.filter.empty

    def _on_filter(self) -> None:
        self.only_bare.blockSignals(True)
        self.only_bare.setChecked(self.query.filter.regions_to == 0)
        self.only_bare.blockSignals(False)
        self._show_progress()

    def _on_only_bare(self, on: bool) -> None:
        self.query.set_filter(self.query.filter.but(regions_from=None, regions_to=0 if on else None))

    def _on_rows(self, ids: frozenset[int] | None) -> None:
        if ids is None:
            self.model.look_again()
            self.view.viewport().update()
        else:
            self.model.look_again(ids)

    # The current picture

    @property
    def current(self) -> int | None:
        return self.query.current

    @property
    def position(self) -> int | None:
        """The row of the current picture; None when the filter hides it."""
        return None if self.current is None else self.model.place(self.current)

    @property
    def last_place(self) -> int:
        """The row where the current picture stands, or stood last."""
        return self._last_place

    def set_current(self, picture_id: int | None) -> None:
        """Make a picture the current one (in the list or not)."""
        self.query.set_current(picture_id)

    def _on_query_current(self, picture_id: int | None) -> None:
        mark_row(self.view, self.position)
        self.currentChanged.emit(picture_id)
        self._moved()

    def _moved(self) -> None:
        if (place := self.position) is not None:
            self._last_place = place
        self.positionChanged.emit()

    def step(self, by: int) -> int | None:
        """Go `by` rows on; stops at the ends. Returns the current picture."""
        self._direction = 1 if by > 0 else -1
        ids, here = self.model.ids, self.position
        if here is None:
            self.set_current(self.query.beside(by) if ids else self.current)
        elif ids:
            self.set_current(ids[min(max(here + by, 0), len(ids) - 1)])
        return self.current

    def neighbours(self) -> list[PictureRow]:
        """The pictures that are likely to be shown next, the likeliest first; no more than fit into memory well."""
        if self.position is None or self.query.project is None:
            return []
        rows = self.query.project.pictures(likely_next(self.model.ids, self.position, self._direction))
        kept, pixels = rows[:1], 0
        for row in rows[1:]:
            pixels += row.width * row.height
            if pixels <= AHEAD_PIXELS:
                kept.append(row)
        return kept

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            place = index.row()
            if self.position is not None:
                self._direction = 1 if place >= self.position else -1
            self.set_current(self.model.ids[place])

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
        self.view.viewport().update()

    # Parts

    def _make_view(self, thumbnails: Thumbnails) -> QTableView:
        view = row_view(self.model, PictureDelegate(thumbnails, self), self)
        view.setAccessibleName(self.tr("Pictures"))
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        return view

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
        head.addWidget(self.filters)
        head.addWidget(self.only_bare)
        help_beside(self.only_bare, "list.bare", into=head)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.M, Space.XS, Space.S, Space.XS)
        foot.addWidget(self.count, 1)
        foot.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.bar)
        layout.addLayout(foot)

    def menu_for(self, ids: list[int]) -> QMenu:
        """What can be done with these pictures."""
        return PictureMenu(self.query, ids, self)

    def _show_menu(self, at: QPoint) -> None:
        ids = [self.model.ids[index.row()] for index in self.view.selectionModel().selectedIndexes()]
        if ids:
            menu = self.menu_for(ids)
            menu.exec(self.view.viewport().mapToGlobal(at))
            menu.deleteLater()
