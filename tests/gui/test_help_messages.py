"""Where a message is shown that the troubleshooting page knows, a button leads to its entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.errors import PictureError
from qvl_desktop.gui.help.book import Book, Link, quote_anchor
from qvl_desktop.gui.help.desk import close_help
from qvl_desktop.gui.help.trouble import PAGE, trouble_link
from qvl_desktop.gui.help.trouble_button import TroubleButton
from qvl_desktop.gui.help.window import HelpWindow
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.toasts import Toast
from qvl_desktop.gui.train.ways_out import WaysOut
from qvl_desktop.gui.translation import install_language
from qvl_desktop.jobs.session import Session
from tests.gui.every_page import FAILED, stage

NO_PICTURE = "{path}: this is not a picture that can be read."


@pytest.fixture(autouse=True)
def no_help_left() -> Iterator[None]:
    yield
    close_help()
    install_language("en")


def said(template: str) -> str:
    """A message as it would be shown: something in place of each name."""
    import re

    return re.sub(r"\{[^{}]*\}", "/home/me/Bilder/x 1.png", template)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_entry_is_found_by_its_message(language: str) -> None:
    quotes = Book(language).page(PAGE).quotes
    assert len(quotes) > 45
    for number, template in enumerate(quotes):
        assert trouble_link(said(template)) == Link(PAGE, quote_anchor(number)), template


def test_a_message_is_found_within_another_one_and_a_foreign_one_is_not() -> None:
    quotes = Book("en").page(PAGE).quotes
    inner = said(NO_PICTURE)
    assert trouble_link(f"The evaluation failed: {inner}") == Link(PAGE, quote_anchor(quotes.index(NO_PICTURE)))
    assert trouble_link("Something else happened.") is None
    assert trouble_link("") is None


def test_a_notice_leads_to_its_entry_and_stays(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    session.report(PictureError(NO_PICTURE, path="/tmp/a.png"))
    session.notice.emit("error", "Nobody has written about this.")
    known, unknown = window.toasts.findChildren(Toast)
    assert known.help.isVisible()
    assert not unknown.help.isVisible()
    QTest.mouseClick(known.help, Qt.MouseButton.LeftButton)
    shown = next(top for top in QApplication.topLevelWidgets() if isinstance(top, HelpWindow) and top.isVisible())
    assert shown.link.page == PAGE
    document = shown.viewer.document()
    place = document.findBlock(shown.viewer._places[shown.link.anchor] + 1)
    assert place.text() == NO_PICTURE
    top = document.documentLayout().blockBoundingRect(place).top()
    assert 0 <= top - shown.viewer.place < 60, "the message stands at the top"
    assert window.toasts.texts == ["/tmp/a.png: this is not a picture that can be read.", unknown.text]


def test_a_run_that_failed_leads_to_its_entry(tmp_path: Path) -> None:
    with stage(tmp_path) as there:
        from tests.gui.every_page import view

        view("train-failed").show(there)
        ways = there.window.findChild(WaysOut)
        assert ways is not None
        assert ways.isVisible()
        assert ways._message.text()
        button = ways.findChild(TroubleButton)
        assert button is not None
        assert button.isVisible() == (trouble_link(ways._message.text()) is not None)
        memory = next(text for text in Book("en").page(PAGE).quotes if "not enough memory for this run" in text)
        button.say(memory)
        assert button.isVisible()
        assert FAILED


def test_the_button_hides_when_there_is_nothing_to_say(qtbot: QtBot) -> None:
    button = TroubleButton()
    qtbot.addWidget(button)
    button.say(said(NO_PICTURE))
    assert button.link is not None
    assert not button.isHidden()
    button.say("")
    assert button.link is None
    assert button.isHidden()
