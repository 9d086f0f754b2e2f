"""What a run learns from, token by token, as plain data: for the terminal, and as JSON lines for the window.

Owns the shown samples, those left out, and both ways between them and JSON lines. Does not own making them
(`training.trained_text`) nor running the command that prints them (`jobs.trained_text`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens that follow each other and are all learnt, or all only read. A picture's slots are a piece alone.

    `parts` is the text token by token (tokens that hold only a part of a sign stand together); empty for a picture.
    """

    text: str
    tokens: int
    learnt: bool
    picture: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownSample:
    """One conversation as the model is taught it. `number` counts the samples of the split from 1.

    Slots of pictures are in `tokens`; `supervised` counts the tokens that the loss looks at.
    """

    number: int
    source: str
    tokens: int
    supervised: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sample that is not learnt from. `tokens` is its length where it is too long, else 0."""

    number: int
    source: str
    reason: str
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The whole split: `samples` are learnt from, `left_out` are not, `too_long` of them for their length."""

    samples: int
    left_out: int
    too_long: int
    tokens: int
    supervised: int
    longest: int
    limit: int


Line = ShownSample | LeftOut | Summary
_NAMES = {"sample": ShownSample, "left_out": LeftOut, "summary": Summary}


def to_line(value: Line) -> str:
    """One JSON line, `{"sample": {...}}`, `{"left_out": {...}}` or `{"summary": {...}}`."""
    name = next(name for name, kind in _NAMES.items() if isinstance(value, kind))
    return json.dumps({name: asdict(value)}, ensure_ascii=False)


def read_lines(lines: Iterable[str]) -> Iterator[Line]:
    """The values of JSON lines; lines that are none of ours are skipped."""
    for line in lines:
        try:
            body = json.loads(line)
            ((name, values),) = body.items()
            if name == "sample":
                values["pieces"] = tuple(
                    Piece(**piece | {"parts": tuple(piece.get("parts", ()))}) for piece in values["pieces"]
                )
            yield _NAMES[name](**values)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
