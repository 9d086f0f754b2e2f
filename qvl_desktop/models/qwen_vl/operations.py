"""The decoder's small operations with gradients of their own: norm, rotation, cross-entropy.

Each is computed in float32 whatever the model's dtype. Left to automatic differentiation they would keep float32
copies of their inputs until the backward pass and go over memory many times; here they keep their inputs as they came.
Owns the arithmetic only: modules and tables are in ``decoder`` and ``rotary``, the choice of positions in ``loss``.
"""

from __future__ import annotations

from typing import Any, cast

import torch
import torch.nn.functional as F
from torch.autograd.function import once_differentiable

BLOCK_LOGITS = 2**18
"""Logits handled at once on a CPU, 1 MiB in float32: what follows finds them in the cache."""


def needs_gradient(*tensors: torch.Tensor) -> bool:
    """Whether a backward pass will come through an operation on these tensors."""
    return torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)


def rms_norm(states: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
    """``states / sqrt(mean(states ** 2) + eps) * weight`` over the last dimension, in the dtype of ``states``.

    Torch has one kernel for it and its gradient on a card; on a CPU it has a kernel for neither.
    """
    if states.device.type == "cpu" and needs_gradient(states, weight):
        return cast("torch.Tensor", _RMSNorm.apply(states, weight, eps))
    return F.rms_norm(states, weight.shape, weight, eps)


def rotate(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Rotate the first channels of (rows, heads, tokens, channels), channel i with channel i + half.

    cos, sin: float32 (rows or 1, 1, tokens, rotated channels) as ``RotaryTable`` makes them: both halves alike, the
    first half of the sines negated. Channels beyond theirs stay.
    """
    if needs_gradient(states):
        return cast("torch.Tensor", _Rotation.apply(states, cos, sin))
    return _turned(states, cos, sin, 1)


def summed_cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The float32 sum over rows of ``logsumexp(logits) - logits[target]``.

    logits: (rows, vocabulary); targets: int64 (rows,), none of them ignored.
    """
    return cast("torch.Tensor", _SummedCrossEntropy.apply(logits, targets))


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, weight: torch.Tensor, eps: float) -> torch.Tensor:
        wide = states.float()
        length = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
        scale = torch.rsqrt(length.square_().div_(states.shape[-1]).add_(eps))
        ctx.save_for_backward(states, weight, scale)
        return (wide * scale).mul_(weight).to(states.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, torch.Tensor | None, None]:
        states, weight, scale = ctx.saved_tensors
        gradient = gradients[0].float()
        normed = states.float() * scale
        product = gradient * normed
        wide_weight = weight.float()
        of_weight = product.flatten(0, -2).sum(0).to(weight.dtype) if ctx.needs_input_grad[1] else None
        pull = (product @ wide_weight).unsqueeze(-1).div_(-states.shape[-1])
        of_states = torch.addcmul(gradient * wide_weight, normed, pull).mul_(scale)
        return of_states.to(states.dtype), of_weight, None


class _Rotation(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(cos, sin)
        return _turned(states, cos, sin, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, None, None]:
        cos, sin = ctx.saved_tensors
        return _turned(gradients[0], cos, sin, -1), None, None


def _turned(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, sign: int) -> torch.Tensor:
    """The rotation, forwards (sign 1) or backwards (-1)."""
    channels = cos.shape[-1]
    wide = (states if channels == states.shape[-1] else states[..., :channels]).float()
    turned = torch.addcmul(wide * cos, wide.roll(channels // 2, -1), sin, value=sign).to(states.dtype)
    return turned if channels == states.shape[-1] else torch.cat([turned, states[..., channels:]], dim=-1)


class _SummedCrossEntropy(torch.autograd.Function):
    """The gradient is made in the forward pass, while the shares of each block are at hand, and kept instead of them.

    It has the dtype of the logits; nothing of the logits' size is ever kept in float32.
    """

    @staticmethod
    def forward(ctx: Any, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        rows = len(logits) if logits.is_cuda else max(1, BLOCK_LOGITS // logits.shape[-1])
        ctx.gradient = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        total = logits.new_zeros((), dtype=torch.float32)
        for start in range(0, len(logits), max(1, rows)):
            block, wanted = logits[start : start + rows], targets[start : start + rows, None]
            shares = torch.softmax(block, -1, dtype=torch.float32)
            highest, at = block.max(-1, keepdim=True)
            missing = highest.float() - block.gather(-1, wanted).float()  # never 0 / 0, however unlikely the target
            total += (missing - shares.gather(-1, at).log()).sum()
            if ctx.gradient is not None:
                shares.scatter_add_(-1, wanted, shares.new_full((1, 1), -1.0).expand_as(wanted))
                ctx.gradient[start : start + rows] = shares
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, None]:
        return ctx.gradient * gradients[0], None
