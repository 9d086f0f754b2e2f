"""The dialect of Qwen2.5-VL, Qwen3-VL and Qwen3.5: `[{"bbox_2d": [x1, y1, x2, y2], "label": "phrase"}]`.

Qwen2.5-VL counts pixels of the resized picture, the others thousandths (0 to 1000). The two are one rule here: a
coordinate on a side of the resized length, or of 1000. Finding a list in an answer is the work of `json_reading`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qvl_desktop.core.box import GRID, Box
from qvl_desktop.core.dialects.base import DialectError, Reading, Size, fault, phrase, plain_words
from qvl_desktop.core.dialects.coordinates import box_from, whole_pixel
from qvl_desktop.core.dialects.json_reading import KEY, Entry, find_lists, settled_length
from qvl_desktop.core.dialects.resizing import Resizing
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import BoxToken, Fault, Picture, QuadToken, Ref, Segment, Text, format_box, parse

BLANKS = " \t\r\n,，、"
"""What may stand between a phrase and its boxes without parting them."""


@dataclass(frozen=True, slots=True)
class JsonListDialect:
    """Boxes as JSON. `resizing` is None where they are thousandths.

    The family knows words and lists of boxes, no more. So in `render` a phrase without a box becomes plain words, a
    quad the box around it, blanks and commas between a phrase and its boxes go, and one phrase twice in a row becomes
    one. A text of nothing but phrases and boxes becomes one list; among words, phrases with boxes that touch share a
    list. Everything else comes back from `parse` as it was, as far as pixels resolve it (`coordinates.whole_pixel`).
    """

    name: str
    resizing: Resizing | None

    def render(self, text: str, sizes: Sequence[Size] = ()) -> str:
        """See the class. Raises `DialectError` when a box counts pixels and its picture's size is not known."""
        seen = len(sizes) - sum(isinstance(segment, Picture) for segment in parse(text))
        written: list[str] = []
        for part in _parts(parse(text)):
            if isinstance(part, list):
                sides = self._sides(sizes, seen)
                written.append(json.dumps([_object(box, ref, sides) for ref, box in part], ensure_ascii=False))
            elif isinstance(part, Picture):
                seen += 1
                written.append(f"<img>{part.path}</img>")
            elif isinstance(part, (Text, Ref)):
                written.append(part.text)
        return "".join(written)

    def parse(self, text: str, sizes: Sequence[Size] = ()) -> Reading:
        """The lists and single objects of an answer, fenced or not, as refs and boxes; the words around them stay."""
        found: list[Fault] = []
        pieces: list[str] = []
        place = 0
        for group in find_lists(text):
            words = _words(text, place, group.start, found)
            if not group.whole:
                found.append(fault(group.start, group.end, "json-syntax"))
            behind_ref = place > 0 and not words.strip(BLANKS)
            boxes = _refs(group.entries, self._sides(sizes, len(sizes)), behind_ref, found)
            pieces += words, boxes or text[group.start : group.end]
            place = group.end
        pieces.append(_words(text, place, len(text), found))
        return Reading("".join(pieces), tuple(sorted(found, key=lambda one: one.start)))

    def settled(self, text: str) -> int:
        """Up to the first bracket or fence that may become a list and is not closed yet."""
        return settled_length(text)

    def _sides(self, sizes: Sequence[Size], seen: int) -> Size:
        """The lengths that the coordinates of the picture last seen count on."""
        if self.resizing is None:
            return GRID, GRID
        if not sizes:
            raise DialectError(
                QT_TRANSLATE_NOOP("errors", "{name} writes boxes in pixels: the size of the picture is needed."),
                name=self.name,
            )
        return self.resizing.apply(*sizes[max(seen, 1) - 1])


_PARTED = "\0"
"""A label that nothing has."""
_Listed = list[tuple[str | None, Box]]
"""What becomes one list: (phrase, box); the phrase is None for a box without one."""


def _parts(segments: Sequence[Segment]) -> Iterator[Segment | _Listed]:
    """Segments in which phrases with boxes, and boxes without, are gathered into lists."""
    segments = _without_blanks(segments)
    listed: _Listed = []
    ref: str | None = None
    for index, segment in enumerate(segments):
        match segment:
            case BoxToken(box):
                listed.append((ref, box))
            case QuadToken(quad):
                listed.append((ref, quad.bounds))
            case Ref(words) if _has_box(segments, index):
                ref = words
            case _:
                if listed:
                    yield listed
                listed, ref = [], None
                yield segment
    if listed:
        yield listed


def _without_blanks(segments: Sequence[Segment]) -> list[Segment]:
    """Segments without the blanks that a list cannot say: behind a phrase, and between all where there are no words."""
    kept: list[Segment] = []
    behind_ref = False
    for segment, following in zip(segments, [*segments[1:], None], strict=True):
        if behind_ref and _is_blank(segment) and isinstance(following, (BoxToken, QuadToken)):
            continue
        behind_ref = isinstance(segment, Ref) or (behind_ref and isinstance(segment, (BoxToken, QuadToken)))
        kept.append(segment)
    inner = range(1, len(kept) - 1)
    wordless = all(
        _is_blank(segment) or isinstance(segment, (BoxToken, QuadToken)) or _has_box(kept, index)
        for index, segment in enumerate(kept)
    )
    return [one for index, one in enumerate(kept) if not (wordless and index in inner and _is_blank(one))]


def _is_blank(segment: Segment) -> bool:
    return isinstance(segment, Text) and not segment.text.strip(BLANKS)


def _has_box(segments: Sequence[Segment], index: int) -> bool:
    """Whether a segment is a ref with a box right behind it."""
    following = segments[index + 1] if index + 1 < len(segments) else None
    return isinstance(segments[index], Ref) and isinstance(following, (BoxToken, QuadToken))


def _object(box: Box, ref: str | None, sides: Size) -> dict[str, object]:
    width, height = sides
    numbers = [
        whole_pixel(value, side)
        for value, side in zip((box.x1, box.y1, box.x2, box.y2), (width, height, width, height), strict=True)
    ]
    return {KEY: numbers} if ref is None else {KEY: numbers, "label": ref}


def _refs(entries: Sequence[Entry], sides: Size, behind_ref: bool, found: list[Fault]) -> str:
    """Entries as refs with their boxes; neighbours with one label share a ref. Empty when none holds a box.

    `behind_ref`: another list stands right before, whose last phrase a box without label must not join.
    """
    written: list[str] = []
    said: str | None = _PARTED if behind_ref and entries[0].label is None else None
    for entry in entries:
        box, codes = box_from(entry.numbers, sides)
        found += [fault(entry.start, entry.end, code) for code in (*codes, *(["json-syntax"] if entry.mended else []))]
        if box is None:
            continue
        label = entry.label if entry.label is None else phrase(entry.label, entry.start, entry.end, found)
        if label != said:  # an empty ref keeps a box without label from its neighbour's
            written.append(f"<ref>{label or ''}</ref>")
            said = label
        written.append(format_box(box))
    return "".join(written)


def _words(text: str, start: int, end: int, found: list[Fault]) -> str:
    words = text[start:end]
    place = words.find(f'"{KEY}"')
    if place >= 0:
        found.append(fault(start + place, end, "json-syntax"))
    return plain_words(words, start, found)
