"""Chats: found, opened, renamed, copied, filed, thrown away and brought back, written out, and there again later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.gui.chat.thread_model import Folder
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.chat_file import open_chats
from qvl_desktop.storage.project import Project
from tests.gui.chatting import CAT, add_chat, new_project, picture, press, shown_page
from tests.gui.pictures import make_picture

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> ChatPage:
    project = new_project(session, tmp_path)
    for title in ("Cats", "Dogs", "Birds"):
        add_chat(project, title, f"About {title.upper()}.")
    return shown_page(session, qtbot)


def titles(page: ChatPage) -> list[str]:
    rows = (page.threads.model.row(at) for at in range(page.threads.model.rowCount()))
    return [f"[{row.name}]" if isinstance(row, Folder) else row.title for row in rows if row is not None]


def row_rect(page: ChatPage, title: str) -> QRect:
    view = page.threads.view
    return view.visualRect(page.threads.model.index(titles(page).index(title), 0))


def click_row(page: ChatPage, title: str) -> None:
    QTest.mouseClick(page.threads.view.viewport(), Qt.MouseButton.LeftButton, pos=row_rect(page, title).center())


def menu_of(page: ChatPage, title: str) -> QMenu:
    row = page.threads.model.row(titles(page).index(title))
    assert row is not None
    page.threads.view.setCurrentIndex(page.threads.model.index(titles(page).index(title), 0))
    return page.threads.make_menu(row)


def choose(menu: QMenu, words: str) -> None:
    for action in menu.actions():
        if action.text() == words:
            action.trigger()
            return
        inner = action.menu()
        if isinstance(inner, QMenu) and any(one.text() == words for one in inner.actions()):
            choose(inner, words)
            return
    raise AssertionError(words)


def project_of(session: Session) -> Project:
    assert session.project is not None
    return session.project


def test_a_chat_is_opened_by_a_click_and_by_keys(page: ChatPage) -> None:
    assert titles(page) == ["Birds", "Dogs", "Cats"]
    click_row(page, "Dogs")
    assert page.thread_data.title == "Dogs"
    assert page.transcript.answers[0].text == "About DOGS."
    assert page._middle.currentWidget() is page.transcript
    page.composer.field.setFocus()
    press(page, Qt.Key.Key_PageDown, CTRL)
    assert page.thread_data.title == "Cats"
    press(page, Qt.Key.Key_PageUp, CTRL)
    press(page, Qt.Key.Key_PageUp, CTRL)
    assert page.thread_data.title == "Birds"


def test_search_finds_titles_and_texts(page: ChatPage, qtbot: QtBot) -> None:
    page.composer.field.setFocus()
    press(page, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(page.threads.search, "about dog")
    qtbot.waitUntil(lambda: titles(page) == ["Dogs"])
    page.threads.search.setText("nothing of it")
    qtbot.waitUntil(lambda: titles(page) == [])
    assert page.threads.words.text() == "No chat has these words."
    QTest.keyClick(page.threads.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(titles(page)) == 3)


def test_a_title_is_written_over_in_its_row(page: ChatPage, session: Session, qtbot: QtBot) -> None:
    click_row(page, "Dogs")
    page.threads.view.setFocus()
    QTest.keyClick(page.threads.view, Qt.Key.Key_F2)
    editor = page.threads.view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Hounds")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Hounds" in titles(page))
    assert {row.title for row in project_of(session).threads()} == {"Cats", "Hounds", "Birds"}
    assert page.thread_data.title == "Hounds"


def test_deleted_chats_come_back(page: ChatPage, session: Session, qtbot: QtBot) -> None:
    click_row(page, "Dogs")
    page.threads.view.setFocus()
    with qtbot.waitSignal(session.offered) as told:
        QTest.keyClick(page.threads.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: titles(page) == ["Birds", "Cats"])
    assert page.thread_data.title == "Cats"
    assert told.args[1] == "Chat deleted."
    told.args[2][0][1]()
    qtbot.waitUntil(lambda: titles(page) == ["Birds", "Dogs", "Cats"])
    assert page.thread_data.title == "Dogs"
    assert project_of(session).undo_text is None  # chats are no part of the project's history


def test_folders(page: ChatPage, session: Session, qtbot: QtBot) -> None:
    choose(menu_of(page, "Dogs"), "New folder…")
    assert page.threads.folder_field.isVisible()
    QTest.keyClicks(page.threads.folder_field, "Pets")
    QTest.keyClick(page.threads.folder_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(page) == ["[Pets]", "Dogs", "Birds", "Cats"])
    choose(menu_of(page, "Cats"), "Pets")
    qtbot.waitUntil(lambda: titles(page) == ["[Pets]", "Dogs", "Cats", "Birds"])
    click_row(page, "[Pets]")
    assert titles(page) == ["[Pets]", "Birds"]
    page.threads.view.setFocus()
    QTest.keyClick(page.threads.view, Qt.Key.Key_Right)
    page.threads.view.setCurrentIndex(page.threads.model.index(0, 0))
    QTest.keyClick(page.threads.view, Qt.Key.Key_Right)
    assert titles(page) == ["[Pets]", "Dogs", "Cats", "Birds"]
    choose(menu_of(page, "[Pets]"), "Take all out of this folder")
    qtbot.waitUntil(lambda: titles(page) == ["Birds", "Dogs", "Cats"])


def test_a_copy_is_opened(page: ChatPage, session: Session, qtbot: QtBot) -> None:
    choose(menu_of(page, "Cats"), "Duplicate")
    qtbot.waitUntil(lambda: "Cats (copy)" in titles(page))
    assert page.thread_data.title == "Cats (copy)"
    assert page.thread_data.exchanges[0].answer == "About CATS."
    assert page.thread_data.exchanges[0].id != project_of(session).exchanges(1)[0].id


@pytest.mark.parametrize("ending", [".md", ".json"])
def test_a_chat_is_written_to_a_file(
    ending: str, page: ChatPage, session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / f"out{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    click_row(page, "Cats")
    page.composer.field.setFocus()
    with qtbot.waitSignal(session.notice) as told:
        press(page, Qt.Key.Key_S, CTRL)
    assert told.args[0] == "success"
    text = target.read_text(encoding="utf-8")
    if ending == ".json":
        assert json.loads(text)["exchanges"][0]["answer"] == "About CATS."
    else:
        assert text.startswith("# Cats\n")


def test_a_file_that_cannot_be_written_is_told(page: ChatPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(session.notice) as told:
        page.desk.export(1, tmp_path / "nowhere" / "x.md")
    assert told.args[0] == "error"
    assert "another folder" in told.args[1]


def test_the_open_chat_is_there_again(page: ChatPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    click_row(page, "Dogs")
    again = shown_page(session, qtbot)
    assert again.thread_data.title == "Dogs"
    again.new_chat()
    assert again.thread_data.exchanges == []
    session.close_project()
    assert again.thread_data.id == 0
    assert session.open_project(tmp_path / "p.qvl")
    assert again.thread_data.exchanges == []
    click_row(again, "Cats") if "Cats" in titles(again) else again.desk.open(1)
    session.close_project()
    assert again.thread_data.exchanges == []
    assert session.open_project(tmp_path / "p.qvl")
    assert again.thread_data.title == "Cats"


def test_without_a_project_chats_are_the_users_own(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    page = shown_page(session, qtbot)
    page.desk.add(Exchange("What is it?", (), answer="A cat.", state=State.DONE), None)
    qtbot.waitUntil(lambda: titles(page) == ["What is it?"])
    kept = open_chats()
    assert [row.title for row in kept.threads()] == ["What is it?"]
    kept.close()
    # It comes along into a project, and stays where it was too.
    project = new_project(session, tmp_path)
    assert [row.title for row in project.threads()] == ["What is it?"]
    assert page.thread_data.exchanges[0].answer == "A cat."
    session.close_project()
    qtbot.waitUntil(lambda: titles(page) == ["What is it?"])


def test_where_nothing_can_be_kept_the_chat_goes_on(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("QVL_CONFIG_DIR", str(blocked))
    with qtbot.waitSignal(session.notice) as told:
        page = ChatPage(session)
        qtbot.addWidget(page)
    assert "not kept" in told.args[1]
    page.desk.add(Exchange("What is it?", (), answer="A cat.", state=State.DONE), None)
    page.talk.show_thread()
    assert page.transcript.answers[0].text == "A cat."


def test_versions_are_stepped_through(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    thread = project.add_thread("x")
    one = project.add_exchange(thread, None, "one", answer="1", state="done")
    project.add_exchange(thread, one, "two", answer="2", state="done")
    other = project.add_exchange(thread, one, "two otherwise", answer="II", state="done")
    project.add_exchange(thread, other, "three", answer="III", state="done")
    page = shown_page(session, qtbot)
    page.desk.open(thread)
    qtbot.waitUntil(lambda: page.transcript.complete)
    assert [view.text for view in page.transcript.answers] == ["1", "II", "III"]
    assert [view.version for view in page.transcript.answers] == ["", "2/2", ""]
    QTest.mouseClick(page.transcript.answers[1].back_button, Qt.MouseButton.LeftButton)
    assert [view.text for view in page.transcript.answers] == ["1", "2"]
    again = shown_page(session, qtbot)
    assert [exchange.answer for exchange in again.thread_data.exchanges] == ["1", "2"]
    QTest.mouseClick(page.transcript.answers[1].forth_button, Qt.MouseButton.LeftButton)
    assert [view.text for view in page.transcript.answers] == ["1", "II", "III"]


def test_pictures_come_from_the_project_without_leaving_the_page(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    from qvl_desktop.gui.conversations.picture_picker import PicturePicker

    project = new_project(session, tmp_path)
    project.add_pictures([make_picture(tmp_path / f"{name}.png", (40, 30)) for name in "abc"])
    add_chat(project, "x")
    page = shown_page(session, qtbot)
    page.composer.field.setEnabled(True)
    page.pick_pictures()
    picker = page.findChild(PicturePicker)
    assert picker is not None
    qtbot.waitUntil(lambda: picker.model.rowCount() == 3)
    assert picker.windowTitle() == "Add pictures to the question"
    view = picker.view
    first = view.visualRect(picker.model.index(0, 0)).center()
    third = view.visualRect(picker.model.index(2, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, CTRL, third)
    QTest.mouseClick(picker.ok, Qt.MouseButton.LeftButton)
    assert [path.name for path in page.composer.pictures] == ["a.png", "c.png"]
    assert page.panel.path == page.composer.pictures[-1]


def test_an_answer_belongs_to_the_right_one_of_several_pictures(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    a, b = picture(tmp_path, "a.png"), picture(tmp_path, "b.png")
    thread = project.add_thread("x")
    one = project.add_exchange(thread, None, "first", [a, b], answer=CAT, state="done")
    project.add_exchange(thread, one, "second", [a], answer=CAT.replace("100", "200"), state="done")
    page = shown_page(session, qtbot)
    page.desk.open(thread)
    qtbot.waitUntil(lambda: page.panel.path == a and len(page.panel.view.boxes) == 1)
    qtbot.waitUntil(lambda: page.transcript.complete)
    QTest.mouseClick(page.transcript.answers[0].body.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 8))
    qtbot.waitUntil(lambda: page.panel.path == b and len(page.panel.view.boxes) == 1)
    assert page.panel.view.boxes[0].key == (0, 0)
    page.composer.field.setFocus()
    press(page, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert page.pictures.shown == 1
    assert page.panel.path == a


def test_the_list_makes_way_in_a_narrow_window(page: ChatPage) -> None:
    assert page.threads.isVisible()
    page.resize(940, 600)
    QApplication.processEvents()
    assert not page.threads.isVisible()
    QTest.mouseClick(page.bar.list_button, Qt.MouseButton.LeftButton)
    assert page.threads.isVisible()
    page.resize(930, 600)
    QApplication.processEvents()
    assert page.threads.isVisible()


def test_pictures_are_pasted_anywhere_and_bad_ones_are_told(
    page: ChatPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    """Several at once; a broken one and one of 200 megapixels are named, and the others stay."""
    good = [make_picture(tmp_path / f"{name}.png", (40, 30)) for name in "ab"]
    broken, huge = tmp_path / "broken.png", tmp_path / "huge.png"
    broken.write_bytes(good[0].read_bytes()[:30])
    Image.new("1", (20_000, 10_000)).save(huge)
    told: list[str] = []
    session.notice.connect(lambda level, words: told.append(words))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (good[0], broken, huge, good[1])])
    QGuiApplication.clipboard().setMimeData(data)
    page.composer.setEnabled(True)
    page.panel.view.setFocus()
    QTest.keyClick(page, Qt.Key.Key_V, CTRL)
    assert page.composer.pictures == good
    assert len(told) == 2
    assert str(broken) in told[0]
    assert str(huge) in told[1]
