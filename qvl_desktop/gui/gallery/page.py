"""The Pictures page: all pictures of the project as thumbnails, to find them and to treat many at once.

Owns putting the parts together: filter bar, grid, what is done with the selected pictures. Does not own which pictures
are shown (`jobs.picture_query`), the grid (`grid_view`) or how a cell looks (`cell`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.annotate.picture_model import PictureModel
from qvl_desktop.gui.gallery.actions import make_actions
from qvl_desktop.gui.gallery.batch_bar import BatchBar
from qvl_desktop.gui.gallery.cell import CellDelegate, Outlines
from qvl_desktop.gui.gallery.filter_bar import FilterBar
from qvl_desktop.gui.gallery.grid_view import LARGEST, SMALLEST, STEP, GridView
from qvl_desktop.gui.gallery.picture_menu import PictureMenu
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import LARGE, SIDE, Thumbnails
from qvl_desktop.jobs.opening import index_pictures
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.filters import PictureFilter

_STATE = "pictures.view"
"""In `Settings.window_state`: the side of a thumbnail's place, `|`, whether boxes are drawn."""


class Grid(GridView):
    """The grid of the page: typing goes to the search line."""

    def __init__(self, search: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._search = search

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if plain and event.text().strip() and event.text().isprintable():
            self._search(event.text())
        else:
            super().keyPressEvent(event)


class PicturesPage(QWidget):
    """The page. What it does to pictures is undone with the window's undo."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.query = session.pictures
        self.page_actions = make_actions(self, Shortcuts.of(session))
        self.thumbnails = Thumbnails(self)
        self.outlines = Outlines()
        self.model = PictureModel(self)
        self.filters = FilterBar(self.query, self)
        self.grid = Grid(self._type, self)
        self.grid.setAccessibleName(self.tr("Pictures"))
        self.grid.setModel(self.model)
        self.delegate = CellDelegate(self.thumbnails, self.outlines, self._ids_in_sight, self)
        self.grid.setItemDelegate(self.delegate)
        self.batch = BatchBar(self.page_actions, self)
        self.progress_words = QLabel(self)
        set_role(self.progress_words, "muted")
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.progress.setAccessibleName(self.tr("Pictures that are done"))
        self.size_slider = self._make_slider()
        self.empty = EmptyState("image", self)
        self.nothing = EmptyState("filter", self)
        self._stack = QStackedWidget(self)
        for widget in (self.grid, self.nothing, self.empty):
            self._stack.addWidget(widget)
        self._lay_out()
        self._connect()
        self._restore()
        self._on_project()

    # Contents

    def _on_project(self) -> None:
        self.thumbnails.forget()
        self.outlines.start(self.session.project)
        self._show_ids()
        self._mark_current()

    def _show_ids(self) -> None:
        """Other pictures: what was in sight and what was selected stays where it can."""
        first, _ = self.grid.in_sight()
        ids = self.model.ids
        top = ids[first] if 0 <= first < len(ids) else None
        selected = set(self._selected()) if len(ids) and not self._all_selected() else set()
        current = self._current_id()
        self.model.show(self.query.project, self.query.ids)
        self.grid.updateGeometries()
        place = self.model.place(top) if top is not None else None
        if place:
            self.grid.scrollTo(self.model.index(place, 0), GridView.ScrollHint.PositionAtCenter)
        self._select(selected, current)
        self._show_state()
        self._show_selection()
        self._on_sight()

    def _show_state(self) -> None:
        project = self.session.project
        if project is None:
            self.empty.show_words(self.tr("No project is open"), self.tr("Open or make one to begin."))
        elif not self.query.progress.total:
            words = self.tr("Add a folder of pictures, or drop one here. Files stay where they are.")
            self.empty.show_words(self.tr("No pictures yet"), words)
        self.empty.set_buttons_visible(project is not None)
        if project is None or not self.query.progress.total:
            shown: QWidget = self.empty
        else:
            shown = self.grid if self.query.ids else self.nothing
        had_focus = self.grid.hasFocus()
        self._stack.setCurrentWidget(shown)
        if had_focus and shown is self.nothing:
            self.filters.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.nothing.show_words(
            self.tr("No picture matches the filter"), self.tr("Change it above, or look at all pictures again.")
        )
        self._show_progress()

    def _show_progress(self) -> None:
        done, total = self.query.progress.done, self.query.progress.total
        self.progress_words.setText(self.tr("{done} of {total} done").format(done=f"{done:,}", total=f"{total:,}"))
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.progress.setVisible(total > 0)
        self.progress_words.setVisible(total > 0)

    def _on_rows(self, ids: frozenset[int] | None) -> None:
        self.outlines.forget(ids)
        self.model.look_again(ids)
        self.grid.viewport().update()

    def _on_change(self, change: object) -> None:
        if getattr(change, "kind", "") == "files" and self.query.project is not None:
            rows = self.query.project.pictures(getattr(change, "picture_ids", ()))
            self.thumbnails.forget(row.file for row in rows)
            self.grid.viewport().update()

    # What is in sight

    def _ids_in_sight(self) -> list[int]:
        first, last = self.grid.in_sight()
        return list(self.model.ids[first : last + 1])

    def _on_sight(self) -> None:
        """What has gone out of sight is not made any more."""
        first, last = self.grid.in_sight()
        rows = [self.model.row(place) for place in range(first, last + 1)] if self.grid.isVisible() else []
        self.thumbnails.only(row.file for row in rows if row is not None)

    def _on_size(self, side: int) -> None:
        self.size_slider.setValue(side)
        self.thumbnails.set_side(SIDE if side * self.devicePixelRatio() <= SIDE else LARGE)

    def _on_thumbnail(self, file: Path) -> None:
        first, last = self.grid.in_sight()
        for place in range(first, last + 1):
            row = self.model.row(place)
            if row is not None and row.file == file:
                self.grid.viewport().update(self.grid.visualRect(self.model.index(place, 0)))

    # The selection

    def selected(self) -> list[int]:
        """The pictures that are selected, in their order."""
        return self._selected()

    def _selected(self) -> list[int]:
        found: list[int] = []
        selection = self.grid.selectionModel().selection()
        for number in range(selection.count()):
            run = selection.at(number)
            found += self.model.ids[run.top() : run.bottom() + 1]
        return found if selection.count() < 2 else sorted(set(found), key=lambda one: self.model.place(one) or 0)

    def _all_selected(self) -> bool:
        selection = self.grid.selectionModel().selection()
        runs = [selection.at(number) for number in range(selection.count())]
        return sum(run.height() for run in runs) > 20_000

    def _select(self, ids: set[int], current: int | None) -> None:
        chosen, selection = self.grid.selectionModel(), QItemSelection()
        for one in ids:
            if (place := self.model.place(one)) is not None:
                selection.select(self.model.index(place, 0), self.model.index(place, 0))
        chosen.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        place = self.model.place(current) if current is not None else None
        if place is not None:
            chosen.setCurrentIndex(self.model.index(place, 0), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _current_id(self) -> int | None:
        row = self.grid.currentIndex().row()
        return self.model.ids[row] if 0 <= row < len(self.model.ids) else None

    def _mark_current(self) -> None:
        """Go to the picture that is the current one on the other pages."""
        current = self.query.current
        place = self.model.place(current) if current is not None else None
        if place is not None and current != self._current_id():
            index = self.model.index(place, 0)
            self.grid.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.grid.scrollTo(index, GridView.ScrollHint.PositionAtCenter)

    def _show_selection(self) -> None:
        selection = self.grid.selectionModel().selection()
        count = sum(selection.at(number).height() for number in range(selection.count()))
        self.batch.show_selection(count, len(self.model.ids))
        for name in ("done", "skipped", "unmark", "remove"):
            self.page_actions[name].setEnabled(count > 0)

    # What the actions do

    def open_picture(self, place: int) -> None:
        """Open a picture in Annotate."""
        if 0 <= place < len(self.model.ids):
            self.query.set_current(self.model.ids[place])
            self.session.pageRequested.emit("annotate")

    def _go_untouched(self, backwards: bool) -> None:
        project, current = self.query.project, self._current_id()
        if project is None:
            return
        wanted = PictureFilter(statuses=("untouched",))
        found = project.next_picture(current, wanted, backwards=backwards, within=self.query.filter)
        place = self.model.place(found) if found is not None else None
        if place is None:
            self.session.notice.emit("info", self.tr("No picture on show is untouched."))
            return
        index = self.model.index(place, 0)
        self.grid.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.grid.scrollTo(index)

    def _mark(self, status: str) -> None:
        if status:
            self.query.toggle_status(self._selected(), status)
        else:
            self.query.edit(self._selected(), "set_status", "")

    def _remove(self) -> None:
        ids = self._selected()
        self.query.edit(ids, "remove_pictures")
        self.session.notice.emit("info", self.tr("%n picture(s) removed. Undo brings them back.", "", len(ids)))

    def _type(self, text: str) -> None:
        """A letter typed over the grid begins a search."""
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.setText(self.filters.search.text() + text)

    def _find(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _to_grid(self) -> None:
        """From the search line down to the pictures."""
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.grid.currentIndex().isValid() and self.model.ids:
            self.grid.setCurrentIndex(self.model.index(0, 0))

    def _show_boxes(self, on: bool) -> None:
        self.delegate.boxes = on
        self.grid.viewport().update()

    def _show_menu(self, at: QPoint) -> None:
        if ids := self._selected():
            menu = PictureMenu(self.query, ids, self)
            menu.exec(self.grid.viewport().mapToGlobal(at))
            menu.deleteLater()

    def _add_folder(self) -> None:
        start = str(self.session.project.path.parent) if self.session.project else ""
        if folder := QFileDialog.getExistingDirectory(self, self.tr("Folder of pictures"), start):
            index_pictures(self.session, [Path(folder)])

    # Events

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._mark_current()
        if self._stack.currentWidget() is self.grid:
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        self.thumbnails.only(())
        settings = self.session.settings
        state = f"{self.grid.side}|{int(self.delegate.boxes)}"
        settings.window_state = settings.window_state | {_STATE: state}
        super().hideEvent(event)

    def _restore(self) -> None:
        side, _, boxes = self.session.settings.window_state.get(_STATE, "").partition("|")
        if side.isdigit():
            self.grid.set_side(int(side))
        self.page_actions["boxes"].setChecked(boxes != "0")

    # Putting together

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(SMALLEST, LARGEST)
        slider.setSingleStep(STEP)
        slider.setPageStep(STEP)
        slider.setValue(self.grid.side)
        slider.setFixedWidth(110)
        slider.setAccessibleName(self.tr("Size of the thumbnails"))
        slider.setToolTip(self.tr("Size of the thumbnails (Ctrl + wheel)"))
        return slider

    def _lay_out(self) -> None:
        boxes = QToolButton(self)
        set_icon(self.page_actions["boxes"], "box")
        boxes.setDefaultAction(self.page_actions["boxes"])
        boxes.setAccessibleName(self.page_actions["boxes"].text())
        boxes.setIconSize(QSize(20, 20))
        set_icon(self.page_actions["remove"], "trash")
        set_icon(self.page_actions["done"], "check")
        head = QWidget(self)
        set_surface(head, "panel")
        self.filters.setMaximumWidth(520)
        row = QHBoxLayout(head)
        row.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        row.setSpacing(Space.M)
        row.addWidget(self.filters, 3)
        row.addStretch(1)
        tools = QWidget(head)
        tools.setMinimumHeight(32)
        side = QHBoxLayout(tools)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(Space.M)
        for widget in (self.progress_words, self.progress, boxes, self.size_slider):
            side.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(tools, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.batch)
        add = self.empty.add_button(self.tr("Add a folder…"), "folder-add", primary=True)
        add.clicked.connect(self._add_folder)
        clear = self.nothing.add_button(self.tr("Show all pictures"), "close")
        clear.clicked.connect(partial(self.query.set_filter, PictureFilter()))

    def _connect(self) -> None:
        query = self.query
        self.session.projectChanged.connect(self._on_project)
        self.session.contentChanged.connect(self._on_change)
        query.idsChanged.connect(self._show_ids)
        query.rowsChanged.connect(self._on_rows)
        query.progressChanged.connect(self._show_state)
        self.thumbnails.ready.connect(self._on_thumbnail)
        theme().changed.connect(self.grid.viewport().update)
        grid = self.grid
        grid.sightChanged.connect(self._on_sight)
        grid.opened.connect(lambda index: self.open_picture(index.row()))
        grid.customContextMenuRequested.connect(self._show_menu)
        grid.selectionModel().selectionChanged.connect(self._show_selection)
        grid.sizeChanged.connect(self._on_size)
        self.size_slider.valueChanged.connect(grid.set_side)
        self.filters.search.returnPressed.connect(self._to_grid)
        self.batch.splitChosen.connect(lambda split: query.edit(self._selected(), "set_split", split))
        actions = self.page_actions
        handlers: dict[str, Callable[[], object]] = {
            "open": lambda: self.open_picture(grid.currentIndex().row()),
            "find": self._find,
            "filters": self.filters.open_panel,
            "next_untouched": partial(self._go_untouched, False),
            "previous_untouched": partial(self._go_untouched, True),
            "done": partial(self._mark, "done"),
            "skipped": partial(self._mark, "skipped"),
            "unmark": partial(self._mark, ""),
            "remove": self._remove,
            "larger": lambda: grid.set_side(grid.side + STEP),
            "smaller": lambda: grid.set_side(grid.side - STEP),
        }
        for name, handler in handlers.items():
            actions[name].triggered.connect(partial(_call, handler))
        actions["boxes"].toggled.connect(self._show_boxes)


def _call(handler: Callable[[], object], _checked: bool = False) -> None:
    """A slot of `triggered(checked)` that does not pass `checked` on."""
    handler()
