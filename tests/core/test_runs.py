"""What a run and its watcher agree on: metrics, events, the folder, the plan."""

from __future__ import annotations

import math
import random
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.box import Box
from qvl_desktop.core.errors import PlanError, RunError
from qvl_desktop.core.events import (
    EVENTS,
    Evaluated,
    Event,
    Failed,
    Finished,
    Notice,
    Paused,
    Started,
    Step,
    from_line,
    to_line,
)
from qvl_desktop.core.metrics import GroundingScore, match
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, EventReader, EventWriter, RunFolder, RunState, state_after

STEP = Step(step=3, total=10, epoch=0.5, loss=1.25, learning_rate=1e-4, grad_norm=0.7, seconds=2.0, tokens=99, memory=7)


def test_boxes_are_matched_once_best_first() -> None:
    truth = [Box(0, 0, 100, 100), Box(100, 0, 200, 100)]
    predicted = [Box(90, 0, 190, 100), Box(0, 0, 100, 90), Box(0, 0, 100, 80), Box(500, 500, 600, 600)]
    pairs = match(truth, predicted)
    assert [(i, j) for i, j, _ in pairs] == [(0, 1), (1, 0)]
    assert pairs[0][2] == pytest.approx(0.9)


def test_scores_count_missed_and_surplus_boxes() -> None:
    score = GroundingScore()
    score.add("cat", [Box(0, 0, 100, 100)], [Box(0, 0, 100, 90)])
    score.add("cat", [Box(0, 0, 100, 100)], [Box(0, 0, 40, 100), Box(1, 1, 2, 2)])
    score.add("dog", [Box(0, 0, 100, 100), Box(200, 200, 300, 300)], [], parsed=False)
    figures = score.to_json()
    assert figures["acc50"] == figures["recall"] == pytest.approx(1 / 4)
    assert figures["precision"] == pytest.approx(1 / 3)
    assert figures["mean_iou"] == pytest.approx((0.9 + 0.4) / 4)
    assert (figures["questions"], figures["parse_failures"], figures["boxes"]) == (3, 1, 4)
    assert score.per_ref["cat"].acc50 == pytest.approx(0.5)
    assert GroundingScore().to_json()["acc50"] == 0.0


def sample_of(kind: type[Event]) -> Event:
    """An event of the kind with a value of the right type in each field."""
    examples: dict[str, Any] = {
        "int": 3,
        "bool": True,
        "float": 0.5,
        "str": "文 \n\u2028 x",
        "dict[str, float]": {"acc50": 0.25},
        "dict[str, int]": {"weights": 7},
        "dict[str, Any]": {"source": "猫", "rate": 0.25},
        "dict[str, dict[str, float]]": {"猫": {"acc50": 0.25}},
    }
    values: dict[str, Any] = {f.name: examples[str(f.type)] for f in fields(kind)}
    return kind(**values)


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_survives_its_line(name: str) -> None:
    event = sample_of(EVENTS[name])
    line = to_line(event)
    assert "\n" not in line
    assert from_line(line) == event


def test_numbers_that_json_lacks_come_back_as_nan() -> None:
    event = from_line(to_line(replace(STEP, loss=float("nan"), grad_norm=float("inf"))))
    assert isinstance(event, Step)
    assert math.isnan(event.loss)
    assert math.isnan(event.grad_norm)


@pytest.mark.parametrize(
    "line",
    ["", "loading weights ...", "[1, 2]", '{"event": "step"}', '{"event": "dance", "v": 1}', to_line(STEP)[:-5],
     '{"event": "step", "v": 99, "step": 1}', '{"event": "step", "v": 1, "step": 1}'],
)  # fmt: skip
def test_lines_that_are_no_events_are_passed_over(line: str) -> None:
    assert from_line(line) is None


def test_fields_of_later_programs_are_passed_over() -> None:
    assert from_line(to_line(STEP)[:-1] + ', "temperature": 70}') == STEP


