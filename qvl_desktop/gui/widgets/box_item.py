"""One box on a picture, drawn in the picture's pixel coordinates.

Owns `ShownBox` (what a view is asked to show), `BoxItem` (its drawing: outline, label, and handles when selected) and
`PictureItem` (the picture under the boxes). All sizes on the screen are constant whatever the zoom. Does not own
events: views find boxes by geometry and never ask an item.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QStaticText, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import Raster
from qvl_desktop.gui.widgets.ref_colours import ref_colour, text_on

HANDLE_PX = 9
"""Side of a handle on the screen."""

_LABEL_PADDING = 5.0
_LABEL_MAX_CHARACTERS = 40
_SMALL_PX = 14.0
_HALO = QColor(0, 0, 0, 120)
_IDENTITY = QTransform()


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A box to show: `key` names it in signals, `rect` is in pixels of the upright picture.

    Without a colour it takes that of its label.
    """

    key: Hashable
    rect: Rect
    label: str = ""
    colour: QColor | None = None
    style: Literal["solid", "dashed"] = "solid"


class Manner(Enum):
    """How a box is painted: with its light, handles and all; as if neither selected nor lit; or not at all."""

    FULL = auto()
    PLAIN = auto()
    NOT = auto()


class PictureItem(QGraphicsItem):
    """The picture: at every zoom the smallest sufficient copy is drawn, and of it only what is exposed."""

    def __init__(self) -> None:
        super().__init__()
        self._raster: Raster | None = None
        self._bounds = QRectF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setZValue(-1e18)

    def set_raster(self, raster: Raster | None) -> None:
        self.prepareGeometryChange()
        self._raster = raster
        self._bounds = QRectF(0, 0, raster.width, raster.height) if raster else QRectF()
        self.update()

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        return self._bounds

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._raster is None:
            return
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        index = 0
        while index + 1 < len(self._raster.levels) and scale * 2 ** (index + 1) <= 1.0:
            index += 1
        level = self._raster.levels[index]
        margin = 2.0 / max(scale, 1e-9)
        exposed = option.exposedRect.adjusted(-margin, -margin, margin, margin) & self._bounds
        kx, ky = level.width() / self._raster.width, level.height() / self._raster.height
        source = QRectF(exposed.x() * kx, exposed.y() * ky, exposed.width() * kx, exposed.height() * ky)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 2.5 and scale != 1.0)
        painter.drawImage(exposed, level, source)


