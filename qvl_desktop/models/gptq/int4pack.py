"""Torch's own kernel for 4-bit weights, for answering: it multiplies the packed integers and never makes them dense.

It belongs to torch (no other package is needed) and exists for NVIDIA cards since Ampere and for CPUs. Owns the layer
that uses it, and which layers it can take. The kernel takes scales in the dtype of the computation only; where a
gradient is wanted the layer computes with the very weights of the GPTQ layer it was made from, but slowly: a model
that is to be trained is loaded with the kernel "native". How it is saved: ``saving``.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn
from torch.autograd.function import once_differentiable

from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.packing import unpack, unpack_zeros

BITS = 4
GROUP_SIZES = (32, 64, 128, 256)
MIDDLE = 8
"""The kernel's weight is ``(integer - 8) * scale + zero``."""
INNER_TILES = 8
INPUTS, OUTPUTS = 16 * INNER_TILES, {"cuda": 8, "cpu": 16}
"""On a card the inputs must be a multiple of the first; the outputs always of the second."""
AMPERE = (8, 0)


class Int4PackLinear(nn.Module):
    """``x @ weight + bias`` with the integers as the kernel wants them.

    Buffers: ``qweight``, of a layout that is the kernel's own business; ``scales_and_zeros`` (groups, out, 2) in the
    dtype of the computation; ``scales``, ``qzeros`` and ``bias`` as in ``GPTQLinear``.
    """

    qweight: torch.Tensor
    scales_and_zeros: torch.Tensor
    scales: torch.Tensor
    qzeros: torch.Tensor
    bias: torch.Tensor | None

    def __init__(self, layer: GPTQLinear, dtype: torch.dtype) -> None:
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.infeatures, self.outfeatures = layer.in_features, layer.out_features  # by which PEFT knows the layer
        self.settings, self.group_size = layer.settings, layer.group_size
        scales = layer.scales.float()
        zeros = (MIDDLE - unpack_zeros(layer.qzeros, BITS, layer.settings.layout)).float() * scales
        self.register_buffer("qweight", pack_for_kernel(unpack(layer.qweight, BITS, dim=0).T))
        self.register_buffer("scales_and_zeros", torch.stack([scales, zeros], dim=-1).to(dtype).contiguous())
        self.register_buffer("scales", layer.scales)
        self.register_buffer("qzeros", layer.qzeros)
        self.register_buffer("bias", layer.bias)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(..., in) -> (..., out) in the dtype of ``states`` (of autocast, where that is on)."""
        kind = states.device.type
        if torch.is_autocast_enabled(kind):
            states = states.to(torch.get_autocast_dtype(kind))
        if torch.is_grad_enabled() and (states.requires_grad or self.training):
            product = cast("torch.Tensor", _DenseProduct.apply(states, self))
        else:
            flat = states.reshape(-1, self.in_features).to(self.scales_and_zeros.dtype)
            product = self._product(flat.contiguous(), self.scales_and_zeros).to(states.dtype)
            product = product.unflatten(0, states.shape[:-1])
        return product if self.bias is None else product + self.bias.to(product.dtype)

    def dense_weight(self, dtype: torch.dtype) -> torch.Tensor:
        """The weight as ``nn.Linear`` has it, (out, in). Slow: the kernel is asked for every integer."""
        zeros = unpack_zeros(self.qzeros, BITS, self.settings.layout).float()
        groups = self.integers().float().unflatten(0, (len(zeros), self.group_size))
        return ((groups - zeros[:, None]) * self.scales.float()[:, None]).flatten(0, 1).to(dtype).T

    def integers(self) -> torch.Tensor:
        """The packed integers in [0, 16), uint8 (in, out). Slow: the kernel is asked for each."""
        half = self.scales_and_zeros.dtype
        alone = torch.eye(self.in_features, dtype=half, device=self.qweight.device)
        plain = torch.ones_like(self.scales_and_zeros)
        plain[..., 1] = 0
        return (self._product(alone, plain) + MIDDLE).to(torch.uint8)

    def extra_repr(self) -> str:
        size = f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        return f"{size}, bits={BITS}, group_size={self.group_size}"

    def _product(self, states: torch.Tensor, scales_and_zeros: torch.Tensor) -> torch.Tensor:
        multiply: Any = kernel(states.device.type)
        made: torch.Tensor = multiply(states, self.qweight, self.group_size, scales_and_zeros)
        return made

    def _apply(self, fn: Any, recurse: bool = True) -> Int4PackLinear:
        """Moves follow; a change of dtype reaches neither the checkpoint's scales nor what the kernel takes."""
        kept = self.scales, self.scales_and_zeros
        super()._apply(fn, recurse)
        device = self.qweight.device
        self.scales, self.scales_and_zeros = (tensor.to(device) for tensor in kept)
        return self


class _DenseProduct(torch.autograd.Function):
    """``states @ weight`` with the weight made dense for the occasion, in each direction."""

    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, layer: Int4PackLinear) -> torch.Tensor:
        ctx.layer = layer
        return states @ layer.dense_weight(states.dtype).T

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, None]:
        (gradient,) = gradients
        return gradient @ ctx.layer.dense_weight(gradient.dtype), None


def kernel(kind: str) -> Any:
    """The product for a kind of device. Raises AttributeError where this torch has none."""
    return torch.ops.aten._weight_int4pack_mm if kind == "cuda" else torch.ops.aten._weight_int4pack_mm_for_cpu


def pack_for_kernel(integers: torch.Tensor) -> torch.Tensor:
    """Integers in [0, 16), uint8 (out, in), in the kernel's layout on their device."""
    packed: torch.Tensor
    if integers.is_cuda:
        pairs = (integers[:, ::2] << BITS) | integers[:, 1::2]
        packed = torch.ops.aten._convert_weight_to_int4pack(pairs.contiguous(), INNER_TILES)
    else:
        packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(integers.to(torch.int32).contiguous(), 1)
    return packed


def suits(layer: GPTQLinear, dtype: torch.dtype) -> bool:
    """Whether the kernel takes a layer: 4 bits in plain whole groups, bfloat16, on a CPU or a card since Ampere."""
    device = layer.qweight.device
    if dtype != torch.bfloat16 or device.type not in OUTPUTS:  # other dtypes are slow on a CPU, and none on a card
        return False
    if device.type == "cuda" and (torch.cuda.get_device_capability(device) < AMPERE or layer.in_features % INPUTS):
        return False
    plain = layer.settings.bits == BITS and not layer.act_order and layer.group_size in GROUP_SIZES
    return plain and not layer.in_features % layer.group_size and not layer.out_features % OUTPUTS[device.type]


def exchange(model: nn.Module, layers: dict[str, GPTQLinear], dtype: torch.dtype) -> int:
    """Replace the GPTQ layers that suit the kernel, one after the other, and take them out of ``layers``.

    Raises AttributeError, NotImplementedError or RuntimeError, before anything has changed, where torch has no such
    kernel for this device.

    Returns:
        How many layers it took.
    """
    suitable = {name: layer for name, layer in layers.items() if suits(layer, dtype)}
    for first in list(suitable.values())[:1]:  # a kernel that does not run shows it now
        probe = Int4PackLinear(first, dtype)
        probe(torch.zeros(1, first.in_features, dtype=dtype, device=first.qweight.device))
    for name in (names := list(suitable)):
        parent, _, leaf = name.rpartition(".")
        made = Int4PackLinear(suitable.pop(name), dtype).eval()
        setattr(model.get_submodule(parent), leaf, made)
        del layers[name]  # the layer's tensors go before the next one's come
    return len(names)
