"""Dialects that write a box between tags: Qwen-VL, whose text is the canonical one, and Qwen2-VL.

Qwen2-VL: `<|object_ref_start|>phrase<|object_ref_end|><|box_start|>(x1,y1),(x2,y2)<|box_end|>`, and quads between
`<|quad_start|>` and `<|quad_end|>`; coordinates run from 0 to 1000, thousandths of the side as in canonical text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.dialects.base import Reading, Size, before_open_tag, fault, phrase, plain_words
from qvl_desktop.core.dialects.coordinates import box_from, thousandth
from qvl_desktop.core.tokens import BoxToken, Fault, QuadToken, Ref, Text, faults, format_box, format_quad, parse

REF = ("<|object_ref_start|>", "<|object_ref_end|>")
BOX = ("<|box_start|>", "<|box_end|>")
QUAD = ("<|quad_start|>", "<|quad_end|>")
MARKS = (*REF, *BOX, *QUAD)
"""The control tokens of the dialect."""

_POINT = r"\(\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*,\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*\)"
_BOX_BODY = re.compile(rf"\s*{_POINT}\s*,\s*{_POINT}\s*")
_QUAD_BODY = re.compile(rf"\s*{_POINT}\s*,\s*{_POINT}\s*,\s*{_POINT}\s*,\s*{_POINT}\s*")
_MARK = "|".join(re.escape(mark) for mark in MARKS)
_TOKEN = re.compile(rf"<\|(object_ref|box|quad)_start\|>((?:(?!{_MARK}).)*)<\|\1_end\|>", re.DOTALL)
_STRAY = re.compile(_MARK)
_OPENERS = (REF[0], BOX[0], QUAD[0])

_RANGES = ("box-range", "quad-range")
_SHAPE = re.compile(r"<(box|quad)>[\s0-9(),]*</\1>")
_EDGE = re.compile(r"(?<![0-9])0*1000(?![0-9])")
_GROWING = re.compile(r"<(?:box|quad)>[\s0-9(),]{0,120}(?:</?[a-z]{0,4})?$")


@dataclass(frozen=True, slots=True)
class CanonicalDialect:
    """First-generation Qwen-VL, whose text is the canonical one.

    Its models now and then answer 1000, the far edge of the picture: in an answer that is 999, the last thousandth
    there is. In data it stays a fault, for `core.lint` to find and `core.mending` to mend.
    """

    name: str

    def render(self, text: str, sizes: Sequence[Size] = ()) -> str:
        """The text as it is."""
        return text

    def parse(self, text: str, sizes: Sequence[Size] = ()) -> Reading:
        """The text as it is but for coordinates at the edge, with the faults of `tokens.faults`."""
        found = [one for one in faults(text) if one.code not in _RANGES or _inside(text[one.start : one.end]) is None]
        return Reading(_SHAPE.sub(lambda shape: _inside(shape[0]) or shape[0], text), tuple(found))

    def settled(self, text: str) -> int:
        """Up to a box or quad that may still become whole."""
        growing = _GROWING.search(text)
        return growing.start() if growing else before_open_tag(text)


def _inside(shape: str) -> str | None:
    """A canonical box or quad with 999 for 1000, or None when it had none or is wrong in another way too."""
    mended = _EDGE.sub("999", shape)
    good = mended != shape and isinstance(parse(mended)[0], (BoxToken, QuadToken))
    return mended if good else None


@dataclass(frozen=True, slots=True)
class TagDialect:
    """Qwen2-VL. `parse(render(text)).text == text` for every text without the dialect's own tags in its words."""

    name: str

    def render(self, text: str, sizes: Sequence[Size] = ()) -> str:
        """Every ref, box and quad in the family's tags, in its place."""
        return "".join(_tagged(segment) for segment in parse(text))

    def parse(self, text: str, sizes: Sequence[Size] = ()) -> Reading:
        """Tags back to canonical ones; a box that reaches outside is cut, one that is malformed stays as it is."""
        found: list[Fault] = []
        pieces: list[str] = []
        place = 0
        for match in _TOKEN.finditer(text):
            pieces.append(self._words(text, place, match.start(), found))
            pieces.append(_canonical(match, found))
            place = match.end()
        pieces.append(self._words(text, place, len(text), found))
        return Reading("".join(pieces), tuple(sorted(found, key=lambda one: one.start)))

    def settled(self, text: str) -> int:
        """Up to the first tag that still waits for its end."""
        open_at = max((text.rfind(opener) for opener in _OPENERS), default=-1)
        if open_at >= 0 and _TOKEN.match(text, open_at) is None:
            return open_at
        return before_open_tag(text)

    def _words(self, text: str, start: int, end: int, found: list[Fault]) -> str:
        words = text[start:end]
        found += [fault(start + stray.start(), start + stray.end(), "unbalanced") for stray in _STRAY.finditer(words)]
        return plain_words(words, start, found)


def _tagged(segment: object) -> str:
    match segment:
        case Ref(words):
            return words.join(REF)
        case BoxToken(box):
            return f"({box.x1},{box.y1}),({box.x2},{box.y2})".join(BOX)
        case QuadToken(quad):
            return ",".join(f"({x},{y})" for x, y in quad.points).join(QUAD)
        case Text(words):
            return words
    return f"<img>{getattr(segment, 'path', '')}</img>"


def _canonical(match: re.Match[str], found: list[Fault]) -> str:
    kind, body = match[1], match[2]
    if kind == "object_ref":
        return f"<ref>{phrase(body, match.start(), match.end(), found)}</ref>"
    numbers = (_BOX_BODY if kind == "box" else _QUAD_BODY).fullmatch(body)
    if numbers is None:
        found.append(fault(match.start(), match.end(), "box-syntax"))
        return match[0]
    values = [float(number) for number in numbers.groups()]
    if kind == "box":
        box, codes = box_from(values, (1000, 1000))
        written = format_box(box) if isinstance(box, Box) else match[0]
    else:
        points = [thousandth(value, 1000) for value in values]
        codes = ["box-range"] if any(cut for _, cut in points) else []
        a, b, c, d = ((points[i][0], points[i + 1][0]) for i in range(0, 8, 2))
        written = format_quad(Quad((a, b, c, d)))
    found += [fault(match.start(), match.end(), code) for code in codes]
    return written
