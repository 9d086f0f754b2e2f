"""Refs with their counts as bars one can search, point at and click.

Owns the list and how a row looks: however many refs there are, they are read one below the other. Does not own counting
(`storage.statistics`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QLabel, QStyleOptionViewItem, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.nothing_here import NothingHere
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate, row_view
from qvl_desktop.gui.widgets.search_line import SearchLine


@dataclass(frozen=True, slots=True)
class RefRow:
    """A ref, its regions, the pictures that have it, and how long its bar is (0 to 1)."""

    ref: str
    regions: int
    pictures: int
    share: float


class RefModel(QAbstractTableModel):
    """One row a ref that matches the search; `ROW_ROLE` gives the `RefRow`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._all: list[RefRow] = []
        self.rows: list[RefRow] = []
        self._words = ""

    def set_refs(self, refs: Sequence[tuple[str, int, int]]) -> None:
        """Show these refs, the most frequent first."""
        most = max((count for _, count, _ in refs), default=1) or 1
        self._all = [RefRow(ref, count, pictures, count / most) for ref, count, pictures in refs]
        self.search(self._words)

    def search(self, words: str) -> None:
        """Show only refs that hold these words."""
        self._words = words
        wanted = words.strip().casefold()
        self.beginResetModel()
        self.rows = [row for row in self._all if wanted in row.ref.casefold()] if wanted else self._all
        self.endResetModel()

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    @guarded(default=0)
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()] if 0 <= index.row() < len(self.rows) else None
        if row is None or role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            words = self.tr("{ref}: {regions} regions on {pictures} pictures. Click to see them.")
            name = row.ref or self.tr("(no ref)")
            return words.format(ref=name, regions=f"{row.regions:,}", pictures=f"{row.pictures:,}")
        return None


class _RefDelegate(RowDelegate):
    """The bar in the ref's colour, its name over it, the count at the right."""

    HEIGHT = 26
    BAR = False

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: RefRow) -> None:
        inner = option.rect.adjusted(Space.S, 3, -Space.S, -3)
        count = f"{row.regions:,}"
        metrics = QFontMetrics(option.font)
        width = metrics.horizontalAdvance("0,000,000")
        room = inner.adjusted(0, 0, -width - Space.S, 0)
        colour = ref_colour(row.ref, theme().dark)
        colour.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        length = max(3, round(room.width() * row.share))
        painter.drawRoundedRect(QRect(room.left(), room.top(), length, room.height()), 3, 3)
        painter.setPen(theme().colour("text" if row.ref else "muted"))
        name = metrics.elidedText(row.ref or self.tr("(no ref)"), Qt.TextElideMode.ElideRight, room.width() - Space.M)
        painter.drawText(room.adjusted(6, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), name)
        painter.setPen(theme().colour("muted"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), count)


class RefBars(QWidget):
    """Signals: `chosen(ref)`: a bar was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self.title = QLabel(self.tr("Refs"), self)
        set_role(self.title, "muted")
        self.search = SearchLine(self.tr("Search refs"), self)
        self.model = RefModel(self)
        self.view = row_view(self.model, _RefDelegate(self), self)
        self.view.setAccessibleName(self.tr("Refs"))
        self.view.setMinimumHeight(150)
        self._nothing = NothingHere(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.S)
        for widget in (self.title, self.search, self.view):
            layout.addWidget(widget)
        self.search.textChanged.connect(self._search)
        self.view.clicked.connect(self._on_clicked)
        self.view.activated.connect(self._on_clicked)
        theme().changed.connect(self._on_theme)

    def show_refs(self, refs: Sequence[tuple[str, int, int]]) -> None:
        """Show refs as (ref, regions, pictures)."""
        self.title.setText(self.tr("%n ref(s)", "", sum(bool(ref) for ref, _, _ in refs)))
        self.model.set_refs(refs)

    def _search(self, words: str) -> None:
        self.model.search(words)
        self._nothing.show_words(self.tr("No ref is called so.") if words and not self.model.rowCount() else "")

    def _on_clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, RefRow):
            self.chosen.emit(row.ref)

    def _on_theme(self) -> None:
        self.view.viewport().update()