class BoxItem(QGraphicsItem):
    """The outline of one box with its label; handles while it is selected."""

    def __init__(self, shown: ShownBox, font: QFont) -> None:
        super().__init__()
        self.shown = shown
        self.manner = Manner.FULL
        self._font = font
        self._scale = 1.0
        self._ratio = 1.0
        self._selected = False
        self._lit = False
        self._rect = QRectF()
        self._bounds = QRectF()
        self._dress()
        self._measure()

    # What it shows

    def set_shown(self, shown: ShownBox) -> None:
        """Show another geometry, label or colour under the same key."""
        dressed_as = (self.shown.label, self.shown.colour, self.shown.style)
        self.shown = shown
        self.prepareGeometryChange()
        if (shown.label, shown.colour, shown.style) != dressed_as:
            self._dress()
            self.update()
        self._measure()

    def set_scale(self, scale: float) -> None:
        """Tell the item how many screen pixels one picture pixel has; its label and handles do not grow with it."""
        if scale != self._scale:
            self.prepareGeometryChange()
            self._scale = scale
            self._measure()

    def set_selected(self, selected: bool) -> None:
        if selected != self._selected:
            self.prepareGeometryChange()
            self._selected = selected
            self._measure()
            self.update()

    def set_lit(self, lit: bool) -> None:
        """Light the box up, as under the mouse."""
        if lit != self._lit:
            self._lit = lit
            self._measure()
            self.update()

    def _dress(self) -> None:
        colour = self.shown.colour or ref_colour(self.shown.label, dark=True)
        style = Qt.PenStyle.DashLine if self.shown.style == "dashed" else Qt.PenStyle.SolidLine
        self._pens = _pens(colour.rgba(), style, self._ratio)
        self._fill = QColor(colour)
        self._fill.setAlpha(44)
        self._label_fill = QColor(colour)
        self._label_fill.setAlpha(232)
        self._ink = text_on(colour)
        self._text, self._text_size = _static_text(self.shown.label, self._font.toString())

    def _measure(self) -> None:
        rect = self.shown.rect
        self._rect = QRectF(rect.x1, rect.y1, rect.width, rect.height)
        self.setZValue(1e12 if self._selected else 1e11 if self._lit else -rect.area)
        margin = ((HANDLE_PX / 2 + 2) if self._selected else 3.0) / self._scale
        bounds = self._rect.adjusted(-margin, -margin, margin, margin)
        if self.shown.label:
            size = (self._text_size + QSizeF(2 * _LABEL_PADDING + 2, 4)) / self._scale
            left, top = self._label_corner(size.height())
            bounds = bounds.united(QRectF(QPointF(left - 1 / self._scale, top - 1 / self._scale), size))
        self._bounds = bounds

    def _label_corner(self, height: float) -> tuple[float, float]:
        """Top left of the label: on the upper edge of the box, or under it where the picture ends."""
        above = self._rect.top() - height
        return self._rect.left(), above if above >= 0 else self._rect.top()

    # Drawing

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        return self._bounds

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.manner is Manner.NOT:
            return
        ratio = painter.device().devicePixelRatioF()
        if ratio != self._ratio:
            self._ratio = ratio
            self._dress()
        plain = self.manner is Manner.PLAIN
        bright = (self._selected or self._lit) and not plain
        painter.setBrush(self._fill if bright else Qt.BrushStyle.NoBrush)
        painter.setPen(self._pens.wide_halo if bright else self._pens.halo)
        painter.drawRect(self._rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._pens.wide_line if bright else self._pens.line)
        painter.drawRect(self._rect)
        small = max(self._rect.width(), self._rect.height()) * self._scale < _SMALL_PX
        labelled = bool(self.shown.label) and (bright or not small)
        handles = self._selected and not plain
        if not labelled and not handles:
            return
        view = painter.worldTransform()
        painter.setWorldTransform(_IDENTITY)
        if labelled:
            self._paint_label(painter, view)
        if handles:
            self._paint_handles(painter, view.mapRect(self._rect))
        painter.setWorldTransform(view)

    def _paint_label(self, painter: QPainter, view: QTransform) -> None:
        height = self._text_size.height() + 2
        corner = view.map(QPointF(*self._label_corner((height + 2) / self._scale)))
        x, y = round(corner.x()) - 1, round(corner.y())
        painter.fillRect(QRectF(x, y, self._text_size.width() + 2 * _LABEL_PADDING, height), self._label_fill)
        painter.setFont(self._font)
        painter.setPen(self._ink)
        painter.drawStaticText(QPointF(x + _LABEL_PADDING, y + 1), self._text)

    def _paint_handles(self, painter: QPainter, on_screen: QRectF) -> None:
        centre = on_screen.center()
        painter.setBrush(Qt.GlobalColor.white)
        painter.setPen(_HANDLE_PEN)
        for x in (on_screen.left(), centre.x(), on_screen.right()):
            for y in (on_screen.top(), centre.y(), on_screen.bottom()):
                if x != centre.x() or y != centre.y():
                    left, top = round(x - HANDLE_PX / 2), round(y - HANDLE_PX / 2)
                    painter.drawRect(left, top, HANDLE_PX - 1, HANDLE_PX - 1)


@dataclass(frozen=True, slots=True)
class _Pens:
    """The pens of a box: its line on a dark halo, so that it shows on any picture; wider when lit or selected."""

    line: QPen
    wide_line: QPen
    halo: QPen
    wide_halo: QPen


@lru_cache(maxsize=4096)
def _pens(colour: int, style: Qt.PenStyle, ratio: float) -> _Pens:
    """Pens shared by all boxes of a colour. Cosmetic widths are device pixels, hence `ratio` of them a screen pixel."""
    line = QColor.fromRgba(colour)
    widths = ((line, 2.0, style), (line, 2.6, style), (_HALO, 4.0, _SOLID), (_HALO, 5.0, _SOLID))
    return _Pens(*(_pen(ink, width * ratio, kind) for ink, width, kind in widths))


def _pen(colour: QColor, width: float, style: Qt.PenStyle) -> QPen:
    pen = QPen(colour, width, style, Qt.PenCapStyle.SquareCap, Qt.PenJoinStyle.MiterJoin)
    pen.setCosmetic(True)
    return pen


_SOLID = Qt.PenStyle.SolidLine
_HANDLE_PEN = QPen(QColor(20, 22, 26), 1.0)


@lru_cache(maxsize=4096)
def _static_text(label: str, font_key: str) -> tuple[QStaticText, QSizeF]:
    """Laid-out label text, shared by all boxes with the same words."""
    font = QFont()
    font.fromString(font_key)
    short = label if len(label) <= _LABEL_MAX_CHARACTERS else label[: _LABEL_MAX_CHARACTERS - 1] + "…"
    text = QStaticText(short)
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.prepare(QTransform(), font)
    return text, text.size()
