"""A run begins by holding its forecast against one real step; `plan --probe` does the same without a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from qvl_desktop.cli import main
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Evaluated, Forecasted, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.training.runner import run_training
from tests.training.test_runs import project_of


def losses(run: RunFolder) -> list[float]:
    return [event.loss for event in EventReader(run).read() if isinstance(event, Step)]


def train(tmp_path: Path, name: str, model: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    monkeypatch.setenv("QVL_CONFIG_DIR", str(tmp_path / "user"))
    run = RunFolder(tmp_path / name)
    run.create()
    plan = TrainingPlan(model=str(model), data="x", method="lora", batch_size=2, accumulation=1, max_steps=2)
    replace(plan, lora_rank=4, lora_dropout=0.1, eval_steps=0, tensorboard=True).save(run.plan)
    assert run_training(run, lambda plan: dataset, Path) == 0
    return run


def test_a_run_tells_forecast_and_truth_and_learns_the_same_as_without(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = train(tmp_path, "checked", tiny_model, dataset, monkeypatch)
    told = [event for event in EventReader(run).read() if isinstance(event, Forecasted)]
    assert len(told) == 1
    assert told[0].measured > 100 * 2**20
    assert sum(told[0].parts.values()) == told[0].forecast
    assert told[0].step_seconds > 0
    evaluated = [event for event in EventReader(run).read() if isinstance(event, Evaluated)]
    assert evaluated[0].step == 0
    assert evaluated[0].refs
    assert set(next(iter(evaluated[0].refs.values()))) == {"acc50", "mean_iou", "boxes"}
    assert len(list((run.path / "tensorboard").iterdir())) == 1
    monkeypatch.setattr("qvl_desktop.training.session.check_by_step", lambda *args: None)
    assert losses(train(tmp_path, "unchecked", tiny_model, dataset, monkeypatch)) == losses(run)


def test_plan_with_a_probe(
    tiny_model: Path,
    dataset: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("QVL_CONFIG_DIR", str(tmp_path / "user"))
    what = ["plan", "--model", str(tiny_model), "--data", str(project_of(tmp_path, dataset)), "--lora-rank", "4"]
    assert main([*what, "--probe", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["probe"]["measured"] > 0
    assert told["measured"]
    assert told["correction"] != 1.0
