"""Torch's 4-bit kernel: its weights are the dequantised ones, adapters go on top, a gradient is right, others stay."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq import int4pack, kernels
from qvl_desktop.models.gptq.int4pack import Int4PackLinear, suits
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.packing import LAYOUTS, pack, pack_zeros
from qvl_desktop.models.gptq.peft import with_gptq_layers
from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import small_config

DEVICES = ["cpu", pytest.param("cuda", marks=[pytest.mark.gpu, pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs an NVIDIA card")])]  # fmt: skip


def random_layer(
    inputs: int, outputs: int, *, layout: str = "gptq", group_size: int = 128, bias: bool = True, bits: int = 4
) -> GPTQLinear:
    """A layer with every integer, zero points of all kinds and scales of different sizes."""
    random = torch.Generator().manual_seed(inputs + outputs)
    settings = GPTQSettings(bits=bits, group_size=group_size, layout=layout, sym=False)
    layer = GPTQLinear(inputs, outputs, settings, bias=bias)
    groups = len(layer.scales)
    low = 1 if layout == "gptq" else 0
    layer.qweight.copy_(pack(torch.randint(0, 2**bits, (inputs, outputs), generator=random), bits, dim=0))
    zeros = torch.randint(low, 2**bits + low, (groups, outputs), generator=random)
    layer.qzeros.copy_(pack_zeros(zeros, bits, layout))
    layer.scales.copy_(torch.rand(groups, outputs, generator=random) * 0.02 + 0.001)
    if layer.bias is not None:
        layer.bias.copy_(torch.randn(outputs, generator=random))
    layer.settle()
    return layer


@torch.no_grad()
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("inputs", "outputs", "group_size"), [(256, 48, 128), (128, 96, 32), (512, 16, 256)])
@pytest.mark.parametrize("shape", [(1,), (2, 7), (3, 1, 40)])
def test_the_product_is_that_of_the_dequantised_weight(
    shape: tuple[int, ...], inputs: int, outputs: int, group_size: int, layout: str, device: str
) -> None:
    layer = random_layer(inputs, outputs, layout=layout, group_size=group_size).to(device)
    states = torch.randn(*shape, inputs, generator=torch.Generator().manual_seed(1)).bfloat16().to(device)
    exact = states.double() @ layer.dense_weight(torch.float32).double().T
    assert layer.bias is not None
    assert suits(layer, torch.bfloat16)
    made = Int4PackLinear(layer, torch.bfloat16)
    found = made(states)
    assert found.dtype == torch.bfloat16
    assert found.shape == (*shape, outputs)
    bias = layer.bias.double()
    dense = (states @ layer.dense_weight(torch.bfloat16).T).double()
    error, usual = (found.double() - bias - exact).norm(), (dense - exact).norm()
    assert float(error) < 2 * float(usual) + 4e-3 * float(bias.norm()) * states[..., 0].numel() ** 0.5
    assert torch.equal(made.dense_weight(torch.float32), layer.dense_weight(torch.float32))


@torch.no_grad()
def test_the_product_is_exact_where_the_scales_are() -> None:
    """With scales that bfloat16 holds, and no bias, a one-hot input gives the very weights."""
    layer = random_layer(128, 32, bias=False)
    layer.scales.fill_(2**-6)
    made = Int4PackLinear(layer, torch.bfloat16)
    assert torch.equal(made(torch.eye(128).bfloat16()).T.float(), layer.dense_weight(torch.float32))


def test_where_a_gradient_is_wanted_all_is_as_in_the_layer_it_was_made_from() -> None:
    layer = random_layer(128, 32)
    made = Int4PackLinear(layer, torch.bfloat16)
    states = torch.randn(2, 5, 128).bfloat16().requires_grad_()
    outer = torch.randn(2, 5, 32).bfloat16()
    assert torch.equal(made(states), layer(states))
    (found,) = torch.autograd.grad(made(states), states, outer)
    (expected,) = torch.autograd.grad(layer(states), states, outer)
    assert torch.equal(found, expected)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(made(states.float()), layer(states.float()))
    assert made.float().scales.dtype == torch.float16
    assert made.scales_and_zeros.dtype == torch.bfloat16


def test_what_does_not_suit_stays() -> None:
    ordered = random_layer(128, 32)
    ordered.g_idx.copy_(ordered.g_idx.flip(0))
    assert suits(random_layer(128, 32), torch.bfloat16)
    assert not suits(random_layer(128, 32), torch.float32)
    assert not suits(random_layer(128, 40), torch.bfloat16)
    assert not suits(random_layer(160, 32, group_size=128), torch.bfloat16)
    assert not suits(random_layer(128, 32, group_size=16), torch.bfloat16)
    assert not suits(random_layer(128, 32, bits=8), torch.bfloat16)
    layer = random_layer(256, 32)
    layer.g_idx.copy_(layer.g_idx.flip(0))
    layer.settle()
    assert not suits(layer, torch.bfloat16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("int4pack")
    config = small_config(hidden_size=256, num_attention_heads=4, kv_channels=64, intermediate_size=1024)
    config.visual["output_dim"] = 256
    QwenVLForConditionalGeneration(config).save_pretrained(root / "dense")
    quantise_folder(root / "dense", root / "int4", GPTQSettings(), device="cpu")
    return root / "int4"


def kinds(model: torch.nn.Module) -> dict[str, int]:
    modules = list(model.modules())
    return {kind.__name__: sum(isinstance(m, kind) for m in modules) for kind in (GPTQLinear, Int4PackLinear)}


@torch.no_grad()
def test_a_model_answers_as_with_its_own_layers(folder: Path) -> None:
    native = load_model(folder, device="cpu", precision="bf16", kernel="native")
    packed = load_model(folder, device="cpu", precision="bf16")
    assert kinds(native) == {"GPTQLinear": 10, "Int4PackLinear": 0}
    assert kinds(packed) == {"GPTQLinear": 0, "Int4PackLinear": 10}
    exact = load_model(folder, device="cpu", precision="fp32")
    assert kinds(exact) == {"GPTQLinear": 10, "Int4PackLinear": 0}
    ids = torch.arange(3, 40)[None]
    wanted = exact(input_ids=ids).logits
    errors = [float((model(input_ids=ids).logits.float() - wanted).norm()) for model in (packed, native)]
    assert errors[0] < 1.5 * errors[1]
    assert sum(t.nbytes for t in packed.buffers()) < 1.2 * sum(t.nbytes for t in native.buffers())


def test_an_adapter_on_top(folder: Path) -> None:
    """The same update, and gradients as through the model's own layers: chat first, train after."""
    from peft import LoraConfig, get_peft_model

    gradients = []
    for kernel in ("native", "auto"):
        model: Any = load_model(folder, device="cpu", precision="bf16", kernel=kernel)
        torch.manual_seed(0)
        config = with_gptq_layers(LoraConfig(r=4, target_modules=["c_attn", "w1"], init_lora_weights=False))
        adapted = get_peft_model(model, config)
        ids = torch.arange(3, 40)[None]
        with torch.no_grad():
            adapted(input_ids=ids)
        adapted.train()
        adapted(input_ids=ids, labels=ids).loss.backward()
        found = {name: value.grad for name, value in adapted.named_parameters() if value.grad is not None}
        assert len(found) == 8
        gradients.append(found)
    for name, gradient in gradients[0].items():
        assert torch.equal(gradient, gradients[1][name]), name


