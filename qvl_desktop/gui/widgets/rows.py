"""What the lists of rows at the sides of the pages share.

Owns `ROW_ROLE`, a model of rows that are at hand (`RowsModel`), the height and ground of a row (`RowDelegate`), the
settings of a list (`row_view`, and `pick_list` where several rows may be picked), marking a row without a signal
(`mark_row`) and showing other rows without a jump (`keep_place`). Does not own what is written on a row, nor where rows
come from (`paged_rows`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The role under which a model gives the whole row."""

_BAR = 3


class RowsModel(QAbstractListModel):
    """Rows that are all at hand, in `rows`. A subclass says their words in `words`."""

    rows: Sequence[Any] = ()

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        return self.words(row, role)

    def words(self, row: Any, role: int) -> str | None:
        """What a row says in a role: to be seen, in its tool tip, to a screen reader; None where it says nothing."""
        raise NotImplementedError


class RowDelegate(QStyledItemDelegate):
    """Rows of one size, on a ground that shows the selected one and the one under the mouse.

    A subclass paints the rest in `paint_row`, and may say its size (`WIDTH`, `HEIGHT`: device-independent pixels; the
    height grows with the text) and whether a bar stands at the left of the selected row (`BAR`).
    """

    WIDTH = 200
    HEIGHT = 64
    BAR = True

    @classmethod
    def height(cls) -> int:
        """The height of a row at the size of text in force."""
        return theme().pixels(cls.HEIGHT)

    @guarded(default=QSize)
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.WIDTH, self.height())

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        painter.save()
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme().colour("accent_soft"))
            if self.BAR:
                painter.fillRect(QRect(area.left(), area.top(), _BAR, area.height()), theme().colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme().colour("hover"))
        self.paint_row(painter, option, index, row)
        painter.restore()

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Any) -> None:
        """Paint what `ROW_ROLE` gave, inside `option.rect`. The painter's state is put back afterwards."""
        raise NotImplementedError


def row_view(model: QAbstractItemModel, delegate: RowDelegate, parent: QWidget) -> QTableView:
    """A list of one column: no headers, no grid, whole rows of the delegate's height, one selected at a time."""
    view = QTableView(parent)
    view.setModel(model)
    view.setItemDelegate(delegate)
    view.horizontalHeader().hide()
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().setMinimumSectionSize(40)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    _Heights(rows, delegate)
    view.setShowGrid(False)
    view.setMouseTracking(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTabKeyNavigation(False)
    return view


class _Heights(QObject):
    """Keeps the rows of a table as high as their delegate wants them, also when the size of text changes."""

    def __init__(self, rows: QHeaderView, delegate: RowDelegate) -> None:
        super().__init__(rows)
        self._rows, self._delegate = rows, delegate
        self._set()
        theme().changed.connect(self._set)

    def _set(self) -> None:
        height = self._delegate.height()
        if height != self._rows.defaultSectionSize():
            self._rows.setMinimumSectionSize(height)
            self._rows.setDefaultSectionSize(height)


def pick_list(model: QAbstractItemModel, delegate: RowDelegate, parent: QWidget) -> QListView:
    """A list of which several rows may be picked: rows of one size, none of them typed in, never scrolled sideways."""
    view = QListView(parent)
    view.setModel(model)
    view.setItemDelegate(delegate)
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    return view


def mark_row(view: QAbstractItemView, place: int | None, *, scroll: bool = True) -> None:
    """Select a row and scroll to it, or no row, without a signal of the selection."""
    selection = view.selectionModel()
    selection.blockSignals(True)
    if place is None:
        selection.clear()
    else:
        index = view.model().index(place, 0)
        selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if scroll:
            view.scrollTo(index)
    selection.blockSignals(False)
    view.viewport().update()


@contextmanager
def keep_place(view: QTableView) -> Iterator[None]:
    """Show other rows in the block; the one at the top stays at the top if it is still there."""
    model, bar = view.model(), view.verticalScrollBar()
    top = view.rowAt(0)
    ids = getattr(model, "ids", [])
    anchor = ids[top] if 0 <= top < len(ids) else None
    offset = view.rowViewportPosition(top) if anchor is not None else 0
    yield
    place = model.place(anchor) if anchor is not None and isinstance(model, _Places) else None
    if place is not None:
        view.doItemsLayout()
        bar.setValue(place * view.verticalHeader().defaultSectionSize() - offset)


@runtime_checkable
class _Places(Protocol):
    def place(self, row_id: int) -> int | None: ...
