"""Which layers of a model a GPTQ checkpoint replaces, and whether their tensors fit its settings.

Everything is decided from headers, before memory is spent. Owns the exchange of modules; reading is ``materialize``'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.packing import group_count, per_word
from qvl_desktop.models.gptq.settings import GPTQSettings

if TYPE_CHECKING:
    from qvl_desktop.models.checkpoint import Checkpoint

WORDS = ".qweight"
"""The end of the tensor name that marks a quantised layer."""


def quantised_layers(checkpoint: Checkpoint) -> list[str]:
    """Module paths of the quantised layers of a checkpoint."""
    return [name.removesuffix(WORDS) for name in checkpoint.tensors if name.endswith(WORDS)]


def replace_layers(model: nn.Module, checkpoint: Checkpoint, settings: GPTQSettings) -> int:
    """Put a ``GPTQLinear`` in the place of each layer that the checkpoint quantises; returns how many.

    A layer gets a bias when the checkpoint holds one, though the dense layer may have none (AutoGPTQ writes zeros).
    Raises QuantizationError: the settings disagree with the tensors, a layer that does not exist or is not linear.
    """
    layers = quantised_layers(checkpoint)
    if not layers:
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "{folder}: config.json speaks of GPTQ layers, but the weights hold none."),
            folder=checkpoint.folder,
        )
    modules = dict(model.named_modules())
    for name in layers:
        dense = modules.get(name)
        if not isinstance(dense, nn.Linear):
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "{path}: {name} is quantised, but the model has no such linear layer."),
                path=checkpoint.tensors[name + WORDS].file,
                name=name,
            )
        _check_layer(name, dense, checkpoint, settings)
        bias = getattr(dense, "bias", None) is not None or f"{name}.bias" in checkpoint.tensors
        parent, _, leaf = name.rpartition(".")
        layer = GPTQLinear(
            dense.in_features, dense.out_features, settings, bias=bias, device="meta", dtype=dense.weight.dtype
        )
        setattr(modules[parent], leaf, layer)
    return len(layers)


def _check_layer(name: str, dense: nn.Linear, checkpoint: Checkpoint, settings: GPTQSettings) -> None:
    words = checkpoint.tensors[name + WORDS]
    stored_bits = words.shape[0] * 32 / dense.in_features if words.shape else 0
    if words.dtype == torch.int32 and stored_bits != settings.bits:
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors", "{path}: {name} is stored in {stored} bits, but the settings say {bits}. Correct config.json."
            ),
            path=words.file,
            name=words.name,
            stored=f"{stored_bits:g}",
            bits=settings.bits,
        )
    if dense.in_features % per_word(settings.bits) or dense.out_features % per_word(settings.bits):
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "{path}: {name} does not fill whole words of {bits} bits."),
            path=words.file,
            name=name,
            bits=settings.bits,
        )
    groups = group_count(dense.in_features, settings.group_size_of(dense.in_features))
    scales = checkpoint.tensors.get(f"{name}.scales")
    if scales is not None and scales.shape[:1] != (groups,):
        found = scales.shape[0] if scales.shape else 0
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: {name} has {found} groups, but a group size of {group_size} over {inputs} inputs makes "
                "{groups}. The group size in config.json is not that of the weights.",
            ),
            path=scales.file,
            name=scales.name,
            found=found,
            group_size=settings.group_size,
            inputs=dense.in_features,
            groups=groups,
        )
