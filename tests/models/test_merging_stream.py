"""Adding an adapter tensor by tensor: the same sums as PEFT's, whatever the kind, and little memory for any size."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.loading import load_adapter, load_model
from qvl_desktop.models.lora_updates import LoraUpdates
from qvl_desktop.models.merging import merge_folder
from tests.engine.tiny import make_model

TARGETS = ["c_attn", "attn.c_proj", "w1", "w2"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


def adapter_for(folder: Path, to: Path, **options: Any) -> Path:
    """An adapter with something in it, as PEFT saves it."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(3)
    config = LoraConfig(**{"r": 4, "lora_alpha": 6, "target_modules": TARGETS, "init_lora_weights": False} | options)
    model = get_peft_model(load_model(folder, device="cpu"), config)
    for name, value in model.named_parameters():
        if "magnitude" in name or "modules_to_save" in name:
            value.data *= 1 + 0.2 * torch.rand_like(value)
    model.save_pretrained(to)
    return to


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_rslora": True, "r": 16},
        {"use_dora": True},
        {"target_modules": ["w1"]},
        {"rank_pattern": {"w1": 2}},
        {"modules_to_save": ["ln_f"]},
        {"bias": "all"},
    ],
    ids=["lora", "rslora", "dora", "one-layer", "ranks", "saved-modules", "bias"],
)
def test_the_sum_is_that_of_peft(base: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    adapter = adapter_for(base, tmp_path / "adapter", **options)
    added_here = not {"rank_pattern", "modules_to_save", "bias"} & set(options)
    assert (LoraUpdates.open(adapter) is not None) == added_here
    merge_folder(base, adapter, tmp_path / "merged", device="cpu")
    wanted = load_adapter(load_model(base, device="cpu"), adapter).merge_and_unload().state_dict()
    got = load_file(tmp_path / "merged" / "model.safetensors")
    assert set(got) == set(load_file(base / "model.safetensors"))
    changed = 0
    for name, value in got.items():
        assert torch.allclose(value, wanted[name], atol=1e-6, rtol=1e-5), name
        changed += not torch.equal(value, load_file(base / "model.safetensors")[name])
    assert changed == (2 if options.get("target_modules") else 8 if "modules_to_save" not in options else 9)


def test_the_whole_comes_in_files_of_the_size_asked_for(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "adapter")
    merge_folder(base, adapter, tmp_path / "merged", device="cpu", shard_bytes=100_000)
    files = sorted(path.name for path in (tmp_path / "merged").glob("*.safetensors"))
    assert len(files) > 3
    assert files[0] == f"model-00001-of-{len(files):05d}.safetensors"
    index = json.loads((tmp_path / "merged" / "model.safetensors.index.json").read_text())
    assert set(index["weight_map"].values()) == set(files)
    one, many = tmp_path / "one", load_model(tmp_path / "merged", device="cpu").state_dict()
    merge_folder(base, adapter, one, device="cpu")
    assert all(torch.equal(value, many[name]) for name, value in load_model(one, device="cpu").state_dict().items())


def test_an_adapter_of_another_model_is_named(base: Path, tmp_path: Path) -> None:
    adapter = adapter_for(base, tmp_path / "adapter")
    state = load_file(adapter / "adapter_model.safetensors")
    wide = {name: torch.cat([value, value], dim=1) if "lora_A" in name else value for name, value in state.items()}
    save_file(wide, adapter / "adapter_model.safetensors")
    with pytest.raises(ModelLoadError, match=r"Of another size: .*c_attn \[192, 64\] != \[192, 128\]"):
        merge_folder(base, adapter, tmp_path / "merged", device="cpu")
    save_file(
        {name.replace(".h.1.", ".h.7."): value for name, value in state.items()}, adapter / "adapter_model.safetensors"
    )
    with pytest.raises(ModelLoadError, match=r"does not have: .*transformer\.h\.7\.attn"):
        merge_folder(base, adapter, tmp_path / "merged", device="cpu")
    assert not (tmp_path / "merged").exists()
    shutil.rmtree(adapter)
    with pytest.raises(ModelLoadError, match="not an adapter folder"):
        merge_folder(base, adapter, tmp_path / "merged", device="cpu")


MEASURED = """
import resource, sys
from pathlib import Path
import torch
from qvl_desktop.models.merging import merge_folder
folder, small, adapter, target = map(Path, sys.argv[1:5])
merge_folder(small, Path(sys.argv[5]), Path(sys.argv[6]), device="cpu")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
merge_folder(folder, adapter, target, device="cpu", shard_bytes=16 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="measured by getrusage")
def test_memory_does_not_grow_with_the_model(base: Path, tmp_path: Path) -> None:
    """A model of 250 MB is merged with less than half of that."""
    large = tmp_path / "large"
    shutil.copytree(base, large)
    config = json.loads((large / "config.json").read_text())
    config |= {"hidden_size": 512, "num_hidden_layers": 24, "num_attention_heads": 8, "kv_channels": 64}
    config |= {"intermediate_size": 3072}
    config["visual"] |= {"output_dim": 512}
    (large / "config.json").write_text(json.dumps(config))
    (large / "model.safetensors").unlink()
    from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

    QwenVLForConditionalGeneration(QwenVLConfig(**config)).save_pretrained(large, max_shard_size="32MB")
    weights = sum(path.stat().st_size for path in large.glob("*.safetensors"))
    assert weights > 200e6
    adapters = [adapter_for(folder, tmp_path / f"adapter-{folder.name}") for folder in (large, base)]
    words = [large, base, adapters[0], tmp_path / "merged", adapters[1], tmp_path / "small"]
    said = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, words)], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    grown = int(said.stdout.split()[-1]) * 1024
    assert grown < 0.4 * weights, f"{grown / 1e6:.0f} MB for {weights / 1e6:.0f} MB of weights"
