"""`qvl-desktop labels`: show what a run is taught, token by token, with the supervised ones marked.

Owns the flags and how a terminal shows it. Does not own the tokens (`training.trained_text`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from qvl_desktop.commands.asking import told_dataset
from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.core.trained_text import LeftOut, Line, Piece, ShownSample, Summary, to_line

SETTINGS = ("labels", "max_length", "max_pixels")
"""The settings of a plan that decide what is learnt from."""
SHOWN = 3
NAMED_LEFT_OUT = 50
LEARNT, PALE, PLAIN = "\033[1;32m", "\033[2m", "\033[0m"


def add_parser(subparsers: Any) -> None:
    """`labels --model M --data D [--sample N [--count N]] [--labels compatible] [--max-length N] [--json]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "labels",
        help=_N("cli", "show what is trained on: the tokens, and which of them are learnt"),
        description=_N(
            "cli",
            "Print samples as the model is taught them, in its own dialect and layout. What is learnt is green "
            "on a terminal and stands in [[ ]] elsewhere; the rest is only read. Samples that are left out are listed.",
        ),
    )
    parser.add_argument("--model", required=True, help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument("--data", required=True, type=Path, help=_N("cli", "a project (.qvl) or a data file"))
    parser.add_argument("--images", type=Path, help=_N("cli", "where a data file's relative picture paths count from"))
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="train", help=_N("cli", "which samples [train]"))
    parser.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help=translate("cli", "show sample N, from 1 [the first {count}]").format(count=SHOWN),
    )
    parser.add_argument(
        "--count",
        type=int,
        metavar="N",
        help=translate("cli", "show N samples from that one on [1; without --sample {count}]").format(count=SHOWN),
    )
    for field in fields(TrainingPlan):
        if field.name in SETTINGS:
            kind: Any = type(field.default)
            name, choices = f"--{field.name.replace('_', '-')}", field.metadata["choices"]
            parser.add_argument(
                name, type=kind, choices=choices, default=field.default, help=translate("plan", field.metadata["help"])
            )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print JSON lines: sample, left_out, summary"))
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Encode and print."""
    if args.sample is not None and args.sample < 1:
        args.parser.error(translate("cli", "--sample: samples are counted from 1"))
    if args.count is not None and args.count < 1:
        args.parser.error(translate("cli", "--count: at least 1"))
    settings = {name: getattr(args, name) for name in SETTINGS}
    try:
        plan = TrainingPlan(model=args.model, data=str(args.data), **settings).checked()
    except PlanError as error:
        args.parser.error(str(error))
    from qvl_desktop.models.loading import load_processor
    from qvl_desktop.models.names import resolve_model
    from qvl_desktop.training.trained_text import trained_text

    dataset = told_dataset(args.data, args.images)
    samples = dataset.samples if args.split == "all" else dataset.split(args.split)
    first = args.sample or 1
    shown = range(first, first + (args.count or (SHOWN if args.sample is None else 1)))
    lines = trained_text(samples, load_processor(resolve_model(args.model)), plan, shown)
    if args.json:
        for line in lines:
            print(to_line(line), flush=True)
    else:
        report(lines, colour=sys.stdout.isatty())
    return 0


def report(lines: Iterable[Line], *, colour: bool) -> None:
    """Samples as they come, then what is left out, then the sums."""
    left_out: list[LeftOut] = []
    for line in lines:
        match line:
            case ShownSample():
                words = translate("cli", "--- sample {number} ({source}): {tokens} tokens, {supervised} learnt")
                print(words.format(**_figures(line)))
                print("".join(marked(piece, colour=colour) for piece in line.pieces) + "\n")
            case LeftOut():
                left_out.append(line)
            case Summary():
                tell_left_out(left_out)
                words = translate(
                    "cli",
                    "{samples} samples are learnt from: {tokens} tokens, {supervised} of them learnt; the longest has "
                    "{longest} of {limit}. {left_out} are left out, {too_long} of them because they are too long.",
                )
                print(words.format(**_figures(line)))


def _figures(line: Line) -> dict[str, Any]:
    figures = {field.name: getattr(line, field.name) for field in fields(line)}
    return figures | {"source": spoken_source(str(figures.get("source", "")))}


def tell_left_out(left_out: list[LeftOut]) -> None:
    """A line for each sample that is not learnt from, the longest first."""
    for line in sorted(left_out, key=lambda one: -one.tokens)[:NAMED_LEFT_OUT]:
        print(translate("cli", "left out: sample {number} ({source}): {reason}").format(**_figures(line)))
    if len(left_out) > NAMED_LEFT_OUT:
        print(translate("cli", "left out: {count} more").format(count=len(left_out) - NAMED_LEFT_OUT))
    if left_out:
        print()


def marked(piece: Piece, *, colour: bool) -> str:
    """The text of a piece: what is learnt stands out."""
    text = f"{piece.text} x {piece.tokens}" if piece.picture else piece.text
    if not colour:
        return f"[[{text}]]" if piece.learnt else text
    return f"{LEARNT if piece.learnt else PALE}{text}{PLAIN}"
