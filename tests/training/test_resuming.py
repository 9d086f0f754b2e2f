"""Runs that go on otherwise than they began: with other batches, by other processes, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop.cli import main
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Event, Failed, Finished, Forecasted, Notice, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, RunFolder
from qvl_desktop.formats.registry import format_named
from qvl_desktop.training.errors import CheckpointError
from qvl_desktop.training.resuming import Written, changed_steps, check_sharing_before
from tests.training.conftest import carry_out, events_of, losses_of, make_run
from tests.training.test_distributed import train

SETTINGS = {"lora_dropout": 0.0, "epochs": 3.0, "save_steps": 100, "save_limit": 9, "precision": "fp32"}


@pytest.fixture
def data(dataset: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "data.json"
    format_named("qwen-vl").write(path, dataset.split("train"))
    return path


def change(run: RunFolder, **settings: Any) -> None:
    replace(TrainingPlan.load(run.plan), **settings).save(run.plan)


def stops_after(run: RunFolder, step: int) -> Callable[[Event], None]:
    return lambda event: run.ask(Command.STOP) if isinstance(event, Step) and event.step == step else None


def notices(run: RunFolder) -> list[str]:
    return [event.message for event in events_of(run) if isinstance(event, Notice)]


@pytest.mark.parametrize("less", [{"batch_size": 1, "accumulation": 4}, {"packing": True, "max_length": 300}])
def test_fewer_at_a_time_and_the_steps_stay_those_of_the_run(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, less: dict[str, Any]
) -> None:
    """Stopped in the middle of the second epoch of three steps each; the order of the samples is still the first's."""
    shape = {"batch_size": 4, "accumulation": 1, "max_length": 300}
    whole = make_run(tmp_path / "whole", tiny_model, **shape, **SETTINGS)
    parts = make_run(tmp_path / "parts", tiny_model, **shape, **SETTINGS)
    assert carry_out(whole, tiny_model, dataset) == 0
    assert carry_out(parts, tiny_model, dataset, observers=[stops_after(parts, 4)]) == 0
    change(parts, **less)
    parts.ask(Command.RUN)
    assert carry_out(parts, tiny_model, dataset, resume=True) == 0
    assert losses_of(parts) == pytest.approx(losses_of(whole), abs=1e-4)
    assert len(losses_of(whole)) == 9
    assert not any("samples from here on" in text for text in notices(parts))
    assert len([event for event in events_of(parts) if isinstance(event, Forecasted)]) == 2, "checked when resumed too"
    written = Written.load(sorted(parts.checkpoints.glob("checkpoint-*"))[-1])
    assert (written.grouped_by, written.step) == (4, 4), "also for a third start"


