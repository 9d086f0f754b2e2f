"""Several processes make the steps one would make; where they cannot, the run says so and does not go on alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Evaluated, Failed, Finished, Paused, Started, Step
from qvl_desktop.core.run_folder import Command, RunFolder
from qvl_desktop.formats.registry import format_named
from qvl_desktop.models.loading import load_model
from qvl_desktop.training.distributed import block_classes
from tests.training.conftest import TRAIN, carry_out, events_of, losses_of, make_run

SETTINGS = {"batch_size": 1, "lora_dropout": 0.0, "epochs": 2.0, "save_steps": 100, "precision": "fp32"}
_WITHOUT = pytest.mark.skipif(find_spec("deepspeed") is None, reason="DeepSpeed is not installed")
DEEPSPEED = [pytest.param(way, marks=_WITHOUT) for way in ("zero2", "zero3")]
COMMAND = [sys.executable, "-m", "qvl_desktop", "train"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


@pytest.fixture
def data(dataset: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "data.json"
    format_named("qwen-vl").write(path, dataset.split("train"))
    return path


def train(run: RunFolder, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command, settings = [*COMMAND, str(run.path), *more], ENVIRONMENT | environment
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


@pytest.mark.parametrize("method", ["qlora", "full"])
def test_a_model_that_is_shared_out_makes_the_losses_of_one(
    tiny_model: Path, dataset: Dataset, data: Path, tmp_path: Path, method: str
) -> None:
    """FSDP2, on processors: the weights lie in parts, the steps are those of one process."""
    settings: dict[str, Any] = SETTINGS | {"method": method, "learning_rate": 1e-3 if method == "full" else 1e-2}
    one = make_run(tmp_path / "one", tiny_model, data=str(data), accumulation=4, **settings)
    two = make_run(
        tmp_path / "two", tiny_model, data=str(data), accumulation=2, distributed="fsdp2", processes=2, **settings
    )
    assert carry_out(one, tiny_model, dataset) == 0
    ended = train(two)
    assert ended.returncode == 0, ended.stderr
    assert losses_of(two) == pytest.approx(losses_of(one), abs=1e-4)
    assert len(losses_of(one)) >= 4
    (started,) = [event for event in events_of(two) if isinstance(event, Started)]
    assert started.world_size == 2
    result = "model/model.safetensors" if method == "full" else "adapter/adapter_model.safetensors"
    whole, gathered = load_file(one.path / result), load_file(two.path / result)
    assert set(whole) == set(gathered)
    for name, value in whole.items():
        if not name.endswith("attn.in_proj_bias"):  # nothing depends on that of keys: its gradient is mere rounding
            assert torch.allclose(value, gathered[name], atol=1e-4), name


@pytest.mark.parametrize("way", ["fsdp2", *DEEPSPEED])
def test_a_run_whose_model_is_shared_out_resumes(tiny_model: Path, dataset: Dataset, tmp_path: Path, way: str) -> None:
    """Freed in the middle, with validation: what was gathered into the checkpoint goes on to the same end."""
    data = tmp_path / "data.json"
    format_named("qwen-vl").write(data, dataset.samples[: TRAIN + 1])
    settings = SETTINGS | {"eval_steps": 0, "eval_samples": 1, "lora_dropout": 0.1, "data": str(data)}
    shared = {"accumulation": 2, "distributed": way, "processes": 2}
    whole = make_run(tmp_path / "whole", tiny_model, **settings, **shared)
    freed = make_run(tmp_path / "freed", tiny_model, **settings, **shared)
    assert train(whole).returncode == 0
    child = subprocess.Popen([*COMMAND, str(freed.path)], env=ENVIRONMENT, stderr=subprocess.PIPE)
    while child.poll() is None and not any(isinstance(event, Step) for event in events_of(freed)):
        time.sleep(0.02)
    freed.ask(Command.PAUSE_AND_FREE)
    _, said = child.communicate(timeout=300)
    assert child.returncode == 0, said.decode()
    paused = events_of(freed)[-1]
    assert isinstance(paused, Paused)
    assert paused.freed
    assert 0 < paused.step < max(losses_of(whole))
    ended = train(freed, "--resume")
    assert ended.returncode == 0, ended.stderr
    assert losses_of(freed) == pytest.approx(losses_of(whole), abs=1e-6)
    ends = [[event for event in events_of(run) if isinstance(event, Evaluated)][-1] for run in (whole, freed)]
    assert ends[0].metrics == pytest.approx(ends[1].metrics, abs=1e-6)


@pytest.mark.parametrize("way", DEEPSPEED)
def test_deepspeed_makes_the_losses_of_one(
    tiny_model: Path, dataset: Dataset, data: Path, tmp_path: Path, way: str
) -> None:
    one = make_run(tmp_path / "one", tiny_model, data=str(data), accumulation=4, **SETTINGS)
    two = make_run(
        tmp_path / "two", tiny_model, data=str(data), accumulation=2, distributed=way, processes=2, **SETTINGS
    )
    assert carry_out(one, tiny_model, dataset) == 0
    ended = train(two)
    assert ended.returncode == 0, ended.stderr
    assert losses_of(two) == pytest.approx(losses_of(one), abs=1e-4)
    whole, gathered = (load_file(run.adapter / "adapter_model.safetensors") for run in (one, two))
    assert all(torch.allclose(whole[name], gathered[name], atol=1e-4) for name in whole)


@pytest.mark.skipif(find_spec("deepspeed") is not None, reason="DeepSpeed is installed")
@pytest.mark.parametrize("way", ["zero2", "zero3"])
def test_deepspeed_is_asked_for_where_it_is_missing(way: str, tiny_model: Path, data: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, data=str(data), distributed=way, processes=2, **SETTINGS)
    assert train(run, RANK="0", WORLD_SIZE="2").returncode == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert "pip install deepspeed" in failed.message
    assert "fsdp2" in failed.message


def test_every_class_of_blocks_that_is_there_is_named(tiny_model: Path) -> None:
    """Without its tower a model has no blocks of one; a sharer that looks for them would fail."""
    whole, blind = load_model(tiny_model), load_model(tiny_model, visual=False)
    assert set(block_classes(whole)) > set(block_classes(blind)) == {"QwenVLBlock"}
