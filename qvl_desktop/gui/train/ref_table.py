"""A table of figures, a phrase a line.

Owns how it looks. Does not own the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from qvl_desktop.gui.widgets.tinted_item import TintedItem

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RefTable(QTableWidget):
    """Read-only. Hidden while it is empty; as high as its lines, `most` of which are seen without scrolling."""

    def __init__(self, name: str, headings: Sequence[str], most: int, parent: QWidget) -> None:
        super().__init__(0, len(headings), parent)
        self._most = most
        self.setObjectName(name)
        for place, words in enumerate(headings):
            item = QTableWidgetItem(words)
            item.setTextAlignment(RIGHT if place else LEFT)
            self.setHorizontalHeaderItem(place, item)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Iterable[tuple[Sequence[str], bool]]) -> None:
        """Show these lines, each with whether its last figure is bad news."""
        found = list(rows)
        self.setVisible(bool(found))
        self.setRowCount(len(found))
        for row, (texts, bad) in enumerate(found):
            for place, text in enumerate(texts):
                item = TintedItem(text, "danger" if bad and place == len(texts) - 1 else "")
                item.setTextAlignment(RIGHT if place else LEFT)
                self.setItem(row, place, item)
        height = self.verticalHeader().defaultSectionSize() * min(len(found), self._most)
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + height + 4)
