"""The keys and values of the last chat, reused when the next prompt begins the same way.

Owns deciding how much of a kept cache still holds. Does not run a model (`generator`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qvl_desktop.models.growing_cache import GrowingCache


@dataclass(slots=True)
class Prefix:
    """A cache and what it was computed from.

    `input_ids` are the tokens whose keys and values are in it, `pictures` the place of the first slot and the content
    key of each picture among them, `variant` the adapter, `level` the rotary level of the prompt that filled it.
    """

    cache: GrowingCache
    input_ids: list[int]
    pictures: list[tuple[int, str]]
    variant: str
    level: int

    def shared(self, input_ids: Sequence[int], pictures: Sequence[tuple[int, str]]) -> int:
        """How many leading tokens of a prompt are already here, pictures and all; never inside a picture."""
        length = 0
        for mine, theirs in zip(self.input_ids, input_ids, strict=False):
            if mine != theirs:
                break
            length += 1
        mine_at, theirs_at = dict(self.pictures), dict(pictures)
        for place in sorted({*mine_at, *theirs_at}):
            if place < length and mine_at.get(place) != theirs_at.get(place):
                return place
        return length

    def crop(self, length: int) -> None:
        """Keep the first `length` tokens only."""
        if length < int(self.cache.get_seq_length()):
            self.cache.fill_to(length)
        del self.input_ids[length:]
        self.pictures = [(place, key) for place, key in self.pictures if place < length]
