"""What nobody caught, in any thread, reaches the session, and Qt's messages the log."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, qWarning
from pytestqt.qtbot import QtBot

from qvl_desktop.jobs.program_log import catch_failures, log_file, release_failures, start_logging


class Receiver(QObject):
    """Stands for the session: an object of the window's thread."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Exception, bool]] = []

    def report(self, error: Exception) -> None:
        self.seen.append((error, QThread.currentThread() is self.thread()))


@pytest.fixture
def reported(qapp: object) -> Iterator[list[tuple[Exception, bool]]]:
    receiver = Receiver()
    hook = sys.excepthook
    catch_failures(receiver.report)
    yield receiver.seen
    release_failures()
    sys.excepthook = hook


def test_failures_of_every_thread_come_to_the_windows(qtbot: QtBot, reported: list[tuple[Exception, bool]]) -> None:
    def fails() -> None:
        raise ValueError("in a thread")

    worker = threading.Thread(target=fails)
    worker.start()
    worker.join()
    sys.excepthook(KeyError, KeyError("here"), None)
    qtbot.waitUntil(lambda: len(reported) == 2)
    assert all(in_the_windows_thread for _, in_the_windows_thread in reported)
    assert {str(error) for error, _ in reported} == {"in a thread", "'here'"}


def test_qt_speaks_into_the_log_file(reported: list[tuple[Exception, bool]], monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("qvl_desktop")
    monkeypatch.setattr(logger, "handlers", [])
    start_logging()
    qWarning("something about a widget")
    for handler in logger.handlers:
        handler.close()
    assert "Qt: something about a widget" in log_file().read_text(encoding="utf-8")
