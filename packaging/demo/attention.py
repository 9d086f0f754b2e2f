"""Attention written out as two matrix products, for training small models on a processor.

At 256 patches of 64 channels in bfloat16 it is several times faster there than the fused kernel and its backward pass.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from collections.abc import Iterator


def plain_attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    *_: Any,
    scale: float | None = None,
    **__: Any,
) -> torch.Tensor:
    """As ``F.scaled_dot_product_attention`` with an optional bool mask; no dropout, no causal flag."""
    scores = (query * (scale or 1 / math.sqrt(query.shape[-1]))) @ key.transpose(-1, -2)
    if attn_mask is not None:
        scores = scores.masked_fill(~attn_mask, -1e4)
    return scores.softmax(-1).to(value.dtype) @ value


@contextmanager
def written_out_attention() -> Iterator[None]:
    """Within, every scaled dot-product attention is :func:`plain_attention`."""
    fused = F.scaled_dot_product_attention
    F.scaled_dot_product_attention = plain_attention
    try:
        yield
    finally:
        F.scaled_dot_product_attention = fused
