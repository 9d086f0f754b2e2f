"""Run folders with a story, for tests of the Train page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Evaluated, Event, Sampled, Started, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventWriter, RunFolder


def steps(count: int, total: int = 0, first: int = 1) -> list[Event]:
    """The start and some steps of a run."""
    told: list[Event] = [Started(1, total or count, first - 1, 1, "cpu", "fp32", 5, 100)]
    return told + [
        Step(number, total or count, 0.1, 1 / number, 1e-4, 2.0, seconds=0.5, tokens=200, memory=1000)
        for number in range(first, first + count)
    ]


def validation(step: int, acc50: float, loss: float = 0.5, **refs: float) -> Evaluated:
    """A validation with the Acc@0.5 of each phrase."""
    metrics = {"acc50": acc50, "mean_iou": acc50 * 0.9, "loss": loss, "parse_failures": 2.0, "questions": 8.0}
    return Evaluated(
        step, metrics, {ref: {"acc50": value, "mean_iou": value, "boxes": 3.0} for ref, value in refs.items()}
    )


def sample(run: Path, step: int, number: int = 1) -> Sampled:
    """A sample picture, written."""
    path = run / "samples" / f"step-{step:06d}-{number}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (320, 240), (40 * number, 90, 120)).save(path)
    return Sampled(step, f"samples/{path.name}", f"Find the thing {number}.", f"<ref>thing {number}</ref>")


def make_run(
    place: Path,
    name: str,
    *events: Event,
    plan: TrainingPlan | None = None,
    checkpoint: bool = False,
    adapter: bool = False,
) -> Path:
    """A run folder with these events."""
    run = RunFolder(place / name)
    run.create()
    replace(plan or TrainingPlan(data="data.json")).save(run.plan)
    run.log.write_text("the first line\nthe last line\n", encoding="utf-8")
    writer = EventWriter(run)
    for event in events:
        writer.write(event)
    writer.close()
    if checkpoint:
        (run.checkpoints / "checkpoint-3").mkdir()
    if adapter:
        run.adapter.mkdir()
        (run.adapter / "adapter_config.json").write_text("{}")
    return run.path


def press(page: QWidget, qtbot: QtBot, name: str) -> None:
    """A real click on a button that is there to be clicked."""
    button = page.findChild(QPushButton, name)
    assert isinstance(button, QPushButton), name
    assert button.isVisible(), name
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def shown(page: QWidget, name: str) -> bool:
    """Whether a button is there to be seen."""
    button = page.findChild(QPushButton, name)
    return button is not None and bool(button.isVisible())
