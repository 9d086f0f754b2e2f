"""Keys and values of several answers that come and go: a slot each, all in the same buffers.

A slot's keys begin at place 0, however long the others are, so that an answer joins by copying its prompt's keys in and
leaves by giving its slot to the last one; nothing else moves. Owns the buffers and what a step of one token reads and
writes in them. Does not own which answers there are (`batch`) or running the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from qvl_desktop.models.growing_cache import GrowingCache

PLACES = 128
"""Buffers are made longer by at least so many places, or by the share below."""
SHARE = 4


class SlotCache:
    """What the model takes for its cache while several answers each take a step of one token.

    `lengths` are the places in use of each slot. `fixed_level`, int64 (slots,), is what each one remembers: its rotary
    level, or how far its positions run ahead of its places.
    """

    is_compileable = False

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.levels: list[int] = []
        self.fixed_level = torch.zeros(0, dtype=torch.long)
        self._buffers: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._slots = torch.zeros(0, dtype=torch.long)
        self._rows = torch.zeros(0, dtype=torch.long)
        self._window = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all buffers."""
        return sum(part.nbytes for pair in self._buffers for part in pair)

    # Coming and going

    def add(self, cache: GrowingCache, level: int, most: int) -> None:
        """Copy the only row of a cache into a new slot, the last. `most` slots may be needed in all."""
        length = int(cache.get_seq_length())
        held = cache.reserve(length)
        slot = len(self.lengths)
        if not self._buffers:
            self._buffers = [
                (_room(keys, 1, length + PLACES), _room(values, 1, length + PLACES)) for keys, values in held
            ]
        if slot == self._buffers[0][0].shape[0]:
            self._resize(min(max(most, slot + 1), 2 * slot), self._buffers[0][0].shape[2])
        self.reserve(length + 1)
        for (keys, values), (its_keys, its_values) in zip(self._buffers, held, strict=True):
            keys[slot, :, :length].copy_(its_keys[0, :, :length])
            values[slot, :, :length].copy_(its_values[0, :, :length])
        self.lengths.append(length)
        self.levels.append(level)

    def remove(self, slot: int) -> None:
        """Forget a slot; the last one takes its number."""
        last = len(self.lengths) - 1
        if slot != last:
            length = self.lengths[last]
            for pair in self._buffers:
                for part in pair:
                    part[slot, :, :length].copy_(part[last, :, :length])
            self.lengths[slot], self.levels[slot] = self.lengths[last], self.levels[last]
        self.lengths.pop()
        self.levels.pop()

    def kept(self, slot: int, start: int, stop: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Keys and values of some places of a slot, (1, heads, places, channels), a pair for each block; views."""
        return [
            (keys[slot : slot + 1, :, start:stop], values[slot : slot + 1, :, start:stop])
            for keys, values in self._buffers
        ]

    def reserve(self, room: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The buffers, (slots, heads, places, channels), with at least so many places."""
        have = self._buffers[0][0].shape[2]
        if room > have:
            self._resize(self._buffers[0][0].shape[0], max(room + PLACES, have + have // SHARE))
        return self._buffers

    def bytes_with(self, slots: int, places: int) -> int:
        """Bytes that buffers of that size would take; 0 before there are any."""
        if not self._buffers:
            return 0
        keys = self._buffers[0][0]
        return self.nbytes // (keys.shape[0] * keys.shape[2]) * slots * places

    # A step

    def begin(self, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """Make ready for one token of every slot: its position (slots, 1) and what it sees, (slots, 1, 1, places)."""
        self._window = max(self.lengths) + 1
        self.reserve(self._window)
        self._slots = torch.tensor(self.lengths, device=device)
        self._rows = torch.arange(len(self.lengths), device=device)
        self.fixed_level = torch.tensor(self.levels, device=device)
        seen = torch.arange(self._window, device=device) <= self._slots[:, None]
        return self._slots[:, None], seen[:, None, None]

    def end(self) -> None:
        """The step is done: every slot holds one place more."""
        self.lengths = [length + 1 for length in self.lengths]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Not told: places come as position_ids and mask."""
        return 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write one token of each slot, (slots, heads, 1, channels), and return what is seen."""
        keys, values = self._buffers[layer_idx]
        rows, slots = self._rows.to(keys.device), self._slots.to(keys.device)
        keys[rows, :, slots] = key_states[:, :, 0]
        values[rows, :, slots] = value_states[:, :, 0]
        count = len(self.lengths)
        return keys[:count, :, : self._window], values[:count, :, : self._window]

    def _resize(self, slots: int, places: int) -> None:
        grown = []
        for pair in self._buffers:
            larger = []
            for part in pair:
                buffer = _room(part, slots, places)
                buffer[: part.shape[0], :, : part.shape[2]] = part
                larger.append(buffer)
            grown.append((larger[0], larger[1]))
        self._buffers = grown


def _room(like: torch.Tensor, slots: int, places: int) -> torch.Tensor:
    """Zeros: what is masked is read all the same, and must be finite."""
    return like.new_zeros(slots, like.shape[1], places, like.shape[3])


def extend(cache: GrowingCache, more: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Append keys and values, a pair for each block."""
    for index, (keys, values) in enumerate(more):
        cache.update(keys, values, index)
