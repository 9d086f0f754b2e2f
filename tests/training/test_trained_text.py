"""What is trained on, shown: the marked words are the labels of training, in every family; the window's way too."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from qvl_desktop.cli import main
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.trained_text import LeftOut, ShownSample, Summary, read_lines
from qvl_desktop.jobs.trained_text import TrainedTextReader
from qvl_desktop.models.loading import load_processor
from qvl_desktop.training.samples import encode_sample, sample_encoder
from qvl_desktop.training.trained_text import whole_signs
from tests.models.tiny_families import make_model


@pytest.fixture(scope="module")
def data(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = []
    for number, sample in enumerate(dataset.samples[:4]):
        talk = [{"from": turn.role, "value": turn.text} for turn in sample.conversation.turns]
        talk[1]["value"] += " 红" + " and more" * 100 * (number == 2)
        rows.append({"id": str(number), "conversations": talk})
    path = tmp_path_factory.mktemp("data") / "data.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def families(tiny_model: Path, tmp_path: Path) -> dict[str, Path]:
    return {"qwen-vl": tiny_model, "qwen3-vl": make_model("qwen3-vl", tmp_path / "later")}


@pytest.mark.parametrize("name", ["qwen-vl", "qwen3-vl"])
def test_shown_is_what_is_learnt(
    tiny_model: Path, data: Path, dataset: Dataset, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = families(tiny_model, tmp_path)[name]
    command = ["labels", "--model", str(folder), "--data", str(data), "--max-length", "420"]
    assert main([*command, "--json"]) == 0
    values = list(read_lines(capsys.readouterr().out.splitlines()))
    shown = [value for value in values if isinstance(value, ShownSample)]
    assert [value.number for value in shown] == [1, 2]  # the third is too long
    first = shown[0]
    learnt = "".join(piece.text for piece in first.pieces if piece.learnt)
    assert learnt.endswith(" 红<|im_end|>")
    assert ("<ref>red</ref><box>(" if name == "qwen-vl" else '"bbox_2d"') in learnt
    assert first.tokens == sum(piece.tokens for piece in first.pieces)
    assert first.supervised == sum(piece.tokens for piece in first.pieces if piece.learnt)
    slots = [piece.tokens for piece in first.pieces if piece.picture]
    processor: Any = load_processor(folder)
    assert slots == ([16] if name == "qwen-vl" else [processor.resizing.tokens(80, 60)])
    plain = encode_sample(dataset.samples[0], sample_encoder(processor), TrainingPlan(data="x"))
    assert first.tokens > len(plain.input_ids)  # the Chinese word
    (left_out,) = [value for value in values if isinstance(value, LeftOut)]
    assert (left_out.number, left_out.tokens > 420) == (3, True)
    assert values[-1] == Summary(3, 1, 1, *_sums(values[-1]), limit=420)

    assert main([*command, "--sample", "2"]) == 0
    said = capsys.readouterr().out
    assert said.count("[[") == said.count("]]") == 1
    assert "--- sample 2 (" in said
    assert "left out: sample 3 (" in said
    assert f"{slots[0]} x" not in said
    assert f" x {slots[0]}" in said


def _sums(value: Any) -> tuple[int, int, int]:
    assert 0 < value.supervised < value.tokens
    assert value.longest <= value.limit
    return value.tokens, value.supervised, value.longest


def test_colours_on_a_terminal_only(
    tiny_model: Path, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["labels", "--model", str(tiny_model), "--data", str(data), "--labels", "compatible"]) == 0
    said = capsys.readouterr().out
    assert "\033[1;32m<|im_start|>\033[0m" in said
    assert "[[" not in said


def test_wrong_use_is_told(tiny_model: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["labels", "--model", str(tiny_model), "--data", str(data), "--sample", "9"]) == 1
    assert "There are 4 samples" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["labels", "--model", str(tiny_model), "--data", str(data), "--max-length", "1"])


def test_the_windows_way(tiny_model: Path, data: Path, qtbot: QtBot) -> None:
    plan = TrainingPlan(model=str(tiny_model), data=str(data), max_length=420)
    reader = TrainedTextReader()
    shown: list[ShownSample] = []
    left_out: list[LeftOut] = []
    reader.sampleArrived.connect(shown.append)
    reader.leftOutArrived.connect(left_out.append)
    with qtbot.waitSignal(reader.summed, timeout=60_000) as told:
        reader.read(plan, first=2)
    assert [value.number for value in shown] == [2, 4]
    assert [value.number for value in left_out] == [3]
    assert told.args[0].samples == 3
    for piece in shown[0].pieces:
        assert piece.picture or "".join(piece.parts) == piece.text
    with qtbot.waitSignal(reader.failed, timeout=60_000) as told:
        reader.read(plan, first=5)
    assert "There are 4 samples" in told.args[0]


def test_signs_of_several_tokens_stay_whole() -> None:
    red = "红".encode()
    assert whole_signs([b"a", red[:1], red[1:], b" b"]) == ("a", "红", " b")
    assert whole_signs([b"a", red[:2]]) == ("a", "�")
