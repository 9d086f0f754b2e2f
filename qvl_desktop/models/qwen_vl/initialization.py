"""Starting values of a model built from scratch, and the rebuilding of tables that no checkpoint holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from transformers import initialization as init

from qvl_desktop.models.qwen_vl.decoder import RESIDUAL_SCALE, QwenVLRMSNorm
from qvl_desktop.models.qwen_vl.positions import sincos_table
from qvl_desktop.models.qwen_vl.resampler import CrossAttention, Resampler
from qvl_desktop.models.qwen_vl.rotary import RotaryTable
from qvl_desktop.models.qwen_vl.visual import VisualTower

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig


def initialize(module: nn.Module, config: QwenVLConfig) -> None:
    """Fill one module's own parameters and buffers; what came from a checkpoint is left alone.

    Linear layers and embeddings are normal with initializer_range, projections that write to the decoder's residual
    stream divided by sqrt(2 layers). The patch embedding starts at unit size for normalised pixels, and the ViT's
    positions from a 2-D sin-cos table of that same size: from a random table a small model does not learn to point.
    """
    std = config.initializer_range
    if isinstance(module, (nn.Linear, nn.Embedding)):
        init.normal_(module.weight, std=std * getattr(module, RESIDUAL_SCALE, 1.0))
        if isinstance(module, nn.Linear) and module.bias is not None:
            init.zeros_(module.bias)
    elif isinstance(module, (nn.LayerNorm, QwenVLRMSNorm)):
        init.ones_(module.weight)
        if isinstance(module, nn.LayerNorm):
            init.zeros_(module.bias)
    elif isinstance(module, RotaryTable):
        init.copy_(module.inv_freq, module.frequencies())
        init.copy_(module.level_limits, module.limits())
    elif isinstance(module, CrossAttention):
        init.normal_(module.in_proj_weight, std=std)
        init.zeros_(module.in_proj_bias)
    elif isinstance(module, Resampler):
        init.normal_(module.query, std=std)
        init.copy_(module.pos_embed, sincos_table(module.pos_embed.shape[1], module.grid))
    elif isinstance(module, VisualTower):
        width, output_dim = module.positional_embedding.shape[1], module.proj.shape[0]
        init.normal_(module.conv1.weight, std=module.conv1.weight[0].numel() ** -0.5)
        init.copy_(module.positional_embedding, sincos_table(width, config.position_grid))
        init.normal_(module.proj, std=output_dim**-0.5)
