"""One-click mends of a conversation's texts.

Owns what a conversation looks like after a fault was mended. Pure: takes turns and gives turns; does not store them
(`storage.mending`), nor look for faults (`lint`).

A mend that cannot be sure gives None: then the place is shown and the user decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qvl_desktop.core.box import GRID
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.lint import Fault, turns_faults
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, faults, spans, write

Turns = tuple[Turn, ...]
Size = tuple[int, int]
Sizes = Callable[[int], Size | None]
"""Width and height of the conversation's picture number n (from 0) in pixels, or None where nobody knows."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NEARLY = GRID + 24
"""Values up to here are a slip of rounding (1000) or of an edge; larger ones may be pixels."""

_CLOSABLE = {
    "<ref>": re.compile(r"<ref>[^<>\n]{1,200}?(?=\s*<(?:box|quad)>)"),
    "<box>": re.compile(r"<box>\s*\(\d+\s*,\s*\d+\)\s*,\s*\(\d+\s*,\s*\d+\)"),
}
_OPENABLE = {
    "</box>": re.compile(r"\(\d+\s*,\s*\d+\)\s*,\s*\(\d+\s*,\s*\d+\)$"),
}


def _no_size(_number: int) -> Size | None:
    return None


def mend(turns: Sequence[Turn], fault: Fault, sizes: Sizes = _no_size) -> Turns | None:
    """The turns without this fault; an empty tuple means: delete the conversation. None: no sure mend.

    `sizes` tells the pictures' sizes, for boxes that were written in pixels.
    """
    if fault.code in _WHOLE:
        return _WHOLE[fault.code](tuple(turns), fault)
    if fault.code not in _TEXT or not 0 <= fault.turn < len(turns):
        return None
    text = turns[fault.turn].text
    picture = sum(isinstance(s.segment, Picture) for t in turns[: fault.turn] for s in spans(t.text))
    picture += sum(isinstance(s.segment, Picture) and s.start < fault.start for s in spans(text))
    mended = _TEXT[fault.code](text, fault, sizes(max(picture - 1, 0)))
    if mended is None or mended == text:
        return None
    return _with_text(turns, fault.turn, mended)


def mend_all(turns: Sequence[Turn], code: str, sizes: Sizes = _no_size) -> Turns | None:
    """The turns without any fault of this code that can be mended; None when none of them can."""
    present: Turns = tuple(turns)
    changed = False
    skipped = 0
    while True:
        found = [fault for fault in turns_faults(present) if fault.code == code]
        if len(found) <= skipped:
            return present if changed else None
        mended = mend(present, found[skipped], sizes)
        if mended is None:
            skipped += 1
            continue
        present, changed = mended, True
        if not present:
            return present


def can_mend(code: str) -> bool:
    """Whether there is a one-click mend of conversations for this kind of fault."""
    return code in _TEXT or code in _WHOLE


def _with_text(turns: Sequence[Turn], index: int, text: str) -> Turns:
    return (*turns[:index], Turn(turns[index].role, text), *turns[index + 1 :])


# Texts: (text, fault, size of the picture) -> text


def _replaced(text: str, fault: Fault, by: str) -> str:
    return text[: fault.start] + by + text[fault.end :]


def _numbers(text: str, fault: Fault, count: int, size: Size | None) -> list[int] | None:
    """The numbers of a broken token as values from 0 to 999; None when they are not `count` or mean nothing sure."""
    found = [float(number) for number in _NUMBER.findall(text[fault.start : fault.end])]
    if len(found) != count or min(found) < -24:
        return None
    xs, ys = found[0::2], found[1::2]
    if max(found) > _NEARLY:
        if size is None or max(xs) > size[0] + 1 or max(ys) > size[1] + 1:
            return None
        xs, ys = ([value * GRID / side for value in values] for values, side in zip((xs, ys), size, strict=True))
    elif all(0 < value <= 1 for value in found if value) and any(value % 1 for value in found):
        xs, ys = [value * GRID for value in xs], [value * GRID for value in ys]
    pairs = zip(xs, ys, strict=True)
    return [min(max(int(value + 0.5), 0), GRID - 1) for pair in pairs for value in pair]


def _mend_box(text: str, fault: Fault, size: Size | None) -> str | None:
    values = _numbers(text, fault, 4, size)
    if values is None:
        return None
    x1, x2 = sorted((values[0], values[2]))
    y1, y2 = sorted((values[1], values[3]))
    return _replaced(text, fault, f"<box>({x1},{y1}),({x2},{y2})</box>")


def _mend_quad(text: str, fault: Fault, size: Size | None) -> str | None:
    values = _numbers(text, fault, 8, size)
    if values is None:
        return None
    points = ",".join(f"({x},{y})" for x, y in zip(values[0::2], values[1::2], strict=True))
    return _replaced(text, fault, f"<quad>{points}</quad>")


def _mend_tag(text: str, fault: Fault, _size: Size | None) -> str:
    """Close the tag where its end is plain to see, open it where its beginning is, else take it away."""
    tag = text[fault.start : fault.end]
    if tag in _CLOSABLE and (match := _CLOSABLE[tag].match(text, fault.start)):
        closed = text[: match.end()] + "</" + tag[1:] + text[match.end() :]
        if len(faults(closed)) < len(faults(text)):
            return closed
    if tag in _OPENABLE and (match := _OPENABLE[tag].search(text[: fault.start])):
        opened = text[: match.start()] + tag.replace("/", "") + text[match.start() :]
        if len(faults(opened)) < len(faults(text)):
            return opened
    return _replaced(text, fault, "")


