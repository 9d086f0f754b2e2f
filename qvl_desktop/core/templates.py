"""Conversations made from the regions of a picture.

Owns what each kind of template asks and answers, and choosing among its wordings. Pure and deterministic: the same
picture, regions, vocabulary, language and seed give the same conversations, and a region more does not change the
questions about the others. Does not own the wordings themselves (`template_wordings`) or where they are kept
(`storage.own_templates`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.template_wordings import KINDS as KINDS
from qvl_desktop.core.template_wordings import LANGUAGES as LANGUAGES
from qvl_desktop.core.template_wordings import SHIPPED, Wording, filled
from qvl_desktop.core.template_wordings import Kind as Kind
from qvl_desktop.core.template_wordings import Language as Language
from qvl_desktop.core.tokens import format_box, format_quad

ABSENT = 2
"""How many refs that do not occur a template of negatives asks about, unless it says otherwise."""

_DETERMINERS = ("a ", "an ", "the ", "this ", "that ", "some ", "two ", "several ", "my ", "his ", "her ", "its ")


class Seen(NamedTuple):
    """A region as templates see it; `text` is what is written in it, empty where that is not known."""

    ref: str
    box: Box | Quad
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts about a picture: how many different refs, pairs of ref and box, and boxes with text it has."""

    refs: int
    boxes: int
    texts: int


class _Exchange(NamedTuple):
    """A question and its answer, to be worded. `about` names it among the others; `denied`: the ref is absent."""

    about: str
    values: dict[str, str]
    denied: bool = False


@dataclass(frozen=True, slots=True)
class _Scene:
    """What there is to ask about: boxes by ref, boxes with text, and refs that are absent."""

    by_ref: dict[str, list[Box | Quad]]
    texts: list[tuple[str, Box | Quad]]
    absent: list[str]
    language: Language


@dataclass(frozen=True, slots=True)
class Template:
    """One way to ask about a picture. `label` and `help` are for the user; `wordings` have one entry a language.

    `absent`: how many absent refs are asked about a picture (`negatives` alone).
    """

    name: str
    kind: Kind
    label: str
    help: str
    wordings: Mapping[Language, Wording] = field(hash=False)
    absent: int = ABSENT

    def make(
        self,
        picture_path: str,
        regions: Sequence[Seen | tuple[str, Box]],
        language: Language,
        seed: int = 0,
        *,
        vocabulary: Sequence[str] = (),
    ) -> list[Conversation]:
        """The conversations about one picture, one question each; none where its regions give no reason to ask.

        `picture_path` is written between `<img>` and `</img>` as it stands. Regions without a ref are not asked about,
        and a picture without any ref not at all: nobody has looked at it. Boxes of one ref stand from left to right
        (then from top to bottom). `vocabulary` are the refs that could occur: absent ones are taken from it. `seed`
        decides the order of the questions, their wordings and the absent refs.
        """
        seen = [Seen(*region) for region in regions]
        absent: list[str] = []
        if self.kind in ("yesno", "negatives"):
            count = len(_by_ref(seen)) if self.kind == "yesno" else self.absent
            chance = random.Random(f"{seed} {self.name} {picture_path}")
            absent = _absent_of(tuple(vocabulary), seen, count, chance)
        scene = _scene(seen, language, absent)
        if not scene.by_ref and self.kind != "ocr":
            return []
        made = []
        for exchange in _ASKERS[self.kind](scene, self.absent):
            chance = random.Random(f"{seed} {self.name} {picture_path} {exchange.about}")
            place = chance.random()
            question, answer = self._worded(exchange, language, chance)
            turns = (user_turn([picture_path], question), Turn("assistant", answer))
            made.append((place, exchange.about, Conversation(turns)))
        return [conversation for _, _, conversation in sorted(made, key=lambda one: one[:2])]

    def _worded(self, exchange: _Exchange, language: Language, chance: random.Random) -> tuple[str, str]:
        wording = self.wordings[language]
        answers = wording.denials if exchange.denied else wording.answers
        return filled(chance.choice(wording.questions), exchange.values), filled(
            chance.choice(answers), exchange.values
        )

    def expected(self, tally: Tally, vocabulary: int) -> int:
        """How many conversations `make` gives for a picture, told from its counts and the size of the vocabulary."""
        left = max(vocabulary - tally.refs, 0)
        if self.kind == "ocr":
            return tally.texts
        if not tally.refs:
            return 0
        return {
            "grounding": tally.refs,
            "counting": tally.refs,
            "describing": tally.boxes,
            "listing": 1,
            "yesno": tally.refs + min(tally.refs, left),
            "negatives": min(self.absent, left),
        }[self.kind]

    def plain(self) -> Template:
        """The template with the first of its wordings alone."""
        first = {
            language: Wording(own.questions[:1], own.answers[:1], own.denials[:1])
            for language, own in self.wordings.items()
        }
        return replace(self, wordings=first)


