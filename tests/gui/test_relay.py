"""Results of workers reach their object, and nobody when it is gone."""

from __future__ import annotations

import threading

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.widgets.relay import Relay


class Receiver(QObject):
    """Notes what it gets, and on which thread."""

    def __init__(self, heard: list[object], parent: QObject) -> None:
        super().__init__(parent)
        self.heard = heard
        self.relay = Relay(self.take)

    @Slot(object)
    def take(self, result: object) -> None:
        self.heard.append((result, QThread.currentThread() is self.thread()))


def emit_from_worker(relay: Relay, result: object) -> None:
    worker = threading.Thread(target=relay.send, args=(result,))
    worker.start()
    worker.join()


def test_a_result_arrives_on_the_receivers_thread(qtbot: QtBot) -> None:
    heard: list[object] = []
    parent = QObject()
    receiver = Receiver(heard, parent)
    emit_from_worker(receiver.relay, "picture")
    assert heard == []
    qtbot.waitUntil(lambda: heard == [("picture", True)])


def test_a_result_for_an_object_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    heard: list[object] = []
    parent = QObject()
    relay = Receiver(heard, parent).relay
    emit_from_worker(relay, "on its way")
    parent.deleteLater()
    del parent
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    emit_from_worker(relay, "too late")
    qtbot.wait(20)
    assert heard == []
