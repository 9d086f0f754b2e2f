"""From a folder on this machine to a model or a processor ready for use.

Owns the table of families, the choice of precision and device, and the checks that a checkpoint is whole. What a
family computes is its own business; downloading is elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import torch
from safetensors import SafetensorError

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelLoadError, QuantizationError
from qvl_desktop.models.names import resolve_model as resolve_model
from qvl_desktop.models.quantization import QUANTIZED_PRECISIONS, prepare_quantized, quantization_config

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel

    from qvl_desktop.models.qwen_vl import QwenVLProcessor

DENSE_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRECISIONS = ("auto", *DENSE_DTYPES, *QUANTIZED_PRECISIONS)
SMALL_CHECKPOINT_BYTES = 2 * 1024**3
NAMED_TENSORS = 8
LOAD_FAILURES = (OSError, ValueError, RuntimeError, SafetensorError)


@dataclass(frozen=True)
class Family:
    """How a family is loaded: where its classes live, and the paths of the modules that quantisation leaves dense."""

    module: str
    model_class: str
    processor_class: str
    keep_dense: tuple[str, ...]


FAMILIES = {
    "qwen": Family(
        module="qvl_desktop.models.qwen_vl",
        model_class="QwenVLForConditionalGeneration",
        processor_class="QwenVLProcessor",
        keep_dense=("transformer.visual", "lm_head"),
    ),
}


def load_model(
    folder: Path,
    *,
    precision: str = "auto",
    device: str = "auto",
    adapter: Path | None = None,
    visual: bool = True,
    dtype: torch.dtype | None = None,
) -> PreTrainedModel:
    """Load a model in evaluation mode.

    Args:
        folder: a checkpoint folder with ``config.json`` and safetensors weights.
        precision: one of PRECISIONS. "auto": on a GPU bf16, or fp16 where it has no bf16; on a CPU fp32, or bf16 for
            checkpoints over 2 GiB.
        device: a torch device, or "auto" for the first GPU if there is one.
        adapter: a PEFT adapter folder to put on top; the result is then a ``PeftModel``.
        visual: false leaves the visual tower out; pictures then come as image_features.
        dtype: of the dense tensors and the computation of a quantised model; by default what "auto" would choose.

    Raises:
        ModelLoadError: no or broken config, an unknown family, tensors missing, unexpected or of another shape.
        QuantizationError: an unknown precision, or one the checkpoint does not allow.
    """
    config, family = read_family(folder)
    where = choose_device(device)
    dtype, quantization = choose_precision(folder, config, family, precision, where, dtype)
    cls = _class(family, family.model_class)
    options: dict[str, Any] = {} if visual else {"visual_tower": False}
    if quantization is not None:
        options["quantization_config"] = quantization
    try:
        model, report = cls.from_pretrained(
            folder,
            dtype=dtype,
            device_map={"": where},
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # reported below, all at once and by name
            local_files_only=True,
            **options,
        )
    except LOAD_FAILURES as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: the model cannot be loaded: {reason}"), folder=folder, reason=error
        ) from error
    check_report(folder, report)
    prepare_quantized(model)
    if adapter is not None:
        model = load_adapter(model, adapter)
    return cast("PreTrainedModel", model.eval())


def load_processor(folder: Path) -> QwenVLProcessor:
    """Load the processor (tokenizer and image processor) of a checkpoint folder."""
    _, family = read_family(folder)
    return cast("QwenVLProcessor", _class(family, family.processor_class).from_pretrained(folder))


def load_adapter(model: PreTrainedModel, adapter: Path) -> PreTrainedModel:
    """Put a PEFT adapter on a model, for inference."""
    from peft import PeftModel

    if not (adapter / "adapter_config.json").is_file():
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: not an adapter folder: it has no adapter_config.json."),
            folder=adapter,
        )
    try:
        return cast("PreTrainedModel", PeftModel.from_pretrained(model, str(adapter), is_trainable=False))
    except LOAD_FAILURES as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: the adapter does not fit this model: {reason}"),
            folder=adapter,
            reason=error,
        ) from error


def read_family(folder: Path) -> tuple[dict[str, Any], Family]:
    """The raw ``config.json`` of a model folder and the family its model_type names."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: not a model folder: it has no config.json."), folder=folder
        ) from error
    except (OSError, ValueError) as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: cannot be read: {reason}"), path=path, reason=error
        ) from error
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind not in FAMILIES:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: model_type {kind} is not known here. Known: {known}."),
            path=path,
            kind=kind,
            known=", ".join(FAMILIES),
        )
    return config, FAMILIES[kind]


def choose_device(device: str) -> torch.device:
    """The torch device for a name; "auto" is the first GPU if there is one, else the CPU."""
    if device != "auto":
        return torch.device(device)
    return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")


def choose_precision(
    folder: Path,
    config: dict[str, Any],
    family: Family,
    precision: str,
    device: torch.device,
    quantized_dtype: torch.dtype | None = None,
) -> tuple[torch.dtype, Any]:
    """Dtype of the dense tensors and the quantisation settings (None for a dense model)."""
    if precision not in PRECISIONS:
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "Precision {precision} is not known. Choose one of {known}."),
            precision=precision,
            known=", ".join(PRECISIONS),
        )
    method = (config.get("quantization_config") or {}).get("quant_method")
    if method not in (None, "bitsandbytes"):
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "{folder}: checkpoints quantised by {method} cannot be read yet."),
            folder=folder,
            method=method,
        )
    dtype = DENSE_DTYPES.get(precision) or quantized_dtype or _native_dtype(folder, device)
    if method is not None:  # already quantised on disk: its own settings hold
        return dtype, None
    return dtype, quantization_config(precision, list(family.keep_dense), dtype)


def check_report(folder: Path, report: dict[str, Any]) -> None:
    """Raise ModelLoadError naming the tensors that a checkpoint lacks, has too many, or has in another shape."""
    missing = sorted(report["missing_keys"])
    unexpected = sorted(report["unexpected_keys"])
    mismatched = sorted(entry[0] if isinstance(entry, tuple) else entry for entry in report["mismatched_keys"])
    if missing or unexpected or mismatched:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: the weights do not fit the configuration. Missing: {missing}. Unexpected: {unexpected}. "
                "Other shape: {mismatched}. Download the model again, or check config.json.",
            ),
            folder=folder,
            missing=_named(missing),
            unexpected=_named(unexpected),
            mismatched=_named(mismatched),
        )


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED_TENSORS]) or "-"
    return shown if len(names) <= NAMED_TENSORS else f"{shown}, ... ({len(names)})"


def _native_dtype(folder: Path, device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    size = sum(file.stat().st_size for pattern in ("*.safetensors", "*.bin") for file in folder.glob(pattern))
    return torch.float32 if size <= SMALL_CHECKPOINT_BYTES else torch.bfloat16


def _class(family: Family, name: str) -> Any:
    return getattr(import_module(family.module), name)
