"""Questions and answers about scenes, in canonical Qwen-VL text.

Owns which questions a scene allows and what the right answer is. The unseen shape is never asked for, never counted
and never pointed at; a question whose answer would depend on it is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo import words
from demo.scenes import COLOURS, SHAPES, UNSEEN_SHAPE, Scene, SceneObject
from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.tokens import format_box, format_ref

if TYPE_CHECKING:
    import random

KINDS = ("find", "find_two", "find_all", "absent", "describe", "count", "exists")
_WEIGHTS = (46, 6, 5, 11, 14, 12, 6)


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked for: a shape, a colour, or both; ``None`` leaves one open."""

    shape: str | None
    colour: str | None

    def matches(self, thing: SceneObject) -> bool:
        """Whether the object is one of those asked for."""
        return self.shape in (None, thing.shape) and self.colour in (None, thing.colour)

    def phrase(self, language: str, rng: random.Random | None = None) -> str:
        """The words for it; with ``rng`` sometimes a less usual name."""
        if self.shape is None:
            name = words.ANY_SHAPE[language]
        else:
            names = words.SHAPE_NAMES[language][self.shape]
            name = names[0] if rng is None or rng.random() < 0.8 else rng.choice(names)
        if self.colour is None:
            return name
        colour = words.COLOUR_NAMES[language][self.colour]
        if language == "en":
            return f"{colour} {name}"
        return f"{colour}的{name}" if rng is not None and rng.random() < 0.15 else colour + name


@dataclass(frozen=True, slots=True)
class Question:
    """One exchange. ``boxes`` are the boxes of the answer in order, ``about`` those of the question, as they are;
    ``looks`` what was asked for, box by box,
    ``ref`` its words, where one thing was."""

    kind: str
    language: str
    question: str
    answer: str
    boxes: tuple[Box, ...] = ()
    ref: str = ""
    about: tuple[Box, ...] = ()
    looks: tuple[Look, ...] = ()


def box_of(scene: Scene, thing: SceneObject) -> Box:
    """The token box of an object."""
    return Box.encode(Rect(*thing.box), *scene.size)


def found(scene: Scene, look: Look) -> list[Box]:
    """Boxes of everything that matches, from left to right (then from top to bottom)."""
    return sorted(box_of(scene, thing) for thing in scene.objects if look.matches(thing))


