"""Steps of one token with fixed shapes and addresses, recorded once into a CUDA graph and replayed.

On a card a step of one token is limited by how fast weights are read, unless the host is slower in launching its
hundreds of small kernels than the card in running them. Here a step attends to a window: the first places of the
cache's buffers, which do not move, with a mask that follows the token. What changes from token to token lies in tensors
on the device, so the whole step can be recorded and replayed with a single launch. On a CPU the same step runs without
a recording, which is how it is tested.

Owns the step and the choice of its window. When a step is taken, and what becomes of its logits, is `decoding`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from qvl_desktop.engine.slot_cache import SlotCache
from qvl_desktop.models.growing_cache import GrowingCache

WINDOW = 512
"""Windows are multiples of this: a step reads no more than so many places too many, and is recorded anew so seldom."""
RESERVED = 2048
"""Places for which there may be room beyond those in use."""
WARM_UPS = 2
"""Passes before a recording, in which libraries allocate and choose what they must not do while it is made."""


class WindowCache:
    """What the model takes for its cache during a step: the first `window` places of a cache's buffers.

    `slot` is the place that the step writes, int64 (1,), or (rows,) where each row has its own; `fixed_level`, int64
    (rows,), each row's rotary level.
    """

    is_compileable = False

    def __init__(self, cache: GrowingCache | SlotCache, window: int, slot: torch.Tensor, level: torch.Tensor) -> None:
        rows = len(level)
        self._views = [(keys[:rows, :, :window], values[:rows, :, :window]) for keys, values in cache.reserve(window)]
        self._slot = slot
        self.fixed_level = level

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Not told: places come as position_ids and mask."""
        return 0

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write one token's keys and values (rows, heads, 1, channels) and return the window's."""
        keys, values = self._views[layer_idx]
        if len(self._slot) == 1:
            keys.index_copy_(2, self._slot, key_states)
            values.index_copy_(2, self._slot, value_states)
        else:
            index = self._slot[:, None, None, None].expand_as(key_states)
            keys.scatter_(2, index, key_states)
            values.scatter_(2, index, value_states)
        return keys, values


class WindowStep:
    """The step of one token for rows whose keys and values lie in one cache, in one window.

    Args:
        model: a native Qwen-VL model in evaluation mode, bare or wrapped by PEFT, with its blocks on one device.
        cache: holds something already; its buffers must not move while the step is used. In a `SlotCache` each row
            writes a place of its own.
        rows: how many answers go on at once.
        window: places that are attended to; a token's own must be among them.
        record: whether to make a CUDA graph of it.
        compiled: whether torch compiles it first (minutes, once a window).
    """

    def __init__(
        self,
        model: Any,
        cache: GrowingCache | SlotCache,
        rows: int,
        window: int,
        *,
        record: bool,
        compiled: bool = False,
    ) -> None:
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.window = window
        self._model = model
        self._table = base.get_input_embeddings()
        self._device: torch.device = base.transformer.rotary.inv_freq.device
        self._slot = self._zeros(rows if isinstance(cache, SlotCache) else 1)
        self._level = self._zeros(rows)
        self._positions, self._first = self._zeros(rows, 1), self._zeros(rows, 1)
        self._places = torch.arange(window, device=self._device)
        width, dtype = base.config.hidden_size, base.transformer.ln_f.weight.dtype
        self._embeds = torch.zeros(rows, 1, width, dtype=dtype, device=self._device)
        self._view = WindowCache(cache, window, self._slot, self._level)
        self._core: Callable[[], torch.Tensor] = self._pass
        if compiled:
            self._core = torch.compile(self._pass, **compile_options(self._device))
        self._graph: torch.cuda.CUDAGraph | None = None
        if record:
            self._record()

    def place(self, length: int, first: list[int], level: int | torch.Tensor) -> None:
        """Say where the next token goes: after `length` places, of which each row's first so many are padding."""
        self._slot.fill_(length)
        self._first.copy_(torch.tensor(first)[:, None])
        torch.sub(self._slot[:, None], self._first, out=self._positions)
        self._level.copy_(level) if isinstance(level, torch.Tensor) else self._level.fill_(level)

    def place_each(self, lengths: list[int], levels: list[int]) -> None:
        """Say for each row of a `SlotCache` where its next token goes, and its rotary level."""
        self._slot.copy_(torch.tensor(lengths))
        self._positions.copy_(self._slot[:, None])
        self._level.copy_(torch.tensor(levels))

    def run(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits (rows, vocabulary) after the tokens `ids`, int64 (rows,); the next step goes one place further.

        They are overwritten by the next step.
        """
        self._embeds.copy_(self._table(ids.to(self._table.weight.device)[:, None]))
        if self._graph is None:
            logits = self._core()
            self._advance()
            return logits
        self._graph.replay()
        return self._logits

    def _zeros(self, *shape: int) -> torch.Tensor:
        return torch.zeros(shape, dtype=torch.long, device=self._device)

    def _pass(self) -> torch.Tensor:
        seen = (self._places <= self._slot[:, None]) & (self._places >= self._first)
        outputs = self._model(
            inputs_embeds=self._embeds,
            attention_mask=seen[:, None, None],
            position_ids=self._positions,
            past_key_values=self._view,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = outputs.logits[:, -1]
        return logits

    def _advance(self) -> None:
        self._slot.add_(1)
        self._positions.add_(1)

    def _record(self) -> None:
        """Record the step. The passes before it write into the window's last place, which is not filled yet."""
        self._slot.fill_(len(self._places) - 1)
        usual, aside = torch.cuda.current_stream(self._device), torch.cuda.Stream(self._device)
        aside.wait_stream(usual)
        with torch.cuda.stream(aside):
            for _ in range(WARM_UPS):
                self._core()
        usual.wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):  # other threads may use the card meanwhile
                self._logits = self._core()
                self._advance()
        finally:
            torch.cuda.set_stream(usual)  # a recording that fails leaves its own stream in force
        self._graph = graph


