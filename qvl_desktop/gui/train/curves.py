"""The curves of a run: losses, Acc@0.5 and mean IoU, unreadable answers, learning rate, gradient norm.

Owns which plots there are, what is drawn in each, the mark of the best checkpoint, and the values under the pointer.
Does not own a plot (`plot`), the numbers (`jobs.run_history`) or when to draw (`run_view`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QGridLayout, QWidget

from qvl_desktop.gui.theme import Space, theme
from qvl_desktop.gui.train.plot import Plot
from qvl_desktop.jobs.curve_data import value_at
from qvl_desktop.jobs.run_history import RunHistory

BEST_IN = {"loss": "loss", "acc50": "accuracy", "mean_iou": "accuracy"}
"""The plot on which the best validation by a metric is marked."""


class Curves(QWidget):
    """Five plots over the step. `show_history` draws what there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = RunHistory()
        self.plots = {
            "loss": Plot(self.tr("Loss")),
            "accuracy": Plot(self.tr("Validation"), low=0.0, high=1.0),
            "unreadable": Plot(self.tr("Unreadable answers"), low=0.0, high=1.0),
            "rate": Plot(self.tr("Learning rate")),
            "norm": Plot(self.tr("Gradient norm")),
        }
        loss, accuracy = self.plots["loss"], self.plots["accuracy"]
        self._raw = loss.curve("control")
        self._smooth = loss.curve("accent", name=self.tr("training, smoothed"))
        self._held_out = loss.curve("success", symbol="o", name=self.tr("validation"))
        self._accuracies = accuracy.curve("success", symbol="o", name=self.tr("Acc@0.5"))
        self._ious = accuracy.curve("warning", symbol="t", name=self.tr("mean IoU"))
        self._failures = self.plots["unreadable"].curve("danger", symbol="o")
        self._rates = self.plots["rate"].curve("accent")
        self._norms = self.plots["norm"].curve("accent")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(Space.M)
        grid.addWidget(loss, 0, 0, 2, 1)
        grid.addWidget(accuracy, 0, 1)
        grid.addWidget(self.plots["unreadable"], 1, 1)
        grid.addWidget(self.plots["rate"], 2, 0)
        grid.addWidget(self.plots["norm"], 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for row, stretch in enumerate((3, 2, 2)):
            grid.setRowStretch(row, stretch)
        for plot in self.plots.values():
            plot.pointedAt.connect(self.show_values)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_history(self, history: RunHistory, best_by: str = "none") -> None:
        """Draw the run; also an empty one. `best_by` is the metric by which its best checkpoint is kept."""
        self._history = history
        steps = np.array(history.steps)
        self._raw.setData(steps, np.array(history.losses))
        self._smooth.setData(steps, np.array(history.smooth))
        self._rates.setData(steps, np.array(history.rates))
        self._norms.setData(steps, np.array(history.norms))
        self._held_out.setData(*_told(history.eval_steps, history.eval_losses))
        self._accuracies.setData(*_told(history.eval_steps, history.accuracies))
        self._ious.setData(*_told(history.eval_steps, history.mean_ious))
        self._failures.setData(*_told(history.eval_steps, history.failures))
        right = max(history.total, int(steps[-1]) if len(steps) else 1, 1)
        best = history.best(best_by)
        for name, plot in self.plots.items():
            plot.show_until(right)
            plot.mark(best if best is not None and BEST_IN.get(best_by) == name else None)

    @property
    def drawn_steps(self) -> int:
        """How many steps the loss curve shows."""
        x = self._raw.xData
        return 0 if x is None else len(x)

    def show_values(self, step: float | None) -> None:
        """Put the values at a step into the headings of all plots; None takes them away."""
        history = self._history
        held = history.eval_steps
        values: dict[str, list[tuple[Sequence[float], Sequence[float]]]] = {
            "loss": [(history.steps, history.losses), (held, history.eval_losses)],
            "accuracy": [(held, history.accuracies), (held, history.mean_ious)],
            "unreadable": [(held, history.failures)],
            "rate": [(history.steps, history.rates)],
            "norm": [(history.steps, history.norms)],
        }
        for name, plot in self.plots.items():
            found = [] if step is None else [value_at(x, y, step) for x, y in values[name]]
            words = [f"{value:.4g}" for value in found if value is not None and math.isfinite(value)]
            at = "" if step is None else self.tr("step {step}").format(step=round(step))
            plot.show_value("  ".join([at, *words]) if words else "", step)

    def _recolour(self) -> None:
        for plot in self.plots.values():
            plot.recolour()


def _told(steps: Sequence[float], values: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The points at which there is a value."""
    x, y = np.array(steps), np.array(values)
    there = np.isfinite(y)
    return x[there], y[there]


pg.setConfigOptions(antialias=False, useOpenGL=False)
