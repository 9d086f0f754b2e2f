"""The Check page with a real project, real mouse and keys: findings, mends, jumps, moved files, numbers, splits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QTableView
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.health.mend_dialog import MendDialog
from qvl_desktop.gui.health.page import SPLIT, STATISTICS, HealthPage
from qvl_desktop.gui.health.plots import binned
from qvl_desktop.gui.health.relink_dialog import RelinkDialog
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.health import HealthCheck
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project

RANGE = "<box>(1,2),(1000,1000)</box>"


def draw(file: Path, seed: int, size: tuple[int, int] = (320, 240)) -> None:
    image = Image.new("RGB", size, (seed * 53 % 256, seed * 97 % 256, 90))
    for step in range(7):
        x, y = (seed * 41 + step * 67) % (size[0] - 60), (seed * 29 + step * 43) % (size[1] - 50)
        fill = (step * 36, 255 - seed * 20 % 255, seed * 31 % 256)
        ImageDraw.Draw(image).ellipse((x, y, x + 60, y + 40), fill=fill)
    image.save(file)


@pytest.fixture
def project(session: Session, tmp_path: Path) -> Project:
    """Five pictures (one twice), regions, conversations with faults; files were read."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for seed in range(4):
        draw(folder / f"p{seed}.png", seed)
    shutil.copy(folder / "p0.png", folder / "p9 copy.png")
    assert session.create_project(tmp_path / "health.qvl")
    made = session.project
    assert made is not None
    made.add_pictures([folder])
    ids = made.picture_ids()
    made.add_regions(ids[0], [("cat", Rect(10, 10, 90, 90)), ("dog", Rect(100, 100, 200, 200))])
    made.add_regions(ids[1], [("cats", Rect(10, 10, 90, 90)), ("cats", Rect(10, 10, 90, 90))])
    for number, answer in enumerate([RANGE, RANGE, f"No. {RANGE}", "<box>(9,9),(1,1)</box>"]):
        question = user_turn([made.picture(ids[1]).path], f"Where {number}?")
        made.add_conversation(Conversation((question, Turn("assistant", answer))))
    made.look_at_files()
    return made


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> HealthPage:
    """The page, when everything was checked."""
    window.show_page("health")
    shown = window._stack.currentWidget()
    assert isinstance(shown, HealthPage)
    settled(shown.health, qtbot)
    return shown


def settled(health: HealthCheck, qtbot: QtBot) -> None:
    """Wait until the check is through and nothing is left to look at again."""
    qtbot.waitUntil(lambda: health.complete and not health.running and not health._timer.isActive(), timeout=15_000)


