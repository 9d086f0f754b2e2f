"""How a turn's text is shown: words as they are, tokens as chips.

Owns the shown text and the way from a place in it back to a place in the turn's text. Pure: no widget. Positions in the
shown text count UTF-16 units, as Qt does; positions in the turn's text count characters, as `core.tokens` does.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from qvl_desktop.core.box import Box
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Span, Text, spans

Kind = Literal["words", "ref", "box", "quad", "picture", "gap"]

_NBSP = "\u00a0"
_GAP = "\u2009"
_REF_MAY_WRAP = 40
_JOINERS = " ,，、\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the shown text, [start, end), made from [source_start, source_end) of the turn's text.

    A `gap` is only shown, between two chips. `ref` is the phrase a ref, box or quad belongs to; `ordinals` are the box
    and quad tokens it stands for: its own, or all of its phrase's.
    """

    kind: Kind
    start: int
    end: int
    source_start: int
    source_end: int
    shown: str
    ref: str = ""
    ordinals: tuple[int, ...] = ()
    box: Box | None = None
    path: str = ""

    @property
    def is_chip(self) -> bool:
        return self.kind not in ("words", "gap")


class ShownText:
    """A turn's text laid out as pieces. `text` is what the widget shows; the pieces cover it in order."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: list[Piece] = []
        self._end = 0
        found = list(spans(source))
        refs, ordinals = _phrases(found)
        for index, span in enumerate(found):
            if self.pieces and self.pieces[-1].is_chip and not isinstance(span.segment, Text):
                self._add("gap", _GAP, span.start, span.start)
            self._add_span(span, refs[index], ordinals[index])
        self.text = "".join(piece.shown for piece in self.pieces)
        self._starts = [piece.start for piece in self.pieces]

    def _add_span(self, span: Span, ref: str, ordinals: tuple[int, ...]) -> None:
        place = span.start, span.end
        match span.segment:
            case Text(words):
                self._add("words", words.replace("\r", " ").replace("\u2029", " ").replace("\0", " "), *place)
            case Ref(words):
                self._add("ref", _chip(words.strip() or "∅"), *place, ref=ref, ordinals=ordinals)
            case BoxToken(box):
                text = f"{box.x1},{box.y1}–{box.x2},{box.y2}"
                self._add("box", _chip(text), *place, ref=ref, ordinals=ordinals, box=box)
            case QuadToken(quad):
                text = " ".join(f"{x},{y}" for x, y in quad.points)
                self._add("quad", _chip(text), *place, ref=ref, ordinals=ordinals)
            case Picture(path):
                name = PurePosixPath(path.replace("\\", "/")).name or path
                self._add("picture", _chip(name), *place, path=path)

    def _add(self, kind: Kind, shown: str, source_start: int, source_end: int, **more: object) -> None:
        start, self._end = self._end, self._end + units(shown)
        self.pieces.append(Piece(kind, start, self._end, source_start, source_end, shown, **more))  # type: ignore[arg-type]

    @property
    def chips(self) -> list[Piece]:
        """The chips, in order."""
        return [piece for piece in self.pieces if piece.is_chip]

    def piece_of(self, ordinal: int) -> Piece | None:
        """The chip of a box or quad token."""
        return next((p for p in self.pieces if p.kind in ("box", "quad") and p.ordinals == (ordinal,)), None)

    def shown_place(self, character: int) -> int:
        """Where a character of the turn's text stands in the shown text; inside a chip: where the chip begins."""
        for piece in self.pieces:
            if piece.source_start <= character < piece.source_end:
                inside = piece.shown[: character - piece.source_start] if piece.kind == "words" else ""
                return piece.start + units(inside)
        return self._end

    def piece_at(self, position: int) -> Piece | None:
        """The piece in which a shown position lies; None behind the end."""
        index = bisect_right(self._starts, position) - 1
        return self.pieces[index] if index >= 0 and position < self.pieces[index].end else None

    def words_between(self, start: int, end: int) -> tuple[int, int] | None:
        """The turn's characters [a, b) that a selection of plain words covers, blanks at its ends left out.

        None when it is empty, or touches anything but one stretch of words. A selection inside one ref chip, or over
        all of it, gives the characters of the ref's whole token.
        """
        touched = [p for p in self.pieces if p.start < end and p.end > start and p.kind != "gap"]
        if start >= end or len(touched) != 1:
            return None
        piece = touched[0]
        if piece.kind == "ref":
            return piece.source_start, piece.source_end
        if piece.kind != "words":
            return None
        a = piece.source_start + characters(piece.shown, max(start, piece.start) - piece.start)
        b = piece.source_start + characters(piece.shown, min(end, piece.end) - piece.start)
        chosen = self.source[a:b]
        a += len(chosen) - len(chosen.lstrip())
        b -= len(chosen) - len(chosen.rstrip())
        return (a, b) if a < b else None


def _phrases(found: list[Span]) -> tuple[list[str], list[tuple[int, ...]]]:
    """For each span, its phrase and the box tokens it stands for, joined as `Conversation.mentions` joins them."""
    refs = [""] * len(found)
    ordinals: list[tuple[int, ...]] = [()] * len(found)
    phrase: int | None = None
    count = 0
    for index, span in enumerate(found):
        match span.segment:
            case Ref(words):
                phrase, refs[index] = index, words.strip()
            case BoxToken() | QuadToken():
                ordinals[index] = (count,)
                if phrase is not None:
                    refs[index] = refs[phrase]
                    ordinals[phrase] += (count,)
                count += 1
            case Text(words) if not words.strip(_JOINERS):
                pass
            case _:
                phrase = None
    return refs, ordinals


def _chip(text: str) -> str:
    """A chip's text: a blank at each end, and no break inside short ones."""
    text = text.replace("\n", " ").replace("\r", " ")
    return _NBSP + (text.replace(" ", _NBSP) if len(text) <= _REF_MAY_WRAP else text) + _NBSP


def units(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def characters(text: str, count: int) -> int:
    """How many characters the first `count` UTF-16 units of a text are."""
    seen = 0
    for index, character in enumerate(text):
        if seen >= count:
            return index
        seen += 2 if ord(character) > 0xFFFF else 1
    return len(text)
