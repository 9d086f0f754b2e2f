"""From the prompt's logits on: one token after the other, for one answer or for several side by side.

Owns the two ways of taking a step, over a cache that grows and over a window of it (`static_decoding`), the choice
between them, and the change from the second to the first where a step cannot be recorded. Both leave the cache as the
other would find it. Does not choose tokens, nor decide when an answer ends (`generator`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any, Literal, Protocol, cast, get_args

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.engine.static_decoding import StepStore, WindowStep, can_be_recorded, room_for
from qvl_desktop.models.errors import ModelError
from qvl_desktop.models.growing_cache import GrowingCache

Decoding = Literal["auto", "growing", "static", "compiled"]
"""How steps are taken. "auto": recorded where the model lies on one NVIDIA card, else "growing". "growing": the cache
grows, nothing is recorded. "static": by windows, recorded on a card. "compiled": the same, compiled by torch first."""
SETTING = "QVL_DESKTOP_DECODING"
"""Environment variable that decides when a program does not."""
KEPT_SHARE = 2
"""Finished rows go on being computed until only one row in so many is left: fewer rows need a step of their own."""

_log = logging.getLogger(__name__)


class UnknownDecodingError(ModelError):
    """A way of decoding that does not exist."""


class Chosen:
    """Token ids (rows,) on their way from the device to the host, which may prepare the next step meanwhile."""

    def __init__(self, ids: torch.Tensor) -> None:
        self._ids = ids
        self._event: torch.cuda.Event | None = None
        if ids.is_cuda:
            self._ids = torch.empty(ids.shape, dtype=ids.dtype, pin_memory=True)
            self._ids.copy_(ids, non_blocking=True)
            self._event = torch.cuda.Event()
            self._event.record()

    def numbers(self) -> list[int]:
        """The ids; waits for them, not for what was launched after them."""
        if self._event is not None:
            self._event.synchronize()
        return cast("list[int]", self._ids.tolist())


class Steps(Protocol):
    """The steps of one answer, or of several in the rows of one cache."""

    @property
    def ahead(self) -> bool:
        """Whether the next step is launched before its tokens are looked at: the device then never waits."""

    def next(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits (rows, vocabulary) after the tokens `ids`, int64 (rows,), which the cache then holds."""

    def keep(self, rows: Sequence[int]) -> Sequence[int]:
        """Only those rows go on. Returns the rows that do: at least those, in order; they count from 0 afterwards."""

    def close(self, length: int) -> None:
        """No more steps: the cache holds its first `length` places."""


