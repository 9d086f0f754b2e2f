"""The cache that grows in place holds what the library's cache holds, through every operation, and does not move."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import DynamicCache

from qvl_desktop.models import growing_cache
from qvl_desktop.models.growing_cache import GrowingCache
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import picture_ids

OPERATIONS = st.one_of(
    st.tuples(st.just("add"), st.integers(1, 9)),
    st.tuples(st.just("crop"), st.integers(1, 6)),
    st.tuples(st.just("choose"), st.integers(0, 2**31)),
    st.tuples(st.just("reorder"), st.integers(0, 2**31)),
)


@given(operations=st.lists(OPERATIONS, min_size=1, max_size=25))
@settings(max_examples=60, deadline=None)
def test_the_same_as_the_library_s(operations: list[tuple[str, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing_cache, "ROOM", 4)
        ours, theirs, rows = GrowingCache(), DynamicCache(), 3
        generator = torch.Generator().manual_seed(0)
        for name, number in operations:
            choice = torch.randint(0, rows, (max(1, number % (rows + 1)),), generator=generator)
            for cache in (ours, theirs):
                if name == "add":
                    states = torch.arange(rows * 2 * number * 4.0).view(rows, 2, number, 4) + cache.get_seq_length()
                    for layer in range(2):
                        cache.update(states, -states, layer)
                elif name == "crop" and cache.get_seq_length() > number:
                    cache.crop(-number)
                elif name == "choose" and cache.get_seq_length():
                    cache.batch_select_indices(choice)
                elif name == "reorder" and cache.get_seq_length():
                    cache.reorder_cache(choice)
            if name in ("choose", "reorder") and ours.get_seq_length():
                rows = len(choice)
        assert ours.get_seq_length() == theirs.get_seq_length()
        for mine, other in zip(ours.layers, theirs.layers, strict=True):
            assert torch.equal(mine.keys, other.keys)
            assert torch.equal(mine.values, other.values)


def test_it_does_not_move_while_there_is_room() -> None:
    cache = GrowingCache()
    keys, _ = cache.update(torch.ones(1, 2, 10, 4), torch.ones(1, 2, 10, 4), 0)
    first = keys.data_ptr()
    for _ in range(growing_cache.ROOM):
        keys, _ = cache.update(torch.ones(1, 2, 1, 4), torch.ones(1, 2, 1, 4), 0)
    assert keys.data_ptr() == first
    keys, _ = cache.update(torch.ones(1, 2, 1, 4), torch.ones(1, 2, 1, 4), 0)
    assert keys.data_ptr() != first
    assert bool((keys == 1).all())
    cache.reset()
    assert cache.get_seq_length() == 0


def test_room_is_made_and_filled_by_others() -> None:
    cache = GrowingCache(room=40)
    states = torch.arange(12.0).view(1, 1, 6, 2)
    cache.update(states, -states, 0)
    ((keys, values),) = cache.reserve(0)
    assert keys.shape[2] == 40
    assert keys.data_ptr() == cache.layers[0].keys.data_ptr()
    assert not keys[:, :, 6:].any()  # what a mask hides must still be a number
    keys[:, :, 6:8], values[:, :, 6:8] = 7, 8
    cache.fill_to(8)
    assert cache.get_seq_length() == 8
    assert cache.layers[0].keys[0, 0, 6:].tolist() == [[7, 7], [7, 7]]
    ((moved, _),) = cache.reserve(50)
    assert moved.shape[2] == 50
    assert cache.layers[0].keys.data_ptr() == moved.data_ptr() != keys.data_ptr()
    assert torch.equal(moved[:, :, :8], keys[:, :, :8])
    cache.fill_to(3)
    cache.batch_select_indices(torch.tensor([0]))  # lies elsewhere now
    with pytest.raises(ValueError, match="do not hold 5"):
        cache.fill_to(5)
    cache.fill_to(0)
    held, _ = cache.update(states, states, 0)
    assert torch.equal(held, states)


def test_gradients_pass(small: QwenVLForConditionalGeneration) -> None:
    ids = torch.tensor([[5, 6, 7, 8]])
    grads = []
    for cache in (GrowingCache(), DynamicCache()):
        small.zero_grad()
        small(input_ids=ids, past_key_values=cache, use_cache=True)
        small(input_ids=ids, past_key_values=cache, use_cache=True).logits.sum().backward()
        grads.append(small.transformer.h[0].attn.c_attn.weight.grad.clone())
    assert torch.equal(*grads)


@torch.no_grad()
def test_generation_is_the_same(small: QwenVLForConditionalGeneration) -> None:
    ids = torch.tensor([[*picture_ids(), 5, 6, 7, 8], [*picture_ids(), 9, 6, 7, 8]])
    pixels = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    options = {
        "max_new_tokens": 70,
        "do_sample": False,
        "eos_token_id": None,
        "pad_token_id": 0,
        "pixel_values": pixels,
    }
    expected = small.generate(ids, past_key_values=DynamicCache(), **options)
    assert torch.equal(small.generate(ids, past_key_values=GrowingCache(), **options), expected)