@pytest.mark.parametrize("layout", LAYOUTS)
def test_saved_again_it_is_the_folder_it_came_from(folder: Path, layout: str, tmp_path: Path) -> None:
    source = tmp_path / "int4"
    quantise_folder(folder.parent / "dense", source, GPTQSettings(layout=layout), device="cpu")
    packed = load_model(source, device="cpu", precision="bf16")
    assert kinds(packed)["Int4PackLinear"] == 10
    packed.save_pretrained(tmp_path / "again")
    native = load_model(source, device="cpu", precision="bf16", kernel="native")
    native.save_pretrained(tmp_path / "native")
    written, expected = (load_file(tmp_path / name / "model.safetensors") for name in ("again", "native"))
    assert written.keys() == expected.keys() == load_file(source / "model.safetensors").keys()
    for name, tensor in expected.items():
        assert torch.equal(written[name], tensor), name
        assert written[name].dtype == tensor.dtype
    reloaded = load_model(tmp_path / "again", device="cpu", precision="bf16")
    ids = torch.arange(3, 40)[None]
    with torch.no_grad():
        assert torch.equal(reloaded(input_ids=ids).logits, packed(input_ids=ids).logits)


def test_layers_that_cannot_be_saved_are_not(folder: Path, tmp_path: Path) -> None:
    model = load_model(folder, device="cpu", precision="bf16", kernel="native")
    fused = type("MarlinLinear", (torch.nn.Linear,), {"__module__": "gptqmodel.nn_modules.qlinear.marlin"})
    model.transformer.h[0].attn.c_attn = fused(4, 4)
    with pytest.raises(QuantizationError, match="native"):
        model.save_pretrained(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


def test_asked_for_where_it_cannot_be(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(QuantizationError, match="bfloat16"):
        load_model(folder, device="cpu", precision="fp32", kernel="int4pack")
    with pytest.raises(QuantizationError, match="int4pack"):
        load_model(folder, device="cpu", kernel="marlin")
    model = load_model(folder, device="cpu", precision="bf16", kernel="native")
    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.delattr(int4pack, "pack_for_kernel")
        patch.setattr(int4pack, "pack_for_kernel", missing, raising=False)
        assert kernels.use_kernel(model, "auto", torch.bfloat16) == "native"
        with pytest.raises(QuantizationError, match="no such operator"):
            kernels.use_kernel(model, "int4pack", torch.bfloat16)
    assert kinds(model) == {"GPTQLinear": 10, "Int4PackLinear": 0}
    assert "no such operator" in caplog.text


def missing(integers: torch.Tensor) -> torch.Tensor:
    raise AttributeError("no such operator")
