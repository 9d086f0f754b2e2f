"""Keeps the forecast of the form up to date: counts model and data once beside the window, then follows every edit.

Owns when to count and what is known so far. Does not own counting (`jobs.plan_forecast`) or the widgets
(`forecast_view`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.gui.train.forecast_view import ForecastView
from qvl_desktop.jobs.machine import Machine, look_at_machine
from qvl_desktop.jobs.plan_forecast import Lengths, count_lengths, outlook
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.dataset import load_dataset

QUIET = 250
"""Milliseconds without another wish before model and data are counted."""

Key = tuple[str, str, int]


class ForecastDesk(QObject):
    """`view` is the widget; `ask` says what is wanted now."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.view = ForecastView(parent)
        self._plan: TrainingPlan | None = None
        self._folder: Path | None = None
        self._machine: Machine | None = None
        self._counted: tuple[Key, Lengths] | None = None
        self._running: tuple[Key, Task[tuple[Lengths, Machine]]] | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(QUIET)
        self._delay.timeout.connect(self._count)

    def ask(self, plan: TrainingPlan | None, folder: Path | None) -> None:
        """Forecast this plan for the model in `folder`; None for a plan that cannot be read or no model."""
        self._plan, self._folder = plan, folder
        key = self._key()
        if plan is None:
            self.view.show_words(self.tr("Correct the marked settings to see what the run needs."))
        elif key is None:
            self.view.show_words(self.tr("Choose model and data to see what the run needs."))
        elif self._counted is not None and self._counted[0] == key and self._machine is not None:
            self.view.show_outlook(outlook(plan, self._counted[1], self._machine))
        elif self._running is None or self._running[0] != key:
            self.view.show_words(self.tr("Working out what the run needs…"))
            self._delay.start()

    def forget(self) -> None:
        """The data has changed: count it again when asked."""
        self._counted = None
        self._stop()

    def _key(self) -> Key | None:
        if self._plan is None or self._folder is None or not self._plan.data:
            return None
        return str(self._folder), self._plan.data, self._plan.max_pixels

    def _stop(self) -> None:
        if self._running is not None:
            self._running[1].cancel()
            self._running = None

    def _count(self) -> None:
        key = self._key()
        if key is None:
            return
        self._stop()
        folder, data, pixels = Path(key[0]), Path(key[1]), key[2]

        def work() -> tuple[Lengths, Machine]:
            return count_lengths(load_dataset(data), folder, pixels), look_at_machine()

        def done(found: tuple[Lengths, Machine]) -> None:
            self._running = None
            self._counted, self._machine = (key, found[0]), found[1]
            self.ask(self._plan, self._folder)

        def failed(error: Exception) -> None:
            self._running = None
            self.view.show_words(str(error))

        self._running = key, Task(work).on_success(done).on_failure(failed).start(self)
