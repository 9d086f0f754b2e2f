"""A pause that gives the card back: the process ends, and another goes on as if nothing had been."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Event, Finished, Paused, Resumed, Saved, Stage, Started, Step
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, RunFolder, RunState
from qvl_desktop.formats.registry import format_named
from qvl_desktop.jobs.child import child_command, child_environment
from qvl_desktop.jobs.run_summary import read_summary
from qvl_desktop.training.checkpoints import checkpoints, damage
from tests.training.conftest import carry_out, events_of, losses_of, make_run

STEPS = 12


def asks(run: RunFolder, command: Command, *steps: int) -> Any:
    """An observer that asks for something as soon as one of these steps is told."""

    def observe(event: Event) -> None:
        if isinstance(event, Step) and event.step in steps:
            run.ask(command)

    return observe


def weights_of(run: RunFolder) -> bytes:
    return (run.adapter / "adapter_model.safetensors").read_bytes()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"accumulation": 4, "batch_size": 1, "epochs": 5.0},
        {"packing": True, "max_length": 600},
        {"eval_steps": 2, "eval_samples": 3, "metric_for_best": "loss", "save_limit": 1},
        {"optimizer": "adamw_8bit"},
    ],
    ids=["plain", "accumulated", "packed", "validated", "8bit"],
)
def test_a_freed_run_goes_on_to_the_last_bit(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, settings: dict[str, Any]
) -> None:
    """Freed in the middle of an epoch, at an epoch's end, and at a step that is validated and saved anyway."""
    plain = make_run(tmp_path / "plain", tiny_model, precision="fp32", **settings)
    freed = make_run(tmp_path / "freed", tiny_model, precision="fp32", **settings)
    assert carry_out(plain, tiny_model, dataset) == 0
    for step in (2, 3, 4):
        options = {"resume": step > 2, "observers": [asks(freed, Command.PAUSE_AND_FREE, step)]}
        assert carry_out(freed, tiny_model, dataset, **options) == 0
        last = events_of(freed)[-1]
        assert isinstance(last, Paused)
        assert (last.step, last.freed) == (step, True)
        assert not is_locked(freed.lock)
        assert read_summary(freed.path).state is RunState.FREED
        assert freed.asked() is Command.RUN, "the process that goes on does not meet the old wish"
        assert damage(checkpoints(freed.checkpoints)[-1]) == ""
        assert checkpoints(freed.checkpoints)[-1].name == f"checkpoint-{step}"
    assert carry_out(freed, tiny_model, dataset, resume=True) == 0
    assert isinstance(events_of(freed)[-1], Finished)
    assert losses_of(freed) == losses_of(plain)
    assert weights_of(freed) == weights_of(plain)
    assert [event.step for event in events_of(freed) if isinstance(event, Started)] == [0, 2, 3, 4]


def test_the_plan_makes_a_plain_pause_free_the_card(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, pause_frees_card=True, max_steps=4)
    assert carry_out(run, tiny_model, dataset, observers=[asks(run, Command.PAUSE, 2)]) == 0
    last = events_of(run)[-1]
    assert isinstance(last, Paused)
    assert last.freed
    assert not any(isinstance(event, Resumed) for event in events_of(run))
    assert not run.adapter.exists(), "there is no result yet"
    assert carry_out(run, tiny_model, dataset, resume=True) == 0
    assert sorted(losses_of(run)) == [1, 2, 3, 4]


@pytest.mark.parametrize(("then", "last"), [(Command.PAUSE_AND_FREE, Paused), (Command.STOP, Finished)])
def test_a_waiting_run_still_listens(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, then: Command, last: type[Event]
) -> None:
    """Paused first, then asked for the card, or to stop: at the step where it waits, not a step later."""
    run = make_run(tmp_path / "run", tiny_model)

    def ask_more(event: Event) -> None:
        if isinstance(event, Step) and event.step == 5:
            run.ask(Command.PAUSE)
        if isinstance(event, Paused) and not event.freed:
            run.ask(then)

    assert carry_out(run, tiny_model, dataset, observers=[ask_more]) == 0
    final = events_of(run)[-1]
    assert isinstance(final, last)
    assert final.step == 5  # type: ignore[attr-defined]
    assert "checkpoints/checkpoint-5" in [event.path for event in events_of(run) if isinstance(event, Saved)]


def test_a_card_wanted_back_while_it_is_being_filled(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, max_steps=2)

    def ask_early(event: Event) -> None:
        if isinstance(event, Stage) and event.stage == "model":
            run.ask(Command.PAUSE_AND_FREE)

    assert carry_out(run, tiny_model, dataset, observers=[ask_early]) == 0
    last = events_of(run)[-1]
    assert isinstance(last, Paused)
    assert (last.step, last.freed) == (0, True)
    assert read_summary(run.path).state is RunState.FREED
    assert carry_out(run, tiny_model, dataset, resume=True) == 0
    assert sorted(losses_of(run)) == [1, 2]


def test_several_processes_free_their_cards_together(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    format_named("qwen-vl").write(data, dataset.split("train"))
    shared = {"data": str(data), "distributed": "ddp", "processes": 2, "batch_size": 1, "accumulation": 1}
    whole = make_run(tmp_path / "whole", tiny_model, epochs=3.0, precision="fp32", **shared)
    freed = make_run(tmp_path / "freed", tiny_model, epochs=3.0, precision="fp32", **shared)

    def train(run: RunFolder, *more: str) -> None:
        command = child_command("train", str(run.path), *more)
        environment = child_environment(OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
        assert ended.returncode == 0, ended.stderr

    train(whole)
    plan = TrainingPlan.load(freed.plan)
    assert plan.processes == 2
    freed.ask(Command.RUN)
    child = subprocess.Popen(
        child_command("train", str(freed.path)),
        env=child_environment(OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES=""),
        stderr=subprocess.PIPE,
    )
    while child.poll() is None and not any(isinstance(event, Step) for event in events_of(freed)):
        time.sleep(0.02)
    freed.ask(Command.PAUSE_AND_FREE)
    _, said = child.communicate(timeout=120)
    assert child.returncode == 0, said.decode()
    last = events_of(freed)[-1]
    assert isinstance(last, Paused)
    assert last.freed
    assert last.step < 15
    train(freed, "--resume")
    assert isinstance(events_of(freed)[-1], Finished)
    assert losses_of(freed) == losses_of(whole)
