"""What loading costs in host memory, measured in a process of its own on checkpoints of several hundred megabytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from tests.models import tiny_families

SHARD = 120 * 2**20
MEGABYTE = 2**20
SCRIPT = """
import re, sys, threading, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from qvl_desktop.models.loading import load_model
import bitsandbytes

def size(key):
    return int(re.search(key + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

Path("/proc/self/clear_refs").write_text("5")
before, own, most = size("VmRSS"), size("RssAnon"), [0]

def watch():
    while True:
        most[0] = max(most[0], size("RssAnon"))
        time.sleep(0.002)

threading.Thread(target=watch, daemon=True).start()
try:
    load_model(Path(sys.argv[1]), precision=sys.argv[2], device="cpu")
    print("loaded", end=" ")
except Exception as error:
    print(type(error).__name__, end=" ")
print(size("VmHWM") - before, size("VmRSS") - before, max(most[0], size("RssAnon")) - own)
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
    write_zeros(path, state)
    return path


LATER = ("qwen2.5-vl", "qwen3.5")


@pytest.fixture(scope="module", params=LATER)
def later_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a later family: its weights are read by `transformers`."""
    path = tmp_path_factory.mktemp(request.param)
    config = tiny_families.make_config(request.param, tiny_families.make_tokenizer(request.param))
    for name, value in {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 12}.items():
        setattr(config.text_config, name, value)
    if config.text_config.layer_types:
        config.text_config.layer_types = [*config.text_config.layer_types * 12][:12]
    config.vision_config.out_hidden_size = 1024
    config.save_pretrained(path)
    with torch.device("meta"):
        model = getattr(transformers, tiny_families.CLASSES[request.param])(config).half()
    write_zeros(path, model.state_dict())
    return path


def write_zeros(path: Path, state: dict[str, torch.Tensor]) -> None:
    """Shards and their index for tensors of float16, as holes in files."""
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
    (path / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    assert sum(value.nbytes for value in state.values()) > 250 * MEGABYTE


def measured(folder: Path, precision: str) -> tuple[str, int, int, int]:
    """How it ended, the most memory it took, what it kept, and the most that was not pages of files, in bytes."""
    command = [sys.executable, "-c", SCRIPT, str(folder), precision]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    outcome, peak, kept, own = done.stdout.split()[-4:]
    return outcome, int(peak), int(kept), int(own)


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")


@needs_linux
@pytest.mark.parametrize(("precision", "share"), [("bf16", 1.0), ("nf4", 0.34)])
def test_the_model_and_less_than_a_shard_beside_it(folder: Path, precision: str, share: float) -> None:
    stored = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    outcome, peak, kept, _ = measured(folder, precision)
    assert outcome == "loaded"
    assert kept < share * stored + 60 * MEGABYTE
    assert peak < share * stored + SHARD + 256 * MEGABYTE


@needs_linux
@pytest.mark.parametrize(("precision", "share"), [("bf16", 1.0), ("nf4", 0.34)])
def test_later_families_too(later_folder: Path, precision: str, share: float) -> None:
    """`transformers` maps all files until it is done: pages that the system takes back whenever it needs them. What is
    really taken is the model and less than a shard."""
    stored = sum(file.stat().st_size for file in later_folder.glob("*.safetensors"))
    outcome, peak, _, own = measured(later_folder, precision)
    assert outcome == "loaded"
    assert own < share * stored + SHARD + 128 * MEGABYTE
    assert peak < share * stored + stored + 256 * MEGABYTE


@needs_linux
def test_a_damaged_folder_costs_nothing(folder: Path) -> None:
    last = sorted(folder.glob("*.safetensors"))[-1]
    whole = last.stat().st_size
    try:
        with last.open("r+b") as file:
            file.truncate(whole - 1)
        outcome, peak, _, _ = measured(folder, "bf16")
    finally:
        with last.open("r+b") as file:
            file.truncate(whole)
    assert outcome == "WeightFileError"
    assert peak < 40 * MEGABYTE
