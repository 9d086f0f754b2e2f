"""Finding lists of boxes in what a model wrote: fenced or bare, whole, cut short or slightly wrong.

Owns recognising `{"bbox_2d": [...], "label": ...}` and what may surround it. Does not know coordinates or canonical
text. Never raises, whatever the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

KEY = "bbox_2d"
LABELS = ("label", "text_content", "text")
"""Where a phrase may stand, in order; the others are what the families write when they read text."""

MAX_OBJECT = 4096
"""Characters of one object; longer ones are no boxes, and looking at them would take long in an answer of brackets."""

_OPENER = re.compile(r"[\[{]")
_FENCE_BEFORE = re.compile(r"```\w*\s*\Z")
_FENCE_AFTER = re.compile(r"\s*```")
_BLANKS = re.compile(r"\s*")
_BETWEEN = re.compile(r"\s*,?\s*")
_LIST_END = re.compile(r"\s*,?\s*\]")
_NUMBER = r"\s*(-?\d{1,12}(?:\.\d{1,12})?)\s*"
_LENIENT = re.compile(
    rf"""\{{[^{{}}\[\]]{{0,200}}?['"]{KEY}['"]\s*:\s*\[{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\](?P<rest>[^{{}}]{{0,2000}})\}}"""
)
_LENIENT_LABEL = re.compile(r"""['"](?:label|text_content|text)['"]\s*:\s*['"](.*)['"]\s*,?\s*\Z""", re.DOTALL)
_STARTS = re.compile(r"`{1,3}|[\[{]")
_TICKS = re.compile(r"`{1,2}")
_FENCE = re.compile(r"```\w*\s*")
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)|[\[\]{}]', re.DOTALL)
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Entry:
    """One box as written, and its label. `mended`: the object was no JSON, and was read all the same."""

    start: int
    end: int
    numbers: Sequence[object]
    label: str | None
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Entries in characters [start, end), brackets and fence included. `whole`: the list was closed."""

    start: int
    end: int
    entries: tuple[Entry, ...]
    whole: bool


def find_lists(text: str) -> Iterator[Group]:
    """The lists of boxes and the single boxes of a text, in order."""
    place = floor = 0
    last = text.rfind(KEY)
    while (opener := _OPENER.search(text, place)) is not None and opener.start() < last:
        group = _read_group(text, opener.start(), floor)
        if group is None:
            place = opener.end()
            continue
        yield group
        place = floor = group.end


def _read_group(text: str, at: int, floor: int) -> Group | None:
    is_list = text[at] == "["
    entries = _read_object(text, _skip(_BLANKS, text, at + 1) if is_list else at)
    if not entries:
        return None
    end = entries[-1].end
    while is_list and (more := _read_object(text, _skip(_BETWEEN, text, end))):
        entries += more
        end = more[-1].end
    closing = _LIST_END.match(text, end) if is_list else None
    end = closing.end() if closing else end
    fence = _FENCE_BEFORE.search(text, floor, at)
    start = fence.start() if fence else at
    if fence:
        end = _skip(_FENCE_AFTER, text, end)
    return Group(start, end, tuple(entries), closing is not None or not is_list)


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where `pattern`, if it stands there, ends."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _read_object(text: str, at: int) -> list[Entry]:
    """The entries of the object that begins there: one, or one for each box where it holds several."""
    piece = text[at : at + MAX_OBJECT]
    if not piece.startswith("{") or KEY not in piece:
        return []
    try:
        value, length = _DECODER.raw_decode(piece)
    except (ValueError, RecursionError):
        return _read_leniently(text, at)
    end = at + length
    numbers = value.get(KEY)
    if not isinstance(numbers, list):
        return []
    label = next((value[name] for name in LABELS if isinstance(value.get(name), str)), None)
    boxes = numbers if numbers and all(isinstance(one, list) for one in numbers) else [numbers]
    return [Entry(at, end, box, label) for box in boxes]


def _read_leniently(text: str, at: int) -> list[Entry]:
    """Single quotes, or quotes inside the label: told by the four numbers and the closing brace."""
    match = _LENIENT.match(text, at)
    if match is None:
        return []
    label = _LENIENT_LABEL.search(match["rest"])
    return [Entry(at, match.end(), [float(match[i]) for i in range(1, 5)], label[1] if label else None, mended=True)]


def settled_length(text: str) -> int:
    """How much of a growing text cannot become part of a list, or of a tag, any more."""
    place = 0
    while (start := _STARTS.search(text, place)) is not None:
        end = _end_of_fence(text, start.start()) if start[0][0] == "`" else _end_of_brackets(text, start.start())
        if end is None:
            return start.start()
        place = end
    cut = re.search(r"<[^<>\s]{0,24}\Z", text[place:])
    return place + cut.start() if cut else len(text)


def _end_of_fence(text: str, at: int) -> int | None:
    """The end of a fenced list, of a fence around something else, or None where that is not known yet."""
    fence = _FENCE.match(text, at)
    if fence is None:
        end = _skip(_TICKS, text, at)
        return end if end < len(text) else None
    if fence.end() == len(text):
        return None
    if text[fence.end()] not in "[{":
        return fence.end()
    closing = text.find("```", fence.end())
    return closing + 3 if closing >= 0 else None


def _end_of_brackets(text: str, at: int) -> int | None:
    """The end of a list or object that may hold boxes, of the bracket where it cannot, or None while it is open."""
    after = _skip(_BLANKS, text, at + 1)
    if after == len(text):
        return None
    if text[after] not in ("{" if text[at] == "[" else "\"'"):
        return at + 1
    depth = 0
    for token in _BRACKETS.finditer(text, at):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None
