"""Which pictures a conversation shows, in which order: adding, taking out and reordering them.

Owns what happens to the text then. The rules:

- The pictures are numbered 1, 2, 3, … in reading order, in their labels (`Picture N: <img>…</img>`) and wherever the
  words speak of "Picture N".
- A box belongs to the picture named last before it, and stays with its picture. Words with boxes behind a picture of
  the same turn move along with it; a turn with its answers moves whole when its pictures do. An order in which a box
  would change hands is refused (`PictureOrderError`), never written.

Does not own the grammar (`tokens`) or conversations themselves (`conversation`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qvl_desktop.core.conversation import Role, Turn, picture_line
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Segment, Text, parse, spans, write

_LABEL = re.compile(r"(?P<name>Picture\s+|图片?\s*)(?P<number>\d+)(?P<colon>\s*[:：]\s*)\Z")
_SPOKEN = re.compile(r"(?P<name>\bPicture\s+|图片?\s?)(?P<number>\d+)(?!\d)")
_HELD = QT_TRANSLATE_NOOP(
    "errors",
    "The boxes of turn {turn} belong to picture {picture}, which is named last before them; in this order another "
    "picture would be. Move the turns instead, or give the picture a question of its own.",
)


class PictureOrderError(QvlError):
    """A change of the pictures by which boxes would come to belong to another picture; says which."""


@dataclass(slots=True)
class _Block:
    """A picture with its label, and the words behind it up to the next label. `number` counts from 0."""

    number: int
    segments: list[Segment]

    @property
    def points(self) -> bool:
        return any(isinstance(segment, (BoxToken, QuadToken)) for segment in self.segments)


@dataclass(slots=True)
class _Parted:
    """A turn as its words before the first picture, its pictures, and the words that follow whatever their order."""

    role: Role
    head: list[Segment]
    blocks: list[_Block] = field(default_factory=list)
    tail: list[Segment] = field(default_factory=list)


def owners(turns: Iterable[Turn]) -> list[tuple[int, Segment, int]]:
    """Every box and quad in reading order: its turn, itself, and its picture, counted from 0 (-1: there is none)."""
    found: list[tuple[int, Segment, int]] = []
    seen = 0
    for index, turn in enumerate(turns):
        for segment in parse(turn.text):
            if isinstance(segment, (BoxToken, QuadToken)):
                found.append((index, segment, max(seen - 1, 0)))
            seen += isinstance(segment, Picture)
    return found if seen else [(turn_index, segment, -1) for turn_index, segment, _ in found]


def changed_hands(before: Sequence[Turn], after: Sequence[Turn]) -> int:
    """How many boxes of `before` belong to another picture (by path) in `after`, or to none; gone ones do not count."""

    def counted(turns: Sequence[Turn]) -> tuple[Counter[tuple[str, str]], Counter[str]]:
        paths = [s.path for turn in turns for s in parse(turn.text) if isinstance(s, Picture)]
        held = [(paths[number] if number >= 0 else "", write([token])) for _, token, number in owners(turns)]
        return Counter(held), Counter(token for _, token in held)

    (old, _), (new, present) = counted(before), counted(after)
    lost = old - new
    return sum(min(count, present[token]) for (_, token), count in lost.items())


def numbered(turns: Iterable[Turn]) -> list[Turn]:
    """The turns with every picture's label showing its place; words that speak of pictures stay as they are."""
    seen = 0
    result = []
    for turn in turns:
        segments = list(parse(turn.text))
        for place, segment in enumerate(segments):
            if not isinstance(segment, Picture):
                continue
            seen += 1
            before = segments[place - 1] if place else None
            if isinstance(before, Text):
                segments[place - 1] = Text(_LABEL.sub(rf"\g<name>{seen}\g<colon>", before.text))
        result.append(Turn(turn.role, write(segments)))
    return result


def reorder_pictures(turns: Sequence[Turn], order: Sequence[int]) -> list[Turn]:
    """The conversation with picture `order[k]` (counted from 0 as it is now) in place k.

    Raises `PictureOrderError` when a box would come to belong to another picture, and `ValueError` for an `order` that
    is no permutation.
    """
    parted = _parted(turns)
    count = sum(len(turn.blocks) for turn in parted)
    if sorted(order) != list(range(count)):
        raise ValueError(f"{order} is no order of {count} pictures")
    wanted = {number: place for place, number in enumerate(order)}
    moved = _by_groups(parted, wanted) or _dealt(parted, order)
    result = _renumbered([_written(turn) for turn in moved], wanted)
    before = Counter((write([token]), wanted.get(number, -1)) for _, token, number in owners(turns))
    after = Counter((write([token]), number) for _, token, number in owners(result))
    if before != after:
        turn, number = _first_lost(turns, wanted, after)
        raise PictureOrderError(_HELD, turn=turn + 1, picture=number + 1)
    return result


