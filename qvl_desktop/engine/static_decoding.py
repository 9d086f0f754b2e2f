"""Decoding one answer with a cache of fixed size and a compiled one-token step, for GPUs.

On a card a step of one token is limited by how fast weights are read, unless the host is slower in launching its
hundreds of small kernels than the card in running them. With a cache that never moves the step has fixed shapes and
addresses, so it is compiled once into one CUDA graph and replayed. Owns the cache, the step and the loop; prompts,
sampling settings and streaming belong to ``generator``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from transformers import StaticCache

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelError

CACHE_ROUNDING = 256
"""Cache lengths are rounded up to a multiple of this, so that questions of like length share one compiled step."""


class CacheFullError(ModelError):
    """A prompt and its answer do not fit the cache that was made for them."""


def compile_options(device: torch.device) -> dict[str, Any]:
    """How the step is compiled: on a card into a CUDA graph, elsewhere only traced, which shows that it is one."""
    if device.type != "cuda":
        return {"backend": "eager", "fullgraph": True, "dynamic": False}
    # Coordinate descent turns products with one row into reductions that read packed weights directly.
    options = {"triton.cudagraphs": True, "coordinate_descent_tuning": True}
    return {"fullgraph": True, "dynamic": False, "options": options}


class StaticDecoder:
    """Answers of one model, one at a time, with a static cache.

    Args:
        model: a native Qwen-VL model (bare, not wrapped by PEFT) in evaluation mode, on one device.
        length: tokens that a prompt and its answer may have together.
    """

    def __init__(self, model: Any, length: int) -> None:
        self.model = model
        self.length = -(-length // CACHE_ROUNDING) * CACHE_ROUNDING
        self._cache: Any = StaticCache(config=model.config, max_cache_len=self.length)
        self._step: Callable[..., Any] = torch.compile(model.forward, **compile_options(model.device))
        self._token = torch.zeros(1, 1, dtype=torch.long, device=model.device)
        self._position = torch.zeros(1, 1, dtype=torch.long, device=model.device)

    @torch.no_grad()
    def tokens(
        self,
        input_ids: torch.Tensor,
        limit: int,
        choose: Callable[[torch.Tensor], torch.Tensor],
        **pictures: torch.Tensor,
    ) -> Iterator[int]:
        """Yield the ids of an answer as they are chosen; the caller stops taking them when it has enough.

        Args:
            input_ids: int64 (1, tokens).
            limit: at most so many ids.
            choose: logits (1, vocabulary) -> id (1,), both on the device.
            pictures: ``pixel_values`` or ``image_features``, as in ``forward``.

        Raises CacheFullError when prompt and limit together exceed the cache.
        """
        prompt = input_ids.shape[1]
        if prompt + limit > self.length:
            raise CacheFullError(
                QT_TRANSLATE_NOOP("errors", "The cache holds {length} tokens, but {needed} are needed."),
                length=self.length,
                needed=prompt + limit,
            )
        self._cache.reset()
        options = {"past_key_values": self._cache, "use_cache": True, "logits_to_keep": 1}
        logits = self.model(input_ids=input_ids, **pictures, **options).logits[:, -1]
        for number in range(limit):
            chosen = choose(logits)
            self._token.copy_(chosen.view(1, 1))
            yield int(chosen)
            if number + 1 == limit:
                return
            self._position.fill_(prompt + number)
            torch.compiler.cudagraph_mark_step_begin()
            step = self._step(input_ids=self._token, position_ids=self._position, **options)
            logits = step.logits[:, -1]
