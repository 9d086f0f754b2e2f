"""Several samples one behind the other in a row of a later family, each blind to the others.

Owns what keeps them apart in the classes of `transformers`: attention by segments, linear attention that begins with
an empty state in each, and positions that begin anew. Does not own which samples share a row nor the loss
(`training`). The first generation does the same in its own blocks (`models.qwen_vl.attention`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelError

SEGMENTED = "qvl_segments"
"""The name under which `transformers` knows attention by segments."""


class PackingError(ModelError):
    """A model whose layers cannot keep packed samples apart."""


def attend_by_segments(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    segments: tuple[int, ...] | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Torch's fused attention, once for each segment: what lies off the diagonal is never computed.

    query (rows, heads, tokens, channels), key and value with as many heads or fewer. `attention_mask` (rows, 1,
    tokens, keys) or None for causal. Without segments it is the attention that `transformers` calls sdpa.
    """
    if segments is None:
        mixed: tuple[torch.Tensor, None] = sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
        return mixed
    parts: list[torch.Tensor] = []
    begin = 0
    split = (states.split(segments, dim=2) for states in (query, key, value))
    for queries, keys, values in zip(*split, strict=True):
        end = begin + queries.shape[2]
        mask = None if attention_mask is None else attention_mask[..., begin:end, begin:end]
        parts.append(sdpa_attention_forward(module, queries, keys, values, mask, **kwargs)[0])
        begin = end
    return torch.cat(parts, dim=1), None


def allow_packing(model: Any) -> None:
    """Let the decoder of a later family take `segments`. Raises `PackingError` for layers that are not known."""
    decoder = model.model.language_model
    for block in decoder.layers:
        if hasattr(block, "linear_attn"):
            _divide(block.linear_attn)
        elif not hasattr(block, "self_attn"):
            raise PackingError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The layers of this model ({name}) carry something from token to token that packed samples would "
                    "share. Switch packing off.",
                ),
                name=type(block).__name__,
            )
    AttentionInterface.register(SEGMENTED, attend_by_segments)
    AttentionMaskInterface.register(SEGMENTED, sdpa_mask)
    decoder.set_attn_implementation(SEGMENTED)


def _divide(layer: Any) -> None:
    """Let a layer of linear attention read each segment on its own: its convolution and its state begin anew."""
    plain = layer.forward

    @wraps(plain)
    def forward(hidden_states: torch.Tensor, *, segments: tuple[int, ...] | None = None, **inputs: Any) -> torch.Tensor:
        if segments is None:
            whole: torch.Tensor = plain(hidden_states, **inputs)
            return whole
        inputs |= {"cache_params": None, "attention_mask": None}
        return torch.cat([plain(part, **inputs) for part in hidden_states.split(segments, dim=1)], dim=1)

    layer.forward = forward


def packed_positions(
    inner: Any,
    input_ids: torch.Tensor,
    segments: Sequence[int],
    mm_token_type_ids: torch.Tensor | None = None,
    image_grid_thw: torch.Tensor | None = None,
) -> torch.Tensor:
    """Positions int64 (3, 1, tokens): in time, height and width, as each segment has them alone.

    Args:
        inner: the model below the head, which counts the positions of pictures (`get_rope_index`).
        input_ids: int64 (1, tokens); `mm_token_type_ids` of the same shape where there are pictures.
    """
    lengths = list(segments)
    if image_grid_thw is None or mm_token_type_ids is None:
        return torch.cat([torch.arange(length, device=input_ids.device) for length in lengths]).expand(3, 1, -1)
    ids, kinds = (pad_sequence(list(row[0].split(lengths)), batch_first=True) for row in (input_ids, mm_token_type_ids))
    real = torch.arange(max(lengths), device=ids.device) < torch.tensor(lengths, device=ids.device)[:, None]
    positions, _ = inner.get_rope_index(
        input_ids=ids, mm_token_type_ids=kinds, image_grid_thw=image_grid_thw, attention_mask=real.long()
    )
    return torch.cat([positions[:, row, :length] for row, length in enumerate(lengths)], dim=1)[:, None]
