"""Wrong boxes put right in the chat, by mouse and by keys, and taken into the project in one click."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvl_desktop.core.tokens import BoxToken, parse
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.jobs.session import Session
from tests.gui.chatting import CAT, add_chat, click, drag, new_project, picture, press, ready, shown_page


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> ChatPage:
    project = new_project(session, tmp_path)
    add_chat(project, "Where is the cat", CAT, picture(tmp_path))
    made = shown_page(session, qtbot)
    made.desk.open(1)
    return ready(made, qtbot)


def boxes(page: ChatPage) -> list[tuple[int, int, int, int]]:
    answer = page.thread_data.exchanges[-1].answer
    found = [segment.box for segment in parse(answer) if isinstance(segment, BoxToken)]
    return [(box.x1, box.y1, box.x2, box.y2) for box in found]


def test_a_wrong_box_is_dragged_right_and_becomes_a_lesson(
    page: ChatPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    project = session.project
    assert project is not None
    click(page, 200, 250)
    assert page.panel.view.selected == (0, 0)
    assert "Drag the box" in page.panel.note
    drag(page, (200, 250), (400, 350))
    ((x1, y1, x2, y2),) = boxes(page)
    assert (x2 - x1, y2 - y1) == (200, 300)
    assert abs(x1 - 300) <= 3
    assert abs(y1 - 200) <= 3
    view = page.transcript.answers[0]
    assert view.version == "2/2"
    assert "Corrected by hand" in view.figures
    assert page.panel.view.selected == (0, 0)

    # Pulled at a handle: the same version goes on.
    drag(page, (x2, y2), (700, 800))
    ((a1, b1, a2, b2),) = boxes(page)
    assert (a1, b1) == (x1, y1)
    assert abs(a2 - 700) <= 3
    assert abs(b2 - 800) <= 3
    assert page.transcript.answers[0].version == "2/2"

    # What the model wrote stays, and is a click away.
    QTest.mouseClick(page.transcript.answers[0].back_button, Qt.MouseButton.LeftButton)
    assert page.thread_data.exchanges[-1].answer == CAT
    QTest.mouseClick(page.transcript.answers[0].forth_button, Qt.MouseButton.LeftButton)
    assert boxes(page) == [(a1, b1, a2, b2)]

    # One click: picture, region and conversation; one undo takes all of it back.
    with qtbot.waitSignal(session.offered) as told:
        QTest.mouseClick(page.transcript.answers[0].add_button, Qt.MouseButton.LeftButton)
    (row,) = project.conversations()
    assert row.turns[0].text.endswith("Where is the cat?")
    assert f"({a1},{b1}),({a2},{b2})" in row.turns[1].text
    (region,) = project.regions(project.picture_ids()[0])
    assert (region.ref, region.box.x1, region.box.y2) == ("the cat", a1, b2)
    assert [link.region_id for link in project.links(row.id)] == [region.id]
    undo = told.args[2][0]
    undo[1]()
    assert (project.picture_count(), project.region_count(), project.conversation_count()) == (0, 0, 0)

    # All of it is kept: another page finds it as it was left.
    again = shown_page(session, qtbot)
    assert boxes(again) == [(a1, b1, a2, b2)]
    assert again.transcript.answers[0].version == "2/2"


def test_the_same_lesson_twice_adds_no_region_twice(page: ChatPage, session: Session) -> None:
    project = session.project
    assert project is not None
    button = page.transcript.answers[0].add_button
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (project.picture_count(), project.region_count(), project.conversation_count()) == (1, 1, 2)


def test_all_of_it_by_keys(page: ChatPage, session: Session, qtbot: QtBot) -> None:
    page.composer.field.setFocus()
    press(page, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    view = page.panel.view
    assert view.hasFocus()
    assert view.selected == (0, 0)
    press(page, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert boxes(page) == [(110, 100, 310, 400)]
    press(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert boxes(page) == [(100, 100, 300, 400)]
    press(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert boxes(page) == [(100, 100, 300, 400)]
    press(page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert boxes(page) == [(110, 100, 310, 400)]
    press(page, Qt.Key.Key_Insert)
    assert "missing" in page.panel.note
    drag(page, (600, 600), (800, 900))
    first, second = boxes(page)
    assert first == (110, 100, 310, 400)
    assert all(abs(a - b) <= 3 for a, b in zip(second, (600, 600, 800, 900), strict=True))
    assert page.transcript.answers[0].text.startswith("the cat")
    assert view.selected == (0, 1)
    press(page, Qt.Key.Key_Tab)
    assert view.selected == (0, 0)
    press(page, Qt.Key.Key_Delete)
    assert boxes(page) == [second]
    press(page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.thread_data.exchanges[-1].answer == CAT
    press(page, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert session.project is not None
    assert session.project.conversation_count() == 1


def test_a_drag_beside_the_boxes_moves_the_picture(page: ChatPage) -> None:
    view = page.panel.view
    view.zoom_by(2.0)
    before = view.mapToScene(0, 0)
    drag(page, (600, 600), (500, 560))
    assert boxes(page) == [(100, 100, 300, 400)]
    assert page.transcript.answers[0].version == ""
    assert view.mapToScene(0, 0) != before


def test_quads_keep_their_corners(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    quad = "<ref>sign</ref><quad>(100,100),(300,120),(290,300),(90,280)</quad>"
    add_chat(new_project(session, tmp_path), "sign", quad, picture(tmp_path))
    page = shown_page(session, qtbot)
    page.desk.open(1)
    ready(page, qtbot)
    click(page, 200, 200)
    drag(page, (200, 200), (300, 200))
    answer = page.thread_data.exchanges[-1].answer
    assert answer.startswith("<ref>sign</ref><quad>(")
    assert "(200," in answer or "(199," in answer or "(201," in answer


def test_an_answer_with_many_boxes_goes_in_beside_the_window(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    many = "<ref>dot</ref>" + "".join(
        f"<box>({n % 900},{n // 2}),({n % 900 + 9},{n // 2 + 9})</box>" for n in range(450)
    )
    add_chat(project, "dots", many, picture(tmp_path))
    page = shown_page(session, qtbot)
    page.desk.open(1)
    with qtbot.waitSignal(session.offered, timeout=20_000) as told:
        page.add_to_project(0)
    assert "boxes: 450" in told.args[1]
    assert project.region_count() == 450
    session.undo()
    qtbot.waitUntil(lambda: not session.edits.running and project.region_count() == 0, timeout=20_000)


def test_without_a_project_it_says_what_to_do(session: Session, qtbot: QtBot) -> None:
    page = shown_page(session, qtbot)
    with qtbot.waitSignal(session.notice) as told:
        page.add_to_project(0)
    assert "project first" in told.args[1]
