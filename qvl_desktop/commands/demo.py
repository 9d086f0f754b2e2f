"""`qvl-desktop demo`: the whole loop on the shipped model and pictures, without the window.

Owns the flags and what the demo says while it goes on: plain words and the time left on stderr, one JSON object as
the last line on stdout. Does not own the steps (`demo_steps`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, get_args

from qvl_desktop.core.events import Evaluated, Event, Notice, Stage, Step
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.core.templates import Language

GRID_NAME = "before-after.png"
LINES_EVERY = 3.0
"""Seconds between two lines about training."""

_STAGES = {
    "start": "starting the training process",
    "samples": "turning conversations into tokens",
    "features": "computing what the model sees in each picture, once",
    "model": "loading the model in 4 bits",
    "validation": "measuring on held-out samples",
}


def add_parser(subparsers: Any) -> None:
    """`demo [--out DIR] [--language en|zh]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "demo",
        help="the whole loop on the shipped model and pictures: annotate, train, compare",
        description="Teach the shipped model a word it has never met: make a project from the shipped pictures and "
        "regions, make conversations, tune by Q-LoRA, and compare its answers before and after on held-out pictures. "
        "The last line on stdout is a JSON object with the figures.",
    )
    parser.add_argument("--out", type=Path, default=Path("demo-out"), metavar="DIR", help="where to write [demo-out]")
    parser.add_argument("--language", choices=get_args(Language), default="en", help="of refs and questions [en]")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The demo from start to end."""
    from qvl_desktop.commands import demo_steps as steps
    from qvl_desktop.storage.demo_project import PROJECT_NAME, demo_plan, read_shipped

    tell = Narrator()
    out: Path = args.out.resolve()
    shipped = read_shipped(args.language)
    steps.clear(out)
    tell(f"making the project {out / PROJECT_NAME}")
    dataset = steps.make_project(out, shipped, args.language)
    learning = len(dataset.split("train"))
    tell(f"{len(shipped.pictures)} pictures, {len(dataset.samples)} conversations, {learning} to learn from; checked")

    tell("loading the demo model")
    examiner = steps.Examiner(dataset, shipped.unseen)
    began = time.perf_counter()
    tell(f'asking it for "{shipped.unseen}", a word it has never met, and for shapes it knows')
    new_before, known_before = examiner.ask(examiner.new), examiner.ask(examiner.known)
    tell.after_training = time.perf_counter() - began
    tell(f"before: {steps.acc50(new_before):.0%} found of the new, {steps.acc50(known_before):.0%} of the known")

    folder = RunFolder(out / "demo.runs" / shipped.unseen)
    steps.train(folder, demo_plan(out / PROJECT_NAME), tell.event)
    examiner.put_on(folder.adapter)
    tell("asking again, on pictures it was not trained on")
    new_after, known_after = examiner.ask(examiner.new), examiner.ask(examiner.known)
    tell(f"after: {steps.acc50(new_after):.0%} found of the new, {steps.acc50(known_after):.0%} of the known")

    title = f'"{shipped.unseen}" on held-out pictures'
    steps.picture_sheet(title, new_before, new_after).save(out / GRID_NAME)
    tell(f"the project, the run and {GRID_NAME} are in {out}")
    tell(f"look at it in the window: qvl-desktop {out / PROJECT_NAME}")
    figures = {
        "acc50_before": round(steps.acc50(new_before), 4),
        "acc50_after": round(steps.acc50(new_after), 4),
        "acc50_known_before": round(steps.acc50(known_before), 4),
        "acc50_known_after": round(steps.acc50(known_after), 4),
        "seconds": round(tell.seconds, 1),
    }
    print(json.dumps(figures), flush=True)
    return 0


class Narrator:
    """Says on stderr what is being done, with the time since the start.

    `after_training` is how many seconds the questions after training will take, known once those before are asked.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last_line = 0.0
        self._stage = ""
        self._recent: list[float] = []
        self.after_training = 0.0

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def __call__(self, line: str) -> None:
        """One line."""
        self._last_line = time.monotonic()
        minutes, seconds = divmod(int(self.seconds), 60)
        print(f"[{minutes}:{seconds:02d}] {line}", file=sys.stderr, flush=True)

    def event(self, event: Event) -> None:
        """What the run tells, in words."""
        match event:
            case Stage(stage=stage) if stage != self._stage:
                self._stage = stage
                if stage in _STAGES:
                    self(_STAGES[stage])
            case Step():
                self._on_step(event)
            case Evaluated(metrics=metrics):
                self("validation: " + ", ".join(f"{name} {value:.3g}" for name, value in metrics.items()))
            case Notice(message=message):
                self(message)
            case _:
                pass

    def _on_step(self, step: Step) -> None:
        self._recent = [*self._recent[-15:], step.seconds]
        if time.monotonic() - self._last_line < LINES_EVERY and step.step not in (1, step.total):
            return
        left = (step.total - step.step) * sum(self._recent) / len(self._recent) + self.after_training
        self(f"training: step {step.step} of {step.total}, loss {step.loss:.3f}, {_spoken(left)} left")


def _spoken(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 60:
        return f"about {max(5, round(seconds / 5) * 5)} s"
    return f"about {seconds / 60:.1f} min"
