"""One titled plot over the steps of a run, with a legend, a mark, and a line under the pointer.

Owns a pyqtgraph plot and its colours. Does not own the numbers nor what they mean (`curves`). Lines are one pixel wide
and not smoothed by the painter; both cost ten times as much otherwise.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded

SIGNS = {"o": "●", "t": "▼", "": "━"}
MARK_SIZE = 16


class Plot(QWidget):
    """Cannot be dragged out of sight. Signals: `pointedAt(float | None)`: the step under the pointer, None when it has
    left."""

    pointedAt = Signal(object)

    def __init__(self, title: str, low: float | None = None, high: float | None = None) -> None:
        super().__init__()
        set_surface(self, "raised")
        self._curves: list[tuple[pg.PlotDataItem, str, str, str]] = []
        self._right = 0
        self._heading, self._legend, self._value = QLabel(title, self), QLabel(self), QLabel(self)
        for label in (self._heading, self._legend, self._value):
            set_role(label, "caption")
        set_role(self._heading, "muted")
        self._view = pg.PlotWidget(self)
        self._view.setAccessibleName(title)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setMouseEnabled(x=False, y=False)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMinimumHeight(84)
        self._view.scene().sigMouseMoved.connect(self._point_at)
        item = self._view.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.setContentsMargins(0, Space.S, Space.S, 0)
        item.getAxis("left").setWidth(58)
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        if low is not None and high is not None:
            self._view.setYRange(low, high, padding=0.08)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.hide()
        item.addItem(self._line, ignoreBounds=True)
        self._mark = pg.ScatterPlotItem(symbol="star", size=MARK_SIZE)
        self._mark.setZValue(10)
        item.addItem(self._mark)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        self._legend.setWordWrap(True)
        head.addWidget(self._heading)
        head.addWidget(self._legend, 1)
        head.addWidget(self._value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.XS)
        layout.addLayout(head)
        layout.addWidget(self._view, 1)

    def curve(self, colour: str, *, symbol: str = "", name: str = "") -> pg.PlotDataItem:
        """A new curve in a colour of the theme, with a mark at each point if asked; `name` stands in the legend."""
        item = self._view.plot()
        self._curves.append((item, colour, symbol, name))
        return item

    def show_until(self, right: int) -> None:
        """Show the steps from 0 to `right`."""
        if right != self._right:
            self._right = right
            self._view.setXRange(0, right, padding=0.01)

    def mark(self, point: tuple[float, float] | None) -> None:
        """Put a star on a point, or take it away."""
        self._mark.setData([] if point is None else [point[0]], [] if point is None else [point[1]])

    @property
    def marked(self) -> tuple[float, float] | None:
        """The point with the star."""
        x, y = self._mark.getData()
        return (float(x[0]), float(y[0])) if len(x) else None

    def show_value(self, words: str, step: float | None) -> None:
        """Words at the right of the heading, and a line at their step."""
        self._value.setText(words)
        self._legend.setVisible(not words or self.width() > 420)
        self._line.setVisible(bool(words) and step is not None)
        if step is not None:
            self._line.setPos(step)

    def recolour(self) -> None:
        """Take the colours of the theme in force."""
        colours = theme()
        self._view.setBackground(colours.colour("raised"))
        for name in ("left", "bottom"):
            axis = self._view.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(colours.colour("line"), width=1))
            axis.setTextPen(pg.mkPen(colours.colour("muted")))
        self._line.setPen(pg.mkPen(colours.colour("muted"), style=Qt.PenStyle.DotLine))
        self._mark.setBrush(colours.colour("warning"))
        self._mark.setPen(pg.mkPen(colours.colour("raised"), width=1))
        words = []
        for item, colour, symbol, name in self._curves:
            item.setPen(pg.mkPen(colours.colour(colour), width=1))
            if symbol:
                item.setSymbol(symbol)
                item.setSymbolSize(6)
                item.setSymbolPen(None)
                item.setSymbolBrush(colours.colour(colour))
            if name:
                sign = f'<span style="color:{colours.colour(colour).name()}">{SIGNS[symbol]}</span>'
                words.append(f"{sign}&nbsp;{name}")
        self._legend.setText("&nbsp;&nbsp; ".join(words))

    @guarded
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointedAt.emit(None)

    def _point_at(self, place: QPointF) -> None:
        view = self._view.getPlotItem().getViewBox()
        if view.sceneBoundingRect().contains(place):
            self.pointedAt.emit(max(0.0, view.mapSceneToView(place).x()))
