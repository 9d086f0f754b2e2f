"""How the decoder's queries read keys and values: the library's implementations, and what a CPU does better otherwise.

Torch's fused attention in half precision on a CPU is several times slower than the products it is made of. There a
single token attends in float32, and training goes block by block over plain products. On a card a single token with a
mask attends by plain products as well. Owns that choice and the
written-out attention; projections, rotation and the cache belong to ``decoder``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

import torch
import torch.nn.functional as F
from torch.autograd.function import once_differentiable
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

if TYPE_CHECKING:
    from torch import nn

BLOCK = 128
"""Queries that training handles at once on a CPU: no scores beyond theirs are ever in memory."""


def attend(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    *,
    implementation: str,
    scaling: float,
    dropout: float = 0.0,
    segments: tuple[int, ...] | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Attention by the named implementation: (rows, tokens, heads, channels), and the weights where it gives them.

    query: (rows, heads, tokens, channels), key and value (rows, heads, keys, channels). mask: None for causal, else
    additive or boolean (rows, 1, tokens, keys). segments: the lengths of the samples that lie one behind the other in
    each row and do not see each other; each attends on its own, so that what lies off the diagonal costs nothing.
    """
    if segments is not None:
        queries, keys, values = (states.split(segments, dim=2) for states in (query, key, value))
        kwargs |= {"implementation": implementation, "scaling": scaling, "dropout": dropout}
        parts = []
        for part, its_keys, its_values in zip(queries, keys, values, strict=True):
            bias = _causal_bias(part) if implementation == "eager" else None
            parts.append(attend(module, part, its_keys, its_values, bias, **kwargs)[0])
        return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1), None
    if implementation == "sdpa" and query.is_cuda and query.shape[2] == 1 and mask is not None:
        if not query.requires_grad and wide_scores(query.device):
            return _one_token(query, key, value, mask, scaling), None
    elif implementation == "sdpa" and query.device.type == "cpu":
        tokens, dtype = query.shape[2], query.dtype
        if tokens == 1 and not query.requires_grad:
            wide = F.scaled_dot_product_attention(query.float(), key.float(), value.float(), widened(mask))
            return wide.transpose(1, 2).to(dtype), None
        if dtype != torch.float32 and torch.is_grad_enabled() and query.requires_grad and not dropout:
            return cast("torch.Tensor", _BlockAttention.apply(query, key, value, mask, scaling)), None
    chosen = ALL_ATTENTION_FUNCTIONS.get_interface(implementation, eager_attention)
    mixed, weights = chosen(module, query, key, value, mask, dropout=dropout, scaling=scaling, **kwargs)
    return mixed, weights


def _causal_bias(query: torch.Tensor) -> torch.Tensor:
    """What hides the tokens behind each one: additive (1, 1, tokens, tokens)."""
    tokens = query.shape[2]
    return query.new_full((1, 1, tokens, tokens), torch.finfo(query.dtype).min).triu_(1)


@cache
def wide_scores(device: torch.device) -> bool:
    """Whether a card multiplies half-precision matrices into float32."""
    try:
        probe = torch.ones(1, 1, 16, dtype=torch.float16, device=device)
        torch.bmm(probe, probe.transpose(1, 2), out_dtype=torch.float32)
    except (TypeError, RuntimeError, NotImplementedError):
        return False
    return True


def _one_token(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor, scaling: float
) -> torch.Tensor:
    """Attention of a single token over a masked window, as plain products that keep a whole card busy.

    The fused kernel that takes a mask gives each head to one processor of the card, which is slow for long windows.
    """
    keys, values = key.flatten(0, 1), value.flatten(0, 1)
    wide: Any = {} if query.dtype == torch.float32 else {"out_dtype": torch.float32}
    scores = torch.bmm(query.flatten(0, 1), keys.transpose(1, 2), **wide).unflatten(0, query.shape[:2]) * scaling
    scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    shares = torch.softmax(scores, -1).to(query.dtype)
    return torch.bmm(shares.flatten(0, 1), values).unflatten(0, query.shape[:2]).transpose(1, 2)