class QuestionMaker:
    """Makes questions about one scene; every choice comes from ``rng``. ``plain`` keeps to the usual names and
    phrasings."""

    def __init__(self, scene: Scene, rng: random.Random, plain: bool = False) -> None:
        self.scene, self.rng, self.plain = scene, rng, plain
        self.known = [thing for thing in scene.objects if thing.shape != UNSEEN_SHAPE]
        self.unseen = [thing for thing in scene.objects if thing.shape == UNSEEN_SHAPE]

    def ask(self, kind: str | None = None, language: str | None = None) -> Question | None:
        """A question of the kind (a random one by default), or None where the scene does not allow it."""
        language = language or self.rng.choice(words.LANGUAGES)
        kind = kind or self.rng.choices(KINDS, _WEIGHTS)[0]
        return getattr(self, "_" + kind)(language)

    def several(self, count: int, language: str | None = None) -> list[Question]:
        """``count`` different questions."""
        asked: dict[tuple[str, str], Question] = {}
        for _ in range(count * 20):
            question = self.ask(language=language)
            if question is not None:
                asked.setdefault((question.language, question.question), question)
            if len(asked) == count:
                break
        return list(asked.values())

    def _pick(self, phrases: dict[str, tuple[str, ...]], language: str) -> str:
        options = phrases[language]
        return options[0] if self.plain or self.rng.random() < 0.35 else self.rng.choice(options)

    def _words(self, look: Look, language: str) -> str:
        return look.phrase(language, None if self.plain else self.rng)

    def _clear(self, look: Look) -> bool:
        """Whether the unseen shape leaves the answer alone."""
        return look.shape is not None or not any(look.matches(thing) for thing in self.unseen)

    def _present(self) -> Look | None:
        if not self.known:
            return None
        thing = self.rng.choice(self.known)
        share = self.rng.random()
        look = (
            Look(thing.shape, thing.colour)
            if share < 0.7
            else Look(thing.shape, None)
            if share < 0.88
            else Look(None, thing.colour)
        )
        return look if self._clear(look) else Look(thing.shape, thing.colour)

    def _missing(self) -> Look:
        """A known look that is not there; often one that shares its shape or its colour with something that is."""
        while True:
            look = Look(self.rng.choice(SHAPES), self.rng.choice(tuple(COLOURS)))
            share = self.rng.random()
            if self.scene.objects and share < 0.6:
                thing = self.rng.choice(self.scene.objects)
                look = (
                    Look(look.shape, thing.colour)
                    if share < 0.3 or thing.shape == UNSEEN_SHAPE
                    else Look(thing.shape, look.colour)
                )
            elif share < 0.75:
                look = Look(look.shape, None)
            if not any(look.matches(thing) for thing in self.scene.objects):
                return look

    def _find(self, language: str) -> Question | None:
        look = self._present()
        if look is None:
            return None
        ref, boxes = self._words(look, language), found(self.scene, look)
        return Question(
            "find",
            language,
            self._pick(words.FIND, language).format(ref=ref),
            format_ref(ref, boxes),
            tuple(boxes),
            ref,
            looks=(look,) * len(boxes),
        )

    def _find_two(self, language: str) -> Question | None:
        first, second = self._present(), self._present()
        if first is None or second is None:
            return None
        boxes = [found(self.scene, look) for look in (first, second)]
        if set(boxes[0]) & set(boxes[1]):
            return None
        ref, other = self._words(first, language), self._words(second, language)
        text = self._pick(words.FIND_TWO, language).format(ref=ref, other=other)
        return Question(
            "find_two",
            language,
            text,
            format_ref(ref, boxes[0]) + format_ref(other, boxes[1]),
            (*boxes[0], *boxes[1]),
            looks=(first,) * len(boxes[0]) + (second,) * len(boxes[1]),
        )

    def _find_all(self, language: str) -> Question | None:
        if self.unseen:
            return None
        things = sorted(((box_of(self.scene, thing), thing) for thing in self.known), key=lambda pair: pair[0])
        looks = tuple(Look(thing.shape, thing.colour) for _, thing in things)
        text = self._pick(words.FIND_ALL, language)
        return Question(
            "find_all",
            language,
            text,
            "".join(format_ref(look.phrase(language), [box]) for look, (box, _) in zip(looks, things, strict=True)),
            tuple(box for box, _ in things),
            looks=looks,
        )

    def _absent(self, language: str) -> Question | None:
        if self.rng.random() < 0.55:
            ref = words.absent_name(self.rng, language)
            if self.rng.random() < 0.35:
                colour = words.COLOUR_NAMES[language][self.rng.choice(tuple(COLOURS))]
                ref = f"{colour} {ref}" if language == "en" else colour + ref
        else:
            ref = self._words(self._missing(), language)
        text = self._pick(words.FIND, language).format(ref=ref)
        return Question("absent", language, text, words.NONE[language].format(ref=ref), (), ref)

    def _describe(self, language: str) -> Question | None:
        if not self.known:
            return None
        thing = self.rng.choice(self.known)
        exact = box_of(self.scene, thing)
        shift = 0 if self.plain else self.rng.choice((0, 8, 16))
        low = [min(max(value + self.rng.randint(-shift, shift), 0), 999) for value in (exact.x1, exact.y1)]
        high = [min(max(value + self.rng.randint(-shift, shift), 0), 999) for value in (exact.x2, exact.y2)]
        text = self._pick(words.DESCRIBE, language).format(box=format_box(Box(*low, *high)))
        phrase = Look(thing.shape, thing.colour).phrase(language)
        return Question(
            "describe", language, text, words.article(phrase) if language == "en" else phrase, about=(exact,)
        )

    def _asked_about(self, language: str, chance: float) -> tuple[str, int] | None:
        if self.rng.random() < chance:
            look = self._present()
            if look is None:
                return None
            if self.rng.random() < 0.35 and not self.unseen:
                look = Look(None, None)
        elif self.rng.random() < 0.25:
            return words.absent_name(self.rng, language), 0
        else:
            look = self._missing()
        return self._words(look, language), len(found(self.scene, look))

    def _count(self, language: str) -> Question | None:
        asked = self._asked_about(language, 0.85)
        if asked is None:
            return None
        ref, count = asked
        text = self._pick(words.COUNT, language).format(ref=ref, refs=words.plural(ref))
        return Question("count", language, text, str(count), (), ref)

    def _exists(self, language: str) -> Question | None:
        asked = self._asked_about(language, 0.5)
        if asked is None:
            return None
        ref, count = asked
        text = self._pick(words.EXISTS, language).format(ref=ref, a_ref=words.article(ref))
        return Question("exists", language, text, (words.YES if count else words.NO)[language], (), ref)
