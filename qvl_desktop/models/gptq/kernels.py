"""The choice between our own GPTQ layer and fused kernels for inference.

Ours (``native``) computes anywhere and is what training needs; it makes each weight dense for the moment it is
multiplied, which on a card costs several times the reading of the integers. GPTQModel's kernels (Marlin, ExLlamaV2)
multiply the packed integers themselves: an optional extra, used on NVIDIA cards where that package is installed, for
answering only.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.packing import V1

KERNELS = ("auto", "native", "gptqmodel")
_log = logging.getLogger(__name__)


def use_kernel(model: nn.Module, kernel: str, dtype: torch.dtype) -> str:
    """Exchange a model's GPTQ layers for a kernel's; returns the name of what is used.

    "auto" takes GPTQModel where it is installed, the model lies on a card and the kernel offers these settings, else
    "native". Raises QuantizationError for an unknown kernel, or one that was asked for and cannot be used.
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
    if kernel == "native" or not layers or (kernel == "auto" and not (on_cards and installed)):
        return "native"
    if not (on_cards and installed):
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The fused kernels need an NVIDIA card and the package gptqmodel (pip install “qvl-desktop[gptq]”). "
                "Use the kernel “native”, which needs neither.",
            )
        )
    try:
        _exchange(model, layers, dtype)
    except (ImportError, NotImplementedError, ValueError, RuntimeError) as error:
        if kernel == "gptqmodel":
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "GPTQModel offers no kernel for this model on this card: {reason}"),
                reason=error,
            ) from error
        _log.warning("GPTQModel offers no kernel for this model on this card (%s): the native layer is used.", error)
        return "native"
    return "gptqmodel"


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
