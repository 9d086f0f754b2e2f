"""Phrases of a turn and the boxes behind them: giving words a box, taking boxes away, putting them in another order.

Owns these changes of a text, as pure functions. A token is a box or a quad; an ordinal counts both in one turn, from 0.
Does not own the grammar (`tokens`) or storing.
"""

from __future__ import annotations

from collections.abc import Sequence

from qvl_desktop.core.tokens import BoxToken, QuadToken, Ref, Segment, Span, Text, parse, spans, write

_TOKENS = (BoxToken, QuadToken)
_JOINERS = " ,，、\n"


def pointed(text: str, start: int, end: int, token: str) -> str:
    """The text in which the characters [start, end) became a phrase with this token.

    When they are a whole `<ref>…</ref>`, the token goes behind those it has already.
    """
    for span in spans(text):
        if isinstance(span.segment, Ref) and (span.start, span.end) == (start, end):
            at = _behind_tokens(text, end)
            return text[:at] + token + text[at:]
    return f"{text[:start]}<ref>{text[start:end]}</ref>{token}{text[end:]}"


def tokens_of_phrase(text: str, ordinal: int) -> list[int]:
    """The ordinals of the tokens that share a phrase with this one, itself among them; alone without a phrase."""
    for group in _groups(text):
        if ordinal in group:
            return group
    return []


def with_token_moved(text: str, ordinal: int, by: int) -> str:
    """The text with a token `by` places further among those of its phrase; stops at the ends."""
    group = tokens_of_phrase(text, ordinal)
    if not group:
        return text
    to = min(max(ordinal + by, group[0]), group[-1])
    segments = list(parse(text))
    places = [place for place, segment in enumerate(segments) if isinstance(segment, _TOKENS)]
    tokens: list[Segment] = [segments[place] for place in places]
    tokens.insert(to, tokens.pop(ordinal))
    for place, token in zip(places, tokens, strict=True):
        segments[place] = token
    return write(segments)


def as_words(text: str, start: int, end: int) -> str:
    """The text in which the phrase at characters [start, end) is plain words, without its tokens."""
    kept: list[Segment] = []
    inside = False
    for span in spans(text):
        segment = span.segment
        if isinstance(segment, Ref) and (span.start, span.end) == (start, end):
            kept.append(Text(segment.text))
            inside = True
        elif inside and isinstance(segment, _TOKENS):
            continue
        else:
            inside = inside and isinstance(segment, Text) and not segment.text.strip(_JOINERS)
            kept.append(segment)
    return write(kept)


def rephrased(text: str, start: int, end: int, words: str) -> str:
    """The text in which the phrase at characters [start, end) says something else."""
    return f"{text[:start]}<ref>{words}</ref>{text[end:]}"


def _behind_tokens(text: str, at: int) -> int:
    for span in spans(text):
        if span.start == at and isinstance(span.segment, _TOKENS):
            at = span.end
    return at


def _groups(text: str) -> list[list[int]]:
    groups: list[list[int]] = []
    phrase = False
    ordinal = -1
    found: Sequence[Span] = list(spans(text))
    for span in found:
        match span.segment:
            case Ref():
                phrase = True
                groups.append([])
            case BoxToken() | QuadToken():
                ordinal += 1
                if not phrase:
                    groups.append([])
                groups[-1].append(ordinal)
            case Text(words) if not words.strip(_JOINERS):
                pass
            case _:
                phrase = False
    return groups
