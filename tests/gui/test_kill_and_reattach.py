"""A run started from the window outlives the window's SIGKILL; the next window attaches and sees it end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop.core.events import Event, Paused, Step
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.run_folder import Command, EventReader, RunFolder
from qvl_desktop.storage.demo_project import make_demo_project, read_shipped
from tests.jobs.conftest import kill_holder

DRIVER = Path(__file__).with_name("drive_window.py")
ROOT = Path(__file__).resolve().parents[2]


def open_window(mode: str, project: Path, runs: Path) -> subprocess.Popen[str]:
    environment = dict(os.environ, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
    return subprocess.Popen(
        [sys.executable, str(DRIVER), mode, str(project), str(runs)], env=environment, stdout=subprocess.PIPE, text=True
    )


def told(window: subprocess.Popen[str], what: str) -> dict[str, Any]:
    """The next thing of this kind that the window tells."""
    assert window.stdout is not None
    for line in window.stdout:
        said: dict[str, Any] = json.loads(line)
        if said["what"] == what:
            return said
    raise AssertionError(f"the window ended without {what!r}")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "runs"
    yield place
    for run in place.glob("*"):
        kill_holder(RunFolder(run))


def wait_for(run: RunFolder, kind: type[Event], seconds: float = 120) -> None:
    """Until the run has told an event of this kind."""
    deadline = time.monotonic() + seconds
    reader = EventReader(run)
    while time.monotonic() < deadline:
        if any(isinstance(event, kind) for event in reader.read()):
            return
        time.sleep(0.05)
    raise AssertionError(f"no {kind.__name__} within {seconds} s")


@pytest.mark.slow
def test_a_run_outlives_the_window_and_is_found_again(tmp_path: Path, runs: Path) -> None:
    shipped = read_shipped("en")
    by_split = {split: [p for p in shipped.pictures if p[1] == split] for split in ("train", "val")}
    few = replace(shipped, pictures=(*by_split["train"][:6], *by_split["val"][:2]))
    project = make_demo_project(tmp_path, few, "en")
    first = open_window("start", project, runs)
    assert told(first, "begun")["problems"] == []
    before = told(first, "drawn")
    run = RunFolder(Path(before["run"]))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert is_locked(run.lock), "the run lives on"
    run.ask(Command.PAUSE)
    wait_for(run, Paused)
    second = open_window("attach", project, runs)
    try:
        after = told(second, "drawn")
        assert after["pid"] == before["pid"], "the same process, not another run"
        assert after["run"] == before["run"]
        end = told(second, "ended")
        assert end["state"] == "finished", end
        assert second.wait(timeout=60) == 0
    finally:
        second.kill()
    assert (run.adapter / "adapter_config.json").is_file()
    assert len(list(runs.iterdir())) == 1
    steps = [event.step for event in EventReader(run).read() if isinstance(event, Step)]
    assert steps == list(range(1, len(steps) + 1)), "no step twice, none left out"
