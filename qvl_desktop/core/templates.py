"""Conversations made from the regions of a picture.

Owns the templates: their wording in each language and what each asks and answers. Pure and deterministic: the same
picture, regions, language and seed give the same conversations. Does not own where they are kept (`storage`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import format_box, format_ref

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

RefBox = tuple[str, Box]
_Exchange = tuple[str, str]
_Asker = Callable[[dict[str, list[Box]], Language], list[_Exchange]]

_FIND: dict[Language, str] = {"en": "Find the {ref}.", "zh": "框出{ref}"}
_DESCRIBE: dict[Language, str] = {"en": "What is in {box}?", "zh": "{box}里是什么？"}
_COUNT: dict[Language, str] = {"en": "How many {ref} are there?", "zh": "有几个{ref}？"}
_LIST: dict[Language, str] = {"en": "Describe the picture with boxes.", "zh": "带框描述这张图"}

_DETERMINERS = ("a ", "an ", "the ", "this ", "that ", "some ", "two ", "several ", "my ", "his ", "her ", "its ")


@dataclass(frozen=True, slots=True)
class Template:
    """One way to ask about a picture. `label` and `help` are for the user."""

    name: str
    label: str
    help: str
    asks: _Asker

    def make(
        self, picture_path: str, regions: Sequence[RefBox], language: Language, seed: int = 0
    ) -> list[Conversation]:
        """The conversations about one picture, one question each; none where its regions give no reason to ask.

        `picture_path` is written between `<img>` and `</img>` as it stands. Regions without a ref are not asked about.
        Boxes of one ref stand from left to right (then from top to bottom); `seed` decides the order of the questions.
        """
        by_ref: dict[str, list[Box]] = {}
        for ref, box in regions:
            if ref.strip():
                by_ref.setdefault(ref.strip(), []).append(box)
        exchanges = self.asks({ref: sorted(set(boxes)) for ref, boxes in by_ref.items()}, language)
        random.Random(f"{seed} {self.name} {picture_path}").shuffle(exchanges)
        return [
            Conversation((user_turn([picture_path], question), Turn("assistant", answer)))
            for question, answer in exchanges
        ]


def _ground(regions: dict[str, list[Box]], language: Language) -> list[_Exchange]:
    return [(_FIND[language].format(ref=ref), format_ref(ref, boxes)) for ref, boxes in regions.items()]


def _describe(regions: dict[str, list[Box]], language: Language) -> list[_Exchange]:
    return [
        (_DESCRIBE[language].format(box=format_box(box)), _named(ref, language))
        for ref, boxes in regions.items()
        for box in boxes
    ]


def _count(regions: dict[str, list[Box]], language: Language) -> list[_Exchange]:
    return [(_COUNT[language].format(ref=ref), str(len(boxes))) for ref, boxes in regions.items()]


def _list(regions: dict[str, list[Box]], language: Language) -> list[_Exchange]:
    if not regions:
        return []
    things = sorted((box, ref) for ref, boxes in regions.items() for box in boxes)
    return [(_LIST[language], "".join(format_ref(ref, [box]) for box, ref in things))]


def _named(ref: str, language: Language) -> str:
    """The ref as an answer: with an article where English wants one."""
    if language != "en" or not ref.isascii() or ref.lower().startswith(_DETERMINERS):
        return ref
    return ("an " if ref[0].lower() in "aeiou" else "a ") + ref


TEMPLATES: dict[str, Template] = {
    template.name: template
    for template in (
        Template(
            "grounding",
            QT_TRANSLATE_NOOP("templates", "Grounding"),
            QT_TRANSLATE_NOOP("templates", "One question for each ref; the answer points at all of its boxes."),
            _ground,
        ),
        Template(
            "describing",
            QT_TRANSLATE_NOOP("templates", "Describing"),
            QT_TRANSLATE_NOOP("templates", "One question for each box; the answer says what is in it."),
            _describe,
        ),
        Template(
            "counting",
            QT_TRANSLATE_NOOP("templates", "Counting"),
            QT_TRANSLATE_NOOP("templates", "One question for each ref; the answer is a number."),
            _count,
        ),
        Template(
            "listing",
            QT_TRANSLATE_NOOP("templates", "Listing"),
            QT_TRANSLATE_NOOP("templates", "One question for the picture; the answer names every box."),
            _list,
        ),
    )
}
"""By name, in the order in which they are offered."""


def template_key(name: str, language: Language) -> str:
    """How a project remembers what a conversation was made from: `grounding/en`."""
    return f"{name}/{language}"