def eager_attention(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float,
    dropout: float = 0.0,
    **kwargs: Any,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention written out, for ``attn_implementation="eager"``: the output and the weights.

    query, key, value: (rows, heads, tokens, channels); attention_mask: additive, (rows, 1, tokens, keys).
    """
    scores = query @ key.transpose(-1, -2) * scaling
    if attention_mask is not None:
        scores = scores + attention_mask
    weights = F.softmax(scores, dim=-1, dtype=torch.float32).to(query.dtype)
    mixed = F.dropout(weights, p=dropout, training=module.training) @ value
    return mixed.transpose(1, 2), weights


def widened(mask: torch.Tensor | None) -> torch.Tensor | None:
    """An additive mask in float32; a boolean one as it is."""
    return mask.float() if mask is not None and mask.is_floating_point() else mask


class _BlockAttention(torch.autograd.Function):
    """Attention over plain products, a block of queries after the other; the backward pass makes the shares again.

    Torch copies every factor that is not contiguous or the transpose of something contiguous, slowly where it has to
    transpose: so parts are made contiguous first.
    """

    @staticmethod
    def forward(
        ctx: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        mask: torch.Tensor | None,
        scaling: float,
    ) -> torch.Tensor:
        rows, heads, tokens, channels = query.shape
        ctx.save_for_backward(query, key, value, mask)
        ctx.scaling = scaling
        mixed = query.new_empty(rows, tokens, heads, channels)
        scaled, keys, values = (_by_head(part) for part in (query * scaling, key, value))
        for begin in range(0, tokens, BLOCK):
            queries, seen, bias = _block(scaled, keys, mask, begin, rows)
            shares = _shares(queries, keys[:, :seen].contiguous(), bias)
            block = torch.bmm(shares, values[:, :seen].contiguous())
            mixed[:, begin : begin + BLOCK] = block.unflatten(0, (rows, heads)).transpose(1, 2)
        return mixed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None]:
        query, key, value, mask = ctx.saved_tensors
        rows, heads, tokens, _ = query.shape
        outer = _by_head(gradients[0].transpose(1, 2))
        scaled, keys, values = (_by_head(part) for part in (query * ctx.scaling, key, value))
        of_query = torch.empty_like(scaled)
        of_key, of_value = (torch.zeros_like(part, dtype=torch.float32) for part in (keys, values))
        for begin in range(0, tokens, BLOCK):
            queries, seen, bias = _block(scaled, keys, mask, begin, rows)
            seen_keys, part = keys[:, :seen].contiguous(), outer[:, begin : begin + BLOCK].contiguous()
            shares = _shares(queries, seen_keys, bias)
            of_value[:, :seen] += torch.bmm(shares.transpose(1, 2), part)
            of_shares = torch.bmm(part, values[:, :seen].contiguous().transpose(1, 2))
            of_scores = torch._softmax_backward_data(of_shares, shares, -1, shares.dtype)
            of_query[:, begin : begin + BLOCK] = torch.bmm(of_scores, seen_keys)
            of_key[:, :seen] += torch.bmm(of_scores.transpose(1, 2), queries)
        whole = (of_query.mul_(ctx.scaling), of_key.to(key.dtype), of_value.to(value.dtype))
        of_query, of_key, of_value = (part.unflatten(0, (rows, heads)) for part in whole)
        return of_query, of_key, of_value, None, None


def _by_head(states: torch.Tensor) -> torch.Tensor:
    """(rows, heads, tokens, channels) as contiguous (rows * heads, tokens, channels)."""
    return states.contiguous().flatten(0, 1)


def _block(
    scaled: torch.Tensor, keys: torch.Tensor, mask: torch.Tensor | None, begin: int, rows: int
) -> tuple[torch.Tensor, int, torch.Tensor]:
    """The queries of a block, how many keys it may see, and what is added to its scores."""
    queries = scaled[:, begin : begin + BLOCK].contiguous()
    size, last = queries.shape[1], keys.shape[1]
    lowest = torch.finfo(queries.dtype).min
    if mask is None:
        seen = last - scaled.shape[1] + begin + size
        return queries, seen, queries.new_full((size, seen), lowest).triu_(seen - size + 1)
    part = mask[:, :, begin : begin + BLOCK]
    if part.dtype == torch.bool:
        part = torch.zeros_like(part, dtype=queries.dtype).masked_fill_(~part, lowest)
    return queries, last, part.expand(rows, len(keys) // rows, -1, -1).flatten(0, 1).to(queries.dtype)


def _shares(queries: torch.Tensor, keys: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """What each query takes of each key, (rows * heads, queries, keys)."""
    return torch.softmax(torch.baddbmm(bias, queries, keys.transpose(1, 2)), -1)
