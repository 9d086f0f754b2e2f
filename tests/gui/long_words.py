"""A language for tests: every word of the program 40 % longer, between marks.

Owns the translator. What is on the screen without marks never went through `tr`, or is data; what does not fit in it
would not fit in German. Does not own looking for either (`clipping`, `unmarked`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QTranslator

from qvl_desktop.core.i18n import set_translator
from qvl_desktop.gui.translation import install_language
from qvl_desktop.gui.widgets.guarded import guarded

LEFT, RIGHT = "‹", "›"
GROWTH = 1.4
_FILLER = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore"
_KEYS = ("QShortcut", "QKeySequence")
"""Contexts of the names of keys, which no language of ours changes."""
_ADDED = re.compile(r"\((s|es)\)")


class LongWords(QTranslator):
    """English, lengthened: "Open" -> "‹Open lo›"."""

    @guarded(default="")
    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        if context in _KEYS or not source.strip():
            return source
        words = _ADDED.sub("" if n == 1 else r"\1", source) if n >= 0 else source
        return LEFT + lengthened(words) + RIGHT

    @guarded(default=False)
    def isEmpty(self) -> bool:
        return False


def lengthened(words: str) -> str:
    """The words with a tail, so that they have 1.4 times their letters, marks included; a shortcut's `&` stays."""
    missing = round(len(words) * (GROWTH - 1)) - 2
    if missing <= 0:
        return words
    filler = _FILLER * (missing // len(_FILLER) + 1)
    return words + (" " + filler if " " in words else filler)[:missing].rstrip()


@contextmanager
def long_words() -> Iterator[None]:
    """The program in the long language, inside the block; widgets are to be made in it."""
    application = QCoreApplication.instance()
    assert application is not None
    install_language("en")
    translator = LongWords()
    application.installTranslator(translator)
    set_translator(QCoreApplication.translate)
    try:
        yield
    finally:
        application.removeTranslator(translator)
        install_language("en")
        set_translator(None)
