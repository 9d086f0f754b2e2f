"""How wide text is on a terminal, and filling, cutting and wrapping by that.

Owns one rule: signs that Unicode calls wide or full take two columns, combining ones none, all others one. Does not
own what is written.
"""

from __future__ import annotations

from unicodedata import combining, east_asian_width

_NOT_FIRST = "，。、；：！？）】》”’…,.;:!?)]}%"
"""Signs that no line begins with."""
_NOT_LAST = "（【《“‘([{"
"""Signs that no line ends with."""


def columns(text: str) -> int:
    """The columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(sign) for sign in text)


def _width(sign: str) -> int:
    if sign.isascii():
        return 1
    return 0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1


def left(text: str, width: int) -> str:
    """The text, filled with blanks on its right to so many columns."""
    return text + " " * (width - columns(text))


def right(text: str, width: int) -> str:
    """The text, filled with blanks on its left to so many columns."""
    return " " * (width - columns(text)) + text


def cut(text: str, width: int) -> str:
    """The text, or its beginning with an ellipsis, in at most so many columns."""
    if columns(text) <= width:
        return text
    taken, used = "", 1
    for sign in text:
        used += _width(sign)
        if used > width:
            break
        taken += sign
    return taken + "…"


def wrap(text: str, width: int) -> list[str]:
    """The lines of a text, each at most so many columns (a longer word stands alone), broken at blanks and between
    wide signs, but not before a mark that closes nor after one that opens."""
    lines: list[str] = []
    line = ""
    for blank, piece in _pieces(text):
        glue = " " if blank and line else ""
        if line and columns(line + glue + piece) > width:
            lines.append(line)
            line = piece
        else:
            line += glue + piece
    return [*lines, line] if line else lines


def _pieces(text: str) -> list[tuple[bool, str]]:
    """What stays on one line: words, or single wide signs with the marks that belong to them; and whether a blank
    stands before."""
    pieces: list[tuple[bool, str]] = []
    for word in text.split():
        start = True
        for sign in word:
            before = "" if start else pieces[-1][1][-1]
            parts = not start and sign not in _NOT_FIRST and before not in _NOT_LAST
            if start or (parts and (_width(sign) == 2 or _width(before) == 2)):
                pieces.append((start, sign))
            else:
                pieces[-1] = (pieces[-1][0], pieces[-1][1] + sign)
            start = False
    return pieces
