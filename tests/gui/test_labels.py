"""The labels of the project on the Annotate page: picking, pinning, digits, other names, one step each."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from tests.gui.annotating import ALT, BOXES, CTRL, SHIFT, click, drag_by, give, go, open_page, press, shown, stored


@pytest.fixture
def page(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> AnnotatePage:
    return open_page(window, session, tmp_path, qtbot)


def listed(page: AnnotatePage) -> list[tuple[str, int, int, bool]]:
    page.label_desk.refresh()
    return [(row.ref, row.count, row.digit, row.pinned) for row in page.labels.model.rows]


def test_labels_are_listed_with_counts_over_the_whole_project(page: AnnotatePage, qtbot: QtBot) -> None:
    give(page)
    go(page, qtbot, 1)
    give(page)
    assert sorted(listed(page)) == [("cup 0", 2, 3, False), ("cup 1", 2, 2, False), ("cup 2", 2, 1, False)]


def test_typing_finds_and_enter_gives_the_label_to_the_selection(
    page: AnnotatePage, session: Session, qtbot: QtBot
) -> None:
    ids = give(page)
    page.desk.select(ids[0])
    press(page, Qt.Key.Key_Slash)
    assert page.labels.search.hasFocus()
    QTest.keyClicks(page.labels.search, "p 2")
    qtbot.waitUntil(lambda: [row.ref for row in page.labels.model.rows] == ["cup 2"])
    press(page, Qt.Key.Key_Return)
    assert [row.ref for row in stored(session)] == ["cup 2", "cup 1", "cup 2"]
    assert page.canvas.hasFocus()
    assert page.labels.search.text() == ""


def test_a_new_label_is_added_and_the_next_region_takes_it(page: AnnotatePage, session: Session) -> None:
    press(page, Qt.Key.Key_Slash)
    page.labels.search.insert("红色的杯子")
    press(page, Qt.Key.Key_Return)
    assert listed(page) == [("红色的杯子", 0, 1, True)]
    drag_by(page, (50, 50), (120, 120))
    press(page, Qt.Key.Key_Escape)
    assert stored(session)[0].ref == "红色的杯子"
    assert listed(page) == [("红色的杯子", 1, 1, True)]


def test_pinned_labels_keep_their_digits_in_the_project(
    page: AnnotatePage, session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    ids = give(page)
    page.label_desk.pin("cup 1", 5)
    page.label_desk.pin("lamp", 1)
    assert [(row[0], row[2]) for row in listed(page)][:1] == [("lamp", 1)]
    assert ("cup 1", 1, 5, True) in listed(page)
    page.desk.select_all_of([ids[0], ids[2]])
    press(page, Qt.Key.Key_5)
    assert [row.ref for row in stored(session)] == ["cup 1"] * 3
    press(page, Qt.Key.Key_1)
    assert [row.ref for row in stored(session)] == ["lamp", "cup 1", "lamp"]
    project = session.project
    assert project is not None
    path = project.path
    session.close_project()
    assert session.open_project(path)
    assert page.editing.digit_refs()[4] == "cup 1"
    assert page.editing.digit_refs()[0] == "lamp"


def test_pins_change_places_by_key_and_all_of_it_is_undone(page: AnnotatePage, session: Session) -> None:
    project = session.project
    assert project is not None
    for ref in ("a", "b", "c"):
        page.label_desk.pin(ref, 0)
    page.labels.view.setFocus()
    page.labels.view.setCurrentIndex(page.labels.model.index(0))
    press(page, Qt.Key.Key_Down, ALT)
    assert project.pinned_refs() == ["b", "a", "c"]
    page.label_desk.pin("c", 1)
    assert project.pinned_refs() == ["c", "a", "b"]
    page.label_desk.pin("a", -1)
    assert project.pinned_refs() == ["c", "", "b"]
    for _ in range(3):
        session.undo()
    assert project.pinned_refs() == ["a", "b", "c"]
    assert [row[0] for row in listed(page)] == ["a", "b", "c"]


def test_a_click_on_a_label_gives_it_and_several_offer_to_merge(page: AnnotatePage, session: Session) -> None:
    ids = give(page)
    page.desk.select(ids[0])
    listed(page)
    view = page.labels.view
    place = next(n for n, row in enumerate(page.labels.model.rows) if row.ref == "cup 2")
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(page.labels.model.index(place)).center()
    )
    assert stored(session)[0].ref == "cup 2"
    one = [action.text() for action in page.labels.menu_for(["cup 2"]).actions()]
    assert any("whole project" in text for text in one)
    assert any("Pin" in text for text in one)
    many = [action.text() for action in page.labels.menu_for(["cup 1", "cup 2"]).actions()]
    assert many == ["Merge 2 labels into one…"]


def test_a_label_is_renamed_in_the_whole_project_with_what_is_said(
    page: AnnotatePage, session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    project, picture = session.project, page.editing.picture
    assert project is not None
    assert picture is not None
    ids = give(page)
    token = stored(session)[0].token
    answer = f"<ref>cup 0</ref>{token}"
    talk = project.add_conversation(Conversation((user_turn([picture.path], "What?"), Turn("assistant", answer))))
    page.desk.select(ids[0])
    press(page, Qt.Key.Key_F2, SHIFT)
    bar = page.labels.rename
    assert bar.isVisible()
    qtbot.waitUntil(lambda: bar.use.text() == "Regions: 1 · Pictures: 1\nTurns of conversations that follow: 1")
    assert not bar.apply.isEnabled()
    bar.line.selectAll()
    QTest.keyClicks(bar.line, "cup 1")
    assert bar.apply.text() == "Merge"
    assert "1 region" in bar.apply.toolTip()
    QTest.keyClicks(bar.line, "x")
    assert bar.apply.text() == "Rename"
    press(page, Qt.Key.Key_Backspace)
    press(page, Qt.Key.Key_Return)
    assert not bar.isVisible()
    assert [row.ref for row in stored(session)] == ["cup 1", "cup 1", "cup 2"]
    assert project.conversation(talk).turns[1].text == f"<ref>cup 1</ref>{token}"
    assert "cup 1" in window.toasts.texts[0]
    press(page, Qt.Key.Key_Z, CTRL)
    assert [row.ref for row in stored(session)] == ["cup 0", "cup 1", "cup 2"]
    assert project.conversation(talk).turns[1].text == answer


def test_a_large_merge_and_its_undo_run_beside_the_window(
    page: AnnotatePage, session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    project, picture = session.project, page.editing.picture
    assert project is not None
    assert picture is not None
    boxes = [Shape.of_rect(Rect(n % 600, n % 400, n % 600 + 9, n % 400 + 9)) for n in range(700)]
    other = project.picture_ids()[2]
    project.add_shapes(other, [("car" if n % 2 else "Car", box) for n, box in enumerate(boxes)])
    words: list[str] = []
    session.edits.begun.connect(words.append)
    page.label_desk.ask_for_name(["car", "Car"])
    bar = page.labels.rename
    qtbot.waitUntil(lambda: "Regions: 700" in bar.use.text())
    bar.line.setText("automobile")
    press(page, Qt.Key.Key_Return)
    assert session.edits.running
    click(page, 100, 100)
    press(page, Qt.Key.Key_Delete)
    assert not page.canvas.busy, "what the user does meanwhile is held back"
    with qtbot.waitSignal(session.edits.ended, timeout=10_000):
        pass
    assert project.ref_counts() == {"automobile": 700}
    assert "700" in window.toasts.texts[0]
    press(page, Qt.Key.Key_Z, CTRL)
    assert session.edits.running
    qtbot.waitUntil(lambda: not session.edits.running, timeout=10_000)
    assert project.ref_counts() == {"Car": 350, "car": 350}
    assert words == ["Renaming to “automobile”", "Undo: Merge labels"]


def test_a_large_undo_can_be_given_up(page: AnnotatePage, session: Session, qtbot: QtBot) -> None:
    project = session.project
    assert project is not None
    boxes = [Shape.of_rect(Rect(n % 600, n % 400, n % 600 + 9, n % 400 + 9)) for n in range(9000)]
    project.add_shapes(project.picture_ids()[2], [("car", box) for box in boxes])
    press(page, Qt.Key.Key_Z, CTRL)
    assert session.edits.running
    press(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not session.edits.running, timeout=10_000)
    assert project.region_count() == 9000
    assert project.undo_text == "Add regions"
    press(page, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: not session.edits.running, timeout=10_000)
    assert project.region_count() == 0
    path = project.path
    session.close_project()
    assert session.open_project(path)
    shown(qtbot, page)
    assert session.project is not None
    assert session.project.can_redo, "redo is there after a restart"
    press(page, Qt.Key.Key_Z, CTRL | SHIFT)
    qtbot.waitUntil(lambda: not session.edits.running, timeout=10_000)
    assert session.project.region_count() == 9000


def test_the_undo_of_a_notice_takes_back_only_what_it_speaks_of(
    page: AnnotatePage, session: Session, window: MainWindow
) -> None:
    give(page)
    page.label_desk.rename(["cup 0"], "jug")
    (offer,) = [button for button in window.toasts.findChildren(QPushButton) if button.text() == "Undo"]
    drag_by(page, (50, 300), (120, 400))
    press(page, Qt.Key.Key_Escape)
    before = stored(session)
    offer.click()
    assert stored(session) == before
    assert "Other edits" in window.toasts.texts[-1]
    session.undo()
    page.label_desk.rename(["cup 1"], "mug")
    offers = [button for button in window.toasts.findChildren(QPushButton) if button.text() == "Undo"]
    offers[-1].click()
    assert [row.ref for row in stored(session)] == ["jug", "cup 1", "cup 2"]


def test_very_many_labels_are_looked_up_beside_the_window(
    page: AnnotatePage, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qvl_desktop.gui.annotate.label_desk._FRAME", 0.0)
    give(page)
    page.label_desk.refresh()
    assert len(page.labels.model.rows) == 3
    give(page, BOXES[:1], ref="vase")
    qtbot.waitUntil(lambda: "vase 0" in [row.ref for row in page.labels.model.rows])
    page.labels.search.setText("vas")
    qtbot.waitUntil(lambda: [row.ref for row in page.labels.model.rows] == ["vase 0"])
