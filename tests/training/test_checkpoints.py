"""Checkpoints: a damaged one is known and passed over, the best one stays and becomes the result."""

from __future__ import annotations

from pathlib import Path

import pytest
from safetensors.torch import load_file

from qvl_desktop.core.adapter_card import AdapterCard
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Evaluated, Failed, Notice
from qvl_desktop.training.checkpoints import Best, checkpoints, damage, step_of
from tests.training.conftest import carry_out, events_of, losses_of, make_run


@pytest.mark.parametrize("harm", ["flip", "cut", "gone"])
def test_a_damaged_checkpoint_is_passed_over(tiny_model: Path, dataset: Dataset, tmp_path: Path, harm: str) -> None:
    whole = make_run(tmp_path / "whole", tiny_model, epochs=2.0, save_steps=2, save_limit=3, precision="fp32")
    assert carry_out(whole, tiny_model, dataset) == 0
    run = make_run(tmp_path / "run", tiny_model, epochs=2.0, save_steps=2, save_limit=3, precision="fp32")
    assert carry_out(run, tiny_model, dataset) == 0
    before, last = checkpoints(run.checkpoints)[-2:]
    assert damage(last) == damage(before) == ""
    weights = last / "adapter_model.safetensors"
    if harm == "gone":
        weights.unlink()
    else:
        data = bytearray(weights.read_bytes())
        data[-1] ^= 1
        weights.write_bytes(data if harm == "flip" else data[:-100])
    assert "adapter_model.safetensors" in damage(last)
    assert carry_out(run, tiny_model, dataset, resume=True) == 0
    notices = [event.message for event in events_of(run) if isinstance(event, Notice)]
    assert any(last.name in text and "damaged" in text for text in notices)
    assert losses_of(run) == losses_of(whole)
    assert damage(checkpoints(run.checkpoints)[-1]) == ""


def test_the_best_checkpoint_stays_and_becomes_the_result(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(
        tmp_path / "run", tiny_model, metric_for_best="loss", eval_steps=1, eval_samples=3, save_steps=100,
        save_limit=1, learning_rate=0.05, max_steps=8,
    )  # fmt: skip
    assert carry_out(run, tiny_model, dataset) == 0
    measured = {event.step: event.metrics["loss"] for event in events_of(run) if isinstance(event, Evaluated)}
    del measured[0]
    step = min(measured, key=measured.__getitem__)
    best = Best.load(run.checkpoints)
    assert best is not None
    assert best.step == step
    assert {step_of(path) for path in checkpoints(run.checkpoints)} == {step, 8}
    chosen = load_file(run.checkpoints / f"checkpoint-{step}" / "adapter_model.safetensors")
    result = load_file(run.adapter / "adapter_model.safetensors")
    assert all((result[name] == chosen[name]).all() for name in chosen)
    card = AdapterCard.load(run.adapter)
    assert (card.steps, card.metrics["loss"]) == (step, measured[step])


def test_without_a_metric_the_last_step_is_the_result(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, eval_steps=1, eval_samples=3, save_limit=1, max_steps=3)
    assert carry_out(run, tiny_model, dataset) == 0
    assert Best.load(run.checkpoints) is None
    assert AdapterCard.load(run.adapter).steps == 3


def test_no_room_for_checkpoints_is_said_before_the_first_step(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qvl_desktop.training.checkpoints.SMALL_FILES", 10**18)
    run = make_run(tmp_path / "run", tiny_model)
    assert carry_out(run, tiny_model, dataset) == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert "keep fewer checkpoints" in failed.message
    assert losses_of(run) == {}


@pytest.mark.parametrize(
    ("old", "new", "name", "better"),
    [
        ({}, {"loss": 9.0}, "loss", True),
        ({"loss": 1.0}, {"loss": 0.9}, "loss", True),
        ({"loss": 1.0}, {"loss": 1.0}, "loss", False),
        ({"acc50": 0.5}, {"acc50": 0.6}, "acc50", True),
        ({"acc50": 0.5}, {"acc50": 0.4}, "acc50", False),
        ({"acc50": 0.5}, {"loss": 0.1}, "acc50", False),
        ({}, {"loss": 0.1}, "none", False),
    ],
)
def test_what_is_better(old: dict[str, float], new: dict[str, float], name: str, better: bool) -> None:
    assert Best(1, old).beaten_by(new, name) is better
