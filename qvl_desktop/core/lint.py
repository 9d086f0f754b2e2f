"""What is wrong with conversations before a model learns from them.

Owns the checks of a conversation's turns and texts: tokens, roles, pictures, boxes, length. Each finding names the
place, says what is wrong and how to mend it. Does not own the words (`findings`), does not change anything (`mending`),
and does not look at a whole project (`storage.checking`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.findings import Finding
from qvl_desktop.core.lengths import Count, cut_place, estimate, turn_lengths
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Span, Text, faults, spans

__all__ = ["Fault", "Finding", "lint", "turn_faults", "turns_faults"]

DEFAULT_LIMIT = 2048
"""Tokens a sample may have, as a training plan has it by default."""

_OTHER_DIALECT = re.compile(
    r"<\|(?:box|object_ref|quad)_(?:start|end)\|>|\"?bbox(?:_2d)?\"?\s*:\s*\[|"
    r"\[\s*\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?){3}\s*\]|<bbox>|<ref-object>|<loc\d+>"
)
_PLACEHOLDER = re.compile(r"<image>|<\|image_pad\|>|<\|vision_start\|>|<ImageHere>")
_PICTURE_NUMBER = re.compile(r"Picture\s+(\d+)\s*:\s*$")
_TAG = re.compile(r"</?(?:ref|box|quad|img)>")
_JOINERS = " ,，、\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding without its record: `turn` counts from 0, -1 = the whole conversation."""

    code: str
    turn: int = -1
    start: int = 0
    end: int = 0
    values: dict[str, object] = field(default_factory=dict)


def lint(dataset: Dataset, limit: int = DEFAULT_LIMIT, count: Count = estimate) -> list[Finding]:
    """Every fault of a data set, in its order; records that could not be read come first."""
    found = [Finding("unreadable", dataset.name, values={"reason": text}) for text in dataset.problems]
    seen: dict[Path, tuple[str, str] | None] = {}
    for sample in dataset.samples:
        for fault in turns_faults(sample.conversation.turns, limit, count):
            found.append(Finding(fault.code, sample.source, fault.turn, fault.start, fault.end, fault.values))
        found += _file_findings(sample, seen)
    return found


def turns_faults(turns: Sequence[Turn], limit: int = 0, count: Count = estimate) -> Iterator[Fault]:
    """The faults of one conversation, those of the order of its turns first. A `limit` of 0 does not ask for length."""
    yield from _role_faults(turns)
    pictures = 0
    for index, turn in enumerate(turns):
        found = list(spans(turn.text)) if "<" in turn.text else [Span(0, len(turn.text), Text(turn.text))]
        for fault in _text_faults(turn, found, pictures):
            yield Fault(fault.code, index, fault.start, fault.end, fault.values)
        pictures += sum(isinstance(span.segment, Picture) for span in found)
    if limit and 2 * sum(len(turn.text) for turn in turns) + 300 * (pictures + 1) > limit:
        yield from _length_faults(turns, limit, count)


def turn_faults(turn: Turn, pictures_before: int = 0) -> list[Fault]:
    """The faults of one turn's text alone; `pictures_before` are named in the turns before it. `turn` is 0 in them."""
    return [
        Fault(fault.code, 0, fault.start, fault.end, fault.values)
        for fault in _text_faults(turn, list(spans(turn.text)), pictures_before)
    ]


def _length_faults(turns: Sequence[Turn], limit: int, count: Count) -> Iterator[Fault]:
    tokens = sum(turn_lengths(turns, count))
    if tokens > limit and (place := cut_place(turns, limit, count)) is not None:
        yield length_fault(turns, tokens, limit, place)


def length_fault(turns: Sequence[Turn], tokens: int, limit: int, place: tuple[int, int]) -> Fault:
    """The fault of a conversation of `tokens`, cut at `place`: a turn and the character of its text."""
    turn, at = place
    text = turns[turn].text
    before = text[max(0, at - 24) : at].replace("\n", " ").strip()
    if at > 24 and " " in before:
        before = before.partition(" ")[2]
    return Fault("too-long", turn, at, len(text), {"tokens": tokens, "limit": limit, "before": before})


