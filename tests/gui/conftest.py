"""For tests of the window: Qt's warnings fail a test, the session is a real one, and nothing outlives a test."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.theme import theme
from qvl_desktop.jobs.collecting import GarbageCollector
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import end_all_tasks
from qvl_desktop.storage.settings import Settings

if TYPE_CHECKING:
    from qvl_desktop.gui.shell.main_window import MainWindow

HARMLESS = ("This plugin does not support",)
"""What the offscreen platform says of itself."""


@pytest.fixture(autouse=True)
def collected_in_one_thread(qapp: QApplication) -> Iterator[None]:
    """As in the program: no worker destroys what belongs to the window."""
    collector = GarbageCollector()
    yield
    collector.stop()


@pytest.fixture(scope="session", autouse=True)
def quiet_collector() -> Iterator[None]:
    """Python's collector runs between tests, as it runs by a timer in the app (`jobs.collecting`).

    It must not run inside the destructor of a `QObject`: should it destroy another one there, Qt may wait for itself.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(autouse=True)
def collect_after(quiet_collector: None) -> Iterator[None]:
    """Collect when the test and everything it made is done with."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def no_qt_warnings(qapp: QApplication) -> Iterator[None]:
    """A warning of Qt fails the test that caused it. (Exceptions in slots fail through pytest-qt.)"""
    said: list[str] = []

    def hear(kind: QtMsgType, context: object, text: str) -> None:
        if kind is not QtMsgType.QtDebugMsg and not text.startswith(HARMLESS):
            said.append(text)

    previous = qInstallMessageHandler(hear)
    yield
    qInstallMessageHandler(previous)
    assert said == []


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[Session]:
    """A session with settings of its own; runs that are followed are let go at the end."""
    from qvl_desktop import app

    theme().install("light")
    made = app.make_session(Settings(tmp_path / "settings.json"))
    yield made
    app.shut_down(made)
    made.deleteLater()
    assert end_all_tasks()


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> MainWindow:
    """The main window, shown and started."""
    from qvl_desktop.gui.shell.main_window import MainWindow

    made = MainWindow(session)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.start()
    return made
