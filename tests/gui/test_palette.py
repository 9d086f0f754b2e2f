"""The command palette: found by a few letters in both languages, run by keys alone, on the page it belongs to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.palette import Entry, found
from qvl_desktop.gui.shell.report_view import ReportView


def test_words_find_an_entry_wherever_they_stand_and_the_nearest_comes_first() -> None:
    entries = [
        Entry("Turn boxes into quads", lambda: None, "Regions"),
        Entry("Draw boxes", lambda: None, "Drawing"),
        Entry("New box in the middle", lambda: None, "Drawing"),
        Entry("导出…", lambda: None, "窗口", also="Export…"),
    ]
    assert [one.text for one in found(entries, "bo")] == [
        "Turn boxes into quads",
        "Draw boxes",
        "New box in the middle",
    ]
    assert [one.text for one in found(entries, "draw")] == ["Draw boxes", "New box in the middle"]
    assert [one.text for one in found(entries, "quads turn")] == ["Turn boxes into quads"]
    assert [one.text for one in found(entries, "EXPORT")] == ["导出…"]
    assert [one.text for one in found(entries, "导出")] == ["导出…"]
    assert found(entries, "zebra") == []
    assert found(entries, "  ") == entries


@pytest.fixture
def shown(window: MainWindow) -> MainWindow:
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    return window


def test_a_page_is_reached_by_keys_alone(shown: MainWindow) -> None:
    QTest.keyClick(shown, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shown.palette_card.isVisible()
    assert QApplication.focusWidget() is shown.palette_card.line
    QTest.keyClicks(shown.palette_card.line, "models")
    assert shown.palette_card.texts[0] == "Models"
    QTest.keyClick(shown.palette_card.line, Qt.Key.Key_Return)
    assert not shown.palette_card.isVisible()
    assert shown.current_page == "models"


def test_escape_leaves_everything_as_it_was(shown: MainWindow) -> None:
    page = shown.current_page
    QTest.keyClick(shown, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(shown.palette_card.line, "no such thing at all")
    assert shown.palette_card.texts == []
    assert shown.palette_card.nothing.isVisible()
    QTest.keyClick(shown.palette_card.line, Qt.Key.Key_Escape)
    assert not shown.palette_card.isVisible()
    assert shown.current_page == page


def test_a_click_elsewhere_closes_it(shown: MainWindow) -> None:
    QTest.keyClick(shown, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseClick(shown.rail, Qt.MouseButton.LeftButton, pos=shown.rail.rect().bottomLeft())
    assert not shown.palette_card.isVisible()


def test_the_report_is_found_and_copied(shown: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(shown, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(shown.palette_card.line, "report log")
    QTest.keyClick(shown.palette_card.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(shown.findChildren(ReportView)))
    (view,) = shown.findChildren(ReportView)
    qtbot.waitUntil(view.copy.isEnabled)
    QTest.mouseClick(view.copy, Qt.MouseButton.LeftButton)
    assert "QVL Desktop" in QApplication.clipboard().text()
    assert "PySide6" in QApplication.clipboard().text()
    view.close()
