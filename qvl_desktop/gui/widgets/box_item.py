"""One region on a picture, drawn in the picture's pixel coordinates.

Owns `ShownBox` (what a view is asked to show: a box, quad or point) and `BoxItem` (its drawing: outline, label, and
handles when selected). All sizes on the screen are constant whatever the zoom. Does not own events: views find boxes by
geometry and never ask an item; nor the picture under them (`picture_item`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF, QStaticText, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.colours import HALO, HANDLE, HANDLE_EDGE
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.ref_colours import ref_colour, text_on

HANDLE_PX = 9
"""Side of a handle on the screen."""

POINT_PX = 5.0
"""Radius of a point's ring on the screen."""

_LABEL_PADDING = 5.0
_LOCK_ROOM = 13.0
_DIMMED = 0.3
_LABEL_MAX_CHARACTERS = 40
_SMALL_PX = 14.0
_HALO = QColor(HALO)
_IDENTITY = QTransform()


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A region to show: `key` names it in signals, `rect` are its bounds in pixels of the upright picture.

    Without a colour it takes that of its label; without a `shape` it is the box of `rect`. Make a quad or a point with
    `of`.
    """

    key: Hashable
    rect: Rect
    label: str = ""
    colour: QColor | None = None
    style: Literal["solid", "dashed"] = "solid"
    shape: Shape | None = None
    locked: bool = False

    @classmethod
    def of(cls, key: Hashable, shape: Shape, label: str = "", *, locked: bool = False) -> ShownBox:
        """A region of any shape."""
        return cls(key, shape.bounds, label, shape=None if shape.kind == "box" else shape, locked=locked)

    @property
    def outline(self) -> Shape:
        """Its shape."""
        return self.shape or Shape.of_rect(self.rect)

    def with_shape(self, shape: Shape) -> ShownBox:
        """The same region in another place."""
        return replace(self, rect=shape.bounds, shape=None if shape.kind == "box" else shape)


class Manner(Enum):
    """How a box is painted: with its light, handles and all; as if neither selected nor lit; or not at all."""

    FULL = auto()
    PLAIN = auto()
    NOT = auto()


class BoxItem(QGraphicsItem):
    """The outline of one box with its label; handles while it is selected."""

    def __init__(self, shown: ShownBox, font: QFont, scale: float = 1.0) -> None:
        super().__init__()
        self.shown = shown
        self.manner = Manner.FULL
        self._font = font
        self._scale = scale
        self._ratio = 1.0
        self._selected = False
        self._handles = False
        self._lit = False
        self._dimmed = False
        self._label_shown = True
        self._crowded = False
        self._rect = QRectF()
        self._polygon: QPolygonF | None = None
        self._bounds = QRectF()
        self._dress()
        self._measure()

    # What it shows

    def set_shown(self, shown: ShownBox) -> None:
        """Show another geometry, label or colour under the same key."""
        dressed_as = (self.shown.label, self.shown.colour, self.shown.style, self.shown.locked)
        self.shown = shown
        self.prepareGeometryChange()
        if (shown.label, shown.colour, shown.style, shown.locked) != dressed_as:
            self._dress()
            self.update()
        self._measure()

    def set_scale(self, scale: float) -> None:
        """Tell the item how many screen pixels one picture pixel has; its label and handles do not grow with it."""
        if scale != self._scale:
            self.prepareGeometryChange()
            self._scale = scale
            self._measure()

    def set_selected(self, selected: bool, *, handles: bool = True) -> None:
        """Show it as selected, with handles to pull unless it is one of several."""
        handles = handles and selected
        if (selected, handles) != (self._selected, self._handles):
            self.prepareGeometryChange()
            self._selected, self._handles = selected, handles
            self._measure()
            self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Draw it faintly, so that others stand out."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    def set_crowded(self, crowded: bool) -> None:
        """One of very many: its label is drawn only where the box is wide enough for it."""
        if crowded != self._crowded:
            self._crowded = crowded
            self.update()

    def set_label_shown(self, shown: bool) -> None:
        """Draw its label at all."""
        if shown != self._label_shown:
            self.prepareGeometryChange()
            self._label_shown = shown
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
        rect, shape = self.shown.rect, self.shown.shape
        self._rect = QRectF(rect.x1, rect.y1, rect.width, rect.height)
        quad = shape is not None and shape.kind == "quad"
        self._polygon = QPolygonF([QPointF(x, y) for x, y in shape.points]) if shape is not None and quad else None
        self._is_point = shape is not None and shape.kind == "point"
        self.setZValue(1e12 if self._selected else 1e11 if self._lit else -rect.area)
        margin = 3.0
        if self._selected or self._is_point:
            margin = max(HANDLE_PX / 2, POINT_PX + 3) + 2
        margin /= self._scale
        bounds = self._rect.adjusted(-margin, -margin, margin, margin)
        if self._has_label:
            size = (self._label_size + QSizeF(2, 4)) / self._scale
            left, top = self._label_corner(size.height())
            bounds = bounds.united(QRectF(QPointF(left - 1 / self._scale, top - 1 / self._scale), size))
        self._bounds = bounds

    @property
    def _has_label(self) -> bool:
        return (bool(self.shown.label) or self.shown.locked) and self._label_shown

    @property
    def _label_size(self) -> QSizeF:
        lock = _LOCK_ROOM if self.shown.locked else 0.0
        return QSizeF(
            self._text_size.width() * bool(self.shown.label) + 2 * _LABEL_PADDING + lock, self._text_size.height()
        )

    def _label_corner(self, height: float) -> tuple[float, float]:
        """Top left of the label: on the upper edge of the box, or under it where the picture ends; beside a point."""
        aside = (POINT_PX + 3) / self._scale if self._is_point else 0.0
        above = self._rect.top() - height - aside / 2
        return self._rect.left() + aside, above if above >= 0 else self._rect.top() + aside / 2

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
        faint = self._dimmed and not bright
        if faint:
            painter.setOpacity(_DIMMED)
        if not self._is_point:
            painter.setBrush(self._fill if bright else Qt.BrushStyle.NoBrush)
            painter.setPen(self._pens.wide_halo if bright else self._pens.halo)
            self._paint_outline(painter)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._pens.wide_line if bright else self._pens.line)
            self._paint_outline(painter)
        small = not self._is_point and max(self._rect.width(), self._rect.height()) * self._scale < _SMALL_PX
        if self._crowded and not small:
            small = self._rect.width() * self._scale < self._label_size.width()
        labelled = self._has_label and (bright or not small)
        handles = self._handles and not plain and not self._is_point and not self.shown.locked
        if labelled or handles or self._is_point:
            view = painter.worldTransform()
            painter.setWorldTransform(_IDENTITY)
            if self._is_point:
                self._paint_point(painter, view.map(self._rect.topLeft()), bright)
            if labelled:
                self._paint_label(painter, view)
            if handles:
                self._paint_handles(painter, view)
            painter.setWorldTransform(view)
        if faint:
            painter.setOpacity(1.0)

    def _paint_outline(self, painter: QPainter) -> None:
        if self._polygon is not None:
            painter.drawPolygon(self._polygon)
        else:
            painter.drawRect(self._rect)

    def _paint_point(self, painter: QPainter, at: QPointF, bright: bool) -> None:
        radius = POINT_PX + (2 if bright else 0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._fill if bright else Qt.BrushStyle.NoBrush)
        painter.setPen(self._pens.wide_halo)
        painter.drawEllipse(at, radius, radius)
        painter.setPen(self._pens.line)
        painter.drawEllipse(at, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._label_fill)
        painter.drawEllipse(at, 1.8, 1.8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_label(self, painter: QPainter, view: QTransform) -> None:
        size = self._label_size
        corner = view.map(QPointF(*self._label_corner((size.height() + 4) / self._scale)))
        x, y = round(corner.x()) - 1, round(corner.y())
        painter.fillRect(QRectF(x, y, size.width(), size.height() + 2), self._label_fill)
        left = x + _LABEL_PADDING
        if self.shown.locked:
            self._paint_lock(painter, QPointF(left, y + size.height() / 2 + 1))
            left += _LOCK_ROOM
        painter.setFont(self._font)
        painter.setPen(self._ink)
        painter.drawStaticText(QPointF(left, y + 1), self._text)

    def _paint_lock(self, painter: QPainter, middle: QPointF) -> None:
        """A small padlock whose left edge is at `middle`."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._ink, 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawArc(QRectF(middle.x() + 1.7, middle.y() - 5.5, 4.6, 7), 0, 180 * 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ink)
        painter.drawRoundedRect(QRectF(middle.x(), middle.y() - 1.5, 8, 6), 1, 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_handles(self, painter: QPainter, view: QTransform) -> None:
        painter.setBrush(_HANDLE)
        painter.setPen(_HANDLE_PEN)
        for at in self._handle_places(view):
            left, top = round(at.x() - HANDLE_PX / 2), round(at.y() - HANDLE_PX / 2)
            painter.drawRect(left, top, HANDLE_PX - 1, HANDLE_PX - 1)

    def _handle_places(self, view: QTransform) -> list[QPointF]:
        if self._polygon is not None:
            return [view.map(corner) for corner in self._polygon.toList()]
        box = view.mapRect(self._rect)
        middle = box.center()
        return [
            QPointF(x, y)
            for x in (box.left(), middle.x(), box.right())
            for y in (box.top(), middle.y(), box.bottom())
            if x != middle.x() or y != middle.y()
        ]


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
_HANDLE = QColor(HANDLE)
_HANDLE_PEN = QPen(QColor(HANDLE_EDGE), 1.0)


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
