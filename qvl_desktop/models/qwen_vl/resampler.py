"""The resampler: learnt queries that read the ViT's patches by one cross-attention and give a fixed number of rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from qvl_desktop.models.qwen_vl.positions import resize_table, sincos_table

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig

LAYER_NORM = partial(nn.LayerNorm, eps=1e-6)


class CrossAttention(nn.Module):
    """Multi-head attention with separate query, key and value inputs; tensor names of ``nn.MultiheadAttention``."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * dim))
        self.out_proj = nn.Linear(dim, dim)

    def forward(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """(n, queries, dim) from query (n, queries, dim), key and value (n, patches, dim)."""
        projected = [
            F.linear(states, weight, bias).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for states, weight, bias in zip(
                (query, key, value), self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3), strict=True
            )
        ]
        read = F.scaled_dot_product_attention(*projected)
        return self.out_proj(read.transpose(1, 2).flatten(2))


class Resampler(nn.Module):
    """n_queries rows of width output_dim from any number of patches.

    ``pos_embed`` is a fixed table that comes with the checkpoint. Queries carry it as it is, keys carry it resized to
    the grid of the patches, values carry none.
    """

    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__()
        dim, width = int(config.tower["output_dim"]), int(config.tower["width"])
        self.grid = config.query_grid
        self.pos_embed = nn.Parameter(sincos_table(dim, self.grid), requires_grad=False)
        self.query = nn.Parameter(torch.empty(config.n_queries, dim))
        self.kv_proj = nn.Linear(width, dim, bias=False) if width != dim else nn.Identity()
        self.attn = CrossAttention(dim, config.resampler_heads)
        self.ln_q = LAYER_NORM(dim)
        self.ln_kv = LAYER_NORM(dim)

    def forward(self, patches: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
        """(n, n_queries, output_dim) from patches (n, rows * columns, width) in reading order."""
        value = self.ln_kv(self.kv_proj(patches))
        key = value + resize_table(self.pos_embed, rows, columns).to(value.dtype)
        query = (self.ln_q(self.query) + self.pos_embed).to(value.dtype)
        return self.attn(query.expand(len(patches), -1, -1), key, value)
