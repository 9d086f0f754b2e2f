"""The chats as rows of a list: folders with what lies in them, then those that lie in none.

Owns the order of rows, which folders are open, and the look of a row. Does not own reading (`jobs.chats`) nor what a
click does (`thread_list`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from qvl_desktop.gui.icons import icon
from qvl_desktop.gui.theme import Space, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate
from qvl_desktop.gui.words import count_text, date_text
from qvl_desktop.storage.rows import ThreadRow

_SIGN = 16


@dataclass(frozen=True, slots=True)
class Folder:
    """The row of a folder."""

    name: str
    count: int
    open: bool


class ThreadModel(QAbstractListModel):
    """Signals: `renamed(thread id, title)`, `folderRenamed(folder, name)`: a row was written over."""

    renamed = Signal(int, str)
    folderRenamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[ThreadRow] = []
        self._rows: list[ThreadRow | Folder] = []
        self._closed: set[str] = set()
        self._searching = False

    def show(self, threads: Sequence[ThreadRow], *, searching: bool = False) -> None:
        """Show these chats; while searching, all folders are open."""
        self._threads, self._searching = list(threads), searching
        self._fill()

    def toggle(self, folder: str) -> None:
        """Open or close a folder."""
        self._closed ^= {folder}
        self._fill()

    def row(self, place: int) -> ThreadRow | Folder | None:
        """What stands at a place."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def place(self, thread_id: int) -> int | None:
        """Where a chat stands; None when it is not shown."""
        return next(
            (at for at, row in enumerate(self._rows) if isinstance(row, ThreadRow) and row.id == thread_id), None
        )

    @property
    def threads(self) -> list[ThreadRow]:
        """The chats in the order they are shown, also those in closed folders."""
        return self._threads

    @property
    def shown(self) -> list[ThreadRow]:
        """The chats that can be seen, from top to bottom."""
        return [row for row in self._rows if isinstance(row, ThreadRow)]

    def _fill(self) -> None:
        self.beginResetModel()
        folders: dict[str, list[ThreadRow]] = {}
        for thread in self._threads:
            folders.setdefault(thread.folder, []).append(thread)
        loose = folders.pop("", [])
        self._rows = []
        for name in sorted(folders, key=str.casefold):
            is_open = self._searching or name not in self._closed
            self._rows.append(Folder(name, len(folders[name]), is_open))
            self._rows += folders[name] if is_open else []
        self._rows += loose
        self.endResetModel()

    # Qt

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    @guarded(default=None)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index.row())
        if row is None:
            return None
        name = row.name if isinstance(row, Folder) else row.title
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            return name if isinstance(row, Folder) else f"{row.title}\n{date_text(row.changed)}"
        return row if role == ROW_ROLE else None

    @guarded(default=Qt.ItemFlag.NoItemFlags)
    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    @guarded(default=False)
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, words = self.row(index.row()), " ".join(str(value).split())
        if row is None or role != Qt.ItemDataRole.EditRole or not words:
            return False
        if isinstance(row, Folder):
            if words != row.name:
                self.folderRenamed.emit(row.name, words)
        elif words != row.title:
            self.renamed.emit(row.id, words)
        return True


class ThreadDelegate(RowDelegate):
    """A title a line; folders with their sign and count."""

    HEIGHT = 34
    WIDTH = 120

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: object) -> None:
        area: QRect = option.rect.adjusted(Space.M, 0, -Space.S, 0)
        painter.setFont(option.font)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        if isinstance(row, Folder):
            sign = icon("chevron-down" if row.open else "chevron-right", "muted").pixmap(_SIGN, _SIGN)
            painter.drawPixmap(area.left() - Space.XS, area.center().y() - _SIGN // 2, sign)
            count = count_text(row.count)
            room = option.fontMetrics.horizontalAdvance(count) + Space.S
            painter.setPen(theme().colour("muted"))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), count)
            area = area.adjusted(_SIGN, 0, -room, 0)
            words = row.name
        elif isinstance(row, ThreadRow):
            painter.setPen(theme().colour("text"))
            area = area.adjusted(_SIGN if row.folder else 0, 0, 0, 0)
            words = row.title
        else:
            return
        words = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, middle, words)
