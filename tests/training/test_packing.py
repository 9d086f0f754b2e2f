"""Packed samples do not see each other, and a packed run learns exactly what an unpacked one learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.training.feature_cache import PixelPictures
from qvl_desktop.training.packing import PackedCollator, SharedSteps, pack, rows_of
from qvl_desktop.training.samples import Collator, EncodedSample, LengthGroupedSampler, encode_samples
from tests.engine.tiny import make_model
from tests.training.conftest import carry_out, events_of, losses_of, make_run

INPUTS = ("input_ids", "labels", "pixel_values", "segments")


@given(st.lists(st.integers(1, 100), min_size=1, max_size=40), st.integers(100, 400))
def test_rows_hold_every_sample_once_and_no_more_than_there_is_room(lengths: list[int], room: int) -> None:
    rows = pack(lengths, room)
    assert sorted(index for row in rows for index in row) == list(range(len(lengths)))
    assert all(sum(lengths[index] for index in row) <= room for row in rows)
    assert rows == pack(lengths, room)
    half_empty = sum(sum(lengths[index] for index in row) <= room // 2 for row in rows)
    assert half_empty <= 1, "two of them would have fitted together"


def test_best_fit() -> None:
    assert pack([30, 70, 60, 40, 95], 100) == [[4], [0, 1], [2, 3]]
    assert pack([300, 20], 100) == [[0], [1]]


@pytest.mark.parametrize(("samples", "size", "processes"), [(10, 2, 2), (13, 2, 3), (9, 4, 2), (8, 4, 2)])
def test_processes_share_every_step_to_the_last_sample(samples: int, size: int, processes: int) -> None:
    lengths = list(range(samples))
    order = list(LengthGroupedSampler(lengths, 1, seed=3))
    shared = SharedSteps(LengthGroupedSampler(lengths, 1, seed=3), size, processes)
    lists = list(shared)
    assert len(lists) == len(shared)
    assert len(lists) % processes == 0
    assert all(lists)
    joined = [index for part in lists for index in part]
    assert joined[:samples] == order
    assert len(joined) - samples < processes
    shared.set_epoch(1)
    assert [index for part in shared for index in part] != joined


@pytest.fixture(scope="module")
def short_context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that stretches its positions, and scales its queries, beyond 64 tokens."""
    return make_model(tmp_path_factory.mktemp("short") / "model", seq_length=64)


def encoded(folder: Path, dataset: Dataset, labels: str = "answers") -> tuple[Any, list[EncodedSample]]:
    processor = load_processor(folder)
    samples, notices = encode_samples(
        dataset.split("train")[:5], processor.tokenizer, TrainingPlan(data="x", labels=labels)
    )
    assert not notices
    return processor, list(samples.samples)


