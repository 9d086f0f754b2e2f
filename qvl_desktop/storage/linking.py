"""Which box tokens stand in a conversation, and how they change with their region.

Owns the places of box tokens and the rewriting of one of them. Pure functions over texts; does not read the project.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.tokens import BoxToken, QuadToken, Ref, Segment, Text, format_box, parse, write


@dataclass(frozen=True, slots=True)
class BoxPlace:
    """Box token number `ordinal` of turn number `turn` (both from 0), its ref, and the picture it belongs to."""

    turn: int
    ordinal: int
    ref: str
    token: str
    picture: int


def box_places(texts: Sequence[str]) -> Iterator[BoxPlace]:
    """Every box token of a conversation's texts, in reading order."""
    conversation = Conversation(tuple(Turn("user", text) for text in texts))
    seen: dict[int, int] = {}
    for mention in conversation.mentions():
        for box in mention.boxes:
            ordinal = seen.get(mention.turn, 0)
            seen[mention.turn] = ordinal + 1
            yield BoxPlace(mention.turn, ordinal, mention.ref, format_box(box), mention.picture)


def with_box(text: str, ordinal: int, box: Box) -> str:
    """The text with its box token number `ordinal` replaced."""
    segments = list(parse(text))
    index = _box_index(segments, ordinal)
    if index is not None:
        segments[index] = BoxToken(box)
    return write(segments)


def with_ref(text: str, ordinals: Sequence[int], ref: str) -> str:
    """The text with the phrase before the given box tokens changed to `ref`.

    Where a phrase carries several boxes and only some of them are meant, the phrase is repeated: each run of boxes
    stands behind its own. Blanks around the phrase are kept. Boxes without a phrase are left alone.
    """
    segments = parse(text)
    result: list[Segment] = []
    written: Ref | None = None
    open_ref: Ref | None = None
    slot = -1
    ordinal = -1
    for segment in segments:
        match segment:
            case Ref():
                open_ref, written, slot = segment, None, len(result)
                result.append(segment)
                continue
            case BoxToken():
                ordinal += 1
                if open_ref is not None:
                    wanted = _renamed(open_ref, ref) if ordinal in ordinals else open_ref
                    if written is None:
                        result[slot] = wanted
                    elif written != wanted:
                        result.append(wanted)
                    written = wanted
            case QuadToken():
                pass
            case Text(words) if not words.strip(" ,，、\n"):
                pass
            case _:
                open_ref = None
        result.append(segment)
    return write(_joined(result, ref))


def _joined(segments: Sequence[Segment], ref: str) -> Iterator[Segment]:
    """The segments without phrases that only repeat `ref` after its own boxes."""
    current: Ref | None = None
    boxes = 0
    for segment in segments:
        if isinstance(segment, Ref):
            if current is not None and boxes and segment == current and segment.text.strip() == ref:
                continue
            current, boxes = segment, 0
        elif isinstance(segment, BoxToken):
            boxes += 1
        else:
            current = None
        yield segment


def _renamed(old: Ref, ref: str) -> Ref:
    words = old.text
    if not words.strip():
        return Ref(ref)
    lead = words[: len(words) - len(words.lstrip())]
    trail = words[len(words.rstrip()) :]
    return Ref(lead + ref + trail)


def _box_index(segments: Sequence[Segment], ordinal: int) -> int | None:
    seen = -1
    for index, segment in enumerate(segments):
        seen += isinstance(segment, BoxToken)
        if seen == ordinal and isinstance(segment, BoxToken):
            return index
    return None
