"""How each family of models writes a box, and the way there and back.

Owns the table of dialects. A project holds canonical text (`core.tokens`); a dialect renders it for a family and reads
the family's answers back, so that nobody writes a dialect by hand. `tags`: Qwen-VL itself and Qwen2-VL. `json_list`:
Qwen2.5-VL in pixels of the resized picture, Qwen3-VL and Qwen3.5 in thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects.base import Dialect as Dialect
from qvl_desktop.core.dialects.base import DialectError as DialectError
from qvl_desktop.core.dialects.base import Reading as Reading
from qvl_desktop.core.dialects.base import Size as Size
from qvl_desktop.core.dialects.json_list import JsonListDialect
from qvl_desktop.core.dialects.resizing import Resizing as Resizing
from qvl_desktop.core.dialects.stream import DialectStream as DialectStream
from qvl_desktop.core.dialects.tags import CanonicalDialect, TagDialect
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, parse

QWEN_VL = "qwen-vl"
QWEN2_VL = "qwen2-vl"
QWEN2_5_VL = "qwen2.5-vl"
QWEN3_VL = "qwen3-vl"
QWEN3_5 = "qwen3.5"
DIALECTS = (QWEN_VL, QWEN2_VL, QWEN2_5_VL, QWEN3_VL, QWEN3_5)
"""The names that `dialect` takes."""


def dialect(name: str, resizing: Resizing | None = None) -> Dialect:
    """The dialect of a family.

    `resizing` matters to qwen2.5-vl alone, whose boxes are pixels of the resized picture: what the model's processor
    does. Without it, the limits of the official checkpoints. Raises `DialectError` for a name not in `DIALECTS`.
    """
    match name:
        case "qwen-vl":
            return CanonicalDialect(name)
        case "qwen2-vl":
            return TagDialect(name)
        case "qwen2.5-vl":
            return JsonListDialect(name, resizing or Resizing())
        case "qwen3-vl" | "qwen3.5":
            return JsonListDialect(name, None)
    raise DialectError(
        QT_TRANSLATE_NOOP("errors", "{name}: no such family of models. Choose one of {known}."),
        name=name,
        known=", ".join(DIALECTS),
    )


def render_turns(language: Dialect, turns: Iterable[Turn], sizes: Sequence[Size]) -> tuple[Turn, ...]:
    """A conversation in a dialect; `sizes` are those of its pictures in order, (width, height) in upright pixels."""
    rendered: list[Turn] = []
    seen = 0
    for turn in turns:
        seen += sum(isinstance(segment, Picture) for segment in parse(turn.text))
        rendered.append(Turn(turn.role, language.render(turn.text, sizes[: max(seen, 1)])))
    return tuple(rendered)
