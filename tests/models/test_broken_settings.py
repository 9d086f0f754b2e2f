"""Folders whose settings or vocabulary are damaged: refused with the file and the field, before weights are read."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.core.errors import QvlError
from qvl_desktop.models import tensor_files
from qvl_desktop.models.errors import ConfigurationError, ModelLoadError
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import small_config
from tests.models.golden_text import GOLDEN

IMAGE_START = 151857
NO_OBJECT = [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe\x00", b"[1, 2]", b'{"a":' * 3000]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    torch.manual_seed(0)
    QwenVLForConditionalGeneration(small_config()).save_pretrained(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder; reading a tensor of it fails the test."""
    target = tmp_path / "模型"
    shutil.copytree(saved, target)

    def read(*_: Any) -> None:
        raise AssertionError("weights were read")

    monkeypatch.setattr(tensor_files, "read_tensors", read)
    monkeypatch.setattr("qvl_desktop.models.checkpoint.read_tensors", read)
    return target


def change(folder: Path, field: str, value: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    target, _, leaf = field.rpartition(".")
    (config[target] if target else config)[leaf] = value
    (folder / "config.json").write_text(json.dumps(config))


FLAGS = ["no_bias", "use_logn_attn", "use_dynamic_ntk", "tie_word_embeddings"]
NUMBERS = ["layer_norm_epsilon", "rotary_emb_base", "rotary_pct", "emb_dropout_prob", "visual.mlp_ratio"]
WHOLE = ["hidden_size", "seq_length", "kv_channels", "visual.heads", "visual.image_start_id", "visual.n_queries"]
FAULTS = [
    *((field, value) for field in FLAGS for value in ("x", 1, None, [])),
    *((field, value) for field in NUMBERS for value in ("x", -1, math.nan, math.inf, 1e300, 2**70, True, None, {})),
    *((field, value) for field in WHOLE for value in ("x", -1, 0, 1.5, math.nan, 2**70, True, None, [])),
]


@pytest.mark.parametrize(("field", "value"), FAULTS, ids=str)
def test_a_setting_that_makes_no_sense_is_named(folder: Path, field: str, value: object) -> None:
    change(folder, field, value)
    with pytest.raises(ConfigurationError, match=rf"config\.json: {field} is ") as caught:
        load_model(folder, device="cpu")
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("field", ["heads", "image_size", "image_start_id", "mlp_ratio", "output_dim", "width"])
def test_a_tower_without_a_setting(folder: Path, field: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    del config["visual"][field]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ConfigurationError, match=rf"config\.json: visual\.{field} is missing"):
        load_model(folder, device="cpu")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("visual.heads", 3, r"visual\.width 64 cannot be divided by visual\.heads \(3\)"),
        ("kv_channels", 2, "rotary"),
        ("rotary_pct", 0.1, "rotary"),
        ("intermediate_size", 1, "intermediate_size 1 is below 2"),
        ("visual.output_dim", 128, "output_dim is 128 but hidden_size is 64"),
        ("visual.n_queries", 5, "not a square"),
        ("visual.patch_size", 15, "not a multiple"),
        ("model_type", [], "model_type"),
        ("model_type", "llama", "llama is not known here. Known: qwen,"),
        ("dtype", "x", "makes no model"),
        ("dtype", [], "makes no model"),
        ("quantization_config", {"quant_method": "awq"}, "quantised by awq"),
        ("quantization_config", {"quant_method": "gptq", "bits": 77}, "bits is 77"),
    ],
)
def test_settings_that_do_not_fit(folder: Path, field: str, value: object, message: str) -> None:
    change(folder, field, value)
    with pytest.raises(QvlError, match=message):
        load_model(folder, device="cpu")


@pytest.mark.parametrize("content", NO_OBJECT, ids=range(len(NO_OBJECT)))
@pytest.mark.parametrize("name", ["config.json", "generation_config.json", "quantize_config.json"])
def test_a_file_of_settings_that_is_none(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ModelLoadError, match=rf"模型/{name}: (cannot be read as JSON|the file holds no settings)"):
        load_model(folder, device="cpu")


