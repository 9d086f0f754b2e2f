"""For tests of downloads: a small model, a hub of each kind, and no patience."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from qvl_desktop.hubs.patience import Patience
from tests.hubs.fake_hub import FakeHub, serving

REPO = "Qwen/Tiny-VL"
HASTE = Patience(tries=3, first=0.01, most=0.05, silence=5)


def make_shard(path: Path, name: str, numbers: int) -> None:
    """A real safetensors file with one tensor of random bytes."""
    header = {name: {"dtype": "U8", "shape": [numbers], "data_offsets": [0, numbers]}}
    body = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(body)) + body + Random(name).randbytes(numbers))


def make_repository(folder: Path) -> Path:
    """Two shards, an index, small files, and things that nobody wants."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen", "visual": {}}))
    (folder / "qwen.tiktoken").write_text("IQ== 0\nIg== 1\n")
    (folder / "LICENSE").write_text("Do as you like.")
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name, numbers in zip(names, (300_000, 200_000), strict=True):
        make_shard(folder / name, name, numbers)
    index = {"metadata": {}, "weight_map": {name: name for name in names}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    for name in ("pytorch_model.bin", "modeling_qwen.py", "assets.zip", ".gitattributes", "optimizer.pt"):
        (folder / name).write_bytes(b"unwanted")
    return folder


WANTED = {
    "config.json",
    "qwen.tiktoken",
    "LICENSE",
    "model.safetensors.index.json",
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
}
SHARD = "model-00001-of-00002.safetensors"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "hub" / "Tiny-VL")


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key of anybody's is used."""
    for name in ("HF_TOKEN", "HF_ENDPOINT", "MODELSCOPE_API_TOKEN", "MODELSCOPE_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "modelscope"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


@pytest.fixture
def hub(repository: Path) -> Iterator[FakeHub]:
    with serving(FakeHub({REPO: repository})) as made:
        yield made
