"""For tests of the supervisor: run folders and fake workers."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.jobs.collecting import GarbageCollector

WORKER = Path(__file__).with_name("fake_worker.py")


def fake_command(mode: str) -> Callable[[RunFolder], list[str]]:
    """How a run of this mode is started in place of `qvl-desktop train`."""

    def command(run: RunFolder) -> list[str]:
        resume = ["--resume"] if any(run.checkpoints.glob("checkpoint-*")) else []
        return [sys.executable, str(WORKER), mode, str(run.path), *resume]

    return command


@pytest.fixture(autouse=True)
def collected_in_one_thread(qapp: QCoreApplication) -> Iterator[None]:
    """As in the program: no worker destroys what belongs to the window."""
    collector = GarbageCollector()
    yield
    collector.stop()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    """A run folder with a plan; a process that still holds its lock is killed at the end."""
    folder = RunFolder(tmp_path / "runs" / "first")
    folder.create()
    TrainingPlan(data="data.json").save(folder.plan)
    yield folder
    kill_holder(folder)


def kill_holder(folder: RunFolder) -> None:
    """Kill the process that holds a run's lock."""
    from qvl_desktop.core.lockfile import is_locked

    if is_locked(folder.lock):
        os.kill(int(folder.lock.read_text()), signal.SIGKILL)
