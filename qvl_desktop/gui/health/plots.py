"""Plots of counts: bars one can point at and click, and the heat map.

Owns the look of pyqtgraph here: axes, colours of the theme, values at the mouse. Does not own what is counted
(`storage.statistics`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QToolTip, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface, theme

Ticks = list[tuple[float, str]]
_HEIGHT = 170


class Plot(QWidget):
    """A card with a title and a plot that cannot be dragged out of sight."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self.title = QLabel(title, self)
        set_role(self.title, "muted")
        self.note = QLabel(self)
        set_role(self.note, "caption")
        self.note.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.view = pg.PlotWidget(self)
        self.view.setAccessibleName(title)
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self.view.setMenuEnabled(False)
        self.view.hideButtons()
        self.view.setMouseEnabled(x=False, y=False)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMinimumHeight(_HEIGHT)
        item = self.view.getPlotItem()
        item.setContentsMargins(0, Space.XS, Space.S, 0)
        for name in ("left", "bottom"):
            item.getAxis(name).enableAutoSIPrefix(False)
        item.getAxis("left").setWidth(52)
        self.view.scene().sigMouseMoved.connect(self._on_mouse)
        self.view.scene().sigMouseClicked.connect(self._on_click)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.title)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.note)
        self.note.hide()
        theme().changed.connect(self.recolour)

    def set_note(self, words: str) -> None:
        """A line below the plot."""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def recolour(self) -> None:
        """Take the colours of the theme in force."""
        self.view.setBackground(theme().colour("raised"))
        for name in ("left", "bottom"):
            axis = self.view.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(theme().colour("line"), width=1))
            axis.setTextPen(pg.mkPen(theme().colour("muted")))

    def text_at(self, x: float, y: float) -> str:
        """What the mouse says at a point of the plot."""
        raise NotImplementedError

    def click_at(self, x: float, y: float) -> None:
        """The user clicked a point of the plot."""

    def _point(self, scene: QPointF) -> QPointF | None:
        box = self.view.getPlotItem().vb
        return box.mapSceneToView(scene) if box.sceneBoundingRect().contains(scene) else None

    def _on_mouse(self, scene: QPointF) -> None:
        point = self._point(scene)
        text = self.text_at(point.x(), point.y()) if point is not None else ""
        if text:
            at = self.view.mapToGlobal(self.view.mapFromScene(scene))
            QToolTip.showText(at, text, self.view)
        else:
            QToolTip.hideText()

    def _on_click(self, event: Any) -> None:
        point = self._point(event.scenePos())
        if point is not None:
            self.click_at(point.x(), point.y())


