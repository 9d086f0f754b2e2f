"""An adapter added to a first-generation model tensor by tensor, as the files are read.

At most a shard, the layer at hand and the adapter's part for it are in memory, whatever the size of the model. Owns the
walk over the stored tensors, dense or GPTQ; the sum is `lora_updates`', writing is `weight_writer`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.checkpoint import quantised_layers, replace_layers
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.lora_updates import LoraUpdates

PARTS = ("qweight", "qzeros", "scales", "g_idx", "bias")
"""What a GPTQ checkpoint may hold of a layer."""


def merged_tensors(
    checkpoint: Checkpoint, skeleton: Any, updates: LoraUpdates, settings: GPTQSettings | None, biased: dict[str, bool]
) -> Iterator[tuple[str, torch.Tensor]]:
    """The dense tensors of a model folder with its adapter: sums in float32, everything else as it is stored.

    Args:
        skeleton: the model on the "meta" device; its shapes are what adapter and folder are held against.
        settings: how the folder is quantised; None for a dense one.
        biased: whether the architecture has a bias at each path; where it has none, the zeros of AutoGPTQ are dropped.

    Raises `ModelLoadError` for an adapter or weights that do not fit, `QuantizationError`, `WeightFileError`.
    """
    linear = {
        name: (module.out_features, module.in_features)
        for name, module in skeleton.named_modules()
        if isinstance(module, nn.Linear)
    }
    updates.check(linear)
    quantised = set(quantised_layers(checkpoint)) if settings else set()
    if settings:
        replace_layers(skeleton, checkpoint, settings)
    elif not skeleton.config.tie_word_embeddings:
        checkpoint.check({name: value.shape for name, value in skeleton.state_dict().items()})
    waiting: dict[str, dict[str, torch.Tensor]] = {}
    for name, value in checkpoint.read():
        layer, _, part = name.rpartition(".")
        if layer not in quantised:
            yield name, updates.added(layer, value) if part == "weight" else value
            continue
        parts = waiting.setdefault(layer, {})
        parts[part] = value.clone()
        if all(each in parts for each in PARTS if f"{layer}.{each}" in checkpoint.tensors):
            assert settings is not None
            del waiting[layer]
            yield from _dense_layer(layer, parts, linear[layer], settings, updates, biased=biased.get(layer))


def _dense_layer(
    layer: str,
    parts: Mapping[str, torch.Tensor],
    shape: tuple[int, int],
    settings: GPTQSettings,
    updates: LoraUpdates,
    *,
    biased: bool | None,
) -> Iterator[tuple[str, torch.Tensor]]:
    """Weight and bias that the integers of a layer stand for, the adapter added before anything is rounded."""
    bias = parts.get("bias")
    if biased is False and bias is not None:
        if bool(bias.any()):
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "{layer} has a bias, which the dense model has no place for."), layer=layer
            )
        bias = None
    module = GPTQLinear(shape[1], shape[0], settings, bias=bias is not None)
    for part in ("qweight", "qzeros", "scales", "g_idx"):
        if part in parts:
            setattr(module, part, parts[part])
    module.settle()
    yield f"{layer}.weight", updates.added(layer, module.dense_weight(torch.float32)).contiguous()
    if bias is not None:
        yield f"{layer}.bias", bias
