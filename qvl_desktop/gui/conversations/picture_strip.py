"""The pictures of one conversation in a row: which is shown, and their order.

Owns the row, choosing by mouse and keys, dragging a picture to another place, and taking in files that are dropped.
Does not own what an order does to the texts (`editing`) nor thumbnails (`widgets.thumbnails`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import Thumbnails

_CELL = QSize(68, 56)
_DRAG_PX = 6


class PictureStrip(QWidget):
    """Signals: `chosen(place)`; `orderRequested(order)` with the present numbers in their new order, each `<img>` one;
    `removeRequested(number)`, `addRequested()` (Insert), `filesDropped(paths)`.

    A picture that a conversation names twice stands twice; `chosen` gives the number of the `<img>`, from 0.
    """

    chosen = Signal(int)
    orderRequested = Signal(list)
    removeRequested = Signal(int)
    addRequested = Signal()
    filesDropped = Signal(list)

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._files: tuple[Path, ...] = ()
        self._names: tuple[str, ...] = ()
        self._current = 0
        self._first = 0
        self._press: QPointF | None = None
        self._dragged: int | None = None
        self._target: int | None = None
        self.setProperty("ring", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Pictures of the conversation"))
        thumbnails.ready.connect(self._on_thumbnail)
        theme().changed.connect(self.update)

    def show_pictures(self, files: Sequence[Path], names: Sequence[str], current: int) -> None:
        """Show these pictures, one a named `<img>`."""
        self._files, self._names = tuple(files), tuple(names)
        self._current = min(max(current, 0), max(len(files) - 1, 0))
        self._press, self._dragged, self._target = None, None, None
        self._keep_in_sight()
        self.update()

    @property
    def count(self) -> int:
        return len(self._files)

    @property
    def current(self) -> int:
        """The number of the picture on show."""
        return self._current

    def set_current(self, number: int) -> None:
        """Mark another picture, without a signal."""
        if number != self._current and 0 <= number < len(self._files):
            self._current = number
            self._keep_in_sight()
            self.update()

    def cell(self, number: int) -> QRect:
        """Where a picture is."""
        x = Space.S + (number - self._first) * (_CELL.width() + Space.XS)
        return QRect(x, Space.XS, _CELL.width(), _CELL.height())

    def _keep_in_sight(self) -> None:
        room = max((self.width() - 2 * Space.S) // (_CELL.width() + Space.XS), 1)
        self._first = min(max(self._first, self._current - room + 1, 0), self._current)
        if len(self._files) <= room:
            self._first = 0

    def _at(self, point: QPointF) -> int | None:
        return next((n for n in range(len(self._files)) if self.cell(n).contains(point.toPoint())), None)

    def _gap_at(self, point: QPointF) -> int:
        """Before which picture a dropped one goes."""
        for number in range(len(self._files)):
            if point.x() < self.cell(number).center().x():
                return number
        return len(self._files)

    def _move(self, number: int, before: int) -> None:
        """Ask for picture `number` to stand before the one that is number `before` now."""
        order = [other for other in range(len(self._files)) if other != number]
        order.insert(before - (before > number), number)
        if order != list(range(len(self._files))):
            self.orderRequested.emit(order)

    # Events

    @guarded(default=lambda: QSize(200, 64))
    def sizeHint(self) -> QSize:
        return QSize(200, _CELL.height() + 2 * Space.XS)

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        number = self._at(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self._press = event.position()
            self._choose(number)
        event.accept()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is not None:
            if self._dragged is None and (event.position() - self._press).manhattanLength() >= _DRAG_PX:
                self._dragged = self._at(self._press)
            if self._dragged is not None:
                self._target = self._gap_at(event.position())
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.update()
        else:
            under = self._at(event.position())
            self.setToolTip(self._names[under] if under is not None else "")
        event.accept()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged, target = self._dragged, self._target
        self._press, self._dragged, self._target = None, None, None
        self.unsetCursor()
        self.update()
        if dragged is not None and target is not None:
            self._move(dragged, target)
        event.accept()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None:
            self._press, self._dragged, self._target = None, None, None
            self.update()
        elif event.key() in steps and alt:
            to = self._current + steps[Qt.Key(event.key())]
            if 0 <= to < len(self._files):
                self._move(self._current, to + (to > self._current))
        elif event.key() in steps:
            self._choose(min(max(self._current + steps[Qt.Key(event.key())], 0), max(len(self._files) - 1, 0)))
        elif event.key() == Qt.Key.Key_Delete and self._files:
            self.removeRequested.emit(self._current)
        elif event.key() == Qt.Key.Key_Insert:
            self.addRequested.emit()
        else:
            super().keyPressEvent(event)

    def _choose(self, number: int) -> None:
        if number != self._current:
            self._current = number
            self._keep_in_sight()
            self.update()
            self.chosen.emit(number)

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self.filesDropped.emit(files)

    def _on_thumbnail(self, file: object) -> None:
        if file in self._files:
            self.update()

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number in range(self._first, len(self._files)):
            self._paint_cell(painter, number)
        if self._target is not None:
            last = self.cell(self._target - 1).right() + 1 if self._target else self.cell(0).left() - Space.XS
            x = self.cell(self._target).left() - Space.XS // 2 if self._target < len(self._files) else last + 1
            painter.setPen(QPen(theme().colour("accent"), 3.0))
            painter.drawLine(x, Space.XS, x, Space.XS + _CELL.height())
        painter.end()

    def _paint_cell(self, painter: QPainter, number: int) -> None:
        cell = QRectF(self.cell(number))
        outline = QPainterPath()
        outline.addRoundedRect(cell, 6, 6)
        painter.save()
        painter.setOpacity(0.4 if number == self._dragged else 1.0)
        painter.fillPath(outline, theme().colour("canvas"))
        image = self._thumbnails.get(self._files[number])
        if isinstance(image, QImage):
            painter.setClipPath(outline)
            scale = max(cell.width() / image.width(), cell.height() / image.height())
            size = QRectF(0, 0, image.width() * scale, image.height() * scale)
            size.moveCenter(cell.center())
            painter.drawImage(size, image)
            painter.setClipping(False)
        self._paint_number(painter, cell, number)
        current = number == self._current
        edge = theme().colour("accent" if current else "line")
        painter.setPen(QPen(edge, 2.0 if current else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cell.adjusted(1, 1, -1, -1), 5, 5)
        if current and self.hasFocus():
            painter.drawRoundedRect(cell.adjusted(4, 4, -4, -4), 3, 3)
        painter.restore()

    def _paint_number(self, painter: QPainter, cell: QRectF, number: int) -> None:
        font = sized(self.font(), TextSize.SMALL)
        painter.setFont(font)
        words = str(number + 1)
        width = QFontMetrics(font).horizontalAdvance(words) + 10
        badge = QRectF(cell.left() + 4, cell.top() + 4, width, 17)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("panel"))
        painter.drawRoundedRect(badge, 4, 4)
        painter.setPen(theme().colour("text"))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), words)
