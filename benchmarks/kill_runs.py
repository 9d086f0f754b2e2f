"""SIGKILL at random moments of a real training run: does it go on, from a whole checkpoint, to the same losses?

    python benchmarks/kill_runs.py [--kills 20] [--seed S] [--save]

A run on the demo project is started as the window starts it and killed again and again: while it loads, between two
steps, and in the middle of writing a checkpoint. After each kill every checkpoint that has its name is read against the
hashes in its seal, and `train RUN --resume` goes on. In the end all losses are held against those of a run that was
left alone, in float32, to the last bit. The quick version of the same is part of the tests.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, show
from qvl_desktop.core.events import Event, Started, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.jobs.child import child_command, child_environment, detached
from qvl_desktop.training.checkpoints import checkpoints, damage

Moment = Literal["loading", "steps", "checkpoint"]
MOMENTS: tuple[Moment, ...] = ("checkpoint", "steps", "checkpoint", "loading")
STEPS = 400
SAVE_STEPS = 3
WAIT = 300.0
"""Seconds after which a run that does not reach the moment has failed."""


@dataclass(slots=True)
class Outcome:
    """What came of one series of kills."""

    kills: dict[Moment, int] = field(default_factory=dict)
    lost_steps: list[int] = field(default_factory=list)
    checked: int = 0
    partial: int = 0
    damaged: list[str] = field(default_factory=list)
    steps: int = 0
    different: list[int] = field(default_factory=list)


def losses_of(run: RunFolder) -> dict[int, float]:
    """Loss by step; a step that was made again counts as it was made last."""
    return {event.step: event.loss for event in EventReader(run).read() if isinstance(event, Step)}


def make_run(folder: Path, plan: TrainingPlan) -> RunFolder:
    """A run folder with a plan."""
    run = RunFolder(folder)
    run.create()
    plan.save(run.plan)
    return run


def start(run: RunFolder) -> subprocess.Popen[bytes]:
    """The run's process, new or resumed, as the window starts it."""
    resume = ["--resume"] if run.events.exists() else []
    with run.log.open("ab") as log:
        return subprocess.Popen(
            child_command("train", str(run.path), *resume),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child_environment(OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES=""),
            **detached(),
        )


def wait_for(child: subprocess.Popen[bytes], reached: Callable[[], bool], pause: float) -> bool:
    """Whether the moment came; False when the process ended before."""
    until = time.monotonic() + WAIT
    while child.poll() is None:
        if reached():
            return True
        if time.monotonic() > until:
            child.kill()
            child.wait()
            raise TimeoutError("the run does not get on")
        time.sleep(pause)
    return False


def kill_at(run: RunFolder, child: subprocess.Popen[bytes], moment: Moment, chance: random.Random) -> bool:
    """Wait for a moment and kill; False when the run came to its end before."""
    reader = EventReader(run)
    list(reader.read())

    def told(kind: type[Event]) -> Callable[[], bool]:
        return lambda: any(isinstance(event, kind) for event in reader.read())

    if moment == "loading":
        came = wait_for(child, lambda: True, 0.0)
        time.sleep(chance.uniform(0.1, 3.0))
    elif moment == "steps":
        came = wait_for(child, told(Step), 0.005)
        time.sleep(chance.uniform(0.0, 0.3))
    else:
        writing = run.checkpoints / ".partial"
        came = wait_for(child, told(Step), 0.005)
        for _ in range(chance.randint(1, 3)):
            came = came and wait_for(child, lambda: not writing.exists(), 0.0005)
            came = came and wait_for(child, writing.exists, 0.0005)
        time.sleep(chance.uniform(0.0, 0.01))
    if not came or child.poll() is not None:
        return False
    child.kill()
    child.wait()
    return True


def check(run: RunFolder, outcome: Outcome) -> None:
    """Hold every checkpoint that is in its place against its seal."""
    for path in checkpoints(run.checkpoints):
        outcome.checked += 1
        if reason := damage(path):
            outcome.damaged.append(f"{path.name}: {reason}")


def kill_and_resume(
    plan: TrainingPlan, folder: Path, kills: int, seed: int, told: Callable[[int], None] = lambda done: None
) -> Outcome:
    """Carry out a plan twice, once left alone and once killed so many times; what came of it.

    Raises `RuntimeError` when either does not come to its end.
    """
    chance, outcome = random.Random(seed), Outcome()
    alone, killed = make_run(folder / "alone", plan), make_run(folder / "killed", plan)
    if start(alone).wait():
        raise RuntimeError(alone.log.read_text(encoding="utf-8"))
    for number in range(kills):
        moment = MOMENTS[number % len(MOMENTS)]
        child = start(killed)
        if not kill_at(killed, child, moment, chance):
            break
        outcome.kills[moment] = outcome.kills.get(moment, 0) + 1
        outcome.partial += moment == "checkpoint" and (killed.checkpoints / ".partial").exists()
        check(killed, outcome)
        told(number + 1)
    if start(killed).wait():
        raise RuntimeError(killed.log.read_text(encoding="utf-8"))
    check(killed, outcome)
    outcome.lost_steps = _lost(killed)
    whole, final = losses_of(alone), losses_of(killed)
    outcome.steps = len(whole)
    outcome.different = [step for step in whole if final.get(step) != whole[step]]
    return outcome


def _lost(run: RunFolder) -> list[int]:
    """The steps that were made again after each kill."""
    lost, last = [], 0
    for event in EventReader(run).read():
        if isinstance(event, Started):
            lost.append(last - event.step)
            last = event.step
        elif isinstance(event, Step):
            last = event.step
    return lost[1:]


def demo_settings(data: Path) -> TrainingPlan:
    """Steps of the demo model that take a moment, so that checkpoints are a good part of the time."""
    return replace(
        TrainingPlan(model="demo", data=str(data), method="lora", precision="fp32", lora_rank=8, lora_dropout=0.1),
        batch_size=2, accumulation=2, learning_rate=5e-4, epochs=100.0, max_steps=STEPS, save_steps=SAVE_STEPS,
        eval_steps=0, eval_samples=0,
    )  # fmt: skip


def main() -> None:
    """Kill, resume, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/kill_runs.md")
    options = parser.parse_args()
    from qvl_desktop.storage.demo_project import make_demo_project, read_shipped

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        data = make_demo_project(place / "demo", read_shipped("en"), "en")

        def tell(done: int) -> None:
            print(f"{done} of {options.kills} kills", file=sys.stderr, flush=True)

        found = kill_and_resume(demo_settings(data), place, options.kills, options.seed, tell)
    names: dict[Moment, str] = {"loading": "while it loads", "steps": "between steps", "checkpoint": "in a checkpoint"}
    rows = [Row(f"kills {names[moment]}", count, "kills") for moment, count in found.kills.items()]
    rows += [
        Row("kills that left half a checkpoint beside", found.partial, "kills", None, "under no checkpoint's name"),
        Row("checkpoints read against their hashes", found.checked, "times"),
        Row("of these damaged", len(found.damaged), "times", None, "; ".join(found.damaged)),
        Row("steps made again after a kill, mean", sum(found.lost_steps) / max(len(found.lost_steps), 1), "steps",
            SAVE_STEPS, "yardstick: a checkpoint every so many steps"),
        Row("steps with another loss", len(found.different), "steps", None, f"of {found.steps}; to the last bit"),
    ]  # fmt: skip
    show("Runs that are killed", rows, save_as="kill_runs" if options.save else "")


if __name__ == "__main__":
    main()
