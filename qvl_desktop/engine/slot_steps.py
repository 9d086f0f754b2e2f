"""One token for every answer of a batch: by a pass of the model, or by a recorded step where the card can do that.

Owns the choice and the change to plain passes where a step cannot be recorded. Does not own the slots (`slot_cache`),
recording (`static_decoding`) or the tokens (`batch`).
"""

from __future__ import annotations

import logging
from typing import Any

import torch

from qvl_desktop.engine.slot_cache import SlotCache
from qvl_desktop.engine.static_decoding import StepStore

_log = logging.getLogger(__name__)


class SlotSteps:
    """Steps over a `SlotCache`.

    Args:
        model: a native Qwen-VL model, bare or wrapped by PEFT.
        cache: the slots; rows of ids are in their order.
        store: for recorded steps, of its own; None takes plain passes.
        variant: the adapter in force.
    """

    def __init__(self, model: Any, cache: SlotCache, store: StepStore | None, variant: str) -> None:
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._model, self._cache, self._store, self._variant = model, cache, store, variant
        self._device: torch.device = base.transformer.rotary.inv_freq.device
        self._dtype: torch.dtype = base.transformer.ln_f.weight.dtype
        self._takes_yes_or_no = base.config._attn_implementation == "sdpa"

    def next(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits (slots, vocabulary) after the tokens `ids`, int64 (slots,), which the cache then holds."""
        if self._store is not None and not self._store.given_up:
            try:
                logits = self._recorded(self._store, ids)
            except torch.OutOfMemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - recording fails in more ways than can be named
                _log.warning("Steps of this model cannot be recorded (%s): answers are made without that.", error)
                self._store.give_up()
            else:
                self._cache.end()
                return logits
        positions, seen = self._cache.begin(self._device)
        outputs = self._model(
            input_ids=ids[:, None],
            attention_mask=seen if self._takes_yes_or_no else self._added(seen),
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache.end()
        rows: torch.Tensor = outputs.logits[:, -1]
        return rows

    def _recorded(self, store: StepStore, ids: torch.Tensor) -> torch.Tensor:
        """By a step for the next power of two of rows; rows beyond the slots' compute what nobody looks at."""
        cache = self._cache
        count, longest = len(ids), max(cache.lengths)
        rows = min(1 << (count - 1).bit_length(), cache.reserve(0)[0][0].shape[0])
        step = store.get(cache, self._variant, rows, longest, longest + 1)
        spare = [0] * (rows - count)
        step.place_each([*cache.lengths, *spare], [*cache.levels, *spare])
        return step.run(torch.cat([ids, ids.new_zeros(len(spare))]) if spare else ids)[:count]

    def _added(self, seen: torch.Tensor) -> torch.Tensor:
        """A mask that is added to the scores."""
        bias = torch.zeros(seen.shape, dtype=self._dtype, device=seen.device)
        return bias.masked_fill_(~seen, torch.finfo(self._dtype).min)
