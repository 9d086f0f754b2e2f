"""How fast a run is on this machine's processor, and what the feature cache and whole batches are worth.

Trains the demo model on the demo pictures for a few steps, each case in a process of its own, and prints a table.
Run: `python benchmarks/train_cpu.py [--steps N]`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, show
from qvl_desktop.core.events import Event, Stage, Started, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.storage.demo_project import PROJECT_NAME, make_demo_project, read_shipped

CASES: dict[str, dict[str, Any]] = {
    "Q-LoRA, features cached": {},
    "LoRA, features cached": {"method": "lora"},
    "LoRA, pictures through the tower each time": {"method": "lora", "cached": False},
    "full": {"method": "full", "learning_rate": 1e-4},
}
SKIPPED = 3
"""First steps, which pay for warming up."""


def work(folder: Path, project: Path, steps: int, settings: dict[str, Any]) -> None:
    """One case: a run of `steps` steps."""
    from qvl_desktop.models.names import resolve_model
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.runner import leave, run_training

    cached = settings.pop("cached", True)
    plan = {
        "model": "demo",
        "data": str(project),
        "batch_size": 8,
        "accumulation": 1,
        "epochs": 100.0,
        "eval_samples": 0,
    }
    run = RunFolder(folder)
    run.create()
    TrainingPlan(**(plan | {"max_steps": steps, "save_steps": steps, "learning_rate": 1e-3} | settings)).save(run.plan)
    leave(run_training(run, lambda plan: load_dataset(Path(plan.data)), resolve_model, cached=cached))


def seconds_between(events: list[Event], stage: str) -> float:
    """From the first to the last event of a stage."""
    times = [event.t for event in events if isinstance(event, Stage) and event.stage == stage]
    return times[-1] - times[0] if times else 0.0


def rows_of(name: str, events: list[Event]) -> list[Row]:
    """The figures of one run."""
    steps = [event for event in events if isinstance(event, Step)]
    measured = steps[SKIPPED:]
    seconds = statistics.median(step.seconds for step in measured)
    tokens = statistics.median(step.tokens / step.seconds for step in measured)
    begun = next(event.t for event in events if isinstance(event, Started))
    return [
        Row(f"{name}: a step of 8 samples", seconds * 1000, "ms"),
        Row(f"{name}: tokens", tokens, "a second"),
        Row(f"{name}: from the first word to the first step", begun - events[0].t, "s"),
        Row(f"{name}: features of all pictures", seconds_between(events, "features"), "s"),
        Row(f"{name}: resident memory", max(step.memory for step in steps) / 2**20, "MiB"),
    ]


def main() -> None:
    """Run the cases one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--save", action="store_true", help="write the table to benchmarks/results")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "demo"
        make_demo_project(out, read_shipped("en"), "en")
        for number, (name, settings) in enumerate(CASES.items()):
            folder = Path(place) / f"run-{number}"
            context = multiprocessing.get_context("spawn")
            process = context.Process(target=work, args=(folder, out / PROJECT_NAME, options.steps, settings.copy()))
            process.start()
            process.join()
            rows += rows_of(name, list(EventReader(RunFolder(folder)).read()))
    show("Training on the processor", rows, save_as="train_cpu" if options.save else "")


if __name__ == "__main__":
    main()