def _take_out(text: str, fault: Fault, _size: Size | None) -> str:
    """Without the characters, and without the blank that would be left twice."""
    before, after = text[: fault.start], text[fault.end :]
    line_left = after.startswith("\n") and (not before or before.endswith("\n"))
    blank_left = after.startswith(" ") and (not before or before[-1].isspace())
    return before + (after[1:] if line_left or blank_left else after)


def _take_box_out(text: str, fault: Fault, size: Size | None) -> str:
    """Without a box; a phrase that has no other keeps its words and loses its tags."""
    mended = _take_out(text, fault, size)
    found = list(spans(mended))
    for index, span in enumerate(found):
        if not isinstance(span.segment, Ref) or span.end > fault.start:
            continue
        following = found[index + 1].segment if index + 1 < len(found) else Text("end")
        between = mended[span.end : fault.start]
        if not between.strip(" ,，、\n") and not isinstance(following, BoxToken | QuadToken):
            return mended[: span.start] + span.segment.text + mended[span.end :]
    return mended


def _take_tags_away(text: str, fault: Fault, _size: Size | None) -> str:
    inner = text[fault.start + len("<ref>") : fault.end - len("</ref>")]
    return _replaced(text, fault, inner if inner.strip() else "")


def _renumber(text: str, fault: Fault, _size: Size | None) -> str:
    return _replaced(text, fault, str(fault.values["wanted"]))


def _mend_placeholder(text: str, fault: Fault, size: Size | None) -> str:
    return _take_out(text, fault, size).lstrip("\n")


_TEXT: dict[str, Callable[[str, Fault, Size | None], str | None]] = {
    "box-syntax": _mend_box,
    "box-range": _mend_box,
    "box-order": _mend_box,
    "quad-syntax": _mend_quad,
    "quad-range": _mend_quad,
    "unbalanced": _mend_tag,
    "box-without-area": _take_box_out,
    "box-twice": _take_box_out,
    "empty-ref": _take_tags_away,
    "ref-without-box": _take_tags_away,
    "picture-number": _renumber,
    "picture-count": _mend_placeholder,
}


# Whole conversations: (turns, fault) -> turns


def _delete(_turns: Turns, _fault: Fault) -> Turns:
    return ()


def _without_turn(turns: Turns, fault: Fault) -> Turns | None:
    """Without an empty turn: a question goes with its answer, an answer with its question; pictures are kept."""
    index = fault.turn
    role = turns[index].role
    partner = index - 1 if role == "assistant" else index + 1
    gone = {index}
    if 0 <= partner < len(turns) and role != "system" and turns[partner].role != role:
        gone.add(partner)
    rest = tuple(turn for place, turn in enumerate(turns) if place not in gone)
    if not any(turn.role == "assistant" for turn in rest):
        return ()
    lost = [segment for place in gone for segment in _pictures(turns[place].text)]
    if not lost:
        return rest
    return _pictures_moved(rest, [write([segment]) for segment in lost])


def _pictures(text: str) -> list[Picture]:
    return [span.segment for span in spans(text) if isinstance(span.segment, Picture)] if "<img>" in text else []


def _pictures_moved(turns: Turns, pictures: list[str]) -> Turns | None:
    """The pictures of turns that go, named in the first question that stays; None where others stand before it."""
    index = next((place for place, turn in enumerate(turns) if turn.role == "user"), None)
    if index is None or any(_pictures(turn.text) for turn in turns):
        return None
    lines = "".join(f"Picture {number}: {text}\n" for number, text in enumerate(pictures, start=1))
    return _with_text(turns, index, lines + turns[index].text)


def _without_last(turns: Turns, _fault: Fault) -> Turns:
    rest = turns[:-1]
    return rest if any(turn.role == "assistant" for turn in rest) else ()


def _join_speakers(turns: Turns, fault: Fault) -> Turns | None:
    """Two turns of one speaker in a row become one; an answer nobody asked for goes."""
    index = fault.turn
    before = next((place for place in range(index - 1, -1, -1) if turns[place].role != "system"), None)
    if before is None:
        return turns[:index] + turns[index + 1 :] if len(turns) > 1 else ()
    if turns[before].role != turns[index].role:
        return None
    joined = f"{turns[before].text.rstrip()}\n{turns[index].text.lstrip()}".strip()
    return (*turns[:before], Turn(turns[before].role, joined), *turns[before + 1 : index], *turns[index + 1 :])


def _system_first(turns: Turns, fault: Fault) -> Turns:
    moved = turns[fault.turn]
    rest = turns[: fault.turn] + turns[fault.turn + 1 :]
    if rest and rest[0].role == "system":
        return (Turn("system", f"{rest[0].text}\n{moved.text}"), *rest[1:])
    return (moved, *rest)


_WHOLE: dict[str, Callable[[Turns, Fault], Turns | None]] = {
    "no-turns": _delete,
    "no-answer": _delete,
    "last-not-answer": _without_last,
    "role-order": _join_speakers,
    "late-system": _system_first,
    "empty-turn": _without_turn,
    "empty-answer": _without_turn,
}
