"""`qvl-desktop evaluate`: how well a model points, on the grounding questions of a data set.

Owns the flags and the order of things. Does not own asking and scoring (`training.evaluation`, `core.metrics`) nor what
is printed (`evaluate_report`).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import (
    BASE,
    BASELINE,
    add_on_host,
    add_prompt_format,
    open_host,
    tell_loading,
    tell_progress,
    told_dataset,
)
from qvl_desktop.commands.evaluate_report import comparison_text, questions_worst_first, table, worst, write_pictures
from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N

if TYPE_CHECKING:
    from qvl_desktop.engine.host import ModelHost
    from qvl_desktop.training.evaluation import Outcome, Question


def add_parser(subparsers: Any) -> None:
    """`evaluate --model M [--adapter A] --data D [--baseline [A]] [--json] [--pictures DIR]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "evaluate",
        help=_N("cli", "measure how well a model points"),
        description=_N(
            "cli",
            "Ask the grounding questions of a data set and compare the answered boxes with the true ones. "
            "The table on stdout lists the worst labels first.",
        ),
    )
    parser.add_argument("--model", required=True, help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument("--adapter", type=Path, help=_N("cli", "an adapter folder, or a run folder with one"))
    parser.add_argument(
        "--baseline",
        nargs="?",
        const=BASE,
        metavar="ADAPTER",
        help=_N(
            "cli",
            "ask the base without the adapter too, or another adapter, and say what became better and what got worse",
        ),
    )
    parser.add_argument(
        "--data", required=True, type=Path, help=_N("cli", "a project (.qvl) or data in any format that import reads")
    )
    parser.add_argument("--images", type=Path, help=_N("cli", "where a data file's relative picture paths count from"))
    parser.add_argument(
        "--split",
        choices=(*SPLITS, "all"),
        help=_N("cli", "which samples to ask [val; all where the data has no splits]"),
    )
    parser.add_argument(
        "--limit", type=int, default=0, metavar="N", help=_N("cli", "ask at most N questions; 0 asks all [0]")
    )
    parser.add_argument("--precision", default="auto", help=_N("cli", "auto, fp32, bf16, fp16, int8 or nf4 [auto]"))
    parser.add_argument("--device", default="auto", help=_N("cli", "auto, cpu, cuda:0, ... [auto]"))
    add_on_host(parser)
    add_prompt_format(parser)
    parser.add_argument(
        "--batch-size", type=int, default=16, metavar="N", help=_N("cli", "questions answered together [16]")
    )
    parser.add_argument(
        "--refcoco",
        action="store_true",
        help=_N(
            "cli",
            "ask each phrase with the prompt of the official RefCOCO evaluation and count by its rule; the published "
            "figures stand beside where the file's name tells the set (refcoco_testA.jsonl). Asks all splits",
        ),
    )
    parser.add_argument(
        "--json", action="store_true", help=_N("cli", "print figures, table and answers as one JSON object")
    )
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help=_N("cli", "write a picture with both boxes per question, worst first"),
    )
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Ask, score, print."""
    if args.refcoco:
        for name in ("pictures", "baseline"):
            if getattr(args, name):
                words = translate("cli", "--{name} is not for --refcoco: that rule looks at one box a phrase")
                args.parser.error(words.format(name=name))
        from qvl_desktop.commands.evaluate_refcoco import run_refcoco

        return run_refcoco(args)
    if args.baseline == BASE and not args.adapter:
        args.parser.error(translate("cli", "--baseline compares an adapter with its base: name one with --adapter"))
    questions = _questions(args)
    tell_loading("model")
    from qvl_desktop.core.answered import compare, score_of, worst_first
    from qvl_desktop.training.evaluation import answered

    host, name = open_host(args, baseline=args.baseline)
    began = time.perf_counter()
    baseline = BASE if args.baseline == BASE else BASELINE
    before = answered(_ask(host, baseline, name, questions, args)) if args.baseline else None
    outcomes = _ask(host, name, name, questions, args)
    found = answered(outcomes)
    comparison = compare(before, found) if before is not None else None
    ordered, figures = worst_first(found), score_of(found)
    order = questions_worst_first(ordered)
    names = write_pictures(outcomes, order, args.pictures) if args.pictures else {}
    if args.json:
        body = figures.to_json() | {"seconds": round(time.perf_counter() - began, 3)}
        body["answers"] = [one.to_json() | {"drawn": names.get(one.number)} for one in ordered]
        if comparison is not None:
            body["baseline"] = {"name": args.baseline} | comparison.to_json()
        print(json.dumps(body, ensure_ascii=False))
        return 0
    parts = [table(figures), worst(ordered)]
    if comparison is not None:
        parts.append(comparison_text(comparison, args.baseline))
    print("\n\n".join(part for part in parts if part))
    return 0


def _ask(host: ModelHost, name: str, like: str, questions: list[Question], args: argparse.Namespace) -> list[Outcome]:
    """The answers of the base or of an adapter, with pictures as large as for the one it is `like`."""
    from qvl_desktop.training.completions import completions
    from qvl_desktop.training.evaluation import ask

    with host.using(name, like) as generator:
        raw = getattr(generator, "chat_format", "") == "raw"
        asked = completions(questions) if raw else questions
        return ask(generator, asked, batch_size=args.batch_size, on_progress=tell_progress)


def _questions(args: argparse.Namespace) -> list[Question]:
    from qvl_desktop.training.evaluation import grounding_questions

    dataset = told_dataset(args.data, args.images)
    split: Any = args.split or ("val" if any(sample.split for sample in dataset.samples) else "all")
    samples = dataset.samples if split == "all" else dataset.split(split)
    questions = grounding_questions(samples)
    if not questions:
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: the {split} split has no grounding question (a question whose answer boxes something). "
                "Choose another --split, or make conversations from the grounding template.",
            ),
            path=args.data,
            split=split,
        )
    return questions[: args.limit] if args.limit else questions
