"""Several processes make the steps one would make; where they cannot, the run says so and does not go on alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Failed, Finished, Started
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.formats.registry import format_named
from tests.training.conftest import events_of, losses_of, make_run

SETTINGS = {"batch_size": 1, "lora_dropout": 0.0, "epochs": 2.0, "save_steps": 100, "precision": "fp32"}


@pytest.fixture
def data(dataset: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "data.json"
    format_named("qwen-vl").write(path, dataset.split("train"))
    return path


def train(run: RunFolder, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qvl_desktop", "train", str(run.path)]
    settings = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", **environment}
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("packing", [False, True])
def test_two_processes_make_the_losses_of_one(tiny_model: Path, data: Path, tmp_path: Path, packing: bool) -> None:
    one = make_run(tmp_path / "one", tiny_model, data=str(data), accumulation=4, **SETTINGS)
    two = make_run(
        tmp_path / "two", tiny_model, data=str(data), accumulation=2, distributed="ddp", processes=2,
        packing=packing, max_length=300, **SETTINGS,
    )  # fmt: skip
    for run in (one, two):
        ended = train(run)
        assert ended.returncode == 0, ended.stderr
    assert losses_of(two) == pytest.approx(losses_of(one), abs=1e-4)
    assert len(losses_of(one)) >= 4
    (started,) = [event for event in events_of(two) if isinstance(event, Started)]
    assert started.world_size == 2
    assert isinstance(events_of(two)[-1], Finished)
    assert (two.adapter / "adapter_model.safetensors").is_file()


def test_fewer_processes_than_planned_do_not_go_on_alone(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, data=str(data), distributed="ddp", processes=2, **SETTINGS)
    assert train(run, RANK="0", WORLD_SIZE="1").returncode == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert "meant for 2 processes and 1 came" in failed.message
    assert "torchrun --standalone --nproc-per-node 2" in failed.message


@pytest.mark.parametrize("way", ["fsdp2", "zero3"])
def test_sharing_the_model_out_needs_cards(way: str, tiny_model: Path, data: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, data=str(data), distributed=way, processes=2, **SETTINGS)
    assert train(run, RANK="0", WORLD_SIZE="2").returncode == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert "Choose ddp" in failed.message
