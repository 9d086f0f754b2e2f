"""`check --model`: lengths are the encoder's own, over-long samples and what a family cannot say are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.cli import main
from qvl_desktop.commands.check_model import ModelChecker, lint_for_model
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.dialects import QWEN2_5_VL
from tests.models.tiny_families import make_model

QUAD = "<quad>(0,0),(9,0),(9,9),(0,9)</quad>"


def sample(folder: Path, name: str, words: str, answer: str = "<ref>cat</ref><box>(1,2),(3,4)</box>") -> Sample:
    turns = (Turn("user", f"Picture 1: <img>{name}</img>\n{words}"), Turn("assistant", answer))
    return Sample(Conversation(turns), (folder / name,), source=f"row {words[:5]}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("check")
    Image.new("RGB", (120, 90)).save(made / "a.png")
    Image.new("RGB", (2010, 10)).save(made / "long.png")
    make_model(QWEN2_5_VL, made / "model")
    return made


@pytest.mark.parametrize("model", ["demo", "tiny"])
def test_lengths_are_those_of_the_encoder(folder: Path, model: str) -> None:
    checker = ModelChecker("demo" if model == "demo" else str(folder / "model"))
    one = sample(folder, "a.png", "Find the cat. 找猫 " * 3)
    (size,) = [(120, 90)]
    measured = checker.measure(one, [size])
    if model == "demo":
        from qvl_desktop.models.qwen_vl.labels import build_sample

        assert measured.tokens == len(build_sample(checker._processor.tokenizer, one.conversation.turns).input_ids)
        assert (checker.limit, measured.picture_tokens) == (2048, 64)
    else:
        encoded = checker._processor.encode_chats(
            [(one.conversation.turns, one.pictures)], add_generation_prompt=False
        ).data["input_ids"]
        assert measured.tokens == encoded.shape[1]
        assert checker.limit == 1024
        assert measured.picture_tokens > 0


def test_each_fault_is_named(folder: Path) -> None:
    rows = (
        sample(folder, "a.png", "short"),
        sample(folder, "a.png", "xyz" * 1000),
        sample(folder, "a.png", "xyz" * 308),
        sample(folder, "a.png", "quad", QUAD),
        sample(folder, "long.png", "narrow"),
        sample(folder, "gone.png", "gone"),
    )
    found = lint_for_model(Dataset("d", rows), str(folder / "model"))
    assert [(finding.source, finding.code) for finding in found] == [
        ("row xyzxy", "model-too-long"),
        ("row xyzxy", "model-nearly-full"),
        ("row quad", "model-quad"),
        ("row narro", "model-picture"),
    ]
    assert "1024" in found[0].message
    assert found[0].level == "error"
    assert found[2].turn == 1
    assert (found[2].start, found[2].end) == (0, len(QUAD))
    assert lint_for_model(Dataset("d", rows[3:5]), "demo") == []


def test_the_command_exits_with_1_and_prints_json(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    question = {"role": "user", "content": "<image>" + "word " * 3000}
    record = {"messages": [question, {"role": "assistant", "content": "x"}],
              "images": [str(folder / "a.png")]}  # fmt: skip
    data = tmp_path / "data.jsonl"
    data.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert main(["check", str(data), "--model", "demo", "--json"]) == 1
    codes = [finding["code"] for finding in json.loads(capsys.readouterr().out)]
    assert codes == ["model-too-long"]
    assert main(["check", str(data), "--model", "demo"]) == 1
    line = capsys.readouterr().out.strip()
    assert line.startswith("data.jsonl: record 1: error: ")
    assert "2048" in line
