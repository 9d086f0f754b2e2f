"""What `qvl-desktop evaluate` prints and draws.

Owns the table, the comparison with a baseline and the pictures. Does not own the figures (`core.metrics`,
`core.answered`) nor asking (`training.evaluation`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qvl_desktop.core.answered import Answered, Comparison
    from qvl_desktop.core.metrics import GroundingScore, Tally
    from qvl_desktop.training.evaluation import Outcome

SHOWN = 5
"""Answers that are shown as the worst, and as those that got worse."""
WIDEST = 60
"""Characters of an answer or a source in one line."""


def table(figures: GroundingScore) -> str:
    """The figures of each label, worst first, and of all together."""
    width = max((_columns(ref) for ref in [*figures.per_ref, "all"]), default=3)
    lines = [f"{'':<{width}}  boxes  Acc@0.5  mean IoU  precision  recall     F1"]
    for ref, tally in [*figures.worst_first(), ("all", figures.total)]:
        lines.append(f"{_padded(ref, width)}  {tally.boxes:>5}  {_shares(tally)}")
    lines.append(f"{figures.questions} questions, {figures.parse_failures} answers without a readable box")
    return "\n".join(lines)


def _shares(tally: Tally) -> str:
    return (
        f"{tally.acc50:>7.3f}  {tally.mean_iou:>8.3f}  {tally.precision:>9.3f}  {tally.recall:>6.3f}  {tally.f1:>5.3f}"
    )


def worst(answers: Sequence[Answered]) -> str:
    """The answers that miss most, one line each; empty when none misses anything. `answers` are worst first."""
    missed = [one for one in answers if one.quality[0] < 1.0]
    lines = [f"worst answers ({min(SHOWN, len(missed))} of {len(missed)} that miss something):"] if missed else []
    for one in missed[:SHOWN]:
        lines.append(f"  {one.number:>5}  IoU {one.tally.mean_iou:.3f}  {_short(one.ref)}: {_short(one.answer)}")
        lines.append(f"         {_short(one.source)}")
    return "\n".join(lines)


def comparison_text(found: Comparison, name: str) -> str:
    """Both rounds' figures, and what got worse. `name` is what the round before is called."""
    before, after = found.before, found.after
    rows = [
        ("Acc@0.5", before.total.acc50, after.total.acc50),
        ("mean IoU", before.total.mean_iou, after.total.mean_iou),
        ("precision", before.total.precision, after.total.precision),
        ("recall", before.total.recall, after.total.recall),
        ("F1", before.total.f1, after.total.f1),
    ]
    lines = [f"{'':<10}  before   after   change", f"{'':<10}  ({name})"]
    lines += [f"{label:<10}  {old:>6.3f}  {new:>6.3f}  {new - old:>+7.3f}" for label, old, new in rows]
    lines.append(f"answers without a readable box: {before.parse_failures} before, {after.parse_failures} after")
    fallen, lost = found.worse_refs, found.worse_answers
    if not fallen and not lost:
        return "\n".join([*lines, f"nothing got worse: {len(found.refs)} labels, {after.questions} questions"])
    lines.append(f"got worse: {len(fallen)} of {len(found.refs)} labels, {len(lost)} of {len(found.answers)} answers")
    lines += [f"  {_short(ref.ref)}: F1 {ref.before:.3f} before, {ref.after:.3f} after" for ref in fallen[:SHOWN]]
    for one in lost[:SHOWN]:
        old, new = one.before.tally.mean_iou, one.after.tally.mean_iou
        lines.append(f"  {one.after.number:>5}  {_short(one.after.ref)}: IoU {old:.3f} before, {new:.3f} after")
        lines.append(f"         {_short(one.after.source)}")
    return "\n".join(lines)


def write_pictures(outcomes: Sequence[Outcome], order: Sequence[int], folder: Path) -> dict[int, str]:
    """One picture a question, `00001.jpg` being the worst; true boxes dashed and green, answered ones blue.

    `order` holds numbers of questions (from 1), worst first. Returns the file's name by question; those without a
    picture have none.
    """
    from qvl_desktop.training.evaluation import draw_outcome

    names: dict[int, str] = {}
    for number in order:
        if outcomes[number - 1].question.pictures:
            names[number] = f"{len(names) + 1:05d}.jpg"
            draw_outcome(outcomes[number - 1], folder / names[number])
    print(f"{folder}: {len(names)} pictures, the worst first", file=sys.stderr)
    return names


def questions_worst_first(answers: Sequence[Answered]) -> list[int]:
    """The numbers of the questions by their worst phrase. `answers` are worst first."""
    return list(dict.fromkeys(one.number for one in answers))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese signs take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
