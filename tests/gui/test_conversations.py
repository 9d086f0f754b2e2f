"""The Conversations page in the real window: mouse and keys on one side, the project on the other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.phrases import pointed
from qvl_desktop.core.tokens import faults, format_box, format_ref
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.conversations.browser import CONVERSATIONS, PICTURES
from qvl_desktop.gui.conversations.chips import ShownText
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.conversations.turn_view import TurnView
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow
from tests.gui.pictures import drag, make_picture, on_screen
from tests.gui.talking import ready

LEFT, CTRL, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def project(session: Session, tmp_path: Path) -> Project:
    """Six pictures, the first with two regions of one ref and the conversation that points at them."""
    files = [make_picture(tmp_path / "pictures" / f"scene {number}.png") for number in range(6)]
    assert session.create_project(tmp_path / "shapes.qvl")
    made = session.project
    assert made is not None
    made.add_pictures(files)
    first = made.picture_ids()[0]
    made.add_regions(first, [("cat", Rect(64, 48, 192, 144)), ("cat", Rect(320, 240, 480, 360))])
    boxes = [row.box for row in made.regions(first)]
    answer = Turn("assistant", format_ref("cat", boxes) + " The rest is grass.")
    made.add_conversation(Conversation((user_turn([made.picture(first).path], "Find the cat."), answer)))
    return made


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> ConversationsPage:
    """The page with the first picture's conversation."""
    window.show_page("conversations")
    made = window.findChild(ConversationsPage)
    assert made is not None
    ready(made, qtbot)
    return made


def chip(view: TurnView, kind: str, number: int = 0) -> QPoint:
    """The middle of a chip, in the text's viewport."""
    pieces = [piece for piece in view.text.shown.pieces if piece.kind == kind]
    return view.text.chip_rects(pieces[number])[0].center().toPoint()


def choose_words(view: TurnView, words: str) -> None:
    """Drag over words with the mouse."""
    text, viewport = view.text, view.text.viewport()
    start = text.shown.text.index(words)
    points = []
    for position in (start, start + len(words)):
        cursor = text.textCursor()
        cursor.setPosition(position)
        points.append(text.cursorRect(cursor).center())
    QTest.mousePress(viewport, LEFT, pos=points[0])
    QTest.mouseMove(viewport, (points[0] + points[1]) / 2)
    QTest.mouseMove(viewport, points[1])
    QTest.mouseRelease(viewport, LEFT, pos=points[1])
    assert text.textCursor().selectedText() == words


def lit_boxes(page: ConversationsPage) -> set[object]:
    return set(page.pane.view.lit)


def regions(page: ConversationsPage) -> list[int]:
    """The ids of the first picture's regions."""
    project = page.session.project
    assert project is not None
    return [row.id for row in project.regions(project.picture_ids()[0])]


def texts(project: Project, page: ConversationsPage) -> list[str]:
    assert page.current_row is not None
    return [turn.text for turn in project.conversation(page.current_row.id).turns]


# Chips and boxes


def test_a_chip_lights_its_box_and_a_phrase_all_of_its_boxes(page: ConversationsPage) -> None:
    answer = page.cards.turns[1]
    viewport = answer.text.viewport()
    QTest.mouseMove(viewport, chip(answer, "box", 1))
    first, second = regions(page)
    assert lit_boxes(page) == {second}
    QTest.mouseMove(viewport, chip(answer, "ref"))
    assert lit_boxes(page) == {first, second}
    QTest.mouseMove(viewport, QPoint(viewport.width() - 3, 3))
    assert lit_boxes(page) == set()


def test_a_box_under_the_mouse_lights_its_chip(page: ConversationsPage) -> None:
    view = page.pane.view
    QTest.mouseMove(view.viewport(), on_screen(view, 400, 300))
    assert page.cards.turns[1].text._lit == {1}
    QTest.mouseMove(view.viewport(), on_screen(view, 620, 20))
    assert page.cards.turns[1].text._lit == set()


def test_a_region_moved_elsewhere_moves_its_chip_and_box_here(page: ConversationsPage, project: Project) -> None:
    region = project.regions(project.picture_ids()[0])[0]
    project.move_region(region.id, Rect(0, 0, 64, 48))
    assert page.cards.turns[1].text.shown.pieces[2].shown.strip() == "0,0–100,100"
    assert {box.rect for box in page.pane.view.boxes} == {Rect(0, 0, 64, 48), Rect(320, 240, 480, 360)}


