"""NF4 and Int8 on the fly: exact against their own weights, chat then train, adapters saved, loaded, merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.models.loading import load_model
from qvl_desktop.models.quantization import prepare_quantized, quantization_config
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import picture_ids, small_config

Model = QwenVLForConditionalGeneration
BOTH = pytest.mark.parametrize("precision", ["nf4", "int8"])
TARGETS = ["c_attn", "attn.c_proj", "w1", "w2"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("small")
    model = Model(small_config())
    for name, value in model.named_parameters():
        if ".h." in name and value.ndim == 2:
            value.data.mul_(4)
    model.save_pretrained(path)
    return path


def sample() -> dict[str, torch.Tensor]:
    return {
        "input_ids": torch.tensor([[*picture_ids(), 5, 6, 7, 8, 9]]),
        "pixel_values": torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)),
    }


def adapted(model: Any, scale: float = 1.0) -> Any:
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(7)
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules=TARGETS, init_lora_weights="gaussian"))
    with torch.no_grad():
        for name, parameter in tuned.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=scale)
    return tuned


def gradients(tuned: Any) -> dict[str, torch.Tensor]:
    tuned.train()
    tuned.zero_grad()
    tuned(**sample(), labels=sample()["input_ids"]).loss.backward()
    return {name: p.grad.clone() for name, p in tuned.named_parameters() if p.grad is not None}


def dense_twin(folder: Path) -> Any:
    """A dense model with the weights that NF4 stands for."""
    from bitsandbytes.functional import dequantize_4bit
    from bitsandbytes.nn import Linear4bit

    quantised, dense = load_model(folder, precision="nf4", device="cpu"), load_model(folder, device="cpu")
    with torch.no_grad():
        for name, module in quantised.named_modules():
            if isinstance(module, Linear4bit):
                weight = dequantize_4bit(module.weight.data, module.weight.quant_state)
                dense.get_submodule(name).weight.copy_(weight)
    return dense


def test_nf4_answers_and_gradients_are_those_of_its_weights(folder: Path) -> None:
    model, dense = load_model(folder, precision="nf4", device="cpu"), dense_twin(folder)
    with torch.no_grad():
        torch.testing.assert_close(model(**sample()).logits, dense(**sample()).logits, atol=1e-5, rtol=1e-5)
    got, expected = gradients(adapted(model)), gradients(adapted(dense))
    assert len(got) == len(expected) == 16
    for name, value in expected.items():
        torch.testing.assert_close(
            got[name], value, atol=1e-5, rtol=1e-3, msg=lambda text, name=name: f"{name}: {text}"
        )


@BOTH
def test_chat_then_train(folder: Path, precision: str) -> None:
    fresh = gradients(adapted(load_model(folder, precision=precision, device="cpu")))
    model = load_model(folder, precision=precision, device="cpu")
    with torch.no_grad():
        model.generate(**sample(), max_new_tokens=3, do_sample=False, pad_token_id=0)
    used = adapted(model)
    first = gradients(used)
    used.eval()
    with torch.no_grad():
        used(**sample())
    second = gradients(used)
    assert len(fresh) == 16
    for name, value in fresh.items():
        assert torch.equal(first[name], value), name
        assert torch.equal(second[name], value), name


@BOTH
@torch.no_grad()
def test_adapters_are_saved_and_loaded(folder: Path, tmp_path: Path, precision: str) -> None:
    tuned = adapted(load_model(folder, precision=precision, device="cpu")).eval()
    tuned.save_pretrained(tmp_path)
    again = load_model(folder, precision=precision, device="cpu", adapter=tmp_path)
    assert torch.equal(again(**sample()).logits, tuned(**sample()).logits)


@BOTH
@torch.no_grad()
def test_merging_in_place(folder: Path, precision: str) -> None:
    """Dequantise, add, quantise again: near what the adapter said, far from the bare base."""
    tuned = adapted(load_model(folder, precision=precision, device="cpu"), scale=0.5).eval()
    expected = tuned(**sample()).logits
    with tuned.disable_adapter():
        moved = float((tuned(**sample()).logits - expected).norm())
    merged = tuned.merge_and_unload()
    assert not any("lora" in name for name in merged.state_dict())
    error = float((merged(**sample()).logits - expected).norm())
    assert error < {"nf4": 0.35, "int8": 0.1}[precision] * moved


@BOTH
@torch.no_grad()
def test_the_weights_are_those_the_library_itself_would_load(folder: Path, precision: str) -> None:
    """Ours are quantised one by one as they are read; the library's loader holds the dense checkpoint meanwhile."""
    from bitsandbytes.nn import Linear4bit, Linear8bitLt

    model = load_model(folder, precision=precision, device="cpu")
    settings = quantization_config(precision, ["transformer.visual", "lm_head"], torch.float32)
    theirs = Model.from_pretrained(folder, quantization_config=settings, dtype=torch.float32, device_map="cpu").eval()
    prepare_quantized(theirs)
    assert torch.equal(model(**sample()).logits, theirs(**sample()).logits)
    ours, wanted = (
        {name for name, module in one.named_modules() if isinstance(module, Linear4bit | Linear8bitLt)}
        for one in (model, theirs)
    )
    assert ours == wanted
    assert len(ours) == 10
    for name in ("is_quantized", "is_loaded_in_4bit", "is_loaded_in_8bit", "quantization_method"):
        assert getattr(model, name, None) == getattr(theirs, name, None), name
    assert model.hf_quantizer.is_trainable
    assert model.config.quantization_config.to_dict() == theirs.config.quantization_config.to_dict()
    assert model.get_memory_footprint() == theirs.get_memory_footprint()


@BOTH
@torch.no_grad()
def test_layers_that_were_saved_quantised_are_loaded_as_they_are(folder: Path, tmp_path: Path, precision: str) -> None:
    model = load_model(folder, precision=precision, device="cpu")
    model.save_pretrained(tmp_path)
    again = load_model(tmp_path, device="cpu")
    torch.testing.assert_close(again(**sample()).logits, model(**sample()).logits, atol=1e-5, rtol=1e-5)


@BOTH
def test_without_the_tower(folder: Path, precision: str) -> None:
    model = load_model(folder, precision=precision, device="cpu", visual=False)
    whole = load_model(folder, precision=precision, device="cpu")
    features = whole.encode_images(sample()["pixel_values"])
    given = {"input_ids": sample()["input_ids"], "image_features": features}
    assert torch.equal(model(**given).logits, whole(**sample()).logits)
