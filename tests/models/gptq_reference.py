"""GPTQ checkpoints written and read the slow way, integer by integer, to hold the fast code against."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

LAYERS = ("attn.c_attn", "attn.c_proj", "mlp.w1", "mlp.w2", "mlp.c_proj")


def pack_slowly(values: list[int], bits: int) -> list[int]:
    """Integers into signed 32-bit words, lowest bits first."""
    per_word = 32 // bits
    words = []
    for start in range(0, len(values), per_word):
        word = sum(value << (bits * place) for place, value in enumerate(values[start : start + per_word]))
        words.append(word - 2**32 if word >= 2**31 else word)
    return words


def layer_tensors(
    weight: torch.Tensor,
    bits: int,
    group_size: int,
    layout: str,
    generator: torch.Generator,
    *,
    act_order: bool = False,
) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """The tensors of a layer like ``weight`` (out, in), zero points random, and the weight they mean, float64."""
    outputs, inputs = weight.shape
    size = inputs if group_size == -1 else group_size
    groups = -(-inputs // size)
    g_idx = torch.arange(inputs) // size
    if act_order:
        g_idx = g_idx[torch.randperm(inputs, generator=generator)]
    scales = torch.empty(groups, outputs)
    for group in range(groups):
        spread = weight[:, g_idx == group].abs().amax(1)
        scales[group] = spread * 2 / (2**bits - 1) + 1e-4
    scales = scales.half()
    zeros = torch.randint(2 ** (bits - 1) - 1, 2 ** (bits - 1) + 2, (groups, outputs), generator=generator)
    q = torch.empty(inputs, outputs, dtype=torch.long)
    for i in range(inputs):
        group = int(g_idx[i])
        q[i] = (weight[:, i].double() / scales[group].double() + zeros[group]).round().clamp(0, 2**bits - 1).long()
    stood_for = (q - zeros[g_idx]).double() * scales[g_idx].double()
    offset = 1 if layout == "gptq" else 0
    tensors = {
        "qweight": torch.tensor([pack_slowly(q[:, o].tolist(), bits) for o in range(outputs)]).T.to(torch.int32),
        "qzeros": torch.tensor([pack_slowly((row - offset).tolist(), bits) for row in zeros]).to(torch.int32),
        "scales": scales,
        "g_idx": g_idx.to(torch.int32),
    }
    return {name: value.contiguous() for name, value in tensors.items()}, stood_for.T


def quantised_folder(
    dense: Path, to: Path, *, bits: int = 4, group_size: int = 32, layout: str = "gptq", act_order: bool = False
) -> dict[str, torch.Tensor]:
    """Write a GPTQ folder from a dense one, AutoGPTQ's way (each layer with a bias); returns the dense equivalent."""
    shutil.copytree(dense, to, ignore=shutil.ignore_patterns("*.safetensors"))
    generator = torch.Generator().manual_seed(3)
    state = load_file(dense / "model.safetensors")
    stored, equivalent = {}, {}
    for name, value in state.items():
        path = name.removesuffix(".weight")
        if ".visual." in name or not (name.endswith(".weight") and path.endswith(LAYERS)):
            stored[name] = equivalent[name] = value
            continue
        tensors, weight = layer_tensors(value, bits, group_size, layout, generator, act_order=act_order)
        stored |= {f"{path}.{kind}": tensor for kind, tensor in tensors.items()}
        equivalent[name] = weight.float()
        if f"{path}.bias" not in state:
            stored[f"{path}.bias"] = torch.zeros(len(value), dtype=torch.float16)
    save_file(stored, to / "model.safetensors", metadata={"format": "pt"})
    settings: dict[str, Any] = {"bits": bits, "group_size": group_size, "desc_act": act_order, "sym": False}
    config = json.loads((to / "config.json").read_text())
    config["quantization_config"] = settings | {"quant_method": "gptq", "checkpoint_format": layout}
    if layout == "gptq":
        del config["quantization_config"]["checkpoint_format"]  # older checkpoints do not say
    (to / "config.json").write_text(json.dumps(config))
    return equivalent
