"""Reading an answer while it is being written: its lines, its phrases, their boxes.

Owns cutting a growing text into lines of words and phrases, so that each piece costs the same however long the answer
already is, and Markdown's lines and marks as plain data. Does not own the grammar of tokens (`core.tokens`) nor how a
line looks (`answer_text`). Nothing in an answer is ever interpreted as HTML, and no address in it is ever opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse

Kind = Literal["text", "heading", "item", "quote", "code", "rule", "blank"]

PHRASE_SIGN = "\ufffc"
"""Stands for a phrase in the words of a line."""

LONGEST_LINE = 1200
"""Characters after which a line is broken all the same: laying out one takes time that grows with its length."""

MOST_PHRASES = 40
"""Phrases after which a line is broken, for the same reason."""

_LONGEST_TOKEN = 2000
_BETWEEN_BOXES = " ,，、\n"
_TOKEN = re.compile(r"<(ref|box|quad|img)>(?:(?!<(?:ref|box|quad|img)>).)*?</\1>", re.DOTALL)
_OPEN = re.compile(r"<(?:ref|box|quad|img)>")
_HALF_TAG = re.compile(r"</?(?:r|re|ref|b|bo|box|q|qu|qua|quad|i|im|img)?$")
_HEADING = re.compile(r"(#{1,6})\s+(.*)", re.DOTALL)
_ITEM = re.compile(r"(\s*)([-*+•]|\d{1,3}[.)])\s+(.*)", re.DOTALL)
_QUOTE = re.compile(r"\s*>\s?(.*)", re.DOTALL)
_RULE = re.compile(r"\s*([-*_])(?:\s*\1){2,}\s*")
_TABLE = re.compile(r"\s*\|(.*)\|\s*", re.DOTALL)
_TABLE_RULE = re.compile(r":?-+:?")
_FENCE = re.compile(r"\s*(?:```|~~~)")


@dataclass(slots=True, eq=False)
class Phrase:
    """Words of an answer that point at boxes; bare boxes have no words.

    `shapes` are as the model wrote them; `first` counts box and quad tokens of the answer before the first of them.
    `number` is its place among the phrases, -1 for one that is not certain yet; `line` is the line it stands in.
    """

    words: str
    shapes: list[Box | Quad] = field(default_factory=list)
    first: int = 0
    line: int = 0
    number: int = -1

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The bounds of its shapes."""
        return tuple(shape.bounds if isinstance(shape, Quad) else shape for shape in self.shapes)


@dataclass(slots=True, eq=False)
class Line:
    """One line. `words` hold `PHRASE_SIGN` for each of its phrases, in order; `level` is that of a heading or item."""

    kind: Kind = "text"
    words: str = ""
    level: int = 0
    mark: str = ""
    phrases: list[Phrase] = field(default_factory=list)


