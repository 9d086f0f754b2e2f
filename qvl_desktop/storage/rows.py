"""What the project hands out: frozen rows, reports and change notes.

Owns the shapes of data that leave the project file. Does not own how they are stored (`schema`) or edited
(`pictures`, `regions`, `conversations`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.conversation import Conversation, Role, Turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.shapes import Shape, ShapeKind
from qvl_desktop.storage.filters import ShownStatus

ChangeKind = Literal["pictures", "regions", "conversations", "headers", "files", "proposals"]
"""`headers`: what belongs to the project as a whole (pinned refs, kept findings); `files`: what is known of picture
files, told after an observation and no edit; `proposals`: suggestions, drafts and the jobs that make them."""

RowId = int


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture of the project.

    `path` is as stored: relative to the project's folder where possible, `/` between the parts; it is also what stands
    between `<img>` and `</img>`. `file` is the absolute place. Sizes are pixels of the upright picture.
    """

    id: RowId
    path: str
    file: Path
    width: int
    height: int
    split: Split
    status: str
    region_count: int = 0
    has_conversations: bool = False

    @property
    def shown_status(self) -> ShownStatus:
        """How far the picture is, as the user reads it."""
        if self.status in ("done", "skipped"):
            return cast("ShownStatus", self.status)
        return "in_work" if self.region_count or self.has_conversations else "untouched"


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A ref and its place on one picture.

    `rect` are its bounds in pixels of the upright picture; `box` is always their encoding. `points` are the corners of
    a quad (4, clockwise as far as the data says so) or a point (1), in pixels; a box has none. `extra` is a JSON object
    of what an import brought along, by format, or empty. `token` is the canonical text of the shape.
    """

    id: RowId
    picture_id: RowId
    ref: str
    rect: Rect
    box: Box
    kind: ShapeKind = "box"
    points: tuple[tuple[float, float], ...] = ()
    locked: bool = False
    extra: str = ""
    token: str = ""

    @property
    def shape(self) -> Shape:
        """The geometry as it was drawn or imported."""
        return Shape(self.kind, self.points) if self.points else Shape.of_rect(self.rect)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn; `text` is canonical Qwen-VL text. `position` counts from 0 within the conversation."""

    id: RowId
    conversation_id: RowId
    position: int
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation with all its turns.

    `split` is its own, or else that of its first picture. `template` names the template it was made from
    ("grounding/en"), empty when written by hand or imported; `edited`: it was changed by hand since. `source` is the
    record's name in the file it came from.
    """

    id: RowId
    split: Split
    turns: tuple[TurnRow, ...]
    template: str = ""
    source: str = ""
    edited: bool = False

    @property
    def content(self) -> Conversation:
        """The same as plain data of `core`."""
        return Conversation(tuple(Turn(turn.role, turn.text) for turn in self.turns), self.source)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Box token number `ordinal` (from 0) of a turn stands for a region: when one moves, so does the other."""

    turn_id: RowId
    ordinal: int
    region_id: RowId


@dataclass(frozen=True, slots=True)
class LinkedToken:
    """A token of a turn that stands (or stood) for a region, as text."""

    turn_id: RowId
    ordinal: int
    token: str


@dataclass(frozen=True, slots=True)
class RefUse:
    """How much of the project a ref, or several, name: regions, the pictures they are on, the turns they stand in."""

    regions: int
    pictures: int
    turns: int


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A chat of the Chat page. Times are seconds since the epoch; `folder` is "" for one that lies in none.

    `settings` is a JSON object of what its answers are made with, or empty.
    """

    id: RowId
    title: str
    folder: str
    settings: str
    created: float
    changed: float


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """A question of a chat with its answer (canonical text; the question as it was typed, without its pictures).

    Those of one parent (None: the beginning of the chat) are versions of each other; `chosen` is the one on show.
    `pictures` are absolute places. `facts` is a JSON object of how the answer came about, or empty.
    """

    id: RowId
    thread_id: RowId
    parent_id: RowId | None
    chosen: bool
    question: str
    pictures: tuple[Path, ...]
    answer: str = ""
    model: str = ""
    state: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of pictures that were to be added: counts, and a sentence about each that was left out."""

    added: int
    known: int
    problems: tuple[str, ...] = ()
    ids: tuple[RowId, ...] = ()
    stopped: bool = False
    """Ended before all were looked at, because the user wanted it."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import brought in, and what became of the rest.

    `problems` has a sentence about each record that was left out (the first thousand; `problem_count` counts all),
    `notes` what is worth knowing though nothing was left out. `known` counts conversations that were in the project
    already, turn for turn, and came in no second time; `known_regions` regions of the same picture, ref and place.
    """

    pictures: int
    regions: int
    conversations: int
    problems: tuple[str, ...] = ()
    known: int = 0
    known_regions: int = 0
    notes: tuple[str, ...] = ()
    all_problems: int | None = None

    @property
    def problem_count(self) -> int:
        """How many records were left out."""
        return len(self.problems) if self.all_problems is None else self.all_problems


@dataclass(frozen=True, slots=True)
class Change:
    """Something was committed, undone or redone; the ids tell which rows to look at again."""

    kind: ChangeKind
    picture_ids: frozenset[RowId] = frozenset()
    conversation_ids: frozenset[RowId] = frozenset()
