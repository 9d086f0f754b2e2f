"""The lists of the Review page as Qt models: pictures with open suggestions, suggestions of one, drafts.

Owns the models and how their rows look. Does not own reading a page of rows at a time (`widgets.paged_rows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from qvl_desktop.core.tokens import BoxToken, QuadToken, Ref, Text, parse
from qvl_desktop.gui.annotate.picture_model import PictureModel
from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.paged_rows import PagedRows
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate
from qvl_desktop.gui.words import percent_text
from qvl_desktop.storage.drafts import DraftRow
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow
from qvl_desktop.storage.suggestions import ReviewRow, Shelf, SuggestionRow

_SWATCH = 10
_SHOWN = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole, ROW_ROLE)


class ReviewPictures(PictureModel):
    """Pictures with open suggestions; under their names, how many those are and of what kind."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shelf: Shelf = "boxes"
        self._open: dict[int, ReviewRow] = {}

    def read(self, project: Project, ids: Sequence[int]) -> Sequence[PictureRow]:
        self._open.update((row.id, row) for row in project.review_rows(self.shelf, ids))
        # Without a mark of how far they are: that says nothing here, and takes room.
        return [replace(row, status="", region_count=0, has_conversations=False) for row in project.pictures(ids)]

    def show(self, project: Project | None, ids: list[int]) -> None:
        """Show these pictures of this project."""
        self._open.clear()
        super().show(project, ids)

    def summary(self, row: PictureRow) -> str:
        """What is proposed about a picture, in a few words."""
        found = self._open.get(row.id)
        if found is None:
            return ""
        if self.shelf == "boxes":
            return self.tr("%n box(es)", "", found.open)
        kinds = found.kinds
        parts = [percent_text(found.score)]
        if count := kinds.get("missed", 0):
            parts.append(self.tr("%n not found", "", count))
        if count := kinds.get("extra", 0):
            parts.append(self.tr("%n not drawn", "", count))
        if count := kinds.get("low", 0):
            parts.append(self.tr("%n apart", "", count))
        return " · ".join(parts)


class SuggestionModel(QAbstractTableModel):
    """The suggestions about one picture; `ROW_ROLE` gives the row with the words for it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[SuggestionRow, str]] = []

    def show(self, rows: list[tuple[SuggestionRow, str]]) -> None:
        """Show these, with what is said about each."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def place(self, suggestion_id: int) -> int | None:
        """Where one stands."""
        return next((place for place, (row, _) in enumerate(self.rows) if row.id == suggestion_id), None)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    @guarded(default=0)
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _SHOWN or not 0 <= index.row() < len(self.rows):
            return None
        row, words = self.rows[index.row()]
        return (row, words) if role == ROW_ROLE else f"{row.ref}: {words}"


class SuggestionDelegate(RowDelegate):
    """The colour of the ref, the ref, and what the suggestion is."""

    HEIGHT = 44

    def paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: tuple[SuggestionRow, str]
    ) -> None:
        suggestion, words = row
        inner = option.rect.adjusted(Space.M, 4, -Space.S, -4)
        colour = theme().colour("danger") if suggestion.kind == "missed" else ref_colour(suggestion.ref, theme().dark)
        painter.setPen(colour)
        swatch = QRect(inner.left(), inner.center().y() - _SWATCH // 2, _SWATCH, _SWATCH)
        painter.drawRect(swatch)
        text = inner.adjusted(_SWATCH + Space.S, 0, 0, 0)
        _two_lines(painter, option, text, suggestion.ref or "–", words)


class DraftModel(PagedRows[DraftRow]):
    """One row a draft; `ROW_ROLE` gives the `DraftRow`."""

    def read(self, project: Project, ids: Sequence[int]) -> Sequence[DraftRow]:
        return project.drafts(ids)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row()) if role in _SHOWN else None
        if row is None or role == ROW_ROLE:
            return row
        return f"{row.path}\n{row.answer}" if role == Qt.ItemDataRole.ToolTipRole else f"{row.path}: {row.answer}"


class DraftDelegate(RowDelegate):
    """The answer, and under it the picture."""

    HEIGHT = 46

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: DraftRow) -> None:
        inner = option.rect.adjusted(Space.M, 5, -Space.M, -5)
        _two_lines(painter, option, inner, in_words(row.answer), row.path, Qt.TextElideMode.ElideMiddle)


def in_words(text: str) -> str:
    """Canonical text for a narrow list: phrases as words, each box as a small square."""
    words = []
    for segment in parse(text):
        match segment:
            case Text(plain) | Ref(plain):
                words.append(plain)
            case BoxToken() | QuadToken():
                words.append(" ▢ ")
            case _:
                continue
    return " ".join("".join(words).split())


def _two_lines(
    painter: QPainter,
    option: QStyleOptionViewItem,
    area: QRect,
    first: str,
    second: str,
    how: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    small = sized(option.font, TextSize.SMALL)
    half = area.height() // 2
    lines = ((option.font, "text", first, Qt.TextElideMode.ElideRight), (small, "muted", second, how))
    for number, (font, colour, words, elide) in enumerate(lines):
        painter.setFont(font)
        painter.setPen(theme().colour(colour))
        box = QRect(area.left(), area.top() + number * half, area.width(), half)
        elided = QFontMetrics(font).elidedText(words.replace("\n", " "), elide, box.width())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), elided)
