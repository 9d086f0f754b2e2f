"""LoRA on GPTQ layers, through PEFT's door for custom modules.

Owns the adapter layer and its registration. PEFT does not store the registration: a config that is to put an adapter on
a model with GPTQ layers, new or loaded, goes through ``with_gptq_layers`` first. Merging is not done in place (the sum
would have to be quantised again): see ``merging``.
"""

from __future__ import annotations

from typing import Any

import torch
from peft import LoraConfig
from peft.tuners.lora.layer import LoraLayer
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.int4pack import Int4PackLinear
from qvl_desktop.models.gptq.linear import GPTQLinear


class GPTQLoraLayer(nn.Module, LoraLayer):
    """A frozen GPTQ layer and its low-rank updates: ``base(x) + scaling * B(A(dropout(x)))`` for each adapter."""

    # PEFT's own annotations are not seen by the type checker.
    base_layer: Any
    lora_A: Any
    lora_B: Any
    lora_dropout: Any
    scaling: Any
    active_adapters: Any
    disable_adapters: Any
    _cast_input_dtype: Any
    update_layer: Any

    def __init__(
        self, base_layer: GPTQLinear | Int4PackLinear, adapter_name: str, config: LoraConfig, **kwargs: Any
    ) -> None:
        nn.Module.__init__(self)
        LoraLayer.__init__(self, base_layer)
        if config.use_dora:
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "DoRA needs dense weights: choose LoRA for an Int4 model.")
            )
        options = {name: kwargs[name] for name in ("r", "lora_alpha", "inference_mode") if name in kwargs}
        self._active_adapter = adapter_name
        self.update_layer(adapter_name, config=config, **options)

    def forward(self, states: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """(..., in) -> (..., out); the updates are computed in their own dtype."""
        result: torch.Tensor = self.base_layer(states)
        if self.disable_adapters:
            return result
        for name in self.active_adapters:
            if name not in self.lora_A:
                continue
            down, up = self.lora_A[name], self.lora_B[name]
            update = up(down(self.lora_dropout[name](self._cast_input_dtype(states, down.weight.dtype))))
            result = result + (update * self.scaling[name]).to(result.dtype)
        return result

    def merge(self, *args: Any, **kwargs: Any) -> None:
        """Refused: the integers cannot take the update."""
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors",
                "An adapter cannot be merged into Int4 layers in place. Use “merge”: it makes the weights dense, "
                "adds the adapter and, if asked, quantises them again.",
            )
        )

    def unmerge(self) -> None:
        """Nothing was merged."""

    def __repr__(self) -> str:
        return "lora." + super().__repr__()


def with_gptq_layers(config: Any) -> Any:
    """Teach a PEFT config to adapt GPTQ layers; returns it. Other kinds than LoRA are returned as they are."""
    if isinstance(config, LoraConfig):
        config._register_custom_module({GPTQLinear: GPTQLoraLayer, Int4PackLinear: GPTQLoraLayer})
    return config
