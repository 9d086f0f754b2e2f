"""The bits of a GPTQ checkpoint: integers in 32-bit words, and the weights they stand for.

Owns the two published layouts (``gptq``, AutoGPTQ's own, and ``gptq_v2``) of ``qweight`` and ``qzeros``. Does not own
modules (``linear``) or how the integers are chosen (``rounding``).

For a linear layer of ``in`` inputs and ``out`` outputs, with f = 32 / bits integers a word, lowest bits first:
``qweight`` is int32 (in / f, out), packed along the inputs; ``qzeros`` int32 (groups, out / f), packed along the
outputs; ``scales`` float16 (groups, out); ``g_idx`` int32 (in,) names each input's group. A weight is ``scales[g, o]
* (q[i, o] - zero[g, o])`` with g = g_idx[i]. The layouts differ in one thing: ``gptq`` stores zero - 1.
"""

from __future__ import annotations

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError

V1, V2 = "gptq", "gptq_v2"
LAYOUTS = (V1, V2)
BITS = (2, 4, 8)
"""Widths that divide a word. (3-bit checkpoints spread one integer over two words; Qwen-VL never came in them.)"""
WORD = 32


def per_word(bits: int) -> int:
    """How many integers one 32-bit word holds."""
    return WORD // bits


def pack(values: torch.Tensor, bits: int, dim: int) -> torch.Tensor:
    """Put integers in [0, 2**bits) of a 2-D tensor into int32 words along ``dim`` (0 or 1).

    Raises QuantizationError when the length along ``dim`` is no multiple of 32 / bits.
    """
    check_length(values.shape[dim], bits)
    groups = values.to(torch.int32).unflatten(dim, (-1, per_word(bits)))
    words = torch.zeros_like(groups.select(dim + 1, 0))
    for place in range(per_word(bits)):
        words |= groups.select(dim + 1, place) << (bits * place)
    return words.contiguous()


def unpack(words: torch.Tensor, bits: int, dim: int, dtype: torch.dtype = torch.uint8) -> torch.Tensor:
    """The integers of 2-D int32 ``words``, packed along ``dim`` (0 or 1), in ``dtype``."""
    factor, top = per_word(bits), 2**bits - 1
    if torch.compiler.is_compiling():  # as one expression, which a compiler joins with the product that follows
        places = torch.arange(factor, dtype=torch.int32, device=words.device) * bits
        places = places[:, None] if dim == 0 else places
        return ((words.unsqueeze(dim + 1) >> places) & top).to(dtype).flatten(dim, dim + 1)
    shape = list(words.shape)
    shape.insert(dim + 1, factor)
    values = torch.empty(shape, dtype=dtype, device=words.device)
    for place in range(factor):  # one place at a time: a fraction of the scratch memory of all at once
        values.select(dim + 1, place).copy_((words >> (bits * place)) & top)
    return values.flatten(dim, dim + 1)


def pack_zeros(zeros: torch.Tensor, bits: int, layout: str) -> torch.Tensor:
    """Zero points, integers (groups, out), as ``qzeros``.

    Raises QuantizationError for a zero point the layout cannot hold: ``gptq`` holds 1 to 2**bits, ``gptq_v2`` 0 to
    2**bits - 1.
    """
    stored = zeros.to(torch.int32) - _offset(layout)
    if int(stored.min()) < 0 or int(stored.max()) >= 2**bits:
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors", "Zero points from {low} to {high} do not fit the layout {layout} in {bits} bits."
            ),
            low=int(zeros.min()),
            high=int(zeros.max()),
            layout=layout,
            bits=bits,
        )
    return pack(stored, bits, dim=1)


def unpack_zeros(qzeros: torch.Tensor, bits: int, layout: str) -> torch.Tensor:
    """Zero points int32 (groups, out). In ``gptq`` a stored 2**bits - 1 means 2**bits: it does not wrap to 0."""
    return unpack(qzeros, bits, dim=1, dtype=torch.int32) + _offset(layout)


def dequantize(
    qweight: torch.Tensor,
    qzeros: torch.Tensor,
    scales: torch.Tensor,
    g_idx: torch.Tensor | None,
    *,
    bits: int,
    group_size: int,
    layout: str,
    dtype: torch.dtype,
) -> torch.Tensor:
    """The weights, (in, out) in ``dtype``: each product is rounded once.

    Args:
        g_idx: the group of each input, or None when groups are runs of ``group_size`` inputs (no act-order).
    """
    work = dtype if dtype in (torch.float16, torch.float32, torch.float64) else torch.float32
    weight = unpack(qweight, bits, dim=0, dtype=work)
    zeros = unpack_zeros(qzeros, bits, layout).to(work)
    scales = scales.to(work)
    if g_idx is None and len(weight) == len(scales) * group_size:
        groups = weight.unflatten(0, (len(scales), group_size))
        if torch.compiler.is_compiling():
            weight = ((groups - zeros[:, None]) * scales[:, None]).flatten(0, 1)
        else:
            groups.sub_(zeros[:, None]).mul_(scales[:, None])
    else:
        index = plain_groups(len(weight), group_size, weight.device) if g_idx is None else g_idx.long()
        weight.sub_(zeros[index]).mul_(scales[index])
    return weight.to(dtype)


def plain_groups(inputs: int, group_size: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """``g_idx`` without act-order: input i belongs to group i // group_size. int32 (inputs,)."""
    return (torch.arange(inputs, device=device) // group_size).to(torch.int32)


def group_count(inputs: int, group_size: int) -> int:
    """Groups of a layer; the last may be shorter."""
    return -(-inputs // group_size)


def check_length(length: int, bits: int) -> None:
    """Raise QuantizationError when a length cannot be packed."""
    if bits not in BITS:
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "GPTQ with {bits} bits is not offered. Choose one of {known}."),
            bits=bits,
            known=", ".join(map(str, BITS)),
        )
    if length % per_word(bits):
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors",
                "A layer of {length} channels cannot be packed in {bits} bits: it must be a multiple of {factor}.",
            ),
            length=length,
            bits=bits,
            factor=per_word(bits),
        )


def _offset(layout: str) -> int:
    return 1 if layout == V1 else 0
