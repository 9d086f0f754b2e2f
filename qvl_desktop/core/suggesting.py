"""What a model is asked about many pictures, what its answers propose, and where they differ from what is drawn.

Owns the question for a ref and for everything, reading an answer's boxes, leaving out what is there already, and the
disagreements between a model and the regions of a picture. Does not own asking (`jobs.asking`), keeping
(`storage.suggestions`) nor matching (`matching`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from qvl_desktop.core.box import Box, Quad, iou
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.matching import match
from qvl_desktop.core.tokens import faults, format_box, format_quad

SAME = 0.9
"""Boxes of one ref that overlap so much (intersection over union) are taken for the same box."""

LOW = 0.5
"""Below this overlap a box of the model and a region of the same ref disagree, unless another limit is chosen."""

MOST = 500
"""Boxes of one answer that are looked at; what comes behind is left out and said."""

Difference = Literal["missed", "extra", "low"]
"""`missed`: a region that the model did not find; `extra`: a box of the model without a region; `low`: both are there,
and overlap too little."""

Unread = Literal["cut", "faults", "many"]
"""Why an answer could not be read whole: it ran into the limit of its length; it holds something that looks like a box
and is none; it has more than `MOST` boxes."""


class QuestionError(QvlError):
    """A question that cannot be asked for each ref."""


@dataclass(frozen=True, slots=True)
class Found:
    """A box or quad of an answer; `ref` may be empty."""

    ref: str
    token: Box | Quad

    @property
    def box(self) -> Box:
        """Its bounds."""
        return self.token.bounds if isinstance(self.token, Quad) else self.token

    @property
    def text(self) -> str:
        """Its token as canonical text."""
        return format_quad(self.token) if isinstance(self.token, Quad) else format_box(self.token)


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What an answer proposes. `unread` says what of it could not be read; what could be is in `found` all the same."""

    found: tuple[Found, ...]
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A region that stands on the picture, by its place in the caller's list."""

    ref: str
    box: Box


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where model and annotation differ. `known` is the place of the region (None for `extra`), `found` that of the
    model's box (None for `missed`); `overlap` is their intersection over union, 0 where there is only one."""

    kind: Difference
    known: int | None
    found: int | None
    overlap: float

    @property
    def severity(self) -> float:
        """From 0 (the same) to 1 (nothing in common)."""
        return 1.0 - self.overlap


QUESTIONS = {"en": "Find the {ref}.", "zh": "框出{ref}"}
"""What is asked for one ref, as the shipped grounding template asks it."""

EVERYTHING = {"en": "Describe the picture with boxes.", "zh": "带框描述这张图"}
"""What is asked for everything, as the shipped listing template asks it."""


def question_for(wording: str, ref: str) -> str:
    """The question about one ref."""
    return wording.replace("{ref}", ref)


def check_question(wording: str) -> None:
    """Raise `QuestionError` where a wording for refs does not name one."""
    if "{ref}" not in wording:
        raise QuestionError(
            QT_TRANSLATE_NOOP("errors", "The question “{question}” needs {{ref}} in it: there the ref goes."),
            question=wording,
        )


def read_answer(text: str, ref: str = "", *, cut: bool = False, faulty: bool = False) -> ReadAnswer:
    """The boxes of an answer in canonical text.

    With a `ref`, that is what was asked for, and all boxes are taken for it, whatever the answer calls them; without
    one each keeps the words before it. `cut`: the answer ran into its limit. `faulty`: reading the family's dialect
    met faults. One box given twice under the same ref counts once.
    """
    found: dict[Found, None] = {}
    many = False
    for mention in Conversation((Turn("assistant", text),)).mentions():
        name = ref or " ".join(mention.ref.split())
        tokens: tuple[Box | Quad, ...] = (*mention.boxes, *mention.quads)
        for token in tokens:
            if len(found) >= MOST:
                many = True
                break
            found[Found(name, token)] = None
    unread: list[Unread] = []
    if cut:
        unread.append("cut")
    if faulty or faults(text):
        unread.append("faults")
    if many:
        unread.append("many")
    return ReadAnswer(tuple(one for one in found if one.box.area > 0), tuple(unread))


def fresh(found: Iterable[Found], standing: Iterable[tuple[str, Box]]) -> list[Found]:
    """Those of the boxes that are not there yet: neither among the standing ones nor twice among themselves, where
    the same ref and an overlap of `SAME` make two boxes one."""
    shelves: dict[str, _Shelf] = {}
    for ref, box in standing:
        shelves.setdefault(ref, _Shelf()).put(box)
    kept = []
    for one in found:
        shelf = shelves.setdefault(one.ref, _Shelf())
        if not shelf.holds(one.box):
            shelf.put(one.box)
            kept.append(one)
    return kept


class _Shelf:
    """Boxes in the order of their left sides: those that can be nearly the same as another stand close together."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []

    def put(self, box: Box) -> None:
        self._boxes.insert(bisect_left(self._boxes, box), box)

    def holds(self, box: Box) -> bool:
        # Of two boxes with an overlap of 0.9, neither is wider than the other by more than 1 / 0.9, and their left
        # sides are no further apart than a tenth of the wider one.
        room = (box.x2 - box.x1) / SAME * (1 - SAME) + 1
        place = bisect_left(self._boxes, box.x1 - room, key=lambda one: one.x1)
        while place < len(self._boxes) and self._boxes[place].x1 <= box.x1 + room:
            other = self._boxes[place]
            if other == box or iou(other, box) >= SAME:
                return True
            place += 1
        return False


def differences(known: Sequence[Known], found: Sequence[Found], limit: float = LOW) -> list[Disagreement]:
    """Where the model's boxes and the regions differ, the worst first; matched ref by ref, each box used once.

    A pair that overlaps by `limit` or more agrees and is left out.
    """
    refs = dict.fromkeys([one.ref for one in known] + [one.ref for one in found])
    result: list[Disagreement] = []
    for ref in refs:
        mine = [place for place, one in enumerate(known) if one.ref == ref]
        theirs = [place for place, one in enumerate(found) if one.ref == ref]
        pairs = match([known[place].box for place in mine], [found[place].box for place in theirs])
        paired_mine, paired_theirs = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
        result += [Disagreement("low", mine[i], theirs[j], overlap) for i, j, overlap in pairs if overlap < limit]
        result += [Disagreement("missed", mine[i], None, 0.0) for i in range(len(mine)) if i not in paired_mine]
        result += [Disagreement("extra", None, theirs[j], 0.0) for j in range(len(theirs)) if j not in paired_theirs]
    return sorted(result, key=lambda one: -one.severity)


def disagreement_of(found: Sequence[Disagreement], agreeing: int) -> float:
    """How much model and annotation of one picture disagree: the mean severity of all pairs and single boxes.

    `agreeing` pairs count 0. From 0 (nothing differs) to 1 (nothing agrees).
    """
    total = len(found) + agreeing
    return sum(one.severity for one in found) / total if total else 0.0
