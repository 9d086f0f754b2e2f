"""An adapter made part of its base: a model folder of its own, dense or quantised.

A base that is quantised on disk is made dense first; the sum is quantised again only when asked. Owns this order; the
sum itself is PEFT's, quantising is ``gptq.quantise``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.adapter_card import trained_pixels
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.calibration import calibrate
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.quantise import Progress, decoder_layers, nearest, replaced, write_settings
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.json_files import read_json
from qvl_desktop.models.loading import (
    GENERATION_CONFIG,
    choose_device,
    load_adapter,
    load_model,
    read_family,
    skeleton,
)
from qvl_desktop.models.merging_later import merge_later
from qvl_desktop.models.placement import FP32_BYTES
from qvl_desktop.models.qwen_vl.prompt import CHATML
from qvl_desktop.models.weight_writer import ModelFolderWriter


def merge_folder(
    folder: Path,
    adapter: Path,
    target: Path,
    settings: GPTQSettings | None = None,
    samples: Sequence[dict[str, torch.Tensor]] | None = None,
    *,
    device: str = "auto",
    progress: Progress | None = None,
) -> None:
    """Write a model folder whose weights are those of a base with an adapter.

    Args:
        folder: the base, dense or GPTQ, or dense of a later family, whose sum cannot be quantised.
        target: a folder that does not exist yet, or is empty.
        settings: how to quantise the result; None writes it dense, each tensor in the dtype the base has it in (a layer
            that was quantised: in that of its scales).
        samples: inputs to calibrate with when quantising; None rounds to the nearest.
        device: where quantising computes; the model itself is held on the host.

    Raises ModelLoadError, WeightFileError, QuantizationError, ModelWriteError.
    """
    config, family = read_family(folder)
    if not family.native and settings is None:
        merge_later(folder, adapter, target, trained_pixels(adapter))
        return
    stored = Checkpoint.open(folder)
    dtypes = {name: tensor.dtype for name, tensor in stored.tensors.items()}
    dtype = torch.float32 if stored.nbytes <= FP32_BYTES else torch.bfloat16
    layers = decoder_layers(skeleton(folder))
    config = {name: value for name, value in config.items() if name != "quantization_config"}
    with ModelFolderWriter(target) as writer:
        writer.copy_beside_weights(folder)
        if generation := read_json(folder / GENERATION_CONFIG):  # adapters are trained on chats, on a base model too
            writer.write_json(GENERATION_CONFIG, generation | {"chat_format": CHATML})
        precision = "fp32" if dtype == torch.float32 else "bf16"
        model: Any = load_model(folder, precision=precision, device="cpu", kernel="native")
        make_dense(model, layers, dtype)
        model = load_adapter(model, adapter).merge_and_unload()
        if settings is None:
            writer.add_all(
                (name, value.to(dtypes.get(name) or dtypes[name.removesuffix(".weight") + ".scales"]))
                for name, value in model.state_dict().items()
            )
            writer.write_json("config.json", config)
            return
        where = choose_device(device)
        if samples is None:
            tensors = nearest(model.state_dict().items(), layers, settings, where, progress)
        else:
            tensors = replaced(
                model.state_dict().items(),
                calibrate(model, samples, settings, device=where, progress=progress),
                layers,
            )
        writer.add_all(_as_stored(tensors, dtypes))
        write_settings(writer, config, settings)


def make_dense(model: nn.Module, biased: dict[str, bool], dtype: torch.dtype) -> int:
    """Replace each GPTQ layer of a model by the dense layer it stands for; returns how many.

    Args:
        biased: whether the architecture has a bias at each path; where it has none, the zeros of AutoGPTQ are dropped.

    Raises QuantizationError for a bias that is not zero where the architecture has none.
    """
    layers = {name: module for name, module in model.named_modules() if isinstance(module, GPTQLinear)}
    for name, layer in layers.items():
        has_bias = biased.get(name, layer.bias is not None)
        if not has_bias and layer.bias is not None and bool(layer.bias.any()):
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "{layer} has a bias, which the dense model has no place for."), layer=name
            )
        with torch.device("meta"):
            dense = nn.Linear(layer.in_features, layer.out_features, bias=has_bias)
        dense.weight = nn.Parameter(layer.dense_weight(dtype).contiguous())
        if has_bias and layer.bias is not None:
            dense.bias = nn.Parameter(layer.bias.to(dtype))
        parent, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(parent), leaf, dense)
    return len(layers)


def _as_stored(
    tensors: Iterator[tuple[str, torch.Tensor]], dtypes: dict[str, torch.dtype]
) -> Iterator[tuple[str, torch.Tensor]]:
    """Dense tensors in the dtype the base has them in; integers and scales as they are."""
    for name, value in tensors:
        floating = value.is_floating_point() and not name.endswith(".scales")
        yield name, value.to(dtypes.get(name, value.dtype)) if floating else value
