"""Findings as Qt models: the kinds of faults with their counts, and the findings of one kind.

Owns both models and how their rows look. Does not own the shelf they read from (`storage.finding_shelf`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from qvl_desktop.core.findings import RULES, Finding, title_of
from qvl_desktop.gui.icons import pixmap
from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.paged_rows import PagedRows
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate
from qvl_desktop.storage.finding_shelf import CodeCount, FindingShelf
from qvl_desktop.storage.project import Project

SIGNS = {"error": ("error", "danger"), "warning": ("warning", "warning")}
"""The icon and colour of each level."""
_SIGN = 18


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of fault and how many findings of it are listed. `id` is its place."""

    id: int
    code: str
    count: int


class KindModel(PagedRows[KindRow]):
    """One row a kind; `ROW_ROLE` gives the `KindRow`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kinds: list[KindRow] = []

    def set_counts(self, counts: Sequence[CodeCount], *, kept: bool) -> None:
        """Show these kinds, with the findings that are open, or those that are kept."""
        numbers = [(one.code, one.kept if kept else one.open) for one in counts]
        kinds = [KindRow(place, code, count) for place, (code, count) in enumerate(n for n in numbers if n[1])]
        if kinds == self.kinds:
            return
        same = [row.code for row in kinds] == [row.code for row in self.kinds]
        if not same:
            self.beginResetModel()
        self.kinds = kinds
        if not same:
            self.endResetModel()
        elif kinds:
            self.dataChanged.emit(self.index(0, 0), self.index(len(kinds) - 1, 0))

    def row(self, place: int) -> KindRow | None:
        return self.kinds[place] if 0 <= place < len(self.kinds) else None

    def place_of(self, code: str) -> int | None:
        """Where a kind stands."""
        return next((row.id for row in self.kinds if row.code == code), None)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.kinds)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None or role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{title_of(row.code)}: {row.count}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return title_of(row.code)
        return None


class KindDelegate(RowDelegate):
    """The sign of the level, the title on up to two lines, the count at the right."""

    HEIGHT = 46

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: KindRow) -> None:
        sign, colour = SIGNS[RULES[row.code].level]
        inner = option.rect.adjusted(Space.M, 0, -Space.M, 0)
        painter.drawPixmap(inner.left(), inner.center().y() - _SIGN // 2, pixmap(sign, _SIGN, colour))
        count = f"{row.count:,}"
        metrics = QFontMetrics(option.font)
        width = metrics.horizontalAdvance(count)
        painter.setPen(theme().colour("muted"))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), count)
        painter.setPen(theme().colour("text"))
        box = inner.adjusted(_SIGN + Space.S, 3, -width - Space.M, -3)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
        painter.drawText(box, flags, _in_lines(metrics, title_of(row.code), box, flags))


def _in_lines(metrics: QFontMetrics, words: str, box: QRect, flags: int) -> str:
    """The words, or as many of them as fit into a box of several lines, with "…" for the rest."""
    shown = words
    while metrics.boundingRect(box, flags, shown).height() > box.height() and " " in shown:
        words = words.rpartition(" ")[0]
        shown = words + "…"
    return shown


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with its number on the shelf."""

    id: int
    finding: Finding


class FindingModel(PagedRows[FindingRow]):
    """One row a finding; `ROW_ROLE` gives the `FindingRow`."""

    KEPT = 1024

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shelf: FindingShelf | None = None

    def read(self, project: Project, ids: Sequence[int]) -> Sequence[FindingRow]:
        if self.shelf is None:
            return []
        return [FindingRow(number, finding) for number, finding in self.shelf.findings(ids)]

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
            ROW_ROLE,
        )
        row = self.row(index.row()) if role in wanted else None
        if row is None or role == ROW_ROLE:
            return row
        return f"{place_text(row.finding)}: {row.finding.message}"


class FindingDelegate(RowDelegate):
    """What is wrong, and under it where."""

    HEIGHT = 46

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: FindingRow) -> None:
        inner = option.rect.adjusted(Space.M, 5, -Space.M, -5)
        half = inner.height() // 2
        small = sized(option.font, TextSize.SMALL)
        lines = ((option.font, "text", row.finding.message), (small, "muted", place_text(row.finding)))
        for number, (font, colour, words) in enumerate(lines):
            painter.setFont(font)
            painter.setPen(theme().colour(colour))
            box = QRect(inner.left(), inner.top() + number * half, inner.width(), half)
            how = Qt.TextElideMode.ElideMiddle if number else Qt.TextElideMode.ElideRight
            elided = QFontMetrics(font).elidedText(words.replace("\n", " "), how, box.width())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), elided)


def place_text(finding: Finding) -> str:
    """Where a finding is, in the user's words."""
    from PySide6.QtCore import QCoreApplication

    at = finding.at
    if not at.conversation:
        return finding.source
    words = QCoreApplication.translate("health", "Conversation {number}").format(number=at.conversation)
    if finding.turn >= 0:
        words += QCoreApplication.translate("health", ", turn {number}").format(number=finding.turn + 1)
    return words
