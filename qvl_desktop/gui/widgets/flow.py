"""A layout of small widgets in lines, like words in a text.

Owns the breaking of lines. Does not own the widgets.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.guarded import guarded


class FlowLayout(QLayout):
    """Items from left to right, as many a line as fit; the height follows the width.

    Lines begin at the left unless `alignment` puts them in the middle or at the right. With `one_line` it asks for the
    width of all items side by side, and takes less where there is less. With `fill` the items share their line.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        spacing: int = Space.XS,
        *,
        alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        one_line: bool = False,
        fill: bool = False,
    ) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._lines = alignment
        self._one_line = one_line
        self._fill = fill
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
        edge = self.contentsMargins()
        inner = width - edge.left() - edge.right()
        return self._arrange(QRect(0, 0, inner, 0), place=False) + edge.top() + edge.bottom()

    @guarded
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect.marginsRemoved(self.contentsMargins()), place=True)

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        if not self._one_line:
            return self.minimumSize()
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0)).grownBy(self.contentsMargins())

    @guarded(default=QSize)
    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size.grownBy(self.contentsMargins())

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        """Lay the items out; the height they take."""
        y = rect.y()
        for line in self._broken(rect.width()):
            width = sum(size.width() for _, size in line) + self.spacing() * (len(line) - 1)
            height = max(size.height() for _, size in line)
            more = max(0, rect.width() - width) // len(line) if self._fill else 0
            x = rect.x() + (0 if self._fill else self._indent(rect.width() - width))
            for item, hint in line:
                size = hint + QSize(more, 0)
                if place:
                    item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
                x += size.width() + self.spacing()
            y += height + self.spacing()
        return max(0, y - self.spacing() - rect.y())

    def _broken(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        """The items of each line, with their sizes; those that are hidden take no room, not even that between two."""
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(width, 1), 1 << 20))
            if not lines or used + self.spacing() + size.width() > width:
                lines.append([])
                used = -self.spacing()
            lines[-1].append((item, size))
            used += self.spacing() + size.width()
        return lines

    def _indent(self, spare: int) -> int:
        if self._lines is Qt.AlignmentFlag.AlignRight:
            return max(0, spare)
        return max(0, spare // 2) if self._lines is Qt.AlignmentFlag.AlignHCenter else 0
