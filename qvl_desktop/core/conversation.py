"""Conversations: turns of canonical Qwen-VL text about one or several pictures.

Owns `Turn`, `Conversation`, how pictures are named in a text, and which picture each box belongs to. Does not own
the grammar inside a turn (`tokens`) or how a family writes it (`dialects`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)

DEFAULT_SYSTEM = "You are a helpful assistant."
"""The system turn of the original when a conversation has none."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message; `text` is canonical Qwen-VL text."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase with its boxes in one turn, or boxes without a phrase (`ref` is then empty).

    `picture` counts the conversation's pictures from 0: a box belongs to the last picture named before it, and to the
    first one if none was.
    """

    turn: int
    ref: str
    boxes: tuple[Box, ...]
    quads: tuple[Quad, ...]
    picture: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns in order. `id` is the record's name in the file it came from, or empty."""

    turns: tuple[Turn, ...]
    id: str = ""

    @property
    def pictures(self) -> tuple[str, ...]:
        """The paths between `<img>` and `</img>` of all turns, in order, as written."""
        return tuple(
            segment.path for turn in self.turns for segment in parse(turn.text) if isinstance(segment, Picture)
        )

    def mentions(self) -> Iterator[Mention]:
        """Every phrase and every bare box, in reading order."""
        seen = 0
        for index, turn in enumerate(self.turns):
            ref: str | None = None
            boxes: list[Box] = []
            quads: list[Quad] = []
            for segment in (*parse(turn.text), Ref("")):
                match segment:
                    case BoxToken(box):
                        boxes.append(box)
                        continue
                    case QuadToken(quad):
                        quads.append(quad)
                        continue
                    case Text(text) if not text.strip(" ,，、\n"):
                        continue
                if ref is not None or boxes or quads:
                    yield Mention(index, ref or "", tuple(boxes), tuple(quads), max(seen - 1, 0))
                ref = segment.text if isinstance(segment, Ref) else None
                boxes, quads = [], []
                seen += isinstance(segment, Picture)


def picture_line(number: int, path: str) -> str:
    """`Picture N: <img>path</img>` and a line end; `number` counts from 1."""
    return f"Picture {number}: <img>{path}</img>\n"


def user_turn(pictures: Sequence[str], words: str, *, first_number: int = 1) -> Turn:
    """A user turn that names `pictures` and then says `words`."""
    lines = (picture_line(first_number + i, path) for i, path in enumerate(pictures))
    return Turn("user", "".join(lines) + words)
