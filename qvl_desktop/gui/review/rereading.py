"""Which rows wait for review, asked beside the window and never twice at a time.

Owns that one question, asked again when something changed meanwhile. Does not own the query or what is shown of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.project import Project


class Rereading(QObject):
    """Asks `read` for the ids of a project and hands them to `take`; [] without a project. An answer about a project
    that was closed meanwhile is dropped."""

    def __init__(
        self, session: Session, read: Callable[[Project], list[int]], take: Callable[[list[int]], None], owner: QObject
    ) -> None:
        super().__init__(owner)
        self._session = session
        self._read = read
        self._take = take
        self._asking: Task[list[int]] | None = None
        self._again = False

    def ask(self) -> None:
        """Ask now, or again once the question under way is answered."""
        project = self._session.project
        if project is None:
            self._take([])
        elif self._asking is not None:
            self._again = True
        else:
            task: Task[list[int]] = Task(partial(self._read, project))
            self._asking = task
            task.on_success(partial(self._answered, project)).on_failure(partial(self._failed, project))
            task.on_end(self._asked).start(self)

    def _answered(self, project: Project, ids: list[int]) -> None:
        if project is self._session.project:
            self._take(ids)

    def _failed(self, project: Project, error: Exception) -> None:
        if project is self._session.project:
            self._session.report(error)

    def _asked(self) -> None:
        self._asking = None
        if self._again:
            self._again = False
            self.ask()
