"""Models to compare, made by a process of their own (the window's holds no torch): one taught model, another one, two
adapters on the first, one of them with a checkpoint of its run."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import torch

from qvl_desktop.core.plan import TrainingPlan
from tests.engine import tiny

QUESTION = "Find the red circle."


def main(target: Path) -> None:
    torch.set_num_threads(1)
    pictures = tiny.make_pictures(target / "pictures")
    taught = tiny.make_taught_model(target / "taught", pictures)
    for name, answer in (("blue", tiny.BLUE), ("green", tiny.TWO)):
        run = target / "runs" / name
        tiny.make_adapter(taught, run / "adapter", pictures, {QUESTION: answer})
        TrainingPlan(model=str(taught), data="demo").save(run / "plan.json")
    shutil.copytree(target / "runs" / "green" / "adapter", target / "runs" / "blue" / "checkpoints" / "checkpoint-20")
    shutil.copytree(taught, target / "other")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
