"""Garbage with Qt objects in it is collected by the window's thread, whoever made it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.jobs.collecting import YOUNG, GarbageCollector


class Witness(QObject):
    """Tells in which thread it went. Part of a cycle, so that only the collector can free it."""

    threads: list[int] = []

    def __init__(self) -> None:
        super().__init__()
        self.itself = self

    def __del__(self) -> None:
        Witness.threads.append(threading.get_ident())


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[GarbageCollector]:
    gc.collect()
    Witness.threads.clear()
    made = GarbageCollector()
    yield made
    made.stop()


def test_a_busy_worker_frees_nothing_of_the_windows(collector: GarbageCollector, qtbot: QtBot) -> None:
    for _ in range(50):
        Witness()
    kept: list[list[object]] = []

    def work() -> None:
        kept.extend([] for _ in range(20 * YOUNG))

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert Witness.threads == [], "the worker made garbage enough for many collections"
    qtbot.waitUntil(lambda: len(Witness.threads) == 50, timeout=3000)
    assert set(Witness.threads) == {threading.get_ident()}


def test_old_garbage_goes_too(collector: GarbageCollector) -> None:
    Witness()
    survivors = [Witness() for _ in range(3)]
    gc.collect(1)
    survivors.clear()
    keep: list[list[object]] = []
    for _ in range(100):
        keep.extend([] for _ in range(YOUNG + 1))
        collector.look()
    assert len(Witness.threads) == 4