class BarPlot(Plot):
    """Bars of counts over values. Signals: `chosen(place)`: a bar was clicked."""

    chosen = Signal(int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.counts: list[int] = []
        self._texts: list[str] = []
        self._limit_line: pg.InfiniteLine | None = None
        self._bars = pg.BarGraphItem(x=[], height=[], width=0.86)
        self.view.addItem(self._bars)
        self.clickable = False
        self.recolour()

    def show_bars(
        self, counts: Sequence[int], texts: Sequence[str], ticks: Ticks, *, limit: float | None = None
    ) -> None:
        """Show bars at 0, 1, 2, …; `texts` are what the mouse says of each, `ticks` name places of the axis."""
        self.counts, self._texts = list(counts), list(texts)
        places = np.arange(len(counts), dtype=float)
        self._bars.setOpts(x=places, height=np.array(counts, dtype=float), width=0.86)
        self.view.getPlotItem().getAxis("bottom").setTicks([ticks])
        self.view.setXRange(-0.6, max(len(counts) - 0.4, 1.0), padding=0)
        self.view.setYRange(0, max([*counts, 1]) * 1.05, padding=0)
        self._show_limit(limit)
        self.view.setCursor(Qt.CursorShape.PointingHandCursor if self.clickable else Qt.CursorShape.ArrowCursor)

    def _show_limit(self, place: float | None) -> None:
        if place is None:
            if self._limit_line is not None:
                self.view.removeItem(self._limit_line)
                self._limit_line = None
            return
        if self._limit_line is None:
            self._limit_line = pg.InfiniteLine(angle=90, movable=False)
            self.view.addItem(self._limit_line)
            self.recolour()
        self._limit_line.setValue(place)

    def recolour(self) -> None:
        super().recolour()
        self._bars.setOpts(brush=theme().colour("accent"), pen=pg.mkPen(None))
        if self._limit_line is not None:
            self._limit_line.setPen(pg.mkPen(theme().colour("danger"), width=2, style=Qt.PenStyle.DashLine))

    def _place(self, x: float) -> int | None:
        place = round(x)
        return place if 0 <= place < len(self.counts) and abs(x - place) <= 0.5 else None

    def text_at(self, x: float, y: float) -> str:
        place = self._place(x)
        return self._texts[place] if place is not None else ""

    def click_at(self, x: float, y: float) -> None:
        place = self._place(x)
        if self.clickable and place is not None and self.counts[place]:
            self.chosen.emit(place)


class HeatMap(Plot):
    """Where boxes are: a grid of counts over the picture, top left first."""

    def __init__(self, title: str, say: Callable[[int, int, int], str], parent: QWidget | None = None) -> None:
        """`say(column, row, count)` is what the mouse says of a cell."""
        super().__init__(title, parent)
        self._say = say
        self.cells = np.zeros((1, 1))
        self._image = pg.ImageItem(axisOrder="row-major")
        self.view.addItem(self._image)
        self.view.invertY(True)
        for name in ("left", "bottom"):
            self.view.getPlotItem().hideAxis(name)
        self.recolour()

    def show_cells(self, rows: Sequence[Sequence[int]]) -> None:
        """Show counts; colours grow with the square root, so that rare places are seen beside frequent ones."""
        self.cells = np.array(rows, dtype=float)
        self._image.setImage(
            np.sqrt(self.cells), autoLevels=False, levels=(0, max(float(np.sqrt(self.cells.max())), 1))
        )
        height, width = self.cells.shape
        self._image.setRect(0, 0, width, height)
        self.view.setXRange(0, width, padding=0)
        self.view.setYRange(0, height, padding=0)

    def recolour(self) -> None:
        super().recolour()
        low, high = theme().colour("canvas"), theme().colour("accent")
        hot = theme().colour("warning")
        stops = np.array([0.0, 0.55, 1.0])
        colours = np.array([_rgb(low), _rgb(high), _rgb(hot)], dtype=np.ubyte)
        self._image.setLookupTable(pg.ColorMap(stops, colours).getLookupTable(0.0, 1.0, 256))

    def text_at(self, x: float, y: float) -> str:
        height, width = self.cells.shape
        column, row = int(x), int(y)
        if not (0 <= column < width and 0 <= row < height):
            return ""
        return self._say(column, row, int(self.cells[row, column]))


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def binned(pairs: Sequence[tuple[int, int]], most: int = 60) -> list[tuple[int, int, int]]:
    """Counts by value in at most `most` bars of equal, round width: (from, to, how many); values start at 0."""
    if not pairs:
        return []
    top = pairs[-1][0]
    width = 1
    while (top + 1) / width > most:
        width = _next_round(width)
    bars = [0] * (top // width + 1)
    for value, count in pairs:
        bars[value // width] += count
    return [(place * width, place * width + width - 1, count) for place, count in enumerate(bars)]


def _next_round(width: int) -> int:
    power = 1
    while power * 10 <= width:
        power *= 10
    return power * {1: 2, 2: 5}.get(width // power, 10)


def spread_ticks(labels: Sequence[str], most: int = 8) -> Ticks:
    """At most `most` of the labels, at their places."""
    step = max(1, -(-len(labels) // most))
    return [(float(place), labels[place]) for place in range(0, len(labels), step)]
