"""How the next token is chosen from logits.

Owns `Sampling` and the choice itself. Does not run a model (`generator`).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Sampling:
    """`temperature` 0 is greedy. `top_p` keeps the likeliest tokens that together reach that share (nucleus sampling).

    The same `seed` gives the same answer on the same machine; `None` takes a fresh one.
    """

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


GREEDY = Sampling()


class Sampler:
    """Chooses tokens for one answer; holds its random state."""

    def __init__(self, sampling: Sampling, device: torch.device | str) -> None:
        self._sampling = sampling
        self._random: torch.Generator | None = None
        if sampling.temperature > 0:
            self._random = torch.Generator(device=device)
            if sampling.seed is None:
                self._random.seed()
            else:
                self._random.manual_seed(sampling.seed)

    def choose(self, logits: torch.Tensor) -> torch.Tensor:
        """Token ids, int64 (rows,), from logits (rows, vocabulary)."""
        if self._random is None:
            return logits.argmax(-1)
        shares = torch.softmax(logits.float() / self._sampling.temperature, -1)
        if self._sampling.top_p < 1.0:
            shares = nucleus(shares, self._sampling.top_p)
        return torch.multinomial(shares, 1, generator=self._random)[:, 0]


def nucleus(shares: torch.Tensor, top_p: float) -> torch.Tensor:
    """The likeliest tokens of each row until their sum reaches `top_p`, the rest 0; not renormalised."""
    ordered, places = shares.sort(-1, descending=True)
    before = ordered.cumsum(-1) - ordered
    kept = ordered.masked_fill(before >= top_p, 0.0)
    kept[..., 0] = ordered[..., 0]
    return torch.zeros_like(shares).scatter(-1, places, kept)