def test_steps_of_another_size_are_told_before_they_are_made(
    tiny_model: Path, data: Path, dataset: Dataset, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", tiny_model, data=str(data), **SETTINGS)
    assert carry_out(run, tiny_model, dataset, observers=[stops_after(run, 4)]) == 0
    run.ask(Command.RUN)
    ended = train(run, "--resume", "--batch-size", "1")
    assert ended.returncode == 0, ended.stderr
    (told,) = [text for text in notices(run) if "from here on" in text]
    assert told.startswith("A step learns from 2 samples from here on, before it was 4")
    assert f"note: {told}" in ended.stderr
    assert "batch size x accumulation x processes = 4" in told
    steps = [event.step for event in events_of(run) if isinstance(event, Step)]
    assert steps[:5] == [1, 2, 3, 4, 5]
    assert isinstance(events_of(run)[-1], Finished)


def test_processes_take_over_from_each_other_in_later_epochs(
    tiny_model: Path, data: Path, dataset: Dataset, tmp_path: Path
) -> None:
    """Two steps an epoch: two processes go on in the middle of the second, one alone in the middle of the third."""
    run = make_run(tmp_path / "run", tiny_model, **SETTINGS | {"save_steps": 1, "batch_size": 1, "accumulation": 6})
    assert carry_out(run, tiny_model, dataset) == 0
    whole = losses_of(run)
    assert sorted(whole) == [1, 2, 3, 4, 5, 6]
    for step in (4, 5, 6):
        shutil.rmtree(run.checkpoints / f"checkpoint-{step}")
    change(run, data=str(data), distributed="ddp", processes=2, accumulation=3)
    ended = train(run, "--resume")
    assert ended.returncode == 0, ended.stderr
    assert losses_of(run) == pytest.approx(whole, abs=1e-4)
    assert len([event for event in events_of(run) if isinstance(event, Forecasted)]) == 2, "told by one of the two"
    shutil.rmtree(run.checkpoints / "checkpoint-6")
    change(run, distributed="none", processes=1, accumulation=6)
    assert carry_out(run, tiny_model, dataset, resume=True) == 0
    assert losses_of(run) == pytest.approx(whole, abs=1e-4)
    made = [event.step for event in events_of(run) if isinstance(event, Step)]
    assert made == [1, 2, 3, 4, 5, 6, 4, 5, 6, 6]
    assert not any("from here on" in text for text in notices(run))


def test_what_was_shared_out_in_another_way_is_refused_before_anything_is_loaded(
    tiny_model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = {"data": str(data), "distributed": "fsdp2", "processes": 2, "batch_size": 1, "max_steps": 1}
    run = make_run(tmp_path / "run", tiny_model, **SETTINGS, **shared)
    ended = train(run)
    assert ended.returncode == 0, ended.stderr
    (why,) = [text for text in notices(run) if "No real step checks it" in text]
    assert "fsdp2 shares the model out over 2" in why
    asked = ["plan", "--model", str(tiny_model), "--data", str(data), "--distributed", "fsdp2", "--processes", "2"]
    assert main(asked) == 0
    assert why in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*asked, "--probe"])
    assert "leave it out" in capsys.readouterr().err
    change(run, distributed="none", processes=1, max_steps=2)
    assert train(run, "--resume").returncode == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert failed.kind == "CheckpointError"
    assert str(run.path) in failed.message
    assert "checkpoint-1 was written by 2 processes (fsdp2), and one process cannot go on from it" in failed.message
    assert f"torchrun --standalone --nproc-per-node 2 -m qvl_desktop train {run.path} --resume" in failed.message
    merged = tmp_path / "merged"
    words = ["--model", str(tiny_model), "--adapter", str(run.checkpoints / "checkpoint-1"), "--out", str(merged)]
    assert main(["merge", *words]) == 0, "the other way out"
    assert (merged / "config.json").is_file()

    change(run, distributed="ddp", processes=2)
    ended = train(run, "--resume")
    assert ended.returncode == 1
    assert "ChildFailedError" not in ended.stderr, "said before processes are started"
    assert "and 2 processes (ddp) cannot go on from it" in ended.stderr


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        (("none", 1), ("ddp", 8), False),
        (("ddp", 8), ("ddp", 4), False),
        (("fsdp2", 8), ("fsdp2", 4), False),
        (("fsdp2", 8), ("zero2", 8), True),
        (("zero3", 8), ("zero3", 8), False),
        (("zero3", 8), ("zero3", 4), True),
        (("zero2", 8), ("zero3", 8), True),
        (("none", 1), ("zero2", 2), True),
    ],
)
def test_who_can_go_on_from_whom(before: tuple[str, int], now: tuple[str, int], refused: bool, tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    plan = TrainingPlan(data="x", distributed=before[0], processes=before[1])
    checkpoint = run.checkpoints / "checkpoint-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / "trainer_state.json").write_text("{}")
    plan.save(checkpoint / "plan.json")  # as older versions left it
    later = replace(plan, distributed=now[0], processes=now[1], accumulation=plan.accumulation * before[1] // now[1])
    for _ in range(2):
        if refused:
            with pytest.raises(CheckpointError, match=r"checkpoint-3 was written by"):
                check_sharing_before(run, later)
        else:
            check_sharing_before(run, later)
            assert changed_steps(run, later) == ""
        Written.by(plan, before[1]).save(checkpoint)


def test_a_plan_for_one_that_several_came_for_counts_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, plan = RunFolder(tmp_path / "run"), TrainingPlan(data="x", batch_size=1, accumulation=4)
    checkpoint = run.checkpoints / "checkpoint-3"
    checkpoint.mkdir(parents=True)
    (checkpoint / "trainer_state.json").write_text("{}")
    Written.by(plan, 1).save(checkpoint)
    assert changed_steps(run, plan) == ""
    monkeypatch.setenv("WORLD_SIZE", "4")
    check_sharing_before(run, plan)
    assert changed_steps(run, plan).startswith("A step learns from 16 samples from here on, before it was 4")
