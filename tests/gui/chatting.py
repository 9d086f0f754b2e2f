"""Chats, projects and pages for the tests of the Chat page that need no engine."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from tests.gui.pictures import make_picture

CAT = "<ref>the cat</ref><box>(100,100),(300,400)</box>"


def new_project(session: Session, folder: Path) -> Project:
    assert session.create_project(folder / "p.qvl")
    assert session.project is not None
    return session.project


def add_chat(project: Project, title: str, answer: str = "It is a cat.", *pictures: Path, folder: str = "") -> int:
    """A chat of one exchange."""
    thread = project.add_thread(title, folder=folder)
    project.add_exchange(thread, None, f"{title}?", pictures, answer=answer, model="m", state="done")
    return thread


def picture(folder: Path, name: str = "cat.png") -> Path:
    return make_picture(folder / name, (1000, 1000))


def shown_page(session: Session, qtbot: QtBot, size: tuple[int, int] = (1280, 800)) -> ChatPage:
    made = ChatPage(session)
    qtbot.addWidget(made)
    made.resize(*size)
    made.show()
    qtbot.waitExposed(made)
    store = made.desk.chats.store
    kept = len(store.threads()) if store is not None else 0
    qtbot.waitUntil(lambda: len(made.threads.model.threads) == kept, timeout=5000)
    return made


def ready(page: ChatPage, qtbot: QtBot) -> ChatPage:
    """The page once its picture is decoded and its boxes are on it."""
    view = page.panel.view
    qtbot.waitUntil(lambda: view.picture_size is not None and not view.waiting and not view.boxes_pending)
    QApplication.processEvents()
    return page


def on_screen(page: ChatPage, x: float, y: float) -> QPoint:
    """Picture pixels to a point of the canvas."""
    view = page.panel.view
    return view.mapFromScene(x, y)


def drag(page: ChatPage, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag on the canvas, in picture pixels."""
    view = page.panel.view
    a, b = on_screen(page, *start), on_screen(page, *end)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=a)
    QTest.mouseMove(view.viewport(), (a + b) / 2)
    QTest.mouseMove(view.viewport(), b)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=b)


def click(page: ChatPage, x: float, y: float) -> None:
    QTest.mouseClick(page.panel.view.viewport(), Qt.MouseButton.LeftButton, pos=on_screen(page, x, y))


def press(page: ChatPage, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key where the focus is."""
    QTest.keyClick(QApplication.focusWidget() or page, key, modifiers)
