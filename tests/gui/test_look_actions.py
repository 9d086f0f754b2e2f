"""After something was deleted, closed or left, the keyboard is somewhere that can be seen: never nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget

from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.gui.train.page import TrainPage
from tests.gui.every_page import FAILED, VIEWS, Stage, settle, stage, view, wait

CTRL = Qt.KeyboardModifier.ControlModifier
DIALOGS = [one for one in VIEWS if one.is_dialog]


def focused(there: Stage, after: str) -> QWidget:
    """What has the focus; it is in sight."""
    settle(there.window)
    at = QApplication.focusWidget()
    assert at is not None, f"nothing has the focus after {after}"
    assert at.isVisible(), f"{at} has the focus after {after}, and is hidden"
    return at


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    at = QApplication.focusWidget()
    assert at is not None
    QTest.keyClick(at, key, modifier)


def open_dialog() -> QDialog | None:
    """The dialog on top."""
    tops = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    modal = QApplication.activeModalWidget()
    return modal if isinstance(modal, QDialog) else tops[-1] if tops else None


def test_pages_are_gone_through_by_key(tmp_path: Path) -> None:
    with stage(tmp_path) as there:
        there.page("pictures")
        there.window.activateWindow()
        for number in (*range(1, len(PAGES) + 1), 1):
            QTest.keyClick(QApplication.focusWidget() or there.window, Qt.Key(Qt.Key.Key_0 + number), CTRL)
            wait(lambda number=number: there.window.current_page == PAGES[number - 1].name)  # type: ignore[misc]
            at = focused(there, f"going to {there.window.current_page}")
            page = there.window._stack.currentWidget()
            assert page is not None
            assert page is at or page.isAncestorOf(at) or there.window.rail.isAncestorOf(at), there.window.current_page


def test_dialogs_give_the_focus_back(tmp_path: Path) -> None:
    with stage(tmp_path) as there:
        for one in DIALOGS:
            shown = one.show(there)
            shown.activateWindow()
            at = focused(there, f"opening {one.name}")
            assert shown is at or shown.isAncestorOf(at) or at.window() is not there.window, one.name
            while dialog := open_dialog():
                dialog.activateWindow()
                settle(dialog)
                press(Qt.Key.Key_Escape)
                settle(there.window)
                assert not shiboken6.isValid(dialog) or not dialog.isVisible(), f"{one.name}: Esc closes it"
                there.window.activateWindow()
            focused(there, f"closing {one.name}")
            there.leave()


def test_what_is_deleted_leaves_the_focus_beside_it(tmp_path: Path) -> None:
    with stage(tmp_path) as there:
        view("annotate").show(there)
        there.window.activateWindow()
        page = there.window.findChild(AnnotatePage)
        assert page is not None
        page.canvas.setFocus()
        press(Qt.Key.Key_Delete)
        assert focused(there, "deleting a region on the canvas") is page.canvas
        there.session.undo()
        view("chat").show(there)
        chat = there.window.findChild(ChatPage)
        assert chat is not None
        chat.threads.view.setFocus()
        press(Qt.Key.Key_Delete)
        focused(there, "deleting a chat")
        view("train-failed").show(there)
        train = there.window.findChild(TrainPage)
        assert train is not None
        train.run_list.setFocus()
        press(Qt.Key.Key_Delete)
        focused(there, "deleting a run")
        assert there.session.runs.summary(there.runs / FAILED) is None


@pytest.mark.parametrize("name", ["palette", "toasts"])
def test_what_lies_over_a_page_gives_the_focus_back(tmp_path: Path, name: str) -> None:
    with stage(tmp_path) as there:
        there.page("pictures")
        there.window.activateWindow()
        before = focused(there, "going to the pictures")
        view(name).show(there)
        if name == "palette":
            assert focused(there, "opening the palette") is not before
            press(Qt.Key.Key_Escape)
        else:
            closers = [one for one in there.window.toasts.findChildren(QAbstractButton) if one.text() == ""]
            for closer in closers:
                closer.setFocus()
                press(Qt.Key.Key_Space)
                focused(there, "closing a notice")
        focused(there, f"closing {name}")
