"""Which precision a machine computes in, and which card holds which part of a model.

Pure functions of what the cards are and how large the parts are, so that they can be tried without one. Owns no tensor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from qvl_desktop.core.amounts import memory_size
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.models.errors import ModelLoadError

BF16_CAPABILITY = (8, 0)
"""NVIDIA's Ampere. Older cards only imitate bfloat16, slowly: torch says they have it all the same."""
FP32_BYTES = 2 * 2**30
"""A checkpoint up to this size runs in float32 on a CPU; a larger one in bfloat16, at half the memory."""
RESERVED_SHARE = 0.1
"""What of a card's free memory is kept for caches and activations when a model is spread over several."""


@dataclass(frozen=True)
class Card:
    """A graphics card: CUDA's name, compute capability, and free bytes."""

    name: str
    capability: tuple[int, int]
    free: int


@dataclass(frozen=True)
class Precision:
    """A dtype and why it was chosen, in a sentence for the user."""

    dtype: torch.dtype
    reason: str


def precision_name(dtype: torch.dtype) -> str:
    """`bfloat16`, `float16`, `float32`."""
    return str(dtype).removeprefix("torch.")


def cards() -> list[Card]:
    """The cards of this machine, in CUDA's order."""
    if not torch.cuda.is_available():
        return []
    return [
        Card(
            name=torch.cuda.get_device_name(index),
            capability=torch.cuda.get_device_capability(index),
            free=torch.cuda.mem_get_info(index)[0],
        )
        for index in range(torch.cuda.device_count())
    ]


def native_precision(used: Sequence[Card], stored_bytes: int) -> Precision:
    """What to compute in on these cards (none: the CPU) for a checkpoint of so many bytes.

    bfloat16 where every card has it in hardware, float16 on older ones (V100, P100, T4); on a CPU float32, or
    bfloat16 for large checkpoints.
    """
    old = next((card for card in used if card.capability < BF16_CAPABILITY), None)
    if old is not None:
        text = QT_TRANSLATE_NOOP("models", "float16, because {card} has no bfloat16")
        return Precision(torch.float16, translate("models", text).format(card=old.name))
    if used:
        text = QT_TRANSLATE_NOOP("models", "bfloat16, the native precision of {card}")
        return Precision(torch.bfloat16, translate("models", text).format(card=used[0].name))
    if stored_bytes <= FP32_BYTES:
        return Precision(torch.float32, translate("models", QT_TRANSLATE_NOOP("models", "float32, on the CPU")))
    text = QT_TRANSLATE_NOOP("models", "bfloat16, because the model is large and the CPU holds it at half the memory")
    return Precision(torch.bfloat16, translate("models", text))


Part = Literal["table", "tower"]
"""A part of a first-generation model that may stay on the host: the embedding table, the visual tower."""
HOST_PATHS: dict[Part, str] = {"table": "transformer.wte", "tower": "transformer.visual"}


def host_paths(parts: Iterable[Part], *, tied: bool) -> tuple[str, ...]:
    """Module paths of parts that stay on the host. A table that is the head as well (`tied`) is wanted on the card."""
    return tuple(HOST_PATHS[part] for part in parts if part != "table" or not tied)


def spread(parts: Mapping[str, int], free: Sequence[int]) -> dict[str, int]:
    """Lay the parts of a model over cards, in order, each card filled in proportion to its free memory.

    Args:
        parts: bytes of each part that must stay whole, by module path, in the order they compute.
        free: free bytes of each card.

    Returns:
        The card of each part; numbers never fall, so that activations cross from card to card only once.

    Raises ModelLoadError when the model does not fit all cards together.
    """
    room = [int(value * (1 - RESERVED_SHARE)) for value in free]
    total = sum(parts.values())
    share = max(total / max(1, sum(room)), max(parts.values()) / max(1, max(room)))
    while share <= 1:
        placed = _fill(parts, [int(share * value) for value in room])
        if placed is not None:
            return placed
        share = min(1.0, share + 0.02) if share < 1 else 2.0
    raise ModelLoadError(
        QT_TRANSLATE_NOOP(
            "errors",
            "The model takes {needed}, and the cards have {free} free together. Close other programs that use "
            "them, or choose a smaller precision (nf4).",
        ),
        needed=memory_size(total),
        free=memory_size(sum(free)),
    )


def _fill(parts: Mapping[str, int], room: list[int]) -> dict[str, int] | None:
    placed, card, left = {}, 0, room[0] if room else 0
    for name, size in parts.items():
        while size > left:
            card += 1
            if card >= len(room):
                return None
            left = room[card]
        placed[name], left = card, left - size
    return placed
