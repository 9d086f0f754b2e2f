"""The curves of a run: loss of training and validation, Acc@0.5, learning rate, gradient norm.

Owns the pyqtgraph plots and their colours. Does not own the numbers (`jobs.run_history`) or when to draw (`run_view`).
Lines are one pixel wide and not smoothed by the painter; both cost ten times as much otherwise.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.jobs.run_history import RunHistory

pg.setConfigOptions(antialias=False, useOpenGL=False)


class Curves(QWidget):
    """Four plots over the step. `show_history` draws what there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loss = _Plot(self.tr("Loss (points: validation)"))
        self._accuracy = _Plot(self.tr("Validation Acc@0.5"), low=0.0, high=1.0)
        self._rate = _Plot(self.tr("Learning rate"))
        self._norm = _Plot(self.tr("Gradient norm"))
        self._raw = self._loss.curve("control")
        self._smooth = self._loss.curve("accent")
        self._held_out = self._loss.curve("success", symbol=True)
        self._norms = self._norm.curve("accent")
        self._points = self._accuracy.curve("success", symbol=True)
        self._rates = self._rate.curve("accent")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.M)
        grid.addWidget(self._loss, 0, 0, 3, 1)
        grid.addWidget(self._accuracy, 0, 1)
        grid.addWidget(self._rate, 1, 1)
        grid.addWidget(self._norm, 2, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_history(self, history: RunHistory) -> None:
        """Draw the run; also an empty one."""
        steps = np.array(history.steps)
        self._raw.setData(steps, np.array(history.losses))
        self._smooth.setData(steps, np.array(history.smooth))
        self._rates.setData(steps, np.array(history.rates))
        self._norms.setData(steps, np.array(history.norms))
        self._held_out.setData(np.array(history.eval_steps), np.array(history.eval_losses))
        self._points.setData(np.array(history.eval_steps), np.array(history.accuracies))
        right = max(history.total, int(steps[-1]) if len(steps) else 1, 1)
        for plot in (self._loss, self._accuracy, self._rate, self._norm):
            plot.show_until(right)

    @property
    def drawn_steps(self) -> int:
        """How many steps the loss curve shows."""
        x, _ = self._raw.getData()
        return 0 if x is None else len(x)

    def _recolour(self) -> None:
        for plot in (self._loss, self._accuracy, self._rate, self._norm):
            plot.recolour()


class _Plot(QWidget):
    """One titled plot that cannot be dragged out of sight."""

    def __init__(self, title: str, low: float | None = None, high: float | None = None) -> None:
        super().__init__()
        set_surface(self, "raised")
        self._curves: list[tuple[pg.PlotDataItem, str, bool]] = []
        self._right = 0
        heading = QLabel(title, self)
        set_role(heading, "muted")
        self._view = pg.PlotWidget(self)
        self._view.setAccessibleName(title)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._view.setMenuEnabled(False)
        self._view.hideButtons()
        self._view.setMouseEnabled(x=False, y=False)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMinimumHeight(90)
        item = self._view.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.setContentsMargins(0, Space.S, Space.S, 0)
        item.getAxis("left").setWidth(58)
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        if low is not None and high is not None:
            self._view.setYRange(low, high, padding=0.05)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        layout.setSpacing(Space.XS)
        layout.addWidget(heading)
        layout.addWidget(self._view, 1)

    def curve(self, colour: str, *, symbol: bool = False) -> pg.PlotDataItem:
        """A new curve in a colour of the theme, with a mark at each point if asked."""
        item = self._view.plot()
        self._curves.append((item, colour, symbol))
        return item

    def show_until(self, right: int) -> None:
        """Show the steps from 0 to `right`."""
        if right != self._right:
            self._right = right
            self._view.setXRange(0, right, padding=0.01)

    def recolour(self) -> None:
        """Take the colours of the theme in force."""
        self._view.setBackground(theme().colour("raised"))
        for name in ("left", "bottom"):
            axis = self._view.getPlotItem().getAxis(name)
            axis.setPen(pg.mkPen(theme().colour("line"), width=1))
            axis.setTextPen(pg.mkPen(theme().colour("muted")))
        for item, colour, symbol in self._curves:
            item.setPen(pg.mkPen(theme().colour(colour), width=1))
            if symbol:
                item.setSymbol("o")
                item.setSymbolSize(6)
                item.setSymbolPen(None)
                item.setSymbolBrush(theme().colour(colour))