PROCESSOR_FILES = [
    "tokenizer_config.json",
    "special_tokens_map.json",
    "preprocessor_config.json",
    "processor_config.json",
    "config.json",
]


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the official vocabulary and a configuration, without weights."""
    folder = tmp_path_factory.mktemp("half")
    config = {"model_type": "qwen", "visual": {"image_size": 448, "image_start_id": IMAGE_START}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("content", NO_OBJECT, ids=range(len(NO_OBJECT)))
@pytest.mark.parametrize("name", PROCESSOR_FILES)
def test_a_file_of_the_processor_that_is_none(half: Path, tmp_path: Path, name: str, content: bytes) -> None:
    shutil.copytree(half, tmp_path, dirs_exist_ok=True)
    (tmp_path / "qwen.tiktoken").symlink_to(GOLDEN / "qwen.tiktoken")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelLoadError, match=rf"{name}: (cannot be read as JSON|the file holds no settings)"):
        load_processor(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("preprocessor_config.json", {"image_size": "large"}, "image_size is large"),
        ("preprocessor_config.json", {"image_size": 10**7}, "image_size is 10000000"),
        ("preprocessor_config.json", {"image_mean": [1]}, r"image_mean is \[1\]; it must be three numbers"),
        ("preprocessor_config.json", {"image_std": [0, 1, 1]}, "image_std"),
        ("processor_config.json", {"n_queries": "x"}, "n_queries is x"),
        ("processor_config.json", {"n_queries": -4}, "n_queries is -4"),
        ("processor_config.json", {"n_queries": 64}, "64 slots here, but 256 in config.json"),
    ],
)
def test_numbers_of_the_processor(half: Path, tmp_path: Path, name: str, content: dict[str, Any], message: str) -> None:
    shutil.copytree(half, tmp_path, dirs_exist_ok=True)
    (tmp_path / "qwen.tiktoken").symlink_to(GOLDEN / "qwen.tiktoken")
    (tmp_path / name).write_text(json.dumps(content))
    with pytest.raises(QvlError, match=message):
        load_processor(tmp_path)


Edit = Callable[[list[bytes]], list[bytes]]
RANKS: dict[str, tuple[Edit, str]] = {
    "ten lines short": (
        lambda lines: lines[:-10],
        r"with 151633 tokens, <img> has the id 151847, but config\.json says",
    ),
    "half": (lambda lines: lines[: len(lines) // 2], "The file is not whole"),
    "one line more": (lambda lines: [*lines, b"YWJjZGVmZ2hpag== 151643"], "of another model"),
    "a line in the middle is lost": (lambda lines: lines[:500] + lines[501:], "without a gap"),
    "a line in the middle is damaged": (lambda lines: [*lines[:500], lines[500][3:], *lines[501:]], "line 501|gap"),
    "empty": (lambda lines: [], "256 of the 256 single bytes"),
    "a rank below zero": (lambda lines: [*lines, b"YWJj -5"], "gap"),
    "no numbers": (lambda lines: [b"not", b"a", b"file"], "line 1"),
}


@pytest.mark.parametrize("fault", RANKS)
def test_a_damaged_vocabulary(half: Path, tmp_path: Path, fault: str) -> None:
    edit, message = RANKS[fault]
    shutil.copytree(half, tmp_path, dirs_exist_ok=True)
    lines = (GOLDEN / "qwen.tiktoken").read_bytes().splitlines()
    (tmp_path / "qwen.tiktoken").write_bytes(b"\n".join(edit(lines)) + b"\n")
    with pytest.raises(QvlError, match=message) as caught:
        load_processor(tmp_path)
    assert "qwen.tiktoken" in str(caught.value)


def test_a_vocabulary_with_other_line_ends_is_the_same(half: Path, tmp_path: Path) -> None:
    shutil.copytree(half, tmp_path, dirs_exist_ok=True)
    official = (GOLDEN / "qwen.tiktoken").read_bytes()
    (tmp_path / "qwen.tiktoken").write_bytes(official.replace(b"\n", b"\r\n"))
    assert load_processor(tmp_path).tokenizer.encode("hi<box>") == [6023, 151853]
