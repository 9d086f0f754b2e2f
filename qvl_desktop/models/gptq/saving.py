"""What a model with GPTQ layers writes as its checkpoint, whichever kernel multiplies them.

A kernel's layer holds the integers in a layout of its own. Owns the way back to the tensors of a GPTQ folder, which is
exact, and the refusal where there is none. Does not own how a folder is written (`transformers`, ``weight_writer``).
"""

from __future__ import annotations

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.int4pack import BITS, Int4PackLinear
from qvl_desktop.models.gptq.packing import pack, plain_groups


@torch.no_grad()
def checkpoint_state(model: nn.Module) -> dict[str, torch.Tensor] | None:
    """The model's tensors as its folder names them; None where ``state_dict`` already gives them.

    Raises QuantizationError for layers of GPTQModel, whose tensors cannot be made to those they came from.
    """
    modules = dict(model.named_modules())
    if any(type(module).__module__.partition(".")[0] == "gptqmodel" for module in modules.values()):
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors",
                "This model was loaded for answering, with GPTQModel's kernels, and cannot be saved. Load it with the "
                "kernel “native” to save it.",
            )
        )
    packed = {name: module for name, module in modules.items() if isinstance(module, Int4PackLinear)}
    if not packed:
        return None
    state = dict(model.state_dict())
    for name, layer in packed.items():
        for leaf in list(layer.state_dict()):
            del state[f"{name}.{leaf}"]
        state |= {f"{name}.{leaf}": value for leaf, value in gptq_tensors(layer).items()}
    return state


def gptq_tensors(layer: Int4PackLinear) -> dict[str, torch.Tensor]:
    """The buffers of the ``GPTQLinear`` that a layer was made from, bit for bit."""
    device = layer.qweight.device
    tensors = {
        "qweight": pack(layer.integers(), BITS, dim=0),
        "qzeros": layer.qzeros,
        "scales": layer.scales,
        "g_idx": plain_groups(layer.in_features, layer.group_size, device),
    }
    return tensors if layer.bias is None else tensors | {"bias": layer.bias}
