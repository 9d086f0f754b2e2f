"""A picture view whose cost of a mouse move does not grow with the number of boxes.

Owns two layers: a backdrop (the picture and all boxes at rest, painted once and kept as the view's pixels) and, painted
over it on every change, the few things that follow the mouse: the selected box, the one under the mouse, a box being
drawn, and the lines to aim with. Does not own gestures (`canvas`).
"""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from qvl_desktop.gui.widgets.box_item import BoxItem, Manner, ShownBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import PictureLoader, Raster
from qvl_desktop.gui.widgets.picture_view import PictureView

_LIGHT_LINE = QPen(QColor(255, 255, 255, 150), 1)
_DARK_LINE = QPen(QColor(0, 0, 0, 150), 1, Qt.PenStyle.CustomDashLine)
_DARK_LINE.setDashPattern([4, 4])


class LayeredView(PictureView):
    """A `PictureView` with a selection and aiming lines, painted in two layers."""

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        self._backdrop: QPixmap | None = None
        self._selected: Hashable | None = None
        self._rubber: BoxItem | None = None
        self._crosshair: QPoint | None = None
        self._crosshair_on = True
        super().__init__(parent, loader=loader)

    # Selection

    @property
    def selected(self) -> Hashable | None:
        """The key of the selected box."""
        return self._selected

    def select(self, key: Hashable | None) -> None:
        """Select a box (None: none) without a signal."""
        key = key if key in self._items else None
        if key == self._selected:
            return
        former, self._selected = self._selected, key
        for one in (former, key):
            if one is not None and one in self._items:
                self._items[one].set_selected(one == key)
        self._forget_backdrop()

    # The box being drawn

    def _put_rubber(self, shown: ShownBox) -> None:
        self._drop_rubber()
        self._rubber = BoxItem(shown, self.font())
        self._rubber.set_scale(self.zoom)
        self._rubber.set_lit(True)
        self.scene().addItem(self._rubber)

    def _drop_rubber(self) -> None:
        if self._rubber is not None:
            self.scene().removeItem(self._rubber)
            self._rubber = None

    # The lines to aim with

    def set_crosshair(self, on: bool) -> None:
        """Show lines through the mouse."""
        self._crosshair_on = on
        self._move_crosshair(None)

    def _move_crosshair(self, to: QPoint | None) -> None:
        """Only the thin strips that were and will be covered are painted again."""
        wanted = to if self._crosshair_on and self._size is not None else None
        if wanted == self._crosshair:
            return
        area = self.viewport().rect()
        for at in (self._crosshair, wanted):
            if at is not None:
                self.viewport().update(QRect(at.x() - 1, 0, 3, area.height()))
                self.viewport().update(QRect(0, at.y() - 1, area.width(), 3))
        self._crosshair = wanted

    # What makes the backdrop stale

    def _forget_backdrop(self) -> None:
        self._backdrop = None

    def _put_item(self, shown: ShownBox) -> BoxItem:
        known = self._items.get(shown.key)
        if (known is None or known.shown != shown) and shown.key != self._selected:
            self._forget_backdrop()
        return super()._put_item(shown)

    def _drop_item(self, key: Hashable) -> None:
        self._forget_backdrop()
        if key == self._selected:
            self._selected = None
        super()._drop_item(key)

    def _show_raster(self, raster: Raster | None) -> None:
        self._forget_backdrop()
        super()._show_raster(raster)
        if raster is None:
            self._move_crosshair(None)

    def _set_scale(self, scale: float) -> None:
        self._forget_backdrop()
        super()._set_scale(scale)
        if self._rubber is not None:
            self._rubber.set_scale(scale)

    def _dress(self) -> None:
        self._forget_backdrop()
        super()._dress()

    @guarded
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._forget_backdrop()
        super().scrollContentsBy(dx, dy)
        self.viewport().update()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._forget_backdrop()
        super().resizeEvent(event)

    @guarded(default=False)
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._move_crosshair(None)
        return super().viewportEvent(event)

    # Painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        backdrop = self._backdrop or self._paint_backdrop()
        ratio = backdrop.devicePixelRatio()
        painter = QPainter(self.viewport())
        region = event.region()
        for rect in (region.boundingRect(),) if region.rectCount() == 1 else list(region):  # type: ignore[call-overload]
            source = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
            painter.drawPixmap(QRectF(rect), backdrop, source)
        option = QStyleOptionGraphicsItem()
        view = self.viewportTransform()
        for item in self._moving_items():
            if item.isVisible():
                painter.setWorldTransform(view)
                item.paint(painter, option, None)
        self._paint_crosshair(painter)
        painter.end()

    def _moving_items(self) -> list[BoxItem]:
        lit, chosen = self._items.get(self._lit), self._items.get(self._selected)
        return [item for item in (lit if lit is not chosen else None, chosen, self._rubber) if item is not None]

    def _paint_backdrop(self) -> QPixmap:
        area = self.viewport().rect()
        ratio = self.viewport().devicePixelRatioF()
        backdrop = QPixmap(max(round(area.width() * ratio), 1), max(round(area.height() * ratio), 1))
        backdrop.setDevicePixelRatio(ratio)
        backdrop.fill(self.backgroundBrush().color())
        chosen, lit = self._items.get(self._selected), self._items.get(self._lit)
        for item, manner in ((lit, Manner.PLAIN), (self._rubber, Manner.NOT), (chosen, Manner.NOT)):
            if item is not None:
                item.manner = manner
        painter = QPainter(backdrop)
        self.render(painter, QRectF(area), area)
        painter.end()
        for item in (lit, self._rubber, chosen):
            if item is not None:
                item.manner = Manner.FULL
        self._backdrop = backdrop
        return backdrop

    def _paint_crosshair(self, painter: QPainter) -> None:
        at = self._crosshair
        if at is None:
            return
        painter.resetTransform()
        area = self.viewport().rect()
        for pen in (_LIGHT_LINE, _DARK_LINE):
            painter.setPen(pen)
            painter.drawLine(at.x(), 0, at.x(), area.height())
            painter.drawLine(0, at.y(), area.width(), at.y())
