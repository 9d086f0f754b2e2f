"""The rounded frames of cards and turns.

Owns how they are painted. A painted frame costs nothing to make; a style sheet for each of hundreds of widgets does.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from qvl_desktop.gui.theme import theme


def paint_frame(widget: QWidget, fill: str | None, edge: str | None, radius: float) -> None:
    """Fill a widget and draw its edge in colours of the theme (None: nothing), with round corners."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme().colour(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().colour(edge), 1.0) if edge else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.end()
