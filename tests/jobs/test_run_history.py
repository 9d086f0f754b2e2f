"""Figures and summaries of runs, from events alone."""

from __future__ import annotations

import math

import pytest

from qvl_desktop.core.events import Evaluated, Failed, Finished, Stage, Started, Step
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventWriter, RunFolder, RunState
from qvl_desktop.jobs.run_history import RunHistory
from qvl_desktop.jobs.run_summary import list_runs, read_summary


def started(step: int = 0, total: int = 10) -> Started:
    return Started(1, total, step, 1, "cpu", "fp32", 5, 100)


def step(number: int, loss: float = 1.0) -> Step:
    return Step(number, 10, number / 10, loss, 1e-4, 1.0, seconds=0.5, tokens=200, memory=1000 * number)


def test_figures() -> None:
    history = RunHistory()
    history.add([started(), Stage("features", 1, 4), step(1), step(2), Evaluated(2, {"acc50": 0.25})])
    assert (history.step, history.total, history.peak_memory) == (2, 10, 2000)
    assert history.tokens_per_second == pytest.approx(400)
    assert history.seconds_left == pytest.approx(4.0)
    assert history.best_accuracy == 0.25
    assert history.stage is None


def test_smoothing_starts_at_the_first_loss_and_survives_nan() -> None:
    history = RunHistory()
    history.add([started(), step(1, 2.0), step(2, 2.0), step(3, math.nan)])
    assert list(history.smooth)[:2] == pytest.approx([2.0, 2.0])
    assert math.isfinite(history.smooth[2])


def test_a_resumed_run_is_drawn_once() -> None:
    history = RunHistory()
    history.add([started(), *(step(n) for n in range(1, 8)), Evaluated(6, {"acc50": 0.9})])
    history.add([started(step=4), step(5, 0.5), step(6, 0.5), Evaluated(6, {"acc50": 0.3})])
    assert list(history.steps) == [1, 2, 3, 4, 5, 6]
    assert list(history.eval_steps) == [6]
    assert history.best_accuracy == 0.3


def test_states_on_disk(run: RunFolder) -> None:
    assert read_summary(run.path).state is RunState.NEW
    writer = EventWriter(run)
    writer.write(started())
    writer.write(step(3, 0.7))
    writer.write(Evaluated(3, {"acc50": 0.4}))
    summary = read_summary(run.path)
    assert (summary.state, summary.step, summary.total, summary.acc50) == (RunState.INTERRUPTED, 3, 10, 0.4)
    with FileLock(run.lock):
        assert read_summary(run.path).state is RunState.RUNNING
    writer.write(Failed("ValueError", "no", ""))
    assert (read_summary(run.path).state, read_summary(run.path).message) == (RunState.FAILED, "no")
    writer.write(started(3))
    writer.write(Finished(10, "done", "adapter"))
    writer.close()
    summary = read_summary(run.path)
    assert (summary.state, summary.message, summary.checkpoint) == (RunState.FINISHED, "", False)


def test_listing_passes_over_other_folders(run: RunFolder) -> None:
    (run.path.parent / "notes").mkdir()
    (run.path.parent / "damaged").mkdir()
    (run.path.parent / "damaged" / "plan.json").write_text("no")
    second = RunFolder(run.path.parent / "second")
    second.create()
    TrainingPlan(data="x").save(second.plan)
    assert {summary.name for summary in list_runs(run.path.parent)} == {"first", "second", "damaged"}
    assert list_runs(run.path / "nowhere") == []
