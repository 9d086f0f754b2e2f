"""The list format of the original tokenizer: a text as pictures, phrases, boxes and plain words.

Owns `from_list_format`, `to_list_format` and where pictures stand in a text. Unlike `core.tokens` it accepts any words
inside a tag, because that is what the format does. Does not read pictures or make ids.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

_KEYS = {"img": "image", "ref": "ref", "box": "box", "quad": "quad"}
_OPEN = re.compile(r"<(img|ref|box|quad)>")


_IMG, _IMG_END = "<img>", "</img>"


class UnclosedMarkup(QvlError, ValueError):
    """A tag such as `<img>` has no end."""

    __str__ = QvlError.__str__


def unclosed(tag: str, text: str) -> UnclosedMarkup:
    """The error for `tag` without its end somewhere in `text`."""
    return UnclosedMarkup(
        QT_TRANSLATE_NOOP(
            "errors", "{tag} has no {end} in “{text}”: close it, or write it without the angle brackets."
        ),
        tag=tag,
        end=tag.replace("<", "</"),
        text=text if len(text) <= 80 else text[:79] + "…",
    )


class ListFormatError(QvlError, ValueError):
    """An element of a list-format query that is neither picture, text nor a phrase with boxes."""

    __str__ = QvlError.__str__


def from_list_format(elements: Iterable[Mapping[str, Any]]) -> str:
    """The text of a list-format query.

    An element is `{"image": path}` (numbered `Picture 1:`, `Picture 2:` ...), `{"text": words}` or `{"ref": words,
    "box": [[x1, y1, x2, y2], ...]}` with coordinates in [0, 1000], cut to integers. Raises `ListFormatError`.
    """
    parts: list[str] = []
    pictures = 0
    for element in elements:
        if "image" in element:
            pictures += 1
            parts.append(f"Picture {pictures}: <img>{element['image']}</img>\n")
        elif "text" in element:
            parts.append(str(element["text"]))
        elif "box" in element:
            parts.append(f"<ref>{element['ref']}</ref>" if "ref" in element else "")
            parts += [_box(corners) for corners in element["box"]]
        else:
            raise ListFormatError(
                QT_TRANSLATE_NOOP(
                    "errors", "{element} is no element of a query: give an image, a text, or a ref with its box."
                ),
                element=dict(element),
            )
    return "".join(parts)


def _box(corners: Iterable[float]) -> str:
    x1, y1, x2, y2 = (int(value) for value in corners)
    return f"<box>({x1},{y1}),({x2},{y2})</box>"


def picture_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each `<img>...</img>` begins and ends, in order; an `<img>` without an end makes none."""
    place = 0
    while (start := text.find(_IMG, place)) >= 0:
        end = text.find(_IMG_END, start + len(_IMG))
        if end < 0:
            return
        place = end + len(_IMG_END)
        yield start, place


def to_list_format(text: str) -> list[dict[str, str]]:
    """The parts of a text in order, each `{"image" | "ref" | "box" | "quad" | "text": words}`, words and paths in NFC.

    Raises `UnclosedMarkup` for a tag without its end.
    """
    text = unicodedata.normalize("NFC", text)
    parts: list[dict[str, str]] = []
    place = 0
    while match := _OPEN.search(text, place):
        closing = f"</{match[1]}>"
        end = text.find(closing, match.end())
        if end < 0:
            raise unclosed(match[0], text)
        if match.start() > place:
            parts.append({"text": text[place : match.start()]})
        parts.append({_KEYS[match[1]]: text[match.end() : end]})
        place = end + len(closing)
    if place < len(text):
        parts.append({"text": text[place:]})
    return parts
