"""How long a conversation is for the model, as far as that can be said without its tokenizer.

Owns a quick estimate and where a limit falls in the texts. Does not own tokenizers (`models`); whoever has an exact
count of a turn's tokens passes it as `count`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qvl_desktop.core.conversation import DEFAULT_SYSTEM, Turn

Count = Callable[[str], int]
"""The tokens of one turn's text, pictures with all their slots included."""

PICTURE_TOKENS = 258
"""A picture of the first generation: 256 slots between two marks."""

TURN_TOKENS = 5
"""What stands around a turn's text: `<|im_start|>`, the role, two line ends, `<|im_end|>`."""

_WIDE, _FULL = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af", r"\u3000-\u303f\uff00-\uffef"
_PIECE = re.compile(
    rf"(?P<picture><img>.*?</img>)|(?P<tag></?(?:ref|box|quad)>)|(?P<number>\d)|(?P<word>[A-Za-z]+)"
    rf"|(?P<wide>[{_WIDE}])|(?P<full>[{_FULL}])|(?P<line>\n+)|(?P<mark>(?:(?!</?(?:ref|box|quad|img)>)[^\sA-Za-z0-9{_WIDE}{_FULL}])+)",
    re.DOTALL,
)
_LETTERS, _MARKS = 10, 3
"""Letters of a word, or marks in a row, that one token covers."""


def estimate(text: str) -> int:
    """About how many tokens a turn's text has.

    Tags are one token each and digits too, as the tokenizer has them; a word counts one token for each ten letters
    begun, marks in a row one for each three, a run of line ends one, a Chinese character three quarters. These numbers
    were fitted to the official vocabulary: on prose and on boxes, English or Chinese, the error is a few hundredths.
    """
    total = wide = 0
    for match in _PIECE.finditer(text):
        kind, length = match.lastgroup, match.end() - match.start()
        if kind == "picture":
            total += PICTURE_TOKENS
        elif kind == "word":
            total += 1 + (length - 1) // _LETTERS
        elif kind == "mark":
            total += 1 + (length - 1) // _MARKS
        elif kind == "wide":
            wide += 1
        else:
            total += 1
    return total + (3 * wide + 3) // 4


def turn_lengths(turns: Sequence[Turn], count: Count = estimate) -> list[int]:
    """The tokens of each turn with its marks; the default system turn is added to the first when there is none."""
    lengths = [count(turn.text) + TURN_TOKENS for turn in turns]
    if lengths and turns[0].role != "system":
        lengths[0] += count(DEFAULT_SYSTEM) + TURN_TOKENS
    return lengths


def cut_place(turns: Sequence[Turn], limit: int, count: Count = estimate) -> tuple[int, int] | None:
    """The turn and the character of its text at which `limit` tokens are full; None when all of it fits."""
    used = 0
    for index, length in enumerate(turn_lengths(turns, count)):
        if used + length > limit:
            text = turns[index].text
            room = limit - used - (length - count(text))
            return index, _fitting(text, room, count)
        used += length
    return None


def _fitting(text: str, room: int, count: Count) -> int:
    """How many characters of a text have at most `room` tokens."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return low
