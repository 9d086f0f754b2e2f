"""Boxes beside the turns: what the hand does on the canvas and to chips, down to the rows of the project file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.conversations.browser import CONVERSATIONS
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.conversations.picture_pane import MODEL
from qvl_desktop.gui.conversations.turn_view import TurnView
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from tests.gui.pictures import click, drag, on_screen
from tests.gui.talking import new_project, ready, shown_page

LEFT, CTRL, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
CAT, FAR = "<box>(100,100),(300,300)</box>", "<box>(500,500),(750,750)</box>"
QUAD = "<quad>(800,100),(900,120),(880,200),(790,190)</quad>"


@pytest.fixture
def project(session: Session, tmp_path: Path) -> Project:
    """Pictures of 1000 x 1000, the first with two cats and a sign, and two conversations about the cats."""
    made = new_project(session, tmp_path, "abc")
    first = made.picture_ids()[0]
    made.add_regions(first, [("cat", Rect(100, 100, 300, 300)), ("cat", Rect(500, 500, 750, 750))])
    made.add_shapes(first, [("sign", Shape.of_corners([(800, 100), (900, 120), (880, 200), (790, 190)]))])
    made.add_conversation(
        Conversation(
            (
                user_turn(["a.png"], "Find the cats."),
                Turn("assistant", f"<ref>cat</ref>{CAT}{FAR} and <ref>sign</ref>{QUAD}, not <box>(5,5),(60,60)</box>."),
            )
        )
    )
    made.add_conversation(Conversation((user_turn(["a.png"], f"What is in {CAT}?"), Turn("assistant", "A cat."))))
    return made


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> ConversationsPage:
    return ready(shown_page(window), qtbot)


def rows(project: Project, query: str) -> list[tuple[object, ...]]:
    """What stands in the file itself."""
    with sqlite3.connect(f"file:{project.path}?mode=ro", uri=True) as connection:
        return connection.execute(query).fetchall()


def texts(project: Project) -> list[str]:
    return [str(row[0]) for row in rows(project, "SELECT text FROM turns ORDER BY conversation_id, position")]


def ids(project: Project) -> list[int]:
    return [row.id for row in project.regions(project.picture_ids()[0])]


def chip(view: TurnView, kind: str, number: int = 0) -> QPoint:
    pieces = [piece for piece in view.text.shown.pieces if piece.kind == kind]
    return view.text.chip_rects(pieces[number])[0].center().toPoint()


def click_chip(view: TurnView, kind: str, number: int = 0) -> None:
    QTest.mouseClick(view.text.viewport(), LEFT, pos=chip(view, kind, number))


def select(page: ConversationsPage, x: float, y: float) -> None:
    click(page.pane.view, x, y)


# Moving


def test_a_box_dragged_moves_its_tokens_in_every_turn_live_and_in_one_step(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    before = texts(project)
    view = page.pane.view
    select(page, 200, 200)
    assert view.selected == ids(project)[0]
    answer, other = page.cards.turns[1], page.cards.turns[2]
    start, stop = on_screen(view, 200, 200), on_screen(view, 300, 260)
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    for step in (0.3, 0.7, 1.0):
        QTest.mouseMove(view.viewport(), start + (stop - start) * step)
    moved = answer.text.shown.pieces[2].box
    assert moved is not None
    assert (moved.x1, moved.y1) == (pytest.approx(200, abs=2), pytest.approx(160, abs=3))  # to a pixel of the screen
    assert answer.text.shown.pieces[2].shown == next(p for p in other.text.shown.pieces if p.kind == "box").shown
    assert texts(project) == before, "nothing is stored while the mouse is down"
    QTest.mouseRelease(view.viewport(), LEFT, pos=stop)
    token = project.region(ids(project)[0]).token
    assert token != CAT
    assert [text.count(token) for text in texts(project)] == [0, 1, 1, 0]
    assert not any(CAT in text for text in texts(project))
    session.undo()
    assert texts(project) == before
    assert rows(project, "SELECT x1, y1 FROM regions ORDER BY id LIMIT 1") == [(100.0, 100.0)]
    assert answer.text.shown.pieces[2].shown.strip() == "100,100–300,300"


def test_escape_gives_a_drag_up_and_tokens_go_back(page: ConversationsPage, project: Project) -> None:
    before = texts(project)
    view = page.pane.view
    select(page, 200, 200)
    start = on_screen(view, 200, 200)
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    QTest.mouseMove(view.viewport(), on_screen(view, 300, 300))
    QTest.mouseMove(view.viewport(), on_screen(view, 320, 320))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view.viewport(), LEFT, pos=on_screen(view, 320, 320))
    assert texts(project) == before
    assert page.cards.turns[1].text.shown.source == before[1]


def test_a_quad_follows_its_region_and_arrow_keys_are_one_step(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    select(page, 850, 150)
    assert page.pane.view.selected == ids(project)[2]
    page.pane.view.setFocus()
    for _ in range(3):
        QTest.keyPress(page.pane.view, Qt.Key.Key_Right)
    QTest.keyRelease(page.pane.view, Qt.Key.Key_Right)
    assert "<quad>(803,100),(903,120),(883,200),(793,190)</quad>" in texts(project)[1]
    assert session.project is not None
    assert session.project.undo() == "Move region"
    assert QUAD in texts(project)[1]


def test_a_loose_token_is_dragged_too_and_changes_only_its_text(page: ConversationsPage, project: Project) -> None:
    select(page, 30, 30)
    drag(page.pane.view, (30, 30), (130, 30))
    (changed,) = [text for text in texts(project) if "not <box>" in text]
    assert "not <box>(5,5)" not in changed
    assert ",60)</box>." in changed
    assert len(ids(project)) == 3
    assert project.undo() == "Move region"


# Chips


def test_a_click_on_a_chip_lets_its_box_flash_and_selects_it_and_a_click_on_a_box_its_chip(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    answer = page.cards.turns[1]
    click_chip(answer, "box", 1)
    far = ids(project)[1]
    assert page.pane.view.flashing == {far}
    assert page.pane.view.selected == far
    assert answer.text.picked is not None
    assert answer.text.picked.ordinals == (1,)
    qtbot.waitUntil(lambda: page.pane.view.flashing == frozenset(), timeout=3000)
    select(page, 200, 200)
    assert answer.text.picked is not None
    assert answer.text.picked.ordinals == (0,)
    assert 0 in answer.text._lit
    QTest.mouseMove(page.cards.turns[1].text.viewport(), chip(answer, "quad"))
    assert page.pane.view.lit == {ids(project)[2]}


def test_keys_on_a_chip_walk_reorder_remove_and_link(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    answer = page.cards.turns[1]
    click_chip(answer, "box", 0)
    text = answer.text
    QTest.keyClick(text, Qt.Key.Key_Right, ALT)
    assert f"<ref>cat</ref>{FAR}{CAT} and" in texts(project)[1]
    assert text.picked is not None
    assert text.picked.ordinals == (1,)
    assert [(row.ordinal, row.region_id) for row in project.links(project.conversation_ids()[0])] == [
        (0, ids(project)[1]), (1, ids(project)[0]), (2, ids(project)[2]),
    ]  # fmt: skip
    QTest.keyClick(text, Qt.Key.Key_Left)
    assert text.picked.ordinals == (0,)
    QTest.keyClick(text, Qt.Key.Key_Delete)
    assert f"<ref>cat</ref>{CAT} and" in texts(project)[1]
    assert project.undo() == "Edit turn"
    click_chip(answer, "box", 1)
    QTest.keyClick(text, Qt.Key.Key_L)
    assert rows(project, "SELECT ordinal, region_id FROM links WHERE region_id IS NULL") == [(1, None)]
    project.move_region(ids(project)[0], Rect(0, 0, 50, 50))
    assert CAT in texts(project)[1]
    assert "(0,0),(50,50)" in texts(project)[2]
    project.undo()
    click_chip(answer, "box", 1)
    QTest.keyClick(text, Qt.Key.Key_L)
    assert rows(project, "SELECT count(*) FROM links WHERE region_id IS NULL") == [(0,)]
    assert len(project.links(project.conversation_ids()[0])) == 3


def test_a_loose_token_becomes_a_region_where_it_overlaps_none(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    click_chip(answer, "box", 2)
    QTest.keyClick(answer.text, Qt.Key.Key_L)
    region = project.regions(project.picture_ids()[0])[-1]
    assert (region.rect, region.ref) == (Rect(5, 5, 60, 60), "")
    assert (3, region.id) in {(row.ordinal, row.region_id) for row in project.links(project.conversation_ids()[0])}
    assert project.undo() == "Link to region"
    assert len(ids(project)) == 3


def test_the_menu_of_a_chip_links_it_to_another_region(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    piece = next(p for p in answer.text.shown.pieces if p.ordinals == (3,))
    menu = page.desk.make_chip_menu(answer.row.id, piece)
    targets = next(action.menu() for action in menu.actions() if action.text() == "Link to")
    assert [action.text().split()[0] for action in targets.actions()] == ["cat", "cat", "sign"]
    targets.actions()[1].trigger()
    assert texts(project)[1].endswith(f"not {FAR}.") or texts(project)[1].endswith(f"not {CAT}.")
    menu.deleteLater()
    words = page.desk.make_chip_menu(answer.row.id, next(p for p in answer.text.shown.pieces if p.kind == "ref"))
    words.actions()[1].trigger()
    assert texts(project)[1].startswith("cat and <ref>sign</ref>")
    words.deleteLater()


def test_a_chosen_phrase_gets_another_box_from_the_canvas(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    click_chip(answer, "ref", 1)
    assert page.pane.drawing == "sign"
    drag(page.pane.view, (400, 40), (480, 90))
    region = project.regions(project.picture_ids()[0])[-1]
    assert region.ref == "sign"
    assert f"<ref>sign</ref>{QUAD}{region.token}," in texts(project)[1]
    assert page.pane.drawing is None
    assert project.undo() == "Point at words"


def test_deleting_a_region_here_leaves_its_tokens_and_says_so(
    page: ConversationsPage, project: Project, session: Session, qtbot: QtBot
) -> None:
    before = texts(project)
    select(page, 200, 200)
    page.pane.view.setFocus()
    with qtbot.waitSignal(session.notice) as said:
        QTest.keyClick(page.pane.view, Qt.Key.Key_Delete)
    assert "2 token" in said.args[1]
    assert texts(project) == before
    assert len(ids(project)) == 2
    loose = [box for box in page.pane.view.boxes if box.style == "dashed"]
    assert len(loose) == 2
    session.undo()
    assert len(ids(project)) == 3
    assert len(project.links(project.conversation_ids()[0])) == 3


def test_a_box_is_named_by_double_click_and_linked_phrases_follow(page: ConversationsPage, project: Project) -> None:
    view = page.pane.view
    at = on_screen(view, 600, 600)
    QTest.mouseMove(view.viewport(), at)
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    editor = page.desk.ref_editor
    assert editor.isVisible()
    QTest.keyClicks(editor.line, "lynx")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    assert project.region(ids(project)[1]).ref == "lynx"
    assert f"<ref>cat</ref>{CAT}<ref>lynx</ref>{FAR}" in texts(project)[1]


def test_text_is_typed_for_a_box(page: ConversationsPage, project: Project, qtbot: QtBot) -> None:
    select(page, 200, 200)
    menu = page.desk.make_box_menu()
    next(action for action in menu.actions() if "Text" in action.text()).trigger()
    dialog = page.picture_desk.text_dialog
    assert dialog is not None
    dialog.setTextValue("EXIT")
    dialog.accept()
    assert rows(project, "SELECT extra FROM regions ORDER BY id LIMIT 1") == [('{"app": {"text": "EXIT"}}',)]
    menu.deleteLater()


# Length and the model's view


def test_the_count_is_live_and_the_limit_is_marked_in_the_text(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    bar = page.tokens
    qtbot.waitUntil(lambda: page.meter.counter.exact, timeout=10_000)
    first = page.meter.measure(project.conversations()[0].content.turns, [(1000, 1000)])
    assert first is not None
    assert first.exact
    assert bar.words.text() == f"{first.total} of 2,048 tokens"
    question = page.cards.turns[0]
    question.start_editing()
    assert question.editor is not None
    QTest.keyClicks(question.editor.edit, " cat cat cat")
    qtbot.waitUntil(lambda: bar.words.text() != f"{first.total} of 2,048 tokens")
    QTest.keyClick(question.editor.edit, Qt.Key.Key_Escape)
    assert bar.words.text() == f"{first.total} of 2,048 tokens"
    page.meter.set_limit(first.total - 10)
    assert "10 too many" in bar.words.text()
    assert bar.gauge.share > 1
    cuts = [view.text._cut for view in page.cards.turns]
    assert cuts[0] is None
    assert cuts[1] is not None
    assert cuts[2:] == [None, None]
    page.meter.set_limit(2048)
    assert [view.text._cut for view in page.cards.turns] == [None] * 4
    page.meter.choose("qwen3-vl")
    assert bar.words.text().startswith("About ")


def test_what_the_model_sees_is_its_resized_picture_with_the_boxes_read_back(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    QTest.mouseClick(page.pane.modes.button(MODEL), LEFT)
    seen = page.pane.model
    qtbot.waitUntil(lambda: seen.picture.seen_size == (448, 448))
    assert [ref for ref, _ in seen.picture.boxes] == ["cat", "cat", "sign", ""] or len(seen.picture.boxes) == 4
    assert "<|im_start|>" in seen.text.toPlainText()
    assert "⟦picture 1: 66 tokens⟧" in seen.text.toPlainText()
    page.meter.choose("qwen2.5-vl")
    qtbot.waitUntil(lambda: seen.picture.seen_size == (1008, 1008))
    assert '"bbox_2d": [101, 101, 302, 302], "label": "cat"' in seen.text.toPlainText()
    assert "1000 × 1000 resized to 1008 × 1008" in seen.caption.text()
    page.meter.choose("qwen2-vl")
    assert "<|box_start|>(100,100),(300,300)<|box_end|>" in seen.text.toPlainText()
    QTest.keyClick(page, Qt.Key.Key_M, CTRL)
    assert page.pane.mode != MODEL


# Turns and conversations


def test_turns_and_conversations_are_duplicated_and_deleted_by_key(
    page: ConversationsPage, project: Project, session: Session, qtbot: QtBot
) -> None:
    page.cards.turns[1].setFocus()
    QTest.keyClick(page.cards.turns[1], Qt.Key.Key_D, CTRL)
    assert [turn.role for turn in project.conversations()[0].turns] == ["user", "assistant", "assistant"]
    assert "speaks twice" in page.cards.cards[0]._order.text()
    QTest.keyClick(page.cards.turns[2], Qt.Key.Key_R)
    assert project.conversations()[0].turns[2].role == "system"
    session.undo()
    session.undo()
    assert not page.cards.cards[0]._order.isVisible()
    page.browser.set_mode(CONVERSATIONS)
    page._duplicate_current()
    assert project.conversation_count() == 3
    assert page.current_row is not None
    copy = page.current_row.id
    assert copy == project.conversation_ids()[-1]
    page._delete_current()
    assert copy not in project.conversation_ids()
    session.undo()
    assert copy in project.conversation_ids()
    page.cards.systemRequested.emit(project.conversation_ids()[0])
    assert project.conversations()[0].turns[0].role == "system"


def test_a_fault_is_mended_in_one_click_while_writing_and_while_reading(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    answer = page.cards.turns[1]
    project.set_turn(answer.row.id, "Look: <box>(300,100),(100,300)</box>")
    view = page.cards.turns[1]
    assert view.mend_button.isVisible()
    QTest.mouseClick(view.mend_button, LEFT)
    assert project.turn(view.row.id).text == f"Look: {CAT}"
    assert not view.mend_button.isVisible()
    view.start_editing()
    editor = view.editor
    assert editor is not None
    QTest.keyClicks(editor.edit, " <ref>x</ref><box>(0,0),(9,1000)</box>")
    qtbot.waitUntil(lambda: "box-range" in [fault.code for fault in editor.found])
    assert editor.mend_button.isVisible()
    QTest.keyClick(editor.edit, Qt.Key.Key_Return, ALT)
    assert editor.edit.toPlainText().endswith("<box>(0,0),(9,999)</box>")
    assert editor.found == []
    QTest.keyClick(editor.edit, Qt.Key.Key_Z, CTRL)
    assert editor.edit.toPlainText().endswith("(9,1000)</box>")


def test_without_the_mouse_words_get_a_box_and_chips_are_reached(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    answer.setFocus()
    QTest.keyClick(answer, Qt.Key.Key_Right)
    assert answer.text.hasFocus()
    assert answer.text.picked is not None
    assert answer.text.picked.kind == "ref"
    assert page.pane.drawing == "cat"
    page.pane.view.setFocus()
    QTest.keyClick(page.pane.view, Qt.Key.Key_Insert)
    region = project.regions(project.picture_ids()[0])[-1]
    assert region.ref == "cat"
    assert f"{FAR}{region.token} and" in texts(project)[1]
    assert page.pane.view.selected == region.id
    QTest.keyPress(page.pane.view, Qt.Key.Key_Left)
    QTest.keyRelease(page.pane.view, Qt.Key.Key_Left)
    assert f"{FAR}{project.region(region.id).token} and" in texts(project)[1]
    assert project.region(region.id).token != region.token
    answer.setFocus()
    QTest.keyClick(answer, Qt.Key.Key_Left)
    QTest.keyClick(answer.text, Qt.Key.Key_Escape)
    assert answer.hasFocus()
    assert answer.text.picked is None


def test_text_is_kept_to_the_character_when_nothing_is_written(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    odd = "A\u00a0b\r\nc\u2028d \u3000e\t<ref>\u00a0x</ref><box>(1,2),(3,4)</box>"
    project.set_turn(answer.row.id, odd)
    page.cards.turns[1].start_editing()
    page.cards.finish_editing()
    assert project.turn(answer.row.id).text == odd
    page.cards.turns[1].start_editing()
    editor = page.cards.turns[1].editor
    assert editor is not None
    QTest.keyClicks(editor.edit, "!")
    QTest.keyClick(editor.edit, Qt.Key.Key_Return, CTRL)
    assert project.turn(answer.row.id).text == odd.replace("\r\n", "\n") + "!"


def test_a_quad_is_drawn_for_words(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    click_chip(answer, "ref", 1)
    view = page.pane.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Q)
    assert "four corners" in page.pane.hint.text()
    for x, y in ((400, 400), (480, 410), (470, 460), (390, 450)):
        click(view, x, y)
    region = project.regions(project.picture_ids()[0])[-1]
    assert (region.kind, region.ref) == ("quad", "sign")
    assert f"<ref>sign</ref>{QUAD}{region.token}," in texts(project)[1]
    assert [p.kind for p in page.cards.turns[1].text.shown.chips].count("quad") == 2
