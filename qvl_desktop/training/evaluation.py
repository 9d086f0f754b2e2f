"""How well a model points: asking the grounding questions of a data set and scoring the answers.

Owns which turns are grounding questions, reading boxes out of answers, and samples drawn as pictures. Does not own
matching boxes (`core.metrics`) nor generating text (`engine.generator`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl_desktop.core.answered import Answered, score_of
from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Conversation, Mention, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.drawing import ANSWER, TRUTH, DrawnBox, draw_boxes
from qvl_desktop.core.metrics import GroundingScore
from qvl_desktop.core.pictures import open_upright, picture_size
from qvl_desktop.core.tokens import Picture, faults, parse
from qvl_desktop.engine.answerer import Answerer
from qvl_desktop.engine.generator import DEFAULT_BATCH
from qvl_desktop.engine.generator import Question as Prompted
from qvl_desktop.models.families.processor import FamilyProcessor

SHORTEST_ANSWER = 24
DRAWN_SIDE = 1280
_PICTURE_LINE = re.compile(r"(?:Picture \d+: *)?<img>.*?</img>\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """One grounding question: the turns up to it (true answers before), and the boxes that are right.

    `truth` holds (ref, picture, boxes); `pictures` are those of the turns, in order.
    """

    turns: tuple[Turn, ...]
    pictures: tuple[Path, ...]
    truth: tuple[tuple[str, int, tuple[Box, ...]], ...]
    answer: str
    source: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question and what the model answered; `boxes` are (ref, picture, box)."""

    question: Question
    answer: str
    boxes: tuple[tuple[str, int, Box], ...]
    parsed: bool


def grounding_questions(samples: Iterable[Sample]) -> list[Question]:
    """Every user turn whose true answer names something and boxes it."""
    found: list[Question] = []
    for sample in samples:
        turns = sample.conversation.turns
        answers: dict[int, list[Mention]] = {}
        for mention in sample.conversation.mentions():
            if turns[mention.turn].role == "assistant" and mention.ref and mention.boxes:
                answers.setdefault(mention.turn, []).append(mention)
        for place, mentions in answers.items():
            if place == 0 or turns[place - 1].role != "user":
                continue
            before = turns[:place]
            count = sum(isinstance(part, Picture) for turn in before for part in parse(turn.text))
            found.append(
                Question(
                    turns=before,
                    pictures=sample.pictures[:count],
                    truth=_merged(mentions),
                    answer=turns[place].text,
                    source=sample.source,
                )
            )
    return found


def _merged(mentions: Iterable[Mention]) -> tuple[tuple[str, int, tuple[Box, ...]], ...]:
    boxes: dict[tuple[str, int], tuple[Box, ...]] = {}
    for mention in mentions:
        key = (mention.ref.strip(), mention.picture)
        boxes[key] = (*boxes.get(key, ()), *mention.boxes)
    return tuple((ref, picture, found) for (ref, picture), found in boxes.items())


def answer_budget(questions: Sequence[Question], processor: Any) -> int:
    """Tokens to allow for an answer: half as many again as the longest true one, in the model's own dialect."""
    longest = 0
    for question in questions:
        text = question.answer
        if isinstance(processor, FamilyProcessor):
            text = processor.dialect.render(text, [picture_size(picture) for picture in question.pictures])
        longest = max(longest, len(processor.tokenizer.encode_text(text)))
    return max(SHORTEST_ANSWER, longest * 3 // 2 + 2)


def ask(
    generator: Answerer,
    questions: Sequence[Question],
    *,
    batch_size: int = DEFAULT_BATCH,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[Outcome]:
    """The model's greedy answers, in the order of the questions."""
    texts = generator.answer_batch(
        [Prompted(question.turns, question.pictures) for question in questions],
        answer_budget(questions, generator.processor),
        batch_size=batch_size,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return [read_answer(question, text) for question, text in zip(questions, texts, strict=True)]


def read_answer(question: Question, text: str) -> Outcome:
    """The boxes of an answer. `parsed` is False for malformed markup, and where no box was given at all."""
    conversation = Conversation((*question.turns, Turn("assistant", text)))
    last = len(question.turns)
    boxes = tuple(
        (mention.ref.strip(), mention.picture, box)
        for mention in conversation.mentions()
        if mention.turn == last
        for box in mention.boxes
    )
    return Outcome(question, text, boxes, parsed=bool(boxes) and not faults(text))


def answered(outcomes: Iterable[Outcome]) -> list[Answered]:
    """Each phrase of each question, with the boxes that count for it.

    Where one thing was asked for, every box of the answer counts, whatever the model calls it; where several, a box
    counts for the ref it stands behind.
    """
    found = []
    for number, outcome in enumerate(outcomes, start=1):
        question = outcome.question
        single = len(question.truth) == 1
        for place, (ref, picture, truth) in enumerate(question.truth):
            found.append(
                Answered(
                    number=number,
                    source=question.source,
                    ref=ref,
                    picture=question.pictures[picture] if picture < len(question.pictures) else None,
                    truth=truth,
                    predicted=tuple(
                        box for said, where, box in outcome.boxes if where == picture and (single or said == ref)
                    ),
                    answer=outcome.answer,
                    parsed=outcome.parsed,
                    first=place == 0,
                )
            )
    return found


def score(outcomes: Iterable[Outcome]) -> GroundingScore:
    """The figures of a list of answers."""
    return score_of(answered(outcomes))


def draw_outcome(outcome: Outcome, path: Path) -> None:
    """Write the question's last picture with true (dashed green) and answered (blue) boxes to `path`."""
    if not outcome.question.pictures:
        return
    shown = len(outcome.question.pictures) - 1
    truth = [
        DrawnBox(box, "", TRUTH, dashed=True)
        for _, picture, boxes in outcome.question.truth
        if picture == shown
        for box in boxes
    ]
    answers = [DrawnBox(box, ref, ANSWER) for ref, picture, box in outcome.boxes if picture == shown]
    picture = open_upright(outcome.question.pictures[shown])
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_boxes(picture, [*truth, *answers], longest_side=DRAWN_SIDE).save(path, quality=90)


def spoken_question(question: Question) -> str:
    """The last user turn without its picture markup, as a person reads it."""
    return _PICTURE_LINE.sub("", question.turns[-1].text).strip()
