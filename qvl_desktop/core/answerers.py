"""Who is asked over many pictures, and what: plain data that a job keeps and takes up again.

Owns `Answerer` (a model of this machine, or an address that speaks OpenAI's protocol) and `AskSpec`, with their JSON.
Keys of servers are no part of it: they belong to the user, not to the project. Does not own asking (`jobs.asking`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import PurePath
from typing import Any, Literal, cast, get_args

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.suggesting import LOW

AskKind = Literal["boxes", "differences", "drafts"]
"""`boxes`: propose regions; `differences`: compare with the regions that are there; `drafts`: questions and answers."""
ASK_KINDS: tuple[AskKind, ...] = get_args(AskKind)


class AskError(QvlError):
    """A job that cannot be begun: nothing to ask, or nobody to ask it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Who answers.

    Of this machine: `model` and `adapter` as `--model` and `--adapter` take them. Elsewhere: `url` (with `/v1`),
    `model` as that server calls it, and `dialect`, the family whose way of writing boxes it has.
    """

    model: str
    adapter: str = ""
    url: str = ""
    dialect: str = ""

    @property
    def external(self) -> bool:
        """Whether another server is asked, and not a model that this program loads."""
        return bool(self.url)

    @property
    def name(self) -> str:
        """Who that is, for people and for telling one model's proposals from another's."""
        if self.url:
            return f"{self.model} @ {self.url}"
        return f"{self.model} + {self.adapter}" if self.adapter else self.model

    @property
    def short_name(self) -> str:
        """The same without folders."""
        if self.url:
            return self.name
        return " + ".join(_last(part) for part in (self.model, self.adapter) if part)


def _last(path: str) -> str:
    """The part of a path that tells it apart: the run's name for `RUN/adapter`."""
    parts = PurePath(path).parts
    return parts[-2] if len(parts) > 1 and parts[-1] == "adapter" else (parts[-1] if parts else path)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSpec:
    """What is asked about each picture.

    `question` is a wording with `{ref}` for `refs`; a question of its own for everything (`boxes` without refs) and
    for `drafts`. `differences` without refs ask for those that each picture has. `limit` is the overlap below which a
    pair is a difference. `again` proposes also what a person rejected before. `max_tokens` ends a long answer.
    """

    kind: AskKind
    who: Answerer
    question: str
    refs: tuple[str, ...] = ()
    limit: float = LOW
    again: bool = False
    max_tokens: int = 512
    pictures: str = field(default="", compare=False)
    """The filter in words or JSON, to be shown; which pictures those were stands in the job."""

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> AskSpec:
        """What `to_text` wrote; fields of later versions are passed over. Raises `AskError`."""
        try:
            body = json.loads(text)
            known = {one.name for one in fields(cls)}
            values: dict[str, Any] = {name: value for name, value in body.items() if name in known}
            values["who"] = Answerer(**values["who"])
            values["refs"] = tuple(str(ref) for ref in values.get("refs", ()))
            if values["kind"] not in ASK_KINDS:
                raise ValueError(values["kind"])
            return cls(**cast("Any", values))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise AskError(
                QT_TRANSLATE_NOOP("errors", "This job cannot be read; it may come from a newer version of the program.")
            ) from error
