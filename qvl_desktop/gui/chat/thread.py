"""What was said in one chat, as plain data.

Owns the exchanges with all their versions, the turns that are sent to the model, and which picture the boxes of an
answer belong to. Knows no widget, no network and no file; texts are read by `answer_reader`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.gui.chat.answer_reader import AnswerReader
from qvl_desktop.storage.rows import ExchangeRow, ThreadRow

_TAGS = ("<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>")
_PICTURE_TAG = re.compile(r"<(?=/?img>)")
TITLE_LENGTH = 60
READ_AT_ONCE = 8_000
"""Characters of an answer that are read between two looks at the mouse."""


class State(str, Enum):
    """How far an exchange is. A stopped or failed one keeps what was said so far."""

    ASKED = "asked"
    ANSWERING = "answering"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True, eq=False, weakref_slot=True)
class Exchange:
    """One question, the pictures that came with it, and its answer (canonical text).

    `problem` says why there is none. `cut` means that the length limit ended it, `corrected` that a person did it over.
    Times are in seconds. `id` is its row, 0 for one that is not kept. `followers` are the versions of what came next,
    `following` the one on show.
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
    corrected: bool = False
    id: int = 0
    before: Exchange | None = None
    followers: list[Exchange] = field(default_factory=list, repr=False)
    following: Exchange | None = field(default=None, repr=False)
    _reader: AnswerReader = field(default_factory=AnswerReader, repr=False)
    _read: str = field(default="", repr=False)
    _whole: bool = field(default=False, repr=False)

    @property
    def running(self) -> bool:
        return self.state in (State.ASKED, State.ANSWERING)

    @property
    def reader(self) -> AnswerReader:
        """The answer, read a part further each time this is looked at, until `read`; a new reader when the answer is
        another one than was read before."""
        known = len(self._read)
        if not self.answer.startswith(self._read) or (self._whole and len(self.answer) > known):
            self._reader, self._read, self._whole, known = AnswerReader(), "", False, 0
        if not self.read:
            part = self.answer[known : known + READ_AT_ONCE]
            self._whole = not self.running and known + len(part) == len(self.answer)
            self._reader.feed(part, final=self._whole)
            self._read = self.answer[: known + len(part)]
        return self._reader

    @property
    def read(self) -> bool:
        """Whether `reader` has read all there is."""
        return len(self._read) >= len(self.answer) and (self.running or self._whole)

    @property
    def facts(self) -> str:
        """What is kept beside the texts: a JSON object, or empty."""
        known = {
            "problem": self.problem,
            "tokens": self.tokens,
            "tokens_per_second": round(self.tokens_per_second, 2),
            "seconds": round(self.seconds, 3),
            "cut": self.cut,
            "corrected": self.corrected,
        }
        found = {key: value for key, value in known.items() if value}
        return json.dumps(found, ensure_ascii=False) if found else ""

    @classmethod
    def of_row(cls, row: ExchangeRow) -> Exchange:
        """The exchange of a row; one that was being answered when the program ended counts as stopped."""
        facts = _object(row.facts)
        state = State(row.state) if row.state in State._value2member_map_ else State.DONE
        return cls(
            row.question,
            row.pictures,
            model=row.model,
            answer=row.answer,
            state=State.STOPPED if state in (State.ASKED, State.ANSWERING) else state,
            problem=str(facts.get("problem", "")),
            tokens=int(facts.get("tokens", 0)),
            tokens_per_second=float(facts.get("tokens_per_second", 0.0)),
            seconds=float(facts.get("seconds", 0.0)),
            cut=bool(facts.get("cut", False)),
            corrected=bool(facts.get("corrected", False)),
            id=row.id,
        )