def _role_faults(turns: Sequence[Turn]) -> Iterator[Fault]:
    if not turns:
        yield Fault("no-turns")
        return
    expected = "user"
    for index, turn in enumerate(turns):
        if turn.role == "system":
            if index:
                yield Fault("late-system", index)
            continue
        if turn.role != expected:
            yield Fault("role-order", index, values={"role": turn.role})
        expected = "assistant" if turn.role == "user" else "user"
    if not any(turn.role == "assistant" for turn in turns):
        yield Fault("no-answer")
    elif turns[-1].role != "assistant":
        yield Fault("last-not-answer", len(turns) - 1)


def _text_faults(turn: Turn, found: list[Span], pictures_before: int) -> Iterator[Fault]:
    text = turn.text
    if not text.strip():
        yield Fault("empty-answer" if turn.role == "assistant" else "empty-turn")
        return
    tokens = sum(not isinstance(span.segment, Text) for span in found)
    if "<" in text and len(_TAG.findall(text)) != 2 * tokens:
        for bad in faults(text):
            yield Fault(bad.code, 0, bad.start, bad.end, {"text": text[bad.start : bad.end]})
    pictures = pictures_before
    before: Span | None = None
    for span in found:
        match span.segment:
            case Picture(path):
                pictures += 1
                yield from _picture_faults(turn, span, before, pictures, path)
            case BoxToken() | QuadToken() if pictures == 0:
                yield Fault("box-without-picture", 0, span.start, span.end)
            case BoxToken(box) if _flat(box):
                yield Fault("box-without-area", 0, span.start, span.end)
            case Text(words):
                yield from _word_faults(words, span.start, pictures)
            case _:
                pass
        before = span
    if tokens:
        yield from _ref_faults(turn, found)


def _flat(box: Box) -> bool:
    """A box without width or without height; one without both is a point."""
    return (box.x1 == box.x2) != (box.y1 == box.y2)


def _word_faults(words: str, offset: int, pictures: int) -> Iterator[Fault]:
    if "<" in words or "[" in words:
        for match in _OTHER_DIALECT.finditer(words):
            yield Fault("other-dialect", 0, offset + match.start(), offset + match.end(), {"text": match[0]})
        for match in _PLACEHOLDER.finditer(words):
            values: dict[str, object] = {"text": match[0], "pictures": pictures}
            yield Fault("picture-count", 0, offset + match.start(), offset + match.end(), values)


def _picture_faults(turn: Turn, span: Span, before: Span | None, wanted: int, path: str) -> Iterator[Fault]:
    if not path.strip():
        yield Fault("picture-count", 0, span.start, span.end, {"text": "<img></img>", "pictures": wanted - 1})
    if turn.role == "assistant":
        yield Fault("picture-in-answer", 0, span.start, span.end)
    if before is not None and isinstance(before.segment, Text):
        number = _PICTURE_NUMBER.search(before.segment.text)
        if number is not None and int(number[1]) != wanted:
            values: dict[str, object] = {"found": int(number[1]), "wanted": wanted}
            yield Fault("picture-number", 0, before.start + number.start(1), before.start + number.end(1), values)


def _ref_faults(turn: Turn, found: list[Span]) -> Iterator[Fault]:
    """Phrases without words, answers' phrases without boxes, boxes said twice."""
    ref: Span | None = None
    boxes: list[object] = []
    for span in (*found, Span(len(turn.text), len(turn.text), Text("end"))):
        match span.segment:
            case BoxToken() | QuadToken():
                if ref is not None and span.segment in boxes:
                    yield Fault("box-twice", 0, span.start, span.end)
                boxes.append(span.segment)
                continue
            case Text(words) if not words.strip(_JOINERS):
                continue
        if ref is not None and not boxes and turn.role == "assistant" and isinstance(ref.segment, Ref):
            yield Fault("ref-without-box", 0, ref.start, ref.end, {"ref": ref.segment.text.strip()})
        ref, boxes = None, []
        if isinstance(span.segment, Ref):
            ref = span
            if not span.segment.text.strip():
                yield Fault("empty-ref", 0, span.start, span.end)


def _file_findings(sample: Sample, seen: dict[Path, tuple[str, str] | None]) -> Iterator[Finding]:
    for path in dict.fromkeys(sample.pictures):
        if path not in seen:
            seen[path] = _picture_trouble(path)
        if (trouble := seen[path]) is not None:
            code, reason = trouble
            yield Finding(code, sample.source, values={"path": str(path), "reason": reason})


def _picture_trouble(path: Path) -> tuple[str, str] | None:
    if not path.exists():
        return "picture-missing", ""
    try:
        picture_size(path)
    except PictureError as error:
        return "picture-unreadable", str(error)
    return None
