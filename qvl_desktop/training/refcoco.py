"""Asking a model where phrases are, as the official RefCOCO evaluation asks.

Owns the questions of a data set and the order of asking. First-generation models go on with
`<img>picture</img><ref>phrase</ref><box>`, greedily, for at most 28 tokens; later families, which have no such prompt,
are asked in their chat. Does not own the rule (`core.refcoco`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.refcoco import Judged, judge
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.engine.answerer import Answerer
from qvl_desktop.engine.generator import DEFAULT_BATCH, Generator, Question
from qvl_desktop.models.qwen_vl.prompt import RAW

PROMPTED_TOKENS = 28
CHAT_TOKENS = 128
"""Later families write a box with more words."""


@dataclass(frozen=True, slots=True)
class RefPhrase:
    """A phrase, its picture and its one true box; `size` (width, height) and `truth` are upright pixels."""

    phrase: str
    picture: Path
    size: tuple[int, int]
    truth: Rect
    source: str


def ref_phrases(samples: Iterable[Sample]) -> tuple[list[RefPhrase], int]:
    """Every phrase that an answer ties to exactly one box, and how many had several and are left out.

    Boxes are the exact ones where the data has them, else those of the tokens. Raises `PictureError`.
    """
    found: list[RefPhrase] = []
    several = 0
    for sample in samples:
        turns = sample.conversation.turns
        mentions = [one for one in sample.conversation.mentions() if turns[one.turn].role == "assistant" and one.ref]
        exact = sample.shapes[0] if len(sample.shapes) == 1 else None
        for mention in mentions:
            if len(mention.boxes) != 1 or mention.picture >= len(sample.pictures):
                several += len(mention.boxes) > 1
                continue
            picture = sample.pictures[mention.picture]
            size = picture_size(picture)
            truth = exact.bounds if exact is not None else mention.boxes[0].decode(*size)
            found.append(RefPhrase(mention.ref.strip(), picture, size, truth, sample.source))
    return found, several


def ask_phrases(
    generator: Answerer,
    phrases: list[RefPhrase],
    *,
    batch_size: int = DEFAULT_BATCH,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Judged]:
    """The model's answers by the rule, in the order of the phrases."""
    if not isinstance(generator, Generator):
        texts = generator.answer_batch(
            [_asked(one) for one in phrases], CHAT_TOKENS, batch_size=batch_size, on_progress=on_progress
        )
        return _judged(phrases, texts)
    before = generator.chat_format
    generator.chat_format = RAW
    try:
        texts = generator.answer_batch(
            [_prompted(one) for one in phrases], PROMPTED_TOKENS, batch_size=batch_size, on_progress=on_progress
        )
    finally:
        generator.chat_format = before
    return _judged(phrases, texts)


def _judged(phrases: Iterable[RefPhrase], texts: Iterable[str]) -> list[Judged]:
    return [judge(one.phrase, one.source, text, one.truth, one.size) for one, text in zip(phrases, texts, strict=True)]


def _prompted(one: RefPhrase) -> Question:
    text = f"<img>picture-1</img>{format_ref(one.phrase)}<box>"
    return Question((Turn("user", text),), (one.picture,))


def _asked(one: RefPhrase) -> Question:
    return Question((user_turn([str(one.picture)], f"Find {one.phrase}."),), (one.picture,))
