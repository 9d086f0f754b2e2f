"""Checks the open project beside the window, and again where something changed.

Owns when a check runs, cancelling it, what has to be looked at again, and the shelf of findings. Does not own the
checks (`storage.checking`) nor how findings are shown (`gui.health`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvl_desktop.core.lint import DEFAULT_LIMIT
from qvl_desktop.jobs.file_watch import files_of
from qvl_desktop.jobs.task import Report, Task
from qvl_desktop.storage.checking import ProjectCheck
from qvl_desktop.storage.finding_shelf import FindingShelf
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change

if TYPE_CHECKING:
    from qvl_desktop.jobs.session import Session

AFTER_CHANGE_MS = 150
_GIVE_WAY = 0.001


class Dirt:
    """What changed since it was checked."""

    def __init__(self) -> None:
        self.conversations: set[int] = set()
        self.pictures: set[int] = set()
        self.files = False
        self.said = False
        self.any = False

    def add(self, change: Change) -> None:
        """Note a change of the project."""
        self.conversations |= change.conversation_ids
        if change.kind in ("pictures", "regions"):
            self.pictures |= change.picture_ids
        self.files |= change.kind in ("pictures", "files", "headers")
        self.said |= change.kind in ("pictures", "conversations")
        self.any = True

    def __bool__(self) -> bool:
        return self.any


class HealthCheck(QObject):
    """The findings of the open project.

    Signals:
        changed(): the shelf holds others.
        progressed(done, total): of the check that runs.
        stateChanged(): `running`, `complete` or `shelf` is another.
    """

    changed = Signal()
    progressed = Signal(int, int)
    stateChanged = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._project: Project | None = None
        self._check: ProjectCheck | None = None
        self._task: Task[None] | None = None
        self._dirt = Dirt()
        self._wanted = False
        self.shelf = FindingShelf()
        self.complete = False
        """Everything was checked once; what changed since is checked as it changes."""
        self.limit = DEFAULT_LIMIT
        self.files = files_of(session)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_CHANGE_MS)
        self._timer.timeout.connect(self._go_on)
        session.projectChanged.connect(self._on_project)
        session.contentChanged.connect(self._on_change)
        self.files.stateChanged.connect(self._on_files)
        self._on_project()

    @property
    def running(self) -> bool:
        return self._task is not None

    def start(self) -> None:
        """Check everything, unless that was done or is being done."""
        self._wanted = True
        if self._project is not None and not self.complete and self._task is None:
            self._run_all()

    def start_over(self) -> None:
        """Check everything once more, files included."""
        self._halt()
        self._wanted = True
        self.complete = False
        self.files.look_now()
        self._timer.start(0)

    def cancel(self) -> None:
        """Stop the check that runs, and check no more until `start`; what it found stays."""
        self._wanted = False
        self._halt()

    def _halt(self) -> None:
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()

    def set_limit(self, tokens: int) -> None:
        """How many tokens a conversation may have; checks the conversations again."""
        if tokens == self.limit:
            return
        self.limit = tokens
        self._halt()
        if self._project is not None:
            self._check = ProjectCheck(self._project, self.shelf, limit=self.limit)
            self.complete = False
            self._timer.start()

    # When

    @Slot()
    def _on_project(self) -> None:
        self._halt()
        self._task = None
        old, self.shelf = self.shelf, FindingShelf()
        old.close()
        self._project = self._session.project
        self._check = ProjectCheck(self._project, self.shelf, limit=self.limit) if self._project else None
        self._dirt = Dirt()
        self.complete = False
        self.stateChanged.emit()
        self.changed.emit()
        if self._wanted and self._project is not None:
            self._timer.start()

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        self._dirt.add(change)
        if change.kind == "files" and self.files.running:
            return  # they come by the dozen until all are read
        if self._wanted and self._project is not None:
            self._timer.start()

    @Slot()
    def _on_files(self) -> None:
        if not self.files.running and self._dirt and self._wanted and self._project is not None:
            self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        if self._task is not None or self._project is None:
            return
        if not self.complete:
            self._run_all()
        elif self._dirt:
            self._run_again()

    # What

    def _run_all(self) -> None:
        check = self._check
        self._dirt = Dirt()
        if check is not None:
            self._run(check, lambda tell: check.everything(tell), complete=True)

    def _run_again(self) -> None:
        check, dirt = self._check, self._dirt
        self._dirt = Dirt()
        if check is None:
            return
        with_files = not self.files.running
        if dirt.files and not with_files:
            self._dirt.add(Change("files"))

        def again(tell: Report) -> None:
            check.take_kept()
            if dirt.files:
                check.files()
            check.regions(dirt.pictures, tell)
            check.conversations(dirt.conversations, tell)
            if dirt.files or dirt.said:
                check.as_a_whole(tell, alike=with_files)
            else:
                check.refs()

        self._run(check, again)

    def _run(self, check: ProjectCheck, work: object, *, complete: bool = False) -> None:
        assert callable(work)

        def op(report: Report) -> None:
            def tell(done: int, total: int) -> None:
                report(done, total)
                time.sleep(_GIVE_WAY)

            work(tell)

        task = Task.reporting(op)
        self._task = task

        def done(_: None) -> None:
            if self._check is check and self._task is task:
                self.complete = self.complete or complete

        def end() -> None:
            if self._task is not task:
                return
            self._task = None
            self.stateChanged.emit()
            self.changed.emit()
            self._on_files()

        task.on_success(done).on_failure(lambda error: self._on_failure(check, error)).on_progress(
            self._on_progress
        ).on_end(end)
        task.start(self)
        self.stateChanged.emit()

    def _on_progress(self, pair: tuple[int, int]) -> None:
        self.progressed.emit(*pair)

    def _on_failure(self, check: ProjectCheck, error: Exception) -> None:
        """A project that was closed meanwhile is no failure."""
        if check is self._check:
            self._session.report(error)


def health_of(session: Session) -> HealthCheck:
    """The check of a session; made when it is first asked for."""
    found = session.findChild(HealthCheck)
    return found if isinstance(found, HealthCheck) else HealthCheck(session)
