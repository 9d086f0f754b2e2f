"""The wordings of question templates: what is shipped, which placeholders they may have, and what is wrong with one.

Owns the kinds of templates, their placeholders and the check of a wording. Does not own what a kind asks (`templates`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.tokens import Picture, faults, parse

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Kind = Literal["grounding", "describing", "listing", "counting", "yesno", "negatives", "ocr"]
Part = Literal["questions", "answers", "denials"]
PARTS: tuple[Part, ...] = get_args(Part)

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_BOX_EXAMPLE = "<box>(1,2),(3,4)</box>"
_EXAMPLES = {
    "ref": "cat",
    "a_ref": "a cat",
    "box": _BOX_EXAMPLE,
    "boxes": f"<ref>cat</ref>{_BOX_EXAMPLE}",
    "list": f"<ref>cat</ref>{_BOX_EXAMPLE}",
    "count": "1",
    "text": "EXIT",
}

PLACEHOLDERS: dict[str, str] = {
    "ref": _N("templates", "the ref, such as “red cup”"),
    "a_ref": _N("templates", "the ref with its English article, “a red cup”"),
    "box": _N("templates", "the token of the box or quad"),
    "boxes": _N("templates", "the ref and all of its boxes, as tokens"),
    "list": _N("templates", "every ref with its box, from left to right"),
    "count": _N("templates", "how many there are"),
    "text": _N("templates", "the text that stands in the box"),
}
"""What each placeholder becomes, for the user."""


class TemplateError(QvlError):
    """A template that cannot be used; says which wording and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The placeholders a part of a wording may hold, and those of which it must hold one (none: nothing is needed)."""

    allowed: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KindOfTemplate:
    """A kind, for the user, with the rule of each part it has."""

    label: str
    help: str
    parts: Mapping[Part, Rule]


@dataclass(frozen=True, slots=True)
class Wording:
    """Ways to say one thing in one language; the seed chooses. `denials` answer questions about what is absent."""

    questions: tuple[str, ...]
    answers: tuple[str, ...]
    denials: tuple[str, ...] = ()

    def part(self, name: Part) -> tuple[str, ...]:
        """The ways of one part."""
        ways: tuple[str, ...] = getattr(self, name)
        return ways


_REF, _BOXED = ("ref", "a_ref"), ("ref", "a_ref", "boxes", "count")

KINDS: dict[Kind, KindOfTemplate] = {
    "grounding": KindOfTemplate(
        _N("templates", "Grounding"),
        _N("templates", "One question for each ref; the answer points at all of its boxes."),
        {"questions": Rule(_REF, _REF), "answers": Rule(_BOXED, ("boxes",))},
    ),
    "describing": KindOfTemplate(
        _N("templates", "Describing"),
        _N("templates", "One question for each box; the answer says what is in it."),
        {"questions": Rule(("box",), ("box",)), "answers": Rule((*_REF, "box"), _REF)},
    ),
    "listing": KindOfTemplate(
        _N("templates", "Listing"),
        _N("templates", "One question for the picture; the answer names every box."),
        {"questions": Rule(), "answers": Rule(("list", "count"), ("list",))},
    ),
    "counting": KindOfTemplate(
        _N("templates", "Counting"),
        _N("templates", "One question for each ref; the answer is a number."),
        {"questions": Rule(_REF, _REF), "answers": Rule(_BOXED, ("count",))},
    ),
    "yesno": KindOfTemplate(
        _N("templates", "Yes or no"),
        _N("templates", "Whether a ref is there: one question for each ref, and as many about refs that are not."),
        {"questions": Rule(_REF, _REF), "answers": Rule(_BOXED), "denials": Rule(_REF)},
    ),
    "negatives": KindOfTemplate(
        _N("templates", "Absent things"),
        _N("templates", "Questions for refs of the project that the picture does not show; the answer says so."),
        {"questions": Rule(_REF, _REF), "answers": Rule(_REF)},
    ),
    "ocr": KindOfTemplate(
        _N("templates", "Reading text"),
        _N("templates", "One question for each box with text: the text typed for the region, or the ref of a quad."),
        {"questions": Rule(("box",), ("box",)), "answers": Rule(("text", "box"), ("text",))},
    ),
}
"""By name, in the order in which they are offered."""

SHIPPED: dict[Kind, dict[Language, Wording]] = {
    "grounding": {
        "en": Wording(
            (
                "Find the {ref}.",
                "Where is the {ref}?",
                "Locate the {ref} in the picture.",
                "Point to the {ref}.",
                "Draw a box around the {ref}.",
            ),
            ("{boxes}",),
        ),
        "zh": Wording(("框出{ref}", "框出图中的{ref}", "找到{ref}", "{ref}在哪里？", "请定位{ref}。"), ("{boxes}",)),
    },
    "describing": {
        "en": Wording(("What is in {box}?", "Describe {box}.", "What does {box} show?"), ("{a_ref}",)),
        "zh": Wording(("{box}里是什么？", "描述{box}。", "{box}是什么？"), ("{ref}",)),
    },
    "listing": {
        "en": Wording(
            ("Describe the picture with boxes.", "Find everything in the picture.", "Detect all objects."), ("{list}",)
        ),
        "zh": Wording(("带框描述这张图", "框出图中所有的东西", "检测图中的所有物体。"), ("{list}",)),
    },
    "counting": {
        "en": Wording(
            ("How many {ref} are there?", "How many {ref} can you see?", "Count {ref} in the picture."), ("{count}",)
        ),
        "zh": Wording(("有几个{ref}？", "图中有几个{ref}？", "数一数{ref}"), ("{count}",)),
    },
    "yesno": {
        "en": Wording(
            ("Is there {a_ref}?", "Is there {a_ref} in the picture?", "Do you see {a_ref}?"), ("Yes.",), ("No.",)
        ),
        "zh": Wording(("有{ref}吗？", "图中有{ref}吗？", "有没有{ref}？"), ("有。",), ("没有。",)),
    },
    "negatives": {
        "en": Wording(
            ("Find the {ref}.", "Where is the {ref}?", "Locate the {ref} in the picture."),
            ("There is no {ref} in the picture.", "I do not see {a_ref} in the picture."),
        ),
        "zh": Wording(("框出{ref}", "找到{ref}", "{ref}在哪里？"), ("图中没有{ref}。", "图里找不到{ref}。")),
    },
    "ocr": {
        "en": Wording(("What does the text in {box} say?", "Read the text in {box}."), ("{text}",)),
        "zh": Wording(("{box}里写的是什么？", "读出{box}中的文字。"), ("{text}",)),
    },
}
"""The shipped wordings; the first of each is what the demo model was taught where it knows the kind."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one way of saying something. `line` counts from 0 within its part; -1 = the part itself."""

    part: Part
    line: int
    message: str


