"""Going on from a checkpoint: which one, whether this run can, and what is no longer as it was.

A checkpoint remembers how it came about (`written.json`). The steps of a run that goes on are those it would have made
otherwise as long as a step has as many samples as before: the order is made by the batch size of the first start, and a
step is the next samples of it, however many processes and batches they are divided into. Owns that record, choosing the
newest whole checkpoint, and refusing one that was shared out in another way before anything heavy is imported. Does not
own what is in a checkpoint (`trainer`) nor the order itself (`samples`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.launch import launch_line
from qvl_desktop.core.plan import SHARDED, TrainingPlan
from qvl_desktop.core.run_folder import RunFolder, write_beside
from qvl_desktop.training.checkpoints import PLAN_NAME, WRITTEN, checkpoints, damage
from qvl_desktop.training.errors import CheckpointError

_FIXED_NUMBER = ("zero2", "zero3")
"""Ways of sharing in which each process writes its own part, for as many processes as there were."""


@dataclass(frozen=True, slots=True)
class Written:
    """How the steps before a checkpoint were made: by so many processes, sharing in this way, with so many samples at
    a time and batches a step in each. `grouped_by` is the batch size by which the samples are put in order."""

    distributed: str
    processes: int
    batch_size: int
    accumulation: int
    grouped_by: int

    @classmethod
    def by(cls, plan: TrainingPlan, processes: int, grouped_by: int = 0) -> Written:
        """What a run of this plan writes; a new run orders its samples by its own batch size."""
        grouped = grouped_by or plan.batch_size
        return cls(plan.distributed, processes, plan.batch_size, plan.accumulation, grouped)

    @classmethod
    def load(cls, checkpoint: Path) -> Written:
        """From a checkpoint; from its plan where it has no such record. `PlanError` when that cannot be read."""
        try:
            return cls(**json.loads((checkpoint / WRITTEN).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            plan = TrainingPlan.load(checkpoint / PLAN_NAME)
            return cls.by(plan, plan.processes)

    def save(self, folder: Path) -> None:
        """Write it into a checkpoint."""
        write_beside(folder / WRITTEN, json.dumps(asdict(self)) + "\n")

    @property
    def text(self) -> str:
        """Who wrote it, in words: "one process", "4 processes (fsdp2)"."""
        if self.processes == 1:
            return translate("errors", QT_TRANSLATE_NOOP("errors", "one process"))
        words = translate("errors", QT_TRANSLATE_NOOP("errors", "{count} processes ({way})"))
        return words.format(count=self.processes, way="ddp" if self.distributed == "none" else self.distributed)

    @property
    def step(self) -> int:
        """Samples of a step, of all processes together."""
        return self.batch_size * self.accumulation * self.processes


def taking_part(plan: TrainingPlan) -> int:
    """The processes that carry out a plan: as many as it says, and as many as came where it says nothing."""
    return plan.processes if plan.processes > 1 else int(os.environ.get("WORLD_SIZE", "1"))


def check_sharing_before(run: RunFolder, plan: TrainingPlan) -> None:
    """Raise `CheckpointError` when the newest checkpoint was shared out in a way that this plan cannot read.

    Runs that hold the whole model in each process read each other's whatever their number; so do those of FSDP2.
    """
    found = checkpoints(run.checkpoints)
    if not found:
        return
    try:
        before = Written.load(found[-1])
    except PlanError:
        return  # damaged: told when the checkpoints are looked at
    now = Written.by(plan, taking_part(plan))
    ways = {before.distributed, now.distributed}
    if not ways & set(SHARDED):
        return
    if len(ways) == 1 and (before.processes == now.processes or now.distributed not in _FIXED_NUMBER):
        return
    as_before = replace(plan, distributed=before.distributed, processes=before.processes)
    raise CheckpointError(
        QT_TRANSLATE_NOOP(
            "errors",
            "{path}: {checkpoint} was written by {before}, and {now} cannot go on from it. Put distributed and "
            "processes in plan.json back as they were, then: {line}. Or merge that checkpoint with its model and start "
            "a new run on the result.",
        ),
        path=run.path,
        checkpoint=found[-1].name,
        before=before.text,
        now=now.text,
        line=launch_line(as_before, run.path, resume=True),
    )


def can_go_on(run: RunFolder, plan: TrainingPlan) -> bool:
    """Whether `check_sharing_before` has nothing against it."""
    try:
        check_sharing_before(run, plan)
    except CheckpointError:
        return False
    return True


def changed_steps(run: RunFolder, plan: TrainingPlan) -> str:
    """What is no longer as before when steps have another size from here on, in a sentence; "" when they have not."""
    found = checkpoints(run.checkpoints)
    if not found:
        return ""
    try:
        before = Written.load(found[-1])
    except PlanError:
        return ""
    now = Written.by(plan, taking_part(plan))
    if before.step == now.step:
        return ""
    text = QT_TRANSLATE_NOOP(
        "plan",
        "A step learns from {now} samples from here on, before it was {before}: the rest of this epoch is divided "
        "otherwise, so some of its samples may come twice and others not before the next one. With batch size x "
        "accumulation x processes = {before} the run would go on as it began.",
    )
    return translate("plan", text).format(now=now.step, before=before.step)


def last_checkpoint(run: RunFolder, plan: TrainingPlan, tell: Callable[[str], None]) -> Path | None:
    """The newest checkpoint that is as it was written; damaged ones are told and passed over.

    Raises `CheckpointError` when it was made by another method or rank than the plan's.
    """
    found = checkpoints(run.checkpoints)
    while found and (reason := damage(found[-1])):
        text = QT_TRANSLATE_NOOP("errors", "{path} is damaged ({reason}); the checkpoint before it is used.")
        tell(translate("errors", text).format(path=found[-1].name, reason=reason))
        found.pop()
    if not found:
        tell(translate("errors", QT_TRANSLATE_NOOP("errors", "There is no checkpoint yet: the run starts from the "
                                                             "beginning.")))  # fmt: skip
        return None
    made = TrainingPlan.load(found[-1] / PLAN_NAME)
    if made.method != plan.method or made.lora_rank != plan.lora_rank:
        raise CheckpointError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: this checkpoint was made with another method or rank than the plan says now. Start a new run.",
            ),
            path=found[-1],
        )
    return found[-1]
