"""A window at which nothing happens is not woken, and hears Ctrl-C all the same."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import threading
import time

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.jobs.collecting import LOOK_SECONDS, YOUNG, GarbageCollector
from qvl_desktop.jobs.interrupting import interruptible


def spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


@pytest.fixture
def looks(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> dict[GarbageCollector, list[float]]:
    """When each collector looked through the young objects. (The tests have one too.)"""
    told: dict[GarbageCollector, list[float]] = {}
    look = GarbageCollector.look

    def listening(self: GarbageCollector) -> None:
        told.setdefault(self, []).append(time.monotonic())
        look(self)

    monkeypatch.setattr(GarbageCollector, "look", listening)
    return told


def test_the_collector_sets_no_timer_while_there_is_little(looks: dict[GarbageCollector, list[float]]) -> None:
    collector = GarbageCollector()
    gc.collect()
    spin(0.1)
    assert not any(timer.isActive() for timer in collector.findChildren(QTimer))
    assert collector not in looks
    collector.stop()


def test_garbage_made_again_and_again_is_looked_at_now_and_then(looks: dict[GarbageCollector, list[float]]) -> None:
    """Not at every turn of the loop, and the last of it is not left until somebody moves the mouse."""
    collector = GarbageCollector()
    kept: list[list[object]] = []
    maker = QTimer()
    maker.timeout.connect(lambda: kept.extend([] for _ in range(2 * YOUNG)))
    maker.start(5)
    spin(3.5 * LOOK_SECONDS)
    maker.stop()
    times = looks[collector]
    assert 2 <= len(times) <= 5
    assert min(after - before for before, after in itertools.pairwise(times)) >= LOOK_SECONDS - 0.01
    spin(2 * LOOK_SECONDS)
    assert gc.get_count()[0] < YOUNG
    collector.stop()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals to a process are not told this way here")
def test_ctrl_c_ends_a_loop_that_sleeps(qtbot: QtBot) -> None:
    """No timer of this test's own wakes the loop: the signal does."""
    loop = QEventLoop()
    before = signal.getsignal(signal.SIGINT)
    with interruptible(loop.quit):
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        QTimer.singleShot(20_000, loop.quit)
        loop.exec()
        assert 0.2 < time.monotonic() - began < 10
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1
