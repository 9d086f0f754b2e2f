"""Edits of the project that take longer than a moment, beside the window.

Owns running one such edit at a time on a worker thread, how far it is, and giving it up: the edit is one transaction,
so what is given up has not happened. Does not own how the wait is shown (`gui.shell.busy`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from qvl_desktop.jobs.task import Report, Task

T = TypeVar("T")

LARGE = 400
"""Rows from which an edit is run beside the window: fewer take less than a blink."""


class LongEdits(QObject):
    """Signals: `begun(words)`; `progressed(done, total)`, in rows; `ended()`, whatever happened."""

    begun = Signal(str)
    progressed = Signal(int, int)
    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._task: Task[object] | None = None

    @property
    def running(self) -> bool:
        """An edit is under way; the project takes no other meanwhile."""
        return self._task is not None

    def run(self, words: str, edit: Callable[[Report], T], then: Callable[[T], None] | None = None) -> bool:
        """Run `edit(report)`, then call `then(result)`; False when another edit is under way.

        `report(done, total)` raises `Cancelled` when the user gives up. Failures go to the session.
        """
        if self.running:
            return False
        task: Task[T] = Task.reporting(edit)
        if then is not None:
            task.on_success(then)
        task.on_progress(self._on_progress).on_end(self._on_end)
        self._task = task  # type: ignore[assignment]
        self.begun.emit(words)
        task.start(self, serial=True)
        return True

    def cancel(self) -> None:
        """Give the edit up: it is taken back as soon as it can be."""
        if self._task is not None:
            self._task.cancel()

    def _on_progress(self, pair: tuple[int, int]) -> None:
        self.progressed.emit(*pair)

    def _on_end(self) -> None:
        self._task = None
        self.ended.emit()
