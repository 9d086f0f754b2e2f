"""What a training run tells: a closed set of events, one JSON object a line of `events.jsonl`.

Owns the event types and their wire form. Does not own the file (`run_folder`) nor what is done about an event.
Every line is `{"event": NAME, "v": 1, "t": unix seconds, ...fields}`. A reader skips names it does not know.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from qvl_desktop.core.i18n import translate
from qvl_desktop.core.sources import spoken_source

VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. `t` is seconds since the epoch, set by the writer."""

    name: ClassVar[str] = ""
    t: float = field(default=0.0, kw_only=True)


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The process is up (again). `total` is the planned number of optimiser steps, `step` the one it starts from."""

    name: ClassVar[str] = "started"
    pid: int
    total: int
    step: int
    world_size: int
    device: str
    precision: str
    samples: int
    trainable_parameters: int


@dataclass(frozen=True, slots=True)
class Stage(Event):
    """Progress of something before or beside the steps (loading, feature cache, evaluation); `total` 0 = unknown."""

    name: ClassVar[str] = "stage"
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Forecasted(Event):
    """The forecast of memory (bytes, and by part) beside what one real step over the longest batch took, and the time a
    step and the whole run will take in seconds at the speed of that step. `available` was free before."""

    name: ClassVar[str] = "forecast"
    forecast: int
    measured: int
    available: int
    parts: dict[str, int]
    step_seconds: float
    total_seconds: float


@dataclass(frozen=True, slots=True)
class Step(Event):
    """One optimiser step. `seconds` is its duration, `tokens` what it read, `memory` bytes in use (card, else RSS)."""

    name: ClassVar[str] = "step"
    step: int
    total: int
    epoch: float
    loss: float
    learning_rate: float
    grad_norm: float
    seconds: float
    tokens: int
    memory: int


@dataclass(frozen=True, slots=True)
class Evaluated(Event):
    """A validation: `metrics` holds acc50, mean_iou, parse_failures, loss, ... (plain numbers); `refs` holds acc50,
    mean_iou and the number of true boxes of each phrase asked for."""

    name: ClassVar[str] = "evaluated"
    step: int
    metrics: dict[str, float]
    refs: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sampled(Event):
    """A sample picture with true and predicted boxes was written below the run folder."""

    name: ClassVar[str] = "sampled"
    step: int
    path: str
    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Saved(Event):
    """A checkpoint (or the final adapter) is whole on disk; `path` is relative to the run folder."""

    name: ClassVar[str] = "saved"
    step: int
    path: str


@dataclass(frozen=True, slots=True)
class Paused(Event):
    """The run waits at a step until `control` says otherwise; when it `freed` the card, all is saved, this is the last
    word of its process, and a new one goes on from there."""

    name: ClassVar[str] = "paused"
    step: int
    freed: bool = False


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The run goes on after a pause."""

    name: ClassVar[str] = "resumed"
    step: int


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """Something the user should read: a skipped sample, a setting that was changed."""

    name: ClassVar[str] = "notice"
    message: str


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The run ended as planned (`reason` "done") or because the user asked ("stopped"); all is saved."""

    name: ClassVar[str] = "finished"
    step: int
    reason: str
    adapter: str


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """The run ended with an error. `message` is for the user, `traceback` for the log; `values` are what the message
    names (a sample's `source`, a `path`), for whoever offers a way out, and `template` the English words they stand in.
    """

    name: ClassVar[str] = "failed"
    kind: str
    message: str
    traceback: str
    values: dict[str, Any] = field(default_factory=dict)
    template: str = ""

    @property
    def text(self) -> str:
        """The message in the language in force here, else as the run wrote it."""
        if not self.template:
            return self.message
        try:
            values = self.values | {"source": spoken_source(str(self.values.get("source", "")))}
            return translate("errors", self.template).format(**values)
        except (KeyError, IndexError, ValueError):
            return self.message


EVENTS: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (Started, Stage, Forecasted, Step, Evaluated, Sampled, Saved, Paused, Resumed, Notice, Finished, Failed)
}


def to_line(event: Event) -> str:
    """The JSON line of an event, without the line end. NaN and infinity become null."""
    body: dict[str, Any] = {"event": event.name, "v": VERSION, **asdict(event)}
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(body), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def from_line(line: str) -> Event | None:
    """The event of a line; `None` for a line that is no event of this version (junk, a newer name, cut off)."""
    try:
        body = json.loads(line)
    except ValueError:
        return None
    if not isinstance(body, dict) or body.get("v") != VERSION or body.get("event") not in EVENTS:
        return None
    kind = EVENTS[body["event"]]
    known = {f.name for f in fields(kind)}
    values = {key: float("nan") if item is None else item for key, item in body.items() if key in known}
    try:
        return kind(**values)
    except TypeError:
        return None
