"""A key-value cache that grows in place: a token costs what it writes, not a copy of everything before it.

The library's dynamic cache makes a new tensor for every token. Here each layer keeps room for more tokens than it holds
and hands out views; when the room is used up it is made larger by a share. Owns nothing else: masks, cropping and the
choice of rows are the library's, and work on the views.
"""

from __future__ import annotations

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
        held, added = self.keys, key_states.shape[2]
        past = held.shape[2] if held.ndim == 4 else 0
        buffers = self._buffers
        if buffers is None or not self._has_room(past + added, key_states):
            buffers = self._grow(past, past + added, key_states, value_states)
        keys, values = buffers
        keys.narrow(2, past, added).copy_(key_states)
        values.narrow(2, past, added).copy_(value_states)
        self.keys, self.values = keys.narrow(2, 0, past + added), values.narrow(2, 0, past + added)
        return self.keys, self.values

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
        return ours and keys.shape[0] == self.keys.shape[0] == states.shape[0] and end <= keys.shape[2]

    def _grow(
        self, past: int, end: int, key_states: torch.Tensor, value_states: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        room = end + max(ROOM, end // SHARE)
        buffers = []
        for old, states in ((self.keys, key_states), (self.values, value_states)):
            rows, heads, _, channels = states.shape
            buffer = states.new_empty(rows, heads, room, channels)
            if past:
                buffer[:, :, :past] = old
            buffers.append(buffer)
        self._buffers = buffers[0], buffers[1]
        return self._buffers


class GrowingCache(DynamicCache):
    """Keys and values of all blocks, growing in place."""

    def __init__(self) -> None:
        Cache.__init__(self, layer_class_to_replicate=GrowingLayer)
