"""Marks words for translation in code that must not know Qt.

Owns the marker that `pyside6-lupdate` recognises and one hook through which the window or the command line
supplies translations. Does not own any catalogue: the words live in `resources/translations`.
"""

from __future__ import annotations

from collections.abc import Callable

Translator = Callable[[str, str], str]


def _untranslated(context: str, text: str) -> str:
    return text


_translator: Translator = _untranslated


def set_translator(translator: Translator | None) -> None:
    """Install `translator(context, source) -> text`; `None` goes back to English."""
    global _translator  # noqa: PLW0603 - one process has one language
    _translator = translator or _untranslated


def translate(context: str, text: str) -> str:
    """The text in the user's language, or the English source where no translation is installed."""
    return _translator(context, text)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark `text` for extraction and return it unchanged; it is translated where it is shown."""
    return text
