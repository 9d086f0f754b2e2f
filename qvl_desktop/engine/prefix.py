"""The keys and values of chats, reused when a prompt begins the same way.

Owns deciding how much of a kept cache still holds, and a store of several, bounded in bytes. Does not run a model
(`generator`, `batch`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qvl_desktop.models.growing_cache import GrowingCache


@dataclass(slots=True, eq=False)
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

    def copy(self, length: int) -> Prefix:
        """The first `length` tokens, in a cache of their own."""
        cache = GrowingCache()
        cache.ntk_level = self.cache.ntk_level
        for index, (keys, values) in enumerate(self.cache.reserve(0)):
            cache.update(keys[:, :, :length], values[:, :, :length], index)
        pictures = [(place, key) for place, key in self.pictures if place < length]
        return Prefix(cache, self.input_ids[:length], pictures, self.variant, self.level)

    @property
    def nbytes(self) -> int:
        """Bytes of the buffers."""
        return sum(part.nbytes for pair in self.cache.reserve(0) for part in pair)


class PrefixStore:
    """Prefixes of several chats; the least recently used go first when `limit` bytes are exceeded."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: list[Prefix] = []

    def take(self, input_ids: Sequence[int], pictures: Sequence[tuple[int, str]], variant: str, level: int) -> Prefix:
        """A cache that holds what a prompt shares with a kept one, all but its last token at most; it may be empty.

        A kept chat that the prompt goes on from is handed over; of one that it leaves, a copy is made.
        """
        best, most = None, 0
        for kept in self._kept:
            if kept.variant == variant and kept.level == level:
                length = min(kept.shared(input_ids, pictures), len(input_ids) - 1)
                if length > most:
                    best, most = kept, length
        if best is None:
            return Prefix(GrowingCache(), [], [], variant, level)
        self._kept.remove(best)
        if most == len(best.input_ids):
            return best
        self._kept.append(best)
        return best.copy(most)

    def put(self, prefix: Prefix) -> None:
        """Keep a prefix, as the newest."""
        if prefix not in self._kept:
            self._kept.append(prefix)
        self.shrink(self.limit)

    def holds(self, prefix: Prefix) -> bool:
        """Whether that very prefix is still kept."""
        return prefix in self._kept

    @property
    def nbytes(self) -> int:
        """Bytes of all that is kept."""
        return sum(prefix.nbytes for prefix in self._kept)

    def shrink(self, limit: int) -> None:
        """Drop the oldest until no more than so many bytes are left."""
        held = self.nbytes
        while self._kept and held > limit:
            held -= self._kept.pop(0).nbytes

    def forget(self) -> None:
        """Drop everything."""
        self._kept.clear()
