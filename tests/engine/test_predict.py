"""`predict` from the command line: the answer, JSON, a picture with boxes, and clear failures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.cli import main
from tests.engine.serving import ROOT
from tests.engine.tiny import BLUE, RED


def predict(*args: object) -> int:
    return main(["predict", *map(str, args)])


def test_the_answer_and_the_drawn_picture(
    taught_folder: Path, pictures: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    asked = ["--model", taught_folder, "--image", pictures[0], "--prompt", "Find the red circle."]
    assert predict(*asked, "--out", out, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert body["answer"] == RED
    assert body["boxes"] == [
        {
            "ref": "the red circle",
            "image": str(pictures[0]),
            "box": [125, 166, 500, 666],
            "pixels": [10.0, 10.0, 40.0, 40.0],
        }
    ]
    with Image.open(out) as drawn, Image.open(pictures[0]) as plain:
        assert drawn.size == plain.size
        assert drawn.tobytes() != plain.convert("RGB").tobytes()


def test_words_alone_and_only_words_on_stdout(
    taught_folder: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict("--model", taught_folder, "--image", pictures[0], "--prompt", "Find the red circle.") == 0
    assert capsys.readouterr().out == RED + "\n"


def test_an_adapter_answers(
    taught_folder: Path, adapter_folder: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--model", taught_folder, "--image", pictures[0], "--prompt", "Find the red circle."]
    assert predict(*asked, "--adapter", adapter_folder) == 0
    assert capsys.readouterr().out == BLUE + "\n"


@pytest.mark.parametrize("fault", ["picture", "model", "adapter"])
def test_what_is_wrong_is_said_before_anything_is_loaded(
    fault: str, taught_folder: Path, pictures: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "bad.png").write_bytes(b"nothing")
    image = bad / "bad.png" if fault == "picture" else pictures[0]
    model = bad if fault == "model" else taught_folder
    command = [sys.executable, "-m", "qvl_desktop", "predict", "--prompt", "hello", "--image", image, "--model", model]
    if fault == "adapter":
        command += ["--adapter", bad]
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert str(bad) in done.stderr
    assert "loading" not in done.stderr
    assert "Traceback" not in done.stderr
