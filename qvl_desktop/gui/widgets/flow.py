"""A layout of small widgets in lines, like words in a text.

Owns the breaking of lines. Does not own the widgets.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.guarded import guarded


class FlowLayout(QLayout):
    """Items from left to right, as many a line as fit; the height follows the width."""

    def __init__(self, parent: QWidget | None = None, spacing: int = Space.XS) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    @guarded
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @guarded(default=0)
    def count(self) -> int:
        return len(self._items)

    @guarded(default=None)
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @guarded(default=None)
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @guarded(default=Qt.Orientation(0))
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @guarded(default=True)
    def hasHeightForWidth(self) -> bool:
        return True

    @guarded(default=0)
    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    @guarded
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @guarded(default=QSize)
    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        """Lay the items out; the height they take."""
        x, y, line = rect.x(), rect.y(), 0
        for item in self._items:
            if item.isEmpty():  # hidden: takes no room, not even that between two
                continue
            size = item.sizeHint().boundedTo(QSize(max(rect.width(), 1), 1 << 20))
            if x > rect.x() and x + size.width() > rect.x() + rect.width():
                x, y, line = rect.x(), y + line + self.spacing(), 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        return y + line - rect.y()
