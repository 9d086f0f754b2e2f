"""What a run in a folder is, in a few figures.

Owns `RunSummary` and reading one from a run folder, and the listing of a runs folder. Qt-free; called on a worker
thread. Does not follow live runs (`training`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.events import Evaluated, Event, Failed, Finished, Sampled, Saved, Started, Step, from_line
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder, RunState, state_after
from qvl_desktop.core.run_notes import RunNotes


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the list of runs. `acc50` is the best validation Acc@0.5 that training reached (None before),
    `best_by` the metric its best checkpoint is kept by ("none": the last one is taken), `created` the time of
    `plan.json` in seconds since the epoch, `checkpoint` whether it can be resumed, `failure` the kind of error that
    ended it and `values` what its message names. `adapter` and `full` say what came out: an adapter, or a whole tuned
    model in `tuned_model`."""

    folder: RunFolder
    state: RunState = RunState.NEW
    model: str = ""
    method: str = ""
    best_by: str = "none"
    created: float = 0.0
    step: int = 0
    total: int = 0
    loss: float | None = None
    acc50: float | None = None
    checkpoint: bool = False
    adapter: bool = False
    full: bool = False
    sample: str = ""
    message: str = ""
    failure: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    star: bool = False
    note: str = ""
    title: str = ""

    @property
    def name(self) -> str:
        """What the user calls it, else the folder's name."""
        return self.title or self.folder.path.name

    @property
    def tuned_model(self) -> Path:
        """Where the model of a run that tunes every weight lies, when it is done."""
        return self.folder.path / "model"

    def after(self, events: Iterable[Event]) -> RunSummary:
        """The summary after more events."""
        summary = self
        for event in events:
            summary = replace(summary, **_change(summary, event), state=state_after(summary.state, event))
        return summary


def _change(summary: RunSummary, event: Event) -> dict[str, Any]:
    match event:
        case Started(total=total, step=step):
            return {"total": total, "step": step, "message": "", "failure": "", "values": {}}
        case Step(step=step, total=total, loss=loss):
            return {"step": step, "total": total, "loss": loss}
        case Evaluated(metrics=metrics, step=step) if "acc50" in metrics and step > 0:
            return {"acc50": max(metrics["acc50"], summary.acc50 or 0.0)}
        case Sampled(path=path):
            return {"sample": path}
        case Saved():
            return {"checkpoint": True}
        case Finished(adapter=adapter):
            whole = summary.method == "full"
            return {"adapter": bool(adapter) and not whole, "full": bool(adapter) and whole}
        case Failed(kind=kind, values=values):
            return {"message": event.text, "failure": kind, "values": values}
        case _:
            return {}


def read_summary(path: Path) -> RunSummary:
    """The summary of one run folder; a run that says it runs while nobody holds its lock was interrupted."""
    folder = RunFolder(path)
    summary = RunSummary(folder)
    with contextlib.suppress(OSError, PlanError):
        plan = TrainingPlan.load(folder.plan)
        summary = replace(summary, model=plan.model, method=plan.method, best_by=plan.metric_for_best)
        summary = replace(summary, created=folder.plan.stat().st_mtime)
    notes = RunNotes.load(path)
    summary = replace(summary, star=notes.star, note=notes.text, title=notes.title)
    alive = is_locked(folder.lock)
    summary = summary.after(telling_events(folder))
    return replace(
        summary,
        state=_true_state(summary.state, alive=alive, begun=folder.log.exists()),
        checkpoint=any(folder.checkpoints.glob("checkpoint-*")),
        adapter=(folder.adapter / "adapter_config.json").is_file(),
        full=(summary.tuned_model / "config.json").is_file(),
    )


def telling_events(run: RunFolder) -> Iterator[Event]:
    """The events that a summary is made of: all but progress, and of steps that follow each other only the last.

    Steps and progress are most of a long run's lines; they are passed over without being parsed.
    """
    try:
        data = run.events.read_bytes()
    except OSError:
        return
    held = b""
    for line in data[: data.rfind(b"\n") + 1].splitlines():
        if line.startswith(_STEP):
            held = line
        elif not line.startswith(_STAGE):
            yield from _parsed(held, line)
            held = b""
    yield from _parsed(held)


_STEP, _STAGE = (f'{{"event": "{name}"'.encode() for name in ("step", "stage"))
"""How such lines begin, as `core.events.to_line` writes them; others are parsed and count the same."""


def _parsed(*lines: bytes) -> Iterator[Event]:
    for line in lines:
        event = from_line(line.decode("utf-8", errors="replace")) if line else None
        if event is not None:
            yield event


def _true_state(told: RunState, *, alive: bool, begun: bool) -> RunState:
    """The state of a run from what its events told last and whether its process lives."""
    if alive:
        return told if told in (RunState.PAUSED, RunState.FREED) else RunState.RUNNING
    if told in (RunState.RUNNING, RunState.PAUSED) or (told is RunState.NEW and begun):
        return RunState.INTERRUPTED
    return told


Stamp = tuple[tuple[int, int], ...]
KnownRuns = dict[Path, tuple[Stamp, RunSummary]]
"""Summaries by folder, each with the times and sizes of the files it was read from."""

_STAMPED = ("events.jsonl", "plan.json", "notes.json", "checkpoints", "adapter")


def _stamp(path: Path) -> Stamp:
    found = []
    for name in _STAMPED:
        try:
            seen = (path / name).stat()
            found.append((seen.st_mtime_ns, seen.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


def list_runs(place: Path, known: KnownRuns | None = None) -> list[RunSummary]:
    """The runs in a folder, newest first; folders without a plan are passed over.

    Runs that `known` holds, that do not live, and whose files are as they were, are not read again; it is kept up.
    """
    try:
        folders = [path for path in place.iterdir() if (path / "plan.json").is_file()]
    except OSError:
        return []
    known = {} if known is None else known
    return sorted((_summary(path, known) for path in folders), key=lambda run: (-run.created, run.name))


def _summary(path: Path, known: KnownRuns) -> RunSummary:
    stamp, (seen, summary) = _stamp(path), known.get(path, ((), None))
    if summary is None or seen != stamp or is_locked(RunFolder(path).lock) or summary.state in LIVING:
        summary = read_summary(path)
        known[path] = stamp, summary
    return summary


LIVING = (RunState.RUNNING, RunState.PAUSED)
"""States that another process may have left behind since they were read."""
