"""A key-value cache that grows in place: a token costs what it writes, not a copy of everything before it.

The library's dynamic cache makes a new tensor for every token. Here each layer keeps room for more tokens than it holds
and hands out views; when the room is used up it is made larger by a share. Owns nothing else: masks, cropping and the
choice of rows are the library's, and work on the views.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from transformers import Cache, DynamicCache
from transformers.cache_utils import DynamicLayer

ROOM = 256
"""Tokens of room that a layer adds at least when it has to grow."""
SHARE = 8
"""A layer that has to grow adds at least its length divided by this."""


class GrowingLayer(DynamicLayer):
    """Keys and values of one block, (rows, heads, tokens, channels), as views of larger buffers."""

    keys: Any
    values: Any

    def __init__(self, *args: Any, room: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._first_room = room
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append and return all; by concatenation where a gradient is wanted."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        if torch.is_grad_enabled() and (key_states.requires_grad or value_states.requires_grad):
            self._buffers = None
            grown: tuple[torch.Tensor, torch.Tensor] = super().update(key_states, value_states, *args, **kwargs)
            return grown
        held: torch.Tensor = self.keys
        added = key_states.shape[2]
        past = held.shape[2] if held.ndim == 4 else 0
        buffers = self._buffers
        if buffers is None or not self._has_room(past + added, key_states):
            buffers = self._grow(past, past + added, key_states, value_states)
        keys, values = buffers
        keys.narrow(2, past, added).copy_(key_states)
        values.narrow(2, past, added).copy_(value_states)
        self.keys, self.values = keys.narrow(2, 0, past + added), values.narrow(2, 0, past + added)
        return self.keys, self.values

    def reserve(self, room: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Buffers of keys and values for at least so many tokens, with what is held at their beginning.

        Whoever writes into them says with ``fill_to`` how far they are filled.
        """
        past = self.keys.shape[2]
        room = max(room, past)
        if self._buffers is None or not self._has_room(room, self.keys):
            keys, values = self._grow(past, room, self.keys, self.values, spare=0)
            self.keys, self.values = keys.narrow(2, 0, past), values.narrow(2, 0, past)
        assert self._buffers is not None
        return self._buffers

    def fill_to(self, length: int) -> None:
        """Hold the first so many tokens: fewer than now, or more that were written into the buffers meanwhile."""
        if length <= self.keys.shape[2]:
            self.keys, self.values = self.keys.narrow(2, 0, length), self.values.narrow(2, 0, length)
            return
        if self._buffers is None or not self._has_room(length, self.keys):
            raise ValueError(f"the buffers do not hold {length} tokens")
        keys, values = self._buffers
        self.keys, self.values = keys.narrow(2, 0, length), values.narrow(2, 0, length)

    def reset(self) -> None:
        """Forget everything."""
        self._buffers = None
        super().reset()

    def _has_room(self, end: int, states: torch.Tensor) -> bool:
        """Whether the views are still those of the buffers (rows may have been chosen since) and `end` tokens fit."""
        if self._buffers is None:
            return False
        keys, values = self._buffers
        ours = self.keys.data_ptr() == keys.data_ptr() and self.values.data_ptr() == values.data_ptr()
        empty = self.keys.shape[2] == 0  # nothing to lose, and no address to compare
        return (ours or empty) and keys.shape[0] == self.keys.shape[0] == states.shape[0] and end <= keys.shape[2]

    def _grow(
        self, past: int, end: int, key_states: torch.Tensor, value_states: torch.Tensor, spare: int | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        room = end + (max(ROOM, end // SHARE) if spare is None else spare)
        if end <= self._first_room:
            room = self._first_room
        buffers = []
        for old, states in ((self.keys, key_states), (self.values, value_states)):
            rows, heads, _, channels = states.shape
            buffer = states.new_empty(rows, heads, room, channels)
            if past:
                buffer[:, :, :past] = old
            buffer[:, :, past:].zero_()  # a step over a window reads, behind a mask, what is not filled yet
            buffers.append(buffer)
        self._buffers = buffers[0], buffers[1]
        return self._buffers


class GrowingCache(DynamicCache):
    """Keys and values of all blocks, growing in place.

    room: tokens for which there is room from the start, where that is known. `ntk_level` is the rotary level that the
    stored keys were turned with, one for all rows or (rows,); the model sets it.
    """

    ntk_level: int | torch.Tensor = 0

    def __init__(self, room: int = 0) -> None:
        make: Any = partial(GrowingLayer, room=room)
        Cache.__init__(self, layer_class_to_replicate=make)

    def reserve(self, room: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """The buffers of every block, for at least so many tokens; only for a cache that holds something already."""
        return [layer.reserve(room) for layer in self._filled()]

    def fill_to(self, length: int) -> None:
        """Hold the first so many tokens of the buffers."""
        for layer in self._filled():
            layer.fill_to(length)

    def _filled(self) -> list[GrowingLayer]:
        return [layer for layer in self.layers if isinstance(layer, GrowingLayer)]
