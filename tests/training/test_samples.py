"""Samples become tokens, batches are no longer than they must be, the order repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.training.errors import TrainingDataError
from qvl_desktop.training.feature_cache import PixelPictures
from qvl_desktop.training.samples import Collator, LengthGroupedSampler, encode_samples

PLAN = TrainingPlan(data="red")


def test_batches_are_padded_to_their_own_longest(tiny_model: Path, dataset: Dataset) -> None:
    processor = load_processor(tiny_model)
    encoded, notices = encode_samples(dataset.split("train"), processor.tokenizer, PLAN)
    assert notices == []
    short, long = encoded[0], encoded[1]
    batch = Collator(processor.tokenizer.pad_token_id, PixelPictures(processor.image_processor))([short, long])
    assert batch["input_ids"].shape == (2, len(long.input_ids))
    assert int(batch["token_count"]) == len(short.input_ids) + len(long.input_ids)
    assert (batch["labels"][0, len(short.input_ids) :] == -100).all()
    assert batch["pixel_values"].shape == (2, 3, 64, 64)
    learnt = [token for token in batch["labels"][1].tolist() if token != -100]
    assert processor.tokenizer.decode(learnt).startswith("<ref>red</ref><box>(")
    assert learnt[-1] == processor.tokenizer.im_end_id


def test_padding_does_not_change_the_loss(tiny_model: Path, dataset: Dataset) -> None:
    processor = load_processor(tiny_model)
    model = load_model(tiny_model)
    encoded, _ = encode_samples(dataset.split("train")[:2], processor.tokenizer, PLAN)
    collator = Collator(processor.tokenizer.pad_token_id, PixelPictures(processor.image_processor))

    def summed(samples: list[int]) -> float:
        batch = collator([encoded[place] for place in samples])
        batch.pop("token_count")
        batch.pop("samples")
        with torch.no_grad():
            return float(model(**batch, num_items_in_batch=1).loss)

    assert summed([0, 1]) == pytest.approx(summed([0]) + summed([1]), rel=1e-6)


def test_long_samples_are_named_and_left_out(tiny_model: Path, dataset: Dataset) -> None:
    tokenizer = load_processor(tiny_model).tokenizer
    lengths = [len(sample.input_ids) for sample in encode_samples(dataset.samples[:2], tokenizer, PLAN)[0].samples]
    limit = (lengths[0] + lengths[1]) // 2
    encoded, notices = encode_samples(dataset.samples[:2], tokenizer, replace(PLAN, max_length=limit))
    assert [sample.source for sample in encoded.samples] == ["record 0"]
    assert notices == [f"record 1 is left out: {notices[0].partition(': ')[2]}"]
    assert f"{lengths[1]} tokens" in notices[0]
    assert str(limit) in notices[0]


def test_missing_pictures_end_the_run_by_name(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    gone = replace(dataset.samples[0], pictures=(tmp_path / "gone.png",))
    with pytest.raises(TrainingDataError, match=r"1 picture.*gone\.png"):
        encode_samples([gone, dataset.samples[1]], load_processor(tiny_model).tokenizer, PLAN)


def test_order_is_random_complete_and_a_function_of_seed_and_epoch() -> None:
    lengths = [(place * 37) % 50 for place in range(103)]
    sampler = LengthGroupedSampler(lengths, 4, seed=7)
    first = list(sampler)
    assert sorted(first) == list(range(103))
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first
    again = LengthGroupedSampler(lengths, 4, seed=7)
    again.set_epoch(1)
    assert list(again) == list(sampler)
    spread = [max(batch) - min(batch) for batch in _batches([lengths[place] for place in first[:100]], 4)]
    assert sum(spread) / len(spread) < 5


def _batches(values: list[int], size: int) -> list[list[int]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
