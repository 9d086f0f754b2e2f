"""A hand at the mouse and keys of the tour, for its tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.demo_project import open_demo_project

T = TypeVar("T", bound=QWidget)
HEART = (200.0, 4.0), (305.0, 92.0)
"""Two corners around the heart of the demo's first picture, which has no box yet; pixels."""


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whatever has the focus."""
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key, modifier)


def the(kind: type[T], window: QWidget) -> T:
    """The one widget of a kind."""
    found = window.findChildren(kind)
    assert found, kind
    return found[-1]


def begin(window: MainWindow, qtbot: QtBot) -> None:
    """Open the demo and begin the tour by its action, as menu, palette and keys do."""
    window.resize(1280, 800)
    open_demo_project(window.session)
    qtbot.waitUntil(lambda: window.session.project is not None, timeout=20_000)
    window.activateWindow()
    window.window_actions["tour"].trigger()
    assert window.tour.active
    assert window.tour.step.name == "draw"


def at(window: MainWindow, name: str) -> Callable[[], bool]:
    """Whether the tour is at a step."""
    return lambda: window.tour.step.name == name


def go_there(window: MainWindow, qtbot: QtBot) -> None:
    """Press the card's button that leads to the page of the step, if it has one."""
    window.tour.look()
    step = window.tour.step
    if step.page and window.current_page != step.page:
        assert window.tour.marker.target.isValid(), "the button of the page is outlined"
        click(window.tour.card.offer_button)
        assert window.current_page == step.page
    qtbot.wait(20)
    window.tour.look()


def forward(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """Press Next until the tour is at a step, and go to its page."""
    while window.tour.step.name != name:
        click(window.tour.card.next_button)
    go_there(window, qtbot)


def shown(page: AnnotatePage, qtbot: QtBot) -> None:
    """Wait for the picture on the canvas."""
    qtbot.waitUntil(lambda: page.canvas.path is not None and not page.canvas.waiting, timeout=10_000)


def covers(window: MainWindow) -> str:
    """What is wrong with where the card lies; "" when nothing is."""
    tour = window.tour
    card, target = tour.card.geometry(), tour.marker.target
    host = tour.card.parentWidget()
    assert host is not None
    if not host.rect().contains(card):
        return f"{tour.step.name}: the card {card} is outside {host.rect()}"
    if target.isValid() and card.intersects(target):
        return f"{tour.step.name}: the card {card} lies on {target}"
    return ""


def on_screen(widget: QWidget, host: QWidget) -> QRect:
    return QRect(widget.mapTo(host, QPoint()), widget.size())


def labelled(card: QWidget, text: str) -> QAbstractButton:
    """A visible button of the card by its words."""
    return next(one for one in card.findChildren(QAbstractButton) if one.text() == text and one.isVisible())
