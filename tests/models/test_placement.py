"""Which precision a card computes in, and how a model is laid over several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl_desktop.models import loading, precision
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.loading import load_model, part_sizes, place
from qvl_desktop.models.placement import RESERVED_SHARE, Card, native_precision, spread
from qvl_desktop.models.precision import cards_for
from qvl_desktop.models.quantization import insert_layers, quantization_config
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.decoder import Positions
from tests.models.conftest import picture_ids, small_config

GB = 2**30
SMALL, LARGE = GB // 2, 19 * GB


def card(name: str, capability: tuple[int, int], gigabytes: float = 24) -> Card:
    return Card(name, capability, int(gigabytes * GB))


@pytest.mark.parametrize(
    ("used", "stored", "dtype", "words"),
    [
        ([], SMALL, torch.float32, "CPU"),
        ([], LARGE, torch.bfloat16, "half the memory"),
        ([card("Tesla P100", (6, 0))], LARGE, torch.float16, "Tesla P100 has no bfloat16"),
        ([card("Tesla V100", (7, 0))], LARGE, torch.float16, "Tesla V100 has no bfloat16"),
        ([card("Tesla T4", (7, 5))], SMALL, torch.float16, "Tesla T4 has no bfloat16"),
        ([card("A100", (8, 0))], LARGE, torch.bfloat16, "A100"),
        ([card("RTX 4090", (8, 9))], SMALL, torch.bfloat16, "RTX 4090"),
        ([card("H200", (9, 0))], LARGE, torch.bfloat16, "H200"),
        ([card("A100", (8, 0)), card("Tesla T4", (7, 5))], LARGE, torch.float16, "Tesla T4"),
    ],
)
def test_precision_of_a_card(used: list[Card], stored: int, dtype: torch.dtype, words: str) -> None:
    choice = native_precision(used, stored)
    assert choice.dtype is dtype
    assert words in choice.reason


@given(
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=40),
    free=st.lists(st.integers(20, 400), min_size=1, max_size=6),
)
@settings(deadline=None)
def test_spreading(parts: list[int], free: list[int]) -> None:
    named = {f"h.{index}": size for index, size in enumerate(parts)}
    try:
        placed = spread(named, free)
    except ModelLoadError:
        room = sum(value * (1 - RESERVED_SHARE) for value in free)
        assert sum(parts) > room - len(free) * max(parts), "refused though there was room"
        return
    assert list(placed) == list(named)
    numbers = list(placed.values())
    assert numbers == sorted(numbers)
    for index, value in enumerate(free):
        assert sum(size for size, number in zip(parts, numbers, strict=True) if number == index) <= value


def test_equal_cards_share_alike() -> None:
    placed = spread({f"h.{index}": 10 for index in range(32)}, [1000, 1000, 1000, 1000])
    counts = [list(placed.values()).count(number) for number in range(4)]
    assert max(counts) - min(counts) <= 2
    with pytest.raises(ModelLoadError, match=r"takes 20\.0 GiB, and the cards have 16\.0 GiB"):
        spread({f"h.{index}": GB for index in range(20)}, [8 * GB, 8 * GB])


@pytest.fixture(scope="module")
def full_size() -> Any:
    with torch.device("meta"):
        return QwenVLForConditionalGeneration(QwenVLConfig())


def test_parts_of_the_full_model(full_size: Any) -> None:
    parts = part_sizes(full_size, torch.bfloat16)
    assert sum(parts.values()) == 9_656_935_168 * 2
    assert list(parts)[:2] == ["transformer.visual", "transformer.wte"]
    assert list(parts)[-1] == "lm_head"


def test_the_full_model_on_the_cards_there_are(full_size: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    where = torch.device("cuda:0")
    bf16 = torch.bfloat16

    def devices(found: list[Card], *, every: bool = False, explicit: bool = False) -> dict[str, torch.device]:
        monkeypatch.setattr(loading, "cards", lambda: found)
        return place(full_size, bf16, where, spread_over_all=every, may_spread=not explicit)

    large, small = card("A100", (8, 0), 40), card("RTX 3060", (8, 6), 12)
    assert devices([large]) == {"": where}
    assert devices([large, large]) == {"": where}
    assert devices([small]) == {"": where}, "one card: torch itself says when it is full"
    assert devices([small, small, small], explicit=True) == {"": where}
    over_two = devices([large, large], every=True)
    assert set(over_two.values()) == {torch.device("cuda:0"), torch.device("cuda:1")}
    over_three = devices([small, small, small])
    assert len(set(over_three.values())) == 3
    assert over_three["transformer.wte"] == where
    with pytest.raises(ModelLoadError, match="smaller precision"):
        devices([small, card("GTX 1650", (7, 5), 4)])


def test_positions_follow_to_another_card() -> None:
    positions = Positions(torch.zeros(1), torch.ones(1), None).to("meta", non_blocking=True)
    assert positions.cos.is_meta
    assert positions.sin.is_meta
    assert positions.query_scale is None
    assert Positions(torch.zeros(1), torch.ones(1), torch.ones(1)).to("meta").query_scale.is_meta


def test_every_card_that_is_used_decides_the_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    a100, t4 = card("A100", (8, 0), 40), card("Tesla T4", (7, 5), 15)
    monkeypatch.setattr(precision, "cards", lambda: [a100, t4])
    first, second = torch.device("cuda:0"), torch.device("cuda:1")
    assert cards_for(LARGE, "auto", first) == [a100]
    assert cards_for(60 * GB, "auto", first) == [a100, t4], "too large for the first: spread over all"
    assert cards_for(LARGE, "all", first) == [a100, t4]
    assert cards_for(60 * GB, "cuda:1", second) == [t4], "who names a card gets that card"
    assert cards_for(LARGE, "cpu", torch.device("cpu")) == []
    assert native_precision(cards_for(LARGE, "all", first), LARGE).dtype is torch.float16


@pytest.mark.parametrize(("method", "gigabytes"), [("nf4", 9.5), ("int8", 12.5)])
def test_a_quantised_model_is_counted_as_it_will_lie(method: str, gigabytes: float) -> None:
    with torch.device("meta"):
        model = QwenVLForConditionalGeneration(QwenVLConfig())
    settings = quantization_config(method, ["transformer.visual", "lm_head"], torch.bfloat16)
    insert_layers(model, settings, {"": torch.device("cpu")})
    total = sum(part_sizes(model, torch.bfloat16).values())
    assert (gigabytes - 1.5) * GB < total < gigabytes * GB


@pytest.mark.parametrize("method", ["fp32", "nf4"])
@torch.no_grad()
def test_a_model_laid_over_two_devices_answers_as_on_one(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "cpu" and "cpu:0" are two devices to the library: its hooks carry everything from one to the other."""
    torch.manual_seed(0)
    QwenVLForConditionalGeneration(small_config(seq_length=8)).save_pretrained(tmp_path)
    given = {
        "input_ids": torch.tensor([[*picture_ids(), 5, 6, 7, 8, 9, 10]]),
        "pixel_values": torch.randn(1, 3, 64, 64),
    }
    whole = load_model(tmp_path, precision=method, device="cpu")
    two = [torch.device("cpu"), torch.device("cpu:0")]

    def over_two(model: Any, dtype: torch.dtype, *_: Any, **__: Any) -> dict[str, torch.device]:
        parts = part_sizes(model, dtype)
        numbers = spread(parts, [2 * sum(parts.values())] * 2)
        assert set(numbers.values()) == {0, 1}
        return {path: two[number] for path, number in numbers.items()}

    monkeypatch.setattr(loading, "place", over_two)
    # The weights are where they belong; the library would move them again, as no tensor says that it is on "cpu:0".
    monkeypatch.setattr("accelerate.hooks.set_module_tensor_to_device", lambda *_, **__: None)
    laid = load_model(tmp_path, precision=method, device="cpu")
    assert set(laid.hf_device_map.values()) == set(two)
    assert torch.equal(laid(**given).logits, whole(**given).logits)
    options = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": 0}
    assert torch.equal(laid.generate(**given, **options), whole.generate(**given, **options))
    features = laid.encode_images(given["pixel_values"])
    assert torch.equal(features, whole.encode_images(given["pixel_values"]))
