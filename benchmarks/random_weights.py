"""The full-size model with random weights, made on the device where they are to be used, in each precision.

Nothing is downloaded and no dense copy of the whole is ever made: modules are built on the meta device and filled, or
replaced by quantised ones, one after the other. Owns nothing that is measured (`full_size`).
"""

from __future__ import annotations

import torch
from torch import nn

from qvl_desktop.models.gptq.kernels import use_kernel
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

SPREAD = 0.02
MIDDLE = 0x77777777
"""Eight zero points of 8, as AutoGPTQ stores them."""


@torch.no_grad()
def random_model(
    config: QwenVLConfig,
    precision: str,
    device: torch.device,
    dtype: torch.dtype,
    *,
    kernel: str = "auto",
    table_on_host: bool = False,
    tower_on_host: bool = False,
) -> tuple[QwenVLForConditionalGeneration, str]:
    """The model and the name of what multiplies its decoder's layers, which are in `precision` ("bf16": dense).

    What stays on the host is made on the device, block by block, as that is faster.
    """
    with torch.device("meta"):
        model = QwenVLForConditionalGeneration(config)
    model.to(dtype)
    host = torch.device("cpu")
    if model.transformer.visual is not None:
        fill_randomly(model.transformer.visual, device, host if tower_on_host else device)
    fill_randomly(model.transformer.wte, device, host if table_on_host else device)
    for block in model.transformer.h:
        for name, layer in list(block.named_modules()):
            if isinstance(layer, nn.Linear) and precision != "bf16":
                parent, _, leaf = name.rpartition(".")
                make = random_nf4 if precision == "nf4" else random_int4
                setattr(block.get_submodule(parent), leaf, make(layer, device, dtype))
        if precision == "int4":
            used = use_kernel(block, kernel, dtype)
    fill_randomly(model, device, device)
    table = model.transformer.rotary
    table.inv_freq, table.level_limits = table.frequencies().to(device), table.limits().to(device)
    return model.eval().requires_grad_(False), {"bf16": "torch", "nf4": "bitsandbytes"}.get(precision) or used


def fill_randomly(module: nn.Module, device: torch.device, home: torch.device) -> None:
    """Give every parameter that is still on the meta device random values: ones where it is a norm's weight."""
    for path, part in module.named_modules():
        for name, value in list(part._parameters.items()):
            if value is not None and value.is_meta:
                filled = torch.empty(value.shape, dtype=value.dtype, device=device)
                is_norm = name == "weight" and "ln_" in path.rpartition(".")[2]
                filled = filled.fill_(1) if is_norm else filled.normal_(std=SPREAD)
                part._parameters[name] = nn.Parameter(filled.to(home))


def random_nf4(layer: nn.Linear, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """bitsandbytes' 4-bit layer of the same size, with nested scales, quantised on the device."""
    import bitsandbytes as bnb

    weight = torch.empty(layer.out_features, layer.in_features, dtype=dtype, device=device).normal_(std=SPREAD)
    made = bnb.nn.Linear4bit(
        layer.in_features,
        layer.out_features,
        layer.bias is not None,
        compute_dtype=dtype,
        quant_type="nf4",
        device="meta",
    )
    integers, state = bnb.functional.quantize_4bit(weight, compress_statistics=True, quant_type="nf4")
    made.weight = bnb.nn.Params4bit(
        integers,
        requires_grad=False,
        quant_state=state,
        blocksize=state.blocksize,
        compress_statistics=True,
        quant_type="nf4",
        module=made,
        bnb_quantized=True,
    )
    made.quant_state = state
    made.support_avx512bf16_for_cpu = False
    if layer.bias is not None:
        made.bias = nn.Parameter(torch.zeros(layer.out_features, dtype=dtype, device=device))
    return made


def random_int4(layer: nn.Linear, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """A GPTQ layer of the same size with AutoGPTQ's settings: 4 bits, groups of 128, a bias."""
    made = GPTQLinear(layer.in_features, layer.out_features, GPTQSettings(), device=device, dtype=dtype)
    made.qweight.random_(-(2**31), 2**31 - 1)
    made.qzeros.fill_(MIDDLE)
    made.scales.fill_(SPREAD / 4)
    made.settle()
    return made
