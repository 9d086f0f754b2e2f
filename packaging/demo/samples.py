"""From scenes to the decoder's training batch.

Many questions share one picture: a row is the picture's prefix followed by branches, each branch one or more
exchanges that see the prefix and themselves but not each other, with positions that go on from the prefix. So every
branch is exactly the conversation that the chat layout of the product gives, at a fraction of its cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from demo import words
from demo.questions import Question, QuestionMaker
from qvl_desktop.core.conversation import DEFAULT_SYSTEM
from qvl_desktop.models.qwen_vl.prompt import encode_turn, encode_turn_text

if TYPE_CHECKING:
    import random

    from demo.scenes import Scene
    from qvl_desktop.models.qwen_vl.tokenization import QwenVLTokenizer

DIGIT_WEIGHTS = (1.5, 1.0, 0.25)
"""Hundreds, tens, units: the last digit says little and is learnt last."""
PUNCTUATION_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Piece:
    """Token ids and the weight of each in the loss (0: not learnt)."""

    ids: list[int]
    weights: list[float]

    def __add__(self, other: Piece) -> Piece:
        return Piece(self.ids + other.ids, self.weights + other.weights)

    @classmethod
    def silent(cls, ids: list[int]) -> Piece:
        """Ids that are only read."""
        return cls(ids, [0.0] * len(ids))


@dataclass(frozen=True, slots=True)
class Row:
    """A prefix with its pictures (indices into the scenes) and the branches that go on from it."""

    pictures: list[int]
    prefix: Piece
    branches: list[Piece]

    @property
    def length(self) -> int:
        """Tokens of the row."""
        return len(self.prefix.ids) + sum(len(branch.ids) for branch in self.branches)


@dataclass(slots=True)
class Batch:
    """Tensors of a batch; ``mask`` is bool (rows, 1, tokens, tokens), ``pictures`` the picture of each place in
    order."""

    input_ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    weights: torch.Tensor
    pictures: torch.Tensor


class RowMaker:
    """Builds rows for one tokenizer: as many questions a picture as fit into ``tokens``."""

    def __init__(self, tokenizer: QwenVLTokenizer, tokens: int, two_pictures: float) -> None:
        self.tokenizer, self.tokens, self.two_pictures = tokenizer, tokens, two_pictures
        self._newline = tokenizer.encode_text("\n", ())
        self._system = [*encode_turn(tokenizer, "system", DEFAULT_SYSTEM), *self._newline]
        self._ask = [tokenizer.im_start_id, *tokenizer.encode_text("user", ()), *self._newline]
        self._reply = [
            tokenizer.im_end_id,
            *self._newline,
            tokenizer.im_start_id,
            *tokenizer.encode_text("assistant", ()),
            *self._newline,
        ]
        self._digits = {tokenizer.encode_text(str(digit), ())[0] for digit in range(10)}

    def text(self, text: str) -> list[int]:
        """Ids of a turn's text."""
        return encode_turn_text(self.tokenizer, text)

    def answer(self, text: str) -> tuple[list[int], list[float]]:
        """Ids of an answer and its end, and the weight of each in the loss."""
        ids = [*self.text(text), self.tokenizer.im_end_id]
        weights = [1.0] * len(ids)
        special, inside = self.tokenizer.special_tokens, False
        place = 0
        while place < len(ids):
            if ids[place] == special["<box>"]:
                inside = True
            elif ids[place] == special["</box>"]:
                inside, weights[place] = False, PUNCTUATION_WEIGHT
            elif inside and ids[place] in self._digits:
                end = place
                while ids[end] in self._digits:
                    end += 1
                weights[place:end] = DIGIT_WEIGHTS[3 - (end - place) :]
                place = end
                weights[place] = PUNCTUATION_WEIGHT if end - place == 3 else 0.6
            elif inside:
                weights[place] = PUNCTUATION_WEIGHT
            place += 1
        weights[0] = 2.0
        return ids, weights

    def exchange(self, question: Question) -> Piece:
        """What follows the user's line start: question, the answer's opening, the answer (learnt), its end."""
        asked = [*self.text(question.question), *self._reply]
        ids, weights = self.answer(question.answer)
        return Piece(asked + ids, [0.0] * len(asked) + weights)

    def turn(self, question: Question) -> Piece:
        """A further exchange, from the end of an answer on."""
        opening = [*self._newline, *self._ask]
        return Piece(opening, [0.0] * len(opening)) + self.exchange(question)

    def rows(self, scenes: list[Scene], rng: random.Random) -> list[Row]:
        """Rows that use every scene once."""
        made: list[Row] = []
        place = 0
        while place < len(scenes):
            if place + 1 < len(scenes) and rng.random() < self.two_pictures:
                made.append(self._pair(scenes, place, rng))
                place += 2
            else:
                prefix = Piece.silent([*self._system, *self._ask, *self.text("Picture 1: <img>1</img>\n")])
                made.append(self._filled(Row([place], prefix, []), scenes[place], rng))
                place += 1
        return made

    def _filled(self, row: Row, scene: Scene, rng: random.Random, number: int = 0) -> Row:
        """The row with branches of one to three exchanges; with ``number`` the picture is named in each question."""
        questions = QuestionMaker(scene, rng).several(self.tokens // 24)
        if number:
            questions = [_about(question, number) for question in questions]
        while questions:
            length = rng.choices((1, 2, 3), (14, 3, 1))[0]
            taken, questions = questions[:length], questions[length:]
            branch = self.exchange(taken[0])
            for question in taken[1:]:
                branch = branch + self.turn(question)
            if row.length + len(branch.ids) <= self.tokens:
                row.branches.append(branch)
            elif self.tokens - row.length < 24:
                break
        return row

    def _pair(self, scenes: list[Scene], place: int, rng: random.Random) -> Row:
        """Two pictures: both named at once, or the second in a later turn."""
        first, second = scenes[place], scenes[place + 1]
        if rng.random() < 0.5:
            text = "Picture 1: <img>1</img>\nPicture 2: <img>2</img>\n"
            row = Row([place, place + 1], Piece.silent([*self._system, *self._ask, *self.text(text)]), [])
            for _ in range(3):  # a box belongs to the picture named last, so none is asked for on the first
                question = QuestionMaker(first, rng).ask(rng.choice(("count", "exists")))
                if question is not None:
                    row.branches.append(self.exchange(_about(question, 1)))
            return self._filled(row, second, rng, 2)
        prefix = Piece.silent([*self._system, *self._ask, *self.text("Picture 1: <img>1</img>\n")])
        prefix = prefix + self.exchange(QuestionMaker(first, rng).several(1)[0])
        later = [*self._newline, *self._ask, *self.text("Picture 2: <img>2</img>\n")]
        return self._filled(Row([place, place + 1], prefix + Piece.silent(later), []), second, rng)


def _about(question: Question, number: int) -> Question:
    """The question with its picture named."""
    text = words.IN_PICTURE[question.language].format(number=number, question=question.question)
    return replace(question, question=text)


def collate(rows: list[Row], pad: int) -> Batch:
    """Rows padded to the longest; a padding token sees only itself."""
    length = max(row.length for row in rows)
    ids = torch.full((len(rows), length), pad)
    branches, positions = torch.full((len(rows), length), -1), torch.zeros((len(rows), length), dtype=torch.long)
    weights = torch.zeros((len(rows), length))
    for index, row in enumerate(rows):
        place, start = 0, len(row.prefix.ids)
        for number, piece in enumerate((row.prefix, *row.branches)):
            end = place + len(piece.ids)
            ids[index, place:end] = torch.tensor(piece.ids)
            weights[index, place:end] = torch.tensor(piece.weights)
            branches[index, place:end] = number
            positions[index, place:end] = torch.arange(len(piece.ids)) + (start if number else 0)
            place = end
    order = torch.arange(length)
    causal = order[:, None] >= order[None, :]
    same = (branches[:, :, None] == branches[:, None, :]) | (branches[:, None, :] == 0)
    mask = (same & causal & (branches[:, None, :] >= 0)) | torch.eye(length, dtype=torch.bool)
    pictures = torch.tensor([picture for row in rows for picture in row.pictures])
    return Batch(ids, positions, mask[:, None], weights, pictures)
