"""An adapter made part of a model of a later family: a folder of its own, with the names that its class writes.

Owns this alone; the sum is PEFT's, the names are `transformers`' own. First-generation models are `merging`'s.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import ModelWriteError, QuantizationError
from qvl_desktop.models.json_files import read_json
from qvl_desktop.models.loading import load_adapter, load_model
from qvl_desktop.models.weight_writer import SHARD_BYTES, WEIGHTS

PICTURE_SETTINGS = ("preprocessor_config.json", "processor_config.json")
DTYPES = {torch.bfloat16: "bf16", torch.float16: "fp16"}


def merge_later(
    folder: Path, adapter: Path, target: Path, max_pixels: int = 0, *, shard_bytes: int = SHARD_BYTES
) -> None:
    """Write the base with its adapter to a folder that does not exist yet, or is empty.

    The weights are in the format in which most of the base's are stored; pictures have at most `max_pixels` (0: as the
    base says). Raises ModelLoadError, WeightFileError, ModelWriteError, and QuantizationError for a base that is
    quantised on disk.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ModelWriteError(
            QT_TRANSLATE_NOOP("errors", "{path}: there is something already. Choose a new folder."), path=target
        )
    model: Any = load_model(folder, precision=stored_precision(folder), device="cpu")
    if getattr(model.config, "quantization_config", None):
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: an adapter cannot be merged into quantised weights. Take the full model."
            ),
            folder=folder,
        )
    merged = load_adapter(model, adapter).merge_and_unload()
    staging = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(staging, ignore_errors=True)
        merged.save_pretrained(staging, max_shard_size=shard_bytes)
        copy_settings(folder, staging, max_pixels)
        if target.exists():
            target.rmdir()
        staging.replace(target)
    except OSError as error:
        raise ModelWriteError(
            QT_TRANSLATE_NOOP("errors", "{path}: the model cannot be written: {reason}"),
            path=target,
            reason=error.strerror or error,
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def stored_precision(folder: Path) -> str:
    """In what most weights of a folder are stored: "bf16", "fp16" or "fp32"."""
    sizes: dict[str, int] = {}
    for tensor in Checkpoint.open(folder).tensors.values():
        name = DTYPES.get(tensor.dtype, "fp32")
        sizes[name] = sizes.get(name, 0) + torch.Size(tensor.shape).numel()
    return max(sizes, key=lambda name: sizes[name], default="fp32")


def copy_settings(folder: Path, target: Path, max_pixels: int = 0) -> None:
    """What a model folder holds beside weights and configuration, so that a tuned model is a folder of its own.

    Its pictures are as large as when it was tuned: at most `max_pixels`, or as the folder says for 0.
    """
    for file in sorted(folder.iterdir()):
        known = file.name.startswith(".") or (target / file.name).exists()
        if file.is_file() and not known and not file.name.endswith(WEIGHTS):
            shutil.copy2(file, target / file.name)
    for name in PICTURE_SETTINGS:
        if max_pixels and (settings := read_json(target / name)) and _limit(settings, max_pixels):
            (target / name).write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _limit(settings: dict[str, Any], most: int) -> bool:
    """Lower the largest picture in a folder's settings; whether anything was said and changed."""
    inner = settings.get("image_processor")
    changed = _limit(inner, most) if isinstance(inner, dict) else False
    size = settings.get("size")
    for holder, largest, least in ((size, "longest_edge", "shortest_edge"), (settings, "max_pixels", "min_pixels")):
        if isinstance(holder, dict) and isinstance(holder.get(largest), int) and holder[largest] > most:
            holder[largest] = max(most, int(holder.get(least) or 0))
            changed = True
    return changed
