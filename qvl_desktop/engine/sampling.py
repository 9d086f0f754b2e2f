"""How the next token is chosen from logits.

Owns `Sampling` and the choice itself. Does not run a model (`generator`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch


@dataclass(frozen=True, slots=True)
class Sampling:
    """`temperature` 0 is greedy. `top_p` keeps the likeliest tokens that together reach that share (nucleus sampling),
    `top_k` the likeliest so many (0: all).

    None stands for what the model's own generation settings say; see `completed`. The same `seed` gives the same answer
    on the same machine; `None` takes a fresh one. `presence` is taken off the logit of each token that the answer holds
    already, `frequency` as often as it holds it (OpenAI's API reference, "frequency and presence penalties").
    """

    temperature: float | None = 0.0
    top_p: float | None = None
    seed: int | None = None
    top_k: int | None = None
    presence: float = 0.0
    frequency: float = 0.0

    @property
    def likeliest(self) -> bool:
        """Whether each token is just the likeliest by the logits as they come (of a completed one)."""
        return not self.temperature and not self.presence and not self.frequency

    def completed(self, settings: Any) -> Sampling:
        """The same with what is None taken from a `GenerationConfig`: greedy where that does not sample."""
        temperature, top_p, top_k = self.temperature, self.top_p, self.top_k
        if temperature is None:
            stated = getattr(settings, "temperature", None)
            temperature = (1.0 if stated is None else float(stated)) if getattr(settings, "do_sample", False) else 0.0
        if top_p is None:
            top_p = float(getattr(settings, "top_p", None) or 1.0)
        if top_k is None:
            top_k = int(getattr(settings, "top_k", None) or 0)
        return replace(self, temperature=temperature, top_p=top_p, top_k=top_k)


GREEDY = Sampling()
OFFICIAL = Sampling(temperature=None)
"""As the model's generation settings say (Qwen-VL-Chat: the likeliest 30 %)."""


class Sampler:
    """Chooses tokens for one answer; holds its random state, on `device` or where the first logits are."""

    def __init__(self, sampling: Sampling, device: torch.device | str | None = None) -> None:
        self._sampling = sampling
        self._temperature = sampling.temperature or 0.0
        self._random: torch.Generator | None = None
        self._counts: torch.Tensor | None = None
        if device is not None:
            self._begin(device)

    def _begin(self, device: torch.device | str) -> None:
        if self._temperature > 0:
            self._random = torch.Generator(device=device)
            if self._sampling.seed is None:
                self._random.seed()
            else:
                self._random.manual_seed(self._sampling.seed)

    def choose(self, logits: torch.Tensor) -> torch.Tensor:
        """Token ids, int64 (rows,), from logits (rows, vocabulary)."""
        if not self._sampling.presence and not self._sampling.frequency:
            return self._choose(logits)
        if self._counts is None:
            self._counts = torch.zeros_like(logits, dtype=torch.float32)
        penalties = self._sampling.frequency * self._counts + self._sampling.presence * (self._counts > 0)
        chosen = self._choose(logits.float() - penalties)
        self._counts.scatter_add_(-1, chosen[:, None], torch.ones_like(chosen[:, None], dtype=torch.float32))
        return chosen

    @property
    def likeliest(self) -> bool:
        """See `Sampling.likeliest`."""
        return self._sampling.likeliest

    def _choose(self, logits: torch.Tensor) -> torch.Tensor:
        if self._temperature <= 0:
            return logits.argmax(-1)
        if self._random is None:
            self._begin(logits.device)
        logits = logits.float() / self._temperature
        top_k, top_p = self._sampling.top_k or 0, self._sampling.top_p or 1.0
        if 0 < top_k < logits.shape[-1]:
            logits = logits.masked_fill(logits < logits.topk(top_k).values[..., -1:], -torch.inf)
        shares = torch.softmax(logits, -1)
        if top_p < 1.0:
            shares = nucleus(shares, top_p)
        return torch.multinomial(shares, 1, generator=self._random)[:, 0]


def nucleus(shares: torch.Tensor, top_p: float) -> torch.Tensor:
    """The likeliest tokens of each row until their sum reaches `top_p`, the rest 0; not renormalised."""
    ordered, places = shares.sort(-1, descending=True)
    before = ordered.cumsum(-1) - ordered
    kept = ordered.masked_fill(before >= top_p, 0.0)
    kept[..., 0] = ordered[..., 0]
    return torch.zeros_like(shares).scatter(-1, places, kept)
