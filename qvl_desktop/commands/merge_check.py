"""The check of `qvl-desktop merge`: the model with its adapter and the merged one are asked the same.

Owns which questions, what is said about the outcome, and putting a folder aside that does not agree. Does not own
asking and comparing (`training.agreement`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import tell_note
from qvl_desktop.core.amounts import memory_size
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.resources import resource_path

if TYPE_CHECKING:
    from qvl_desktop.engine.answerer import Answerer
    from qvl_desktop.engine.generator import Question

ADAPTER = "adapter"
WORDS = ("Describe this picture.", "What is in the middle of the picture?", "Find the largest thing in the picture.")
"""Asked about shipped pictures where there is no data to ask about."""


class MergeCheck:
    """Asks the model with its adapter at once, before anything is written; `held_against` asks the merged one.

    One of the two is in memory at a time. Where there is no memory even for one, that is said, and nothing is checked.
    """

    def __init__(self, folder: Path, adapter: Path, args: argparse.Namespace) -> None:
        from qvl_desktop.training.agreement import Given, ask_with_logits

        self._args = args
        self._adapter = adapter
        self._kind = _kind(folder, args.bits)
        self._given: list[Given] = []
        if reason := _no_room(folder, args.device):
            tell_note(translate("cli", "not checked: {reason}").format(reason=reason))
            return
        questions = _questions(adapter, args)
        words = translate("cli", "asking the model with its adapter ({count} questions) ...")
        print(words.format(count=len(questions)), file=sys.stderr, flush=True)
        for generator in _opened(folder, adapter, args.device):
            self._given = ask_with_logits(generator, questions)

    def held_against(self, target: Path) -> dict[str, Any] | None:
        """The figures of the agreement; None when nothing was asked.

        Raises `MergeError` when the two do not agree; the folder then lies beside, as `NAME-rejected`.
        """
        if not self._given:
            return None
        from qvl_desktop.training.agreement import MergeError, agreement

        print(translate("cli", "asking the merged model ..."), file=sys.stderr, flush=True)
        for generator in _opened(target, self._adapter, self._args.device, merged=True):
            found = agreement(self._given, generator)
        words = translate(
            "cli",
            "check: {same} of {answers} answers the same, {agreeing} of {tokens} tokens, largest difference of a logit "
            "{difference:.2g} (they spread by {spread:.2g}), alike to {closeness:.6f}",
        ).format(
            same=found.same,
            answers=found.answers,
            agreeing=found.agreeing,
            tokens=found.tokens,
            difference=found.max_difference,
            spread=found.spread,
            closeness=found.closeness,
        )
        print(words, file=sys.stderr)
        rejected = target.with_name(f"{target.name}-rejected")
        try:
            found.check(self._kind, rejected)
        except MergeError:
            target.replace(_free(rejected))
            raise
        return found.to_json() | {"kind": self._kind}


def _kind(folder: Path, bits: int | None) -> str:
    """How near the two must be: a key of `agreement.CLOSE`."""
    from qvl_desktop.models.loading import is_quantised
    from qvl_desktop.models.merging_later import stored_precision

    if bits:
        return f"int{bits}"
    return "fp32" if not is_quantised(folder) and stored_precision(folder) == "fp32" else "dense"


def _opened(folder: Path, adapter: Path, device: str, *, merged: bool = False) -> Iterator[Answerer]:
    """The model, with pictures as large as the adapter met them; it is gone when the loop around ends."""
    from qvl_desktop.engine.host import ModelHost
    from qvl_desktop.models.loading import is_quantised
    from qvl_desktop.models.merging_later import stored_precision

    precision = "auto" if is_quantised(folder) else stored_precision(folder)
    adapters = {} if merged else {ADAPTER: adapter}
    host = ModelHost(folder, adapters, precision=precision, device=device)
    with host.using("base" if merged else ADAPTER) as generator:
        yield generator


def _no_room(folder: Path, device: str) -> str:
    """Why not even one of the models can be held; empty when it can."""
    import psutil
    import torch

    from qvl_desktop.models.checkpoint import Checkpoint

    need, free = Checkpoint.open(folder).nbytes, psutil.virtual_memory().available
    if need < free or (torch.cuda.is_available() and device != "cpu"):
        return ""
    words = translate("cli", "the model takes {need} of memory to be asked, and {free} are free")
    return words.format(need=memory_size(need), free=memory_size(free))


def _questions(adapter: Path, args: argparse.Namespace) -> list[Question]:
    """Of `--data`, else of what the adapter was trained on (its validation first), else about shipped pictures."""
    from qvl_desktop.core.conversation import user_turn
    from qvl_desktop.engine.generator import Question
    from qvl_desktop.storage.region_questions import load_questions
    from qvl_desktop.training.evaluation import grounding_questions

    for data, images in ((args.data, args.images), (_trained_on(adapter), None)):
        if data is None:
            continue
        try:
            dataset = load_questions(data, images)
        except QvlError as error:
            tell_note(str(error))
            continue
        found = [*grounding_questions(dataset.split("val")), *grounding_questions(dataset.samples)]
        asked = [one for one in dict.fromkeys(found) if all(picture.is_file() for picture in one.pictures)]
        if asked:
            return [Question(one.turns, one.pictures) for one in asked[: args.check]]
    pictures = sorted(resource_path("demo_project", "pictures").glob("*.jpg"))[: args.check]
    return [
        Question((user_turn([picture.name], WORDS[number % len(WORDS)]),), (picture,))
        for number, picture in enumerate(pictures)
    ]


def _trained_on(adapter: Path) -> Path | None:
    try:
        data = Path(TrainingPlan.load(adapter / "plan.json").data)
    except QvlError:
        return None
    return data if data.exists() else None


def _free(path: Path) -> Path:
    candidate, number = path, 2
    while candidate.exists():
        candidate, number = path.with_name(f"{path.name}-{number}"), number + 1
    return candidate
