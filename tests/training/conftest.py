"""A tiny model, a dozen pictures with one red rectangle each, and runs that take a second."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.events import Event, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.training.runner import run_training
from tests.engine.tiny import make_model
from tests.models.tiny_families import EVERY
from tests.models.tiny_families import make_model as make_family

SIZE = (80, 60)
TRAIN, HELD_OUT = 10, 3


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A run in this process takes over the signals; give them back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny model of each later family, by name."""
    made = tmp_path_factory.mktemp("families")
    return {name: make_family(name, made / name) for name in EVERY}


def rect(number: int) -> Rect:
    """Where the red rectangle of a picture is, in pixels."""
    return Rect(5.0 + 3 * number, 10.0, 30.0 + 3 * number, 20.0 + 2 * number)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for number in range(TRAIN + HELD_OUT):
        image = Image.new("RGB", SIZE, (255, 255 - 10 * number, 255))
        place = rect(number)
        image.paste("red", (int(place.x1), int(place.y1), int(place.x2), int(place.y2)))
        paths.append(folder / f"{number:02d}.png")
        image.save(paths[-1])
    return paths


def sample(number: int, picture: Path) -> Sample:
    """One grounding question; odd ones are longer than even ones."""
    words = "Find the red rectangle in this picture, please." if number % 2 else "Find it."
    answer = format_ref("red", [Box.encode(rect(number), *SIZE)])
    turns = (user_turn([str(picture)], words), Turn("assistant", answer))
    split: Any = "train" if number < TRAIN else "val"
    return Sample(Conversation(turns, str(number)), (picture,), split, f"record {number}")


@pytest.fixture(scope="session")
def dataset(pictures: list[Path]) -> Dataset:
    return Dataset("red", tuple(sample(number, path) for number, path in enumerate(pictures)))


def make_run(folder: Path, model: Path, **settings: Any) -> RunFolder:
    """A run folder with a plan: 2 x 2 samples a step, checkpoints every 4 steps."""
    run = RunFolder(folder)
    run.create()
    chosen: dict[str, Any] = {
        "model": str(model), "data": "red", "method": "lora", "epochs": 4.0, "batch_size": 2, "accumulation": 2,
        "lora_rank": 4, "learning_rate": 1e-2, "lora_dropout": 0.1, "eval_steps": 0, "save_steps": 4, "eval_samples": 0,
    }  # fmt: skip
    TrainingPlan(**(chosen | settings)).save(run.plan)
    return run


def carry_out(run: RunFolder, model: Path, data: Dataset, **options: Any) -> int:
    """The run in this process."""
    return run_training(run, lambda plan: data, lambda name: model, **options)


def events_of(run: RunFolder) -> list[Event]:
    return list(EventReader(run).read())


def losses_of(run: RunFolder) -> dict[int, float]:
    """Loss by step; a step that was made again after a resume counts as it was made last."""
    return {event.step: event.loss for event in events_of(run) if isinstance(event, Step)}
