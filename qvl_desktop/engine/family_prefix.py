"""The keys and values of the last chat with a later family's model, reused when the next prompt begins the same way.

Owns deciding how much still holds, and cutting it. Attention can be cut anywhere but inside a picture; layers with a
state that has no length (Qwen3.5's) cannot be cut at all, so that for them only a prompt that goes on from all of it is
served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from transformers import DynamicCache

FULL_ATTENTION = "full_attention"


@dataclass(slots=True)
class FamilyPrefix:
    """A cache and what it was computed from: the tokens in it, and the first slot and content key of each picture."""

    cache: Any
    can_be_cut: bool
    variant: str
    ids: list[int] = field(default_factory=list)
    pictures: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def empty(cls, config: Any, variant: str) -> FamilyPrefix:
        """For a model with this configuration of its language part."""
        kinds = getattr(config, "layer_types", None) or [FULL_ATTENTION]
        return cls(DynamicCache(config=config), all(kind == FULL_ATTENTION for kind in kinds), variant)

    def keep(self, ids: Sequence[int], pictures: Sequence[tuple[int, str]], variant: str) -> bool:
        """Cut down to what a prompt shares with it, leaving at least one token to be read. False: nothing holds."""
        length = 0
        for mine, theirs in zip(self.ids, ids[:-1], strict=False):
            if mine != theirs:
                break
            length += 1
        mine_at, theirs_at = dict(self.pictures), dict(pictures)
        for place in sorted({*mine_at, *theirs_at}):
            if place < length and mine_at.get(place) != theirs_at.get(place):
                length = place
                break
        if variant != self.variant or length == 0 or (length < len(self.ids) and not self.can_be_cut):
            return False
        surplus = len(self.ids) - length
        if surplus:
            self.cache.crop(-surplus)
        del self.ids[length:]
        self.pictures = [(place, key) for place, key in self.pictures if place < length]
        return True
