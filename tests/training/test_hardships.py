"""What befalls real runs in processes of their own: killed, out of memory, out of disk, and settings that diverge."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kill_runs import kill_and_resume, make_run, start, wait_for
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import Failed, Finished, Notice, Saved
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.plan import CHANGEABLE, TrainingPlan
from qvl_desktop.core.plan_warnings import ClimbingLoss, plan_warnings
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.formats.registry import format_named
from qvl_desktop.jobs.child import child_command, child_environment
from qvl_desktop.training.checkpoints import checkpoints, damage
from qvl_desktop.training.errors import says_disk_full
from tests.training.conftest import carry_out, events_of, losses_of

if sys.platform == "win32":
    pytest.skip("limits of processes and SIGKILL are POSIX'", allow_module_level=True)

import resource


@pytest.fixture
def data(dataset: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "data.json"
    format_named("qwen-vl").write(path, dataset.split("train"))
    return path


def plan_of(model: Path, data: Path, **settings: Any) -> TrainingPlan:
    plain: dict[str, Any] = {
        "model": str(model), "data": str(data), "method": "lora", "precision": "fp32", "lora_rank": 8, "batch_size": 2,
        "accumulation": 2, "learning_rate": 1e-3, "epochs": 40.0, "save_steps": 4, "eval_steps": 0, "eval_samples": 0,
    }  # fmt: skip
    return TrainingPlan(**(plain | settings))


def saved_first(run: RunFolder, child: subprocess.Popen[bytes]) -> None:
    """Wait until there is a checkpoint."""
    reader = EventReader(run)
    came = wait_for(child, lambda: any(isinstance(event, Saved) for event in reader.read()), 0.002)
    assert came, run.log.read_text(encoding="utf-8")


def failure_of(run: RunFolder) -> Failed:
    last = events_of(run)[-1]
    assert isinstance(last, Failed), run.log.read_text(encoding="utf-8")
    assert not is_locked(run.lock)
    assert checkpoints(run.checkpoints), "what was saved is still there"
    assert all(damage(path) == "" for path in checkpoints(run.checkpoints))
    assert not (run.checkpoints / ".partial").exists()
    return last


def test_killed_runs_go_on_to_the_same_losses(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    """In a checkpoint, and between steps: the benchmark, shortened."""
    found = kill_and_resume(plan_of(tiny_model, data, save_steps=2, epochs=20.0), tmp_path, kills=2, seed=2)
    assert sum(found.kills.values()) >= 1
    assert found.damaged == []
    assert found.checked > 0
    assert found.different == []
    assert all(lost <= 3 for lost in found.lost_steps)


def test_a_disk_that_fills_up_is_said_and_the_run_goes_on(
    tiny_model: Path, data: Path, dataset: Dataset, tmp_path: Path
) -> None:
    """Files may grow no larger than a part of a checkpoint, from the moment there is one."""
    plan = plan_of(tiny_model, data, lora_rank=64, epochs=30.0)
    alone, run = make_run(tmp_path / "alone", plan), make_run(tmp_path / "run", plan)
    child = start(run)
    saved_first(run, child)
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
    assert child.wait(120) == 1
    failed = failure_of(run)
    assert failed.kind == "DiskFullError"
    assert str(run.checkpoints) in failed.message
    assert "Make room, then resume: the last checkpoint is whole." in failed.message
    assert start(run).wait(120) == 0
    assert carry_out(alone, tiny_model, Dataset("red", dataset.split("train"))) == 0
    assert losses_of(run) == losses_of(alone)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of six megabytes; only some users may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "none", str(place)]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("this user cannot mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=False)


def test_a_disk_without_room_is_said_before_the_first_step(tiny_model: Path, data: Path, small_disk: Path) -> None:
    run = make_run(small_disk / "run", plan_of(tiny_model, data, lora_rank=512))
    child = start(run)
    assert child.wait(120) == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert failed.kind == "DiskFullError"
    assert "keep fewer checkpoints, or put the run on another disk" in failed.message
    assert losses_of(run) == {}


def test_a_full_disk_is_said_and_the_run_goes_on(tiny_model: Path, data: Path, small_disk: Path) -> None:
    """Somebody else fills it while the run is at work."""
    run = make_run(small_disk / "run", plan_of(tiny_model, data, epochs=1000.0, save_steps=20, save_limit=1))
    child = start(run)
    saved_first(run, child)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"0" * 4096):
                pass
        except OSError:
            pass
    assert child.wait(120) == 1
    assert checkpoints(run.checkpoints)
    assert all(damage(path) == "" for path in checkpoints(run.checkpoints))
    ballast.unlink()
    TrainingPlan.load(run.plan)
    last = max(int(path.name.rpartition("-")[2]) for path in checkpoints(run.checkpoints))
    replace(TrainingPlan.load(run.plan), max_steps=last + 4).save(run.plan)
    assert start(run).wait(120) == 0, run.log.read_text(encoding="utf-8")
    ended = events_of(run)[-1]
    assert isinstance(ended, Finished)
    assert ended.step == last + 4


def end_for_want_of_memory(run: RunFolder) -> int:
    """Start a run and give it, at its first checkpoint, no more memory than it has; the exit code of its process."""
    child = start(run)
    saved_first(run, child)
    status = Path(f"/proc/{child.pid}/status")
    if not status.exists():
        child.kill()
        pytest.skip("there is no /proc here")
    size = int(status.read_text().split("VmSize:")[1].split()[0]) * 1024
    resource.prlimit(child.pid, resource.RLIMIT_AS, (size - 2**24, size - 2**24))
    return child.wait(180)


def test_memory_that_runs_out_is_said_and_less_goes_on(
    tmp_path: Path, pictures: list[Path], dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo model, with as much memory as it has at its first checkpoint and not a byte more."""
    monkeypatch.setenv("MALLOC_MMAP_THRESHOLD_", "65536")  # each step asks the system for its memory anew
    data = tmp_path / "data.json"
    format_named("qwen-vl").write(data, dataset.split("train"))
    plan = plan_of(Path("demo"), data, batch_size=10, accumulation=1, save_steps=1, gradient_checkpointing="off")
    for attempt in range(3):  # now and then a library takes the last bit where it cannot say so, and nothing is told
        run = make_run(tmp_path / f"run {attempt}", replace(plan, max_steps=200))
        if (code := end_for_want_of_memory(run)) == 1:
            break
    assert code == 1, run.log.read_text(encoding="utf-8")
    failed = failure_of(run)
    assert failed.kind == "OutOfMemoryError"
    assert "There is not enough memory for this run." in failed.message
    notices = [event.message for event in events_of(run) if isinstance(event, Notice)]
    assert any("train RUN --resume" in said and "--gradient-checkpointing on" in said for said in notices)
    last = max(int(path.name.rpartition("-")[2]) for path in checkpoints(run.checkpoints))
    replace(TrainingPlan.load(run.plan), max_steps=last + 2).save(run.plan)
    less = ["--gradient-checkpointing", "on", "--batch-size", "2", "--accumulation", "5"]
    ended = subprocess.run(
        child_command("train", str(run.path), "--resume", *less),
        env=child_environment(OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES=""),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert isinstance(events_of(run)[-1], Finished)
    assert TrainingPlan.load(run.plan).gradient_checkpointing == "on"


def test_what_is_learnt_stays_when_a_run_goes_on(tiny_model: Path, data: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", plan_of(tiny_model, data))
    refused = subprocess.run(
        child_command("train", str(run.path), "--resume", "--lora-rank", "4"),
        env=child_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "leave the flags out" in refused.stderr
    assert "--batch-size" in refused.stderr
    assert set(CHANGEABLE) <= set(TrainingPlan.__dataclass_fields__)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda: OSError(28, "No space left on device", "x"), True),
        (lambda: OSError(27, "File too large"), True),
        (lambda: OSError(2, "No such file"), False),
        (lambda: RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"), True),
        (lambda: RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"), True),
        (lambda: RuntimeError("shapes differ"), False),
    ],
)
def test_a_full_disk_in_the_words_of_libraries(make: Callable[[], Exception], *, found: bool) -> None:
    assert says_disk_full(make()) == found
    outer = ValueError("could not save")
    outer.__cause__ = make()
    assert says_disk_full(outer) == found


@pytest.mark.parametrize(
    ("method", "rate", "warned"),
    [("lora", 2e-4, False), ("lora", 1e-2, False), ("lora", 0.1, True), ("full", 1e-5, False), ("full", 1e-2, True)],
)
def test_a_high_learning_rate_is_warned_of(method: str, rate: float, *, warned: bool) -> None:
    found = plan_warnings(TrainingPlan(data="d", method=method, learning_rate=rate))
    assert bool(found) == warned
    if warned:
        assert "times what is usual" in found[0]


def test_a_rate_of_one_is_refused_and_the_highest_is_noticed_when_it_diverges(
    data: Path, dataset: Dataset, tmp_path: Path
) -> None:
    refused = TrainingPlan(data="d", learning_rate=1.0).problems()
    assert refused == ["Learning rate: 1.0 is not between 1e-08 and 0.1."]
    demo = resource_path("demo_model")
    plan = plan_of(demo, data, learning_rate=0.1, warmup_ratio=0.0, max_steps=14, schedule="constant")
    run = make_run(tmp_path / "run", plan)
    carry_out(run, demo, dataset)
    said = [event.message for event in events_of(run) if isinstance(event, (Notice, Failed))]
    assert "times what is usual" in said[0]
    assert any("The loss climbs" in text or "no number any more" in text for text in said[1:]), said
    assert any("a third of it" in text for text in said[1:])


def test_a_loss_that_climbs_is_told_once_and_noise_is_not() -> None:
    calm = ClimbingLoss()
    assert not any(calm.after(3.0 + (step % 5) * 0.4 - step * 0.01, 1e-4) for step in range(100))
    uneven = ClimbingLoss()  # as the first steps on the demo project are
    assert not any(uneven.after(loss, 7e-4) for loss in (0.6, 4.0, 0.6, 3.4, 0.6, 3.2, 0.6, 0.6, 2.7, 0.7, 0.6, 1.6))
    wild = ClimbingLoss()
    told = [wild.after(2.0 if step < 30 else 2.0 + (step - 30) * 0.5, 0.01) for step in range(100)]
    (text,) = [text for text in told if text]
    assert "2.00 at its lowest" in text
    assert "0.01" in text
    assert not any(ClimbingLoss().after(float("nan"), 1e-4) for _ in range(20))
