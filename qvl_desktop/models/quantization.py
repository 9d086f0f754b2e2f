"""Quantisation on loading: NF4 and Int8 by bitsandbytes, and what makes them safe to train on.

Owns the quantisation settings and the remedies; loading belongs to ``loading``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from transformers import BitsAndBytesConfig

if TYPE_CHECKING:
    from torch import nn

QUANTIZED_PRECISIONS = ("nf4", "int8")


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


def prepare_quantized(model: nn.Module) -> int:
    """Make a model with 4-bit layers safe to use for inference and training in turn.

    On CPUs with AVX512-BF16 bitsandbytes repacks a layer's weights at its first forward pass without gradients; the
    backward pass does not know that packing, and later gradients would be wrong without a word. The repacking is
    turned off here. PEFT recognises 4-bit layers by ``is_loaded_in_4bit``, which is set as well.

    Returns:
        The number of 4-bit layers.
    """
    from bitsandbytes.nn import Linear4bit

    layers = [module for module in model.modules() if isinstance(module, Linear4bit)]
    for layer in layers:
        layer.support_avx512bf16_for_cpu = False
    if layers:
        vars(model)["is_loaded_in_4bit"] = True
    return len(layers)
