"""What a run has changed: its first validation beside its last, phrase by phrase. Qt-free.

Owns the comparison. Does not own the figures (`run_history`) nor how they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from qvl_desktop.core.events import Evaluated, Sampled
from qvl_desktop.jobs.run_history import RunHistory

NOTICEABLE = 0.005
"""A smaller change of a share is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after. `boxes` is how many true boxes stand behind it."""

    name: str
    before: float
    after: float
    boxes: int = 0

    @property
    def delta(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def worse(self) -> bool:
        """Whether it fell noticeably."""
        return self.delta < -NOTICEABLE


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """`figures` holds acc50, mean_iou, parse_failures, loss; `refs` the Acc@0.5 of each phrase, what fell most first;
    `pictures` the same question's sample pictures before and after."""

    first_step: int
    last_step: int
    figures: dict[str, Change]
    refs: tuple[Change, ...]
    pictures: tuple[tuple[Sampled, Sampled], ...]

    @property
    def worse(self) -> list[Change]:
        """The phrases that got worse, the worst first."""
        return [ref for ref in self.refs if ref.worse]


def before_after(history: RunHistory) -> BeforeAfter | None:
    """The first validation of a run beside its last; None before there are two."""
    steps = sorted(history.validations)
    if len(steps) < 2:
        return None
    first, last = history.validations[steps[0]], history.validations[steps[-1]]
    names = [name for name in first.metrics if name in last.metrics]
    return BeforeAfter(
        first_step=steps[0],
        last_step=steps[-1],
        figures={name: Change(name, first.metrics[name], last.metrics[name]) for name in names},
        refs=_refs(first, last),
        pictures=_pictures(history.samples_drawn, steps[0], steps[-1]),
    )


def _refs(first: Evaluated, last: Evaluated) -> tuple[Change, ...]:
    found = [
        Change(ref, first.refs[ref]["acc50"], figures["acc50"], int(figures.get("boxes", 0)))
        for ref, figures in last.refs.items()
        if ref in first.refs and "acc50" in figures and "acc50" in first.refs[ref]
    ]
    return tuple(sorted(found, key=lambda change: (change.delta, change.after, change.name)))


def _pictures(drawn: list[Sampled], first: int, last: int) -> tuple[tuple[Sampled, Sampled], ...]:
    before = {one.prompt: one for one in drawn if one.step == first}
    after = {one.prompt: one for one in drawn if one.step == last}
    return tuple((before[prompt], one) for prompt, one in after.items() if prompt in before)
