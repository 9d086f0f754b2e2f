"""Projects and pages for the tests of the Conversations page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from tests.gui.pictures import make_picture


def new_project(session: Session, folder: Path, names: str) -> Project:
    """A new project with a picture of 1000 x 1000 for each letter of `names`."""
    files = [make_picture(folder / f"{name}.png", (1000, 1000)) for name in names]
    assert session.create_project(folder / "p.qvl")
    made = session.project
    assert made is not None
    made.add_pictures(files)
    return made


def shown_page(window: MainWindow) -> ConversationsPage:
    """The page, shown in a large window; `ready` waits for its picture."""
    window.resize(1400, 900)
    window.show_page("conversations")
    made = window.findChild(ConversationsPage)
    assert made is not None
    return made


def ready(page: ConversationsPage, qtbot: QtBot) -> ConversationsPage:
    """The page once its picture is decoded and its turns have their size."""
    qtbot.waitUntil(lambda: page.pane.view.picture_size is not None and not page.pane.view.waiting, timeout=10_000)
    QApplication.processEvents()
    return page