def inputs(batch: dict[str, Any]) -> dict[str, Any]:
    return {name: batch[name] for name in INPUTS if name in batch}


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("labels", ["answers", "compatible"])
def test_loss_and_gradients_are_those_of_each_sample_alone(
    tiny_model: Path, dataset: Dataset, labels: str, attention: str
) -> None:
    processor, samples = encoded(tiny_model, dataset, labels)
    model = load_model(tiny_model)
    model.set_attn_implementation(attention)
    model.requires_grad_(True).train()
    pictures = PixelPictures(processor.image_processor)
    one, step = Collator(processor.tokenizer.pad_token_id, pictures), PackedCollator(400, pictures)(samples)
    assert len(step["rows"]) == 2
    assert any(len(row["segments"]) > 1 for row in step["rows"])
    count = sum(sample.supervised for sample in samples)
    assert int(step["labels"].ne(-100).sum()) == count, "what nothing predicts is not counted"
    found = []
    for batches in ([one([sample]) for sample in samples], rows_of(step), [one(samples)]):
        model.zero_grad()
        loss = torch.zeros(())
        for batch in batches:
            part = model(**inputs(batch), num_items_in_batch=count).loss
            part.backward()
            loss += part.detach()
        found.append((loss, {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}))
    for loss, gradients in found[1:]:
        torch.testing.assert_close(loss, found[0][0], rtol=0, atol=1e-5)
        for name, gradient in found[0][1].items():
            torch.testing.assert_close(gradients[name], gradient, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_each_sample_keeps_its_own_stretch_and_scale(short_context: Path, dataset: Dataset) -> None:
    processor, samples = encoded(short_context, dataset)
    model = load_model(short_context)
    assert model.config.use_dynamic_ntk
    assert model.config.use_logn_attn
    pictures = PixelPictures(processor.image_processor)
    row = PackedCollator(2048, pictures).row(samples)
    assert min(row["segments"]) < max(row["segments"])
    assert model.transformer.rotary.level(max(row["segments"])) > 0
    together = model(**inputs(row)).logits.split(row["segments"], dim=1)
    for sample, logits in zip(samples, together, strict=True):
        alone = model(**inputs(Collator(0, pictures)([sample]))).logits
        torch.testing.assert_close(logits, alone, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_nothing_is_seen_across_samples(tiny_model: Path) -> None:
    model = load_model(tiny_model)
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(0, 200, (1, 40), generator=generator)
    other = ids.clone()
    other[:, :25] = torch.randint(0, 200, (1, 25), generator=generator)
    first, second = (model(input_ids=value, segments=(25, 15)).logits for value in (ids, other))
    assert not torch.equal(first[:, :25], second[:, :25])
    assert torch.equal(first[:, 25:], second[:, 25:])
    torch.testing.assert_close(first[:, 25:], model(input_ids=ids[:, 25:]).logits, rtol=0, atol=1e-5)
    with pytest.raises(ValueError, match="single row"):
        model(input_ids=ids, segments=(25, 14))
    with pytest.raises(ValueError, match="no cache"):
        model(input_ids=ids, segments=(25, 15), use_cache=True)


def test_half_precision_on_a_processor(tiny_model: Path) -> None:
    """There attention has a backward pass of its own."""
    model: Any = load_model(tiny_model, precision="bf16").train()
    ids = torch.randint(0, 200, (1, 40), generator=torch.Generator().manual_seed(0))
    gradients = []
    for parts in ((40,), (25, 15)):
        leaf = model.transformer.wte(ids).detach().requires_grad_(True)
        if len(parts) == 1:
            for begin, end in ((0, 25), (25, 40)):
                model(inputs_embeds=leaf[:, begin:end]).logits.float().square().sum().backward()
        else:
            model(inputs_embeds=leaf, segments=parts).logits.float().square().sum().backward()
        gradients.append(leaf.grad)
    torch.testing.assert_close(*gradients, rtol=2e-2, atol=2e-2 * float(gradients[0].abs().max()))


@pytest.mark.parametrize("labels", ["answers", "compatible"])
def test_a_packed_run_has_the_losses_of_an_unpacked_one(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, labels: str
) -> None:
    runs = []
    for name, packing in (("plain", False), ("packed", True)):
        run = make_run(tmp_path / name, tiny_model, packing=packing, max_length=400, lora_dropout=0.0, labels=labels)
        assert carry_out(run, tiny_model, dataset) == 0
        runs.append(run)
    plain, packed = (losses_of(run) for run in runs)
    assert len(plain) == 12
    assert packed == pytest.approx(plain, abs=1e-5)
    tokens = [[event.tokens for event in events_of(run) if hasattr(event, "tokens")] for run in runs]
    assert tokens[0] == tokens[1]


def test_a_packed_run_resumes_to_the_last_bit(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    whole = make_run(tmp_path / "whole", tiny_model, packing=True, max_length=400, max_steps=6, save_steps=2)
    assert carry_out(whole, tiny_model, dataset) == 0
    parts = make_run(tmp_path / "parts", tiny_model, packing=True, max_length=400, max_steps=6, save_steps=2)
    assert carry_out(parts, tiny_model, dataset) == 0
    for name in ("checkpoint-6", "checkpoint-8"):
        folder = parts.checkpoints / name
        if folder.exists():
            (folder / "adapter_model.safetensors").write_bytes(b"damaged")
    assert carry_out(parts, tiny_model, dataset, resume=True) == 0
    assert losses_of(parts) == losses_of(whole)
