"""Quantisation on loading: NF4 and Int8 by bitsandbytes, and what makes them safe to train on.

Owns the quantisation settings, the layers in a model on the meta device, quantising one weight, and the remedies.
Reading weights belongs to ``materialize``, the order of things to ``loading``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from transformers import BitsAndBytesConfig, PreTrainedModel
from transformers.quantizers import AutoHfQuantizer

QUANTIZED_PRECISIONS = ("nf4", "int8")
NF4_BYTES, INT8_BYTES = 0.52, 1.01
"""Bytes a weight takes, its scales included."""


def quantization_config(precision: str, keep_dense: list[str], compute_dtype: torch.dtype) -> BitsAndBytesConfig | None:
    """Settings for a precision, None for the dense ones.

    Args:
        keep_dense: full paths of the modules that stay dense. A bare name would match nothing and would also drop
            the library's own exception for the language-model head.
        compute_dtype: dtype the dequantised weights are multiplied in (NF4).
    """
    if precision == "nf4":
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=compute_dtype,
            llm_int8_skip_modules=keep_dense,
        )
    if precision == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=keep_dense)
    return None


def _library(*names: str) -> tuple[type, ...]:
    """Classes of bitsandbytes; none while nobody has imported it, for then no layer can be of it (it takes seconds)."""
    loaded = sys.modules.get("bitsandbytes")
    return tuple(getattr(loaded.nn, name) for name in names) if loaded is not None else ()


def insert_layers(model: PreTrainedModel, settings: BitsAndBytesConfig, devices: Mapping[str, torch.device]) -> Any:
    """Give a model on the meta device the layers of ``settings`` in the place of its linear ones.

    Returns the library's quantizer; call its ``postprocess_model`` once the weights are there.
    """
    quantizer = AutoHfQuantizer.from_config(settings, pre_quantized=False)
    quantizer.validate_environment(device_map=dict(devices))
    quantizer.preprocess_model(model=model, device_map=dict(devices))
    vars(model)["hf_quantizer"] = quantizer
    return quantizer


def quantise_on_arrival(old: nn.Parameter, value: torch.Tensor) -> nn.Parameter | None:
    """The parameter that a weight becomes in the place of ``old``; None where ``old`` is no quantised one.

    ``value`` is on the device where it is to live.
    """
    if not isinstance(old, _library("Int8Params", "Params4bit")):
        return None
    settings = {name: kept for name, kept in vars(old).items() if not name.startswith("_is_hf")}
    made: Any = type(old)(value, requires_grad=False, **settings).to(value.device)
    return made


def stored_bytes(value: torch.Tensor, dtype: torch.dtype) -> int:
    """Bytes that a tensor of a model on the meta device will take when its dense ones come in ``dtype``."""
    if isinstance(value, _library("Params4bit")):
        return int(value.numel() * NF4_BYTES)
    if isinstance(value, _library("Int8Params")):
        return int(value.numel() * INT8_BYTES)
    return value.numel() * (dtype if value.is_floating_point() else value.dtype).itemsize


def prepare_quantized(model: nn.Module) -> int:
    """Make a model with 4-bit layers safe to use for inference and training in turn.

    On CPUs with AVX512-BF16 bitsandbytes repacks a layer's weights at its first forward pass without gradients; the
    backward pass does not know that packing, and later gradients would be wrong without a word. The repacking is
    turned off here. PEFT recognises 4-bit layers by ``is_loaded_in_4bit``, which is set as well.

    Returns:
        The number of 4-bit layers.
    """
    layers: list[Any] = [module for module in model.modules() if isinstance(module, _library("Linear4bit"))]
    for layer in layers:
        layer.support_avx512bf16_for_cpu = False
    if layers:
        vars(model)["is_loaded_in_4bit"] = True
    return len(layers)
