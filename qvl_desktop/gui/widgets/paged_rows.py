"""Rows of a project as a Qt model: the ids of all of them up front, the rows themselves a page at a time.

Owns `PagedRows`: which ids are listed, reading rows as they are shown, and forgetting the oldest. Does not own what is
read nor what a row says of itself (its subclasses), nor filtering.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject

from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import Index
from qvl_desktop.jobs.picture_query import Ids
from qvl_desktop.storage.project import Project

_PAGE = 64


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


_Row = TypeVar("_Row", bound=_HasId)


class PagedRows(QAbstractTableModel, Generic[_Row]):
    """One column, one row an id. A subclass says how rows are read (`read`), how many are kept (`KEPT`), and `data`."""

    KEPT = 4096

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._ids: list[int] = []
        self._places: dict[int, int] | None = None
        self._rows: OrderedDict[int, _Row] = OrderedDict()

    def read(self, project: Project, ids: Sequence[int]) -> Iterable[_Row]:
        """Those of the rows that exist."""
        raise NotImplementedError

    def show(self, project: Project | None, ids: list[int]) -> None:
        """Show these rows of this project."""
        self.beginResetModel()
        self._project, self._ids, self._places = project, ids, None
        self._rows.clear()
        self.endResetModel()

    @property
    def ids(self) -> Sequence[int]:
        return self._ids

    def place(self, row_id: int) -> int | None:
        """Where an id stands in the list; None when it is not in it."""
        if isinstance(self._ids, Ids):
            return self._ids.place(row_id)
        if self._places is None:
            self._places = {one: place for place, one in enumerate(self._ids)}
        return self._places.get(row_id)

    def row(self, place: int) -> _Row | None:
        """What stands at a place; None if it has left the project meanwhile."""
        if self._project is None or not 0 <= place < len(self._ids):
            return None
        wanted = self._ids[place]
        if wanted not in self._rows:
            first = place - place % _PAGE
            self._rows.update((row.id, row) for row in self.read(self._project, self._ids[first : first + _PAGE]))
            while len(self._rows) > self.KEPT:
                self._rows.popitem(last=False)
        return self._rows.get(wanted)

    def look_again(self, row_ids: Iterable[int] | None = None) -> None:
        """These rows (or any) have changed: read them anew when they are shown."""
        if row_ids is None:
            self._rows.clear()
            if self._ids:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, 0))
            return
        for row_id in row_ids:
            self._rows.pop(row_id, None)
            if (place := self.place(row_id)) is not None:
                index = self.index(place, 0)
                self.dataChanged.emit(index, index)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    @guarded(default=0)
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1
