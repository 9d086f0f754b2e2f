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

from qvl_desktop.commands.parser import metrics_line
from qvl_desktop.commands.plan_flags import add_plan_flags, given_settings
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import PlanError, RunError
from qvl_desktop.core.events import Evaluated, Event, Failed, Finished, Notice, Paused, Resumed, Stage, Started, Step
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.plan import CHANGEABLE, TrainingPlan
from qvl_desktop.core.run_folder import RunFolder

_STAGES = {
    "start": _N("cli", "start"),
    "samples": _N("cli", "samples"),
    "features": _N("cli", "features"),
    "model": _N("cli", "model"),
    "validation": _N("cli", "validation"),
}
"""What a run does before its steps and between them."""
STEP_LINES_EVERY = 1.0
"""Seconds between two lines about steps on the terminal."""


def add_parser(subparsers: Any) -> None:
    """`train RUN [--resume]` and `train --model M --data D --run RUN [--learning-rate ...]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "train",
        help=_N("cli", "tune a model on a project or data file"),
        description=_N(
            "cli",
            "Tune a model: either a new run from --model, --data and settings, or the plan.json of an "
            "existing run folder. Ctrl-C finishes the step, saves and ends; a second Ctrl-C ends at once.",
        ),
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="RUN", help=_N("cli", "a run folder that holds a plan.json")
    )
    parser.add_argument("--run", dest="new_folder", type=Path, metavar="RUN", help=_N("cli", "the folder of a new run"))
    parser.add_argument(
        "--resume",
        action="store_true",
        help=_N("cli", "go on from the last checkpoint of the run, with less memory when told so: --batch-size, ..."),
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
        args.parser.error(translate("cli", "name one run folder: RUN for an existing one, or --run RUN for a new one"))
    folder = RunFolder((args.folder or args.new_folder).resolve())
    if args.folder is not None:
        if chosen and (not args.resume or set(chosen) - set(CHANGEABLE)):
            words = translate(
                "cli",
                "an existing run has its settings in plan.json: leave the flags out. With --resume these may change: "
                "{flags}",
            )
            args.parser.error(words.format(flags=", ".join(f"--{name.replace('_', '-')}" for name in CHANGEABLE)))
        _check_existing(folder, resume=args.resume)
        if chosen:
            replace(TrainingPlan.load(folder.plan), **chosen).checked().save(folder.plan)
    else:
        if args.resume:
            args.parser.error(translate("cli", "to resume, name the run folder without --run: train RUN --resume"))
        try:
            _create(folder, chosen)
        except PlanError as error:
            args.parser.error(str(error))

    from qvl_desktop.training.distributed import launched, start_together
    from qvl_desktop.training.resuming import can_go_on
    from qvl_desktop.training.runner import leave, run_training

    plan = TrainingPlan.load(folder.plan)
    if plan.processes > 1 and not launched() and (not args.resume or can_go_on(folder, plan)):
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
                words = translate(
                    "cli",
                    "training on {device} ({precision}): {samples} samples, {weights} trainable weights, steps "
                    "{step}-{total}",
                )
                self._say(
                    words.format(
                        device=event.device,
                        precision=event.precision,
                        samples=event.samples,
                        weights=f"{event.trainable_parameters:,}",
                        step=event.step,
                        total=event.total,
                    )
                )
            case Step():
                self._on_step(event)
            case Evaluated(metrics=metrics):
                self._say(metrics_line(metrics))
            case Notice(message=message):
                self._say(translate("cli", "note: {text}").format(text=message))
            case Paused(freed=True, step=step):
                words = translate(
                    "cli",
                    "paused after step {step}: all is saved, the memory is free. Go on with train RUN --resume",
                )
                self._say(words.format(step=step))
            case Paused():
                self._say(translate("cli", "paused"))
            case Resumed():
                self._say(translate("cli", "going on"))
            case Finished(reason="stopped", step=step):
                self._say(translate("cli", "stopped after {step} steps").format(step=step))
            case Finished(step=step):
                self._say(translate("cli", "done after {step} steps").format(step=step))
            case Failed():
                self._say(translate("cli", "failed: {reason}").format(reason=event.text))
            case _:
                pass

    def _on_stage(self, stage: str, done: int, total: int) -> None:
        finished = bool(total) and done >= total
        if stage != self._stage[0] or (finished and done != self._stage[1]):
            self._stage = (stage, done if finished else -1)
            words = translate("cli", "{what}: {done} of {total}") if total > 1 else "{what}"
            what = translate("cli", _STAGES.get(stage, stage))
            self._say(words.format(what=what, done=done, total=total))

    def _on_step(self, step: Step) -> None:
        self._seconds = [*self._seconds[-31:], step.seconds]
        if time.monotonic() - self._last_line < STEP_LINES_EVERY and step.step < step.total:
            return
        left = (step.total - step.step) * sum(self._seconds) / len(self._seconds)
        words = translate("cli", "step {step} of {total}: loss {loss}, about {seconds} s left")
        self._say(words.format(step=step.step, total=step.total, loss=f"{step.loss:.4f}", seconds=f"{left:.0f}"))

    def _say(self, line: str) -> None:
        self._last_line = time.monotonic()
        print(line, file=sys.stderr, flush=True)
