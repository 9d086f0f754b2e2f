"""What is wrong with a data set before a model learns from it.

Owns the checks of conversations: tokens, roles, pictures, boxes. Each finding names the place, says what is wrong and
how to mend it. Does not change anything, and does not know a model's limits (`training`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Span, Text, faults, spans

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `turn` counts from 0, -1 = the whole record; `start`/`end` are characters of the turn's text."""

    source: str
    turn: int
    start: int
    end: int
    level: Level
    code: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = f", turn {self.turn + 1}" if self.turn >= 0 else ""
        characters = f", characters {self.start}-{self.end}" if self.end > self.start else ""
        return f"{self.source}{place}{characters}: {self.level}: {self.message} {self.mend} [{self.code}]"


_RULES: dict[str, tuple[Level, str, str]] = {
    "unreadable": (
        "error",
        QT_TRANSLATE_NOOP("lint", "{reason}"),
        QT_TRANSLATE_NOOP("lint", "Mend the record or take it out."),
    ),
    "token": ("error", QT_TRANSLATE_NOOP("lint", "{reason}"), QT_TRANSLATE_NOOP("lint", "Correct or delete it.")),
    "no-turns": (
        "error",
        QT_TRANSLATE_NOOP("lint", "The conversation has no turns."),
        QT_TRANSLATE_NOOP("lint", "Delete it."),
    ),
    "no-answer": (
        "error",
        QT_TRANSLATE_NOOP("lint", "There is no answer to learn from."),
        QT_TRANSLATE_NOOP("lint", "Add an assistant turn at the end."),
    ),
    "last-not-answer": (
        "warning",
        QT_TRANSLATE_NOOP("lint", "The last turn is not the assistant's."),
        QT_TRANSLATE_NOOP("lint", "Add the answer, or delete the turn."),
    ),
    "role-order": (
        "error",
        QT_TRANSLATE_NOOP("lint", "The {role} speaks twice in a row, or first."),
        QT_TRANSLATE_NOOP("lint", "User and assistant take turns; the user begins."),
    ),
    "late-system": (
        "error",
        QT_TRANSLATE_NOOP("lint", "A system turn stands inside."),
        QT_TRANSLATE_NOOP("lint", "Only the first turn may be one."),
    ),
    "empty-turn": (
        "error",
        QT_TRANSLATE_NOOP("lint", "The turn is empty."),
        QT_TRANSLATE_NOOP("lint", "Write its text or delete it."),
    ),
    "picture-missing": (
        "error",
        QT_TRANSLATE_NOOP("lint", "The picture {path} is not there."),
        QT_TRANSLATE_NOOP("lint", "Put the file back, or give the folder of the pictures (--images)."),
    ),
    "picture-unreadable": (
        "error",
        QT_TRANSLATE_NOOP("lint", "{reason}"),
        QT_TRANSLATE_NOOP("lint", "Replace the file."),
    ),
    "picture-in-answer": (
        "error",
        QT_TRANSLATE_NOOP("lint", "The answer shows a picture."),
        QT_TRANSLATE_NOOP("lint", "Only the user shows pictures; move it into the question."),
    ),
    "picture-number": (
        "warning",
        QT_TRANSLATE_NOOP("lint", "The picture is called Picture {found} but is number {wanted}."),
        QT_TRANSLATE_NOOP("lint", "Number the pictures of a conversation 1, 2, 3, …"),
    ),
    "box-without-picture": (
        "error",
        QT_TRANSLATE_NOOP("lint", "A box stands before any picture."),
        QT_TRANSLATE_NOOP("lint", "Name the picture first: Picture 1: <img>…</img>."),
    ),
    "box-without-area": (
        "warning",
        QT_TRANSLATE_NOOP("lint", "The box has no area."),
        QT_TRANSLATE_NOOP("lint", "Draw it again, or delete it."),
    ),
    "box-twice": (
        "warning",
        QT_TRANSLATE_NOOP("lint", "The same box stands twice behind one phrase."),
        QT_TRANSLATE_NOOP("lint", "Delete one of them."),
    ),
    "empty-ref": (
        "warning",
        QT_TRANSLATE_NOOP("lint", "The phrase in <ref> is empty."),
        QT_TRANSLATE_NOOP("lint", "Write what the box shows."),
    ),
    "ref-without-box": (
        "warning",
        QT_TRANSLATE_NOOP("lint", "“{ref}” has no box."),
        QT_TRANSLATE_NOOP("lint", "Put its <box> right behind </ref>, or take the tags away."),
    ),
    "other-dialect": (
        "warning",
        QT_TRANSLATE_NOOP(
            "lint", "“{text}” looks like a box in another family's writing; the model would learn it as plain words."
        ),
        QT_TRANSLATE_NOOP("lint", "Write <box>(x1,y1),(x2,y2)</box> with values from 0 to 999."),
    ),
}

_OTHER_DIALECT = re.compile(
    r"<\|(?:box|object_ref|quad)_(?:start|end)\|>|\"?bbox(?:_2d)?\"?\s*:\s*\[|"
    r"\[\s*\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?){3}\s*\]|<bbox>|<ref-object>|<loc\d+>"
)
_PICTURE_NUMBER = re.compile(r"Picture\s+(\d+)\s*:\s*$")


