"""What a run in a folder is, in a few figures.

Owns `RunSummary` and reading one from a run folder, and the listing of a runs folder. Qt-free; called on a worker
thread. Does not follow live runs (`training`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.events import Evaluated, Event, Failed, Finished, Sampled, Saved, Started, Step
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder, RunState, state_after
from qvl_desktop.core.run_notes import RunNotes


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the list of runs. `acc50` is the best validation Acc@0.5 (None before the first), `created` the
    time of `plan.json` in seconds since the epoch, `checkpoint` whether it can be resumed."""

    folder: RunFolder
    state: RunState = RunState.NEW
    model: str = ""
    method: str = ""
    created: float = 0.0
    step: int = 0
    total: int = 0
    loss: float | None = None
    acc50: float | None = None
    checkpoint: bool = False
    adapter: bool = False
    sample: str = ""
    message: str = ""
    star: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        return self.folder.path.name

    def after(self, events: Iterable[Event]) -> RunSummary:
        """The summary after more events."""
        summary = self
        for event in events:
            summary = replace(summary, **_change(summary, event), state=state_after(summary.state, event))
        return summary


def _change(summary: RunSummary, event: Event) -> dict[str, Any]:
    match event:
        case Started(total=total, step=step):
            return {"total": total, "step": step, "message": ""}
        case Step(step=step, total=total, loss=loss):
            return {"step": step, "total": total, "loss": loss}
        case Evaluated(metrics=metrics) if "acc50" in metrics:
            return {"acc50": max(metrics["acc50"], summary.acc50 or 0.0)}
        case Sampled(path=path):
            return {"sample": path}
        case Saved():
            return {"checkpoint": True}
        case Finished(adapter=adapter):
            return {"adapter": bool(adapter)}
        case Failed(message=message):
            return {"message": message}
        case _:
            return {}


def read_summary(path: Path) -> RunSummary:
    """The summary of one run folder; a run that says it runs while nobody holds its lock was interrupted."""
    folder = RunFolder(path)
    summary = RunSummary(folder)
    with contextlib.suppress(OSError, PlanError):
        plan = TrainingPlan.load(folder.plan)
        summary = replace(summary, model=plan.model, method=plan.method, created=folder.plan.stat().st_mtime)
    notes = RunNotes.load(path)
    summary = replace(summary, star=notes.star, note=notes.text)
    alive = is_locked(folder.lock)
    summary = summary.after(EventReader(folder).read())
    return replace(
        summary,
        state=_true_state(summary.state, alive=alive, begun=folder.log.exists()),
        checkpoint=any(folder.checkpoints.glob("checkpoint-*")),
        adapter=(folder.adapter / "adapter_config.json").is_file(),
    )


def _true_state(told: RunState, *, alive: bool, begun: bool) -> RunState:
    """The state of a run from what its events told last and whether its process lives."""
    if alive:
        return told if told is RunState.PAUSED else RunState.RUNNING
    if told in (RunState.RUNNING, RunState.PAUSED) or (told is RunState.NEW and begun):
        return RunState.INTERRUPTED
    return told


def list_runs(place: Path) -> list[RunSummary]:
    """The runs in a folder, newest first; folders without a plan are passed over."""
    try:
        folders = [path for path in place.iterdir() if (path / "plan.json").is_file()]
    except OSError:
        return []
    return sorted((read_summary(path) for path in folders), key=lambda run: (-run.created, run.name))
