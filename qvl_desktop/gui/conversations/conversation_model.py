"""The conversations of a project as a Qt model, and how a row of them looks.

Owns `ConversationModel` and its delegate. Does not own reading a page of rows at a time (`widgets.paged_rows`) or
filtering (`browser`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse
from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.paged_rows import PagedRows
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate
from qvl_desktop.gui.words import split_text
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow


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


class ConversationModel(PagedRows[ConversationRow]):
    """One column, one row a conversation; `ROW_ROLE` gives the `ConversationRow`."""

    KEPT = 2048

    def read(self, project: Project, ids: Sequence[int]) -> Sequence[ConversationRow]:
        return project.conversations_of(ids)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, ROW_ROLE)
        row = self.row(index.row()) if role in wanted else None
        if row is None or role == ROW_ROLE:
            return row
        return summary(row).question or self.tr("(no question)")


class ConversationDelegate(RowDelegate):
    """The question, the answer under it, the picture's name at the end."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: ConversationRow) -> None:
        said = summary(row)
        inner = option.rect.adjusted(Space.M, 6, -Space.S, -6)
        third = inner.height() // 3
        small = sized(option.font, TextSize.SMALL)
        lines = (
            (option.font, "text", said.question or self.tr("(no question)")),
            (small, "muted", said.answer or self.tr("(no answer)")),
            (
                small,
                "muted",
                " · ".join(part for part in (said.picture, split_text(row.split) if row.split else "") if part),
            ),
        )
        for number, (font, colour, words) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(theme().colour(colour))
            box = QRect(inner.left(), inner.top() + number * third, inner.width(), third)
            elided = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), elided)