def remove_picture(turns: Sequence[Turn], number: int) -> list[Turn]:
    """The conversation without picture `number` (from 0) and without its boxes; their phrases stay as words."""
    seen = 0
    result = []
    for turn in turns:
        kept: list[Segment] = []
        phrase: int | None = None
        skip_break = False
        for segment in parse(turn.text):
            if isinstance(segment, Picture):
                seen += 1
                phrase = None
                if seen - 1 == number:
                    _take_label(kept)
                    skip_break = True
                    continue
            if skip_break and isinstance(segment, Text):
                segment = Text(segment.text.removeprefix("\n"))
            skip_break = False
            if isinstance(segment, (BoxToken, QuadToken)) and max(seen - 1, 0) == number:
                if phrase is not None:
                    kept[phrase] = Text(write([kept[phrase]]).removeprefix("<ref>").removesuffix("</ref>"))
                    phrase = None
                continue
            if isinstance(segment, Ref):
                phrase = len(kept)
            elif not isinstance(segment, Text) or segment.text.strip(" ,，、\n"):
                phrase = None
            kept.append(segment)
        result.append(Turn(turn.role, write(kept)))
    places = {old: old - (old > number) for old in range(seen) if old != number}
    return _renumbered(result, places)


def add_picture(turns: Sequence[Turn], path: str, turn: int | None = None) -> list[Turn]:
    """The conversation with one more picture in a user turn: the given one (from 0), or the first that shows pictures.

    It comes behind the turn's other pictures, or before them where boxes further down belong to the last of them.
    Raises `PictureOrderError` where boxes would change hands either way.
    """
    place = _turn_for_picture(turns) if turn is None else turn
    if place is None:
        place, turns = 0, [Turn("user", ""), *turns]
    text = turns[place].text
    numbers = [index for index, t in enumerate(turns) for s in parse(t.text) if isinstance(s, Picture)]
    first = sum(index < place for index in numbers)
    held = owners(turns)
    line = picture_line(1, path)
    places = [0, *(span.end for span in spans(text) if isinstance(span.segment, Picture))]
    for inside in range(len(places) - 1, -1, -1):
        at = places[inside] if inside else _before_first(text)
        lead = "\n" if inside and text[at : at + 1] != "\n" else ""
        at += inside > 0 and not lead
        changed = Turn(turns[place].role, text[:at] + lead + line + text[at:])
        shift = {old: old + (old >= first + inside) for old in range(len(numbers))}
        result = [*turns[:place], changed, *turns[place + 1 :]]
        now = owners(result)
        if not numbers or all(shift[a[2]] == b[2] for a, b in zip(held, now, strict=True)):
            return _renumbered(result, shift)
    raise PictureOrderError(_HELD, turn=held[-1][0] + 1, picture=held[-1][2] + 1)


def without_pictures(text: str) -> str:
    """A turn's text without its pictures and their labels. Boxes stay, now those of the picture named before."""
    kept: list[Segment] = []
    behind = False
    for segment in parse(text):
        if isinstance(segment, Picture):
            _take_label(kept)
        else:
            plain = isinstance(segment, Text) and behind
            kept.append(Text(segment.text.removeprefix("\n")) if plain and isinstance(segment, Text) else segment)
        behind = isinstance(segment, Picture)
    return write(kept)


def unnumbered(text: str) -> str:
    """The text with every "Picture N" made the same: what does not change when pictures are numbered anew."""
    return _SPOKEN.sub(lambda match: match["name"], text)


def _turn_for_picture(turns: Sequence[Turn]) -> int | None:
    users = [index for index, turn in enumerate(turns) if turn.role == "user"]
    showing = [index for index in users if any(isinstance(s, Picture) for s in parse(turns[index].text))]
    return next(iter(showing or users), None)


def _before_first(text: str) -> int:
    """Where the label of the first picture begins; the text's beginning where there is none."""
    for span in spans(text):
        if isinstance(span.segment, Picture):
            label = _LABEL.search(text[: span.start])
            return label.start() if label else span.start
    return 0


# Parting turns and putting them together


