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
from demo.scenes import COLOURS, SHAPES, UNSEEN_SHAPE
from qvl_desktop.core.conversation import DEFAULT_SYSTEM
from qvl_desktop.models.qwen_vl.prompt import encode_turn, encode_turn_text

if TYPE_CHECKING:
    import random

    from demo.questions import Look
    from demo.scenes import Scene
    from qvl_desktop.core.box import Box
    from qvl_desktop.models.qwen_vl.tokenization import QwenVLTokenizer

_COLOUR_NAMES = tuple(COLOURS)
HUNDREDS_WEIGHT, UNITS_WEIGHT, FIRST_WEIGHT = 1.5, 0.25, 2.0
"""Weights in the loss of a coordinate's first and last digit (which says little), and of an answer's first token."""
PUNCTUATION_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Aim:
    """The slot a token should look at, and what the text before it says of it: shape and colour, or row and column.

    ``told`` holds shape, colour, row and column as numbers below 8, -100 where the text does not say.
    """

    slot: int
    told: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Token ids, the weight of each in the loss (0: not learnt), and what each is about (None: nothing)."""

    ids: list[int]
    weights: list[float]
    aims: list[Aim | None]

    def __add__(self, other: Piece) -> Piece:
        return Piece(self.ids + other.ids, self.weights + other.weights, self.aims + other.aims)

    @classmethod
    def silent(cls, ids: list[int]) -> Piece:
        """Ids that are only read."""
        return cls(ids, [0.0] * len(ids), [None] * len(ids))


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
    order, ``pointers`` (n, 3): row, token, and the token of the slot it should look at, ``told`` (n, 4) as in
    :class:`Aim`, ``numbers`` (n, 4): row and token before a digit of a coordinate, the coordinate, and 100, 10 or 1."""

    input_ids: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    weights: torch.Tensor
    pictures: torch.Tensor
    pointers: torch.Tensor
    told: torch.Tensor
    numbers: torch.Tensor


