"""`qvl-desktop evaluate`: how well a model points, on the grounding questions of a data set.

Owns the flags, the table and the pictures. Does not own asking and scoring (`training.evaluation`, `core.metrics`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import add_on_host, add_prompt_format, open_host, tell_progress, told_dataset
from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from qvl_desktop.core.metrics import GroundingScore
    from qvl_desktop.training.evaluation import Outcome, Question


def add_parser(subparsers: Any) -> None:
    """`evaluate --model M [--adapter A] --data D [--split val] [--json] [--pictures DIR]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "evaluate",
        help="measure how well a model points",
        description="Ask the grounding questions of a data set and compare the answered boxes with the true ones. "
        "The table on stdout lists the worst labels first.",
    )
    parser.add_argument("--model", required=True, help="demo, a model folder, or a downloaded name")
    parser.add_argument("--adapter", type=Path, help="an adapter folder, or a run folder with one")
    parser.add_argument("--data", required=True, type=Path, help="a project (.qvl) or a data file")
    parser.add_argument("--images", type=Path, help="where a data file's relative picture paths count from")
    parser.add_argument("--split", choices=(*SPLITS, "all"), default="val", help="which samples to ask [val]")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="ask at most N questions; 0 asks all [0]")
    parser.add_argument("--precision", default="auto", help="auto, fp32, bf16, fp16, int8 or nf4 [auto]")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0, ... [auto]")
    add_on_host(parser)
    add_prompt_format(parser)
    parser.add_argument("--batch-size", type=int, default=16, metavar="N", help="questions answered together [16]")
    parser.add_argument(
        "--refcoco",
        action="store_true",
        help="ask each phrase with the prompt of the official RefCOCO evaluation and count by its rule; the published "
        "figures stand beside where the file's name tells the set (refcoco_testA.jsonl). Asks all splits",
    )
    parser.add_argument("--json", action="store_true", help="print figures, table and answers as one JSON object")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write a picture with both boxes per question")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Ask, score, print."""
    if args.refcoco:
        if args.pictures:
            args.parser.error("--pictures is not for --refcoco: that rule looks at one box a phrase")
        from qvl_desktop.commands.evaluate_refcoco import run_refcoco

        return run_refcoco(args)
    questions = _questions(args)
    print("loading the model ...", file=sys.stderr, flush=True)
    from qvl_desktop.training.completions import completions
    from qvl_desktop.training.evaluation import ask, score

    host, name = open_host(args)
    began = time.perf_counter()
    with host.using(name) as generator:
        if getattr(generator, "chat_format", "") == "raw":
            questions = completions(questions)
        outcomes = ask(generator, questions, batch_size=args.batch_size, on_progress=tell_progress)
    figures = score(outcomes)
    if args.pictures:
        write_pictures(outcomes, args.pictures)
    if args.json:
        body = figures.to_json() | {"seconds": round(time.perf_counter() - began, 3)}
        body["answers"] = [{"source": each.question.source, "answer": each.answer} for each in outcomes]
        print(json.dumps(body, ensure_ascii=False))
    else:
        print(table(figures))
    return 0


def _questions(args: argparse.Namespace) -> list[Question]:
    from qvl_desktop.training.evaluation import grounding_questions

    dataset = told_dataset(args.data, args.images)
    samples = dataset.samples if args.split == "all" else dataset.split(args.split)
    questions = grounding_questions(samples)
    if not questions:
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: the {split} split has no grounding question (a question whose answer boxes something). "
                "Choose another --split, or make conversations from the grounding template.",
            ),
            path=args.data,
            split=args.split,
        )
    return questions[: args.limit] if args.limit else questions


def write_pictures(outcomes: list[Outcome], folder: Path) -> None:
    """One picture a question, named by its number: true boxes dashed and green, answered ones blue."""
    from qvl_desktop.training.evaluation import draw_outcome

    for number, outcome in enumerate(outcomes, start=1):
        draw_outcome(outcome, folder / f"{number:05d}.jpg")
    print(f"{folder}: {len(outcomes)} pictures", file=sys.stderr)


def table(figures: GroundingScore) -> str:
    """The figures of each label, worst first, and of all together."""
    rows = sorted(figures.per_ref.items(), key=lambda row: (row[1].acc50, row[1].mean_iou, row[0]))
    width = max((_columns(ref) for ref in [*figures.per_ref, "all"]), default=3)
    lines = [f"{'':<{width}}  boxes  Acc@0.5  mean IoU  precision"]
    for ref, tally in [*rows, ("all", figures.total)]:
        padded = ref + " " * (width - _columns(ref))
        lines.append(
            f"{padded}  {tally.boxes:>5}  {tally.acc50:>7.3f}  {tally.mean_iou:>8.3f}  {tally.precision:>9.3f}"
        )
    lines.append(f"{figures.questions} questions, {figures.parse_failures} answers without a readable box")
    return "\n".join(lines)


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese signs take two."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
