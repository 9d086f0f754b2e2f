"""Opens what the user points at: a project file, or a folder of pictures.

Owns that choice and the indexing of a new folder beside the window. Does not own projects (`storage`) or dialogs.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.project import SUFFIX

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
    project, chosen = session.project, list(paths)
    if project is None:
        return
    task = Task.reporting(lambda report: project.add_pictures(chosen, report))
    task.on_success(lambda report: _tell(session, report.added, report.known, report.problems))
    task.start(session, serial=True)


def _tell(session: Session, added: int, known: int, problems: tuple[str, ...]) -> None:
    lines = [QCoreApplication.translate("opening", "%n picture(s) added.", "", added)]
    if known:
        lines.append(QCoreApplication.translate("opening", "%n picture(s) were there already.", "", known))
    if problems:
        lines.append(QCoreApplication.translate("opening", "%n file(s) were left out:", "", len(problems)))
        lines += problems[:SHOWN_PROBLEMS]
        if len(problems) > SHOWN_PROBLEMS:
            lines.append("…")
    session.notice.emit("warning" if problems else "success", "\n".join(lines))
