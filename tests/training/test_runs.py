"""Whole runs: what a run leaves behind, how it obeys, how it fails, and that killed ones are resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qvl_desktop.core.adapter_card import AdapterCard, model_fingerprint
from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.events import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Notice,
    Paused,
    Resumed,
    Sampled,
    Saved,
    Stage,
    Started,
    Step,
)
from qvl_desktop.core.lockfile import LockError, is_locked
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, EventReader, RunFolder, RunState, state_after
from qvl_desktop.jobs.child import child_command, child_environment, detached
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.storage.project import Project
from tests.training.conftest import carry_out, events_of, losses_of, make_run

STEPS = 12  # 10 samples in batches of 2, two batches a step: 3 steps an epoch, 4 epochs


def test_a_run_leaves_exactly_this(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, eval_steps=6, eval_samples=8)
    assert carry_out(run, tiny_model, dataset) == 0
    events = events_of(run)

    started = next(event for event in events if isinstance(event, Started))
    assert (started.total, started.step, started.samples, started.world_size) == (STEPS, 0, 10, 1)
    assert started.pid == os.getpid()
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.step for step in steps] == list(range(1, STEPS + 1))
    assert all(step.total == STEPS and step.tokens > 0 and step.memory > 0 and step.seconds > 0 for step in steps)
    assert steps[-1].epoch == pytest.approx(4.0)
    assert steps[-1].loss < steps[0].loss
    measured = [event for event in events if isinstance(event, Evaluated)]
    assert [event.step for event in measured] == [0, 6, 12]
    assert set(measured[-1].metrics) == {"loss", "acc50", "mean_iou", "precision", "parse_failures", "questions"}
    assert measured[-1].metrics["loss"] < measured[0].metrics["loss"]
    saved = [event.path for event in events if isinstance(event, Saved)]
    assert saved == ["checkpoints/checkpoint-4", "checkpoints/checkpoint-8", "checkpoints/checkpoint-12", "adapter"]
    assert events[-1] == replace(Finished(step=STEPS, reason="done", adapter="adapter"), t=events[-1].t)
    assert all((run.path / event.path).stat().st_size > 0 for event in events if isinstance(event, Sampled))

    checkpoint = {
        "README.md", "adapter_config.json", "adapter_model.safetensors", "optimizer.pt", "plan.json", "rng_state.pth",
        "scheduler.pt", "seal.json", "trainer_state.json", "written.json",
    }  # fmt: skip
    assert {path.name for path in run.path.iterdir()} == {
        "adapter", "checkpoints", "events.jsonl", "lock", "log.txt", "plan.json", "samples",
    }  # fmt: skip
    assert {path.name for path in run.checkpoints.iterdir()} == {"checkpoint-8", "checkpoint-12"}
    assert {path.name for path in (run.checkpoints / "checkpoint-12").iterdir()} == checkpoint
    assert {path.name for path in run.adapter.iterdir()} == {
        "README.md", "adapter_config.json", "adapter_model.safetensors", "plan.json", "qvl_adapter.json",
    }  # fmt: skip
    assert not is_locked(run.lock)


def test_the_adapter_opens_with_its_base(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "mine", tiny_model, max_steps=2)
    assert carry_out(run, tiny_model, dataset) == 0
    card = AdapterCard.load(run.adapter)
    assert (card.base, card.method, card.run, card.data, card.steps) == (str(tiny_model), "lora", "mine", "red", 2)
    assert card.base_fingerprint == model_fingerprint(tiny_model)
    model = load_model(tiny_model, adapter=run.adapter)
    learnt = {name: value for name, value in model.named_parameters() if "lora_B" in name}
    assert len(learnt) == 8
    assert all(value.abs().max() > 0 for value in learnt.values())


def test_a_full_run_leaves_a_model(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, method="full", max_steps=2, learning_rate=1e-3)
    assert carry_out(run, tiny_model, dataset) == 0
    assert isinstance(events_of(run)[-1], Finished)
    tuned, base = load_model(run.path / "model"), load_model(tiny_model)
    before = dict(base.named_parameters())
    changed = [name for name, value in tuned.named_parameters() if not value.equal(before[name])]
    assert any("visual" in name for name in changed)
    assert any("transformer.h" in name for name in changed)


def test_pause_and_resume_change_nothing(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    plain = make_run(tmp_path / "plain", tiny_model)
    paused = make_run(tmp_path / "paused", tiny_model)

    def pause(event: Event) -> None:
        if isinstance(event, Step) and event.step == 3:
            paused.ask(Command.PAUSE)
        if isinstance(event, Paused):
            threading.Timer(1.0, paused.ask, [Command.RUN]).start()

    assert carry_out(plain, tiny_model, dataset) == 0
    assert carry_out(paused, tiny_model, dataset, observers=[pause]) == 0
    events = events_of(paused)
    held = next(event for event in events if isinstance(event, Paused))
    freed = next(event for event in events if isinstance(event, Resumed))
    assert held.step == freed.step == 3
    assert freed.t - held.t > 0.9
    assert losses_of(paused) == losses_of(plain)
    assert next(event for event in events if isinstance(event, Step) and event.step == 4).seconds < freed.t - held.t


def test_stop_saves_and_resume_reaches_the_same_end(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    plain = make_run(tmp_path / "plain", tiny_model)
    stopped = make_run(tmp_path / "stopped", tiny_model)
    assert carry_out(plain, tiny_model, dataset) == 0

    def stop(event: Event) -> None:
        if isinstance(event, Step) and event.step == 5:
            stopped.ask(Command.STOP)

    assert carry_out(stopped, tiny_model, dataset, observers=[stop]) == 0
    last = events_of(stopped)[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.step) == ("stopped", 5)
    assert (stopped.adapter / "adapter_model.safetensors").is_file()
    assert (stopped.checkpoints / "checkpoint-5").is_dir()

    stopped.ask(Command.RUN)
    assert carry_out(stopped, tiny_model, dataset, resume=True) == 0
    assert losses_of(stopped) == losses_of(plain)
    weights = [run.adapter / "adapter_model.safetensors" for run in (plain, stopped)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_samples_on_wish(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, eval_samples=2, max_steps=6)

    def wish(event: Event) -> None:
        if isinstance(event, Step) and event.step == 2:
            run.ask(Command.SAMPLE)

    assert carry_out(run, tiny_model, dataset, observers=[wish]) == 0
    sampled = [event.step for event in events_of(run) if isinstance(event, Sampled)]
    assert sampled == [0, 0, 2, 2, 6, 6]


def test_a_diverged_run_says_so(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    model = load_model(tiny_model)
    model.transformer.ln_f.weight.data[0] = float("nan")
    model.save_pretrained(tmp_path / "broken")
    for name in ("qwen.tiktoken", "tokenizer_config.json"):
        (tmp_path / "broken" / name).write_bytes((tiny_model / name).read_bytes())
    run = make_run(tmp_path / "run", tmp_path / "broken", save_steps=1)
    assert carry_out(run, tmp_path / "broken", dataset) == 1
    events = events_of(run)
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "DivergedError"
    assert "learning rate of 0.01" in events[-1].message
    assert "at step 1, first at record " in events[-1].message
    assert not any(isinstance(event, Saved) for event in events)


def test_the_sample_whose_loss_is_no_number_is_named(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    """One word of the table is broken; only one sample says it."""
    rare = dataset.samples[4]
    turns = rare.conversation.turns
    odd = replace(rare, conversation=replace(rare.conversation, turns=(turns[0], replace(turns[1], text="Q"))))
    model, processor = load_model(tiny_model), load_processor(tiny_model)
    (token,) = processor.tokenizer("Q", add_special_tokens=False)["input_ids"]
    model.transformer.wte.weight.data[token] = float("nan")
    model.save_pretrained(tmp_path / "broken")
    for name in ("qwen.tiktoken", "tokenizer_config.json"):
        (tmp_path / "broken" / name).write_bytes((tiny_model / name).read_bytes())
    run = make_run(tmp_path / "run", tmp_path / "broken", save_steps=1)
    data = Dataset("odd", tuple(odd if sample is rare else sample for sample in dataset.samples))
    assert carry_out(run, tmp_path / "broken", data) == 1
    failed = events_of(run)[-1]
    assert isinstance(failed, Failed)
    assert f"first at {odd.source}." in failed.message
    steps = [event.step for event in events_of(run) if isinstance(event, Step)]
    saved = [event.step for event in events_of(run) if isinstance(event, Saved)]
    assert steps == saved, "what was saved is from before"


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (lambda data: Dataset("empty", data.split("val")), "TrainingDataError", "nothing to learn from"),
        (
            lambda data: Dataset("gone", (replace(data.samples[0], pictures=(Path("gone.png"),)),)),
            "TrainingDataError",
            "gone.png",
        ),
        (
            lambda data: Dataset("broken", (replace(data.samples[0], pictures=(Path(__file__),)),)),
            "PictureError",
            "not a picture",
        ),
    ],
)
def test_bad_data_is_a_sentence(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, spoil: Callable[[Dataset], Dataset], kind: str, words: str
) -> None:
    run = make_run(tmp_path / "run", tiny_model)
    assert carry_out(run, tiny_model, spoil(dataset)) == 1
    last = events_of(run)[-1]
    assert isinstance(last, Failed)
    assert last.kind == kind
    assert words in last.message
    assert "Traceback" in last.traceback
    assert last.kind in run.log.read_text(encoding="utf-8")
    assert not is_locked(run.lock)


def test_samples_left_out_are_notices(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    mute = replace(dataset.samples[0], conversation=Conversation(dataset.samples[0].conversation.turns[:1]))
    run = make_run(tmp_path / "run", tiny_model, max_steps=1)
    assert (
        carry_out(run, tiny_model, Dataset("mixed", (mute, *dataset.samples[1:4]), ("record 9 was unreadable",))) == 0
    )
    notices = [event.message for event in events_of(run) if isinstance(event, Notice)]
    assert notices[0] == "record 9 was unreadable"
    assert notices[1].startswith("record 0 is left out: ")


def test_a_full_disk_is_a_sentence(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device", "checkpoint")

    monkeypatch.setattr("qvl_desktop.training.trainer.place_folder", no_space)
    run = make_run(tmp_path / "run", tiny_model)
    assert carry_out(run, tiny_model, dataset) == 1
    last = events_of(run)[-1]
    assert isinstance(last, Failed)
    assert last.kind == "DiskFullError"
    assert list(run.checkpoints.iterdir()) == []


def test_another_method_does_not_resume(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, max_steps=2, save_steps=2)
    assert carry_out(run, tiny_model, dataset) == 0
    replace(TrainingPlan.load(run.plan), lora_rank=8).save(run.plan)
    assert carry_out(run, tiny_model, dataset, resume=True) == 1
    last = events_of(run)[-1]
    assert isinstance(last, Failed)
    assert last.kind == "CheckpointError"


# The real command, in a process of its own


def project_of(folder: Path, dataset: Dataset) -> Path:
    """The samples as a project file."""
    path = folder / "red.qvl"
    with Project.create(path) as project:
        project.add_pictures([picture for sample in dataset.samples for picture in sample.pictures])
        for sample in dataset.samples:
            project.add_conversation(sample.conversation, sample.split)
    return path


def start(run: RunFolder, *more: str) -> subprocess.Popen[bytes]:
    """`train RUN` as the window starts it."""
    with run.log.open("ab") as log:
        return subprocess.Popen(
            child_command("train", str(run.path), *more),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child_environment(OMP_NUM_THREADS="1"),
            **detached(),
        )


def wait_for(run: RunFolder, wanted: Callable[[Event], bool], child: subprocess.Popen[bytes]) -> None:
    """Follow the events until one is wanted."""
    reader = EventReader(run)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if any(wanted(event) for event in list(reader.read())):
            return
        if child.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError(run.log.read_text(encoding="utf-8"))


def state_of(run: RunFolder) -> RunState:
    state = RunState.NEW
    for event in events_of(run):
        state = state_after(state, event)
    return state


def test_a_killed_child_is_seen_and_resumed_to_the_same_end(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    data = str(project_of(tmp_path, dataset))
    settings = {"data": data, "epochs": 10.0, "save_steps": 5}
    whole = make_run(tmp_path / "whole", tiny_model, **settings)
    assert carry_out(whole, tiny_model, dataset) == 0

    run = make_run(tmp_path / "killed", tiny_model, **settings)
    child = start(run)
    wait_for(run, lambda event: isinstance(event, Step) and event.step >= 12, child)
    assert is_locked(run.lock)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert not is_locked(run.lock)
    assert state_of(run) is RunState.RUNNING  # the last word is not a final one: with the lock free, interrupted
    last = max(losses_of(run))
    assert 12 <= last < 30

    child = start(run, "--resume")
    assert child.wait(120) == 0, run.log.read_text(encoding="utf-8")
    assert state_of(run) is RunState.FINISHED
    resumed = [event for event in events_of(run) if isinstance(event, Started)][-1]
    assert resumed.step == last // 5 * 5
    assert losses_of(run) == pytest.approx(losses_of(whole), abs=1e-6)
    assert len(losses_of(run)) == 30


def test_the_command_makes_a_run_from_flags(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    data = project_of(tmp_path, dataset)
    settings = "--method qlora --epochs 1 --batch-size 2 --accumulation 2 --lora-rank 2 --lora-targets c_attn w1"
    command = child_command("train", "--model", str(tiny_model), "--data", str(data), "--run", str(tmp_path / "run"))
    child = subprocess.run(
        [*command, *settings.split(" ")], env=child_environment(OMP_NUM_THREADS="1"), capture_output=True, text=True
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout == ""
    run = RunFolder(tmp_path / "run")
    plan = TrainingPlan.load(run.plan)
    assert (plan.method, plan.lora_rank, plan.lora_targets) == ("qlora", 2, ["c_attn", "w1"])
    assert "step 3 of 3" in child.stderr
    assert "done after 3 steps" in child.stderr
    lines = [json.loads(line) for line in run.events.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["event"] == "stage"
    assert lines[-1] == lines[-1] | {"event": "finished", "reason": "done", "step": 3, "adapter": "adapter"}

    again = subprocess.run(command, env=child_environment(), capture_output=True, text=True)
    assert again.returncode == 1
    assert "there is a run here already" in again.stderr


def test_a_run_has_one_process(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, max_steps=2)
    seen: list[bool] = []

    def second(event: Event) -> None:
        if isinstance(event, Started):
            with pytest.raises(LockError, match="another process"):
                carry_out(run, tiny_model, dataset)
            seen.append(is_locked(run.lock))

    assert carry_out(run, tiny_model, dataset, observers=[second]) == 0
    assert seen == [True]


def test_a_stop_before_the_first_step_leaves_a_clean_end(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model)

    def stop(event: Event) -> None:
        if isinstance(event, Stage) and event.stage == "features":
            run.ask(Command.STOP)

    assert carry_out(run, tiny_model, dataset, observers=[stop]) == 0
    last = events_of(run)[-1]
    assert isinstance(last, Finished)
    assert (last.reason, last.step, last.adapter) == ("stopped", 0, "")
    assert not run.adapter.exists()


def test_resuming_on_other_data_is_told(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", tiny_model, max_steps=4, save_steps=2)
    assert carry_out(run, tiny_model, dataset) == 0
    replace(TrainingPlan.load(run.plan), max_steps=6).save(run.plan)
    assert carry_out(run, tiny_model, Dataset("less", dataset.samples[:8]), resume=True) == 0
    assert "10 samples then, 8 now" in [event.message for event in events_of(run) if isinstance(event, Notice)][-1]
    assert max(losses_of(run)) == 6


def test_a_polite_end_from_outside_saves(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    data = str(project_of(tmp_path, dataset))
    run = make_run(tmp_path / "run", tiny_model, data=data, epochs=400.0, save_steps=1000)
    child = start(run)
    wait_for(run, lambda event: isinstance(event, Step) and event.step >= 3, child)
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 0, run.log.read_text(encoding="utf-8")
    last = events_of(run)[-1]
    assert isinstance(last, Finished)
    assert last.reason == "stopped"
    assert (run.checkpoints / f"checkpoint-{last.step}").is_dir()
    assert (run.adapter / "adapter_model.safetensors").is_file()
