"""How a dense weight becomes GPTQ integers: by rounding to the nearest, or by GPTQ with the layer's inputs known.

GPTQ (Frantar et al., 2022) goes through the inputs of a layer one after the other, rounds each column, and lets the
columns that are still to come make up for the error, weighted by how inputs occur together (the Hessian x xᵀ). Owns
the arithmetic, on one weight at a time; does not own where inputs come from (``calibration``) or files
(``quantise``).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.packing import check_length, dequantize, group_count, pack, pack_zeros, plain_groups
from qvl_desktop.models.gptq.settings import GPTQSettings

SHRINKS = tuple(1 - step / 40 for step in range(16))
"""Shares of the full range that are tried for each group: the one with the least squared error is taken."""
SMALLEST_SCALE = 2.0**-24
"""The smallest number float16 has."""
COLUMNS = 128
"""Columns that GPTQ treats before it updates all later ones."""


@dataclass(frozen=True)
class Rounded:
    """A weight (out, in) as integers: ``q`` uint8 (in, out), ``scales`` float16 and ``zeros`` int32 (groups, out)."""

    q: torch.Tensor
    scales: torch.Tensor
    zeros: torch.Tensor

    def tensors(self, settings: GPTQSettings) -> dict[str, torch.Tensor]:
        """``qweight``, ``qzeros``, ``scales`` and ``g_idx`` as a checkpoint stores them, on the CPU."""
        inputs = len(self.q)
        return {
            "qweight": pack(self.q, settings.bits, dim=0).cpu(),
            "qzeros": pack_zeros(self.zeros, settings.bits, settings.layout).cpu(),
            "scales": self.scales.cpu().contiguous(),
            "g_idx": plain_groups(inputs, settings.group_size_of(inputs)),
        }


def dense_weight(tensors: dict[str, torch.Tensor], settings: GPTQSettings, dtype: torch.dtype) -> torch.Tensor:
    """The weight (out, in) that a checkpoint's tensors of one layer stand for."""
    inputs = len(tensors["g_idx"])
    size = settings.group_size_of(inputs)
    plain = torch.equal(tensors["g_idx"], plain_groups(inputs, size, tensors["g_idx"].device))
    parts = (tensors["qweight"], tensors["qzeros"], tensors["scales"], None if plain else tensors["g_idx"])
    return dequantize(*parts, bits=settings.bits, group_size=size, layout=settings.layout, dtype=dtype).T


def round_to_nearest(weight: torch.Tensor, settings: GPTQSettings) -> Rounded:
    """Each weight (out, in) to the nearest integer of its group's scale. Raises QuantizationError: sizes, not "
    "finite."""
    _check(weight, settings)
    weight = weight.float()
    size = settings.group_size_of(weight.shape[1])
    parts = [(group, *group_range(group, settings)) for group in weight.split(size, dim=1)]
    q = torch.cat([_integers(group, scale, zero, settings.bits) for group, scale, zero in parts], dim=1)
    return Rounded(
        q.T.to(torch.uint8).contiguous(),
        torch.stack([scale for _, scale, _ in parts]).half(),
        torch.stack([zero for _, _, zero in parts]).int(),
    )


def gptq(weight: torch.Tensor, hessian: torch.Tensor, settings: GPTQSettings) -> Rounded:
    """GPTQ without act-order.

    Args:
        weight: (out, in), any float dtype; computed in float32 on its device.
        hessian: float32 (in, in), the sum (or mean) of x xᵀ over the layer's inputs x; it is not changed.

    Raises QuantizationError: sizes, values that are not finite, or a Hessian that cannot be inverted.
    """
    _check(weight, settings)
    weight = weight.float().clone()
    inputs, size = weight.shape[1], settings.group_size_of(weight.shape[1])
    inverse, unused = _inverse_factor(hessian, settings.damp)
    weight[:, unused] = 0
    q = torch.empty_like(weight)
    scales = torch.empty(group_count(inputs, size), len(weight), device=weight.device)
    zeros = torch.empty_like(scales)
    for start in range(0, inputs, COLUMNS):
        end = min(start + COLUMNS, inputs)
        errors = torch.zeros(len(weight), end - start, device=weight.device)
        for column in range(start, end):
            group = column // size
            if column % size == 0:
                # Columns of this group beyond `end` do not yet have the errors of this run of columns.
                scales[group], zeros[group] = group_range(weight[:, column : column + size], settings)
            scale, zero = scales[group], zeros[group]
            q[:, column] = _integers(weight[:, column, None], scale, zero, settings.bits)[:, 0]
            error = (weight[:, column] - scale * (q[:, column] - zero)) / inverse[column, column]
            weight[:, column:end] -= error[:, None] * inverse[column, column:end]
            errors[:, column - start] = error
        weight[:, end:] -= errors @ inverse[start:end, end:]
    return Rounded(q.T.to(torch.uint8).contiguous(), scales.half(), zeros.int())


def group_range(group: torch.Tensor, settings: GPTQSettings) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale (exact in float16) and zero point of each output, float32 (out,), for weights (out, n) of one group."""
    top = 2**settings.bits - 1
    if settings.sym:
        middle = 2 ** (settings.bits - 1)
        spread = 2 * group.abs().amax(1)
    else:
        low, high = group.amin(1).clamp(max=0), group.amax(1).clamp(min=0)
        spread = high - low
    best = torch.full_like(spread, float("inf"))
    scales, zeros = torch.ones_like(spread), torch.ones_like(spread)
    for shrink in SHRINKS:
        scale = (shrink * spread / top).clamp(min=SMALLEST_SCALE).half().float()
        # 1 is the least zero point that both layouts can hold.
        zero = torch.full_like(scale, middle) if settings.sym else (-shrink * low / scale).round().clamp(1, top)
        q = _integers(group, scale, zero, settings.bits)
        error = (scale[:, None] * (q - zero[:, None]) - group).square().sum(1)
        better = error < best
        best = torch.where(better, error, best)
        scales, zeros = torch.where(better, scale, scales), torch.where(better, zero, zeros)
    return scales, zeros


def _integers(group: torch.Tensor, scale: torch.Tensor, zero: torch.Tensor, bits: int) -> torch.Tensor:
    return (group / scale[:, None] + zero[:, None]).round().clamp(0, 2**bits - 1)


def _inverse_factor(hessian: torch.Tensor, damp: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The upper Cholesky factor of the damped Hessian's inverse, and which inputs never occurred."""
    hessian = hessian.float().clone()
    diagonal = hessian.diagonal()
    unused = diagonal == 0
    diagonal[unused] = 1
    mean = diagonal.mean()
    for factor in (1, 10, 100):
        damped = hessian + torch.eye(len(hessian), device=hessian.device) * (damp * factor * mean)
        lower, failed = torch.linalg.cholesky_ex(damped)
        if not int(failed):
            upper, failed = torch.linalg.cholesky_ex(torch.cholesky_inverse(lower), upper=True)
            if not int(failed):
                return upper, unused
    raise QuantizationError(
        QT_TRANSLATE_NOOP(
            "errors", "The calibration data do not determine a layer: give more, and more varied, samples."
        )
    )


def _check(weight: torch.Tensor, settings: GPTQSettings) -> None:
    outputs, inputs = weight.shape
    check_length(inputs, settings.bits)
    check_length(outputs, settings.bits)
    if not bool(torch.isfinite(weight).all()):
        raise QuantizationError(QT_TRANSLATE_NOOP("errors", "A weight is not a number: the model is damaged."))
