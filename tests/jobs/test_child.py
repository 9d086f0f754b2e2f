"""Whose program a child is: this one from source, and what the slim packed app does with and without an engine."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from qvl_desktop import cli
from qvl_desktop.core.run_folder import RunFolder, RunState
from qvl_desktop.jobs import child
from qvl_desktop.jobs.child import ENGINE_VARIABLE, NoEngineError, child_command, child_environment, require_engine
from qvl_desktop.jobs.engine import EngineSpec, EngineState, EngineSupervisor
from qvl_desktop.jobs.support_report import support_report
from qvl_desktop.jobs.training import TrainingThread


@pytest.fixture
def slim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As in the slim packed app, with nothing on the path; returns the program it takes itself for."""
    program = tmp_path / "slim" / "qvl-desktop"
    program.parent.mkdir()
    program.touch(mode=0o755)
    found = importlib.util.find_spec
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(child.importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.delenv(ENGINE_VARIABLE, raising=False)
    return program


def script(folder: Path, text: str) -> Path:
    program = folder / "an engine 引擎"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_from_source_a_child_is_this_python() -> None:
    require_engine()
    assert child_command("train", "x") == [sys.executable, "-m", "qvl_desktop", "train", "x"]


def test_the_slim_app_asks_the_engine_it_knows(slim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = script(tmp_path, "exit 0")
    monkeypatch.setenv(ENGINE_VARIABLE, str(engine))
    require_engine()
    assert child_command("serve")[0] == str(engine)
    assert child_environment()["PYINSTALLER_RESET_ENVIRONMENT"] == "1"
    monkeypatch.setenv(ENGINE_VARIABLE, str(slim))  # itself is no engine
    with pytest.raises(NoEngineError, match="pip install qvl-desktop"):
        require_engine()
    assert child_command("download", "--queue") == [str(slim), "download", "--queue"]


def test_without_an_engine_loading_a_model_says_so(slim: Path, qtbot: QtBot) -> None:
    engine = EngineSupervisor()
    engine.use(EngineSpec("demo"))
    assert engine.state is EngineState.FAILED
    assert engine.pid == 0
    assert "Program for model work" in engine.error


def test_without_an_engine_a_run_says_so(slim: Path, qtbot: QtBot, tmp_path: Path) -> None:
    thread = TrainingThread(RunFolder(tmp_path / "runs" / "first"))
    with qtbot.waitSignal(thread.outcomeKnown) as told:
        thread.launch()
    thread.detach()
    outcome = told.args[0]
    assert outcome.state is RunState.FAILED
    assert "Program for model work" in outcome.message


def test_model_work_of_the_command_line_goes_to_the_engine(
    slim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENGINE_VARIABLE, str(script(tmp_path, 'echo "$@"; exit 3')))
    assert cli.leave_to_engine(["evaluate", "--data", "a b.qvl"]) == 3
    assert capfd.readouterr().out == "evaluate --data a b.qvl\n"
    monkeypatch.setenv(ENGINE_VARIABLE, str(tmp_path / "gone"))
    assert cli.leave_to_engine(["demo"]) == 1
    assert "gone cannot be started (No such file or directory)" in capfd.readouterr().err
    monkeypatch.delenv(ENGINE_VARIABLE)
    assert cli.leave_to_engine(["demo"]) == 1
    assert "This slim edition holds the window alone" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="exit codes of signals are POSIX's")
def test_an_engine_that_cannot_start_ends_by_itself(tmp_path: Path) -> None:
    """It watches its stdin on a thread of its own, which must not break the interpreter's end."""
    command = child_command("serve", "--die-with-parent", "--model", str(tmp_path / "nothing"))
    process = subprocess.Popen(
        command, env=child_environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=os.sep
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    assert process.wait(30) == 1, said
    assert '"event": "failed"' in said
    assert "Fatal" not in said
    process.stdin.close()  # type: ignore[union-attr]
    process.stderr.close()


def test_the_report_names_the_engine(slim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    assert "Model half: slim edition, asks no program" in support_report()
    monkeypatch.setenv(ENGINE_VARIABLE, str(script(tmp_path, "exit 0")))
    assert f"asks {os.environ[ENGINE_VARIABLE]} (" in support_report(with_paths=True)
    assert str(tmp_path) not in support_report()
