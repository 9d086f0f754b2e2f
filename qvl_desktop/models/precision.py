"""What a model is computed in, and where: the choice for a folder on this machine, and the sentence about it.

Owns the names of precisions and devices. The rules for cards are `placement`'s, quantising is `quantization`'s.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.models.errors import ModelLoadError, QuantizationError
from qvl_desktop.models.gptq.settings import is_gptq
from qvl_desktop.models.placement import RESERVED_SHARE, Card, Precision, cards, native_precision, precision_name
from qvl_desktop.models.quantization import QUANTIZED_PRECISIONS, quantization_config

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qvl_desktop.models.families.base import Family

DENSE_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRECISIONS = ("auto", *DENSE_DTYPES, *QUANTIZED_PRECISIONS)
WEIGHTS_IN = QT_TRANSLATE_NOOP("models", "{stored}, computing in {reason}")
EXPERTS_STAY = QT_TRANSLATE_NOOP("models", "{reason}; its experts stay dense, for they cannot be quantised on loading")
_log = logging.getLogger(__name__)


def choose_device(device: str) -> torch.device:
    """The torch device for a name; "auto" is the first GPU if there is one, else the CPU.

    Raises ModelLoadError for a device that this machine does not have.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        return torch.device("cuda:0" if count else "cpu")
    try:
        found = torch.device(device)
    except RuntimeError:
        found = None
    if found is None or (found.type == "cuda" and (found.index or 0) >= count):
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{device}: there is no such device here. Choose one of {known}."),
            device=device,
            known=", ".join(["auto", "cpu", *(f"cuda:{index}" for index in range(count))]),
        )
    return found


def cards_for(nbytes: int, device: str, where: torch.device) -> list[Card]:
    """The cards that a model of so many stored bytes is going to lie on; none on a CPU."""
    if where.type != "cuda":
        return []
    found = cards()
    first = found[where.index or 0]
    alone = device != "all" and (device != "auto" or nbytes <= first.free * (1 - RESERVED_SHARE))
    return [first] if alone else found


def choose_precision(
    folder: Path,
    config: dict[str, Any],
    family: Family,
    precision: str,
    device: torch.device,
    quantized_dtype: torch.dtype | None = None,
    *,
    used: Sequence[Card] | None = None,
    tell: Callable[[str], None] = _log.info,
) -> tuple[torch.dtype, Any]:
    """Dtype of the dense tensors and the quantisation settings (None for a dense model).

    ``used`` are the cards that the model will lie on: by default that of ``device``. ``tell`` gets a sentence about it.
    """
    method = stored_method(folder, config, precision)
    wanted = DENSE_DTYPES.get(precision) or quantized_dtype
    chosen = Precision(wanted, precision_name(wanted)) if wanted else _native_precision(folder, device, used)
    dtype = chosen.dtype
    stored = method or (precision if precision in QUANTIZED_PRECISIONS else "")
    sentence = translate("models", WEIGHTS_IN).format(stored=stored, reason=chosen.reason) if stored else chosen.reason
    if stored in QUANTIZED_PRECISIONS and any("num_experts" in name for name in config.get("text_config") or {}):
        sentence = translate("models", EXPERTS_STAY).format(reason=sentence)
    tell(sentence)
    if method is not None:  # already quantised on disk: its own settings hold
        return dtype, None
    return dtype, quantization_config(precision, list(family.keep_dense), dtype)


def stored_method(folder: Path, config: dict[str, Any], precision: str) -> str | None:
    """How a folder is quantised: "gptq", "bitsandbytes", or not at all (None).

    Raises QuantizationError for a method that cannot be read, and for a precision that is unknown or that the folder
    does not allow.
    """
    if precision not in PRECISIONS:
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "Precision {precision} is not known. Choose one of {known}."),
            precision=precision,
            known=", ".join(PRECISIONS),
        )
    method = "gptq" if is_gptq(config, folder) else (config.get("quantization_config") or {}).get("quant_method")
    if method not in (None, "bitsandbytes", "gptq"):
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "{folder}: checkpoints quantised by {method} cannot be read."),
            folder=folder,
            method=method,
        )
    if method is not None and precision in QUANTIZED_PRECISIONS:
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: this model is quantised already ({method}); it cannot be loaded as {precision}."
            ),
            folder=folder,
            method=method,
            precision=precision,
        )
    return method


def _native_precision(folder: Path, device: torch.device, used: Sequence[Card] | None) -> Precision:
    size = sum(file.stat().st_size for pattern in ("*.safetensors", "*.bin") for file in folder.glob(pattern))
    if used is None:
        used = cards_for(0, str(device), device)
    return native_precision(used, size)
