"""The curves of one or several runs as numbers: by name for a plot, and as a CSV file. Qt-free.

Owns which curves there are, smoothing them, and the columns of the file. Does not draw, and does not own the numbers
(`run_history`).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path

from qvl_desktop.jobs.run_history import RunHistory

STEP_CURVES = {"loss": "losses", "learning_rate": "rates", "grad_norm": "norms"}
EVAL_CURVES = {"val_loss": "eval_losses", "acc50": "accuracies", "mean_iou": "mean_ious", "unreadable": "failures"}
CURVES = ("loss", "val_loss", "acc50", "mean_iou", "unreadable", "learning_rate", "grad_norm")
"""`unreadable` is the share of questions whose answer held no box that can be read."""


def curve(history: RunHistory, name: str, smoothing: float = 0.0) -> tuple[Sequence[float], Sequence[float]]:
    """Steps and values of one curve. `smoothing` in [0, 1) is the weight of the past, corrected for its start."""
    if name in EVAL_CURVES:
        return history.eval_steps, getattr(history, EVAL_CURVES[name])
    values: Sequence[float] = getattr(history, STEP_CURVES[name])
    return history.steps, smooth(values, smoothing) if smoothing else values


def smooth(values: Iterable[float], weight: float) -> list[float]:
    """The exponential mean; values that are no number are passed over."""
    mean = total = 0.0
    found = []
    for value in values:
        if math.isfinite(value):
            mean = weight * mean + (1 - weight) * value
            total = weight * total + (1 - weight)
        found.append(mean / total if total else math.nan)
    return found


def value_at(steps: Sequence[float], values: Sequence[float], step: float) -> float | None:
    """The value at the last point not after a step; None before the first."""
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if steps[middle] <= step:
            low = middle + 1
        else:
            high = middle
    return values[low - 1] if low else None


def as_csv(histories: Mapping[str, RunHistory]) -> str:
    """All curves of all runs: a line a run and step, empty where nothing was measured."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["run", "step", *CURVES])
    for name, history in histories.items():
        lines: dict[int, dict[str, float]] = {}
        for key in CURVES:
            for step, value in zip(*curve(history, key), strict=False):
                if math.isfinite(value):
                    lines.setdefault(int(step), {})[key] = value
        for step in sorted(lines):
            writer.writerow([name, step, *(lines[step].get(key, "") for key in CURVES)])
    return text.getvalue()


def write_csv(path: Path, histories: Mapping[str, RunHistory]) -> None:
    """Write the file, with the mark by which spreadsheets know UTF-8."""
    path.write_text(as_csv(histories), encoding="utf-8-sig", newline="")
