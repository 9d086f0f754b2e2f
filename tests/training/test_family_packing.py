"""Packed samples of the later families do not see each other, and a packed run learns what an unpacked one learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.models.families.packed import PackingError, allow_packing, packed_positions
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.training.families import FamilyPictures
from qvl_desktop.training.methods import load_for_training
from qvl_desktop.training.packing import PackedCollator, rows_of
from qvl_desktop.training.samples import Collator, EncodedSample, encode_samples
from tests.models.tiny_families import EVERY
from tests.training.conftest import carry_out, losses_of, make_run

PLAN = TrainingPlan(data="red", method="lora", lora_rank=4, lora_dropout=0.0, packing=True)


def talks(pictures: list[Path]) -> list[Sample]:
    """Two pictures, one picture and two answers, none at all, and one picture without words about it."""
    both = user_turn([str(pictures[0]), str(pictures[1])], "Which one is redder?")
    one = user_turn([str(pictures[2])], "Find the red rectangle.")
    box = "<ref>red</ref><box>(0,0),(999,999)</box>"
    rows: tuple[tuple[tuple[Turn, ...], tuple[Path, ...]], ...] = (
        ((both, Turn("assistant", "The second.")), tuple(pictures[:2])),
        ((one, Turn("assistant", box), Turn("user", "And now?"), Turn("assistant", "Nothing else.")), (pictures[2],)),
        ((Turn("user", "Hello there, how are you today?"), Turn("assistant", "Well.")), ()),
        ((user_turn([str(pictures[3])], ""), Turn("assistant", box)), (pictures[3],)),
    )
    return [
        Sample(Conversation(turns, str(number)), shown, "train", f"record {number}")
        for number, (turns, shown) in enumerate(rows)
    ]


def encoded(folder: Path, samples: list[Sample]) -> tuple[Any, list[EncodedSample]]:
    processor = load_processor(folder)
    found, notices = encode_samples(samples, processor, PLAN)
    assert not notices
    return processor, list(found.samples)


def inputs(batch: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in batch.items() if name not in ("token_count", "samples", "rows")}


@pytest.mark.parametrize("twice", ["off", "on"])
@pytest.mark.parametrize("name", EVERY)
def test_loss_and_gradients_are_those_of_each_sample_alone(
    folders: dict[str, Path], pictures: list[Path], name: str, twice: str
) -> None:
    processor, samples = encoded(folders[name], talks(pictures))
    torch.manual_seed(0)
    plan = replace(PLAN, gradient_checkpointing=twice)
    model = load_for_training(folders[name], plan, torch.device("cpu"), torch.float32, tower=True).train()
    shown = FamilyPictures(processor)
    step = PackedCollator(4000, shown)(samples)
    assert len(step["rows"]) == 1
    assert len(step["rows"][0]["segments"]) == 4
    one = Collator(processor.tokenizer.pad_token_id, shown)
    count = sum(sample.supervised for sample in samples)
    found = []
    for batches in ([one([sample]) for sample in samples], rows_of(step)):
        model.zero_grad()
        loss = torch.zeros(())
        for batch in batches:
            part = model(**inputs(batch), num_items_in_batch=count).loss
            part.backward()
            loss += part.detach()
        found.append((loss, {key: p.grad.clone() for key, p in model.named_parameters() if p.grad is not None}))
    torch.testing.assert_close(found[1][0], found[0][0], rtol=0, atol=1e-5)
    assert any(gradient.abs().max() > 0 for gradient in found[0][1].values())
    for key, gradient in found[0][1].items():
        torch.testing.assert_close(found[1][1][key], gradient, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", EVERY)
@torch.no_grad()
def test_nothing_is_seen_across_samples(folders: dict[str, Path], name: str) -> None:
    """Neither by attention nor by the state of linear attention or its convolution."""
    model = load_model(folders[name], device="cpu").eval()
    allow_packing(model)
    ids = torch.randint(0, 200, (1, 150), generator=torch.Generator().manual_seed(0))
    other = ids.clone()
    other[:, :80] = torch.randint(0, 200, (1, 80), generator=torch.Generator().manual_seed(1))
    parts = (80, 70)
    positions = packed_positions(model.model, ids, parts)
    first, second = (
        model(input_ids=value, position_ids=positions, segments=parts, use_cache=False).logits for value in (ids, other)
    )
    assert not torch.equal(first[:, :80], second[:, :80])
    assert torch.equal(first[:, 80:], second[:, 80:])
    torch.testing.assert_close(first[:, 80:], model(input_ids=ids[:, 80:]).logits, rtol=0, atol=1e-5)


def test_layers_that_are_not_known_are_refused(folders: dict[str, Path]) -> None:
    model: Any = load_model(folders["qwen3-vl"], device="cpu")
    model.model.language_model.layers.append(torch.nn.GRU(4, 4))
    with pytest.raises(PackingError, match="GRU"):
        allow_packing(model)


@pytest.mark.parametrize("name", ["qwen2.5-vl", "qwen3-vl", "qwen3.5"])
def test_a_packed_run_has_the_losses_of_an_unpacked_one(
    folders: dict[str, Path], dataset: Dataset, pictures: list[Path], tmp_path: Path, name: str
) -> None:
    data = replace(dataset, samples=(*dataset.samples, *talks(pictures)))
    losses = []
    for packing in (False, True):
        run = make_run(
            tmp_path / str(packing), folders[name], packing=packing, lora_dropout=0.0, max_steps=6, eval_samples=1
        )
        assert carry_out(run, folders[name], data) == 0
        losses.append(losses_of(run))
    assert len(losses[0]) == 6
    assert losses[1] == pytest.approx(losses[0], abs=1e-5)
