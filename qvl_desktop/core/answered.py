"""What was asked and what came back, phrase by phrase; and two such rounds beside each other.

Owns `Answered` (one phrase of one question), the order from worst to best, and what became better or worse between two
models. Does not own matching and sums (`matching`, `metrics`) nor asking (`training`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from qvl_desktop.core.box import Box
from qvl_desktop.core.matching import HIT, match
from qvl_desktop.core.metrics import GroundingScore, Tally

NOTICEABLE = 0.005
"""A smaller change of a share is none."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One phrase of one question, the boxes that are right and those that were answered.

    `number` counts the questions from 1, `first` is whether it is the first phrase of its question. Boxes lie on
    `picture` (None where the question shows none).
    """

    number: int
    source: str
    ref: str
    picture: Path | None
    truth: tuple[Box, ...]
    predicted: tuple[Box, ...]
    answer: str
    parsed: bool
    first: bool = True

    @property
    def tally(self) -> Tally:
        """Its own figures."""
        own = Tally()
        own.add(self.truth, self.predicted)
        return own

    @property
    def quality(self) -> tuple[float, float]:
        """F1 and mean IoU, by which answers are put in order."""
        own = self.tally
        return own.f1, own.mean_iou

    def to_json(self) -> dict[str, Any]:
        """Plain data; `overlaps` is the IoU of each true box with the answered one it was matched with, else 0."""
        overlaps = [0.0] * len(self.truth)
        for i, _, overlap in match(self.truth, self.predicted):
            overlaps[i] = round(overlap, 4)
        return {
            "number": self.number,
            "source": self.source,
            "ref": self.ref,
            "picture": str(self.picture) if self.picture else None,
            "truth": [astuple(box) for box in self.truth],
            "boxes": [astuple(box) for box in self.predicted],
            "overlaps": overlaps,
            "found": sum(overlap >= HIT for overlap in overlaps),
            "parsed": self.parsed,
            "answer": self.answer,
        }


def score_of(answered: Iterable[Answered]) -> GroundingScore:
    """The figures of a round."""
    total = GroundingScore()
    for one in answered:
        total.add(one.ref, one.truth, one.predicted, parsed=one.parsed, asked=one.first)
    return total


def worst_first(answered: Iterable[Answered]) -> list[Answered]:
    """The answers that miss most at the head; of equal ones the earlier question."""
    return sorted(answered, key=lambda one: (*one.quality, one.number))


@dataclass(frozen=True, slots=True)
class RefChange:
    """F1 of one phrase before and after; `boxes` is how many true boxes stand behind it."""

    ref: str
    before: float
    after: float
    boxes: int

    @property
    def delta(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """The same phrase of the same question before and after."""

    before: Answered
    after: Answered

    @property
    def delta(self) -> float:
        """Change of the mean IoU."""
        return self.after.tally.mean_iou - self.before.tally.mean_iou

    @property
    def lost(self) -> bool:
        """Whether fewer true boxes are found, or as many with more boxes beside."""
        return self.after.tally.f1 < self.before.tally.f1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rounds over the same questions."""

    before: GroundingScore
    after: GroundingScore
    refs: tuple[RefChange, ...]
    """The phrases, what fell most first."""
    answers: tuple[AnswerChange, ...]
    """The answers, what fell most first."""

    @property
    def worse_refs(self) -> list[RefChange]:
        """Phrases that are found less well than before."""
        return [ref for ref in self.refs if ref.delta < -NOTICEABLE]

    @property
    def worse_answers(self) -> list[AnswerChange]:
        """Answers in which boxes were lost."""
        return [one for one in self.answers if one.lost]

    def to_json(self) -> dict[str, Any]:
        """Plain data: both rounds' figures, and what got worse."""
        before, after = self.before.to_json(), self.after.to_json()
        for figures in (before, after):
            figures.pop("per_ref")
        return {
            "before": before,
            "after": after,
            "per_ref": {ref.ref: {"before": ref.before, "after": ref.after, "boxes": ref.boxes} for ref in self.refs},
            "worse_refs": [ref.ref for ref in self.worse_refs],
            "worse": [{"before": one.before.to_json(), "after": one.after.to_json()} for one in self.worse_answers],
        }


def compare(before: Sequence[Answered], after: Sequence[Answered]) -> Comparison:
    """What changed between two rounds. Phrases are paired by source, name and occurrence; others are passed over."""
    earlier = dict(zip(_keys(before), before, strict=True))
    pairs = [AnswerChange(earlier[key], one) for key, one in zip(_keys(after), after, strict=True) if key in earlier]
    old, new = score_of(pair.before for pair in pairs), score_of(pair.after for pair in pairs)
    refs = [RefChange(ref, old.per_ref[ref].f1, tally.f1, tally.boxes) for ref, tally in new.per_ref.items()]
    return Comparison(
        old,
        new,
        tuple(sorted(refs, key=lambda ref: (ref.delta, ref.after, ref.ref))),
        tuple(sorted(pairs, key=lambda pair: (not pair.lost, pair.delta, pair.after.number))),
    )


def _keys(answered: Iterable[Answered]) -> list[tuple[str, str, int]]:
    seen: dict[tuple[str, str], int] = {}
    keys = []
    for one in answered:
        name = one.source, one.ref
        seen[name] = seen.get(name, 0) + 1
        keys.append((*name, seen[name]))
    return keys
