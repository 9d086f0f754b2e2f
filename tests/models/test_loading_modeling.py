"""Loading a folder: precisions, adapters, whole and broken checkpoints, and 4-bit layers that stay right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from qvl_desktop.models.errors import ModelLoadError, QuantizationError, WeightFileError
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import picture_ids, small_config

Model = QwenVLForConditionalGeneration


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("small")
    Model(small_config()).save_pretrained(path)
    return path


def sample() -> dict[str, torch.Tensor]:
    return {
        "input_ids": torch.tensor([[*picture_ids(), 5, 6, 7, 8]]),
        "pixel_values": torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)),
    }


@torch.no_grad()
@pytest.mark.parametrize(
    ("precision", "dtype", "limit"),
    [
        ("auto", torch.float32, 1e-6),
        ("fp32", torch.float32, 1e-6),
        ("bf16", torch.bfloat16, 0.02),
        ("fp16", torch.float16, 0.005),
        ("nf4", torch.float32, 0.3),
        ("int8", torch.float32, 0.05),
    ],
)
def test_precisions(folder: Path, precision: str, dtype: torch.dtype, limit: float) -> None:
    dense = Model.from_pretrained(folder).eval()(**sample()).logits
    model = load_model(folder, precision=precision, device="cpu")
    assert not model.training
    assert model.lm_head.weight.dtype == dtype
    logits = model(**sample()).logits.float()
    assert float((logits - dense).abs().max()) < limit * float(dense.abs().max())
    assert type(model.transformer.visual.transformer.resblocks[0].mlp.c_fc) is torch.nn.Linear


def test_only_the_decoder_is_quantised(folder: Path) -> None:
    from bitsandbytes.nn import Linear4bit

    model = load_model(folder, precision="nf4", device="cpu")
    quantised = {name for name, module in model.named_modules() if isinstance(module, Linear4bit)}
    assert quantised == {
        f"transformer.h.{layer}.{part}"
        for layer in range(2)
        for part in ("attn.c_attn", "attn.c_proj", "mlp.w1", "mlp.w2", "mlp.c_proj")
    }
    assert model.is_loaded_in_4bit


def adapter_gradients(folder: Path, *, forward_first: bool) -> dict[str, torch.Tensor]:
    from peft import LoraConfig, get_peft_model

    model = load_model(folder, precision="nf4", device="cpu")
    if forward_first:
        with torch.no_grad():
            model(**sample())
            model(input_ids=torch.tensor([[5, 6]]))
    torch.manual_seed(7)
    lora = LoraConfig(r=4, target_modules=["c_attn", "attn.c_proj", "w1", "w2"], init_lora_weights="gaussian")
    tuned = get_peft_model(model, lora).train()
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_()
    tuned(**sample(), labels=sample()["input_ids"]).loss.backward()
    return {name: p.grad for name, p in tuned.named_parameters() if p.grad is not None}


def test_inference_does_not_spoil_later_gradients(folder: Path) -> None:
    fresh, used = (adapter_gradients(folder, forward_first=first) for first in (False, True))
    assert len(fresh) == 16
    for name, gradient in fresh.items():
        torch.testing.assert_close(used[name], gradient, atol=0, rtol=0)


@torch.no_grad()
def test_an_adapter_on_a_quantised_model(folder: Path, tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(0)
    lora = LoraConfig(r=4, target_modules=["c_attn", "attn.c_proj", "w1", "w2"], init_lora_weights=False)
    tuned = get_peft_model(load_model(folder, precision="nf4", device="cpu"), lora).eval()
    tuned.save_pretrained(tmp_path)
    again = load_model(folder, precision="nf4", device="cpu", adapter=tmp_path)
    torch.testing.assert_close(again(**sample()).logits, tuned(**sample()).logits)


def test_without_the_visual_tower(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = load_model(folder, device="cpu", visual=False)
    assert "LOAD REPORT" not in capsys.readouterr().err
    assert not any(".visual." in name for name, _ in model.named_parameters())


def broken(folder: Path, to: Path, tensors: dict[str, torch.Tensor]) -> Path:
    to.mkdir()
    (to / "config.json").write_bytes((folder / "config.json").read_bytes())
    save_file(tensors, to / "model.safetensors", metadata={"format": "pt"})
    return to


def test_checkpoints_that_are_not_whole(folder: Path, tmp_path: Path) -> None:
    whole = load_file(folder / "model.safetensors")
    name = "transformer.h.1.mlp.w2.weight"
    without = {key: value for key, value in whole.items() if key != name}
    with pytest.raises(ModelLoadError, match=rf"Missing: {name}\. Unexpected: -\."):
        load_model(broken(folder, tmp_path / "missing", without), device="cpu")
    with pytest.raises(ModelLoadError, match=r"Unexpected: transformer\.h\.9\.x\."):
        load_model(broken(folder, tmp_path / "more", whole | {"transformer.h.9.x": torch.zeros(1)}), device="cpu")
    with pytest.raises(ModelLoadError, match=rf"Other shape: {name} \[3, 3\] != "):
        load_model(broken(folder, tmp_path / "shape", without | {name: torch.zeros(3, 3)}), device="cpu")
    no_tower = {key: value for key, value in whole.items() if ".visual." not in key}
    with pytest.raises(ModelLoadError, match=r"Missing: transformer\.visual"):
        load_model(broken(folder, tmp_path / "tower", no_tower), device="cpu")
    truncated = tmp_path / "missing" / "model.safetensors"
    truncated.write_bytes(truncated.read_bytes()[:1000])
    with pytest.raises(WeightFileError, match=r"model\.safetensors: the file is cut short"):
        load_model(tmp_path / "missing", device="cpu")


def test_folders_that_are_not_models(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"no config\.json"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelLoadError, match="cannot be read"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    with pytest.raises(ModelLoadError, match="llama is not known"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    with pytest.raises(ModelLoadError, match="there are no weights"):
        load_model(tmp_path)
    with pytest.raises(QuantizationError, match="int2"):
        load_model(folder, precision="int2")
    with pytest.raises(ModelLoadError, match=r"no adapter_config\.json"):
        load_model(folder, device="cpu", adapter=tmp_path)
