"""When training begins while a model is loaded for chatting: the memory goes to the run, if the user wants it so.

Owns the question, asked once, and unloading. Does not own the answer's place among the settings (`settings_view`), the
engine (`jobs.engine`) nor runs (`jobs.runs`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from qvl_desktop.core.run_folder import RunState
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.session import Session

_LOADED = (EngineState.READY, EngineState.STARTING)


class MakeRoom(QObject):
    """Watches for runs that begin to train."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._training = self._running()
        session.runs.listChanged.connect(self._look)
        session.runs.runChanged.connect(self._look)

    def _running(self) -> set[Path]:
        return {run.folder.path for run in self._session.runs.alive if run.state is RunState.RUNNING}

    def _look(self, *_: object) -> None:
        before, self._training = self._training, self._running()
        if not self._training - before or self._session.engine.state not in _LOADED:
            return
        wanted = self._session.settings.make_room
        if wanted == "yes":
            self._unload()
        elif not wanted:
            self._session.offered.emit(
                "info",
                self.tr(
                    "A run begins while a model is loaded for chatting. Unload it, so that the run has the memory? "
                    "The answer is remembered; the settings of the Chat page change it."
                ),
                [(self.tr("Unload it"), self._yes), (self.tr("Keep it"), self._no)],
            )

    def _yes(self) -> None:
        self._session.settings.make_room = "yes"
        self._unload()

    def _no(self) -> None:
        self._session.settings.make_room = "no"

    def _unload(self) -> None:
        self._session.engine.unload()
        self._session.notice.emit(
            "info", self.tr("The chat's model was unloaded for the run. The next question loads it again.")
        )
