"""What a run has told so far, ready to be drawn.

Owns the numbers behind the curves and figures: loss and learning rate by step, validations, speed, time left. Qt-free.
Does not draw (`gui.train`) or read files.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from qvl_desktop.core.events import Evaluated, Event, Forecasted, Notice, Paused, Sampled, Stage, Started, Step

SPEED_STEPS = 32
"""Steps over which speed is averaged."""

SMOOTHING = 0.9
"""Weight of the past in the smoothed loss (exponential mean, corrected for its start)."""


@dataclass(slots=True)
class RunHistory:
    """Grows with `add`; `version` counts what changed, so that a view knows whether to draw again."""

    version: int = 0
    total: int = 0
    samples: int = 0
    device: str = ""
    precision: str = ""
    trainable_parameters: int = 0
    steps: array[float] = field(default_factory=lambda: array("d"))
    losses: array[float] = field(default_factory=lambda: array("d"))
    smooth: array[float] = field(default_factory=lambda: array("d"))
    rates: array[float] = field(default_factory=lambda: array("d"))
    norms: array[float] = field(default_factory=lambda: array("d"))
    eval_steps: array[float] = field(default_factory=lambda: array("d"))
    eval_losses: array[float] = field(default_factory=lambda: array("d"))
    mean_ious: array[float] = field(default_factory=lambda: array("d"))
    accuracies: array[float] = field(default_factory=lambda: array("d"))
    failures: array[float] = field(default_factory=lambda: array("d"))
    memory: int = 0
    peak_memory: int = 0
    epoch: float = 0.0
    stage: Stage | None = None
    sample: Sampled | None = None
    samples_drawn: list[Sampled] = field(default_factory=list)
    validations: dict[int, Evaluated] = field(default_factory=dict)
    forecasted: Forecasted | None = None
    notices: list[str] = field(default_factory=list)
    last_event: float = 0.0
    _speed: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=SPEED_STEPS))
    _mean: float = 0.0
    _weight: float = 0.0

    @property
    def step(self) -> int:
        """The last step done."""
        return int(self.steps[-1]) if self.steps else 0

    @property
    def best_accuracy(self) -> float | None:
        """The best validation Acc@0.5 that training has reached; the one before the first step does not count."""
        trained = zip(self.eval_steps, self.accuracies, strict=True)
        return max((value for step, value in trained if step > 0), default=None)

    def best(self, metric: str) -> tuple[int, float] | None:
        """Step and value of the validation that is best by a metric (the smallest loss, the largest of all else), as
        the run itself chooses: the first of equals, and none before the first step. None before there is one."""
        found: tuple[int, float] | None = None
        for step, told in sorted(self.validations.items()):
            value = told.metrics.get(metric)
            if step > 0 and value is not None and (found is None or _better(value, found[1], metric)):
                found = step, value
        return found

    @property
    def seconds_per_step(self) -> float | None:
        """Mean over the last steps, in seconds."""
        return sum(seconds for seconds, _ in self._speed) / len(self._speed) if self._speed else None

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens read a second over the last steps."""
        seconds = sum(seconds for seconds, _ in self._speed)
        return sum(tokens for _, tokens in self._speed) / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Time the steps that are left will take at the present speed; None before the first step."""
        speed = self.seconds_per_step
        return speed * (self.total - self.step) if speed is not None and self.total else None

    def add(self, events: Iterable[Event]) -> None:
        """Take in events, in their order."""
        for event in events:
            self._add(event)
            self.last_event = event.t
            self.version += 1

    def _add(self, event: Event) -> None:
        match event:
            case Step():
                self._add_step(event)
            case Stage():
                self.stage = event
            case Evaluated(step=step, metrics=metrics):
                self.stage = None
                if "acc50" in metrics:
                    _cut(self.eval_steps, step, self.accuracies, self.eval_losses, self.mean_ious, self.failures)
                    self.eval_steps.append(step)
                    self.accuracies.append(metrics["acc50"])
                    self.eval_losses.append(metrics.get("loss", math.nan))
                    self.mean_ious.append(metrics.get("mean_iou", math.nan))
                    self.failures.append(_share(metrics, "parse_failures"))
                self.validations[step] = event
            case Started():
                self._begin(event)
            case Sampled():
                self.sample = event
                self.samples_drawn.append(event)
            case Forecasted():
                self.forecasted = event
            case Notice(message=message):
                self.notices.append(message)
            case Paused():
                self.stage = None
            case _:
                pass

    def _begin(self, event: Started) -> None:
        """The process is up, or up again at an earlier step: what was told of later steps will be told anew."""
        self.total, self.samples = event.total, event.samples
        self.device, self.precision = event.device, event.precision
        self.trainable_parameters = event.trainable_parameters
        _cut(self.steps, event.step + 1, self.losses, self.smooth, self.rates, self.norms)
        _cut(self.eval_steps, event.step + 1, self.accuracies, self.eval_losses, self.mean_ious, self.failures)
        self.validations = {step: one for step, one in self.validations.items() if step <= event.step}
        self.samples_drawn = [one for one in self.samples_drawn if one.step <= event.step]
        self._mean, self._weight = (self.smooth[-1], 1.0) if self.smooth else (0.0, 0.0)
        self._speed.clear()
        self.stage = None

    def _add_step(self, event: Step) -> None:
        _cut(self.steps, event.step, self.losses, self.smooth, self.rates, self.norms)
        self._mean = SMOOTHING * self._mean + (1 - SMOOTHING) * event.loss if event.loss == event.loss else self._mean
        self._weight = SMOOTHING * self._weight + (1 - SMOOTHING)
        self.steps.append(event.step)
        self.losses.append(event.loss)
        self.smooth.append(self._mean / self._weight)
        self.rates.append(event.learning_rate)
        self.norms.append(event.grad_norm)
        self._speed.append((event.seconds, event.tokens))
        self.total, self.epoch, self.memory = event.total, event.epoch, event.memory
        self.peak_memory = max(self.peak_memory, event.memory)
        self.stage = None


def _better(value: float, than: float, metric: str) -> bool:
    return value < than if metric == "loss" else value > than


def _share(metrics: dict[str, float], name: str) -> float:
    """A count of questions as a share of all that were asked; not a number where it was not told."""
    count, asked = metrics.get(name, math.nan), metrics.get("questions", 0.0)
    return count / asked if asked else math.nan


def _cut(steps: array[float], first: float, *columns: array[float]) -> None:
    """Forget everything from the step `first` on."""
    while steps and steps[-1] >= first:
        for column in (steps, *columns):
            column.pop()
