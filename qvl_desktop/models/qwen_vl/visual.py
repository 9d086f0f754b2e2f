"""The visual tower: a vision transformer, the resampler and the final projection.

Pixels in, feature rows of the decoder's width out. Reading and resizing pictures belongs to the image processor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn
from transformers.modeling_layers import GradientCheckpointingLayer

from qvl_desktop.models.qwen_vl.positions import resize_table
from qvl_desktop.models.qwen_vl.resampler import LAYER_NORM, Resampler

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig


class VisualAttention(nn.Module):
    """Self-attention whose ``in_proj`` rows are grouped by head: each head's query, key and value lie together."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(n, patches, width) -> the same shape."""
        heads = self.in_proj(states).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        query, key, value = heads.chunk(3, dim=-1)
        read = F.scaled_dot_product_attention(query, key, value)
        return self.out_proj(read.transpose(1, 2).flatten(2))


class VisualMLP(nn.Module):
    """Two linear layers with the exact GELU between."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(width, inner)
        self.c_proj = nn.Linear(inner, width)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(n, patches, width) -> the same shape."""
        return self.c_proj(F.gelu(self.c_fc(states)))


class VisualBlock(GradientCheckpointingLayer):
    """Pre-norm transformer block."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.ln_1 = LAYER_NORM(width)
        self.ln_2 = LAYER_NORM(width)
        self.attn = VisualAttention(width, heads)
        self.mlp = VisualMLP(width, inner)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(n, patches, width) -> the same shape."""
        states = states + self.attn(self.ln_1(states))
        return states + self.mlp(self.ln_2(states))


class VisualBlocks(nn.Module):
    """The stack of blocks (a module of its own for the official tensor names)."""

    def __init__(self, width: int, heads: int, inner: int, layers: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(VisualBlock(width, heads, inner) for _ in range(layers))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(n, patches, width) -> the same shape."""
        for block in self.resblocks:
            states = block(states)
        return states


class VisualTower(nn.Module):
    """ViT -> resampler -> layer norm -> projection.

    ``positional_embedding`` is stored as a position_grid x position_grid table and resized (bicubic, float32) to the
    grid of the patches.
    """

    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__()
        visual = config.tower
        width, output_dim, patch = int(visual["width"]), int(visual["output_dim"]), config.patch_size
        self.conv1 = nn.Conv2d(3, width, kernel_size=patch, stride=patch, bias=False)
        self.positional_embedding = nn.Parameter(torch.empty(config.position_grid**2, width))
        self.ln_pre = LAYER_NORM(width)
        self.transformer = VisualBlocks(
            width, int(visual["heads"]), int(width * visual["mlp_ratio"]), int(visual["layers"])
        )
        self.attn_pool = Resampler(config)
        self.ln_post = LAYER_NORM(output_dim)
        self.proj = nn.Parameter(torch.empty(output_dim, output_dim))

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Feature rows of pictures.

        Args:
            pixel_values: (n, 3, height, width) normalised pixels, sides multiples of the patch size.

        Returns:
            (n, n_queries, output_dim) in the tower's dtype.
        """
        maps = self.conv1(pixel_values.to(self.conv1.weight))
        rows, columns = maps.shape[-2:]
        patches = maps.flatten(2).transpose(1, 2)
        patches = patches + resize_table(self.positional_embedding, rows, columns)
        patches = self.transformer(self.ln_pre(patches))
        return self.ln_post(self.attn_pool(patches, rows, columns)) @ self.proj