# Pointing at words


def test_chosen_words_and_a_dragged_box_become_a_phrase_a_box_and_a_region(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    before = texts(project, page)
    choose_words(page.cards.turns[1], "grass")
    assert page.pane.drawing
    assert "grass" in page.pane.hint.text()
    drag(page.pane.view, (0, 400), (640, 480))
    region = project.regions(project.picture_ids()[0])[-1]
    assert region.ref == "grass"
    assert texts(project, page)[1] == before[1].replace("grass", format_ref("grass", [region.box]))
    assert not page.pane.drawing
    assert faults(texts(project, page)[1]) == []
    assert "grass" in {box.label for box in page.pane.view.boxes}
    session.undo()
    assert texts(project, page) == before
    assert project.region_count() == 2
    assert [view.row.text for view in page.cards.turns] == before


def test_keys_in_chosen_words_never_delete_the_turn(page: ConversationsPage, project: Project) -> None:
    view = page.cards.turns[1]
    choose_words(view, "grass")
    assert page.pane.drawing
    QTest.keyClick(view.text, Qt.Key.Key_Delete)
    assert len(texts(project, page)) == 2
    QTest.keyClick(view.text, Qt.Key.Key_Escape)
    assert not page.pane.drawing
    QTest.keyClick(view.text, Qt.Key.Key_Return)
    assert view.editor is not None


def test_a_click_in_a_turn_makes_its_conversation_the_current_one(page: ConversationsPage, project: Project) -> None:
    second = project.add_conversation(project.conversations()[0].content)
    assert page.current_row is not None
    assert page.current_row.id != second
    QTest.mouseClick(page.cards.turns[3].text.viewport(), LEFT, pos=QPoint(200, 6))
    assert page.current_row.id == second


def test_words_that_change_under_the_choice_are_no_longer_pointed_at(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    turn = page.cards.turns[1].row.id
    choose_words(page.cards.turns[1], "grass")
    project.set_turn(turn, "Grass and " + project.turn(turn).text)
    assert not page.pane.drawing
    before = texts(project, page)
    drag(page.pane.view, (0, 400), (640, 480))
    assert texts(project, page) == before


def test_a_box_for_a_whole_phrase_goes_behind_its_other_boxes(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    phrase = answer.text.shown.pieces[0]
    answer.text.select_words(phrase.start, phrase.end)
    drag(page.pane.view, (512, 384), (608, 456))
    assert texts(project, page)[1].startswith(
        "<ref>cat</ref><box>(100,100),(300,300)</box><box>(500,500),(750,750)</box><box>("
    )
    assert project.regions(project.picture_ids()[0])[-1].ref == "cat"


def test_without_chosen_words_a_box_is_a_region_that_is_named_in_place(
    page: ConversationsPage, project: Project
) -> None:
    before = texts(project, page)
    choose_words(page.cards.turns[1], "rest")
    page.pane.view.setFocus()
    QTest.keyClick(page.pane.view, Qt.Key.Key_Escape)
    assert not page.pane.drawing
    drag(page.pane.view, (500, 20), (600, 100))
    editor = page.desk.ref_editor
    assert editor.isVisible()
    assert editor.line.text() == "cat"
    QTest.keyClicks(editor.line, "bird")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    region = project.regions(project.picture_ids()[0])[-1]
    assert region.ref == "bird"
    assert abs(region.rect.x1 - 500) <= 2
    assert abs(region.rect.y2 - 100) <= 2
    assert texts(project, page) == before
    assert page.pane.view.selected == region.id


def test_a_box_goes_to_the_picture_named_last_before_it(
    page: ConversationsPage, project: Project, session: Session, qtbot: QtBot
) -> None:
    one, two = (project.picture(number).path for number in project.picture_ids()[:2])
    turns = (user_turn([one, two], "What is new?"), Turn("assistant", "A dog is new."))
    number = project.add_conversation(Conversation(turns))
    page.browser.set_mode(CONVERSATIONS)
    page.browser.select(number)
    ready(page, qtbot)
    assert page.pane.number == 0
    choose_words(page.cards.turns[1], "dog")
    assert page.pane.number == 1
    qtbot.waitUntil(lambda: not page.pane.view.waiting)
    page.pane.show_number(0)
    qtbot.waitUntil(lambda: not page.pane.view.waiting)
    with qtbot.waitSignal(session.notice) as said:
        drag(page.pane.view, (64, 48), (320, 240))
    assert "picture 2" in said.args[1]
    page.pane.show_number(1)
    qtbot.waitUntil(lambda: not page.pane.view.waiting)
    drag(page.pane.view, (64, 48), (320, 240))
    assert [row.ref for row in project.regions(project.picture_ids()[1])] == ["dog"]


# Writing


def test_a_turn_is_written_as_text_with_live_faults(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    answer = page.cards.turns[1]
    QTest.mouseDClick(answer.text.viewport(), LEFT, pos=QPoint(120, 6))
    editor = answer.editor
    assert editor is not None
    assert editor.edit.hasFocus()
    QTest.keyClicks(editor.edit, " <box>(5,6),(1)</box>")
    editor._check()
    assert [fault.code for fault in editor.found] == ["box-syntax"]
    assert "<box>(5,6),(1)</box>" in editor.message.text()
    mark = editor.edit.extraSelections()[0]
    assert mark.cursor.selectedText() == "<box>(5,6),(1)</box>"
    QTest.keyClick(editor.edit, Qt.Key.Key_Escape)
    assert answer.editor is None
    assert "(5,6)" not in texts(project, page)[1]
    answer.setFocus()
    QTest.keyClick(answer, Qt.Key.Key_Return)
    assert answer.editor is not None
    QTest.keyClicks(answer.editor.edit, " Yes.")
    QTest.keyClick(answer.editor.edit, Qt.Key.Key_Return, CTRL)
    assert texts(project, page)[1].endswith("grass. Yes.")
    assert session.project is not None
    assert session.project.undo_text == "Edit turn"


def test_leaving_a_turn_keeps_what_was_written(page: ConversationsPage, project: Project) -> None:
    answer = page.cards.turns[1]
    answer.start_editing()
    assert answer.editor is not None
    QTest.keyClicks(answer.editor.edit, " Left.")
    QTest.mouseClick(page.browser.search, LEFT)
    assert texts(project, page)[1].endswith("Left.")
    assert answer.editor is None


def test_what_is_written_never_lands_in_another_project(
    page: ConversationsPage, session: Session, tmp_path: Path
) -> None:
    page.cards.turns[1].start_editing()
    editor = page.cards.turns[1].editor
    assert editor is not None
    QTest.keyClicks(editor.edit, " Lost or kept.")
    first = session.project
    assert first is not None
    path = first.path
    assert session.create_project(tmp_path / "other.qvl")
    assert session.project is not None
    assert session.project.conversation_count() == 0
    assert page.cards.turns == []
    with Project.open(path) as again:
        assert again.conversation_count() == 1


def test_a_new_conversation_is_written_question_first_answer_next(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    QTest.mouseClick(page.new_button, LEFT)
    question = next(view for view in page.cards.turns if view.editor is not None)
    assert question.row.role == "user"
    assert question.editor is not None
    QTest.keyClicks(question.editor.edit, "Is there a dog?")
    QTest.keyClick(question.editor.edit, Qt.Key.Key_Return, CTRL)
    answer = next(view for view in page.cards.turns if view.editor is not None)
    assert answer.row.role == "assistant"
    assert answer.editor is not None
    QTest.keyClicks(answer.editor.edit, "No.")
    QTest.keyClick(answer.editor.edit, Qt.Key.Key_Return, CTRL)
    assert texts(project, page) == ["Picture 1: <img>pictures/scene 0.png</img>\nIs there a dog?", "No."]


def test_turns_are_added_moved_deleted_and_change_hands_by_key_and_mouse(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    QTest.mouseClick(page.cards.cards[0].add_button, LEFT)
    added = page.cards.turns[2]
    assert added.row.role == "user"
    assert added.editor is not None
    QTest.keyClicks(added.editor.edit, "Thanks.")
    QTest.keyClick(added.editor.edit, Qt.Key.Key_Return, CTRL)
    assert added.hasFocus()
    QTest.keyClick(added, Qt.Key.Key_Up, ALT)
    assert [view.row.text[:4] for view in page.cards.turns] == ["Pict", "Than", "<ref"]
    added.make_role_menu().actions()[0].trigger()
    assert project.turn(added.row.id).role == "system"
    assert added.role_button.text() == "System"
    page.cards.turns[1].setFocus()
    QTest.keyClick(page.cards.turns[1], Qt.Key.Key_Delete)
    assert [view.row.text[:4] for view in page.cards.turns] == ["Pict", "<ref"]
    assert page.cards.turns[1].hasFocus()
    QTest.keyClick(page.cards.turns[1], Qt.Key.Key_Up)
    assert page.cards.turns[0].hasFocus()
    for _ in range(5):
        session.undo()
    assert len(page.cards.turns) == 2
    session.redo()
    assert len(page.cards.turns) == 3


# Templates


def test_the_template_dialog_shows_and_makes_conversations_for_this_picture(
    page: ConversationsPage, project: Project, session: Session, qtbot: QtBot
) -> None:
    QTest.mouseClick(page.template_button, LEFT)
    dialog = page.dialog
    assert dialog is not None
    assert dialog.choice.names == ["grounding"]
    assert dialog.choice.only_this.isChecked()
    dialog.choice.kinds["describing"].setChecked(True)
    dialog.choice.kinds["counting"].setChecked(True)
    qtbot.waitUntil(lambda: "4" in dialog.summary.text())
    QTest.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(lambda: page.dialog is None)
    assert project.conversation_count() == 5
    assert len(page.cards.cards) == 5
    assert project.undo() == "Make conversations"
    assert project.conversation_count() == 1
    assert len(page.cards.cards) == 1


def test_templates_for_all_pictures_in_chinese_replace_their_earlier_ones(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    for number in project.picture_ids()[1:4]:
        project.add_region(number, "狗", Rect(10, 10, 90, 90))
    for expected in ("Kept", "Replaced"):
        page.window().activateWindow()
        qtbot.waitUntil(page.window().isActiveWindow)
        QTest.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_T, CTRL)
        dialog = page.dialog
        assert dialog is not None
        dialog.choice.all_pictures.setChecked(True)
        dialog.choice.languages["zh"].setChecked(True)
        qtbot.waitUntil(lambda shown=dialog: shown.make_button.isEnabled())
        if expected == "Replaced":
            assert "Replaced: 4" in dialog.summary.text()
        QTest.mouseClick(dialog.make_button, LEFT)
        qtbot.waitUntil(lambda: page.dialog is None)
        assert project.conversation_count() == 5
    made = project.conversations(project.picture_ids()[1])[0]
    assert "狗" in made.turns[0].text


def test_without_boxes_the_dialog_says_so(page: ConversationsPage, project: Project, qtbot: QtBot) -> None:
    project.delete_regions(row.id for row in project.regions(project.picture_ids()[0]))
    QTest.mouseClick(page.template_button, LEFT)
    dialog = page.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: "no boxes" in dialog.summary.text())
    assert not dialog.make_button.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert page.dialog is None


# The lists and empty states


def test_pictures_and_conversations_are_listed_and_searched(page: ConversationsPage, project: Project) -> None:
    QTest.keyClick(page, Qt.Key.Key_PageDown)
    assert page.browser.picture == project.picture_ids()[1]
    assert page.title.text() == "scene 1.png"
    assert page.nothing.isVisible()
    QTest.mouseClick(page.browser.only_bare, LEFT, pos=QPoint(6, page.browser.only_bare.height() // 2))
    assert len(page.browser.pictures.ids) == 5
    QTest.mouseClick(page.browser.modes.button(CONVERSATIONS), LEFT)
    assert page.browser.conversation == project.conversation_ids()[0]
    assert page.cards.isVisible()
    page.browser.search.setText("no such words")
    page.browser.reload()
    assert page.browser.conversation is None
    page.browser.search.setText("grass")
    page.browser.reload()
    assert page.browser.conversation is not None
    QTest.mouseClick(page.browser.modes.button(PICTURES), LEFT)
    assert page.browser.picture is not None


def test_many_conversations_of_a_picture_come_page_by_page(page: ConversationsPage, project: Project) -> None:
    row = project.conversations()[0]
    project.add_conversations([row.content] * 40)
    assert len(page.cards.cards) == 20
    assert "21" in page.cards.more_button.text()
    QTest.mouseClick(page.cards.more_button, LEFT)
    assert len(page.cards.cards) == 40
    QTest.mouseClick(page.cards.more_button, LEFT)
    assert len(page.cards.cards) == 41
    assert not page.cards.more_button.isVisible()


def test_the_list_of_many_conversations_reads_only_what_it_shows(
    page: ConversationsPage, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Turn("assistant", "x")
    project.add_conversations([Conversation((Turn("user", f"Question {n}"), answer)) for n in range(500)])
    read: list[int] = []
    whole = Project.conversations_of

    def watched(self: Project, ids: Iterable[int]) -> list[ConversationRow]:
        wanted = list(ids)
        read.extend(wanted)
        return whole(self, wanted)

    monkeypatch.setattr(Project, "conversations_of", watched)
    page.browser.set_mode(CONVERSATIONS)
    page.browser.conversation_view.grab()
    assert len(page.browser.conversations.ids) == 501
    assert 0 < len(read) < 200


def test_an_empty_project_says_what_to_do(window: MainWindow, session: Session, tmp_path: Path) -> None:
    session.create_project(tmp_path / "empty.qvl")
    window.show_page("conversations")
    page = window.findChild(ConversationsPage)
    assert page is not None
    assert page.empty.isVisible()
    assert "Annotate" in page.empty.words.text()
    button = page.empty.findChild(type(page.new_button))
    QTest.mouseClick(button, LEFT)
    assert window.current_page == "annotate"


def test_the_picture_left_on_annotate_is_the_one_shown_here(
    page: ConversationsPage, project: Project, window: MainWindow, qtbot: QtBot
) -> None:
    third = project.picture_ids()[2]
    window.show_page("annotate")
    annotate = window.findChild(AnnotatePage)
    assert annotate is not None
    annotate.pictures.set_current(third)
    window.show_page("conversations")
    qtbot.waitUntil(lambda: page.browser.picture == third)


def test_changes_made_while_the_page_is_hidden_are_there_when_it_is_shown(
    page: ConversationsPage, project: Project, window: MainWindow
) -> None:
    window.show_page("annotate")
    project.delete_conversations(project.conversation_ids())
    window.show_page("conversations")
    assert page.cards.cards == []
    assert page.nothing.isVisible()


# The shown text

pieces = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), max_size=8),
        st.sampled_from(
            ["<ref>a 😀</ref>", "<box>(1,2),(3,4)</box>", "<img>图/a.png</img>", "<ref></ref>", "\n", "😀"]
        ),
        st.just("<quad>(1,1),(2,1),(2,2),(1,2)</quad>"),
    ),
    max_size=8,
).map("".join)


@given(pieces)
def test_shown_pieces_cover_the_text_and_the_source_in_order(source: str) -> None:
    shown = ShownText(source)
    assert sum(len(piece.shown.encode("utf-16-le")) // 2 for piece in shown.pieces) == (
        shown.pieces[-1].end if shown.pieces else 0
    )
    real = [piece for piece in shown.pieces if piece.kind != "gap"]
    assert [p.source_start for p in real[1:]] == [p.source_end for p in real[:-1]]
    assert "".join(source[p.source_start : p.source_end] for p in real) == source
    for piece in real:
        assert shown.piece_at(piece.start) is piece


@given(st.text(st.characters(exclude_characters="<>\r\0\u2029", exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_chosen_words_are_found_behind_chips_and_emoji(words: str) -> None:
    source = "<ref>😀</ref><box>(1,2),(3,4)</box>" + words
    shown = ShownText(source)
    last = shown.pieces[-1]
    found = shown.words_between(last.start, last.end)
    if not words.strip():
        assert found is None
        return
    assert found is not None
    assert source[slice(*found)] == words.strip()
    text = pointed(source, *found, format_box(Box(0, 0, 500, 500)))
    assert text.replace("<ref>" + words.strip() + "</ref>" + format_box(Box(0, 0, 500, 500)), words.strip()) == source
    assert faults(text) == []


def test_a_selection_over_a_chip_and_words_is_no_words() -> None:
    shown = ShownText("see <ref>cat</ref> here")
    assert shown.words_between(0, 3) == (0, 3)
    assert shown.words_between(0, len(shown.text)) is None
    assert shown.words_between(5, 7) == (4, 18)


def test_points_are_on_the_screen_where_qt_says(page: ConversationsPage) -> None:
    text = page.cards.turns[1].text
    for piece in text.shown.pieces:
        if piece.is_chip:
            centre = text.chip_rects(piece)[0].center()
            assert text.piece_under(QPointF(centre)) is piece
