"""An adapter made part of its base: a model folder of its own, dense or quantised.

A base that is quantised on disk is made dense first; the sum is quantised again only when asked. Owns this order; the
sum itself is PEFT's, quantising is ``gptq.quantise``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from qvl_desktop.models.gptq.settings import GPTQSettings, is_gptq, read_settings
from qvl_desktop.models.json_files import read_json
from qvl_desktop.models.loading import (
    GENERATION_CONFIG,
    choose_device,
    load_adapter,
    load_model,
    read_family,
    skeleton,
)
from qvl_desktop.models.lora_updates import LoraUpdates
from qvl_desktop.models.merging_later import merge_later
from qvl_desktop.models.merging_stream import merged_tensors
from qvl_desktop.models.placement import FP32_BYTES
from qvl_desktop.models.qwen_vl.prompt import CHATML
from qvl_desktop.models.weight_writer import SHARD_BYTES, ModelFolderWriter


def merge_folder(
    folder: Path,
    adapter: Path,
    target: Path,
    settings: GPTQSettings | None = None,
    samples: Sequence[dict[str, torch.Tensor]] | None = None,
    *,
    device: str = "auto",
    progress: Progress | None = None,
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """Write a model folder whose weights are those of a base with an adapter.

    Args:
        folder: the base, dense or GPTQ, or dense of a later family, whose sum cannot be quantised.
        target: a folder that does not exist yet, or is empty.
        settings: how to quantise the result; None writes it dense, each tensor in the dtype the base has it in (a layer
            that was quantised: in that of its scales).
        samples: inputs to calibrate with when quantising; None rounds to the nearest.
        device: where quantising computes; the model itself is held on the host.
        shard_bytes: how large one file of weights may be.

    A first-generation model is added up tensor by tensor, so that about two shards are in memory; for the later
    families and for calibrating, the whole model is, once. Raises ModelLoadError, WeightFileError, QuantizationError,
    ModelWriteError.
    """
    config, family = read_family(folder)
    if not family.native and settings is None:
        merge_later(folder, adapter, target, trained_pixels(adapter), shard_bytes=shard_bytes)
        return
    stored = Checkpoint.open(folder)
    dtypes = {name: tensor.dtype for name, tensor in stored.tensors.items()}
    bare = skeleton(folder)
    layers = decoder_layers(bare)
    gptq = read_settings(folder, config) if is_gptq(config, folder) else None
    updates = LoraUpdates.open(adapter) if samples is None else None
    config = {name: value for name, value in config.items() if name != "quantization_config"}
    with ModelFolderWriter(target, shard_bytes=shard_bytes) as writer:
        writer.copy_beside_weights(folder)
        if generation := read_json(folder / GENERATION_CONFIG):  # adapters are trained on chats, on a base model too
            writer.write_json(GENERATION_CONFIG, generation | {"chat_format": CHATML})
        where = choose_device(device)
        tensors: Iterable[tuple[str, torch.Tensor]]
        if updates is not None:
            tensors = merged_tensors(stored, bare, updates, gptq, layers)
        else:
            dtype = torch.float32 if stored.nbytes <= FP32_BYTES else torch.bfloat16
            model = _merged_model(folder, adapter, layers, dtype)
            tensors = model.state_dict().items()
        if settings is None:
            writer.add_all((name, value.to(_dense_dtype(name, value, dtypes))) for name, value in tensors)
            writer.write_json("config.json", config)
            return
        if samples is None:
            tensors = nearest(tensors, layers, settings, where, progress)
        else:
            solved = calibrate(model, samples, settings, device=where, progress=progress)
            tensors = replaced(tensors, solved, layers)
        writer.add_all(_as_stored(tensors, dtypes))
        write_settings(writer, config, settings)


def _merged_model(folder: Path, adapter: Path, layers: dict[str, bool], dtype: torch.dtype) -> Any:
    """The whole dense model with the adapter in it, on the host."""
    precision = "fp32" if dtype == torch.float32 else "bf16"
    model: Any = load_model(folder, precision=precision, device="cpu", kernel="native")
    make_dense(model, layers, dtype)
    return load_adapter(model, adapter).merge_and_unload()


def _dense_dtype(name: str, value: torch.Tensor, dtypes: dict[str, torch.dtype]) -> torch.dtype:
    """As the base has it; a layer that was quantised: as its scales."""
    return dtypes.get(name) or dtypes.get(name.removesuffix(".weight") + ".scales") or value.dtype


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
    tensors: Iterable[tuple[str, torch.Tensor]], dtypes: dict[str, torch.dtype]
) -> Iterator[tuple[str, torch.Tensor]]:
    """Dense tensors in the dtype the base has them in; integers and scales as they are."""
    for name, value in tensors:
        floating = value.is_floating_point() and not name.endswith(".scales")
        yield name, value.to(dtypes.get(name, value.dtype)) if floating else value