def _parted(turns: Iterable[Turn]) -> list[_Parted]:
    result = []
    number = 0
    for turn in turns:
        parted = _Parted(turn.role, [])
        current = parted.head
        for segment in parse(turn.text):
            if isinstance(segment, Picture):
                label = _take_label(current)
                current = [*label, segment]
                parted.blocks.append(_Block(number, current))
                number += 1
            else:
                current.append(segment)
        _part_tail(parted)
        result.append(parted)
    return result


def _take_label(segments: list[Segment]) -> list[Segment]:
    """Take the label at the end of the words off; it goes with the picture behind it."""
    last = segments[-1] if segments else None
    label = _LABEL.search(last.text) if isinstance(last, Text) else None
    if label is None or not isinstance(last, Text):
        return []
    segments[-1:] = [Text(last.text[: label.start()])] if label.start() else []
    return [Text(label[0])]


def _part_tail(parted: _Parted) -> None:
    """Words without boxes behind the last picture stay where they are; its line end goes with it."""
    if not parted.blocks or parted.blocks[-1].points:
        return
    segments = parted.blocks[-1].segments
    end = next(place for place, segment in enumerate(segments) if isinstance(segment, Picture)) + 1
    tail = segments[end:]
    del segments[end:]
    if tail and isinstance(tail[0], Text) and tail[0].text.startswith("\n"):
        segments.append(Text("\n"))
        tail[0] = Text(tail[0].text[1:])
    parted.tail = [segment for segment in tail if segment != Text("")]


def _written(parted: _Parted) -> Turn:
    pieces = [write(parted.head)]
    for place, block in enumerate(parted.blocks, start=1):
        text = write(block.segments)
        needs_break = (place < len(parted.blocks) or bool(parted.tail)) and not text.endswith("\n")
        pieces.append(text + ("\n" if needs_break else ""))
    return Turn(parted.role, "".join([*pieces, write(parted.tail)]))


def _by_groups(turns: Sequence[_Parted], wanted: Mapping[int, int]) -> list[_Parted] | None:
    """Whole exchanges in their new order, each with its own pictures in theirs; None where the order mixes them."""
    head: list[_Parted] = []
    groups: list[list[_Parted]] = []
    for turn in turns:
        if turn.blocks:
            groups.append([])
        (groups[-1] if groups else head).append(turn)
    places = [[wanted[block.number] for block in group[0].blocks] for group in groups]
    if any(max(own) - min(own) >= len(own) for own in places):
        return None
    moved = [group for _, group in sorted(zip(places, groups, strict=True), key=lambda pair: min(pair[0]))]
    for group in moved:
        group[0].blocks.sort(key=lambda block: wanted[block.number])
    return [*head, *(turn for group in moved for turn in group)]


def _dealt(turns: Sequence[_Parted], order: Sequence[int]) -> list[_Parted]:
    """The pictures in their new order, dealt out to the turns: each turn shows as many as it did."""
    blocks = {block.number: block for turn in turns for block in turn.blocks}
    queue: Iterator[int] = iter(order)
    for turn in turns:
        turn.blocks = [blocks[next(queue)] for _ in turn.blocks]
    return list(turns)


def _renumbered(turns: Sequence[Turn], places: Mapping[int, int]) -> list[Turn]:
    """Labels by place, and words that speak of a picture by where it went (`places`: from the old number, from 0)."""
    result = []
    for turn in numbered(turns):
        segments: list[Segment] = list(parse(turn.text))
        for index, segment in enumerate(segments):
            if isinstance(segment, Text):
                behind = segments[index + 1] if index + 1 < len(segments) else None
                segments[index] = Text(_spoken(segment.text, places, labelled=isinstance(behind, Picture)))
        result.append(Turn(turn.role, write(segments)))
    return result


def _spoken(text: str, places: Mapping[int, int], *, labelled: bool) -> str:
    label = _LABEL.search(text) if labelled else None
    end = label.start() if label else len(text)

    def change(match: re.Match[str]) -> str:
        old = int(match["number"]) - 1
        return f"{match['name']}{places[old] + 1}" if old in places else match[0]

    return _SPOKEN.sub(change, text[:end]) + text[end:]


def _first_lost(turns: Sequence[Turn], wanted: Mapping[int, int], after: Counter[tuple[str, int]]) -> tuple[int, int]:
    """The turn and the picture of the first box that would change hands."""
    left = Counter(after)
    for turn, token, number in owners(turns):
        key = (write([token]), wanted.get(number, -1))
        left[key] -= 1
        if left[key] < 0:
            return turn, number
    return 0, 0
