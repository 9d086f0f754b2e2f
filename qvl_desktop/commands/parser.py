"""The argument parser of every command, in the user's language.

Owns the translation of what `argparse` says itself, help texts translated when they are shown (marked where they are
written), their wrapping by columns, and what a number is. Does not own any command.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.text_width import wrap

ARGPARSE = (
    QT_TRANSLATE_NOOP("argparse", "usage: "),
    QT_TRANSLATE_NOOP("argparse", "%(heading)s:"),
    QT_TRANSLATE_NOOP("argparse", "positional arguments"),
    QT_TRANSLATE_NOOP("argparse", "options"),
    QT_TRANSLATE_NOOP("argparse", "show this help message and exit"),
    QT_TRANSLATE_NOOP("argparse", "%(prog)s: error: %(message)s\n"),
    QT_TRANSLATE_NOOP("argparse", "%(prog)s: warning: %(message)s\n"),
    QT_TRANSLATE_NOOP("argparse", "argument %(argument_name)s: %(message)s"),
    QT_TRANSLATE_NOOP("argparse", "the following arguments are required: %s"),
    QT_TRANSLATE_NOOP("argparse", "one of the arguments %s is required"),
    QT_TRANSLATE_NOOP("argparse", "unrecognized arguments: %s"),
    QT_TRANSLATE_NOOP("argparse", "ambiguous option: %(option)s could match %(matches)s"),
    QT_TRANSLATE_NOOP("argparse", "invalid choice: %(value)r (choose from %(choices)s)"),
    QT_TRANSLATE_NOOP("argparse", "invalid choice: %(value)r, maybe you meant %(maybe)r? (choose from %(choices)s)"),
    QT_TRANSLATE_NOOP("argparse", "invalid %(type)s value: %(value)r"),
    QT_TRANSLATE_NOOP("argparse", "expected one argument"),
    QT_TRANSLATE_NOOP("argparse", "expected at most one argument"),
    QT_TRANSLATE_NOOP("argparse", "expected at least one argument"),
    QT_TRANSLATE_NOOP("argparse", "expected %s argument"),
    QT_TRANSLATE_NOOP("argparse", "expected %s arguments"),
    QT_TRANSLATE_NOOP("argparse", "not allowed with argument %s"),
    QT_TRANSLATE_NOOP("argparse", "ignored explicit argument %r"),
    QT_TRANSLATE_NOOP("argparse", "unexpected option string: %s"),
    QT_TRANSLATE_NOOP("argparse", "unknown parser %(parser_name)r (choices: %(choices)s)"),
    QT_TRANSLATE_NOOP("argparse", "can't open '%(filename)s': %(error)s"),
    QT_TRANSLATE_NOOP("argparse", "option '%(option)s' is deprecated"),
    QT_TRANSLATE_NOOP("argparse", "argument '%(argument_name)s' is deprecated"),
    QT_TRANSLATE_NOOP("argparse", "command '%(parser_name)s' is deprecated"),
)
"""What `argparse` of Python 3.10 to 3.14 says to users; what it says to programmers stays English."""

_METRICS = {
    "loss": QT_TRANSLATE_NOOP("cli", "loss"),
    "mean_iou": QT_TRANSLATE_NOOP("cli", "mean_iou"),
    "precision": QT_TRANSLATE_NOOP("cli", "precision"),
    "recall": QT_TRANSLATE_NOOP("cli", "recall"),
    "exact_match": QT_TRANSLATE_NOOP("cli", "exact_match"),
    "parse_failures": QT_TRANSLATE_NOOP("cli", "parse_failures"),
    "questions": QT_TRANSLATE_NOOP("cli", "questions"),
}


class Help(argparse.HelpFormatter):
    """Help in the user's language. Texts are `QT_TRANSLATE_NOOP("cli", ...)` where a command writes them."""

    def add_text(self, text: str | None) -> None:
        """A description or epilog."""
        super().add_text(translate("cli", text) if text and text != argparse.SUPPRESS else text)

    def start_section(self, heading: str | None) -> None:
        """The heading of a group of arguments."""
        super().start_section(translate("cli", heading) if heading else heading)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return translate("cli", action.help) if action.help else action.help

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrap(text, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are in the user's language; its sub-commands' parsers are of this class too."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("formatter_class", Help)
        _teach_argparse()
        super().__init__(*args, **options)
        self.register("type", int, whole_number)
        self.register("type", float, number)


def _teach_argparse() -> None:
    """Its words are looked up by two functions of its module, which otherwise ask for catalogues of `gettext`."""

    def one(text: str) -> str:
        return translate("argparse", text)

    def plural(single: str, several: str, count: int) -> str:
        return translate("argparse", single if count == 1 else several)

    for name, function in (("_", one), ("ngettext", plural)):
        setattr(argparse, name, function)


def whole_number(text: str) -> int:
    """A whole number, from the command line."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(translate("cli", "{text} is not a whole number").format(text=text)) from None


def number(text: str) -> float:
    """A number, from the command line."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(translate("cli", "{text} is not a number").format(text=text)) from None


def number_from(least: int) -> Callable[[str], int]:
    """The type of a whole number that is not below `least`."""

    def checked(text: str) -> int:
        if (value := whole_number(text)) < least:
            words = translate("cli", "{text} is not a whole number from {least} on")
            raise argparse.ArgumentTypeError(words.format(text=text, least=least))
        return value

    return checked


def share(text: str) -> float:
    """A number above 0, at most 1, from the command line."""
    if not 0 < (value := number(text)) <= 1:
        words = translate("cli", "{text} is not a number above 0 and at most 1")
        raise argparse.ArgumentTypeError(words.format(text=text))
    return value


def time_left(seconds: float) -> str:
    """A time in whole seconds, minutes and hours."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return translate("cli", "{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if minutes:
        return translate("cli", "{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    return translate("cli", "{seconds} s").format(seconds=rest)


def metrics_line(metrics: Mapping[str, float]) -> str:
    """What a validation measured; in English under the names that files have for it."""
    figures = listed(f"{translate('cli', _METRICS.get(name, name))} {value:.4g}" for name, value in metrics.items())
    return translate("cli", "validation: {figures}").format(figures=figures)


def about(where: object, words: str) -> str:
    """What is said about a file or a project."""
    return translate("cli", "{where}: {words}").format(where=where, words=words)


def listed(names: Iterable[str]) -> str:
    """Names with the language's comma between."""
    return translate("cli", ", ").join(names)