def filled(way: str, values: Mapping[str, str]) -> str:
    """A way of saying something with its placeholders filled in; `{{` and `}}` are braces."""
    return _PLACEHOLDER.sub(lambda m: {"{{": "{", "}}": "}"}.get(m[0]) or values.get(m[1] or "", m[0]), way)


def problems(kind: Kind, wording: Wording) -> list[Problem]:
    """Everything that is wrong with a wording, in the user's language; empty when it can be used."""
    found: list[Problem] = []
    rules = KINDS[kind].parts
    for part in PARTS:
        rule, ways = rules.get(part), wording.part(part)
        if rule is None:
            continue
        if not ways:
            found.append(Problem(part, -1, _say(_N("templates", "Write at least one."))))
        found += [Problem(part, line, said) for line, way in enumerate(ways) for said in _wrong(way, rule)]
    return found


def _wrong(way: str, rule: Rule) -> list[str]:
    if not way.strip():
        return [_say(_N("templates", "The line is empty."))]
    found = []
    names = []
    for match in _PLACEHOLDER.finditer(way):
        if match[0] in "{}":
            found.append(_say(_N("templates", "A brace has no partner. Write {{ or }} for a brace itself.")))
        elif match[1] is not None:
            names.append(match[1])
    allowed = ", ".join(f"{{{name}}}" for name in rule.allowed) or _say(_N("templates", "none"))
    for name in names:
        if name not in rule.allowed:
            words = _say(_N("templates", "{name} is no placeholder here. Possible: {allowed}."))
            found.append(words.format(name=f"{{{name}}}", allowed=allowed))
    if rule.needed and not set(rule.needed) & set(names):
        words = _say(_N("templates", "{needed} is missing."))
        found.append(words.format(needed=" / ".join(f"{{{name}}}" for name in rule.needed)))
    example = filled(way, _EXAMPLES)
    if any(isinstance(segment, Picture) for segment in parse(example)) or "<img>" in way:
        found.append(_say(_N("templates", "The picture is named by itself; leave <img> out.")))
    elif wrong := faults(example):
        found.append(translate("tokens", wrong[0].message))
    return found


def _say(words: str) -> str:
    return translate("templates", words)


def to_text(kind: Kind, wordings: Mapping[Language, Wording], absent: int) -> str:
    """A template as JSON for the project file."""
    body: dict[str, Any] = {"kind": kind, "absent": absent}
    for language, wording in wordings.items():
        body[language] = {part: list(wording.part(part)) for part in KINDS[kind].parts}
    return json.dumps(body, ensure_ascii=False)


def from_text(name: str, text: str) -> tuple[Kind, dict[Language, Wording], int]:
    """What `to_text` wrote: kind, wordings of all languages, number of absent refs. Raises `TemplateError`."""
    try:
        body = json.loads(text)
        kind: Kind = next(kind for kind in KINDS if kind == body["kind"])
        wordings = {
            language: Wording(*(tuple(map(str, body[language].get(part, ()))) for part in PARTS))
            for language in LANGUAGES
        }
        absent = int(body.get("absent", 0))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise TemplateError(
            _N("errors", "The template “{name}” cannot be read; put it back to what was shipped, or delete it."),
            name=name,
        ) from error
    for language, wording in wordings.items():
        check(name, kind, language, wording)
    return kind, wordings, absent


def check(name: str, kind: Kind, language: Language, wording: Wording) -> None:
    """Raise `TemplateError` with the first problem of a wording."""
    for problem in problems(kind, wording):
        way = wording.part(problem.part)[problem.line] if problem.line >= 0 else ""
        raise TemplateError(
            _N("errors", "Template “{name}” ({language}): {way} {reason}"),
            name=name,
            language=language,
            way=f"“{way}”:" if way else "",
            reason=problem.message,
        )
