"""The conversations of a project as a Qt model, and how a row of them looks.

Owns `ConversationModel` (ids of all rows, the rest fetched a page at a time as rows are shown) and its delegate. Does
not own filtering (`browser`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse
from qvl_desktop.gui.theme import Space, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 64

_PAGE = 64
_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in three short lines."""

    question: str
    answer: str
    picture: str


def summary(row: ConversationRow) -> Summary:
    """The first question, the first answer and the first picture's name of a conversation."""
    words = {role: next((t.text for t in row.turns if t.role == role), "") for role in ("user", "assistant")}
    path = next((s.path for turn in row.turns for s in parse(turn.text) if isinstance(s, Picture)), "")
    return Summary(plain(words["user"]), plain(words["assistant"]), PurePosixPath(path.replace("\\", "/")).name)


def plain(text: str) -> str:
    """A turn's words without its markup, on one line: boxes as ▢, pictures left out with their numbers."""
    parts: list[str] = []
    for segment in parse(text):
        match segment:
            case Text(words):
                parts.append(words)
            case Ref(words):
                parts.append(words)
            case BoxToken() | QuadToken():
                parts.append("▢")
            case Picture():
                head = parts.pop() if parts else ""
                parts.append(head.rpartition("Picture ")[0] if head.rstrip().endswith(":") else head)
    return " ".join("".join(parts).split())


class ConversationModel(QAbstractTableModel):
    """One column, one row a conversation; `ROW_ROLE` gives the `ConversationRow`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._ids: list[int] = []
        self._places: dict[int, int] | None = None
        self._rows: OrderedDict[int, ConversationRow] = OrderedDict()

    def show(self, project: Project | None, ids: list[int]) -> None:
        """Show these conversations of this project."""
        self.beginResetModel()
        self._project, self._ids, self._places = project, ids, None
        self._rows.clear()
        self.endResetModel()

    @property
    def ids(self) -> Sequence[int]:
        return self._ids

    def place(self, conversation_id: int) -> int | None:
        """In which row a conversation stands; None when it is not in the list."""
        if self._places is None:
            self._places = {one: place for place, one in enumerate(self._ids)}
        return self._places.get(conversation_id)

    def row(self, place: int) -> ConversationRow | None:
        """The conversation of a row; None if it has left the project meanwhile."""
        if self._project is None or not 0 <= place < len(self._ids):
            return None
        wanted = self._ids[place]
        if wanted not in self._rows:
            first = place - place % _PAGE
            self._rows.update((row.id, row) for row in self._project.conversations_of(self._ids[first : first + _PAGE]))
            while len(self._rows) > _KEPT:
                self._rows.popitem(last=False)
        return self._rows.get(wanted)

    def look_again(self, conversation_ids: Iterable[int]) -> None:
        """These conversations have changed: read them anew when they are shown."""
        for number in conversation_ids:
            self._rows.pop(number, None)
            if (place := self.place(number)) is not None:
                index = self.index(place, 0)
                self.dataChanged.emit(index, index)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    @guarded(default=0)
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, ROW_ROLE)
        row = self.row(index.row()) if role in wanted else None
        if row is None or role == ROW_ROLE:
            return row
        return summary(row).question or self.tr("(no question)")


class ConversationDelegate(QStyledItemDelegate):
    """The question, the answer under it, the picture's name at the end."""

    @guarded(default=lambda: QSize(200, ROW_HEIGHT))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        painter.save()
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme().colour("accent_soft"))
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme().colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme().colour("hover"))
        said = summary(row)
        inner = area.adjusted(Space.M, 6, -Space.S, -6)
        third = inner.height() // 3
        small = QFont(option.font)
        small.setPixelSize(12)
        lines = (
            (option.font, "text", said.question or self.tr("(no question)")),
            (small, "muted", said.answer or self.tr("(no answer)")),
            (small, "muted", " · ".join(part for part in (said.picture, row.split) if part)),
        )
        for number, (font, colour, words) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(theme().colour(colour))
            box = QRect(inner.left(), inner.top() + number * third, inner.width(), third)
            elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), elided)
        painter.restore()
