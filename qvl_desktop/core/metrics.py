"""How well predicted boxes meet the true ones.

Owns matching and the figures of an evaluation. Does not run a model (`engine`, `training`) or read answers (`tokens`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from qvl_desktop.core.box import Box, iou


def match(truth: Sequence[Box], predicted: Sequence[Box]) -> list[tuple[int, int, float]]:
    """Pairs (index of truth, index of prediction, IoU), each box used once, best overlaps first (greedy)."""
    candidates = sorted(
        ((iou(t, p), i, j) for i, t in enumerate(truth) for j, p in enumerate(predicted)), key=lambda c: -c[0]
    )
    pairs: list[tuple[int, int, float]] = []
    used_truth: set[int] = set()
    used_predicted: set[int] = set()
    for overlap, i, j in candidates:
        if overlap > 0 and i not in used_truth and j not in used_predicted:
            used_truth.add(i)
            used_predicted.add(j)
            pairs.append((i, j, overlap))
    return pairs


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
        self.hits += sum(overlap >= 0.5 for _, _, overlap in pairs)
        self.iou_sum += sum(overlap for _, _, overlap in pairs)

    @property
    def acc50(self) -> float:
        """Share of true boxes found with IoU >= 0.5 (recall; for one box a question the usual Acc@0.5)."""
        return self.hits / self.boxes if self.boxes else 0.0

    @property
    def precision(self) -> float:
        """Share of predicted boxes that are hits."""
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def mean_iou(self) -> float:
        """Mean IoU over the true boxes."""
        return self.iou_sum / self.boxes if self.boxes else 0.0


@dataclass(slots=True)
class GroundingScore:
    """The figures of one evaluation; `per_ref` holds one tally a phrase."""

    total: Tally = field(default_factory=Tally)
    per_ref: dict[str, Tally] = field(default_factory=dict)
    questions: int = 0
    parse_failures: int = 0

    def add(self, ref: str, truth: Sequence[Box], predicted: Sequence[Box], *, parsed: bool = True) -> None:
        """Count one question. `parsed` is False when the answer held a malformed box, or none where one was due."""
        self.questions += 1
        self.parse_failures += not parsed
        self.total.add(truth, predicted)
        self.per_ref.setdefault(ref, Tally()).add(truth, predicted)

    def to_json(self) -> dict[str, object]:
        """Plain data for `--json` and the run's events."""
        return {
            "acc50": self.total.acc50,
            "mean_iou": self.total.mean_iou,
            "precision": self.total.precision,
            "recall": self.total.acc50,
            "boxes": self.total.boxes,
            "questions": self.questions,
            "parse_failures": self.parse_failures,
            "per_ref": {
                ref: {**asdict(tally), "acc50": tally.acc50, "mean_iou": tally.mean_iou}
                for ref, tally in sorted(self.per_ref.items(), key=lambda item: item[1].acc50)
            },
        }
