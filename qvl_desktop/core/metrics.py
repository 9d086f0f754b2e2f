"""How well predicted boxes meet the true ones.

Owns the figures of an evaluation. Does not own which boxes belong together (`matching`), run a model (`engine`,
`training`) or read answers (`tokens`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qvl_desktop.core.box import Box
from qvl_desktop.core.matching import HIT
from qvl_desktop.core.matching import match as match


@dataclass(slots=True)
class Tally:
    """Counts for one label or for all of them. IoU sums run over the true boxes; a missed box counts 0."""

    boxes: int = 0
    predicted: int = 0
    hits: int = 0
    iou_sum: float = 0.0

    def add(self, truth: Sequence[Box], predicted: Sequence[Box]) -> None:
        """Count one question: its true boxes and the answered ones; a hit is IoU >= 0.5."""
        pairs = match(truth, predicted)
        self.boxes += len(truth)
        self.predicted += len(predicted)
        self.hits += sum(overlap >= HIT for _, _, overlap in pairs)
        self.iou_sum += sum(overlap for _, _, overlap in pairs)

    @property
    def acc50(self) -> float:
        """Share of true boxes found with IoU >= 0.5 (recall; for one box a question the usual Acc@0.5)."""
        return self.hits / self.boxes if self.boxes else 0.0

    @property
    def precision(self) -> float:
        """Share of predicted boxes that are hits; a box answered twice is one hit and one miss."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of true boxes that were found: the same number as `acc50`."""
        return self.acc50

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall: hits twice over true and predicted boxes together."""
        return 2 * self.hits / (self.boxes + self.predicted) if self.hits else 0.0

    @property
    def mean_iou(self) -> float:
        """Mean IoU over the true boxes."""
        return self.iou_sum / self.boxes if self.boxes else 0.0

    def to_json(self) -> dict[str, float]:
        """Counts and shares as plain data."""
        return {
            "acc50": self.acc50,
            "mean_iou": self.mean_iou,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "boxes": self.boxes,
            "predicted": self.predicted,
            "hits": self.hits,
        }


@dataclass(slots=True)
class GroundingScore:
    """The figures of one evaluation; `per_ref` holds one tally a phrase."""

    total: Tally = field(default_factory=Tally)
    per_ref: dict[str, Tally] = field(default_factory=dict)
    questions: int = 0
    parse_failures: int = 0

    def add(
        self, ref: str, truth: Sequence[Box], predicted: Sequence[Box], *, parsed: bool = True, asked: bool = True
    ) -> None:
        """Count one phrase of a question.

        `parsed` is False when the answer held a malformed box, or none where one was due. `asked` is False for further
        phrases of a question that is counted already.
        """
        self.questions += asked
        self.parse_failures += asked and not parsed
        self.total.add(truth, predicted)
        self.per_ref.setdefault(ref, Tally()).add(truth, predicted)

    def worst_first(self) -> list[tuple[str, Tally]]:
        """The phrases and their figures, the ones that are found least first."""
        return sorted(self.per_ref.items(), key=lambda item: (item[1].f1, item[1].mean_iou, item[0]))

    def to_json(self) -> dict[str, object]:
        """Plain data for `--json`; `per_ref` worst first."""
        return {
            **self.total.to_json(),
            "questions": self.questions,
            "parse_failures": self.parse_failures,
            "per_ref": {ref: tally.to_json() for ref, tally in self.worst_first()},
        }
