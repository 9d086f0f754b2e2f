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

from qvl_desktop.commands.parser import metrics_line
from qvl_desktop.core.events import Evaluated, Event, Notice, Stage, Step
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.core.templates import Language

GRID_NAME = "before-after.png"
LINES_EVERY = 3.0
"""Seconds between two lines about training."""

_STAGES = {
    "start": _N("cli", "starting the training process"),
    "samples": _N("cli", "turning conversations into tokens"),
    "features": _N("cli", "computing what the model sees in each picture, once"),
    "model": _N("cli", "loading the model in 4 bits"),
    "validation": _N("cli", "measuring on held-out samples"),
}


def add_parser(subparsers: Any) -> None:
    """`demo [--out DIR] [--language en|zh]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "demo",
        help=_N("cli", "the whole loop on the shipped model and pictures: annotate, train, compare"),
        description=_N(
            "cli",
            "Teach the shipped model a word it has never met: make a project from the shipped pictures and "
            "regions, make conversations, tune by Q-LoRA, and compare its answers before and after on held-out "
            "pictures. "
            "The last line on stdout is a JSON object with the figures.",
        ),
    )
    parser.add_argument(
        "--out", type=Path, default=Path("demo-out"), metavar="DIR", help=_N("cli", "where to write [demo-out]")
    )
    parser.add_argument(
        "--language", choices=get_args(Language), default="en", help=_N("cli", "of refs and questions [en]")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The demo from start to end."""
    from qvl_desktop.commands import demo_steps as steps
    from qvl_desktop.storage.demo_project import PROJECT_NAME, demo_plan, read_shipped

    tell = Narrator()
    out: Path = args.out.resolve()
    shipped = read_shipped(args.language)
    steps.clear(out)
    tell(translate("cli", "making the project {path}").format(path=out / PROJECT_NAME))
    dataset = steps.make_project(out, shipped, args.language)
    learning = len(dataset.split("train"))
    words = translate("cli", "{pictures} pictures, {conversations} conversations, {learning} to learn from; checked")
    tell(words.format(pictures=len(shipped.pictures), conversations=len(dataset.samples), learning=learning))

    tell(translate("cli", "loading the demo model"))
    examiner = steps.Examiner(dataset, shipped.unseen)
    began = time.perf_counter()
    words = translate("cli", 'asking it for "{word}", a word it has never met, and for shapes it knows')
    tell(words.format(word=shipped.unseen))
    new_before, known_before = examiner.ask(examiner.new), examiner.ask(examiner.known)
    tell.after_training = time.perf_counter() - began
    words = translate("cli", "before: {new} found of the new, {known} of the known")
    tell(words.format(new=f"{steps.acc50(new_before):.0%}", known=f"{steps.acc50(known_before):.0%}"))

    folder = RunFolder(out / "demo.runs" / shipped.unseen)
    steps.train(folder, demo_plan(out / PROJECT_NAME), tell.event)
    examiner.put_on(folder.adapter)
    tell(translate("cli", "asking again, on pictures it was not trained on"))
    new_after, known_after = examiner.ask(examiner.new), examiner.ask(examiner.known)
    words = translate("cli", "after: {new} found of the new, {known} of the known")
    tell(words.format(new=f"{steps.acc50(new_after):.0%}", known=f"{steps.acc50(known_after):.0%}"))

    title = translate("cli", '"{word}" on held-out pictures').format(word=shipped.unseen)
    steps.picture_sheet(title, new_before, new_after).save(out / GRID_NAME)
    tell(translate("cli", "the project, the run and {grid} are in {folder}").format(grid=GRID_NAME, folder=out))
    tell(translate("cli", "look at it in the window: qvl-desktop {path}").format(path=out / PROJECT_NAME))
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
                    self(translate("cli", _STAGES[stage]))
            case Step():
                self._on_step(event)
            case Evaluated(metrics=metrics):
                self(metrics_line(metrics))
            case Notice(message=message):
                self(message)
            case _:
                pass

    def _on_step(self, step: Step) -> None:
        self._recent = [*self._recent[-15:], step.seconds]
        if time.monotonic() - self._last_line < LINES_EVERY and step.step not in (1, step.total):
            return
        left = (step.total - step.step) * sum(self._recent) / len(self._recent) + self.after_training
        words = translate("cli", "training: step {step} of {total}, loss {loss}, {time} left")
        self(words.format(step=step.step, total=step.total, loss=f"{step.loss:.3f}", time=_spoken(left)))


def _spoken(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 60:
        return translate("cli", "about {seconds} s").format(seconds=max(5, round(seconds / 5) * 5))
    return translate("cli", "about {minutes} min").format(minutes=f"{seconds / 60:.1f}")
