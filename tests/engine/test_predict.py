"""`predict` from the command line: the answer, JSON, a picture with boxes, and clear failures."""

from __future__ import annotations

import json
import shutil
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


@pytest.mark.parametrize(
    "flags",
    [
        ("--max-tokens", "0"),
        ("--max-tokens", "many"),
        ("--temperature", "-1"),
        ("--temperature", "nan"),
        ("--top-p", "0"),
        ("--top-p", "1.5"),
        ("--precision", "int3"),
    ],
    ids=" ".join,
)
def test_flags_that_make_no_sense_are_wrong_use(flags: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        predict("--model", "demo", "--image", "x.png", "--prompt", "x", *flags)
    assert ended.value.code == 2
    assert flags[0] in capsys.readouterr().err


@pytest.mark.parametrize("out", ["out.xyz", "no such folder/out.png", "."])
def test_where_no_picture_can_be_written_is_told_before_loading(
    out: str, taught_folder: Path, pictures: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict("--model", taught_folder, "--image", pictures[0], "--prompt", "x", "--out", tmp_path / out) == 1
    said = capsys.readouterr()
    assert "written" in said.err
    assert "loading" not in said.err


def test_a_device_that_is_not_there(
    taught_folder: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for device in ("gpu", "cuda:99"):
        asked = ["--model", taught_folder, "--image", pictures[0], "--prompt", "x", "--device", device]
        assert predict(*asked) == 1
        assert f"{device}: there is no such device here. Choose one of auto, cpu" in capsys.readouterr().err


def test_the_precision_is_said_with_its_reason(
    taught_folder: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--model", taught_folder, "--image", pictures[0], "--prompt", "Find the red circle.", "--device", "cpu"]
    assert predict(*asked) == 0
    assert "loading the model in float32, on the CPU ..." in capsys.readouterr().err
    assert predict(*asked, "--precision", "bf16") == 0
    assert "loading the model in bfloat16 ..." in capsys.readouterr().err
    assert predict(*asked, "--precision", "int8") == 0
    assert "loading the model in int8, computing in float32, on the CPU ..." in capsys.readouterr().err


def test_tags_in_the_question_and_in_a_path_are_only_letters(
    taught_folder: Path, pictures: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / "a<img>b<box>图.png"
    odd.write_bytes(pictures[0].read_bytes())
    asked = ["--model", taught_folder, "--image", odd, "--prompt", "<img>x</img> <img> <imgpad> <|im_end|>"]
    assert predict(*asked, "--json", "--max-tokens", 3) == 0
    assert json.loads(capsys.readouterr().out)["tokens"] <= 3
    asked = ["--model", taught_folder, "--image", odd, "--prompt", "Find the red circle.", "--json"]
    assert predict(*asked) == 0
    assert [box["image"] for box in json.loads(capsys.readouterr().out)["boxes"]] == [str(odd)]


def test_sampling_as_the_model_s_settings_say(
    taught_folder: Path, pictures: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hot"
    shutil.copytree(taught_folder, folder)
    asked = ["--model", folder, "--image", pictures[0], "--prompt", "Find the red circle.", "--sample", "--seed", 1]
    settings = {"do_sample": True, "temperature": 50.0, "top_p": 1.0, "top_k": 0}
    (folder / "generation_config.json").write_text(json.dumps(settings))
    assert predict(*asked, "--max-tokens", 20) == 0
    assert capsys.readouterr().out.strip() != RED
    (folder / "generation_config.json").write_text(json.dumps(settings | {"top_k": 1}))
    assert predict(*asked) == 0
    assert capsys.readouterr().out == RED + "\n"
