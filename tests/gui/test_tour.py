"""The guided tour in the real window: real hands do each thing; the card follows, waits, and keeps out of the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.tour.progress import Progress
from qvl_desktop.gui.tour.steps import STEPS
from qvl_desktop.gui.tour.tour import Tour
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.settings import Settings
from tests.gui.pictures import drag
from tests.gui.touring import HEART, at, begin, click, covers, forward, go_there, labelled, press, shown, the

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_from_a_fresh_window_by_the_palette(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    window.resize(1280, 800)
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    QTest.keyClicks(window.palette_card.line, "guided")
    assert window.palette_card.texts[0] == "Guided tour"
    QTest.keyClick(window.palette_card.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.tour.active)
    qtbot.waitUntil(lambda: session.project is not None, timeout=20_000)
    assert session.project is not None
    assert session.project.path.name == "demo.qvl"
    qtbot.waitUntil(at(window, "draw"), timeout=15_000)
    page = the(AnnotatePage, window)
    assert page.editing.picture is not None
    assert page.editing.picture.path == "pictures/known-01.jpg"
    assert page.editing.rows == [], "the first picture is left for the user"


def test_the_hands_do_it_and_the_card_goes_along(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    begin(window, qtbot)
    project = session.project
    assert project is not None
    go_there(window, qtbot)
    page = the(AnnotatePage, window)
    shown(page, qtbot)
    window.tour.look()
    assert window.tour.marker.target.isValid()
    assert covers(window) == ""

    drag(page.canvas, *HEART)
    window.tour.look()
    assert window.tour.card.said is not None
    assert window.tour.card.said.done
    qtbot.waitUntil(at(window, "name"), timeout=10_000)
    window.tour.look()
    assert page.editor.isVisible(), "the tour did not take the focus away from the field"
    assert not window.tour.card.geometry().intersects(window.tour.marker.target)
    page.editor.line.clear()
    QTest.keyClicks(page.editor.line, "orange heart")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(at(window, "token"), timeout=10_000)
    window.tour.look()
    assert covers(window) == ""

    before = page.editing.rows[0].token
    drag(page.canvas, (250, 48), (262, 60))
    assert page.editing.rows[0].token != before
    qtbot.waitUntil(at(window, "make"), timeout=10_000)
    window.tour.look()
    rail = window.findChild(QToolButton, "rail-conversations")
    assert isinstance(rail, QToolButton)
    assert "Ctrl+3" in (window.tour.card.said.hint if window.tour.card.said else "")
    click(rail)
    conversations = the(ConversationsPage, window)
    qtbot.waitUntil(conversations.template_button.isVisible)
    window.tour.look()
    assert covers(window) == ""
    click(conversations.template_button)
    dialog = conversations.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: window.tour.card.parentWidget() is dialog, timeout=10_000)
    assert window.tour.card.isVisible(), "the card is in the dialog, which keeps the user from the window"
    assert covers(window) == ""
    qtbot.waitUntil(dialog.make_button.isEnabled, timeout=15_000)
    count = project.conversation_count()
    click(dialog.make_button)
    qtbot.waitUntil(lambda: conversations.dialog is None, timeout=10_000)
    assert project.conversation_count() > count
    qtbot.waitUntil(at(window, "check"), timeout=10_000)
    assert window.tour.card.parentWidget() is not dialog

    press(Qt.Key.Key_5, CTRL) if QApplication.focusWidget() else window.show_page("health")
    qtbot.waitUntil(lambda: bool(window.tour.card.said and window.tour.card.said.done), timeout=15_000)
    assert window.tour.step.name == "check", "there is something to look at: it waits for Next"
    click(window.tour.card.next_button)
    assert window.tour.step.name == "train"


def test_quick_hands_are_not_lost(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    """The ref is typed while the card still shows that the box is drawn."""
    begin(window, qtbot)
    go_there(window, qtbot)
    page = the(AnnotatePage, window)
    shown(page, qtbot)
    drag(page.canvas, *HEART)
    page.editor.line.clear()
    QTest.keyClicks(page.editor.line, "heart")
    press(Qt.Key.Key_Return)
    assert window.tour.step.name == "draw"
    qtbot.waitUntil(at(window, "token"), timeout=15_000)


def test_next_goes_all_the_way_without_doing_anything(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    begin(window, qtbot)
    seen = []
    while window.tour.active:
        seen.append(window.tour.step.name)
        go_there(window, qtbot)
        assert covers(window) == ""
        click(window.tour.card.next_button)
    assert seen == [step.name for step in STEPS[1:]]
    assert Progress(session.settings).stage == "done"
    assert not window.tour.card.isVisible()
    assert not window.tour.marker.isVisible()
    assert session.project is not None
    assert not list(session.runs.summaries)


def test_back_goes_back_and_waits_anew(window: MainWindow, qtbot: QtBot) -> None:
    begin(window, qtbot)
    go_there(window, qtbot)
    page = the(AnnotatePage, window)
    shown(page, qtbot)
    drag(page.canvas, *HEART)
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(at(window, "name"), timeout=10_000)
    click(window.tour.card.back_button)
    assert window.tour.step.name == "draw"
    qtbot.wait(1500)
    assert window.tour.step.name == "draw", "the box of before does not count again"
    drag(page.canvas, (100, 200), (180, 300))
    qtbot.waitUntil(at(window, "name"), timeout=10_000)


def test_left_at_any_step_and_resumed_there_in_another_window(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    begin(window, qtbot)
    forward(window, qtbot, "train")
    window.tour.card.setFocus()
    press(Qt.Key.Key_Escape)
    assert not window.tour.active
    assert not window.tour.card.isVisible()
    assert "Train" in window.toasts.texts[-1]
    assert Progress(Settings(session.settings.path)).stage == "left"
    other = MainWindow(session)
    qtbot.addWidget(other)
    other.show()
    other.start()
    assert other._guide is None, "what was left is not brought up unasked"
    other.window_actions["tour"].trigger()
    assert other.tour.step.name == "train"
    other.tour.next()
    assert other.tour.step.name == "watch"
    other.hide()
    third = MainWindow(session)
    qtbot.addWidget(third)
    third.show()
    third.start()
    assert third.tour.active, "a window closed amid the tour goes on with it"
    assert third.tour.step.name == "watch"
    third.window_actions["tour_again"].trigger()
    assert third.tour.step.name == "draw"


def test_a_project_closed_under_it(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    begin(window, qtbot)
    go_there(window, qtbot)
    forward(window, qtbot, "make")
    session.close_project()
    said = window.tour.card.said
    assert said is not None
    assert "closed" in said.hint
    assert said.waits
    assert not window.tour.card.next_button.isEnabled()
    assert not window.tour.marker.isVisible()
    click(labelled(window.tour.card, "Open the demo project"))
    qtbot.waitUntil(lambda: session.project is not None, timeout=10_000)
    assert window.tour.step.name == "make"
    go_there(window, qtbot)
    assert window.tour.marker.target.isValid()


def test_a_project_of_ones_own(window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    assert session.create_project(tmp_path / "own.qvl")
    window.window_actions["tour"].trigger()
    assert window.tour.step.name == "open"
    assert window.tour.card.next_button.isEnabled()
    click(window.tour.card.next_button)
    assert window.tour.step.name == "draw"
    window.tour.look()
    said = window.tour.card.said
    assert said is not None
    assert "no picture" in said.hint, "an empty project says what is missing"
    assert not window.tour.marker.isVisible()
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    assert session.project is not None
    session.project.add_pictures([tmp_path / "a.png"])
    qtbot.waitUntil(lambda: window.tour.marker.isVisible(), timeout=10_000)


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800)])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_it_never_lies_on_what_it_speaks_of(
    window: MainWindow, qtbot: QtBot, size: tuple[int, int], language: str
) -> None:
    begin(window, qtbot)
    window.change_language(language)
    window.resize(*size)
    wrong = []
    while window.tour.active:
        for there in (False, True):
            if there:
                go_there(window, qtbot)
            window.tour.look()
            wrong.append(covers(window))
        window.tour.next()
    window.change_language("en")
    assert [text for text in wrong if text] == []


def test_it_follows_language_theme_and_size(window: MainWindow, qtbot: QtBot) -> None:
    begin(window, qtbot)
    go_there(window, qtbot)
    english = window.tour.card.said
    window.change_language("zh_CN")
    chinese = window.tour.card.said
    assert english is not None
    assert chinese is not None
    assert chinese.title != english.title
    assert window.tour.card.next_button.text() != "Next"
    window.change_language("en")
    assert window.tour.card.said == english
    light = window.tour.card.grab().toImage().pixelColor(40, 5)
    theme().set_mode("dark")
    dark = window.tour.card.grab().toImage().pixelColor(40, 5)
    theme().set_mode("light")
    assert light.lightness() > 200
    assert dark.lightness() < 80
    for size in ((1024, 640), (1500, 900), (1100, 700)):
        window.resize(*size)
        qtbot.wait(30)
        assert covers(window) == ""


def test_the_keyboard_is_enough(window: MainWindow, qtbot: QtBot) -> None:
    begin(window, qtbot)
    go_there(window, qtbot)
    window.show_page("annotate")
    page = the(AnnotatePage, window)
    page.canvas.setFocus()
    press(Qt.Key.Key_F6, SHIFT)
    assert QApplication.focusWidget() is window.tour.card.next_button
    press(Qt.Key.Key_Return)
    assert window.tour.step.name == "name"
    press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is window.tour.card.next_button
    press(Qt.Key.Key_Space)
    assert window.tour.step.name == "token"
    card = window.tour.card
    assert card.accessibleName() == "Tour: 4 of 14. The box becomes a token"
    assert "thousandths" in card.accessibleDescription()
    assert card.leave_button.accessibleName()
    press(Qt.Key.Key_Escape)
    assert not window.tour.active
    focused = QApplication.focusWidget()
    assert focused is not None
    assert not card.isAncestorOf(focused)


def test_escape_that_nobody_needs_leaves_it(window: MainWindow, qtbot: QtBot) -> None:
    begin(window, qtbot)
    go_there(window, qtbot)
    page = the(AnnotatePage, window)
    shown(page, qtbot)
    page.canvas.setFocus()
    drag(page.canvas, *HEART)
    press(Qt.Key.Key_Escape)
    assert window.tour.active, "the field at the box takes it"
    rail = window.findChild(QToolButton, "rail-annotate")
    assert rail is not None
    rail.setFocus()
    press(Qt.Key.Key_Escape)
    assert not window.tour.active


def test_without_the_demo_a_project_of_ones_own_is_asked_for(
    window: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qvl_desktop.gui.tour.tour.is_shipped", lambda: False)
    window.window_actions["tour"].trigger()
    said = window.tour.card.said
    assert said is not None
    assert "of your own" in said.hint
    assert said.offer == ""
    assert session.create_project(tmp_path / "own.qvl")
    click(window.tour.card.next_button)
    assert window.tour.step.name == "draw"


def test_what_is_scrolled_away_is_brought(window: MainWindow, qtbot: QtBot) -> None:
    """The card says how to get there when its widget is not in sight, and does it."""
    begin(window, qtbot)
    forward(window, qtbot, "make")
    conversations = the(ConversationsPage, window)
    conversations.template_button.hide()
    window.tour.look()
    assert window.tour.card.isVisible()
    assert not window.tour.marker.isVisible()
    conversations.template_button.show()
    window.tour.look()
    assert window.tour.marker.isVisible()


def test_the_user_may_put_the_card_elsewhere(window: MainWindow, qtbot: QtBot) -> None:
    begin(window, qtbot)
    go_there(window, qtbot)
    card = window.tour.card
    before = card.pos()
    grip = card.rect().center()
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=grip)
    QTest.mouseMove(card, grip - type(grip)(200, 60))
    QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=grip)
    assert card.pos() != before
    moved = card.pos()
    window.tour.look()
    assert card.pos() == moved, "it stays where it was put"
    click(card.next_button)
    assert window.tour.card.pos() != moved, "until the next step"


def test_nothing_of_it_works_while_it_is_not_on(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    assert window._guide is None
    begin(window, qtbot)
    tour = window.tour
    tour.leave()
    assert isinstance(tour, Tour)
    assert not tour._clock.isActive()
    session.close_project()
    assert not tour.card.isVisible()
