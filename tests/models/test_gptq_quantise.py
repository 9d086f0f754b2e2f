"""Quantising and merging folders: exact round trips, better than rounding, refused where it makes no sense."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvl_desktop.models.errors import ModelLoadError, ModelWriteError, QuantizationError
from qvl_desktop.models.gptq.calibration import calibrate
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.peft import with_gptq_layers
from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.rounding import dense_weight, gptq, round_to_nearest
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.merging import merge_folder
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from qvl_desktop.models.weight_writer import ModelFolderWriter
from tests.models import tiny_families
from tests.models.conftest import picture_ids, small_config

Model = QwenVLForConditionalGeneration
CPU = torch.device("cpu")
SETTINGS = GPTQSettings(group_size=32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("dense")
    model = Model(small_config())
    for name, value in model.named_parameters():
        if ".h." in name and name.endswith("weight") and value.ndim == 2:
            value.data.mul_(5)
        elif name.endswith("bias"):
            value.data.normal_(std=0.02)
    model.save_pretrained(path)
    (path / "qwen.tiktoken").write_text("ranks")
    (path / "pytorch_model.bin.index.json").write_text("{}")
    return path


def samples(count: int = 24, seed: int = 1) -> list[dict[str, torch.Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    words = [torch.randint(1, 60, (20,), generator=generator).tolist() for _ in range(count)]
    return [
        {
            "input_ids": torch.tensor([[*picture_ids(), *text]]),
            "pixel_values": torch.randn(1, 3, 64, 64, generator=generator),
        }
        for text in words
    ]


def correlated(inputs: int, rows: int, seed: int) -> torch.Tensor:
    """Inputs that occur together, as those of real layers do: few directions and a little noise."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(inputs // 8, inputs, generator=torch.Generator().manual_seed(9))
    along = torch.randn(rows, inputs // 8, generator=generator) @ mixing
    return along + 0.3 * torch.randn(rows, inputs, generator=generator)


@pytest.mark.parametrize("sym", [True, False])
@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("layout", ["gptq", "gptq_v2"])
def test_rounding_is_to_the_nearest(bits: int, sym: bool, layout: str) -> None:
    weight = torch.randn(32, 96, generator=torch.Generator().manual_seed(0))
    settings = GPTQSettings(bits=bits, group_size=48, sym=sym, layout=layout)
    rounded = round_to_nearest(weight, settings)
    tensors = rounded.tensors(settings)
    assert tensors["qweight"].shape == (96 * bits // 32, 32)
    assert tensors["scales"].dtype == torch.float16
    if sym:
        assert bool((rounded.zeros == 2 ** (bits - 1)).all())
    dense = dense_weight(tensors, settings, torch.float32)
    inside = rounded.q.T.gt(0) & rounded.q.T.lt(2**bits - 1)
    half_step = rounded.scales.float().repeat_interleave(48, 0).T / 2
    assert bool(((dense - weight).abs() <= half_step + 1e-6)[inside].all())
    assert float((dense - weight).norm() / weight.norm()) < {2: 0.6, 4: 0.12, 8: 0.01}[bits]


@pytest.mark.parametrize("group_size", [32, 128, -1])
def test_gptq_beats_rounding_on_the_layer_s_output(group_size: int) -> None:
    weight = torch.randn(64, 256, generator=torch.Generator().manual_seed(0))
    seen, unseen = correlated(256, 2048, 1), correlated(256, 512, 2)
    settings = GPTQSettings(group_size=group_size)
    hessian = seen.T @ seen
    before = hessian.clone()

    def error(tensors: dict[str, torch.Tensor]) -> float:
        return float((unseen @ (dense_weight(tensors, settings, torch.float32) - weight).T).square().mean())

    solved = error(gptq(weight, hessian, settings).tensors(settings))
    rounded = error(round_to_nearest(weight, settings).tensors(settings))
    assert solved < 0.6 * rounded
    assert torch.equal(hessian, before)


def test_inputs_that_never_occur() -> None:
    weight = torch.randn(32, 64, generator=torch.Generator().manual_seed(0))
    seen = correlated(64, 256, 1)
    seen[:, 5] = 0
    dense = dense_weight(gptq(weight, seen.T @ seen, SETTINGS).tensors(SETTINGS), SETTINGS, torch.float32)
    assert torch.isfinite(dense).all()
    assert not dense[:, 5].any()
    zero = dense_weight(round_to_nearest(torch.zeros(32, 64), SETTINGS).tensors(SETTINGS), SETTINGS, torch.float32)
    assert not zero.any()


def test_weights_that_cannot_be_quantised() -> None:
    with pytest.raises(QuantizationError, match="not a number"):
        round_to_nearest(torch.full((32, 64), float("nan")), SETTINGS)
    with pytest.raises(QuantizationError, match="36 channels"):
        round_to_nearest(torch.zeros(36, 64), SETTINGS)
    with pytest.raises(QuantizationError, match="determine"):
        gptq(torch.randn(32, 64), torch.full((64, 64), float("nan")), SETTINGS)


@torch.no_grad()
@pytest.mark.parametrize("calibrated", [False, True])
@pytest.mark.parametrize(("bits", "layout"), [(4, "gptq"), (8, "gptq"), (4, "gptq_v2")])
def test_a_folder_quantised_and_loaded(folder: Path, tmp_path: Path, bits: int, layout: str, calibrated: bool) -> None:
    settings = GPTQSettings(bits=bits, group_size=32, layout=layout)
    target, steps = tmp_path / "int", []
    quantise_folder(
        folder,
        target,
        settings,
        samples() if calibrated else None,
        device="cpu",
        progress=lambda *step: steps.append(step),
    )
    assert steps[-1] == ((2, 2) if calibrated else (10, 10))
    stored, dense = load_file(target / "model.safetensors"), load_file(folder / "model.safetensors")
    config = json.loads((target / "config.json").read_text())
    written = {"bits": bits, "group_size": 32, "sym": True, "desc_act": False, "quant_method": "gptq"}
    assert written.items() <= config["quantization_config"].items()
    assert config["quantization_config"]["checkpoint_format"] == layout
    assert json.loads((target / "quantize_config.json").read_text())["model_file_base_name"] == "model"
    assert (target / "qwen.tiktoken").read_text() == "ranks"
    assert sorted(file.suffix for file in target.iterdir() if "index" in file.name) == []
    layer = "transformer.h.0.mlp.w1"
    kinds = {name.removeprefix(layer + ".") for name in stored if name.startswith(layer)}
    assert kinds == {"qweight", "qzeros", "scales", "g_idx", "bias"}
    if (bits, layout) == (4, "gptq"):
        assert set(stored[layer + ".qzeros"].flatten().tolist()) == {0x77777777}
    assert torch.equal(stored["lm_head.weight"], dense["lm_head.weight"])
    assert torch.equal(stored["transformer.h.0.attn.c_attn.bias"], dense["transformer.h.0.attn.c_attn.bias"])
    model, full = load_model(target, device="cpu"), load_model(folder, device="cpu")
    for name, module in model.named_modules():
        if isinstance(module, GPTQLinear):
            tensors = {kind: stored[f"{name}.{kind}"] for kind in ("qweight", "qzeros", "scales", "g_idx")}
            full.get_submodule(name).weight.copy_(dense_weight(tensors, settings, torch.float32))
    (sample,) = samples(1, seed=5)
    torch.testing.assert_close(model(**sample).logits, full(**sample).logits, atol=1e-5, rtol=0)


@torch.no_grad()
def test_calibration_brings_answers_closer(folder: Path, tmp_path: Path) -> None:
    settings = GPTQSettings(bits=2, group_size=32)
    quantise_folder(folder, tmp_path / "near", settings, device="cpu")
    quantise_folder(folder, tmp_path / "solved", settings, samples(48), device="cpu")
    full, near, solved = (load_model(path, device="cpu") for path in (folder, tmp_path / "near", tmp_path / "solved"))
    errors = {"near": 0.0, "solved": 0.0}
    for sample in samples(12, seed=77):
        expected = full(**sample).logits
        for name, model in (("near", near), ("solved", solved)):
            errors[name] += float((model(**sample).logits - expected).square().sum())
    assert errors["solved"] < 0.8 * errors["near"]


def test_calibration_needs_samples_and_leaves_what_it_returns_in_the_model(folder: Path) -> None:
    model: Any = load_model(folder, device="cpu")
    with pytest.raises(QuantizationError, match="no samples"):
        calibrate(model, [], SETTINGS, device=CPU)
    solved = calibrate(model, samples(4), SETTINGS, device=CPU)
    assert len(solved) == 10
    for path, tensors in solved.items():
        assert torch.equal(model.get_submodule(path).weight, dense_weight(tensors, SETTINGS, torch.float32))


def test_what_cannot_be_quantised(folder: Path, tmp_path: Path) -> None:
    quantise_folder(folder, tmp_path / "once", SETTINGS, device="cpu")
    with pytest.raises(QuantizationError, match="quantised already"):
        quantise_folder(tmp_path / "once", tmp_path / "twice", SETTINGS, device="cpu")
    with pytest.raises(ModelWriteError, match="something already"):
        quantise_folder(folder, tmp_path / "once", SETTINGS, device="cpu")
    with pytest.raises(QuantizationError, match=r"transformer\.h\.0\.attn\.c_attn: .*3 bits"):
        quantise_folder(folder, tmp_path / "three", GPTQSettings(bits=3), device="cpu")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["once"]


def test_shards_and_index(tmp_path: Path) -> None:
    with ModelFolderWriter(tmp_path / "m", shard_bytes=1000) as writer:
        writer.add_all((f"t{index}", torch.full((100,), float(index))) for index in range(5))
    index = json.loads((tmp_path / "m" / "model.safetensors.index.json").read_text())
    assert index["metadata"]["total_size"] == 2000
    assert sorted(set(index["weight_map"].values())) == [f"model-{n:05d}-of-00003.safetensors" for n in (1, 2, 3)]
    assert float(load_file(tmp_path / "m" / index["weight_map"]["t3"])["t3"][0]) == 3
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelWriteError, match="something already"), ModelFolderWriter(tmp_path / "file"):
        pass
    with pytest.raises(ModelWriteError, match="cannot be written"), ModelFolderWriter(tmp_path / "file" / "m"):
        pass


# Merging


def adapter_for(folder: Path, to: Path, **options: Any) -> None:
    """A LoRA adapter that changes answers, as training would have saved it."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(3)
    config = LoraConfig(r=4, target_modules=["c_attn", "attn.c_proj", "w1", "w2"], init_lora_weights=False, **options)
    get_peft_model(load_model(folder, device="cpu"), with_gptq_layers(config)).save_pretrained(to)


@torch.no_grad()
@pytest.mark.parametrize("quantised", [False, True])
@pytest.mark.parametrize("bits", [None, 8])
def test_merging(folder: Path, tmp_path: Path, quantised: bool, bits: int | None) -> None:
    base = folder
    if quantised:
        base = tmp_path / "base"
        quantise_folder(folder, base, SETTINGS, device="cpu")
    adapter_for(base, tmp_path / "adapter")
    settings = GPTQSettings(bits=bits, group_size=32) if bits else None
    merge_folder(base, tmp_path / "adapter", tmp_path / "merged", settings, device="cpu")
    with_adapter = load_model(base, device="cpu", adapter=tmp_path / "adapter")
    bare, merged = load_model(base, device="cpu"), load_model(tmp_path / "merged", device="cpu")
    assert any(isinstance(module, GPTQLinear) for module in merged.modules()) == (bits is not None)
    assert ("quantization_config" in json.loads((tmp_path / "merged" / "config.json").read_text())) == (
        bits is not None
    )
    assert (tmp_path / "merged" / "quantize_config.json").is_file() == (bits is not None)
    (sample,) = samples(1, seed=5)
    expected = with_adapter(**sample).logits
    moved = float((expected - bare(**sample).logits).abs().max())
    # A base in Int4 has float16 scales, so its dense version is written in float16; 8 bits add their own rounding.
    tolerance = 0.05 * moved if bits else (0.005 * moved if quantised else 1e-5)
    assert float((merged(**sample).logits - expected).abs().max()) < tolerance
    options = {"max_new_tokens": 8, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    if bits is None:
        assert torch.equal(merged.generate(**sample, **options), with_adapter.generate(**sample, **options))


@torch.no_grad()
def test_merging_with_calibration(folder: Path, tmp_path: Path) -> None:
    adapter_for(folder, tmp_path / "adapter")
    merge_folder(folder, tmp_path / "adapter", tmp_path / "merged", SETTINGS, samples(), device="cpu")
    with_adapter = load_model(folder, device="cpu", adapter=tmp_path / "adapter")
    merged = load_model(tmp_path / "merged", device="cpu")
    (sample,) = samples(1, seed=5)
    expected = with_adapter(**sample).logits
    error = float((merged(**sample).logits - expected).norm() / expected.norm())
    assert error < 0.25


def test_a_folder_that_lacks_a_tensor_is_not_quantised(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    state = load_file(broken / "model.safetensors")
    del state["transformer.h.1.mlp.w2.weight"]
    save_file(state, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelLoadError, match=r"Missing: transformer\.h\.1\.mlp\.w2\.weight\."):
        quantise_folder(broken, tmp_path / "out", GPTQSettings(group_size=32))
    assert not (tmp_path / "out").exists()


def test_later_families_are_not_quantised(tmp_path: Path) -> None:
    made = tiny_families.make_model("qwen3-vl", tmp_path / "later")
    with pytest.raises(ModelLoadError, match="qwen3-vl models can be asked, trained and merged here"):
        quantise_folder(made, tmp_path / "out", GPTQSettings())
    with pytest.raises(ModelLoadError, match="but not quantised"):
        merge_folder(made, tmp_path, tmp_path / "out", GPTQSettings())
    with pytest.raises(ModelLoadError, match="not an adapter folder"):
        merge_folder(made, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
