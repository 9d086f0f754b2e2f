"""The grammar of canonical Qwen-VL text.

Owns parsing text into segments, writing segments back, and the list of faults in a text. Lossless: whatever is not a
well-formed token stays plain text, so `write(parse(text)) == text`; only blanks and leading zeros inside a box, which
models sometimes write, are not kept. Does not know which turn or picture a text belongs to (`conversation`), nor the
dialects of other families (`dialects`).

Grammar::

    text    = (plain | ref | box | quad | picture)*
    ref     = "<ref>" plain "</ref>"
    box     = "<box>(" int "," int "),(" int "," int ")</box>"
    quad    = "<quad>" "(" int "," int ")" four times, comma between, "</quad>"
    picture = "<img>" path "</img>"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

_POINT = r"\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)"
_BOX = re.compile(rf"\s*{_POINT}\s*,\s*{_POINT}\s*")
_QUAD = re.compile(rf"\s*{_POINT}\s*,\s*{_POINT}\s*,\s*{_POINT}\s*,\s*{_POINT}\s*")
_TOKEN = re.compile(r"<(ref|box|quad|img)>((?:(?!<(?:ref|box|quad|img)>).)*?)</\1>", re.DOTALL)
_STRAY_TAG = re.compile(r"</?(?:ref|box|quad|img)>")


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A phrase that the boxes behind it point at. The text is kept as written, leading blank included."""

    text: str


@dataclass(frozen=True, slots=True)
class BoxToken:
    """One `<box>`."""

    box: Box


@dataclass(frozen=True, slots=True)
class QuadToken:
    """One `<quad>`."""

    quad: Quad


@dataclass(frozen=True, slots=True)
class Picture:
    """One `<img>path</img>`; the path as written."""

    path: str


Segment = Text | Ref | BoxToken | QuadToken | Picture


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a text that looks like a token and is none. `start`/`end` are character offsets."""

    start: int
    end: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Span:
    """A segment and where it stands in the text: characters [start, end)."""

    start: int
    end: int
    segment: Segment


def format_box(box: Box) -> str:
    """`<box>(x1,y1),(x2,y2)</box>`"""
    return f"<box>({box.x1},{box.y1}),({box.x2},{box.y2})</box>"


def format_quad(quad: Quad) -> str:
    """`<quad>(x,y),(x,y),(x,y),(x,y)</quad>`"""
    return "<quad>" + ",".join(f"({x},{y})" for x, y in quad.points) + "</quad>"


def format_ref(text: str, boxes: Iterable[Box] = ()) -> str:
    """`<ref>text</ref>` with its boxes behind it."""
    return f"<ref>{text}</ref>" + "".join(map(format_box, boxes))


def write(segments: Iterable[Segment]) -> str:
    """Segments back to text; the inverse of `parse`."""
    return "".join(_write_one(segment) for segment in segments)


def _write_one(segment: Segment) -> str:
    match segment:
        case Text(text):
            return text
        case Ref(text):
            return f"<ref>{text}</ref>"
        case BoxToken(box):
            return format_box(box)
        case QuadToken(quad):
            return format_quad(quad)
        case Picture(path):
            return f"<img>{path}</img>"


def parse(text: str) -> tuple[Segment, ...]:
    """The segments of a text, in order; malformed tokens stay inside `Text`. Never raises."""
    return tuple(span.segment for span in spans(text))


def spans(text: str) -> Iterator[Span]:
    """Like `parse`, with character offsets; together the spans cover the whole text."""
    plain_from = 0
    for match in _TOKEN.finditer(text):
        segment = _segment(match[1], match[2])
        if isinstance(segment, str):
            continue
        if match.start() > plain_from:
            yield Span(plain_from, match.start(), Text(text[plain_from : match.start()]))
        yield Span(match.start(), match.end(), segment)
        plain_from = match.end()
    if plain_from < len(text):
        yield Span(plain_from, len(text), Text(text[plain_from:]))


def _segment(tag: str, body: str) -> Segment | str:
    """The segment of one bracketed body, or the code of what is wrong with it."""
    if tag == "ref":
        return Ref(body)
    if tag == "img":
        return Picture(body)
    match = (_BOX if tag == "box" else _QUAD).fullmatch(body)
    if match is None:
        return f"{tag}-syntax"
    values = [int(v) if len(v) < 6 else 10**6 for v in match.groups()]
    try:
        if tag == "box":
            return BoxToken(Box(*values))
        a, b, c, d = ((values[i], values[i + 1]) for i in range(0, 8, 2))
        return QuadToken(Quad((a, b, c, d)))
    except BoxError:
        return f"{tag}-order" if max(values) < 1000 else f"{tag}-range"


FAULT_MESSAGES = {
    "box-syntax": QT_TRANSLATE_NOOP("tokens", "A box is written <box>(x1,y1),(x2,y2)</box>."),
    "quad-syntax": QT_TRANSLATE_NOOP("tokens", "A quad is written with four points."),
    "box-range": QT_TRANSLATE_NOOP("tokens", "Box values run from 0 to 999."),
    "quad-range": QT_TRANSLATE_NOOP("tokens", "Quad values run from 0 to 999."),
    "box-order": QT_TRANSLATE_NOOP("tokens", "The top left corner comes first."),
    "unbalanced": QT_TRANSLATE_NOOP("tokens", "This tag has no partner."),
}


def faults(text: str) -> list[Fault]:
    """What looks like a token and is none: wrong numbers, wrong order, a tag without its partner."""
    found = []
    covered: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        segment = _segment(match[1], match[2])
        covered.append((match.start(), match.end()))
        if isinstance(segment, str):
            found.append(Fault(match.start(), match.end(), segment, FAULT_MESSAGES[segment]))
        inner = text[match.start() + len(match[1]) + 2 : match.end() - len(match[1]) - 3]
        offset = match.start() + len(match[1]) + 2
        found += [
            Fault(offset + stray.start(), offset + stray.end(), "unbalanced", FAULT_MESSAGES["unbalanced"])
            for stray in _STRAY_TAG.finditer(inner)
        ]
    uncovered = zip([0, *(end for _, end in covered)], [*(start for start, _ in covered), len(text)], strict=True)
    for start, end in uncovered:
        for stray in _STRAY_TAG.finditer(text, start, end):
            found.append(Fault(stray.start(), stray.end(), "unbalanced", FAULT_MESSAGES["unbalanced"]))
    return sorted(found, key=lambda fault: fault.start)
