"""Several pictures in a conversation, templates of one's own, the list: mouse and keys down to the project file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.gui.conversations.browser import CONVERSATIONS, PICTURES
from qvl_desktop.gui.conversations.conversation_filter import ConversationFilter
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.conversations.template_dialog import TemplateDialog
from qvl_desktop.gui.conversations.template_editor import TemplateEditor
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from tests.gui.pictures import make_picture
from tests.gui.talking import new_project, ready, shown_page

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
BOX = "<box>(100,100),(300,300)</box>"


@pytest.fixture
def project(session: Session, tmp_path: Path) -> Project:
    """Four pictures and a conversation about three of them: the answer points at the last one."""
    made = new_project(session, tmp_path, "abcd")
    made.add_region(made.picture_ids()[2], "cat", Rect(100, 100, 300, 300))
    question = user_turn(["a.png", "b.png", "c.png"], "What is in Picture 3 and not in Picture 1?")
    made.add_conversation(Conversation((question, Turn("assistant", f"A <ref>cat</ref>{BOX}."))))
    return made


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> ConversationsPage:
    made = shown_page(window)
    made.browser.set_mode(CONVERSATIONS)
    return ready(made, qtbot)


def texts(project: Project) -> list[str]:
    return [turn.text for turn in project.conversations()[0].turns]


def pictures(project: Project) -> str:
    """The names of the conversation's pictures in order."""
    return "".join(path[0] for path in project.conversations()[0].content.pictures)


# Pictures


def test_pictures_are_reordered_by_drag_and_by_keys_and_numbers_follow(
    page: ConversationsPage, project: Project, session: Session
) -> None:
    strip = page.pane.strip
    assert strip.count == 3
    start, stop = strip.cell(0).center(), strip.cell(1).center() + QPoint(20, 0)
    QTest.mousePress(strip, LEFT, pos=start)
    QTest.mouseMove(strip, start + QPoint(20, 0))
    QTest.mouseMove(strip, stop)
    QTest.mouseRelease(strip, LEFT, pos=stop)
    assert pictures(project) == "bac"
    assert texts(project)[0] == (
        "Picture 1: <img>b.png</img>\nPicture 2: <img>a.png</img>\nPicture 3: <img>c.png</img>\n"
        "What is in Picture 3 and not in Picture 2?"
    )
    assert len(project.links(project.conversation_ids()[0])) == 1
    session.undo()
    assert pictures(project) == "abc"
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Left)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.current == 1
    assert page.pane.number == 1
    QTest.keyClick(strip, Qt.Key.Key_Left, ALT)
    assert pictures(project) == "bac"


def test_an_order_that_would_move_a_box_to_another_picture_is_refused_in_words(
    page: ConversationsPage, project: Project, session: Session, qtbot: QtBot
) -> None:
    before = texts(project)
    strip = page.pane.strip
    QTest.mouseClick(strip, LEFT, pos=strip.cell(2).center())
    with qtbot.waitSignal(session.notice) as said:
        QTest.keyClick(strip, Qt.Key.Key_Left, ALT)
    assert said.args[0] == "error"
    assert "boxes of turn 2 belong to picture 3" in said.args[1]
    assert texts(project) == before
    assert strip.current == 2


