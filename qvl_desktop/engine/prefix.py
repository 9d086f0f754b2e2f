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
    """Prefixes of several chats; the least recently used go first when `limit` bytes, or `most` of them, are exceeded.

    A prefix that was put here changes only by whoever took it, or put it again.
    """

    def __init__(self, limit: int, most: int = 64) -> None:
        self.limit = limit
        self._most = most
        self._kept: dict[Prefix, int] = {}

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
        held = self._kept.pop(best)
        if most == len(best.input_ids):
            return best
        self._kept[best] = held  # the newest
        return best.copy(most)

    def put(self, prefix: Prefix) -> None:
        """Keep a prefix, as the newest."""
        self._kept.pop(prefix, None)
        self._kept[prefix] = prefix.nbytes
        self.shrink(self.limit)

    def holds(self, prefix: Prefix) -> bool:
        """Whether that very prefix is still kept."""
        return prefix in self._kept

    @property
    def nbytes(self) -> int:
        """Bytes of all that is kept."""
        return sum(self._kept.values())

    def shrink(self, limit: int) -> None:
        """Drop the oldest until no more than so many bytes are left."""
        held = self.nbytes
        while self._kept and (held > limit or len(self._kept) > self._most):
            held -= self._kept.pop(next(iter(self._kept)))

    def forget(self) -> None:
        """Drop everything."""
        self._kept.clear()
