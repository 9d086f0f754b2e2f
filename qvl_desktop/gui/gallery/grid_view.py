"""A grid of equal cells over a model of one column, for a hundred thousand rows: only the cells in sight cost.

Owns where a cell is, scrolling, selection by mouse and keys, and the size of cells. Does not own the rows
(`widgets.paged_rows`) nor how a cell looks (its delegate).
"""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QWidget

from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import Index

SMALLEST, LARGEST, STEP = 96, 320, 32
"""Sides of a thumbnail's place, in device-independent pixels."""
BELOW = 26
"""Pixels for the name under a thumbnail."""
_SHAPE = 0.75
"""Height of a thumbnail's place by its width: most pictures lie."""
_MARGIN = Space.M


class GridView(QAbstractItemView):
    """Signals: `sizeChanged(side)`; `sightChanged()` when other cells may be in sight; `opened(index)` by Enter or a
    double click."""

    sizeChanged = Signal(int)
    sightChanged = Signal()
    opened = Signal(QModelIndex)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = 160
        self._anchor: int | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover, True)
        self.doubleClicked.connect(self.opened)
        self._sight_timer = QTimer(self)
        self._sight_timer.setSingleShot(True)
        self._sight_timer.setInterval(0)
        self._sight_timer.timeout.connect(self.sightChanged)

    # Sizes

    @property
    def side(self) -> int:
        """The side of a thumbnail's place."""
        return self._side

    def set_side(self, side: int) -> None:
        """Show larger or smaller cells; the current one, or the first in sight, stays in sight."""
        side = min(max(side, SMALLEST), LARGEST)
        if side == self._side:
            return
        current = self.currentIndex().row()
        first, last = self.in_sight()
        keep = current if first <= current <= last else first
        self._side = side
        self.updateGeometries()
        if keep >= 0:
            self.scrollTo(self.model().index(keep, 0), QAbstractItemView.ScrollHint.PositionAtCenter)
        self.viewport().update()
        self._sight_timer.start()
        self.sizeChanged.emit(side)

    @property
    def columns(self) -> int:
        """Cells in a row."""
        return max((self.viewport().width() - 2 * _MARGIN) // self._cell().width(), 1)

    def _cell(self) -> QSize:
        return QSize(self._side + Space.M, round(self._side * _SHAPE) + BELOW + Space.M)

    def _step(self) -> float:
        """Pixels from one cell to the next in a row: what is left over is shared out."""
        return max((self.viewport().width() - 2 * _MARGIN) / self.columns, 1.0)

    def in_sight(self) -> tuple[int, int]:
        """The first and the last row that are in sight, also in part; (0, -1) when there is none."""
        rows = self._rows()
        if not rows:
            return 0, -1
        height, top = self._cell().height(), self.verticalOffset() - _MARGIN
        first = max(top // height, 0) * self.columns
        last = (max(top + self.viewport().height(), 0) // height + 1) * self.columns - 1
        return min(first, rows - 1), min(last, rows - 1)

    def _rows(self) -> int:
        return self.model().rowCount() if self.model() is not None else 0

    # What Qt asks of a view

    @guarded(default=QRect)
    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        line, column = divmod(index.row(), self.columns)
        cell, step = self._cell(), self._step()
        x = _MARGIN + round(column * step) + (round(step) - cell.width()) // 2
        return QRect(QPoint(x, _MARGIN + line * cell.height() - self.verticalOffset()), cell)

    @guarded
    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        rect, bar, height = self.visualRect(index), self.verticalScrollBar(), self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + rect.center().y() - height // 2)
        elif rect.top() < Space.S:
            bar.setValue(bar.value() + rect.top() - Space.S)
        elif rect.bottom() > height - Space.S:
            bar.setValue(bar.value() + rect.bottom() - height + Space.S)

    @guarded(default=QModelIndex)
    def indexAt(self, point: QPoint) -> QModelIndex:
        cell, step = self._cell(), self._step()
        x, y = point.x() - _MARGIN, point.y() + self.verticalOffset() - _MARGIN
        if x < 0 or y < 0 or x >= step * self.columns:
            return QModelIndex()
        row = (y // cell.height()) * self.columns + int(x / step)
        return self.model().index(row, 0) if 0 <= row < self._rows() else QModelIndex()

    @guarded(default=0)
    def horizontalOffset(self) -> int:
        return 0

    @guarded(default=0)
    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    @guarded(default=False)
    def isIndexHidden(self, index: Index) -> bool:
        return False

    @guarded(default=QModelIndex)
    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        rows, here = self._rows(), self.currentIndex().row()
        if not rows:
            return QModelIndex()
        if here < 0:
            return self.model().index(max(self.in_sight()[0], 0), 0)
        page = max(self.viewport().height() // self._cell().height(), 1) * self.columns
        kind = QAbstractItemView.CursorAction
        step = {
            kind.MoveLeft: -1, kind.MovePrevious: -1, kind.MoveRight: 1, kind.MoveNext: 1,
            kind.MoveUp: -self.columns, kind.MoveDown: self.columns, kind.MovePageUp: -page, kind.MovePageDown: page,
            kind.MoveHome: -rows, kind.MoveEnd: rows,
        }[action]  # fmt: skip
        there = here + step
        if action in (kind.MoveUp, kind.MoveDown) and not 0 <= there < rows:
            last_line = here // self.columns == (rows - 1) // self.columns
            there = here if there < 0 or last_line else rows - 1
        return self.model().index(min(max(there, 0), rows - 1), 0)

    @guarded
    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """The cells under a rectangle that the mouse draws, or the run of cells between two."""
        selection = QItemSelection()
        drawn = self.state() == QAbstractItemView.State.DragSelectingState
        area = rect.normalized()
        ends = (self._nearest(rect.topLeft()), self._nearest(rect.bottomRight()))
        if drawn and self._rows():
            cell, step = self._cell(), self._step()
            above = self.verticalOffset() - _MARGIN
            lines = [max((y + above) // cell.height(), 0) for y in (area.top(), area.bottom())]
            columns = [min(max(int((x - _MARGIN) / step), 0), self.columns - 1) for x in (area.left(), area.right())]
            for line in range(lines[0], lines[1] + 1):
                first, last = line * self.columns + columns[0], line * self.columns + columns[1]
                if first < self._rows():
                    last = min(last, self._rows() - 1)
                    selection.select(self.model().index(first, 0), self.model().index(last, 0))
        elif min(ends) >= 0:
            selection.select(self.model().index(min(ends), 0), self.model().index(max(ends), 0))
        self.selectionModel().select(selection, command)

    def _nearest(self, point: QPoint) -> int:
        return self.indexAt(point).row()

    @guarded(default=QRegion)
    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        first, last = self.in_sight()
        region = QRegion()
        for run in (selection.at(number) for number in range(selection.count())):
            for row in range(max(run.top(), first), min(run.bottom(), last) + 1):
                region += self.visualRect(self.model().index(row, 0))
        return region

    @guarded
    def updateGeometries(self) -> None:
        super().updateGeometries()
        lines = -(-self._rows() // self.columns)
        height, bar = self._cell().height(), self.verticalScrollBar()
        bar.setRange(0, max(lines * height + 2 * _MARGIN - self.viewport().height(), 0))
        bar.setEnabled(bar.maximum() > 0)
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(height // 3)

    # Events

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        first, last = self.in_sight()
        chosen, current = self.selectionModel(), self.currentIndex().row()
        under = self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos())) if self.underMouse() else QModelIndex()
        for row in range(first, last + 1):
            index = self.model().index(row, 0)
            rect = self.visualRect(index)
            if not event.region().intersects(rect):
                continue
            option = QStyleOptionViewItem()
            self.initViewItemOption(option)
            option.rect = rect
            if chosen.isSelected(index):
                option.state |= QStyle.StateFlag.State_Selected
            if row == current and self.hasFocus():
                option.state |= QStyle.StateFlag.State_HasFocus
            if under == index:
                option.state |= QStyle.StateFlag.State_MouseOver
            self.itemDelegateForIndex(index).paint(painter, option, index)
        painter.end()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        first, _ = self.in_sight()
        super().resizeEvent(event)
        self.updateGeometries()
        if event.oldSize().width() != event.size().width() and 0 <= first < self._rows():
            place = self.visualRect(self.model().index(first, 0)).top()
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + place - _MARGIN)
        self._sight_timer.start()

    @guarded
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)
        self._sight_timer.start()

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / 120
            self.set_side(self._side + round(steps * STEP / 2) or self._side)
            event.accept()
        else:
            super().wheelEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
