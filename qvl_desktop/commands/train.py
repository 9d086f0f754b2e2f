"""`qvl-desktop train`: start or resume a run in this process.

Owns what a terminal says and sees of a run; its settings are flags made from the plan (`plan_flags`). Does not own
the run (`training.runner`).
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from qvl_desktop.commands.plan_flags import add_plan_flags, given_settings
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import PlanError, RunError
from qvl_desktop.core.events import Evaluated, Event, Failed, Finished, Notice, Paused, Resumed, Stage, Started, Step
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import CHANGEABLE, TrainingPlan
from qvl_desktop.core.run_folder import RunFolder

STEP_LINES_EVERY = 1.0
"""Seconds between two lines about steps on the terminal."""


def add_parser(subparsers: Any) -> None:
    """`train RUN [--resume]` and `train --model M --data D --run RUN [--learning-rate ...]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help="tune a model on a project or data file",
        description="Tune a model: either a new run from --model, --data and settings, or the plan.json of an "
        "existing run folder. Ctrl-C finishes the step, saves and ends; a second Ctrl-C ends at once.",
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="RUN", help="a run folder that holds a plan.json")
    parser.add_argument("--run", dest="new_folder", type=Path, metavar="RUN", help="the folder of a new run")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the last checkpoint of the run, with less memory when told so: --batch-size, ...",
    )
    add_plan_flags(parser)
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Carry out the command; does not return when training ran (the process ends at once, see `runner.leave`)."""
    try:
        chosen = given_settings(args)
    except PlanError as error:
        args.parser.error(str(error))
    if (args.folder is None) == (args.new_folder is None):
        args.parser.error("name one run folder: RUN for an existing one, or --run RUN for a new one")
    folder = RunFolder((args.folder or args.new_folder).resolve())
    if args.folder is not None:
        if chosen and (not args.resume or set(chosen) - set(CHANGEABLE)):
            args.parser.error(
                "an existing run has its settings in plan.json: leave the flags out. With --resume these may change: "
                + ", ".join(f"--{name.replace('_', '-')}" for name in CHANGEABLE)
            )
        _check_existing(folder, resume=args.resume)
        if chosen:
            replace(TrainingPlan.load(folder.plan), **chosen).checked().save(folder.plan)
    else:
        if args.resume:
            args.parser.error("to resume, name the run folder without --run: train RUN --resume")
        try:
            _create(folder, chosen)
        except PlanError as error:
            args.parser.error(str(error))

    from qvl_desktop.training.distributed import launched, start_together
    from qvl_desktop.training.runner import leave, run_training

    plan = TrainingPlan.load(folder.plan)
    if plan.processes > 1 and not launched():
        start_together(plan, folder.path, resume=args.resume)
    code = run_training(folder, _load_data, _resolve_model, resume=args.resume, observers=[TerminalReport()])
    leave(code)
    return code


def _check_existing(folder: RunFolder, *, resume: bool) -> None:
    if not folder.plan.is_file():
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: this is no run folder: it has no plan.json."), path=folder.path
        )
    if not resume and folder.events.is_file() and any(folder.checkpoints.glob("checkpoint-*")):
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: this run has begun already. Go on with --resume, or start a new run."),
            path=folder.path,
        )


def _create(folder: RunFolder, chosen: dict[str, Any]) -> None:
    plan = TrainingPlan.from_dict(chosen).checked()
    if folder.events.exists() or folder.plan.exists():
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: there is a run here already. Choose another folder, or go on with "
                                        "train RUN --resume."),
            path=folder.path,
        )  # fmt: skip
    folder.create()
    plan.save(folder.plan)


def _load_data(plan: TrainingPlan) -> Dataset:
    from qvl_desktop.storage.dataset import load_dataset

    return load_dataset(Path(plan.data))


def _resolve_model(name: str) -> Path:
    from qvl_desktop.models.names import resolve_model

    return resolve_model(name)


class TerminalReport:
    """Says on stderr, in plain lines, what a run does."""

    def __init__(self) -> None:
        self._stage = ("", -1)
        self._last_line = 0.0
        self._seconds: list[float] = []

    def __call__(self, event: Event) -> None:
        """Print one event, steps no more often than once a second."""
        match event:
            case Stage(stage=stage, done=done, total=total):
                self._on_stage(stage, done, total)
            case Started():
                self._say(
                    f"training on {event.device} ({event.precision}): {event.samples} samples, "
                    f"{event.trainable_parameters:,} trainable weights, steps {event.step}-{event.total}"
                )
            case Step():
                self._on_step(event)
            case Evaluated(metrics=metrics):
                self._say("validation: " + ", ".join(f"{name} {value:.4g}" for name, value in metrics.items()))
            case Notice(message=message):
                self._say(f"note: {message}")
            case Paused(freed=True, step=step):
                self._say(f"paused after step {step}: all is saved, the memory is free. Go on with train RUN --resume")
            case Paused():
                self._say("paused")
            case Resumed():
                self._say("going on")
            case Finished(reason=reason, step=step):
                self._say(f"{reason} after {step} steps")
            case Failed(message=message):
                self._say(f"failed: {message}")
            case _:
                pass

    def _on_stage(self, stage: str, done: int, total: int) -> None:
        finished = bool(total) and done >= total
        if stage != self._stage[0] or (finished and done != self._stage[1]):
            self._stage = (stage, done if finished else -1)
            self._say(f"{stage}: {done} of {total}" if total > 1 else stage)

    def _on_step(self, step: Step) -> None:
        self._seconds = [*self._seconds[-31:], step.seconds]
        if time.monotonic() - self._last_line < STEP_LINES_EVERY and step.step < step.total:
            return
        left = (step.total - step.step) * sum(self._seconds) / len(self._seconds)
        self._say(f"step {step.step} of {step.total}: loss {step.loss:.4f}, about {left:.0f} s left")

    def _say(self, line: str) -> None:
        self._last_line = time.monotonic()
        print(line, file=sys.stderr, flush=True)
