"""How far a picture is, as a small sign.

Owns drawing it. Does not own its words (`words.status_text`).
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from qvl_desktop.gui.theme import theme
from qvl_desktop.storage.filters import ShownStatus

SIDE = 14
"""Pixels of the sign."""


def paint_status(painter: QPainter, centre: QPointF, status: ShownStatus, *, backed: bool = False) -> None:
    """A tick in green (done), a half disc (in work), a struck circle (skipped), nothing for an untouched picture.

    `backed` puts a plain ground behind it, for drawing on pictures.
    """
    if status == "untouched":
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = SIDE / 2
    circle = QRectF(centre.x() - radius, centre.y() - radius, SIDE, SIDE)
    if backed:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("raised"))
        painter.drawEllipse(circle.adjusted(-3, -3, 3, 3))
    if status == "done":
        colour = theme().colour("success")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(circle)
        painter.setPen(QPen(theme().colour("panel"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y = centre.x(), centre.y()
        painter.drawPolyline([QPointF(x - 3.2, y + 0.2), QPointF(x - 0.8, y + 2.6), QPointF(x + 3.4, y - 2.4)])
    elif status == "in_work":
        colour = theme().colour("accent")
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle.adjusted(1, 1, -1, -1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPie(circle.adjusted(3, 3, -3, -3), 90 * 16, 180 * 16)
    else:
        colour = theme().colour("muted")
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle.adjusted(1, 1, -1, -1))
        painter.drawLine(QPointF(centre.x() - 3, centre.y()), QPointF(centre.x() + 3, centre.y()))
    painter.restore()