class ChatThread:
    """One chat. `exchanges` are those on show, oldest first; every other version hangs in the tree and stays.

    `id` is its row, 0 while nothing of it is kept; `system` is its system prompt.
    """

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self.id = 0
        self.title = ""
        self.folder = ""
        self.system = ""
        self.exchanges: list[Exchange] = []
        self._begins: list[Exchange] = []
        self._first: Exchange | None = None
        for exchange in exchanges:
            self.add(exchange, self.exchanges[-1] if self.exchanges else None)

    @classmethod
    def of_rows(cls, row: ThreadRow, rows: Sequence[ExchangeRow]) -> ChatThread:
        """The chat as it is kept."""
        made = cls()
        made.id, made.title, made.folder = row.id, row.title, row.folder
        made.system = str(_object(row.settings).get("system", ""))
        known: dict[int, Exchange] = {}
        for kept in rows:
            exchange = known[kept.id] = Exchange.of_row(kept)
            made._hang(exchange, known.get(kept.parent_id or 0), show=kept.chosen)
        made._walk()
        return made

    @property
    def settings(self) -> str:
        """What is kept of how its answers are made: a JSON object, or empty."""
        return json.dumps({"system": self.system}, ensure_ascii=False) if self.system else ""

    # Versions

    def add(self, exchange: Exchange, before: Exchange | None) -> None:
        """Hang an exchange behind another one (None: at the beginning), and show it."""
        self._hang(exchange, before, show=True)
        self._walk()

    def versions(self, exchange: Exchange) -> list[Exchange]:
        """All exchanges in the same place, oldest first, this one among them."""
        return list(exchange.before.followers if exchange.before is not None else self._begins)

    def show(self, exchange: Exchange) -> None:
        """Show this version, with what followed it when it was on show last."""
        if exchange.before is not None:
            exchange.before.following = exchange
        else:
            self._first = exchange
        self._walk()

    def every(self) -> Iterator[Exchange]:
        """All exchanges, every version, parents before children."""
        waiting = list(self._begins)
        while waiting:
            exchange = waiting.pop(0)
            yield exchange
            waiting = [*exchange.followers, *waiting]

    def _hang(self, exchange: Exchange, before: Exchange | None, *, show: bool) -> None:
        exchange.before = before
        if before is not None:
            before.followers.append(exchange)
            if show or before.following is None:
                before.following = exchange
        else:
            self._begins.append(exchange)
            if show or self._first is None:
                self._first = exchange

    def _walk(self) -> None:
        self.exchanges.clear()
        exchange = self._first
        while exchange is not None:
            self.exchanges.append(exchange)
            exchange = exchange.following

    # Pictures

    @property
    def pictures(self) -> list[Path]:
        """Every picture of the chat, once, in the order they came."""
        return list(dict.fromkeys(path for exchange in self.exchanges for path in exchange.pictures))

    def picture_of(self, index: int) -> Path | None:
        """The picture the boxes of exchange `index` belong to: the last one named up to there."""
        for exchange in reversed(self.exchanges[: index + 1]):
            if exchange.pictures:
                return exchange.pictures[-1]
        return None

    # What is sent and what is kept

    def turns(self, upto: int | None = None) -> tuple[Turn, ...]:
        """The turns that ask question `upto` (the last one by default); see `_turns`."""
        last = len(self.exchanges) - 1 if upto is None else upto
        return tuple(self._turns(last, with_last_answer=False))

    def conversation(self, upto: int) -> Conversation:
        """The chat up to and with the answer of exchange `upto`, as a project keeps it."""
        return Conversation(tuple(self._turns(upto, with_last_answer=True)))

    def _turns(self, last: int, *, with_last_answer: bool) -> Iterator[Turn]:
        """Questions without an answer are left out; their pictures move to the next question."""
        if self.system.strip():
            yield Turn("system", typed(self.system.strip()))
        waiting: list[Path] = []
        number = 1
        for index, exchange in enumerate(self.exchanges[: last + 1]):
            waiting += exchange.pictures
            if index < last and not exchange.answer:
                continue
            yield user_turn([str(path) for path in waiting], typed(exchange.question), first_number=number)
            number += len(waiting)
            waiting = []
            if index < last or with_last_answer:
                yield Turn("assistant", typed(exchange.answer))


def _object(text: str) -> dict[str, Any]:
    """A JSON object; an empty one for a text that holds none."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def typed(words: str) -> str:
    """Words in which no picture is named: a typed `<img>` is words, and must never have a file read and sent along."""
    return _PICTURE_TAG.sub("<\u200b", words)


def title_of(question: str, pictures: Sequence[Path]) -> str:
    """A title for a chat, from its first question."""
    words = " ".join(re.sub(r"<(box|quad)>.*?</\1>|</?(?:ref|box|quad|img)>", " ", question).split())
    if not words:
        words = pictures[0].stem if pictures else "…"
    return words if len(words) <= TITLE_LENGTH else words[: TITLE_LENGTH - 1].rstrip() + "…"


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
