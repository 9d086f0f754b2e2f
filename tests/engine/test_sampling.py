"""Choosing tokens: what the model's settings say, nucleus, the likeliest few."""

from __future__ import annotations

from types import SimpleNamespace

import torch

from qvl_desktop.engine.sampling import GREEDY, OFFICIAL, Sampler, Sampling

QWEN_VL_CHAT = SimpleNamespace(do_sample=True, top_p=0.3, top_k=0, temperature=None)
LOGITS = torch.tensor([[0.0, 3.0, 2.9, 1.0, -5.0]])


def drawn(sampling: Sampling, times: int = 200) -> set[int]:
    sampler = Sampler(sampling, "cpu")
    return {int(sampler.choose(LOGITS)) for _ in range(times)}


def test_the_official_settings() -> None:
    chosen = OFFICIAL.completed(QWEN_VL_CHAT)
    assert (chosen.temperature, chosen.top_p, chosen.top_k) == (1.0, 0.3, 0)
    assert drawn(chosen) == {1}
    assert OFFICIAL.completed(SimpleNamespace(do_sample=False, temperature=0.7)).temperature == 0.0
    assert OFFICIAL.completed(None) == Sampling(0.0, 1.0, None, 0)


def test_what_is_asked_for_goes_first() -> None:
    asked = Sampling(0.5, 0.9, 7, 2).completed(QWEN_VL_CHAT)
    assert asked == Sampling(0.5, 0.9, 7, 2)
    assert Sampling(0.5).completed(QWEN_VL_CHAT).top_p == 0.3
    assert GREEDY.completed(QWEN_VL_CHAT).temperature == 0.0


def test_greedy_nucleus_and_the_likeliest_few() -> None:
    assert drawn(GREEDY, 3) == {1}
    assert drawn(Sampling(1.0, 0.5, 0)) == {1, 2}
    assert drawn(Sampling(1.0, 1.0, 0, 2)) == {1, 2}
    assert drawn(Sampling(5.0, 1.0, 0, 99)) >= {0, 1, 2, 3}
    first = [int(Sampler(Sampling(1.0, 1.0, 5), "cpu").choose(LOGITS)) for _ in range(3)]
    assert len(set(first)) == 1
