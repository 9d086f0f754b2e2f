"""Opens what the user points at: a project file, or a folder of pictures.

Owns that choice and the indexing of a new folder beside the window. Does not own projects (`storage`) or dialogs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal

from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.project import SUFFIX, Project
from qvl_desktop.storage.rows import AddReport

SHOWN_PROBLEMS = 5


def open_path(session: Session, path: Path) -> bool:
    """Open a project file; for a folder, its project, made and filled with the folder's pictures when it is new.

    True when a project was opened. What goes wrong is shown through the session.
    """
    path = path.expanduser().absolute()
    if not path.is_dir():
        return session.open_project(path)
    target = path / f"{path.name or 'project'}{SUFFIX}"
    if target.exists():
        return session.open_project(target)
    if not session.create_project(target):
        return False
    index_pictures(session, [path])
    return True


def index_pictures(session: Session, paths: Iterable[Path]) -> None:
    """Add pictures and the pictures of folders to the open project, beside the window, and say what came of it."""
    if session.project is not None:
        adding = Adding(session, session.project, list(paths))
        session.pictures.addingBegun.emit(adding)
        adding.start()


class Adding(QObject):
    """Pictures being added: they appear as they are read. A child of the session until it is done.

    Signals: `progressed(done, total)` (a total of 0: still searching); `ended()`.
    """

    progressed = Signal(int, int)
    ended = Signal()

    def __init__(self, session: Session, project: Project, paths: list[Path]) -> None:
        super().__init__(session)
        self._session = session
        self._project = project
        self._paths = paths
        self._stop = Event()

    def start(self) -> None:
        """Begin beside the window."""
        task = Task.reporting(lambda report: self._project.add_pictures(self._paths, report, stop=self._stop.is_set))
        task.on_success(self._tell).on_progress(self._progress).on_end(self._end).start(self, serial=True)

    def stop(self) -> None:
        """Add no more; what is in the project stays."""
        self._stop.set()

    def _progress(self, progress: tuple[int, int]) -> None:
        self.progressed.emit(*progress)

    def _end(self) -> None:
        self.ended.emit()
        self.deleteLater()

    def _tell(self, report: AddReport) -> None:
        problems = report.problems
        lines = [self.tr("%n picture(s) added.", "", report.added)]
        if report.stopped:
            lines = [self.tr("Stopped: %n picture(s) were added, undo takes them away.", "", report.added)]
        if report.known:
            lines.append(self.tr("%n picture(s) were there already.", "", report.known))
        if problems:
            lines.append(self.tr("%n file(s) were left out:", "", len(problems)))
            lines += problems[:SHOWN_PROBLEMS]
            if len(problems) > SHOWN_PROBLEMS:
                lines.append("…")
        self._session.notice.emit("warning" if problems else "success", "\n".join(lines))
