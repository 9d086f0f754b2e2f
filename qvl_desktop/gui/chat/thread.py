"""What was said in one chat, as plain data.

Owns the exchanges, the turns that are sent to the model, and where the boxes of an answer belong. Knows no widget, no
network and no project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse

_TAGS = ("<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>")
_BETWEEN_BOXES = " ,，、\n"


class State(str, Enum):
    """How far an exchange is. A stopped one keeps what was said so far."""

    ASKED = "asked"
    ANSWERING = "answering"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True)
class Exchange:
    """One question, the pictures that came with it, and its answer (canonical text).

    `problem` says why there is none. `cut` means that the length limit ended it. Times are in seconds.
    """

    question: str
    pictures: tuple[Path, ...]
    model: str = ""
    answer: str = ""
    state: State = State.ASKED
    problem: str = ""
    tokens: int = 0
    tokens_per_second: float = 0.0
    seconds: float = 0.0
    cut: bool = False

    @property
    def running(self) -> bool:
        return self.state in (State.ASKED, State.ANSWERING)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of an answer that point at boxes; bare boxes have no words."""

    words: str
    boxes: tuple[Box, ...]


@dataclass(slots=True)
class ChatThread:
    """The exchanges of one chat, oldest first."""

    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def pictures(self) -> list[Path]:
        """Every picture of the chat, once, in the order they came."""
        return list(dict.fromkeys(path for exchange in self.exchanges for path in exchange.pictures))

    def picture_of(self, index: int) -> Path | None:
        """The picture the boxes of exchange `index` belong to: the last one named up to there."""
        named = [path for exchange in self.exchanges[: index + 1] for path in exchange.pictures]
        return named[-1] if named else None

    def turns(self, upto: int | None = None) -> tuple[Turn, ...]:
        """The turns that ask question `upto` (the last one by default); see `_turns`."""
        last = len(self.exchanges) - 1 if upto is None else upto
        return tuple(self._turns(last, with_last_answer=False))

    def conversation(self, upto: int) -> Conversation:
        """The chat up to and with the answer of exchange `upto`, as a project keeps it."""
        return Conversation(tuple(self._turns(upto, with_last_answer=True)))

    def _turns(self, last: int, *, with_last_answer: bool) -> Iterator[Turn]:
        """Questions without an answer are left out; their pictures move to the next question."""
        waiting: list[Path] = []
        number = 1
        for index, exchange in enumerate(self.exchanges[: last + 1]):
            waiting += exchange.pictures
            if index < last and not exchange.answer:
                continue
            yield user_turn([str(path) for path in waiting], exchange.question, first_number=number)
            number += len(waiting)
            waiting = []
            if index < last or with_last_answer:
                yield Turn("assistant", exchange.answer)


def phrases(text: str) -> list[str | Phrase]:
    """A text as plain pieces and phrases with their boxes, in order. Unknown or broken tokens stay plain."""
    parts: list[str | Phrase] = []
    between = ""
    for segment in parse(text):
        match segment:
            case Ref(words):
                _put(parts, between)
                parts.append(Phrase(words, ()))
            case BoxToken(box):
                _attach(parts, between, box)
            case QuadToken(quad):
                _attach(parts, between, quad.bounds)
            case Picture(path):
                _put(parts, between)
                parts.append(f"<img>{path}</img>")
            case Text(words):
                between += words
                continue
        between = ""
    _put(parts, between)
    return parts


def _attach(parts: list[str | Phrase], between: str, box: Box) -> None:
    """A box belongs to the phrase right before it, if nothing but separators stands between."""
    if parts and isinstance(parts[-1], Phrase) and not between.strip(_BETWEEN_BOXES):
        before = parts[-1]
        parts[-1] = Phrase(before.words, (*before.boxes, box))
    else:
        _put(parts, between)
        parts.append(Phrase("", (box,)))


def _put(parts: list[str | Phrase], words: str) -> None:
    if words:
        parts.append(words)


def settled(text: str) -> str:
    """An unfinished answer without what is not yet certain: half a tag and an open box go, an open ref is closed."""
    cut = text.rfind("<")
    if cut >= 0 and any(tag != text[cut:] and tag.startswith(text[cut:]) for tag in _TAGS):
        text = text[:cut]
    for name in ("box", "quad"):
        opened = text.rfind(f"<{name}>")
        if opened > text.rfind(f"</{name}>"):
            text = text[:opened]
    if text.rfind("<ref>") > text.rfind("</ref>"):
        text += "</ref>"
    return text
