"""Teaches a few attention heads of the decoder to look at the slot that a box or a description is about.

The answers alone teach this too, but late: first the model must stumble on reading one slot at all. The lesson is a
loss on the attention itself; nothing of it stays in the model but the weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

from qvl_desktop.models.qwen_vl.operations import rotate

if TYPE_CHECKING:
    from torch import nn

    from demo.samples import Batch
    from demo.vision import VisionHeads
    from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
    from qvl_desktop.models.qwen_vl.decoder import Positions, QwenVLAttention

HEADS = ((1, 0), (2, 0), (2, 1))
"""(layer, head) of the heads that are taught. What the first layer's tokens were told is read from the same place."""


class AttentionWatch:
    """Within, the inputs of the taught layers are kept; :meth:`loss` then scores where their heads look."""

    def __init__(self, model: QwenVLForConditionalGeneration, weight: float) -> None:
        blocks = model.transformer.h
        self._layers = [blocks[layer].attn for layer in sorted({layer for layer, _ in HEADS if layer < len(blocks)})]
        self._last = blocks[-1].attn
        self._layers = list(dict.fromkeys([*self._layers, self._last]))
        self._heads = [(blocks[layer].attn, head) for layer, head in HEADS if layer < len(blocks)]
        self._kept: dict[QwenVLAttention, tuple[torch.Tensor, Positions]] = {}
        self._hooks: list[Any] = []
        self._active = weight > 0

    def __enter__(self) -> AttentionWatch:
        if self._active:
            self._hooks = [layer.register_forward_pre_hook(self._keep, with_kwargs=True) for layer in self._layers]
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _keep(self, layer: QwenVLAttention, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        given = dict(zip(("hidden_states", "positions"), args, strict=False)) | kwargs
        self._kept[layer] = (given["hidden_states"], given["positions"])

    def loss(self, batch: Batch, told: nn.Linear) -> tuple[torch.Tensor, dict[str, float]]:
        """The loss and what to watch: the share of tokens whose heads look at the right slot most, and that were told.

        ``told`` reads from the first taught layer's input what the text says of the slot (4 x 8 logits).
        """
        rows, tokens, slots = batch.pointers.unbind(-1)
        if not self._heads or not len(slots):
            return torch.zeros(()), {}
        losses: list[torch.Tensor] = []
        seen: dict[str, float] = {}
        for layer, head in self._heads:
            scores = self._scores(layer, head)[rows, tokens].float().masked_fill(~batch.mask[rows, 0, tokens], -1e4)
            losses.append(F.cross_entropy(scores, slots))
            seen[f"looks{len(losses)}"] = float((scores.detach().argmax(-1) == slots).float().mean())
        logits = told(self._kept[self._heads[0][0]][0][rows, tokens]).float().unflatten(-1, (4, 8))
        reading = F.cross_entropy(logits.flatten(0, 1), batch.told.flatten())
        said = batch.told >= 0
        seen["told"] = float((logits.detach().argmax(-1) == batch.told)[said].float().mean())
        total = torch.stack(losses).mean() + reading
        return total, seen | {"pointing": float(total.detach())}

    def value_loss(
        self, batch: Batch, heads: VisionHeads, final: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, float]]:
        """How well the coordinate that is being written can be read as a number, before the last layer and at the end.

        At the end also what is left of it: after the hundreds are written, tens and units as a share of 100.
        ``final``: (rows, tokens, hidden).
        """
        rows, tokens, values, worth = batch.numbers.unbind(-1)
        if not len(rows):
            return torch.zeros(()), {}
        number = values / 1000
        left = (values % (worth * 10)) / (worth * 10)
        early = heads.early_value(self._kept[self._last][0][rows, tokens]).float()[:, 0]
        late = heads.value(final[rows, tokens]).float()
        tens = worth == 10
        off = (early - number).abs().mean(), (late[:, 0] - number).abs().mean(), (late[:, 1] - left)[tens].abs().mean()
        seen = {"early": float(off[0].detach()), "late": float(off[1].detach()), "left": float(off[2].detach())}
        return 10 * off[0] + 10 * off[1] + 2 * off[2], seen

    def _scores(self, layer: QwenVLAttention, head: int) -> torch.Tensor:
        """What a head scores each key for each query, (rows, tokens, tokens)."""
        hidden, positions = self._kept[layer]
        channels, width = layer.head_dim, layer.heads * layer.head_dim
        weight, bias = layer.c_attn.weight, layer.c_attn.bias
        query, key = (
            rotate(
                F.linear(hidden, weight[start : start + channels], bias[start : start + channels])[:, None],
                positions.cos,
                positions.sin,
            )[:, 0]
            for start in (head * channels, width + head * channels)
        )
        return (query * layer.scaling) @ key.transpose(-1, -2)
