"""Keys: looked up, changed, in conflict, kept, and live at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.shell.keyboard_sheet import KeyboardSheet
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.settings import Settings
from tests.gui.annotating import CTRL, SHIFT, give, open_page, press, stored


@pytest.fixture
def page(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> AnnotatePage:
    return open_page(window, session, tmp_path, qtbot)


@pytest.fixture
def sheet(page: AnnotatePage, window: MainWindow, qtbot: QtBot) -> KeyboardSheet:
    press(page, Qt.Key.Key_F1)
    found = window.findChild(KeyboardSheet)
    assert found is not None
    assert found.isVisible()
    assert not found.isModal()
    return found


def shown(sheet: KeyboardSheet) -> dict[str, str]:
    return {item.text(0): item.text(1) for item in sheet._items() if not item.isHidden()}


def test_no_two_commands_have_the_same_keys(page: AnnotatePage, window: MainWindow) -> None:
    for name in ("pictures", "conversations", "annotate"):
        window.show_page(name)
    found = {name: [other.name for other in others] for name, others in window.shortcuts.conflicts().items() if others}
    assert found == {}


def test_the_sheet_has_every_action_and_is_searched(page: AnnotatePage, sheet: KeyboardSheet) -> None:
    everything = shown(sheet)
    for action in page.page_actions.values():
        assert action.text() in everything
    assert everything["Next picture"] == "D, PgDown"
    QTest.keyClicks(sheet.search, "overview")
    assert list(shown(sheet)) == ["Show the overview when zoomed in"]
    sheet.search.setText("ctrl+d")
    assert "Duplicate regions" in shown(sheet)
    assert "Copy regions" not in shown(sheet)


def test_question_mark_opens_it_too(page: AnnotatePage, window: MainWindow) -> None:
    press(page, Qt.Key.Key_Question)
    assert window.findChild(KeyboardSheet) is not None


def test_new_keys_are_live_shown_and_kept(
    page: AnnotatePage, sheet: KeyboardSheet, session: Session, window: MainWindow, qtbot: QtBot
) -> None:
    sheet.choose("annotate.duplicate")
    QTest.keyClick(sheet.tree, Qt.Key.Key_Return)
    assert sheet.waiting_for == "annotate.duplicate"
    QTest.keyClick(sheet.tree, Qt.Key.Key_J, CTRL)
    assert sheet.waiting_for == ""
    assert page.page_actions["duplicate"].toolTip() == "Duplicate regions  (Ctrl+J)"
    assert Settings(session.settings.path).shortcuts == {"annotate.duplicate": "Ctrl+J"}
    sheet.close()
    ids = give(page)
    page.desk.select(ids[0])
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.canvas.setFocus()
    press(page, Qt.Key.Key_D, CTRL)
    assert len(stored(session)) == 3
    press(page, Qt.Key.Key_J, CTRL)
    assert len(stored(session)) == 4


def test_the_key_of_a_tool_is_shown_in_place_at_once(page: AnnotatePage, sheet: KeyboardSheet) -> None:
    from PySide6.QtWidgets import QToolButton

    sheet.choose("annotate.tool_quad")
    sheet.change.click()
    QTest.keyClick(sheet.tree, Qt.Key.Key_4, CTRL | SHIFT)
    button = page.tools.findChild(QToolButton, "tool_quadTool")
    assert button is not None
    assert button.text() == "Ctrl+Shift+4"


def test_keys_in_use_are_taken_only_when_asked_for(page: AnnotatePage, sheet: KeyboardSheet, session: Session) -> None:
    sheet.choose("annotate.duplicate")
    sheet.change.click()
    QTest.keyClick(sheet.tree, Qt.Key.Key_C, CTRL)
    assert "Copy regions" in sheet.says.text()
    assert page.shortcuts.keys("annotate.duplicate") == ["Ctrl+D"]
    QTest.keyClick(sheet.tree, Qt.Key.Key_Escape)
    assert page.shortcuts.keys("annotate.copy") == ["Ctrl+C"]
    sheet.change.click()
    QTest.keyClick(sheet.tree, Qt.Key.Key_C, CTRL)
    assert sheet.take.isVisible()
    QTest.keyClick(sheet.tree, Qt.Key.Key_Return)
    assert page.shortcuts.keys("annotate.duplicate") == ["Ctrl+C"]
    assert page.shortcuts.keys("annotate.copy") == []
    assert page.page_actions["copy"].toolTip() == "Copy regions"
    sheet.reset_all.click()
    assert page.shortcuts.keys("annotate.copy") == ["Ctrl+C"]
    assert session.settings.shortcuts == {}


def test_fixed_keys_are_not_given_away_and_other_pages_are_no_conflict(
    page: AnnotatePage, sheet: KeyboardSheet
) -> None:
    sheet.choose("annotate.copy")
    sheet.change.click()
    QTest.keyClick(sheet.tree, Qt.Key.Key_3)
    assert "always means" in sheet.says.text()
    assert not sheet.take.isVisible()
    QTest.keyClick(sheet.tree, Qt.Key.Key_Escape)
    sheet.choose("annotate.digits")
    assert not sheet.change.isEnabled()


def test_keys_are_added_removed_and_reset(page: AnnotatePage, sheet: KeyboardSheet) -> None:
    sheet.choose("annotate.lock")
    sheet.add.click()
    QTest.keyClick(sheet.tree, Qt.Key.Key_J, CTRL)
    assert page.shortcuts.keys("annotate.lock") == ["L", "Ctrl+J"]
    QTest.keyClick(sheet.tree, Qt.Key.Key_Delete)
    assert page.shortcuts.keys("annotate.lock") == []
    assert sheet.reset.isEnabled()
    sheet.reset.click()
    assert page.shortcuts.keys("annotate.lock") == ["L"]


def test_own_keys_hold_after_another_language_and_in_the_next_start(
    page: AnnotatePage, window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    page.shortcuts.set_keys("annotate.next", ["Ctrl+Alt+N"])
    window.change_language("zh_CN")
    again = next(made for made in window.findChildren(AnnotatePage) if made is not page and made.isVisible())
    keys = [key.toString() for key in again.page_actions["next"].shortcuts()]
    window.change_language("en")
    assert keys == ["Ctrl+Alt+N"]
    assert QApplication.activeModalWidget() is None
