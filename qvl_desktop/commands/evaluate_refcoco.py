"""`qvl-desktop evaluate --refcoco`: phrases asked and counted as in the official RefCOCO evaluation.

Owns the order of things and what is printed. Does not own the flags (`evaluate`), asking (`training.refcoco`) nor the
rule and the published figures (`core.refcoco`).
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import open_host, tell_loading, tell_note, tell_progress, told_dataset
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.refcoco import Judged, figures, published_for
from qvl_desktop.core.text_width import left

if TYPE_CHECKING:
    from qvl_desktop.training.refcoco import RefPhrase


def run_refcoco(args: argparse.Namespace) -> int:
    """Ask, judge, print."""
    phrases = _phrases(args)
    tell_loading("model")
    from qvl_desktop.training.refcoco import ask_phrases

    host, name = open_host(args)
    began = time.perf_counter()
    with host.using(name) as generator:
        judged = ask_phrases(generator, phrases, batch_size=args.batch_size, on_progress=tell_progress)
    known = published_for(args.data.name)
    if args.json:
        print(json.dumps(_body(judged, known, time.perf_counter() - began), ensure_ascii=False))
    else:
        print(report(judged, known))
    return 0


def _phrases(args: argparse.Namespace) -> list[RefPhrase]:
    from qvl_desktop.training.refcoco import ref_phrases

    dataset = told_dataset(args.data, args.images)
    phrases, several = ref_phrases(dataset.samples)
    if several:
        words = translate("cli", "{count} phrases with several boxes are left out: the rule knows one")
        tell_note(words.format(count=several))
    if not phrases:
        raise DataError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: there is no phrase with one box in it. Take a RefCOCO-style file (image, sent, bbox), or data "
                "whose answers name something and box it.",
            ),
            path=args.data,
        )
    return phrases[: args.limit] if args.limit else phrases


def _body(judged: list[Judged], known: tuple[str, dict[str, float]] | None, seconds: float) -> dict[str, Any]:
    answers = [
        {
            "source": one.source,
            "phrase": one.phrase,
            "answer": one.answer,
            "box": astuple(one.box) if one.box is not None else None,
            "iou": round(one.overlap, 4),
            "found": one.found,
        }
        for one in judged
    ]
    published = {"set": known[0], "accuracy": known[1]} if known else None
    return {"rule": "refcoco", **figures(judged), "published": published, "seconds": seconds, "answers": answers}


def report(judged: list[Judged], known: tuple[str, dict[str, float]] | None) -> str:
    """The accuracy with the published ones beside, and the counts."""
    sums = figures(judged)
    lines = [left(translate("cli", "this model"), 24) + f"{sums['accuracy']:>8.2f} %"]
    if known:
        name, models = known
        head = translate("cli", "{model}, published")
        lines += [f"{left(head.format(model=model), 24)}{value:>8.2f} %" for model, value in models.items()]
        lines.append(translate("cli", "on {name}, by the file's name").format(name=name))
    words = translate(
        "cli",
        "{found} of {phrases} phrases found (IoU at least 0.5 with the first box), {without_box} answers without a "
        "box, mean IoU {mean_iou:.3f}",
    )
    return "\n".join([*lines, words.format(**sums)])
