"""A page's Markdown cut into the pieces that are drawn each in its own way.

Owns telling apart running text, code, notes, quotations and pictures, and what Qt's Markdown does not know (given
names of headings, definition lists). Does not own drawing them (`paper`). Knows no widgets.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "code", "note", "quote", "picture"]
_FENCE = re.compile(r"^(\s*)(```|~~~)")
_NOTE = re.compile(r'^!!!\s+(\w+)\s*(?:"([^"]*)")?\s*$')
_PICTURE = re.compile(r"^!\[([^]]*)\]\(([^)]+)\)\s*$")
_HAN = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u201c\u201d\u2026\u2014]"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SPLIT_HAN = re.compile(rf"(?<={_HAN})\n[ ]*(?={_HAN})")
"""A line end between Chinese characters, which would be read as a space."""
_GIVEN_NAME = re.compile(r"^(#{1,4} .*?)\s*\{\s*#[\w-]+\s*\}\s*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `body` is Markdown in text, notes and quotations, the code itself, or a picture's address; `title`
    is a note's heading or what a picture shows."""

    kind: Kind
    body: str
    title: str = ""


def pieces(source: str) -> list[Piece]:
    """The pieces of a page, in order."""
    found: list[Piece] = []
    for piece in _raw(source.splitlines()):
        if piece.body.strip():
            found.append(piece)
    return found


def _raw(lines: list[str]) -> Iterator[Piece]:
    text: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        taken, piece = _special(lines, at)
        if piece is None:
            text.append(line)
            at += 1
            continue
        yield Piece("text", _qt_markdown(text))
        text = []
        yield piece
        at += taken
    yield Piece("text", _qt_markdown(text))


def _special(lines: list[str], at: int) -> tuple[int, Piece | None]:
    """The piece that begins at a line and how many lines it takes; none where running text goes on."""
    line = lines[at]
    if match := _FENCE.match(line):
        end = next((n for n in range(at + 1, len(lines)) if lines[n].strip() == match.group(2)), len(lines))
        return end - at + 1, Piece("code", textwrap.dedent("\n".join(lines[at + 1 : end])))
    if match := _NOTE.match(line):
        end = at + 1
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith("    ")):
            end += 1
        body = _SPLIT_HAN.sub("", textwrap.dedent("\n".join(lines[at + 1 : end])).strip())
        return end - at, Piece("note", body, match.group(2) or "")
    if line.startswith("> "):
        end = at
        while end < len(lines) and lines[end].startswith(">"):
            end += 1
        return end - at, Piece("quote", "\n".join(one[1:].strip() for one in lines[at:end]))
    if match := _PICTURE.match(line):
        return 1, Piece("picture", match.group(2), match.group(1))
    return 0, None


def _qt_markdown(lines: list[str]) -> str:
    """Running text as Qt's Markdown takes it: no given names behind headings, a definition behind its term."""
    made: list[str] = []
    for line in lines:
        if match := _GIVEN_NAME.match(line):
            line = match.group(1)
        if line.startswith(":   ") and made:
            made[-1] += ("：" if _CHINESE.search(line) else ": ") + line[4:]
            continue
        made.append(line)
    return _SPLIT_HAN.sub("", "\n".join(made))
