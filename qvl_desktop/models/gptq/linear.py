"""A linear layer that keeps its weight as GPTQ integers, on CPU or GPU, forward and backward.

Owns the layer and its gradient. The dense weight exists only while it is multiplied: the backward pass makes it again
instead of keeping it, so the layer adds no dense bytes to a model. The integers never change, and nothing depends on
what was computed before. Does not own the layout of the bits (``packing``) or adapters (``peft``).
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import nn
from torch.autograd.function import FunctionCtx, once_differentiable

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.packing import dequantize, group_count, per_word, plain_groups
from qvl_desktop.models.gptq.settings import GPTQSettings


class GPTQLinear(nn.Module):
    """``x @ dequantised weight + bias``, with the tensor names of GPTQ checkpoints.

    Buffers: ``qweight`` int32, ``qzeros`` int32, ``scales`` float16, ``g_idx`` int32 (shapes in ``packing``), and
    ``bias`` (out,) or None. None of them is trained; the gradient goes to the input.
    """

    qweight: torch.Tensor
    qzeros: torch.Tensor
    scales: torch.Tensor
    g_idx: torch.Tensor
    bias: torch.Tensor | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        settings: GPTQSettings,
        *,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype = torch.float16,
    ) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.infeatures, self.outfeatures = in_features, out_features  # AutoGPTQ's names, by which PEFT knows the layer
        self.settings = settings
        self.group_size = settings.group_size_of(in_features)
        self.act_order = settings.desc_act
        groups, factor = group_count(in_features, self.group_size), per_word(settings.bits)
        words: Any = {"dtype": torch.int32, "device": device}
        self.register_buffer("qweight", torch.zeros(in_features // factor, out_features, **words))
        self.register_buffer("qzeros", torch.zeros(groups, out_features // factor, **words))
        self.register_buffer("scales", torch.zeros(groups, out_features, dtype=torch.float16, device=device))
        self.register_buffer("g_idx", plain_groups(in_features, self.group_size, device or "cpu"))
        self.register_buffer("bias", torch.zeros(out_features, dtype=dtype, device=device) if bias else None)

    def settle(self) -> None:
        """Find out from ``g_idx`` whether groups are plain runs; to be called once the buffers are filled.

        Raises QuantizationError when an input names a group that does not exist.
        """
        plain = plain_groups(self.in_features, self.group_size, self.g_idx.device)
        self.act_order = not torch.equal(self.g_idx, plain)
        if self.act_order and not 0 <= int(self.g_idx.min()) <= int(self.g_idx.max()) < len(self.scales):
            raise QuantizationError(QT_TRANSLATE_NOOP("errors", "g_idx names groups that the scales do not have."))

    def dense_weight(self, dtype: torch.dtype) -> torch.Tensor:
        """The weight as ``nn.Linear`` has it: (out, in)."""
        return self._dequantized(dtype).T

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """(..., in) -> (..., out) in the dtype of ``states`` (of autocast, where that is on)."""
        kind = states.device.type
        if torch.is_autocast_enabled(kind):
            states = states.to(torch.get_autocast_dtype(kind))
        if states.requires_grad and torch.is_grad_enabled():
            product = cast("torch.Tensor", DequantizedProduct.apply(states, self))
        else:
            product = states @ self._dequantized(states.dtype)
        return product if self.bias is None else product + self.bias.to(product.dtype)

    def extra_repr(self) -> str:
        size = f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        return f"{size}, bits={self.settings.bits}, group_size={self.group_size}"

    def _dequantized(self, dtype: torch.dtype) -> torch.Tensor:
        return dequantize(
            self.qweight,
            self.qzeros,
            self.scales,
            self.g_idx if self.act_order else None,
            bits=self.settings.bits,
            group_size=self.group_size,
            layout=self.settings.layout,
            dtype=dtype,
        )

    def _apply(self, fn: Any, recurse: bool = True) -> GPTQLinear:
        """Moves follow; a change of dtype does not reach the scales, whose rounding belongs to the checkpoint."""
        scales = self.scales
        super()._apply(fn, recurse)
        if self.scales.dtype != scales.dtype:
            self.scales = scales.to(self.scales.device)
        return self


class DequantizedProduct(torch.autograd.Function):
    """``states @ weight`` with the weight made for the occasion, in each direction."""

    @staticmethod
    def forward(ctx: FunctionCtx, states: torch.Tensor, layer: GPTQLinear) -> torch.Tensor:
        cast("Any", ctx).layer = layer
        return states @ layer._dequantized(states.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *gradients: Any) -> tuple[torch.Tensor | None, None]:
        (gradient,) = gradients
        return gradient @ cast("Any", ctx).layer._dequantized(gradient.dtype).T, None
