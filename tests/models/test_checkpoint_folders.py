"""Folders of weights: layouts, precisions, memory, and the broken ones, refused before anything is read."""

from __future__ import annotations

import gc
import json
import os
import pickle
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import ConfigurationError, ModelError, ModelLoadError, WeightFileError
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from qvl_desktop.models.tensor_files import list_tensors
from tests.models.conftest import picture_ids, small_config

Model = QwenVLForConditionalGeneration
SHARD = "model-00001-of-00002.safetensors"


STATUS = Path("/proc/self/status")
needs_proc = pytest.mark.skipif(not STATUS.is_file(), reason="the peak of a process can be reset on Linux only")


def peak_of(work: Callable[[], object]) -> int:
    """Bytes by which the memory of this process rose at most."""

    def value(key: str) -> int:
        return int(re.search(rf"{key}:\s+(\d+)", STATUS.read_text())[1]) * 1024

    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = value("VmRSS")
    work()
    return value("VmHWM") - before


@pytest.fixture(scope="module")
def reference() -> Model:
    torch.manual_seed(0)
    return Model(small_config()).eval()


@pytest.fixture
def folder(reference: Model, tmp_path: Path) -> Path:
    path = tmp_path / "one file"
    reference.save_pretrained(path)
    return path


@pytest.fixture
def sharded(reference: Model, tmp_path: Path) -> Path:
    """Two safetensors shards and their index."""
    path = tmp_path / "sharded"
    reference.save_pretrained(path, max_shard_size="400KB")
    shards = sorted(file.name for file in path.glob("*.safetensors"))
    assert len(shards) >= 2
    assert (path / "model.safetensors.index.json").is_file()
    return path


def to_bin(folder: Path, **options: Any) -> Path:
    """The same folder with ``.bin`` files in the place of safetensors."""
    index = folder / "model.safetensors.index.json"
    renamed = {}
    for file in folder.glob("*.safetensors"):
        renamed[file.name] = file.name.replace("model", "pytorch_model").replace(".safetensors", ".bin")
        torch.save(load_file(file), folder / renamed[file.name], **options)
        file.unlink()
    if index.is_file():
        indexed = json.loads(index.read_text())
        indexed["weight_map"] = {name: renamed[file] for name, file in indexed["weight_map"].items()}
        (folder / "pytorch_model.bin.index.json").write_text(json.dumps(indexed))
        index.unlink()
    return folder


def sample() -> dict[str, torch.Tensor]:
    return {
        "input_ids": torch.tensor([[*picture_ids(), 5, 6, 7, 8]]),
        "pixel_values": torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)),
    }


@torch.no_grad()
@pytest.mark.parametrize("layout", ["safetensors", "shards", "bin", "bin shards", "legacy bin"])
def test_every_layout(folder: Path, sharded: Path, reference: Model, layout: str) -> None:
    path = sharded if "shards" in layout else folder
    if "bin" in layout:
        to_bin(path, _use_new_zipfile_serialization="legacy" not in layout)
    model = load_model(path, device="cpu")
    assert torch.equal(model(**sample()).logits, reference(**sample()).logits)
    stored = reference.state_dict()
    assert all(torch.equal(value, stored[name]) for name, value in model.state_dict().items())
    assert {name: p.requires_grad for name, p in model.named_parameters()} == {
        name: p.requires_grad for name, p in reference.named_parameters()
    }
    assert model.config.name_or_path == str(path)


def test_the_tensors_are_the_model_s_own(folder: Path) -> None:
    """Nothing points into the file: it can be replaced while the model lives."""
    to_bin(folder)
    model = load_model(folder, device="cpu")
    before = model.lm_head.weight.clone()
    size = (folder / "pytorch_model.bin").stat().st_size
    with (folder / "pytorch_model.bin").open("r+b") as file:
        file.write(b"\0" * size)
    assert torch.equal(model.lm_head.weight, before)
    with torch.no_grad():
        model.lm_head.weight.add_(1)


def test_generation_settings_and_dtype(folder: Path) -> None:
    (folder / "generation_config.json").write_text(
        json.dumps({"top_p": 0.3, "chat_format": "chatml", "max_new_tokens": 7})
    )
    model = load_model(folder, precision="bf16", device="cpu")
    assert model.generation_config.top_p == 0.3
    assert model.dtype == model.config.dtype == torch.bfloat16
    assert model.transformer.rotary.inv_freq.dtype == torch.float32
    assert not any(tensor.is_meta for tensor in [*model.parameters(), *model.buffers()])


