"""The curves of a run: losses, Acc@0.5 and mean IoU, unreadable answers, learning rate, gradient norm.

Owns which plots there are, what is drawn in each, the mark of the best checkpoint, and the values under the pointer.
Does not own a plot (`plot`), the numbers (`jobs.run_history`) or when to draw (`run_view`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QTimer
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
        self._best_by = "none"
        self._draws: dict[str, Callable[[RunHistory], None]] = {
            "norm": self._draw_norm,
            "rate": self._draw_rate,
            "unreadable": self._draw_unreadable,
            "accuracy": self._draw_accuracy,
            "loss": self._draw_loss,
        }
        self._pending: list[str] = []
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._draw_next)
        theme().changed.connect(self._recolour)
        self._recolour()

    def show_history(self, history: RunHistory, best_by: str = "none") -> None:
        """Draw the run; also an empty one. `best_by` is the metric by which its best checkpoint is kept.

        Painting a plot takes most of a frame, so each has a turn of the event loop to itself, the loss the last.
        """
        self._history, self._best_by = history, best_by
        self._pending = list(self._draws)
        self._turn.start()

    def _draw_next(self) -> None:
        """Draw one more plot."""
        if not self._pending:
            self._turn.stop()
            return
        name = self._pending.pop(0)
        history, plot = self._history, self.plots[name]
        self._draws[name](history)
        right = max(history.total, int(history.steps[-1]) if history.steps else 1, 1)
        best = history.best(self._best_by) if BEST_IN.get(self._best_by) == name else None
        plot.show_until(right)
        plot.mark(best)

    def _draw_loss(self, history: RunHistory) -> None:
        steps = np.array(history.steps)
        self._raw.setData(steps, np.array(history.losses))
        self._smooth.setData(steps, np.array(history.smooth))
        self._held_out.setData(*_told(history.eval_steps, history.eval_losses))

    def _draw_accuracy(self, history: RunHistory) -> None:
        self._accuracies.setData(*_told(history.eval_steps, history.accuracies))
        self._ious.setData(*_told(history.eval_steps, history.mean_ious))

    def _draw_unreadable(self, history: RunHistory) -> None:
        self._failures.setData(*_told(history.eval_steps, history.failures))

    def _draw_rate(self, history: RunHistory) -> None:
        self._rates.setData(np.array(history.steps), np.array(history.rates))

    def _draw_norm(self, history: RunHistory) -> None:
        self._norms.setData(np.array(history.steps), np.array(history.norms))

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
