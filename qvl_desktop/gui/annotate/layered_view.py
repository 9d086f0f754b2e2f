"""A picture view whose cost of a mouse move does not grow with the number of boxes.

Owns the selection and the layers: a backdrop (the picture and all boxes at rest, painted once and kept as the view's
pixels) and, painted over it on every change, what follows the mouse: the selected box, the one under the mouse, a box
being drawn, the lines to aim with. Several boxes that move together are lifted: painted once, and pushed about as one
picture. Does not own gestures (`gestures`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from qvl_desktop.gui.annotate.interaction import Target, union
from qvl_desktop.gui.colours import BAND, BAND_FILL, CROSS_DARK, CROSS_LIGHT
from qvl_desktop.gui.widgets.box_item import BoxItem, Manner, ShownBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_item import Light
from qvl_desktop.gui.widgets.picture_loader import PictureLoader, Raster
from qvl_desktop.gui.widgets.picture_view import PictureView

_LIGHT_LINE = QPen(QColor(CROSS_LIGHT), 1)
_DARK_LINE = QPen(QColor(CROSS_DARK), 1, Qt.PenStyle.CustomDashLine)
_DARK_LINE.setDashPattern([4, 4])


_BAND_LINE = QPen(QColor(BAND), 1, Qt.PenStyle.DashLine)
_BAND_FILL = QColor(BAND_FILL)
_FEW = 12
"""Up to so many selected boxes are painted on every change; more lie in the backdrop."""

_CROWD = 60
"""Boxes from which on labels are drawn only where they fit."""

_FAR = 256
"""Screen pixels after which lifted boxes are painted anew, so that what was out of sight comes in."""


class LayeredView(PictureView):
    """A `PictureView` with a selection and aiming lines, painted in layers."""

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        self._backdrop: QPixmap | None = None
        self._selection: dict[Hashable, None] = {}
        self._selected: Hashable | None = None
        self._rubber: BoxItem | None = None
        self._band: QRectF | None = None
        self._crosshair: QPoint | None = None
        self._crosshair_on = True
        self._dim = False
        self._labels_shown = True
        self._crowded = False
        self._lifted: QPixmap | None = None
        self._lift_base = QPointF()
        self._lift_offset: QPointF | None = None
        self._lift_keys: dict[Hashable, None] = {}
        self._lift_parts = False
        super().__init__(parent, loader=loader)

    # Selection

    @property
    def selected(self) -> Hashable | None:
        """The key of the selected box; of several, the one chosen last."""
        return self._selected

    @property
    def selection(self) -> tuple[Hashable, ...]:
        """The keys of all selected boxes, in the order they were chosen."""
        return tuple(self._selection)

    def select(self, key: Hashable | None) -> None:
        """Select one box (None: none) without a signal."""
        self.set_selection(() if key is None else (key,))

    def set_selection(self, keys: Iterable[Hashable]) -> None:
        """Select boxes without a signal; the last one is `selected`. Keys of boxes that are not there are left out."""
        wanted = {key: None for key in keys if key in self._items}
        last = next(reversed(wanted), None)
        if wanted == self._selection and last == self._selected:
            return
        former, self._selection, self._selected = self._selection, wanted, last
        for key in former.keys() | wanted.keys():
            if key in self._items:
                self._dress_selected(key)
        if self._dim and bool(former) != bool(wanted):
            self._dim_others()
        self._telling.start()
        self._forget_backdrop()
        self.viewport().update()

    @property
    def marked_boxes(self) -> list[ShownBox]:
        """What a screen reader calls selected."""
        return [self._items[key].shown for key in self._selection if key in self._items]

    def _dress_selected(self, key: Hashable) -> None:
        chosen = key in self._selection
        self._items[key].set_selected(chosen, handles=chosen and len(self._selection) == 1)

    # What is shown of boxes

    def set_others_dimmed(self, on: bool) -> None:
        """While something is selected, show everything else faintly."""
        self._dim = on
        self._dim_others()

    def set_labels_shown(self, on: bool) -> None:
        """Show the labels of boxes."""
        self._labels_shown = on
        for item in self._items.values():
            item.set_label_shown(on)
        self._forget_backdrop()

    def set_light(self, light: Light) -> None:
        self._forget_backdrop()
        super().set_light(light)

    def _dim_others(self) -> None:
        dimmed = self._dim and bool(self._selection)
        for item in self._items.values():
            item.set_dimmed(dimmed)
        self._forget_backdrop()
        self.viewport().update()

    # Boxes that move together

    def _lift(self, offset: QPointF, lifted: Sequence[Target]) -> None:
        """Show boxes shifted by `offset` (picture pixels), whatever their number."""
        if self._lift_offset is None:
            self._lift_keys = dict.fromkeys(target.key for target in lifted)
            inverted, _ = self.viewportTransform().inverted()
            seen = inverted.mapRect(QRectF(self.viewport().rect()))
            around = union(target.bounds for target in lifted)
            self._lift_parts = not seen.contains(QRectF(around.x1, around.y1, around.width, around.height))
            self._forget_backdrop()
        self._lift_offset = offset
        if self._lift_parts and (offset - self._lift_base).manhattanLength() * self.zoom > _FAR:
            self._lifted = None
        self.viewport().update()

    def _drop_lift(self) -> None:
        if self._lift_offset is not None:
            self._lift_offset, self._lifted, self._lift_base, self._lift_keys = None, None, QPointF(), {}
            self._forget_backdrop()
            self.viewport().update()

    # The box being drawn

    def _put_rubber(self, shown: ShownBox) -> None:
        self._drop_rubber()
        self._rubber = BoxItem(shown, self.font(), self.zoom)
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

    # The rubber band

    def _show_band(self, band: QRectF | None) -> None:
        """Show a rubber band (view coordinates), or none."""
        for one in (self._band, band):
            if one is not None:
                self.viewport().update(one.toAlignedRect().adjusted(-2, -2, 2, 2))
        self._band = band

    # What makes the backdrop stale

    def _forget_backdrop(self) -> None:
        self._backdrop = None
        self._lifted = None
        self.viewport().update()

    def _put_item(self, shown: ShownBox) -> BoxItem:
        known = self._items.get(shown.key)
        if known is None or known.shown != shown:
            if shown.key in self._over_backdrop():
                self.viewport().update()  # the scene does not know where these are painted
            else:
                self._forget_backdrop()
        item = super()._put_item(shown)
        if known is None:
            item.set_label_shown(self._labels_shown)
            item.set_dimmed(self._dim and bool(self._selection))
            item.set_crowded(self._crowded)
        return item

    def set_boxes(self, boxes: Iterable[ShownBox]) -> None:
        """As in `PictureView`; with very many, labels that would cover other boxes are left out."""
        super().set_boxes(boxes)
        crowded = len(self._items) > _CROWD
        if crowded != self._crowded:
            self._crowded = crowded
            for item in self._items.values():
                item.set_crowded(crowded)
            self._forget_backdrop()

    def _light(self, key: Hashable | None) -> None:
        if key != self._lit:
            self.viewport().update()
        super()._light(key)

    def _drop_item(self, key: Hashable) -> None:
        self._forget_backdrop()
        if key in self._selection:
            del self._selection[key]
            self._selected = next(reversed(self._selection), None)
            if len(self._selection) == 1 and self._selected in self._items:
                self._dress_selected(self._selected)
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
        if self._lift_offset is not None:
            self._paint_lifted(painter)
        for item in self._moving_items():
            if item.isVisible():
                painter.setWorldTransform(view)
                item.paint(painter, option, None)
        self._paint_band(painter)
        self._paint_crosshair(painter)
        painter.end()

    def _over_backdrop(self) -> tuple[Hashable, ...]:
        """The boxes that are not part of the backdrop: those lifted, and a few selected ones."""
        return (*self._lift_keys, *(self._selection if len(self._selection) <= _FEW else ()))

    def _moving_items(self) -> list[BoxItem]:
        few = self._selection if len(self._selection) <= _FEW else ()
        chosen = [self._items[key] for key in few if key in self._items and key not in self._lift_keys]
        lit = self._items.get(self._lit)
        if lit is not None and self._lit not in self._selection:
            chosen.insert(0, lit)
        return [*chosen, *([self._rubber] if self._rubber is not None else [])]

    def _paint_backdrop(self) -> QPixmap:
        area = self.viewport().rect()
        ratio = self.viewport().devicePixelRatioF()
        backdrop = QPixmap(max(round(area.width() * ratio), 1), max(round(area.height() * ratio), 1))
        backdrop.setDevicePixelRatio(ratio)
        backdrop.fill(self.backgroundBrush().color())
        absent = [self._items[key] for key in self._over_backdrop() if key in self._items]
        lit = self._items.get(self._lit) if self._lit not in self._selection else None
        if self._rubber is not None:
            absent.append(self._rubber)
        for item in absent:
            item.manner = Manner.NOT
        if lit is not None:
            lit.manner = Manner.PLAIN
        painter = QPainter(backdrop)
        self.render(painter, QRectF(area), area)
        painter.end()
        for item in (*absent, *([lit] if lit is not None else [])):
            item.manner = Manner.FULL
        self._backdrop = backdrop
        return backdrop

    def _paint_lifted(self, painter: QPainter) -> None:
        assert self._lift_offset is not None
        if self._lifted is None:
            self._lifted, self._lift_base = self._paint_selection(self._lift_offset), self._lift_offset
        shift = (self._lift_offset - self._lift_base) * self.zoom
        painter.resetTransform()
        painter.drawPixmap(shift, self._lifted)

    def _paint_selection(self, offset: QPointF) -> QPixmap:
        """All lifted boxes on a transparent ground, shifted by `offset` picture pixels."""
        ratio = self.viewport().devicePixelRatioF()
        layer = QPixmap(self.viewport().size() * ratio)
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        painter = QPainter(layer)
        option = QStyleOptionGraphicsItem()
        view = self.viewportTransform()
        view.translate(offset.x(), offset.y())
        for key in self._lift_keys:
            item = self._items.get(key)
            if item is not None and item.isVisible():
                painter.setWorldTransform(view)
                item.paint(painter, option, None)
        painter.end()
        return layer

    def _paint_band(self, painter: QPainter) -> None:
        if self._band is not None:
            painter.resetTransform()
            painter.fillRect(self._band, _BAND_FILL)
            painter.setPen(_BAND_LINE)
            painter.drawRect(self._band)

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