def test_pictures_are_added_from_the_project_by_drop_and_taken_out(
    page: ConversationsPage, project: Project, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    QTest.mouseClick(page.pane.add_button, LEFT)
    picker = page.picture_desk.picker
    assert picker is not None
    qtbot.waitUntil(lambda: len(picker.model.ids) == 4)
    picker.search.setText("d.p")
    qtbot.waitUntil(lambda: len(picker.model.ids) == 1)
    picker.view.selectRow(0)
    QTest.mouseClick(picker.ok, LEFT)
    assert pictures(project) == "abdc"
    assert texts(project)[0].endswith("What is in Picture 4 and not in Picture 1?")
    assert len(project.links(project.conversation_ids()[0])) == 1
    new = make_picture(tmp_path / "elsewhere" / "e.png", (40, 30))
    drop(page, [new, tmp_path / "b.png"])
    assert project.picture_count() == 5
    assert len(project.conversations()[0].content.pictures) == 6
    assert project.undo() == "Add pictures to a conversation"
    assert project.picture_count() == 4
    assert pictures(project) == "abdc"
    strip = page.pane.strip
    QTest.mouseClick(strip, LEFT, pos=strip.cell(3).center())
    QTest.keyClick(strip, Qt.Key.Key_Delete)
    assert pictures(project) == "abd"
    assert texts(project)[1] == "A cat."


def drop(page: ConversationsPage, files: list[Path]) -> None:
    """Let files fall on the row of pictures."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    page.pane.strip.dropEvent(event)


def test_moving_a_turn_past_a_picture_warns_that_boxes_changed_hands(
    page: ConversationsPage, project: Project, session: Session, qtbot: QtBot
) -> None:
    number = project.conversation_ids()[0]
    project.insert_turn(number, 2, user_turn(["d.png"], "And here?", first_number=4))
    last = page.cards.turns[2]
    last.setFocus()
    with qtbot.waitSignal(session.notice) as said:
        QTest.keyClick(last, Qt.Key.Key_Up, ALT)
    assert said.args[0] == "warning"
    assert "1 box" in said.args[1]
    assert project.links(number) == []
    session.undo()
    assert len(project.links(number)) == 1


# Templates


@pytest.fixture
def dialog(page: ConversationsPage, project: Project, qtbot: QtBot) -> TemplateDialog:
    for number in project.picture_ids():
        project.add_region(number, "dog", Rect(1, 1, 90, 90))
    page._from_template()
    made = page.dialog
    assert made is not None
    made.choice.all_pictures.setChecked(True)
    qtbot.waitUntil(made.make_button.isEnabled)
    return made


def test_wordings_are_edited_with_their_faults_live_and_kept_in_the_project(
    dialog: TemplateDialog, project: Project, qtbot: QtBot
) -> None:
    dialog.choice.editRequested.emit("grounding")
    editor = dialog.editor
    assert isinstance(editor, TemplateEditor)
    field = editor.fields["en", "questions"]
    field.selectAll()
    QTest.keyClicks(field, "Show it!")
    assert not editor.keep_button.isEnabled()
    assert "{ref} / {a_ref} is missing" in editor._messages["en", "questions"].text()
    assert len(field.extraSelections()) == 1
    field.selectAll()
    QTest.keyClicks(field, "Show {a_ref}!")
    assert editor.keep_button.isEnabled()
    QTest.mouseClick(editor.keep_button, LEFT)
    assert project.templates()["grounding"].wordings["en"].questions == ("Show {a_ref}!",)
    assert project.undo_text == "Edit template"
    dialog.choice.languages["en"].setChecked(True)
    qtbot.waitUntil(dialog.make_button.isEnabled)
    QTest.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(lambda: project.conversation_count() == 6)
    made = [row.turns[0].text.rpartition("\n")[2] for row in project.conversations()[1:]]
    assert sorted(set(made)) == ["Show a cat!", "Show a dog!"]


def test_a_template_of_ones_own_is_made_named_and_used(dialog: TemplateDialog, project: Project, qtbot: QtBot) -> None:
    QTest.mouseClick(dialog.choice.new_button, LEFT)
    editor = dialog.editor
    assert editor is not None
    assert not editor.keep_button.isEnabled()
    editor.kind.setCurrentIndex(editor.kind.findData("counting"))
    QTest.keyClicks(editor.name, "Number of things")
    QTest.mouseClick(editor.keep_button, LEFT)
    assert "Number of things" in dialog.choice.kinds
    for name, box in dialog.choice.kinds.items():
        box.setChecked(name == "Number of things")
    qtbot.waitUntil(lambda: "New conversations: 5" in dialog.summary.text())
    QTest.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(lambda: project.conversation_count() == 6)
    assert {row.template for row in project.conversations()[1:]} == {"Number of things/en"}


def test_numbers_are_said_beforehand_and_filters_narrow_the_batch(
    dialog: TemplateDialog, project: Project, qtbot: QtBot
) -> None:
    project.set_split(project.picture_ids()[:2], "val")
    for name in ("yesno", "negatives"):
        dialog.choice.kinds[name].setChecked(True)
    dialog.choice.split.setCurrentIndex(dialog.choice.split.findData("val"))
    qtbot.waitUntil(lambda: "Pictures: 2" in dialog.summary.text())
    promised = int(dialog.summary.text().split("   ")[0].split(":")[1])
    dialog.choice.ref.setCurrentIndex(dialog.choice.ref.findData("cat"))
    qtbot.waitUntil(lambda: not dialog.make_button.isEnabled() and "no boxes" in dialog.summary.text())
    dialog.choice.ref.setCurrentIndex(0)
    qtbot.waitUntil(dialog.make_button.isEnabled)
    QTest.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(lambda: project.conversation_count() == 1 + promised)
    assert project.undo() == "Make conversations"
    assert project.conversation_count() == 1


def test_another_example_is_another_picture(dialog: TemplateDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog.example_name.text() != "")
    names = set()
    for _ in range(8):
        QTest.mouseClick(dialog.another, LEFT)
        qtbot.waitUntil(lambda: dialog._showing is not None and not dialog._showing.running)
        names.add(dialog.example_name.text())
    assert len(names) > 1


# The list


def test_the_list_is_filtered_by_split_turns_origin_picture_and_faults(
    page: ConversationsPage, project: Project, qtbot: QtBot
) -> None:
    project.set_split(project.picture_ids()[:1], "val")
    two = project.add_conversation(
        Conversation((user_turn(["d.png"], "Hi"), Turn("assistant", "<box>(9,9),(1,1)</box>")))
    )
    one = project.conversation_ids()[0]
    browser = page.browser

    def listed(**asked: object) -> list[int]:
        browser.filter_button.set_asked(ConversationFilter(**asked))  # type: ignore[arg-type]
        qtbot.waitUntil(lambda: browser._task is None or not browser._task.running)
        QApplication.processEvents()
        return list(browser.conversations.ids)

    assert listed() == [one, two]
    assert listed(split="val") == [one]
    assert browser.filter_words.text() == "Validation"
    assert listed(split="") == [two]
    assert listed(picture_id=project.picture_ids()[3]) == [two]
    assert listed(turns=(3, 4)) == []
    assert listed(template="") == [one, two]
    listed(faulty=True)
    qtbot.waitUntil(lambda: list(browser.conversations.ids) == [two])
    assert browser.filter_words.text() == "with faults"
    browser.filter_button.fill()
    browser.filter_button.menu().actions()[-1].trigger()
    assert list(browser.conversations.ids) == [one, two]
    browser.set_mode(PICTURES)
    assert not browser.filter_button.isVisible()


def test_the_batch_can_be_for_the_pictures_of_the_list(page: ConversationsPage, project: Project, qtbot: QtBot) -> None:
    for number in project.picture_ids():
        project.add_region(number, "dog", Rect(1, 1, 90, 90))
    page.browser.set_mode(PICTURES)
    page.browser.search.setText("b.p")
    page.browser.reload()
    page._from_template()
    dialog = page.dialog
    assert dialog is not None
    assert dialog.choice.filtered.isVisible()
    dialog.choice.filtered.setChecked(True)
    qtbot.waitUntil(lambda: "Pictures: 1" in dialog.summary.text())
    QTest.mouseClick(dialog.make_button, LEFT)
    qtbot.waitUntil(lambda: project.conversation_count() == 2)
    assert project.conversations()[1].content.pictures == ("b.png",)


def test_a_batch_is_cancelled_without_a_trace(dialog: TemplateDialog, project: Project, qtbot: QtBot) -> None:
    before = project.undo_text
    QTest.mouseClick(dialog.make_button, LEFT)
    dialog.reject()
    qtbot.waitUntil(lambda: dialog._task is None or not dialog._task.running)
    made = project.conversation_count() - 1
    assert (project.undo_text == before) == (made == 0), "all of it or nothing"
