"""Marks words for translation in code that must not know Qt.

Owns the marker that `pyside6-lupdate` recognises and one hook through which the window or the command line
supplies translations. Does not own any catalogue (the words live in `resources/translations`), nor which language
is in force (`core.language`, `gui.translation`).
"""

from __future__ import annotations

from collections.abc import Callable

Translator = Callable[..., str]
"""`translator(context, source, comment, n) -> text`, as `QCoreApplication.translate`."""
NO_NUMBER = -1


def english(context: str, text: str, comment: str = "", n: int = NO_NUMBER) -> str:
    """The source itself; with a number, `%n` is it and `(s)` or `(es)` the plural's ending."""
    if n == NO_NUMBER:
        return text
    return text.replace("%n", f"{n}").replace("(s)", "" if n == 1 else "s").replace("(es)", "" if n == 1 else "es")


_translator: Translator = english


def set_translator(translator: Translator | None) -> None:
    """Install `translator(context, source, comment, n) -> text`; `None` goes back to English."""
    global _translator  # noqa: PLW0603 - one process has one language
    _translator = translator or english


def translate(context: str, text: str, comment: str = "", n: int = NO_NUMBER) -> str:
    """The text in the user's language, or the English source where no translation is installed.

    With `n` it is a plural: `translate("cli", "%n picture(s)", "", count)` gives "1 picture", "2 pictures", "2 张图片".
    `pyside6-lupdate` sees the words only when `count` is a plain name.
    """
    return _translator(context, text) if n == NO_NUMBER else _translator(context, text, comment, n)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark `text` for extraction and return it unchanged; it is translated where it is shown."""
    return text
