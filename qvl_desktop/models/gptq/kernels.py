"""The choice between our own GPTQ layer and fused kernels for inference.

Ours (``native``) computes anywhere and is what training needs; it makes each weight dense for the moment it is
multiplied, which costs several times the reading of the integers. For answering there are kernels that multiply the
packed integers themselves: torch's own (``int4pack``, in bfloat16, on CPUs and on cards since Ampere), and GPTQModel's
(Marlin, ExLlamaV2), an optional extra that is preferred on NVIDIA cards where it is installed.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq import int4pack
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.packing import V1

KERNELS = ("auto", "native", "int4pack", "gptqmodel")
FAILURES = (AttributeError, ImportError, NotImplementedError, ValueError, RuntimeError)
_log = logging.getLogger(__name__)


def use_kernel(model: nn.Module, kernel: str, dtype: torch.dtype) -> str:
    """Exchange a model's GPTQ layers for a kernel's; returns the name of what is used.

    "auto" takes GPTQModel where it is installed, the model lies on a card and the kernel offers these settings; else
    torch's kernel where it takes the layers (others stay as they are); else "native". Raises QuantizationError for an
    unknown kernel, or one that was asked for and cannot be used.
    """
    if kernel not in KERNELS:
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "Kernel {kernel} is not known. Choose one of {known}."),
            kernel=kernel,
            known=", ".join(KERNELS),
        )
    layers = {name: module for name, module in model.named_modules() if isinstance(module, GPTQLinear)}
    on_cards = all(layer.qweight.is_cuda for layer in layers.values())
    installed = find_spec("gptqmodel") is not None
    if kernel == "native" or not layers:
        return "native"
    if kernel == "gptqmodel" and not (on_cards and installed):
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The fused kernels need an NVIDIA card and the package gptqmodel (pip install “qvl-desktop[gptq]”). "
                "Use the kernel “native”, which needs neither.",
            )
        )
    if kernel == "gptqmodel" or (kernel == "auto" and on_cards and installed):
        try:
            _exchange(model, layers, dtype)
        except FAILURES as error:
            if kernel == "gptqmodel":
                raise QuantizationError(
                    QT_TRANSLATE_NOOP("errors", "GPTQModel offers no kernel for this model on this card: {reason}"),
                    reason=error,
                ) from error
            _log.warning("GPTQModel offers no kernel for this model on this card (%s).", error)
        else:
            return "gptqmodel"
    return _torch_kernel(model, layers, dtype, asked=kernel == "int4pack")


def _torch_kernel(model: nn.Module, layers: dict[str, GPTQLinear], dtype: torch.dtype, *, asked: bool) -> str:
    """Torch's kernel for the layers it takes; returns the name of what is used."""
    reason: Exception | str = "4 bits, plain groups of 32 to 256 and bfloat16 are needed, and a card since Ampere"
    try:
        if int4pack.exchange(model, layers, dtype):
            return "int4pack"
    except FAILURES as error:
        _log.warning("Torch has no 4-bit kernel for this device (%s): the native layer is used.", error)
        reason = error
    if asked:
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "Torch's 4-bit kernel cannot take this model: {reason}"), reason=reason
        )
    return "native"


def _exchange(model: nn.Module, layers: dict[str, GPTQLinear], dtype: torch.dtype) -> None:
    """Give each layer's tensors to a GPTQModel layer; only when all could be made does the model change."""
    from gptqmodel.quantization import METHOD
    from gptqmodel.utils.importer import hf_select_quant_linear_v2
    from gptqmodel.utils.model import hf_convert_gptq_v1_to_v2_format, hf_gptqmodel_post_init

    first = next(iter(layers.values()))
    settings = first.settings
    act_order = any(layer.act_order for layer in layers.values())
    chosen: Any = hf_select_quant_linear_v2(
        bits=settings.bits,
        group_size=settings.group_size,
        desc_act=act_order,
        sym=settings.sym,
        format=settings.layout,
        quant_method=METHOD.GPTQ,
        dtype=dtype,
        pack=False,
        device_map={"": first.qweight.device},
        backend="auto",
    )
    fused = {name: _fused_layer(chosen, layer, act_order, dtype) for name, layer in layers.items()}
    holder = nn.Module()
    holder.layers = nn.ModuleList(fused.values())
    if settings.layout == V1:
        hf_convert_gptq_v1_to_v2_format(holder, settings.bits, chosen, V1, None)
    hf_gptqmodel_post_init(holder, use_act_order=act_order)
    for name, layer in fused.items():
        parent, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(parent), leaf, layer)


def _fused_layer(chosen: Any, layer: GPTQLinear, act_order: bool, dtype: torch.dtype) -> nn.Module:
    settings = layer.settings
    made: nn.Module = chosen(
        bits=settings.bits,
        group_size=settings.group_size,
        desc_act=act_order,
        sym=settings.sym,
        in_features=layer.in_features,
        out_features=layer.out_features,
        bias=layer.bias is not None,
        dtype=dtype,
        register_buffers=True,
    ).to(layer.qweight.device)
    state = made.state_dict(keep_vars=True)
    for name, value in layer.state_dict().items():
        target = state[name]
        target.data = value.to(target.dtype, copy=True)
    return made.eval()
