"""The figures of a run in one row: step, time left, loss, best Acc@0.5, speed, memory.

Owns these labels. Does not own the numbers (`jobs.run_history`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from qvl_desktop.core.amounts import memory_size
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.words import duration_text, percent_text
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.training import ALIVE

NONE = "–"
METRICS = {
    "loss": QT_TRANSLATE_NOOP("metrics", "validation loss"),
    "acc50": QT_TRANSLATE_NOOP("metrics", "Acc@0.5"),
    "mean_iou": QT_TRANSLATE_NOOP("metrics", "mean IoU"),
}


class Figures(QWidget):
    """One figure a column, its name below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, QLabel] = {}
        flow = FlowLayout(self, Space.L)
        self._names: dict[str, QLabel] = {}
        names = {
            "step": self.tr("step"),
            "left": self.tr("left"),
            "loss": self.tr("loss"),
            "best": "",  # by which metric is written with the figure
            "speed": self.tr("tokens a second"),
            "memory": self.tr("memory"),
        }
        for key, words in names.items():
            box = QWidget(self)
            value, name = QLabel(NONE, box), QLabel(words, box)
            value.setObjectName(f"figure-{key}")
            set_role(value, "figure")
            set_role(name, "caption")
            column = QVBoxLayout(box)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(value)
            column.addWidget(name)
            flow.addWidget(box)
            self._values[key], self._names[key] = value, name
            if key == "left":
                self._left = box

    def show_history(self, history: RunHistory, run: RunSummary) -> None:
        """Show the figures of a run."""
        total, alive = history.total or run.total, run.state in ALIVE
        left, speed = history.seconds_left, history.tokens_per_second
        loss = history.smooth[-1] if history.smooth else None
        self._set("step", f"{history.step} / {total}" if total else NONE)
        self._set("left", duration_text(left) if left is not None else NONE)
        self._left.setVisible(alive)
        self._set("loss", f"{loss:.3f}" if loss is not None else NONE)
        self._show_best(history, run)
        self._set("speed", f"{speed:,.0f}" if speed is not None else NONE)
        self._set("memory", memory_size(history.peak_memory) if history.peak_memory else NONE)

    def _show_best(self, history: RunHistory, run: RunSummary) -> None:
        """The best validation by the metric the user chose, with the step whose checkpoint is kept for it."""
        kept = run.best_by != "none"
        metric = run.best_by if kept else "acc50"
        best, name = history.best(metric), METRICS.get(metric, metric)
        name = QCoreApplication.translate("metrics", name)
        self._set("best", NONE if best is None else f"{best[1]:.3f}" if metric == "loss" else percent_text(best[1]))
        words = self.tr("best {metric}, kept: step {step}") if kept and best else self.tr("best {metric}")
        self._names["best"].setText(words.format(metric=name, step=best[0] if best else 0))

    def _set(self, key: str, text: str) -> None:
        if self._values[key].text() != text:
            self._values[key].setText(text)