class RowMaker:
    """Builds rows for one tokenizer: as many questions a picture as fit into ``tokens``."""

    def __init__(self, tokenizer: QwenVLTokenizer, tokens: int, two_pictures: float, tens_weight: float = 1.0) -> None:
        self.tokenizer, self.tokens, self.two_pictures = tokenizer, tokens, two_pictures
        self._digit_weights = (HUNDREDS_WEIGHT, tens_weight, UNITS_WEIGHT)
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
        self._grid = round(tokenizer.n_queries**0.5)
        self.digits = {tokenizer.encode_text(str(digit), ())[0]: digit for digit in range(10)}

    def text(self, text: str) -> list[int]:
        """Ids of a turn's text."""
        return encode_turn_text(self.tokenizer, text)

    def answer(self, question: Question) -> Piece:
        """The answer and its end: everything is learnt, and inside a box each token aims at the box's slot."""
        ids = [*self.text(question.answer), self.tokenizer.im_end_id]
        weights: list[float] = [1.0] * len(ids)
        aims: list[Aim | None] = [None] * len(ids)
        special, asked = self.tokenizer.special_tokens, iter(zip(question.boxes, question.looks, strict=True))
        aim, place = None, 0
        while place < len(ids):
            if ids[place] == special["<box>"]:
                aim = self.aim(*next(asked))
            elif ids[place] == special["</box>"]:
                aim, weights[place] = None, PUNCTUATION_WEIGHT
            elif aim and ids[place] in self.digits:
                end = place
                while ids[end] in self.digits:
                    end += 1
                weights[place:end] = self._digit_weights[3 - (end - place) :]
                aims[place:end] = [aim] * (end - place)
                place = end
                weights[place] = PUNCTUATION_WEIGHT if end - place == 3 else 0.6
            elif aim:
                weights[place] = PUNCTUATION_WEIGHT
            aims[place] = aim
            place += 1
        weights[0] = FIRST_WEIGHT
        return Piece(ids, weights, aims)

    def aim(self, box: Box, look: Look | None = None) -> Aim:
        """The slot whose cell holds the centre of a box; told by its look, or else by its place."""
        row, column = ((low + high) * self._grid // 2000 for low, high in ((box.y1, box.y2), (box.x1, box.x2)))
        slot = row * self._grid + column
        if look is None:
            return Aim(slot, (-100, -100, row, column))
        shape = -100 if look.shape is None else SHAPES.index(look.shape)
        colour = -100 if look.colour is None else _COLOUR_NAMES.index(look.colour)
        return Aim(slot, (shape, colour, -100, -100))

    def exchange(self, question: Question) -> Piece:
        """What follows the user's line start: question, the answer's opening, the answer (learnt), its end."""
        asked = Piece.silent(self.text(question.question))
        opening, answer = Piece.silent(self._reply), self.answer(question)
        if question.kind == "describe":
            aim = self.aim(question.about[0])
            asked.aims[asked.ids.index(self.tokenizer.special_tokens["</box>"])] = aim
            answer.aims[:-1] = [aim] * (len(answer.ids) - 1)
            opening.aims[-1] = aim
        elif question.kind == "find" and len(question.boxes) == 1:
            opening.aims[-1] = self.aim(question.boxes[0], question.looks[0])
        return asked + opening + answer

    def turn(self, question: Question) -> Piece:
        """A further exchange, from the end of an answer on."""
        return Piece.silent([*self._newline, *self._ask]) + self.exchange(question)

    def rows(self, scenes: list[Scene], rng: random.Random) -> list[Row]:
        """Rows that use every scene once."""
        made: list[Row] = []
        place = 0
        while place < len(scenes):
            speakable = any(thing.shape != UNSEEN_SHAPE for thing in scenes[place].objects)
            if place + 1 < len(scenes) and speakable and rng.random() < self.two_pictures:
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


def _pointers(index: int, row: Row, slot_token: int) -> list[tuple[int, ...]]:
    """Row, token, slot's token and what is told, for every token with an aim: a slot of the last picture before it."""
    found: list[tuple[int, ...]] = []
    place, first, previous = 0, 0, -1
    for piece in (row.prefix, *row.branches):
        for token, aim in zip(piece.ids, piece.aims, strict=True):
            if token == slot_token and previous != slot_token:
                first = place
            if aim:
                found.append((index, place, first + aim.slot, *aim.told))
            previous, place = token, place + 1
    return found


def _numbers(index: int, row: Row, digits: dict[int, int]) -> list[tuple[int, int, int, int]]:
    """Row, token before the digit, coordinate and the digit's worth, for every learnt digit of a coordinate."""
    found: list[tuple[int, int, int, int]] = []
    place = 0
    for piece in (row.prefix, *row.branches):
        start = 0
        while start < len(piece.ids):
            end = start
            while end < len(piece.ids) and piece.ids[end] in digits and piece.aims[end]:
                end += 1
            if end > start and piece.weights[start]:
                value = int("".join(str(digits[token]) for token in piece.ids[start:end]))
                found += [(index, place + at - 1, value, 10 ** (end - 1 - at)) for at in range(start, end)]
            start = max(end, start + 1)
        place += len(piece.ids)
    return found


def collate(rows: list[Row], pad: int, slot_token: int, digits: dict[int, int]) -> Batch:
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
    found = [pointer for index, row in enumerate(rows) for pointer in _pointers(index, row, slot_token)]
    pointers = torch.tensor(found, dtype=torch.long).view(-1, 7)
    spelt = [place for index, row in enumerate(rows) for place in _numbers(index, row, digits)]
    numbers = torch.tensor(spelt, dtype=torch.long).view(-1, 4)
    return Batch(ids, positions, mask[:, None], weights, pictures, pointers[:, :3], pointers[:, 3:], numbers)
