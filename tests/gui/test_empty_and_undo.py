"""Empty places say what to do next; what is thrown away comes back by a click instead of a question beforehand."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.conversations.browser import CONVERSATIONS
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.gallery.page import PicturesPage
from qvl_desktop.gui.health.page import STATISTICS, HealthPage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.widgets.empty_state import WIDTH, EmptyState
from qvl_desktop.gui.widgets.nothing_here import NothingHere
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.servers import Server, keep_servers, known_servers
from tests.gui.every_page import settle
from tests.gui.pictures import make_picture

GUI = Path(__file__).resolve().parents[2] / "qvl_desktop" / "gui"


def open_project(session: Session, folder: Path, pictures: int = 0) -> None:
    assert session.create_project(folder / "p.qvl")
    assert session.project is not None
    if pictures:
        session.project.add_pictures([make_picture(folder / f"{n}.png", (100, 80)) for n in range(pictures)])


def shown(window: MainWindow, name: str) -> QWidget:
    window.show_page(name)
    settle(window)
    page = window._stack.currentWidget()
    assert page is not None
    return page


def empty_in(page: QWidget) -> EmptyState:
    """The empty state that is in sight."""
    return next(one for one in page.findChildren(EmptyState) if one.isVisible())


def nothing_in(page: QWidget) -> NothingHere:
    return next(one for one in page.findChildren(NothingHere) if one.isVisible())


# No project, nothing in it


@pytest.mark.parametrize("name", ["pictures", "annotate", "conversations", "review", "health"])
def test_without_a_project_the_start_page_stands_there(window: MainWindow, name: str) -> None:
    page = shown(window, name)
    assert type(page).__name__ == "WelcomePage"
    assert len([button for button in page.findChildren(QAbstractButton) if button.isVisible()]) >= 4


@pytest.mark.parametrize("name", ["pictures", "annotate", "conversations", "review", "health"])
def test_an_empty_project_says_what_is_next(window: MainWindow, session: Session, tmp_path: Path, name: str) -> None:
    open_project(session, tmp_path)
    state = empty_in(shown(window, name))
    assert state.title.text()
    assert state.words.text()
    buttons = [button for button in state.findChildren(QPushButton) if button.isVisible() and button.isEnabled()]
    assert buttons, "nothing can be done here"
    assert sum(button.property("kind") == "primary" for button in buttons) == 1


def test_an_empty_state_stands_in_the_middle(window: MainWindow, session: Session, tmp_path: Path) -> None:
    """Its words too, in a wide window and in a narrow one."""
    open_project(session, tmp_path)
    page = shown(window, "annotate")
    for width in (1024, 1600):
        window.resize(width, 700)
        QApplication.processEvents()
        state = empty_in(page)
        for label in (state.title, state.words):
            middle = label.mapTo(state, label.rect().center()).x()
            assert abs(middle - state.width() / 2) <= 2
            assert label.width() <= WIDTH


# Nothing found


def test_no_picture_found(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    open_project(session, tmp_path, pictures=3)
    page = shown(window, "annotate")
    assert isinstance(page, AnnotatePage)
    session.pictures.set_filter(PictureFilter(text="there is no such"))
    settle(window)
    nothing = nothing_in(page.pictures)
    assert nothing.words.text()
    qtbot.mouseClick(nothing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.pictures.ids) == 3, timeout=5000)
    assert not nothing.isVisible()


def test_no_picture_found_in_the_gallery(window: MainWindow, session: Session, tmp_path: Path) -> None:
    open_project(session, tmp_path, pictures=3)
    page = shown(window, "pictures")
    assert isinstance(page, PicturesPage)
    session.pictures.set_filter(PictureFilter(text="there is no such"))
    settle(window)
    assert [button for button in empty_in(page).findChildren(QPushButton) if button.isVisible()]


@pytest.mark.parametrize("mode", ["pictures", "conversations"])
def test_no_conversation_found(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot, mode: str) -> None:
    open_project(session, tmp_path, pictures=2)
    assert session.project is not None
    session.project.add_conversation(Conversation((Turn("user", "What is it?"), Turn("assistant", "A cup."))))
    page = shown(window, "conversations")
    assert isinstance(page, ConversationsPage)
    if mode == "conversations":
        page.browser.set_mode(CONVERSATIONS)
    page.browser.search.setText("there is no such")
    page.browser.reload()
    settle(window)
    assert page.nothing.title.text() == "Nothing found"
    qtbot.mouseClick(nothing_in(page.browser).button, Qt.MouseButton.LeftButton)
    settle(window)
    assert page.browser.search.text() == ""
    assert page.browser._model.ids
    assert not [one for one in page.browser.findChildren(NothingHere) if one.isVisible()]


def test_no_label_found(window: MainWindow, session: Session, tmp_path: Path) -> None:
    open_project(session, tmp_path, pictures=1)
    page = shown(window, "annotate")
    assert isinstance(page, AnnotatePage)
    assert "appear here" in nothing_in(page.labels).words.text()
    page.labels.search.setText("teapot")
    page.label_desk.refresh()
    settle(window)
    assert "Enter adds “teapot”" in nothing_in(page.labels).words.text()


def test_no_ref_found(window: MainWindow, session: Session, tmp_path: Path) -> None:
    open_project(session, tmp_path, pictures=1)
    page = shown(window, "health")
    assert isinstance(page, HealthPage)
    page.show_view(STATISTICS)
    settle(window)
    page.statistics.refs.search.setText("teapot")
    assert nothing_in(page.statistics.refs).words.text() == "No ref is called so."
    page.statistics.refs.search.clear()
    assert not [one for one in page.statistics.refs.findChildren(NothingHere) if one.isVisible()]


def test_no_chat_found(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    open_project(session, tmp_path)
    page = shown(window, "chat")
    assert isinstance(page, ChatPage)
    page.threads.search.setText("there is no such")
    qtbot.waitUntil(lambda: bool(page.threads.words.text()), timeout=5000)


# Undo instead of a question


def test_nobody_is_asked_whether_they_are_sure() -> None:
    """No message boxes and no questions in the window's code."""
    found = []
    for path in GUI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = {getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", "")}
            if "QMessageBox" in names:
                found.append(path.name)
    assert found == []


def offers(window: MainWindow) -> dict[str, Callable[[], object]]:
    """What the last notice offers."""
    return dict(window.toasts._toasts[-1].offers)


def test_a_server_that_was_removed_comes_back(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    keep_servers(session.settings, [Server("http://localhost:9/v1", "some-model", "qwen2-vl", "a key")])
    page = shown(window, "chat")
    assert isinstance(page, ChatPage)
    page.show_servers()
    form = page.settings.servers
    form.fill(known_servers(session.settings)[0].reference)
    qtbot.mouseClick(form.remove_button, Qt.MouseButton.LeftButton)
    assert known_servers(session.settings) == []
    offers(window)["Undo"]()
    assert [(one.url, one.key) for one in known_servers(session.settings)] == [("http://localhost:9/v1", "a key")]
    assert form.url.text() == "http://localhost:9/v1"


def test_a_filter_that_was_forgotten_comes_back(window: MainWindow, session: Session, tmp_path: Path) -> None:
    open_project(session, tmp_path, pictures=1)
    page = shown(window, "pictures")
    assert isinstance(page, PicturesPage)
    session.pictures.save("mine", PictureFilter(text="cup"))
    page.filters.open_panel()
    panel = page.filters.panel
    assert panel is not None
    panel.saved.setCurrentIndex(1)
    panel._take_saved(1)
    panel.forget.click()
    assert session.pictures.saved() == {}
    assert panel.forget.text() == "Undo"
    panel.forget.click()
    assert session.pictures.saved() == {"mine": PictureFilter(text="cup")}
    assert panel.forget.text() == "Forget"
    panel.close()
