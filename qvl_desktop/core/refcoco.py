"""The rule of the RefCOCO family of test sets, and the figures that were published by it.

Owns which part of an answer counts, when it counts as found, and the published accuracies. Does not own the prompt
(`models.qwen_vl.prompt`), asking (`training.refcoco`) or reading files (`formats.refcoco`).

The rule is that of the official evaluation: the first pair of corners in the answer counts, whatever follows;
coordinates are read as shares of 999, so that 999 is the far edge; found is an intersection over union of at least one
half with the true box in pixels; an answer without a pair of corners is not found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qvl_desktop.core.box import Rect, iou

FOUND = 0.5
_CORNERS = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)\s*,\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)")
_EDGE = 999
_FILE = re.compile(r"refcoco(?P<set>\+|plus|p|g)?[ _.-]?(?P<split>val|test[ _-]?a|test[ _-]?b|test)", re.IGNORECASE)

PUBLISHED: dict[tuple[str, str], dict[str, float]] = {
    ("RefCOCO", "val"): {"Qwen-VL": 89.36, "Qwen-VL-Chat": 88.55},
    ("RefCOCO", "testA"): {"Qwen-VL": 92.26, "Qwen-VL-Chat": 92.27},
    ("RefCOCO", "testB"): {"Qwen-VL": 85.34, "Qwen-VL-Chat": 84.51},
    ("RefCOCO+", "val"): {"Qwen-VL": 83.12, "Qwen-VL-Chat": 82.82},
    ("RefCOCO+", "testA"): {"Qwen-VL": 88.25, "Qwen-VL-Chat": 88.59},
    ("RefCOCO+", "testB"): {"Qwen-VL": 77.21, "Qwen-VL-Chat": 76.79},
    ("RefCOCOg", "val"): {"Qwen-VL": 85.58, "Qwen-VL-Chat": 85.96},
    ("RefCOCOg", "test"): {"Qwen-VL": 85.48, "Qwen-VL-Chat": 86.32},
}
"""Per cent found, by set and split (of RefCOCOg the UMD splits), from the README of Qwen-VL."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One phrase and what became of it; `box` is the answered one in pixels, None where there was none."""

    phrase: str
    source: str
    answer: str
    truth: Rect
    box: Rect | None
    overlap: float

    @property
    def found(self) -> bool:
        """Whether it counts."""
        return self.overlap >= FOUND


def first_box(answer: str, width: int, height: int) -> Rect | None:
    """The first pair of corners of an answer, in pixels; where it opens a `<box>`, the first from there on."""
    _, opened, rest = answer.partition("<box>")
    match = _CORNERS.search(rest if opened else answer)
    if match is None:
        return None
    x1, y1, x2, y2 = (int(number) / _EDGE for number in match.groups())
    return Rect(x1 * width, y1 * height, x2 * width, y2 * height)


def judge(phrase: str, source: str, answer: str, truth: Rect, size: tuple[int, int]) -> Judged:
    """An answer by the rule; `truth` and `size` (width, height) in pixels."""
    box = first_box(answer, *size)
    return Judged(phrase, source, answer, truth, box, iou(truth, box) if box is not None else 0.0)


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """`accuracy` in per cent, `phrases`, `found`, `without_box`, and `mean_iou`."""
    count = max(1, len(judged))
    found = sum(one.found for one in judged)
    return {
        "accuracy": 100 * found / count,
        "phrases": len(judged),
        "found": found,
        "without_box": sum(one.box is None for one in judged),
        "mean_iou": sum(one.overlap for one in judged) / count,
    }


def published_for(file_name: str) -> tuple[str, dict[str, float]] | None:
    """The set and split that a file's name speaks of ("RefCOCO+ testA"), and what was published for it."""
    match = _FILE.search(file_name)
    if match is None:
        return None
    kind = {"": "RefCOCO", "g": "RefCOCOg"}.get((match["set"] or "").lower(), "RefCOCO+")
    last = match["split"].lower()[-1]
    split = {"l": "val", "a": "testA", "b": "testB"}.get(last, "test")
    known = PUBLISHED.get((kind, split))
    return (f"{kind} {split}", known) if known else None
