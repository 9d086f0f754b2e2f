"""Curves of several runs laid over each other.

Owns the plot, its legend, the values under the pointer, and saving as CSV or PNG. Does not own the numbers
(`jobs.curve_data`) nor which runs are chosen (`run_list`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.help.mark import HelpMark
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.train.curve_files import CurveFiles
from qvl_desktop.gui.widgets.choice_box import ChoiceBox
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.jobs.curve_data import CURVES, EVAL_CURVES, curve, value_at
from qvl_desktop.jobs.run_history import RunHistory

SMOOTHINGS = (0.0, 0.6, 0.9, 0.98)


class CompareView(QWidget):
    """Signals: `failed(Exception)` when a file could not be written."""

    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._histories: dict[str, RunHistory] = {}
        self._drawn: dict[str, tuple[Sequence[float], Sequence[float]]] = {}
        self._title = QLabel(self.tr("Compare runs"), self)
        set_role(self._title, "title")
        self._what, self._smoothing = ChoiceBox(self), ChoiceBox(self)
        self._what.setObjectName("curveBox")
        self._smoothing.setObjectName("smoothingBox")
        self._what.setAccessibleName(self.tr("Which curve"))
        self._smoothing.setAccessibleName(self.tr("Smoothing of the curves"))
        for name in CURVES:
            self._what.addItem(self._curve_text(name), name)
        for weight in SMOOTHINGS:
            self._smoothing.addItem(
                self.tr("Smoothing {weight}").format(weight=weight) if weight else self.tr("As it is"), weight
            )
        self._smoothing.setCurrentIndex(2)
        self._board = QWidget(self)
        self._files = CurveFiles(self._board, lambda: self._histories, self)
        self._files.failed.connect(self.failed)
        self._plot = pg.PlotWidget(self)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setAccessibleName(self.tr("Curves of the chosen runs"))
        item = self._plot.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        for axis in ("left", "bottom"):
            item.getAxis(axis).enableAutoSIPrefix(False)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._legend = QGridLayout()
        self._legend.setHorizontalSpacing(Space.M)
        self._at = QLabel(self)
        set_role(self._at, "caption")
        self._values: dict[str, QLabel] = {}
        self._lay_out()
        self._what.currentIndexChanged.connect(self._draw)
        self._smoothing.currentIndexChanged.connect(self._draw)
        self._plot.scene().sigMouseMoved.connect(self._point_at)
        theme().changed.connect(self._draw)

    def show_runs(self, histories: dict[str, RunHistory]) -> None:
        """Lay the curves of these runs over each other."""
        self._histories = histories
        self._draw()

    @property
    def drawn(self) -> dict[str, tuple[Sequence[float], Sequence[float]]]:
        """Steps and values of each curve that is drawn, by run."""
        return self._drawn

    def save_csv(self, path: Path) -> None:
        """Write all curves of the shown runs."""
        self._files.save_csv(path)

    def save_png(self, path: Path) -> None:
        """Write the page's plot with its legend."""
        self._files.save_png(path)

    def show_values(self, step: float) -> None:
        """Put the values at a step into the legend."""
        self._line.setPos(step)
        self._at.setText(self.tr("Step {step}").format(step=round(step)))
        for name, (steps, values) in self._drawn.items():
            value = value_at(steps, values, step)
            self._values[name].setText("–" if value is None or math.isnan(value) else f"{value:.4g}")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        choices = FlowLayout(spacing=Space.S, one_line=True)
        for widget in (self._what, self._smoothing):
            choices.addWidget(widget)
        choices.addWidget(HelpMark("train.smoothing", self._smoothing, self.tr("Smoothing"), self))
        head.addLayout(choices, 1)
        head.addWidget(self._files, 0, Qt.AlignmentFlag.AlignTop)
        set_surface(self._board, "raised")
        inner = QVBoxLayout(self._board)
        inner.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        inner.addWidget(self._plot, 1)
        inner.addLayout(self._legend)
        inner.addWidget(self._at)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self._title)
        column.addLayout(head)
        column.addWidget(self._board, 1)

    def _curve_text(self, name: str) -> str:
        return {
            "loss": self.tr("Loss"),
            "val_loss": self.tr("Validation loss"),
            "acc50": self.tr("Validation Acc@0.5"),
            "mean_iou": self.tr("Validation mean IoU"),
            "unreadable": self.tr("Unreadable answers"),
            "learning_rate": self.tr("Learning rate"),
            "grad_norm": self.tr("Gradient norm"),
        }[name]

    def _draw(self) -> None:
        name, weight = str(self._what.currentData()), float(self._smoothing.currentData())
        self._smoothing.setEnabled(name not in EVAL_CURVES)
        item = self._plot.getPlotItem()
        item.clear()
        self._plot.setBackground(theme().colour("raised"))
        for axis in ("left", "bottom"):
            item.getAxis(axis).setPen(pg.mkPen(theme().colour("line")))
            item.getAxis(axis).setTextPen(pg.mkPen(theme().colour("muted")))
        self._line.setPen(pg.mkPen(theme().colour("muted"), style=Qt.PenStyle.DotLine))
        item.addItem(self._line)
        self._clear_legend()
        self._drawn = {}
        for place, (run, history) in enumerate(self._histories.items()):
            steps, values = curve(history, name, weight)
            self._drawn[run] = steps, values
            colour = theme().curve(place)
            again = place >= len(theme().colours.curves)  # the colours begin anew, with dashes
            dashed = Qt.PenStyle.DashLine if again else Qt.PenStyle.SolidLine
            marks = (
                {"symbol": "o", "symbolSize": 6, "symbolPen": None, "symbolBrush": colour}
                if name in EVAL_CURVES
                else {}
            )
            item.plot(np.array(steps), np.array(values), pen=pg.mkPen(colour, width=1, style=dashed), **marks)
            self._add_legend(place, run, colour)
        last = max((steps[-1] for steps, _ in self._drawn.values() if len(steps)), default=0.0)
        self.show_values(last)

    def _clear_legend(self) -> None:
        while (item := self._legend.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._values = {}

    def _add_legend(self, place: int, run: str, colour: QColor) -> None:
        swatch, name, value = QLabel("■", self), QLabel(run, self), QLabel(self)
        swatch.setStyleSheet(f"color: {colour.name()}")
        name.setTextFormat(Qt.TextFormat.PlainText)
        set_role(value, "mono")
        for column, widget in enumerate((swatch, name, value)):
            self._legend.addWidget(widget, place, column)
        self._legend.setColumnStretch(3, 1)
        self._values[run] = value

    def _point_at(self, place: QPointF) -> None:
        view = self._plot.getPlotItem().getViewBox()
        if view.sceneBoundingRect().contains(place):
            self.show_values(max(0.0, view.mapSceneToView(place).x()))