class AnswerReader:
    """Reads a text that grows. `lines` and `phrases` are what is certain; `tail()` is what may still change."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.phrases: list[Phrase] = []
        self.boxes = 0
        self._held = ""
        self._raw = ""
        self._raw_phrases: list[Phrase] = []
        self._open: Phrase | None = None
        self._between = ""
        self._in_code = False
        self._changed: set[int] = set()

    def feed(self, text: str, *, final: bool = False) -> None:
        """Take more of the answer; `final`: nothing follows."""
        self._held += text.replace(PHRASE_SIGN, "\ufffd")
        end = len(self._held) if final else _certain(self._held)
        certain, self._held = self._held[:end], self._held[end:]
        for segment in parse(certain):
            match segment:
                case Ref(words):
                    self._put_between()
                    self._add(Phrase(words, line=len(self.lines)))
                case BoxToken(box):
                    self._attach(box)
                case QuadToken(quad):
                    self._attach(quad)
                case Picture(path):
                    self._between += f"<img>{path}</img>"
                case Text(words):
                    self._between += words
        if self._between.strip(_BETWEEN_BOXES) or self._open is None or final:
            self._put_between()
        if final:
            self._end_line()

    def take_changed(self) -> set[int]:
        """The lines before the last ones that changed since this was asked for; they are forgotten with it."""
        changed, self._changed = self._changed, set()
        return changed

    def tail(self) -> list[Line]:
        """What follows `lines` as far as it is known, to be shown until more comes: an open line, an open phrase."""
        words, phrases = self._raw + self._between, list(self._raw_phrases)
        held = _HALF_TAG.sub("", self._held)
        opened = held.find("<ref>")
        if opened >= 0:
            phrases.append(Phrase(held[opened + 5 :].removesuffix("<").removesuffix("</"), line=len(self.lines)))
            words += held[:opened] + PHRASE_SIGN
        else:
            for name in ("<box>", "<quad>", "<img>"):
                held = held.partition(name)[0]
            words += held
        made: list[Line] = []
        in_code = self._in_code
        for one in words.split("\n"):
            line, in_code = _line(one, in_code)
            line.phrases = [phrases.pop(0) for _ in range(min(one.count(PHRASE_SIGN), len(phrases)))]
            made.append(line)
        return made if words else []

    # Building

    def _attach(self, shape: Box | Quad) -> None:
        last = self._open
        if last is not None and not self._between.strip(_BETWEEN_BOXES):
            self._between = ""
            last.shapes.append(shape)
            if last.line < len(self.lines):
                self._changed.add(last.line)
        else:
            self._put_between()
            self._add(Phrase("", [shape], self.boxes, len(self.lines)))
        self.boxes += 1

    def _add(self, phrase: Phrase) -> None:
        phrase.first = self.boxes
        self._open = phrase
        if len(self._raw) > LONGEST_LINE or len(self._raw_phrases) >= MOST_PHRASES:
            self._end_line()
        phrase.line, phrase.number = len(self.lines), len(self.phrases)
        self.phrases.append(phrase)
        self._raw_phrases.append(phrase)
        self._raw += PHRASE_SIGN

    def _put_between(self) -> None:
        words, self._between = self._between, ""
        if words.strip(_BETWEEN_BOXES):
            self._open = None
        first, *others = words.split("\n")
        self._put(first)
        for other in others:
            self._end_line()
            self._put(other)

    def _put(self, words: str) -> None:
        self._raw += words
        while len(self._raw) > LONGEST_LINE:
            cut = self._raw.rfind(" ", LONGEST_LINE // 2, LONGEST_LINE)
            cut = cut + 1 if cut > 0 else LONGEST_LINE
            rest = self._raw[cut:]
            self._raw = self._raw[:cut]
            kept = self._raw.count(PHRASE_SIGN)
            later = self._raw_phrases[kept:]
            self._raw_phrases = self._raw_phrases[:kept]
            self._end_line()
            for phrase in later:
                phrase.line = len(self.lines)
            self._raw, self._raw_phrases = rest, later

    def _end_line(self) -> None:
        line, self._in_code = _line(self._raw, self._in_code)
        line.phrases = self._raw_phrases
        self.lines.append(line)
        self._raw, self._raw_phrases = "", []


def read_answer(text: str) -> AnswerReader:
    """A whole answer, read."""
    reader = AnswerReader()
    reader.feed(text, final=True)
    return reader


def phrases(text: str) -> list[str | Phrase]:
    """A text as plain pieces and phrases with their boxes, in order. Unknown or broken tokens stay plain."""
    parts: list[str | Phrase] = []
    between, boxes = "", 0
    for segment in parse(text):
        match segment:
            case Ref(words):
                if between:
                    parts.append(between)
                parts.append(Phrase(words, first=boxes))
            case BoxToken() | QuadToken():
                shape = segment.box if isinstance(segment, BoxToken) else segment.quad
                last = parts[-1] if parts else None
                if isinstance(last, Phrase) and not between.strip(_BETWEEN_BOXES):
                    last.shapes.append(shape)
                else:
                    if between:
                        parts.append(between)
                    parts.append(Phrase("", [shape], boxes))
                boxes += 1
            case Picture(path):
                between += f"<img>{path}</img>"
                continue
            case Text(words):
                between += words
                continue
        between = ""
    if between:
        parts.append(between)
    return parts


def _certain(text: str) -> int:
    """How much of a growing text can be read: up to a token that is still open, or half a tag at the end.

    A tag that stays open for too long is no token.
    """
    last = 0
    for match in _TOKEN.finditer(text):
        last = match.end()
    opened = _OPEN.search(text, last)
    while opened is not None and len(text) - opened.start() > _LONGEST_TOKEN:
        last = opened.end()
        opened = _OPEN.search(text, last)
    if opened is not None:
        return opened.start()
    half = _HALF_TAG.search(text, max(last, len(text) - 8))
    return half.start() if half is not None else len(text)


def _line(raw: str, in_code: bool) -> tuple[Line, bool]:
    """A line of Markdown as data, and whether code goes on behind it."""
    if _FENCE.match(raw) and PHRASE_SIGN not in raw:
        return Line("blank"), not in_code
    if in_code:
        return Line("code", raw), True
    if not raw.strip():
        return Line("blank"), False
    if _RULE.fullmatch(raw):
        return Line("rule"), False
    if match := _HEADING.fullmatch(raw):
        return Line("heading", match[2].rstrip(" #"), len(match[1])), False
    if match := _ITEM.fullmatch(raw):
        mark = "•" if match[2] in "-*+•" else match[2]
        return Line("item", match[3], min(len(match[1].expandtabs(4)) // 2, 6), mark), False
    if match := _QUOTE.fullmatch(raw):
        return Line("quote", match[1]), False
    if match := _TABLE.fullmatch(raw):
        cells = [cell.strip() for cell in match[1].split("|")]
        if all(map(_TABLE_RULE.fullmatch, cells)):
            return Line("blank"), False
        return Line("text", "  │  ".join(cells)), False
    return Line("text", raw), False


# Marks inside a line


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a line in one look; `words` is `PHRASE_SIGN` alone for a phrase."""

    words: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    struck: bool = False