def test_a_follower_reads_each_event_once_and_waits_for_half_a_line(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    reader = EventReader(run)
    assert list(reader.read()) == []
    run.create()
    writer = EventWriter(run)
    events = [replace(STEP, step=number, t=1.0) for number in range(5)]
    for event in events[:3]:
        writer.write(event)
    assert list(reader.read()) == events[:3]
    assert list(reader.read()) == []
    line = to_line(events[3]).encode() + b"\n"
    with run.events.open("ab") as file:
        file.write(line[:20])
        file.flush()
        assert list(reader.read()) == []
        file.write(line[20:])
    assert list(reader.read()) == [events[3]]
    writer.write(events[4])
    writer.close()
    assert list(reader.read()) == [events[4]]
    assert list(EventReader(run).read()) == events


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.integers(0, 2**32))
def test_any_cut_of_the_file_gives_the_same_events(cuts: list[int], seed: int) -> None:
    import tempfile

    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder))
        events = [replace(Notice(rng.choice(["a", "长", "x\ny"]) * rng.randint(1, 30)), t=1.0) for _ in range(8)]
        data = b"".join(to_line(event).encode() + b"\n" for event in events)
        reader, seen, start = EventReader(run), [], 0
        for cut in [*cuts, len(data)]:
            with run.events.open("ab") as file:
                file.write(data[start : start + cut])
            start += cut
            seen += list(reader.read())
        assert seen == events


def test_a_line_cut_off_by_a_crash_is_closed_by_the_next_writer(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.events.write_bytes(to_line(replace(STEP, t=1.0)).encode() + b"\n" + b'{"event": "st')
    writer = EventWriter(run)
    writer.write(replace(STEP, step=4, t=2.0))
    writer.close()
    found = list(EventReader(run).read())
    assert [event.step for event in found if isinstance(event, Step)] == [3, 4]


def test_what_the_user_asked_is_read_back(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    assert run.asked() is Command.RUN
    for command in Command:
        run.ask(command)
        assert run.asked() is command
    run.control.write_text("nonsense", encoding="utf-8")
    assert run.asked() is Command.RUN
    assert sorted(path.name for path in tmp_path.iterdir()) == ["control"]


def test_a_run_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="file"):
        RunFolder(tmp_path / "file" / "run").create()


def test_states_follow_events() -> None:
    started = Started(pid=1, total=5, step=0, world_size=1, device="cpu", precision="fp32", samples=9,
                      trainable_parameters=5)  # fmt: skip
    state = state_after(RunState.NEW, started)
    assert state is RunState.RUNNING
    assert state_after(state, STEP) is state
    assert state_after(state, Evaluated(step=3, metrics={})) is state
    assert state_after(state, Paused(step=5, freed=True)) is RunState.FREED
    assert state_after(RunState.FREED, started) is RunState.RUNNING
    assert state_after(state, Finished(step=5, reason="stopped", adapter="adapter")) is RunState.STOPPED
    assert state_after(state, Finished(step=5, reason="done", adapter="adapter")) is RunState.FINISHED
    assert state_after(state, Failed(kind="X", message="m", traceback="")) is RunState.FAILED


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    plan = TrainingPlan(data="数据.qvl", learning_rate=3e-4, lora_targets=["w1"], seed=5)
    plan.save(tmp_path / "plan.json")
    assert TrainingPlan.load(tmp_path / "plan.json") == plan
    assert plan.checked() is plan


def test_all_problems_of_a_plan_are_told_together() -> None:
    plan = TrainingPlan(method="magic", learning_rate=5.0, epochs=float("nan"), lora_rank=0, lora_targets=[])
    found = plan.problems()
    assert len(found) >= 6
    with pytest.raises(PlanError) as caught:
        plan.checked()
    assert all(problem in str(caught.value) for problem in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "not a training plan"),
        ('{"version": 99}', "not a training plan"),
        ('{"version": 1, "magic": 1, "epochs": "three", "data": "x"}', "epochs, magic"),
    ],
)
def test_a_bad_plan_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=words) as caught:
        TrainingPlan.load(path)
    assert str(path) in str(caught.value)
