"""What every dialect offers, and what reading an answer gives.

Owns the protocol, its error, and the wording of faults. The faults of canonical text itself are `core.tokens`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import BoxToken, Fault, QuadToken, spans

Size = tuple[int, int]
"""Width and height of an upright picture, in pixels."""


class DialectError(QvlError):
    """No such dialect, or a box that cannot be written in it because the picture's size is not known or absurd."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer as canonical text. `faults` stand where they were found in the text as the model wrote it."""

    text: str
    faults: tuple[Fault, ...] = ()


class Dialect(Protocol):
    """How one family writes boxes.

    `sizes` are the pictures named up to the end of the text, in order: those of earlier turns, then the text's own. A
    box belongs to the last picture named before it, or to the first where none was. Only dialects that count pixels
    look at them.
    """

    @property
    def name(self) -> str:
        """One of `DIALECTS`."""

    def render(self, text: str, sizes: Sequence[Size] = ()) -> str:
        """Canonical text as the family writes it. `<img>path</img>` stays as it is. Raises `DialectError`."""

    def parse(self, text: str, sizes: Sequence[Size] = ()) -> Reading:
        """What a model of the family wrote, as canonical text. A malformed box is a fault, never an exception.

        Raises `DialectError` only where a box needs a picture size and there is none, or one that no model takes.
        """

    def settled(self, text: str) -> int:
        """How many leading characters of a growing answer can be parsed by now, whatever comes next."""


FAULT_MESSAGES = {
    "json-syntax": QT_TRANSLATE_NOOP("dialects", "The list of boxes is not whole JSON; what could be read was kept."),
    "box-numbers": QT_TRANSLATE_NOOP("dialects", "A box is four finite numbers."),
    "box-range": QT_TRANSLATE_NOOP("dialects", "The box reaches outside the picture; it was cut at the edge."),
    "box-order": QT_TRANSLATE_NOOP(
        "dialects", "The corners of the box were the wrong way round; now they are in order."
    ),
    "box-syntax": QT_TRANSLATE_NOOP("dialects", "This is not how the family writes a box."),
    "unbalanced": QT_TRANSLATE_NOOP("dialects", "This tag has no partner."),
    "other-dialect": QT_TRANSLATE_NOOP(
        "dialects", "A box as first-generation Qwen-VL writes it; taken as thousandths."
    ),
    "ref-markup": QT_TRANSLATE_NOOP("dialects", "Tags inside a phrase were left out."),
}

_TAG = re.compile(r"</?(?:ref|box|quad|img)>")
_PICTURE_TAG = re.compile(r"<(/?)img>")
_OPEN_TAG = re.compile(r"<[^<>\s]{0,24}$")


def fault(start: int, end: int, code: str) -> Fault:
    """A fault in characters [start, end) of the model's text."""
    return Fault(start, end, code, FAULT_MESSAGES[code])


def plain_words(text: str, start: int, faults: list[Fault]) -> str:
    """Words of a later family as canonical text. `start` is where they stand in the answer.

    `<img>` is parted by a blank, for an answer names no picture. First-generation boxes are kept and reported.
    """
    for span in spans(text):
        if isinstance(span.segment, (BoxToken, QuadToken)):
            faults.append(fault(start + span.start, start + span.end, "other-dialect"))
    return _PICTURE_TAG.sub(r"<\1img >", text)


def phrase(text: str, start: int, end: int, faults: list[Fault]) -> str:
    """The words of a ref, without tags that would end it early and without halves of characters."""
    clean = _TAG.sub("", text).encode("utf-8", "replace").decode("utf-8")
    if clean != text:
        faults.append(fault(start, end, "ref-markup"))
    return clean


def before_open_tag(text: str) -> int:
    """Where a tag begins that the end of the text cuts, or the length of the text."""
    match = _OPEN_TAG.search(text)
    return match.start() if match else len(text)
