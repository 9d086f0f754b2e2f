"""A cell of a table in a colour of the theme, whichever theme is in force when it is painted.

Owns that colour alone. Does not own the table or when it is painted.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QTableWidgetItem

from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded


class TintedItem(QTableWidgetItem):
    """`tint` is the name of a colour (`danger`, `warning`, ...); "" is the table's own."""

    def __init__(self, text: str, tint: str = "") -> None:
        super().__init__(text)
        self.tint = tint

    @guarded
    def data(self, role: int) -> object:
        if role == Qt.ItemDataRole.ForegroundRole and self.tint:
            return QBrush(theme().colour(self.tint))
        return super().data(role)