def _scene(regions: Sequence[Seen], language: Language, absent: list[str]) -> _Scene:
    by_ref = _by_ref(regions)
    texts = sorted({(text.strip(), box) for _, box, text in regions if text.strip()}, key=lambda one: _place(one[1]))
    return _Scene({ref: sorted(boxes, key=_place) for ref, boxes in by_ref.items()}, texts, absent, language)


def _by_ref(regions: Sequence[Seen]) -> dict[str, set[Box | Quad]]:
    by_ref: dict[str, set[Box | Quad]] = {}
    for ref, box, _ in regions:
        if ref.strip():
            by_ref.setdefault(ref.strip(), set()).add(box)
    return by_ref


@lru_cache(4)
def _words(vocabulary: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The refs of a vocabulary in an order of their own, each with the form by which it is compared."""
    return tuple((ref, ref.casefold()) for ref in sorted({ref.strip() for ref in vocabulary} - {""}))


def _absent_of(vocabulary: tuple[str, ...], regions: Sequence[Seen], count: int, chance: random.Random) -> list[str]:
    """At most `count` refs of the vocabulary that the regions do not have, drawn by chance."""
    words = _words(vocabulary)
    here = {ref.casefold() for ref in _by_ref(regions)}
    chosen: list[str] = []
    tried: set[int] = set()
    while len(chosen) < count and len(tried) < len(words):
        place = chance.randrange(len(words))
        if place not in tried:
            tried.add(place)
            ref, folded = words[place]
            if folded not in here:
                chosen.append(ref)
    return chosen


def _place(box: Box | Quad) -> tuple[Box, str]:
    return (box.bounds if isinstance(box, Quad) else box), token_of(box)


def token_of(box: Box | Quad) -> str:
    """The canonical text of a box or quad."""
    return format_quad(box) if isinstance(box, Quad) else format_box(box)


def _grounded(ref: str, boxes: Sequence[Box | Quad]) -> str:
    return f"<ref>{ref}</ref>" + "".join(map(token_of, boxes))


def _of_ref(scene: _Scene, ref: str) -> dict[str, str]:
    boxes = scene.by_ref.get(ref, [])
    return {
        "ref": ref,
        "a_ref": with_article(ref, scene.language),
        "boxes": _grounded(ref, boxes),
        "count": str(len(boxes)),
    }


def _each_ref(scene: _Scene, _absent: int) -> Iterator[_Exchange]:
    for ref in scene.by_ref:
        yield _Exchange(ref, _of_ref(scene, ref))


def _each_box(scene: _Scene, _absent: int) -> Iterator[_Exchange]:
    for ref, boxes in scene.by_ref.items():
        for box in boxes:
            yield _Exchange(ref + token_of(box), {**_of_ref(scene, ref), "box": token_of(box)})


def _picture(scene: _Scene, _absent: int) -> Iterator[_Exchange]:
    things = sorted(
        ((box, ref) for ref, boxes in scene.by_ref.items() for box in boxes), key=lambda one: _place(one[0])
    )
    listed = "".join(_grounded(ref, [box]) for box, ref in things)
    yield _Exchange("", {"list": listed, "count": str(len(things))})


def _yes_and_no(scene: _Scene, _absent: int) -> Iterator[_Exchange]:
    yield from _each_ref(scene, 0)
    for ref in scene.absent[: len(scene.by_ref)]:
        yield _Exchange(ref, _of_ref(scene, ref), denied=True)


def _absent_refs(scene: _Scene, absent: int) -> Iterator[_Exchange]:
    for ref in scene.absent[:absent]:
        yield _Exchange(ref, _of_ref(scene, ref))


def _each_text(scene: _Scene, _absent: int) -> Iterator[_Exchange]:
    for text, box in scene.texts:
        yield _Exchange(text + token_of(box), {"text": text, "box": token_of(box)})


_ASKERS: dict[Kind, Callable[[_Scene, int], Iterator[_Exchange]]] = {
    "grounding": _each_ref,
    "describing": _each_box,
    "listing": _picture,
    "counting": _each_ref,
    "yesno": _yes_and_no,
    "negatives": _absent_refs,
    "ocr": _each_text,
}


def with_article(ref: str, language: Language) -> str:
    """The ref as an answer: with an article where English wants one."""
    if language != "en" or not ref.isascii() or not ref or ref.lower().startswith(_DETERMINERS):
        return ref
    return ("an " if ref[0].lower() in "aeiou" else "a ") + ref


TEMPLATES: dict[str, Template] = {
    kind: Template(kind, kind, KINDS[kind].label, KINDS[kind].help, SHIPPED[kind]) for kind in KINDS
}
"""The shipped templates by name, in the order in which they are offered; one a kind."""


def template_key(name: str, language: Language) -> str:
    """How a project remembers what a conversation was made from: `grounding/en`."""
    return f"{name}/{language}"