_MARK = re.compile(
    rf"(?P<escaped>\\[\\`*_~#\[\]])|(?P<code>`+)|(?P<mark>\*\*\*|\*\*|\*|__|_|~~)|(?P<phrase>{PHRASE_SIGN})"
    r"|!?\[(?P<label>[^\]\n]{1,300})\]\((?P<address>[^()\s]{1,500})\)"
)


def runs(line: Line) -> Iterator[Run]:
    """The words of a line in their looks. Marks without a partner stay words; a link shows its address in words."""
    if line.kind == "code":
        yield from _plain_runs(line.words)
        return
    text, place = line.words, 0
    look = {"bold": False, "italic": False, "struck": False}
    for match in _MARK.finditer(text):
        if match.start() < place:
            continue
        if match.start() > place:
            yield Run(text[place : match.start()], **look)
        place = match.end()
        if match["escaped"]:
            yield Run(match[0][1:], **look)
        elif match["phrase"]:
            yield Run(PHRASE_SIGN, **look)
        elif match["code"]:
            end = text.find(match["code"], place)
            if end > place and PHRASE_SIGN not in text[place:end]:
                yield Run(text[place:end], code=True, **look)
                place = end + len(match["code"])
            else:
                yield Run(match[0], **look)
        elif match["label"]:
            label, address = match["label"], match["address"]
            yield Run(label if label == address else f"{label} ({address})", **look)
        elif (names := _turns(text, match, look)) is not None:
            for name in names:
                look[name] = not look[name]
        else:
            yield Run(match[0], **look)
    if place < len(text):
        yield Run(text[place:], **look)


def _turns(text: str, match: re.Match[str], look: dict[str, bool]) -> tuple[str, ...] | None:
    """Which looks a mark turns on or off; None when it is just words."""
    mark = match[0]
    names = {1: ("italic",), 2: ("bold",), 3: ("bold", "italic")}[len(mark)] if mark[0] in "*_" else ("struck",)
    before = text[match.start() - 1] if match.start() else " "
    after = text[match.end()] if match.end() < len(text) else " "
    if mark in ("_", "__", "*") and before.isalnum() and after.isalnum():
        return None
    if all(look[name] for name in names):
        return names if not before.isspace() else None
    if any(look[name] for name in names) or after.isspace():
        return None
    return names if text.find(mark, match.end() + 1) >= 0 else None


def _plain_runs(words: str) -> Iterator[Run]:
    place = 0
    for match in re.finditer(PHRASE_SIGN, words):
        if match.start() > place:
            yield Run(words[place : match.start()], code=True)
        yield Run(PHRASE_SIGN)
        place = match.end()
    if place < len(words):
        yield Run(words[place:], code=True)
