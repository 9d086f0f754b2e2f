"""The soft outline around what the card speaks of, and the arrow from the card to it.

Owns painting these two. Does not own where they are (`placing`, `tour`). It never takes the mouse or the focus.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QRegion
from PySide6.QtWidgets import QWidget

from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.tour.placing import arrow
from qvl_desktop.gui.widgets.guarded import guarded

_HALO = 5
"""Pixels of soft colour around the outline."""
_LINE = 2
_HEAD = 9
_RADIUS = 7


class Marker(QWidget):
    """Lies over its parent where outline and arrow are, and nowhere else."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tourMarker")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._target = QRect()
        self._arrow: tuple[QPointF, QPointF] | None = None
        theme().changed.connect(self.update)
        self.hide()

    @property
    def target(self) -> QRect:
        """What is outlined, in coordinates of the parent; empty while nothing is."""
        return QRect(self._target)

    def show_at(self, target: QRect | None, card: QRect) -> None:
        """Outline `target` and point at it from `card`, both in coordinates of the parent; None hides both."""
        if target is None:
            self._target = QRect()
            self.hide()
            return
        ring = self._ring(target)
        line = arrow(card, ring)
        if target == self._target and line == self._arrow and self.isVisible():
            return
        self._target, self._arrow = QRect(target), line
        around = ring.adjusted(-_HALO, -_HALO, _HALO, _HALO)
        stroke = QRect()
        if line is not None:
            stroke = QRectF(*line).normalized().toAlignedRect().adjusted(-_HEAD, -_HEAD, _HEAD, _HEAD)
        whole = around | stroke
        self.setGeometry(whole)
        region = QRegion(around.translated(-whole.topLeft()))
        region -= QRegion(ring.adjusted(_HALO, _HALO, -_HALO, -_HALO).translated(-whole.topLeft()))
        self.setMask(region | QRegion(stroke.translated(-whole.topLeft())))
        self.show()
        self.update()

    def _ring(self, target: QRect) -> QRect:
        """The outline: just outside the widget, or just inside where that would be out of the window."""
        parent = self.parentWidget()
        ring = target.adjusted(-_LINE, -_LINE, _LINE, _LINE)
        return ring & parent.rect().adjusted(_LINE, _LINE, -_LINE, -_LINE) if parent is not None else ring

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.geometry().topLeft())
        colour = theme().colour("accent" if not theme().dark else "link")
        soft = QColor(colour)
        soft.setAlpha(60)
        ring = QRectF(self._ring(self._target))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(soft, 2 * _HALO - _LINE))
        painter.drawRoundedRect(ring, _RADIUS, _RADIUS)
        painter.setPen(QPen(colour, _LINE))
        painter.drawRoundedRect(ring, _RADIUS, _RADIUS)
        if self._arrow is not None:
            self._paint_arrow(painter, *self._arrow, colour)
        painter.end()

    def _paint_arrow(self, painter: QPainter, begin: QPointF, end: QPointF, colour: QColor) -> None:
        angle = math.atan2(end.y() - begin.y(), end.x() - begin.x())
        sides = [
            QPointF(end.x() - _HEAD * math.cos(angle + turn), end.y() - _HEAD * math.sin(angle + turn))
            for turn in (-0.5, 0.5)
        ]
        painter.drawLine(begin, end - QPointF(math.cos(angle), math.sin(angle)) * (_HEAD - 2))
        head = QPainterPath()
        head.addPolygon(QPolygonF([end, *sides]))
        head.closeSubpath()
        painter.fillPath(head, colour)
