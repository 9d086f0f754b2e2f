"""Says that a training run has ended, to whoever is on another page, and to a screen reader on any.

Owns the sentence and the way to the run. Does not own the run (`jobs.runs`) nor its page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.widgets.speaking import announce
from qvl_desktop.gui.words import state_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.training import Outcome

_LEVELS = {RunState.FINISHED: "success", RunState.FAILED: "error", RunState.INTERRUPTED: "error"}


class RunNews(QObject):
    """Follows the session's runs. `show_run(path)` leads to one; `in_sight()` is whether the page of runs is shown."""

    def __init__(
        self, session: Session, window: QWidget, show_run: Callable[[Path], None], in_sight: Callable[[], bool]
    ) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._show_run, self._in_sight = show_run, in_sight
        session.runs.runEnded.connect(self._on_end)

    def _on_end(self, path: Path, outcome: Outcome) -> None:
        summary = self._session.runs.summary(path)
        name = summary.name if summary is not None else path.name
        words = self.tr("Training run {name}: {state}").format(name=name, state=state_text(outcome.state))
        if outcome.state is RunState.FREED:
            return  # the user asked for it and is there
        if self._in_sight():
            announce(self._window, words)
        else:
            level = _LEVELS.get(outcome.state, "info")
            self._session.offered.emit(level, words, ((self.tr("Show it"), partial(self._show_run, path)),))