class GrowingSteps:
    """Steps over a cache that grows, one pass of the model each. `mask`: (rows, places), 0 where a place is padding."""

    ahead = False

    def __init__(self, model: Any, cache: GrowingCache, mask: torch.Tensor | None = None) -> None:
        self._model, self._cache, self._mask = model, cache, mask

    def next(self, ids: torch.Tensor) -> torch.Tensor:
        if self._mask is not None:
            self._mask = torch.cat([self._mask, self._mask.new_ones(len(ids), 1)], dim=1)
        outputs = self._model(
            input_ids=ids[:, None],
            attention_mask=self._mask,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = outputs.logits[:, -1]
        return logits

    def keep(self, rows: Sequence[int]) -> Sequence[int]:
        if self._mask is not None and len(rows) < len(self._mask):
            chosen = torch.tensor(rows, device=self._mask.device)
            select_rows(self._cache, chosen)
            self._mask = self._mask[chosen]
        return rows

    def close(self, length: int) -> None:
        self._cache.fill_to(length)


class WindowSteps:
    """Steps over a window of the cache's buffers; growing ones take over, once and for all, where none can be made.

    Args:
        store: the steps made so far.
        cache: filled by a pass over the prompt.
        first: how many places of each row are padding.
        variant: the adapter in force.
        limit: places that may be needed in all.
    """

    def __init__(self, store: StepStore, cache: GrowingCache, first: list[int], variant: str, limit: int) -> None:
        self._store, self._cache, self._first, self._variant = store, cache, first, variant
        self._limit = limit
        self._length = int(cache.get_seq_length())
        self._step: WindowStep | None = None
        self._instead: GrowingSteps | None = None

    @property
    def ahead(self) -> bool:
        if not self._store.record or self._instead is not None:
            return False
        if self._step is not None and self._length < self._step.window:
            return True
        return self._store.has(self._cache, self._variant, len(self._first), self._length)

    def next(self, ids: torch.Tensor) -> torch.Tensor:
        if self._instead is None and (self._step is None or self._length == self._step.window):
            self._cache.fill_to(self._length)
            try:
                self._step = self._store.get(self._cache, self._variant, len(self._first), self._length, self._limit)
            except Exception as error:  # noqa: BLE001 - recording and compiling fail in more ways than can be named
                _log.warning("Steps of this model cannot be recorded (%s): answers are made without that.", error)
                self._store.give_up()
                self._instead = GrowingSteps(self._store.model, self._cache, self._mask())
            else:
                self._step.place(self._length, self._first, self._cache.ntk_level)
        self._length += 1
        if self._instead is not None:
            return self._instead.next(ids)
        assert self._step is not None
        return self._step.run(ids)

    def keep(self, rows: Sequence[int]) -> Sequence[int]:
        if self._instead is None and len(rows) * KEPT_SHARE > len(self._first):
            return range(len(self._first))
        if len(rows) < len(self._first):
            self._first = [self._first[row] for row in rows]
            if self._instead is not None:
                return self._instead.keep(rows)
            self._cache.fill_to(self._length)
            select_rows(self._cache, torch.tensor(rows, device=self._cache.layers[0].keys.device))
            self._step = None
        return rows

    def close(self, length: int) -> None:
        self._cache.fill_to(length)

    def _mask(self) -> torch.Tensor | None:
        if not any(self._first):
            return None if len(self._first) == 1 else torch.ones(len(self._first), self._length, dtype=torch.long)
        return (torch.arange(self._length) >= torch.tensor(self._first)[:, None]).long()


def make_steps(
    store: StepStore | None, model: Any, cache: GrowingCache, mask: torch.Tensor | None, variant: str, limit: int
) -> Steps:
    """The steps that follow a pass over prompts with that mask, by windows where there is a store for them.

    limit: places that prompts and answers may need in all.
    """
    if store is None or store.given_up:
        return GrowingSteps(model, cache, mask)
    first = [0] if mask is None else (mask == 0).sum(1).tolist()
    return WindowSteps(store, cache, first, variant, limit)


def make_cache(store: StepStore | None, length: int, limit: int) -> GrowingCache:
    """An empty cache for prompts of that length and answers up to `limit` places in all."""
    return GrowingCache(0 if store is None or store.given_up else room_for(length, limit))


def make_store(model: Any, decoding: Decoding | None = None) -> StepStore | None:
    """The store for a way of decoding, by default what the environment says, else "auto"; None where caches grow.

    Raises `UnknownDecodingError`.
    """
    wanted = decoding or os.environ.get(SETTING) or "auto"
    if wanted not in get_args(Decoding):
        raise UnknownDecodingError(
            QT_TRANSLATE_NOOP("errors", "Decoding {decoding} is not known. Choose one of {known}."),
            decoding=wanted,
            known=", ".join(get_args(Decoding)),
        )
    record = wanted != "growing" and can_be_recorded(model)
    if wanted == "growing" or (wanted == "auto" and not record):
        return None
    return StepStore(model, record=record, compiled=wanted == "compiled")


def select_rows(cache: GrowingCache, rows: torch.Tensor) -> None:
    """Keep some rows of a cache, and their rotary levels where the model keeps one a row."""
    cache.batch_select_indices(rows)
    level = cache.ntk_level
    if isinstance(level, torch.Tensor) and level.ndim and len(level) > 1:
        cache.ntk_level = level[rows.to(level.device)]