def test_auto_map_is_not_followed(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModelForCausalLM": "modeling_qwen.QWenLMHeadModel"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modeling_qwen.py").write_text("raise SystemExit('remote code was run')")
    assert type(load_model(folder, device="cpu")) is Model


def test_the_tower_is_not_even_read(sharded: Path) -> None:
    whole = Checkpoint.open(sharded)
    assert any(name.startswith("transformer.visual.") for name in whole.tensors)
    model = load_model(sharded, device="cpu", visual=False)
    assert model.config.visual_tower is False
    assert not any(".visual." in name for name in model.state_dict())


# Broken folders


def test_a_missing_shard(sharded: Path) -> None:
    (sharded / SHARD.replace("00002", f"{len(list(sharded.glob('*.safetensors'))):05}")).unlink()
    with pytest.raises(ModelLoadError, match=r"1 file\(s\) of the model are missing: model-00001-of"):
        load_model(sharded, device="cpu")


def test_an_index_that_leads_out_of_the_folder(sharded: Path) -> None:
    index = sharded / "model.safetensors.index.json"
    indexed = json.loads(index.read_text())
    name = next(iter(indexed["weight_map"]))
    indexed["weight_map"][name] = "../elsewhere.safetensors"
    index.write_text(json.dumps(indexed))
    with pytest.raises(ModelLoadError, match="outside the folder"):
        load_model(sharded, device="cpu")
    index.write_text("[]")
    with pytest.raises(ModelLoadError, match=r"index\.json: cannot be read"):
        load_model(sharded, device="cpu")


def test_an_index_that_lies(sharded: Path) -> None:
    index = sharded / "model.safetensors.index.json"
    indexed = json.loads(index.read_text())
    indexed["weight_map"]["transformer.ghost.weight"] = next(iter(indexed["weight_map"].values()))
    index.write_text(json.dumps(indexed))
    with pytest.raises(ModelLoadError, match=r"does not hold|do not hold: transformer\.ghost\.weight"):
        load_model(sharded, device="cpu")


