"""Opens the demo project: a copy of its own for the user to work in, made the first time.

Owns where the copy lies. Does not own what is in it (`storage.demo_project`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale

from qvl_desktop.core.templates import Language
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.demo_project import PROJECT_NAME, make_demo_project, read_shipped
from qvl_desktop.storage.settings import data_folder


def open_demo_project(session: Session) -> None:
    """Open the user's copy of the demo project; when there is none, make it beside the window first."""
    folder = data_folder() / "demo"
    project = folder / PROJECT_NAME
    if project.exists():
        session.open_project(project)
        return
    language: Language = "zh" if QLocale().language() == QLocale.Language.Chinese else "en"

    def make() -> Path:
        return make_demo_project(folder, read_shipped(language), language)

    Task(make).on_success(lambda path: _opened(session, path)).start(session, serial=True)


def _opened(session: Session, path: Path) -> None:
    session.open_project(path)
