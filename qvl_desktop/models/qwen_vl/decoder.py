"""The language decoder's block: RMS norm, attention with rotary positions, gated MLP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import nn
from transformers.modeling_layers import GradientCheckpointingLayer

from qvl_desktop.models.qwen_vl.attention import attend
from qvl_desktop.models.qwen_vl.operations import rms_norm, rotate

if TYPE_CHECKING:
    from transformers import Cache

    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig

RESIDUAL_SCALE = "residual_scale"
"""Attribute of a linear layer that writes to the residual stream: what its initial spread is multiplied by."""


def residual_linear(inner: int, config: QwenVLConfig) -> nn.Linear:
    """A linear layer onto the residual stream, to start 1 / sqrt(2 layers) smaller than others."""
    linear = nn.Linear(inner, config.hidden_size, bias=not config.no_bias)
    setattr(linear, RESIDUAL_SCALE, (2 * config.num_hidden_layers) ** -0.5)
    return linear


@dataclass(frozen=True)
class Positions:
    """What attention needs to know about the tokens' places, computed once a forward pass.

    cos, sin: float32 (rows or 1, 1, tokens, rotary channels), as ``RotaryTable`` makes them. query_scale: (rows or 1,
    1, tokens, 1) or None.
    """

    cos: torch.Tensor
    sin: torch.Tensor
    query_scale: torch.Tensor | None

    def to(self, device: torch.device | str | int, **options: Any) -> Positions:
        """A copy on a device: blocks of a model that is spread over several cards each get their own."""
        scale = None if self.query_scale is None else self.query_scale.to(device, **options)
        return Positions(self.cos.to(device, **options), self.sin.to(device, **options), scale)


class QwenVLRMSNorm(nn.Module):
    """Root-mean-square norm, computed in float32."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Same shape and dtype as ``states``."""
        return rms_norm(states, self.weight, self.eps)


class QwenVLAttention(nn.Module):
    """Causal self-attention; ``c_attn`` holds query, key and value one after the other."""

    is_causal = True

    def __init__(self, config: QwenVLConfig, layer_idx: int) -> None:
        super().__init__()
        self.config = config
        self.layer_idx = layer_idx
        self.heads = config.num_attention_heads
        self.head_dim = config.kv_channels
        self.scaling = self.head_dim**-0.5
        self.dropout = config.attn_dropout_prob
        width = self.heads * self.head_dim
        self.c_attn = nn.Linear(config.hidden_size, 3 * width)
        self.c_proj = residual_linear(width, config)

    def forward(
        self,
        hidden_states: torch.Tensor,
        positions: Positions,
        attention_mask: torch.Tensor | None,
        past_key_values: Cache | None = None,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """(rows, tokens, hidden) -> the same, and the weights when the implementation gives them."""
        rows, tokens, _ = hidden_states.shape
        heads = self.c_attn(hidden_states).view(rows, tokens, 3 * self.heads, self.head_dim).transpose(1, 2)
        value = heads.narrow(1, 2 * self.heads, self.heads)
        turned = rotate(heads.narrow(1, 0, 2 * self.heads), positions.cos, positions.sin)
        query, key = turned.narrow(1, 0, self.heads), turned.narrow(1, self.heads, self.heads)
        if positions.query_scale is not None:
            query = query * positions.query_scale
        if past_key_values is not None:
            key, value = past_key_values.update(key, value, self.layer_idx)
        mixed, weights = attend(
            self,
            query,
            key,
            value,
            attention_mask,
            implementation=self.config._attn_implementation,
            dropout=self.dropout if self.training else 0.0,
            scaling=self.scaling,
            **kwargs,
        )
        return self.c_proj(mixed.reshape(rows, tokens, -1)), weights


class QwenVLMLP(nn.Module):
    """``c_proj(w1(x) * silu(w2(x)))``, inner width intermediate_size / 2."""

    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__()
        inner, bias = config.intermediate_size // 2, not config.no_bias
        self.w1 = nn.Linear(config.hidden_size, inner, bias=bias)
        self.w2 = nn.Linear(config.hidden_size, inner, bias=bias)
        self.c_proj = residual_linear(inner, config)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(rows, tokens, hidden) -> the same shape."""
        return self.c_proj(self.w1(states) * F.silu(self.w2(states)))


class QwenVLBlock(GradientCheckpointingLayer):
    """Pre-norm decoder block."""

    def __init__(self, config: QwenVLConfig, layer_idx: int) -> None:
        super().__init__()
        self.ln_1 = QwenVLRMSNorm(config.hidden_size, config.layer_norm_epsilon)
        self.attn = QwenVLAttention(config, layer_idx)
        self.ln_2 = QwenVLRMSNorm(config.hidden_size, config.layer_norm_epsilon)
        self.mlp = QwenVLMLP(config)

    def forward(
        self,
        hidden_states: torch.Tensor,
        positions: Positions,
        attention_mask: torch.Tensor | None,
        past_key_values: Cache | None = None,
        **kwargs: Any,
    ) -> torch.Tensor:
        """(rows, tokens, hidden) -> the same shape."""
        mixed, _ = self.attn(self.ln_1(hidden_states), positions, attention_mask, past_key_values, **kwargs)
        hidden_states = hidden_states + mixed
        return hidden_states + self.mlp(self.ln_2(hidden_states))
