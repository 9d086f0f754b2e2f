"""How the program comes up, in real processes: after a crash, after failed starts, in safe mode, after an update."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop import __version__, cli
from qvl_desktop.jobs.crash_watch import crash_folder
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.settings import Settings

DRIVER = Path(__file__).with_name("drive_start.py")
ROOT = Path(__file__).resolve().parents[2]

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


def begin(mode: str, *arguments: str, settle: bool = False) -> subprocess.Popen[str]:
    environment = dict(os.environ, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1", SETTLE="yes" if settle else "")
    return subprocess.Popen(
        [sys.executable, str(DRIVER), mode, *arguments],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run(mode: str, *arguments: str, settle: bool = False) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what was told, by its kind; of the same kind the last."""
    process = begin(mode, *arguments, settle=settle)
    out, _ = process.communicate(timeout=120)
    said = [json.loads(line) for line in out.splitlines()]
    return process.returncode, {one["what"]: one for one in said}


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    """The user's settings, none of them the usual ones, and a project that was open last; the settings file."""
    project = tmp_path / "mine.qvl"
    Project.create(project).close()
    settings = Settings()
    settings.theme, settings.last_project = "dark", str(project)
    settings.shortcuts = {"window.palette": "Ctrl+J"}
    settings.last_version = __version__
    settings.recent_projects = [str(project)]
    return settings.path


def test_the_command_line_opens_the_window_in_safe_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(target.path, target.safe) for target in map(cli.window_target, ([], ["--safe"])) if target] == [
        (None, False),
        (None, True),
    ]
    target = cli.window_target(["--safe", "a.qvl"])
    assert target is not None
    assert (target.path, target.safe) == (Path("a.qvl"), True)
    assert cli.window_target(["--safe", "models"]) is None
    with pytest.raises(SystemExit) as refused:
        cli.main(["--safe", "models"])
    assert refused.value.code == 2


@pytest.mark.parametrize(("language", "words"), [("en", "usualsettings"), ("zh", "默认设置")])
def test_the_help_tells_of_safe_mode_in_both_languages(language: str, words: str) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "qvl_desktop", "--language", language, "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "--safe" in shown
    assert words in "".join(shown.split())


def test_safe_mode_uses_no_settings_and_changes_none(chosen: Path) -> None:
    before = chosen.read_bytes()
    code, said = run("tell", "--safe")
    assert code == 0
    up = said["up"]
    assert (up["safe"], up["theme"], up["project"], up["keys"]) == (True, "system", "", ["Ctrl+K"])
    assert up["title"] == "Safe mode – QVL Desktop"
    assert list(up["strips"]) == ["safe mode"]
    assert chosen.read_bytes() == before
    _, said = run("tell")
    up = said["up"]
    assert (up["safe"], up["theme"], Path(up["project"]).name, up["keys"]) == (False, "dark", "mine.qvl", ["Ctrl+J"])
    assert up["strips"] == {}


def test_a_named_project_opens_in_safe_mode_too_and_damaged_settings_are_left_as_they_are(chosen: Path) -> None:
    project = chosen.parent / "other.qvl"
    Project.create(project).close()
    chosen.write_text("{ no settings", encoding="utf-8")
    _, said = run("tell", str(project), "--safe")
    assert Path(said["up"]["project"]) == project
    assert chosen.read_text(encoding="utf-8") == "{ no settings"


def test_start_normally_leaves_safe_mode(chosen: Path) -> None:
    process = begin("normally", "--safe")
    out, _ = process.communicate(timeout=120)
    said = [json.loads(line) for line in out.splitlines()]
    ups = [one for one in said if one["what"] == "up"]
    assert [one["safe"] for one in ups] == [True, False]
    assert ups[1]["project"].endswith("mine.qvl")
    assert process.returncode == 0
    if sys.platform != "win32":
        assert ups[0]["pid"] == ups[1]["pid"], "the terminal waits for the same process"


@posix
def test_a_fault_is_offered_at_the_next_start_with_its_place(chosen: Path) -> None:
    window = begin("stay", settle=True)
    assert window.stdout is not None
    assert json.loads(window.stdout.readline())["what"] == "up"
    time.sleep(0.3)
    window.send_signal(signal.SIGSEGV)
    assert window.wait(60) == -signal.SIGSEGV
    window.stdout.close()
    code, said = run("report")
    assert code == 0
    assert "crash" in said["up"]["strips"]
    text = said["report"]["text"]
    assert "Segmentation fault" in text
    assert 'File "qvl_desktop/app.py"' in text
    assert str(ROOT) not in text
    assert str(chosen.parent) not in text
    _, said = run("tell")
    assert said["up"]["strips"] == {}, "it is told once"
    assert len(list(crash_folder().glob("*.crash"))) == 1, "and stays"


def test_an_exception_that_ends_a_start_is_written_down_as_well(chosen: Path) -> None:
    code, _ = run("raise")
    assert code == 1
    _, said = run("report")
    assert "ValueError: the window cannot be made" in said["report"]["text"]


@posix
def test_two_starts_that_die_bring_the_offer_of_safe_mode(chosen: Path) -> None:
    before = chosen.read_bytes()
    for _ in range(2):
        code, said = run("die")
        assert code == -signal.SIGSEGV
        assert "asked" not in said
    code, said = run("ask-close")
    assert code == 0
    assert "up" not in said, "closing the question starts nothing"
    code, said = run("ask-safe")
    assert code == 0
    assert said["up"]["safe"]
    assert "crash" in said["up"]["strips"]
    assert chosen.read_bytes() == before
    code, said = run("ask-normal")
    assert not said["up"]["safe"]
    assert Path(said["up"]["project"]).name == "mine.qvl"
    code, said = run("die")
    assert code == -signal.SIGSEGV
    code, said = run("ask-normal", settle=True)
    assert "asked" in said, "one more that dies is enough to be asked again"


@posix
def test_a_start_that_went_well_forgets_those_that_died(chosen: Path) -> None:
    run("die")
    stays = begin("stay", settle=True)
    assert stays.stdout is not None
    assert json.loads(stays.stdout.readline())["what"] == "up"
    time.sleep(0.5)
    stays.kill()
    stays.wait()
    stays.stdout.close()
    run("die")
    code, said = run("tell")
    assert code == 0
    assert not said["up"]["safe"]


def test_news_are_offered_once_after_the_version_changed(chosen: Path) -> None:
    settings = Settings()
    settings.last_version = "0.0.1"
    _, said = run("tell")
    assert list(said["up"]["strips"]) == ["news"]
    assert __version__ in said["up"]["strips"]["news"]
    assert Settings().last_version == __version__
    _, said = run("tell")
    assert said["up"]["strips"] == {}


def test_nothing_is_new_at_the_very_first_start() -> None:
    _, said = run("tell")
    assert said["up"]["strips"] == {}
    assert Settings().last_version == __version__