def compile_options(device: torch.device) -> dict[str, Any]:
    """How a step is compiled: on a card for speed, elsewhere only traced, which shows that it is one graph."""
    if device.type != "cuda":
        return {"backend": "eager", "fullgraph": True, "dynamic": False}
    # Coordinate descent turns products with one row into reductions that read packed weights directly.
    return {"dynamic": False, "options": {"coordinate_descent_tuning": True}}


@dataclass(slots=True)
class StepStore:
    """The steps made so far for one cache, by what they depend on; a cache that moved makes all of them void."""

    model: Any
    record: bool
    compiled: bool = False
    given_up: bool = False
    _address: tuple[int, ...] = ()
    _steps: dict[tuple[str, int, int], WindowStep] = field(default_factory=dict)

    def has(self, cache: GrowingCache | SlotCache, variant: str, rows: int, length: int) -> bool:
        """Whether the step for the next token is there already."""
        return self._address == address(cache) and (variant, rows, self._window(cache, length)) in self._steps

    def get(self, cache: GrowingCache | SlotCache, variant: str, rows: int, length: int, limit: int) -> WindowStep:
        """The step that writes place `length`, made if need be.

        Room is made as for a new cache; buffers that move make all steps void.
        """
        cache.reserve(room_for(length, limit))
        if self._address != address(cache):
            self._steps.clear()
            self._address = address(cache)
        window = self._window(cache, length)
        key = (variant, rows, window)
        if key not in self._steps:
            self._steps[key] = WindowStep(self.model, cache, rows, window, record=self.record, compiled=self.compiled)
        return self._steps[key]

    def _window(self, cache: GrowingCache | SlotCache, length: int) -> int:
        """A compiled step sees all there is: to compile it anew would take longer than it saves."""
        return cache.reserve(0)[0][0].shape[2] if self.compiled else window_for(length)

    def another(self) -> StepStore:
        """An empty one of the same kind, for a cache of its own."""
        return StepStore(self.model, self.record, self.compiled, self.given_up)

    def give_up(self) -> None:
        """Steps of this model cannot be made: nobody shall try again."""
        self.given_up = True
        self.clear()

    def clear(self) -> None:
        """Drop everything: the weights have changed."""
        self._steps.clear()
        self._address = ()


def window_for(length: int) -> int:
    """The window in which place `length` lies."""
    return (length // WINDOW + 1) * WINDOW


def room_for(length: int, limit: int) -> int:
    """Places to make room for at once when `length` are in use and `limit` may be needed, in whole windows.

    Buffers that grow later leave gaps in the card's memory; room for very long answers is not taken in advance.
    """
    return window_for(max(length, min(limit - 1, length + RESERVED)))


def address(cache: GrowingCache | SlotCache) -> tuple[int, ...]:
    """What changes when the buffers of a cache move."""
    keys, values = cache.reserve(0)[0]
    return keys.data_ptr(), values.data_ptr(), *keys.shape


def can_be_recorded(model: Any) -> bool:
    """Whether a model's steps may be recorded: its blocks lie on one card, and no other process takes part.

    bitsandbytes' Int8 layers look at values on the host, which a recording cannot.
    """
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return False
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    tensors = [*base.transformer.h.parameters(), *base.transformer.h.buffers(), *base.lm_head.parameters()]
    devices = {tensor.device for tensor in tensors} | {base.transformer.rotary.inv_freq.device}
    hooks = (getattr(module, "_hf_hook", None) for module in base.transformer.h.modules())
    offloaded = any(getattr(hook, "offload", False) for hook in hooks)
    looking = any(type(module).__name__ == "Linear8bitLt" for module in base.transformer.h.modules())
    return len(devices) == 1 and devices.pop().type == "cuda" and not offloaded and not looking
