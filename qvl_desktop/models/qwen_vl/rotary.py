"""Positions of the decoder: rotary angles with dynamic NTK, and the logn scale of the queries.

Owns the tables; the attention applies them. Both extensions belong to evaluation only, as in the original: while
training the model sees plain rotary positions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig

NTK_LEVELS = 24


def ntk_alpha(level: int) -> int:
    """Stretch of the rotary base at a level: 1, 3, 7, 15, ..."""
    return int(2 ** (level + 1)) - 1


class RotaryTable(nn.Module):
    """Inverse frequencies of every NTK level, and the cosines and sines of given positions.

    Level 0 covers up to seq_length tokens, level k up to seq_length * 2**k. The base at a level is
    ``rotary_emb_base * alpha ** (d / (d - 2))`` with d rotary channels ("NTK-aware" scaling).
    """

    inv_freq: torch.Tensor
    level_limits: torch.Tensor

    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__()
        self.dim = int(config.kv_channels * config.rotary_pct)
        self.base = float(config.rotary_emb_base)
        self.seq_length = config.seq_length
        self.use_dynamic_ntk = config.use_dynamic_ntk
        self.use_logn = config.use_logn_attn
        self.register_buffer("inv_freq", self.frequencies(), persistent=False)
        self.register_buffer("level_limits", self.limits(), persistent=False)

    def frequencies(self) -> torch.Tensor:
        """float32 (NTK_LEVELS, dim / 2)."""
        exponents = torch.arange(0, self.dim, 2, dtype=torch.float32, device="cpu") / self.dim
        bases = [self.base * ntk_alpha(level) ** (self.dim / (self.dim - 2)) for level in range(NTK_LEVELS)]
        return torch.stack([1.0 / (base**exponents) for base in bases])

    def limits(self) -> torch.Tensor:
        """int64 (NTK_LEVELS - 1,): a prompt longer than limit k is beyond level k."""
        return self.seq_length * 2 ** torch.arange(NTK_LEVELS - 1, device="cpu")

    def level(self, length: int) -> int:
        """NTK level of a prompt of that many tokens; a kept cache must be rebuilt when it changes."""
        if not self.use_dynamic_ntk:
            return 0
        return sum(length > self.seq_length * 2**k for k in range(NTK_LEVELS - 1))

    def levels(self, lengths: torch.Tensor) -> torch.Tensor:
        """The same for a tensor of lengths (rows,), without leaving the device."""
        if not self.use_dynamic_ntk:
            return torch.zeros_like(lengths)
        return (lengths[:, None] > self.level_limits[None, :]).sum(-1)

    def forward(self, position_ids: torch.Tensor, level: int | torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and sines, float32 (rows, 1, tokens, dim), for positions (rows, tokens), as ``rotate`` wants them.

        Channel i is turned together with channel i + dim / 2 by the same angle; the first takes the second's share with
        a minus, so the first half of the sines is negated. level: one for all, or int64 (rows,) or (rows, tokens).
        """
        inv_freq = self.inv_freq[level]
        if inv_freq.ndim < 3:
            inv_freq = inv_freq.view(-1, 1, self.dim // 2)
        angles = (position_ids[..., None].float() * inv_freq)[:, None]
        cos, sin = angles.cos(), angles.sin()
        return torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)

    def query_scale(self, position_ids: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """The logn factor of each query: log(p + 1) / log(seq_length) from seq_length on, 1 before.

        Positions (rows, tokens) give (rows, 1, tokens, 1).
        """
        scale = torch.log(position_ids.float() + 1.0) / math.log(self.seq_length)
        return torch.where(position_ids >= self.seq_length, scale, 1.0)[:, None, :, None].to(dtype)
