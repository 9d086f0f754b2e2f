"""`doctor`: what it finds of this installation, what it says of broken ones, and its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qvl_desktop import __version__, cli
from qvl_desktop.commands import doctor_facts
from qvl_desktop.commands.doctor_facts import Card, Engine, Facts, Folder, Torch, ask_engine, look_at_folder
from qvl_desktop.core import resources
from qvl_desktop.core.language import speak

WHOLE = Facts(
    edition="full",
    torch=Torch("2.13.0+cu128", "12.8", "", (Card("RTX 4090", 24 * 2**30),), "12.8"),
    torch_problem="",
    packages={name: "1.0" for name in (*doctor_facts.MODEL_HALF, "PySide6")},
    engine=None,
    missing=(),
    folders={"settings": Folder("/home/me/.config", True)},
)
SLIM = replace(WHOLE, edition="slim", torch=None, packages={"PySide6": "6.11"}, engine=Engine("/x/qvl", __version__))


def said(facts: Facts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setattr(doctor_facts, "find_out", lambda: facts)
    code = cli.main(["doctor"])
    return code, capsys.readouterr().out


def test_this_installation_is_whole(own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qvl_desktop", "doctor", "--json"], capture_output=True, text=True, check=False
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["problems"]) == (0, [])
    assert (told["edition"], told["version"], told["missing"]) == ("package", __version__, [])
    assert told["torch"]["version"]
    assert told["folders"]["settings"] == {"path": str(own_home / "qvl"), "writable": True}
    assert not (own_home / "qvl" / "settings.json").exists(), "looking changes nothing"


def test_a_whole_one_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = said(WHOLE, monkeypatch, capsys)
    assert code == 0
    assert "2.13.0+cu128, CUDA 12.8" in text
    assert re.search(r"Trains on +RTX 4090, 24\.0 GiB", text)
    assert text.endswith("All as it should be.\n")
    assert said(SLIM, monkeypatch, capsys)[0] == 0


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(WHOLE, missing=("icons/*.svg",)), "icons/*.svg): unpack or install QVL Desktop again"),
        (replace(WHOLE, folders={"data": Folder("/ro", False)}), "/ro (data) cannot be written"),
        (replace(WHOLE, torch=None, torch_problem="libc10.so"), "torch cannot be used (libc10.so)"),
        (replace(WHOLE, torch=replace(WHOLE.torch, cards=())), "CUDA 12.8, but no card answers"),  # type: ignore[type-var]
        (replace(WHOLE, torch=replace(WHOLE.torch, kernels="")), "no library for CUDA 12.8"),  # type: ignore[type-var]
        (replace(WHOLE, packages=WHOLE.packages | {"peft": ""}), "pip install peft"),
        (replace(SLIM, engine=None), "pip install qvl-desktop"),
        (replace(SLIM, engine=Engine("/x/qvl", problem="Permission denied")), "/x/qvl cannot do the model work (Perm"),
        (replace(SLIM, engine=Engine("/x/qvl", "9.9")), f"/x/qvl is version 9.9, this is {__version__}"),
    ],
)
def test_what_is_wrong_and_the_way_out(
    facts: Facts, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(facts, monkeypatch, capsys)
    assert code == 1
    assert words in text
    assert "All as it should be" not in text


def test_in_chinese(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor_facts, "find_out", lambda: WHOLE)
    try:
        assert cli.main(["--language", "zh", "doctor"]) == 0
    finally:
        speak("en")
        os.environ["QVL_LANGUAGE"] = "en"
    text = capsys.readouterr().out
    assert "一切正常" in text
    assert "打包应用，完整版" in text


def test_lost_files_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resources.missing_resources() == []
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    (tmp_path / "resources" / "icons" / "qvl-desktop.svg").touch()
    monkeypatch.setattr(resources, "resource_path", lambda *parts: (tmp_path / "resources").joinpath(*parts))
    missing = resources.missing_resources()
    assert "icons/qvl-desktop.svg" not in missing
    assert {"demo_model/model.safetensors", "help/index.md", "CHANGELOG.md"} <= set(missing)


def test_folders_are_tried(tmp_path: Path) -> None:
    assert look_at_folder(tmp_path / "not" / "yet").writable
    assert not (tmp_path / "not").exists()
    (tmp_path / "file").touch()
    assert not look_at_folder(tmp_path / "file" / "below").writable


@pytest.mark.skipif(os.name == "nt", reason="shell scripts")
def test_an_engine_that_is_none(tmp_path: Path) -> None:
    def script(text: str) -> str:
        program = tmp_path / "engine"
        program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    assert ask_engine(None) is None
    assert ask_engine(str(tmp_path / "gone")) == Engine(str(tmp_path / "gone"), problem="No such file or directory")
    other = script("echo 'usage: other' >&2; exit 2")
    assert ask_engine(other) == Engine(other, problem="usage: other")
    slim = script("""echo '{"version": "1.0", "torch": null, "torch_problem": "", "problems": ["slim too"]}'""")
    assert ask_engine(slim) == Engine(slim, "1.0", "slim too")
    good = script("""echo '{"version": "1.0", "torch": {"version": "2"}, "torch_problem": "", "problems": []}'""")
    assert ask_engine(good) == Engine(good, "1.0")