def click(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_row(qtbot: QtBot, view: QTableView, place: int) -> None:
    at = view.visualRect(view.model().index(place, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)


def choose(page: HealthPage, qtbot: QtBot, code: str) -> None:
    place = page.findings.kinds.place_of(code)
    assert place is not None, [row.code for row in page.findings.kinds.kinds]
    click_row(qtbot, page.findings.kind_view, place)
    assert page.findings.code == code


def counts(page: HealthPage) -> dict[str, int]:
    return {row.code: row.count for row in page.findings.kinds.kinds}


def test_findings_are_listed_by_kind_and_mended_with_a_click(page: HealthPage, project: Project, qtbot: QtBot) -> None:
    assert counts(page) == {
        "box-range": 3, "box-order": 1, "picture-twice": 1, "region-twice": 1, "ref-spelling": 1,
    }  # fmt: skip
    assert "7" in page.modes.button(0).text()
    choose(page, qtbot, "box-order")
    view = page.findings
    assert "(1,1)" in view.message.text()
    assert "9" in view.change.texts[0].text()
    assert view.change.texts[1].isVisible()
    undo = project.undo_text
    click(qtbot, view.mend_button)
    qtbot.waitUntil(lambda: "box-order" not in counts(page))
    (talk,) = [row for row in project.conversations() if "(1,1),(9,9)" in row.turns[1].text]
    project.undo()
    assert project.turn(talk.turns[1].id).text == "<box>(9,9),(1,1)</box>"
    assert project.undo_text == undo
    qtbot.waitUntil(lambda: "box-order" in counts(page))


def test_all_of_a_kind_are_shown_before_they_are_mended_in_one_step(
    page: HealthPage, project: Project, qtbot: QtBot
) -> None:
    choose(page, qtbot, "box-range")
    undo = project.undo_text
    click(qtbot, page.findings.mend_all_button)
    dialog = page.findings.dialog
    assert isinstance(dialog, MendDialog)
    qtbot.waitUntil(dialog.mend_button.isEnabled)
    assert dialog._column.count() == 3
    click(qtbot, dialog.mend_button)
    qtbot.waitUntil(lambda: "box-range" not in counts(page))
    assert all("1000" not in row.turns[1].text for row in project.conversations())
    project.undo()
    assert sum("1000" in row.turns[1].text for row in project.conversations()) == 3
    assert project.undo_text == undo


def test_a_finding_leads_to_the_characters_of_its_turn(
    page: HealthPage, window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    choose(page, qtbot, "box-range")
    click_row(qtbot, page.findings.finding_view, 2)
    click(qtbot, page.findings.go_button)
    assert window.current_page == "conversations"
    talks = window._stack.currentWidget()
    assert isinstance(talks, ConversationsPage)
    (row,) = [row for row in project.conversations() if row.turns[1].text.startswith("No.")]
    assert talks.current_row is not None
    assert talks.current_row.id == row.id
    editor = next(view.editor for view in talks.cards.turns if view.row.id == row.turns[1].id)
    assert editor is not None
    assert editor.edit.textCursor().selectedText() == RANGE


def test_a_finding_leads_to_its_region(page: HealthPage, window: MainWindow, project: Project, qtbot: QtBot) -> None:
    choose(page, qtbot, "region-twice")
    row = page.findings.current
    assert row is not None
    page.findings.finding_view.setFocus()
    qtbot.keyClick(page.findings.finding_view, Qt.Key.Key_Return)
    assert window.current_page == "annotate"
    assert window.session.pictures.current == row.finding.at.picture
    annotate = window._stack.currentWidget()
    assert annotate.desk.selected == row.finding.at.region  # type: ignore[attr-defined]


def test_a_finding_is_kept_and_shown_again(page: HealthPage, project: Project, qtbot: QtBot) -> None:
    assert not page.findings.show_kept.isVisible()
    choose(page, qtbot, "picture-twice")
    click(qtbot, page.findings.keep_button)
    qtbot.waitUntil(lambda: "picture-twice" not in counts(page))
    page.findings.show_kept.click()
    assert counts(page) == {"picture-twice": 1}
    click(qtbot, page.findings.keep_button)
    qtbot.waitUntil(lambda: counts(page) == {})
    page.findings.show_kept.click()
    assert counts(page)["picture-twice"] == 1


def test_spellings_are_merged(page: HealthPage, project: Project, qtbot: QtBot) -> None:
    choose(page, qtbot, "ref-spelling")
    assert "cats" in page.findings.change.words.text()
    click(qtbot, page.findings.mend_button)
    qtbot.waitUntil(lambda: "ref-spelling" not in counts(page))
    assert project.ref_counts() == {"cats": 3, "dog": 1}


def test_an_edit_elsewhere_is_looked_at_again(page: HealthPage, project: Project, qtbot: QtBot) -> None:
    talk = project.conversations()[0]
    project.set_turn(talk.turns[1].id, "")
    qtbot.waitUntil(lambda: counts(page).get("empty-answer") == 1)
    assert counts(page)["box-range"] == 2
    project.delete_conversations([talk.id])
    qtbot.waitUntil(lambda: "empty-answer" not in counts(page))


def test_moved_files_are_found_and_linked(
    page: HealthPage, session: Session, project: Project, qtbot: QtBot, tmp_path: Path
) -> None:
    moved = tmp_path / "new place"
    shutil.move(tmp_path / "pictures", moved)
    click(qtbot, page.again_button)
    qtbot.waitUntil(lambda: counts(page).get("file-missing") == 5, timeout=10_000)
    choose(page, qtbot, "file-missing")
    click(qtbot, page.findings.relink_button)
    dialog = page.findings.dialog
    assert isinstance(dialog, RelinkDialog)
    dialog.look_in(tmp_path / "nowhere")
    qtbot.waitUntil(lambda: "no such folder" in dialog.state.text())
    dialog.look_in(moved)
    qtbot.waitUntil(dialog.relink_button.isEnabled)
    assert "5" in dialog.relink_button.text()
    assert dialog.list.count() == 5
    click(qtbot, dialog.relink_button)
    qtbot.waitUntil(lambda: "file-missing" not in counts(page), timeout=10_000)
    assert all(row.file.is_file() for row in project.pictures(project.picture_ids()))
    assert project.conversations()[0].content.pictures == ("new place/p1.png",)


def test_a_file_that_changed_on_disk_is_said_and_listed(
    page: HealthPage, window: MainWindow, project: Project, qtbot: QtBot, tmp_path: Path
) -> None:
    draw(tmp_path / "pictures" / "p0.png", 77, (640, 480))
    page.health.files.look_now()
    qtbot.waitUntil(lambda: counts(page).get("size-changed") == 1, timeout=10_000)
    qtbot.waitUntil(lambda: any("changed on disk" in text for text in window.toasts.texts))
    choose(page, qtbot, "size-changed")
    click(qtbot, page.findings.mend_button)
    qtbot.waitUntil(lambda: "size-changed" not in counts(page))
    first = project.picture_ids()[0]
    assert project.regions(first)[0].rect == Rect(20, 20, 180, 180)


def test_without_faults_it_says_so(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    window.show_page("health")
    session.create_project(tmp_path / "clean.qvl")
    page = window._stack.currentWidget()
    assert isinstance(page, HealthPage)
    settled(page.health, qtbot)
    qtbot.waitUntil(lambda: page.findings.empty.title.text() == "Nothing to check yet")
    draw(tmp_path / "one.png", 1)
    assert session.project is not None
    session.project.add_pictures([tmp_path / "one.png"])
    qtbot.waitUntil(lambda: page.findings.empty.title.text() == "Nothing to mend")


def test_statistics_are_drawn_lead_to_pictures_and_are_saved(
    page: HealthPage, window: MainWindow, project: Project, qtbot: QtBot, tmp_path: Path
) -> None:
    view = page.statistics
    with qtbot.waitSignal(view.counted):
        page.show_view(STATISTICS)
    assert view.numbers.regions == 4
    assert view.boxes.counts == [3, 0, 2]
    assert view.boxes.text_at(2.2, 1) == "2 boxes: 2 pictures"
    assert view.boxes.text_at(7.0, 1) == ""
    assert sum(view.areas.counts) == 4
    assert view.places.cells.sum() == 4
    assert "boxes" in view.places.text_at(8, 10)
    assert [row.ref for row in view.refs.model.rows] == ["cats", "cat", "dog"]
    qtbot.keyClicks(view.refs.search, "ca")
    assert [row.ref for row in view.refs.model.rows] == ["cats", "cat"]
    text = view.as_csv()
    assert "regions of ref,cats,2\n" in text
    assert view.save_csv(tmp_path / "numbers.csv")
    assert view.save_png(tmp_path / "numbers.png")
    with Image.open(tmp_path / "numbers.png") as image:
        assert image.width > 500
    click_row(qtbot, view.refs.view, 1)
    assert window.current_page == "pictures"
    assert window.session.pictures.filter.refs == ("cat",)
    window.show_page("health")
    view.boxes.click_at(2, 1)
    asked = window.session.pictures.filter
    assert (asked.regions_from, asked.regions_to) == (2, 2)
    window.show_page("health")
    with qtbot.waitSignal(view.counted):
        view.filtered.click()
    assert view.numbers.pictures == 2


def test_the_limit_of_tokens_finds_long_conversations(page: HealthPage, qtbot: QtBot) -> None:
    page.show_view(STATISTICS)
    page.statistics.limit.setValue(64)
    qtbot.waitUntil(lambda: counts(page).get("too-long") == 4, timeout=10_000)
    assert "too long" in page.statistics.tokens.note.text()


def test_a_division_is_previewed_and_applied_in_one_step(page: HealthPage, project: Project, qtbot: QtBot) -> None:
    view = page.split
    page.show_view(SPLIT)
    qtbot.waitUntil(lambda: view.plan is not None)
    plan = view.plan
    assert plan is not None
    assert plan.together == 2
    first = view.table.item(0, 1)
    assert first is not None
    assert first.text().startswith(str(len(plan.pictures["train"])))
    assert not any(row.split for row in project.pictures(project.picture_ids()))
    view.shares["train"].setValue(50)
    view.shares["val"].setValue(50)
    view.shares["test"].setValue(0)
    view._way_buttons["ref"].click()
    qtbot.waitUntil(lambda: view.plan is not None and "test" not in view.plan.pictures)
    click(qtbot, view.apply_button)
    qtbot.waitUntil(lambda: all(row.split for row in project.pictures(project.picture_ids())))
    project.undo()
    assert not any(row.split for row in project.pictures(project.picture_ids()))
    for box in view.shares.values():
        box.setValue(0)
    qtbot.waitUntil(lambda: "share" in view.hint.text())
    assert not view.apply_button.isEnabled()


def test_reading_files_can_be_paused(page: HealthPage, qtbot: QtBot) -> None:
    files = page.health.files
    files.pause()
    assert files.paused
    files._everything = True
    files._begin()
    qtbot.waitUntil(page.pause_button.isVisible)
    qtbot.wait(150)
    assert files.running
    qtbot.mouseClick(page.pause_button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: not files.running)


def test_a_check_can_be_stopped(page: HealthPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qvl_desktop.jobs.health._GIVE_WAY", 0.5)
    page.health.complete = False
    page.health.start()
    assert page.health.running
    click(qtbot, page.stop_button)
    qtbot.waitUntil(lambda: not page.health.running)
    assert not page.health.complete
    assert page.words.text() == "Not checked"


def test_bars_have_round_widths() -> None:
    assert binned([]) == []
    assert binned([(0, 3), (2, 1)]) == [(0, 0, 3), (1, 1, 0), (2, 2, 1)]
    bars = binned([(5, 1), (4999, 2)])
    assert len(bars) <= 60
    assert bars[0] == (0, 99, 1)
    assert bars[-1] == (4900, 4999, 2)
