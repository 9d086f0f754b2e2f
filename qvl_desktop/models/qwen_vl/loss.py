"""The language-model loss over supervised positions only, in chunks, so that the full logits never exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.utils.checkpoint import checkpoint

from qvl_desktop.models.qwen_vl.operations import summed_cross_entropy

if TYPE_CHECKING:
    from torch import nn

IGNORED = -100
CHUNK_LOGITS = 2**26
"""Logits alive at once: 256 MiB in float32, whatever the vocabulary."""


def _summed(rows: torch.Tensor, targets: torch.Tensor, lm_head: nn.Module) -> torch.Tensor:
    return summed_cross_entropy(lm_head(rows), targets)


def supervised_loss(
    hidden_states: torch.Tensor,
    labels: torch.Tensor,
    lm_head: nn.Module,
    vocab_size: int,
    num_items_in_batch: torch.Tensor | int | None = None,
) -> torch.Tensor:
    """Cross-entropy in float32 of each next token whose label is not -100.

    Args:
        hidden_states: (rows, tokens, hidden) after the last norm.
        labels: int64 (rows, tokens), not shifted; the label of token t is predicted at t - 1.
        num_items_in_batch: what to divide by (supervised tokens of the whole step when gradients are accumulated);
            None divides by this batch's own count.

    Returns:
        A float32 scalar; zero (and differentiable) when nothing is supervised.
    """
    targets = labels[:, 1:].to(hidden_states.device)
    supervised = targets != IGNORED
    rows, targets = hidden_states[:, :-1][supervised], targets[supervised]
    size = max(1, CHUNK_LOGITS // vocab_size)
    chunks = list(zip(rows.split(size), targets.split(size), strict=True))
    if len(chunks) == 1:
        total = _summed(*chunks[0], lm_head)
    else:
        parts = [checkpoint(_summed, part, target, lm_head, use_reentrant=False) for part, target in chunks]
        total = torch.stack(parts).sum()
    count = max(1, len(targets)) if num_items_in_batch is None else num_items_in_batch
    return total / (count.to(total.device) if isinstance(count, torch.Tensor) else count)
