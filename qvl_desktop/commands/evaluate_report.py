"""What `qvl-desktop evaluate` prints and draws.

Owns the table, the comparison with a baseline and the pictures. Does not own the figures (`core.metrics`,
`core.answered`) nor asking (`training.evaluation`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qvl_desktop.core.i18n import translate
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.core.text_width import columns, cut, left, right

if TYPE_CHECKING:
    from qvl_desktop.core.answered import Answered, Comparison
    from qvl_desktop.core.metrics import GroundingScore
    from qvl_desktop.training.evaluation import Outcome

SHOWN = 5
"""Answers that are shown as the worst, and as those that got worse."""
WIDEST = 60
"""Columns of an answer or a source in one line."""


def table(figures: GroundingScore) -> str:
    """The figures of each label, worst first, and of all together."""
    every = translate("cli", "all")
    width = max(columns(ref) for ref in [*figures.per_ref, every])
    heads = [translate("cli", "boxes"), "Acc@0.5", *_measures()]
    widths = [max(columns(head), 5) for head in heads]
    lines = ["  ".join([" " * width, *map(right, heads, widths)])]
    for ref, tally in [*figures.worst_first(), (every, figures.total)]:
        shares = (tally.acc50, tally.mean_iou, tally.precision, tally.recall, tally.f1)
        cells = [f"{tally.boxes}", *(f"{share:.3f}" for share in shares)]
        lines.append("  ".join([left(ref, width), *map(right, cells, widths)]))
    words = translate("cli", "{questions} questions, {failures} answers without a readable box")
    lines.append(words.format(questions=figures.questions, failures=figures.parse_failures))
    return "\n".join(lines)


def _measures() -> list[str]:
    return [translate("cli", "mean IoU"), translate("cli", "precision"), translate("cli", "recall"), "F1"]


def worst(answers: Sequence[Answered]) -> str:
    """The answers that miss most, one line each; empty when none misses anything. `answers` are worst first."""
    missed = [one for one in answers if one.quality[0] < 1.0]
    words = translate("cli", "worst answers ({shown} of {count} that miss something):")
    lines = [words.format(shown=min(SHOWN, len(missed)), count=len(missed))] if missed else []
    for one in missed[:SHOWN]:
        lines.append(f"  {one.number:>5}  IoU {one.tally.mean_iou:.3f}  {_short(one.ref)}: {_short(one.answer)}")
        lines.append(f"         {_short(spoken_source(one.source))}")
    return "\n".join(lines)


def comparison_text(found: Comparison, name: str) -> str:
    """Both rounds' figures, and what got worse. `name` is what the round before is called."""
    before, after = found.before, found.after
    mean, precision, recall, f1 = _measures()
    rows = [
        ("Acc@0.5", before.total.acc50, after.total.acc50),
        (mean, before.total.mean_iou, after.total.mean_iou),
        (precision, before.total.precision, after.total.precision),
        (recall, before.total.recall, after.total.recall),
        (f1, before.total.f1, after.total.f1),
    ]
    heads = (translate("cli", "before"), translate("cli", "after"), translate("cli", "change"))
    lines = ["  ".join([" " * 10, *map(right, heads, (6, 6, 7))]), f"{'':<10}  ({name})"]
    lines += [f"{left(label, 10)}  {old:>6.3f}  {new:>6.3f}  {new - old:>+7.3f}" for label, old, new in rows]
    words = translate("cli", "answers without a readable box: {before} before, {after} after")
    lines.append(words.format(before=before.parse_failures, after=after.parse_failures))
    fallen, lost = found.worse_refs, found.worse_answers
    if not fallen and not lost:
        words = translate("cli", "nothing got worse: {labels} labels, {questions} questions")
        return "\n".join([*lines, words.format(labels=len(found.refs), questions=after.questions)])
    words = translate("cli", "got worse: {refs} of {all_refs} labels, {lost} of {answers} answers")
    lines.append(words.format(refs=len(fallen), all_refs=len(found.refs), lost=len(lost), answers=len(found.answers)))
    words = "  {ref}: " + translate("cli", "{measure} {before:.3f} before, {after:.3f} after")
    lines += [
        words.format(ref=_short(ref.ref), measure=f1, before=ref.before, after=ref.after) for ref in fallen[:SHOWN]
    ]
    words = "  {number:>5}  {ref}: " + translate("cli", "{measure} {before:.3f} before, {after:.3f} after")
    for one in lost[:SHOWN]:
        old, new = one.before.tally.mean_iou, one.after.tally.mean_iou
        number, ref = one.after.number, _short(one.after.ref)
        lines.append(words.format(number=number, ref=ref, measure="IoU", before=old, after=new))
        lines.append(f"         {_short(spoken_source(one.after.source))}")
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
    words = translate("cli", "{folder}: {count} pictures, the worst first")
    print(words.format(folder=folder, count=len(names)), file=sys.stderr)
    return names


def questions_worst_first(answers: Sequence[Answered]) -> list[int]:
    """The numbers of the questions by their worst phrase. `answers` are worst first."""
    return list(dict.fromkeys(one.number for one in answers))


def _short(text: str) -> str:
    return cut(" ".join(text.split()), WIDEST)