def header_of(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def write(path: Path, header: dict[str, Any], data: bytes) -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def broken_headers() -> dict[str, Any]:
    name = "lm_head.weight"

    def absurd_shape(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        header[name]["shape"] = [2**62, 2**62]
        return header, data

    def outside(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        first, last = header[name]["data_offsets"]
        header[name]["data_offsets"] = [first + 10**12, last + 10**12]
        return header, data

    def unknown_dtype(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        header[name]["dtype"] = "F3"
        return header, data

    def cut(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        return header, data[:-100]

    def longer(header: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        return header, data + b"0" * 100

    return {function.__name__: function for function in (absurd_shape, outside, unknown_dtype, cut, longer)}


@pytest.mark.parametrize("fault", broken_headers())
def test_a_broken_safetensors_file(folder: Path, fault: str) -> None:
    path = folder / "model.safetensors"
    write(path, *broken_headers()[fault](*header_of(path)))
    with pytest.raises(WeightFileError, match=r"model\.safetensors: ") as caught:
        load_model(folder, device="cpu")
    assert str(caught.value.values["path"]) == str(path)


@pytest.mark.parametrize("content", [b"", b"\x01", b"\xff" * 64, struct.pack("<Q", 10) + b"not json!!" + b"0" * 50])
def test_what_is_no_safetensors_file(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(WeightFileError, match="Download"):
        load_model(folder, device="cpu")


class Sneaky:
    """A pickle that wants to run code when it is read."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.proof),)


@pytest.mark.parametrize("archive", [True, False])
def test_a_pickle_that_wants_to_run_code(folder: Path, tmp_path: Path, archive: bool) -> None:
    to_bin(folder)
    path, proof = folder / "pytorch_model.bin", tmp_path / "code was run"
    torch.save({"lm_head.weight": Sneaky(proof)}, path, _use_new_zipfile_serialization=archive)
    with pytest.raises(WeightFileError, match=r"pytorch_model\.bin: .*would run code, so it is refused .*mkdir"):
        load_model(folder, device="cpu")
    assert not proof.exists()


def test_other_bin_files(folder: Path) -> None:
    to_bin(folder)
    path = folder / "pytorch_model.bin"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WeightFileError, match="cut short"):
        load_model(folder, device="cpu")
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(WeightFileError, match="no file of PyTorch weights"):
        load_model(folder, device="cpu")
    torch.save([torch.zeros(3)], path)
    with pytest.raises(WeightFileError, match="no named tensors"):
        load_model(folder, device="cpu")
    torch.save({"epoch": 3}, path)
    with pytest.raises(WeightFileError, match="epoch is no tensor"):
        load_model(folder, device="cpu")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hidden_size", 10**12),
        ("num_hidden_layers", 10**9),
        ("vocab_size", -1),
        ("kv_channels", 0),
        ("intermediate_size", "large"),
        ("num_attention_heads", 1.5),
        ("visual", []),
        ("visual.layers", 10**7),
        ("visual.n_queries", True),
        ("visual.mlp_ratio", 1e9),
        ("visual.width", None),
    ],
)
def test_absurd_sizes(folder: Path, field: str, value: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    target, _, leaf = field.rpartition(".")
    (config[target] if target else config)[leaf] = value
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ConfigurationError, match=rf"config\.json: {field}"):
        load_model(folder, device="cpu")


@needs_proc
def test_sizes_that_do_not_fit_the_weights(folder: Path) -> None:
    """Large but possible sizes are refused by the headers, without the memory they would take."""
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 4_000_000, "num_hidden_layers": 200}))

    def refused() -> None:
        match = r"Missing: transformer\.h\.10\..*Other shape: lm_head\.weight \[100, 64\]"
        with pytest.raises(ModelLoadError, match=match):
            load_model(folder, device="cpu")

    assert peak_of(refused) < 100 * 2**20
    (folder / "config.json").write_text(json.dumps(config | {"num_attention_heads": 3}))
    with pytest.raises(ModelError, match=r"attn|config"):
        load_model(folder, device="cpu")


def test_integers_where_weights_belong(folder: Path) -> None:
    state = load_file(folder / "model.safetensors")
    state["transformer.ln_f.weight"] = state["transformer.ln_f.weight"].int()
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelLoadError, match=r"transformer\.ln_f\.weight holds int32, where the model needs float32"):
        load_model(folder, device="cpu")


# Memory


@needs_proc
def test_reading_holds_one_tensor_at_a_time(tmp_path: Path) -> None:
    """6 tensors of 40 MiB: the peak is that of two, not of a file."""
    size = 40 * 2**20
    header = {
        f"t{index}": {"dtype": "F32", "shape": [size // 4], "data_offsets": [size * index, size * (index + 1)]}
        for index in range(6)
    }
    path = tmp_path / "model.safetensors"
    write(path, header, b"")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + 6 * size)

    def work() -> None:
        for _, value in Checkpoint.open(tmp_path).read():
            assert not value[::1024].any()

    assert peak_of(work) < 2.5 * size


@needs_proc
def test_loading_takes_the_model_and_one_tensor(tmp_path: Path) -> None:
    """A 34 MB float32 checkpoint loaded as bfloat16: 17 MB of model, never the whole float32 beside it."""
    config = small_config(
        vocab_size=64, hidden_size=512, num_attention_heads=16, intermediate_size=2048, num_hidden_layers=3
    )
    config.visual["output_dim"] = 512
    Model(config).save_pretrained(tmp_path)
    size = (tmp_path / "model.safetensors").stat().st_size
    load_model(tmp_path, precision="bf16", device="cpu")  # what is imported once is not counted
    kept = []
    peak = peak_of(lambda: kept.append(load_model(tmp_path, precision="bf16", device="cpu")))
    assert size > 30 * 2**20
    assert peak < size / 2 + 0.45 * size  # the allocator keeps some of what was freed


def test_list_tensors_reads_no_data(folder: Path) -> None:
    tensors = list_tensors(folder / "model.safetensors")
    state = load_file(folder / "model.safetensors")
    assert {tensor.name: (tensor.dtype, tensor.shape) for tensor in tensors} == {
        name: (value.dtype, tuple(value.shape)) for name, value in state.items()
    }
    assert sum(tensor.nbytes for tensor in tensors) == Checkpoint.open(folder).nbytes
