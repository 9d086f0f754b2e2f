"""Which box and quad tokens stand in a conversation, and how they change with their region.

Owns the places of these tokens, and rewriting or removing one of them. An ordinal counts the box and quad tokens of one
turn together, from 0, in reading order. Pure functions over texts; does not read the project.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Segment, Text, parse, write

JOINERS = " ,，、;；\n"
"""What may stand between a phrase and its boxes, and between mentions of a plain list."""


_BETWEEN = " ,，、\n"
_TOKENS = (BoxToken, QuadToken)


@dataclass(frozen=True, slots=True)
class BoxPlace:
    """Token number `ordinal` of turn number `turn` (both from 0), its ref, and the picture it belongs to."""

    turn: int
    ordinal: int
    ref: str
    token: str
    picture: int


def box_places(texts: Sequence[str]) -> Iterator[BoxPlace]:
    """Every box and quad token of a conversation's texts, in reading order.

    A token belongs to the last picture named before it (the first one if none was) and to the phrase before it, as
    long as nothing but other tokens, blanks and commas stands between.
    """
    seen = 0
    for turn, text in enumerate(texts):
        ref, ordinal = "", -1
        for segment in parse(text):
            match segment:
                case Ref(words):
                    ref = words
                case BoxToken() | QuadToken():
                    ordinal += 1
                    yield BoxPlace(turn, ordinal, ref, write([segment]), max(seen - 1, 0))
                case Text(words) if not words.strip(_BETWEEN):
                    pass
                case _:
                    ref = ""
                    seen += isinstance(segment, Picture)


def token_at(text: str, ordinal: int) -> str | None:
    """The token number `ordinal` as text; None when there are fewer."""
    segments = parse(text)
    index = _token_index(segments, ordinal)
    return None if index is None else write([segments[index]])


def with_token(text: str, ordinal: int, token: str) -> str:
    """The text with its token number `ordinal` replaced by another box or quad token."""
    segments = list(parse(text))
    index = _token_index(segments, ordinal)
    if index is not None:
        (segments[index],) = parse(token)
    return write(segments)


def without_token(text: str, ordinal: int) -> str:
    """The text without its token number `ordinal`.

    A phrase keeps its other tokens. One that has none left goes too where the text is a plain list of phrases with
    boxes (with the comma beside it), and stays as bare words inside a sentence.
    """
    segments = list(parse(text))
    index = _token_index(segments, ordinal)
    if index is None:
        return text
    listed = all(not isinstance(s, Text) or not s.text.strip(JOINERS + ".。") for s in segments)
    phrase = _phrase_of(segments, index)
    del segments[index]
    if phrase is None or _tokens_behind(segments, phrase):
        return write(segments)
    if not listed:
        words = segments[phrase]
        assert isinstance(words, Ref)
        segments[phrase] = Text(words.text)
        return write(segments)
    del segments[phrase:index]
    _drop_comma(segments, phrase)
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
            case BoxToken() | QuadToken():
                ordinal += 1
                if open_ref is not None:
                    wanted = _renamed(open_ref, ref) if ordinal in ordinals else open_ref
                    if written is None:
                        result[slot] = wanted
                    elif written != wanted:
                        result.append(wanted)
                    written = wanted
            case Text(words) if not words.strip(_BETWEEN):
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
        elif isinstance(segment, _TOKENS):
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


def _token_index(segments: Sequence[Segment], ordinal: int) -> int | None:
    seen = -1
    for index, segment in enumerate(segments):
        seen += isinstance(segment, _TOKENS)
        if seen == ordinal and isinstance(segment, _TOKENS):
            return index
    return None


def _phrase_of(segments: Sequence[Segment], index: int) -> int | None:
    """Where the phrase stands that the token at `index` belongs to."""
    for place in range(index - 1, -1, -1):
        segment = segments[place]
        if isinstance(segment, Ref):
            return place
        if not isinstance(segment, _TOKENS) and not (isinstance(segment, Text) and not segment.text.strip(_BETWEEN)):
            return None
    return None


def _tokens_behind(segments: Sequence[Segment], phrase: int) -> bool:
    for segment in segments[phrase + 1 :]:
        if isinstance(segment, _TOKENS):
            return True
        if not isinstance(segment, Text) or segment.text.strip(_BETWEEN):
            return False
    return False


def _drop_comma(segments: list[Segment], place: int) -> None:
    """Of the words on both sides of `place`, where a mention was taken out of a list, keep those of one side."""
    before = segments[place - 1] if place else None
    here = segments[place] if place < len(segments) else None
    if isinstance(here, Text) and place + 1 < len(segments):
        del segments[place]
    elif isinstance(before, Text) and here is None:
        del segments[place - 1]
    elif isinstance(before, Text) and isinstance(here, Text):
        segments[place - 1 : place + 1] = [Text(here.text.lstrip(JOINERS))]
