"""The figures of a run in one row: step, time left, loss, best Acc@0.5, speed, memory.

Owns these labels. Does not own the numbers (`jobs.run_history`).
"""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from qvl_desktop.gui.theme import Space, set_role
from qvl_desktop.gui.words import duration_text, percent_text, size_text
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.training import ALIVE

NONE = "–"


class Figures(QWidget):
    """One figure a column, its name below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(0)
        names = {
            "step": self.tr("step"),
            "left": self.tr("left"),
            "loss": self.tr("loss"),
            "accuracy": self.tr("best Acc@0.5"),
            "speed": self.tr("tokens a second"),
            "memory": self.tr("memory"),
        }
        for column, (key, words) in enumerate(names.items()):
            value, name = QLabel(NONE, self), QLabel(words, self)
            value.setObjectName(f"figure-{key}")
            set_role(value, "figure")
            set_role(name, "caption")
            grid.addWidget(value, 0, column)
            grid.addWidget(name, 1, column)
            self._values[key] = value
        grid.setColumnStretch(len(names), 1)

    def show_history(self, history: RunHistory, run: RunSummary) -> None:
        """Show the figures of a run."""
        total, alive = history.total or run.total, run.state in ALIVE
        left, speed = history.seconds_left, history.tokens_per_second
        loss = history.smooth[-1] if history.smooth else None
        self._set("step", f"{history.step} / {total}" if total else NONE)
        self._set("left", duration_text(left) if alive and left is not None else NONE)
        self._set("loss", f"{loss:.3f}" if loss is not None else NONE)
        self._set("accuracy", percent_text(history.best_accuracy))
        self._set("speed", f"{speed:,.0f}" if speed is not None else NONE)
        self._set("memory", size_text(history.peak_memory) if history.peak_memory else NONE)

    def _set(self, key: str, text: str) -> None:
        if self._values[key].text() != text:
            self._values[key].setText(text)