def lint(dataset: Dataset) -> list[Finding]:
    """Every fault of a data set, in its order; records that could not be read come first."""
    checker = _Checker()
    found = [checker.finding("unreadable", dataset.name, -1, 0, 0, reason=text) for text in dataset.problems]
    for sample in dataset.samples:
        found += checker.sample(sample)
    return found


class _Checker:
    """Checks samples; remembers which picture files it has looked at."""

    def __init__(self) -> None:
        self._pictures: dict[Path, tuple[str, str] | None] = {}

    @staticmethod
    def finding(code: str, source: str, turn: int, start: int, end: int, **values: object) -> Finding:
        level, message, mend = _RULES[code]
        said = translate("lint", message).format(**values)
        return Finding(source, turn, start, end, level, code, said, translate("lint", mend))

    def sample(self, sample: Sample) -> Iterator[Finding]:
        """The faults of one conversation."""
        turns = sample.conversation.turns
        yield from self._roles(sample.source, turns)
        pictures = 0
        for index, turn in enumerate(turns):
            for code, start, end, values in _turn_faults(turn, pictures):
                yield self.finding(code, sample.source, index, start, end, **values)
            pictures += sum(isinstance(span.segment, Picture) for span in spans(turn.text))
        for path in dict.fromkeys(sample.pictures):
            if (trouble := self._picture(path)) is not None:
                code, reason = trouble
                yield self.finding(code, sample.source, -1, 0, 0, path=path, reason=reason)

    def _roles(self, source: str, turns: tuple[Turn, ...]) -> Iterator[Finding]:
        if not turns:
            yield self.finding("no-turns", source, -1, 0, 0)
            return
        expected = "user"
        for index, turn in enumerate(turns):
            if turn.role == "system":
                if index:
                    yield self.finding("late-system", source, index, 0, 0)
                continue
            if turn.role != expected:
                yield self.finding("role-order", source, index, 0, 0, role=turn.role)
            expected = "assistant" if turn.role == "user" else "user"
        if not any(turn.role == "assistant" for turn in turns):
            yield self.finding("no-answer", source, -1, 0, 0)
        elif turns[-1].role != "assistant":
            yield self.finding("last-not-answer", source, len(turns) - 1, 0, 0)

    def _picture(self, path: Path) -> tuple[str, str] | None:
        if path not in self._pictures:
            self._pictures[path] = _picture_trouble(path)
        return self._pictures[path]


def _picture_trouble(path: Path) -> tuple[str, str] | None:
    if not path.exists():
        return "picture-missing", ""
    try:
        picture_size(path)
    except PictureError as error:
        return "picture-unreadable", str(error)
    return None


_Fault = tuple[str, int, int, dict[str, object]]


def _turn_faults(turn: Turn, pictures_before: int) -> Iterator[_Fault]:
    text = turn.text
    if not text.strip():
        yield "empty-turn", 0, 0, {}
        return
    for fault in faults(text):
        yield "token", fault.start, fault.end, {"reason": translate("tokens", fault.message)}
    pictures = pictures_before
    before: Span | None = None
    for span in spans(text):
        match span.segment:
            case Picture():
                pictures += 1
                yield from _picture_faults(turn, span, before, pictures)
            case BoxToken() | QuadToken() if pictures == 0:
                yield "box-without-picture", span.start, span.end, {}
            case BoxToken(box) if box.x1 == box.x2 or box.y1 == box.y2:
                yield "box-without-area", span.start, span.end, {}
            case Text(words):
                for match in _OTHER_DIALECT.finditer(words):
                    yield "other-dialect", span.start + match.start(), span.start + match.end(), {"text": match[0]}
            case _:
                pass
        before = span
    yield from _ref_faults(turn)


def _picture_faults(turn: Turn, span: Span, before: Span | None, wanted: int) -> Iterator[_Fault]:
    if turn.role == "assistant":
        yield "picture-in-answer", span.start, span.end, {}
    if before is not None and isinstance(before.segment, Text):
        number = _PICTURE_NUMBER.search(before.segment.text)
        if number is not None and int(number[1]) != wanted:
            yield "picture-number", before.start + number.start(), span.start, {"found": number[1], "wanted": wanted}


def _ref_faults(turn: Turn) -> Iterator[_Fault]:
    """Phrases without words, answers' phrases without boxes, boxes said twice."""
    ref: Span | None = None
    boxes: list[object] = []
    for span in (*spans(turn.text), Span(len(turn.text), len(turn.text), Text("end"))):
        match span.segment:
            case BoxToken() | QuadToken():
                if ref is not None and span.segment in boxes:
                    yield "box-twice", span.start, span.end, {}
                boxes.append(span.segment)
                continue
            case Text(words) if not words.strip(" ,，、\n"):
                continue
        if ref is not None and not boxes and turn.role == "assistant" and isinstance(ref.segment, Ref):
            yield "ref-without-box", ref.start, ref.end, {"ref": ref.segment.text}
        ref, boxes = None, []
        if isinstance(span.segment, Ref):
            ref = span
            if not span.segment.text.strip():
                yield "empty-ref", span.start, span.end, {}
