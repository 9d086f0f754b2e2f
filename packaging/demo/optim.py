"""The optimisers: Muon for matrices, AdamW for the rest, one learning-rate share for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_MATRICES = ("wte", "lm_head", "positional_embedding", "attn_pool.query", "heads.")
"""Two-dimensional, but tables or read-outs: rows of them are learnt one by one."""
_VISION = ("visual.", "heads.")


class Half:
    """Both optimisers over the parameters of one half of the model, the visual tower with its heads or the decoder.

    The patch embedding is a matrix too, once its window is laid flat.
    """

    def __init__(self, named: Iterable[tuple[str, nn.Parameter]], matrix_rate: float, other_rate: float) -> None:
        matrices: list[nn.Parameter] = []
        others: list[nn.Parameter] = []
        self._flat: list[tuple[nn.Parameter, nn.Parameter]] = []
        for name, parameter in named:
            if parameter.ndim == 4:
                flat = nn.Parameter(parameter.data.view(len(parameter), -1))
                self._flat.append((parameter, flat))
                matrices.append(flat)
            elif parameter.ndim == 2 and not any(part in name for part in _NOT_MATRICES):
                matrices.append(parameter)
            else:
                others.append(parameter)
        self.rates = (matrix_rate, other_rate)
        self.parts: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(matrices, lr=matrix_rate, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(others, lr=other_rate, betas=(0.9, 0.98), weight_decay=0.0),
        )

    def step(self, share: float) -> None:
        """One step at ``share`` of the learning rates; gradients are cleared. Parameters without a gradient stay."""
        for window, flat in self._flat:
            flat.grad = None if window.grad is None else window.grad.view_as(flat)
            window.grad = None
        for part, rate in zip(self.parts, self.rates, strict=True):
            for group in part.param_groups:
                group["lr"] = rate * share
            part.step()
            part.zero_grad()


class Optimiser:
    """The optimisers of the two halves, each with its own learning rates."""

    def __init__(
        self,
        named: Iterable[tuple[str, nn.Parameter]],
        vision_rates: tuple[float, float],
        decoder_rates: tuple[float, float],
    ) -> None:
        learnt = [(name, parameter) for name, parameter in named if parameter.requires_grad]
        vision = [pair for pair in learnt if any(part in pair[0] for part in _VISION)]
        decoder = [pair for pair in learnt if not any(part in pair[0] for part in _VISION)]
        self.parameters = [parameter for _, parameter in learnt]
        self.vision, self.decoder = Half(vision, *vision_rates), Half(decoder, *decoder_rates)

    def step(self, vision: float, decoder: float) -> None:
        """One step of both halves at their shares of the learning rates."""
        self.vision.step(vision)
        self.decoder.step(decoder)

    def state_dict(self) -> list[dict[str, Any]]:
        """State of all parts."""
        return [part.state_dict() for half in (self.vision, self.decoder) for part in half.parts]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        """The inverse of :meth:`state_dict`."""
        parts = [part for half in (self.vision, self.decoder) for part in half.parts]
        for part, state in zip(parts, states, strict=True):
            part.load_state_dict(state)
