"""Which entry of the troubleshooting page tells more about a message.

Owns finding it: the page quotes messages as the program writes them, with names in braces, and a message is one of
them if it reads so. Does not own the page nor the messages (`core.errors`), nor where the way there is shown
(`trouble_link`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from qvl_desktop.gui.help.book import CHINESE, ENGLISH, Link, book, quote_anchor

PAGE = "troubleshooting.md"
_NAME = re.compile(r"\{[^{}]*\}")
_LEAST = 12
"""Letters of its own that a message must have to be known again within another one; half of them in Chinese."""


def trouble_link(message: str) -> Link | None:
    """The place of the entry on a message, in whichever language it was said; None where there is none.

    A message may stand within another one. Where several entries read like it, the one with the most words of its own
    is taken.
    """
    for letters, pattern, link in _entries():
        if letters <= len(message) and pattern.search(message):
            return link
    return None


@lru_cache(maxsize=1)
def _entries() -> tuple[tuple[int, re.Pattern[str], Link], ...]:
    """(letters of its own, how it reads, where it stands) of each message, the longest first."""
    found = []
    for language in (ENGLISH, CHINESE):
        for number, template in enumerate(book(language).page(PAGE).quotes):
            pieces = _NAME.split(template)
            letters = sum(len(piece.strip()) for piece in pieces)
            reads = ".+?".join(re.escape(piece) for piece in pieces)
            if letters < (_LEAST if language == ENGLISH else _LEAST // 2):
                reads = rf"\A{reads}\Z"
            found.append((letters, re.compile(reads, re.DOTALL), Link(PAGE, quote_anchor(number))))
    return tuple(sorted(found, key=lambda entry: -entry[0]))
