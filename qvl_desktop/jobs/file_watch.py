"""Looks, beside the window, whether the project's picture files are there and what they look like.

Owns when files are looked at (a little after a project is opened, when pictures come, when the window comes to the
front again), pausing it, and telling of files that changed. Does not own what is looked at (`storage.files`).
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from qvl_desktop.jobs.task import Report, Task
from qvl_desktop.storage.files import LookedAt
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change

if TYPE_CHECKING:
    from qvl_desktop.jobs.session import Session

AFTER_OPENING_MS = 1500
AFTER_CHANGE_MS = 1200
AFTER_SHOWING_MS = 400
AGAIN_SECONDS = 30.0
"""When the window comes to the front, files are looked at again after at least this time."""
_GIVE_WAY = 0.001
_PAUSED = 0.1


class FileWatch(QObject):
    """One session's watch over files. Low priority, resumable: what was read is noted as it goes.

    Signals:
        progressed(done, total): of looking, then of reading.
        looked(LookedAt): everything was looked at.
        stateChanged(): `running` or `paused` is another.
    """

    progressed = Signal(int, int)
    looked = Signal(object)
    stateChanged = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._task: Task[LookedAt] | None = None
        self._project: Project | None = None
        self._pending: set[int] = set()
        self._everything = False
        self._pause = threading.Event()
        self._looked_at = 0.0
        self._told: set[tuple[str, frozenset[int]]] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)
        session.projectChanged.connect(self._on_project)
        session.contentChanged.connect(self._on_change)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_state)
        self._on_project()

    @property
    def running(self) -> bool:
        """Files are being looked at now."""
        return self._task is not None

    @property
    def paused(self) -> bool:
        """The user has paused it."""
        return self._pause.is_set()

    def pause(self) -> None:
        """Read no further until `resume`."""
        self._pause.set()
        self.stateChanged.emit()

    def resume(self) -> None:
        """Go on where it was paused."""
        self._pause.clear()
        self.stateChanged.emit()

    def look_now(self) -> None:
        """Look at all files at once, paused or not."""
        self.resume()
        self._everything = True
        self._begin()

    def look_at(self, picture_id: int) -> None:
        """Look at one picture's file soon: it has come on show."""
        if self._project is not None and self._looked_at:
            self._pending.add(picture_id)
            if not self._timer.isActive():
                self._timer.start(AFTER_SHOWING_MS)

    # When

    @Slot()
    def _on_project(self) -> None:
        self._stop()
        self._pending.clear()
        self._told.clear()
        self._project = self._session.project
        self._everything = self._project is not None
        if self._everything:
            self._timer.start(AFTER_OPENING_MS)

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change.kind == "pictures" and self._project is not None:
            self._pending |= change.picture_ids
            self._timer.start(AFTER_CHANGE_MS)

    @Slot(Qt.ApplicationState)
    def _on_state(self, state: Qt.ApplicationState) -> None:
        due = time.monotonic() - self._looked_at >= AGAIN_SECONDS
        if state is Qt.ApplicationState.ApplicationActive and self._project is not None and self._looked_at and due:
            self._everything = True
            self._timer.start(0)

    # What

    @Slot()
    def _begin(self) -> None:
        project = self._project
        if project is None or project is not self._session.project:
            return
        if self._task is not None:
            self._timer.start(AFTER_CHANGE_MS)
            return
        if not self._everything and not self._pending:
            return
        ids = None if self._everything else sorted(self._pending)
        self._everything = False
        self._pending.clear()

        def look(report: Report) -> LookedAt:
            thread = QThread.currentThread()
            thread.setPriority(QThread.Priority.LowPriority)
            try:
                return project.look_at_files(ids, lambda done, total: self._tell(report, done, total))
            finally:
                with suppress(RuntimeError):  # at the end of the program the thread may be gone from Qt's books
                    thread.setPriority(QThread.Priority.NormalPriority)

        task = Task.reporting(look)
        self._task = task
        task.on_progress(self._on_progress).on_end(self._on_end)
        task.on_failure(lambda error: self._on_failure(project, error))
        task.on_success(lambda found: self._on_looked(project, found))
        task.start(self)
        self.stateChanged.emit()

    def _tell(self, report: Report, done: int, total: int) -> None:
        """On the worker's thread: report, give way to the window, wait while paused."""
        report(done, total)
        time.sleep(_GIVE_WAY)
        while self._pause.is_set():
            report(done, total)
            time.sleep(_PAUSED)

    def _on_progress(self, pair: tuple[int, int]) -> None:
        self.progressed.emit(*pair)

    def _on_looked(self, project: Project, found: LookedAt) -> None:
        if project is not self._project:
            return
        self._looked_at = time.monotonic()
        self._say("changed", found.changed)
        self._say("missing", found.missing)
        self.looked.emit(found)

    def _say(self, what: str, ids: tuple[int, ...]) -> None:
        if not ids or (what, frozenset(ids)) in self._told:
            return
        self._told.add((what, frozenset(ids)))
        if what == "changed":
            words = self.tr(
                "%n picture(s) changed on disk since they were annotated. Boxes were kept; Check shows them.",
                "",
                len(ids),
            )
        else:
            words = self.tr("%n picture file(s) are not there. Check can find them again.", "", len(ids))
        self._session.offered.emit("warning", words, ((self.tr("Show"), self._show),))

    def _show(self) -> None:
        self._session.pageRequested.emit("health")

    def _on_failure(self, project: Project, error: Exception) -> None:
        """A project that was closed meanwhile is no failure."""
        if project is self._session.project:
            self._session.report(error)

    def _on_end(self) -> None:
        self._task = None
        self.stateChanged.emit()
        if self._everything or self._pending:
            self._timer.start(AFTER_CHANGE_MS)

    def _stop(self) -> None:
        self._timer.stop()
        self._pause.clear()
        if self._task is not None:
            self._task.cancel()


def files_of(session: Session) -> FileWatch:
    """The watch of a session; made when it is first asked for."""
    found = session.findChild(FileWatch)
    return found if isinstance(found, FileWatch) else FileWatch(session)
