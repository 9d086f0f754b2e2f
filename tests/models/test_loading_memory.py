"""What loading costs in host memory, measured in a process of its own on checkpoints of several hundred megabytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

SHARD = 120 * 2**20
MEGABYTE = 2**20
SCRIPT = """
import re, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from qvl_desktop.models.loading import load_model
import bitsandbytes

def size(key):
    return int(re.search(key + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

Path("/proc/self/clear_refs").write_text("5")
before = size("VmRSS")
try:
    load_model(Path(sys.argv[1]), precision=sys.argv[2], device="cpu")
    print("loaded", end=" ")
except Exception as error:
    print(type(error).__name__, end=" ")
print(size("VmHWM") - before, size("VmRSS") - before)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A float16 checkpoint of 430 MB in shards of 120 MB; its numbers are zeros that take no room on the disk."""
    path = tmp_path_factory.mktemp("large")
    visual = {"image_size": 112, "patch_size": 14, "width": 256, "layers": 1, "heads": 4, "mlp_ratio": 4.0}
    config = QwenVLConfig(
        vocab_size=2000,
        hidden_size=1024,
        num_hidden_layers=20,
        num_attention_heads=8,
        intermediate_size=4096,
        visual=visual | {"output_dim": 1024, "image_start_id": 1000, "n_queries": 16},
    )
    config.save_pretrained(path)
    with torch.device("meta"):
        state = QwenVLForConditionalGeneration(config).half().state_dict()
    shards: list[dict[str, torch.Tensor]] = [{}]
    for name, value in state.items():
        if sum(kept.nbytes for kept in shards[-1].values()) + value.nbytes > SHARD:
            shards.append({})
        shards[-1][name] = value
    weight_map = {}
    for number, shard in enumerate(shards, 1):
        file, header, end = f"model-{number:05}-of-{len(shards):05}.safetensors", {}, 0
        for name, value in shard.items():
            header[name] = {"dtype": "F16", "shape": list(value.shape), "data_offsets": [end, end + value.nbytes]}
            end += value.nbytes
        text = json.dumps(header).encode()
        with (path / file).open("wb") as out:
            out.write(len(text).to_bytes(8, "little") + text)
            out.truncate(8 + len(text) + end)
        weight_map |= dict.fromkeys(shard, file)
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    assert sum(value.nbytes for value in state.values()) > 400 * MEGABYTE
    return path


def measured(folder: Path, precision: str) -> tuple[str, int, int]:
    """How it ended, the most memory it took, and what it kept, in bytes."""
    command = [sys.executable, "-c", SCRIPT, str(folder), precision]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    outcome, peak, kept = done.stdout.split()[-3:]
    return outcome, int(peak), int(kept)


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")


@needs_linux
@pytest.mark.parametrize(("precision", "share"), [("bf16", 1.0), ("nf4", 0.34)])
def test_the_model_and_less_than_a_shard_beside_it(folder: Path, precision: str, share: float) -> None:
    stored = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    outcome, peak, kept = measured(folder, precision)
    assert outcome == "loaded"
    assert kept < share * stored + 60 * MEGABYTE
    assert peak < share * stored + SHARD + 256 * MEGABYTE


@needs_linux
def test_a_damaged_folder_costs_nothing(folder: Path) -> None:
    last = sorted(folder.glob("*.safetensors"))[-1]
    whole = last.stat().st_size
    try:
        with last.open("r+b") as file:
            file.truncate(whole - 1)
        outcome, peak, _ = measured(folder, "bf16")
    finally:
        with last.open("r+b") as file:
            file.truncate(whole)
    assert outcome == "WeightFileError"
    assert peak < 40 * MEGABYTE
