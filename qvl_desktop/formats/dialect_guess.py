"""Which dialect the boxes in others' data are written in, and why.

Owns `tell`. Does not own the dialects (`core.dialects`) nor reading in one (`dialects`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.dialects import QWEN2_5_VL, QWEN2_VL, QWEN3_VL, QWEN_VL, Resizing
from qvl_desktop.core.dialects.json_reading import find_lists
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.tokens import Picture, Segment, parse, write
from qvl_desktop.formats.picture_sizes import PictureSizes, Size

SURE = math.log(1000)
"""By how much (log of the odds) one reading of JSON boxes must fit better than the other."""

REACH = 0.7
"""Some box must reach so far over its side, or the boxes say nothing about how long the sides are."""

_UNLIKELY = math.log(1e6)
_TAGS = re.compile(r"<\|box_start\|>|<\|quad_start\|>")
BOX = re.compile(r"<box>\s*\(\s*\d+\s*,\s*\d+\s*\)\s*,\s*\(\s*\d+\s*,\s*\d+\s*\)\s*</box>")
"""A canonical box, whatever its numbers."""


@dataclass(frozen=True, slots=True)
class Told:
    """Which dialect a file speaks (None: it cannot be told, "" has none) and why."""

    dialect: str | None
    template: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason in the user's language."""
        return translate("formats", self.template).format(**self.values)


def tell(samples: Iterable[Sample], sizes: PictureSizes) -> Told:
    """Which dialect the boxes of some samples are written in.

    JSON boxes are pixels of the resized picture (Qwen2.5-VL) or thousandths (Qwen3-VL and later): each reading gets the
    likelihood of far corners spread evenly over it, and the better one is taken when it is `SURE` and has some `REACH`.
    """
    tags = canonical = listed = exact = 0
    in_pixels, in_thousandths = _Fit(), _Fit()
    met: set[tuple[tuple[float, float], Size | None]] = set()
    for sample in samples:
        seen = 0
        exact += sum(shape is not None for shape in sample.shapes)
        for turn in sample.conversation.turns:
            tags += len(_TAGS.findall(turn.text))
            canonical += len(BOX.findall(turn.text))
            for piece in pieces(turn):
                if isinstance(piece, Picture):
                    seen += 1
                    continue
                for numbers in _far_corners(piece):
                    listed += 1
                    sides = _resized(sample, seen, sizes)
                    if (numbers, sides) in met:
                        continue  # said again, it is no new evidence
                    met.add((numbers, sides))
                    in_pixels.take(numbers, sides or (1000, 1000))
                    in_thousandths.take(numbers, (1000, 1000))
    canonical = max(canonical - exact, 0)
    if listed > max(tags, canonical):
        return _told_json(listed, in_pixels, in_thousandths)
    if tags > canonical:
        return Told(
            QWEN2_VL,
            QT_TRANSLATE_NOOP("formats", "Boxes between <|box_start|> tags ({count}): Qwen2-VL."),
            {"count": tags},
        )
    if canonical:
        return Told(
            QWEN_VL, QT_TRANSLATE_NOOP("formats", "Boxes between <box> tags ({count}): Qwen-VL."), {"count": canonical}
        )
    if exact:
        return Told("", QT_TRANSLATE_NOOP("formats", "Boxes in pixels, beside the text ({count})."), {"count": exact})
    return Told("", QT_TRANSLATE_NOOP("formats", "No boxes in the text."))


@dataclass(slots=True)
class _Fit:
    """How well far corners fit sides of some lengths: the log-likelihood, and how far over its side the farthest is."""

    likelihood: float = 0.0
    reach: float = 0.0

    def take(self, corner: tuple[float, float], sides: Size) -> None:
        for value, side in zip(corner, sides, strict=True):
            self.likelihood -= math.log(side) + (_UNLIKELY if value > side + 1 else 0)
            self.reach = max(self.reach, value / side)


def _told_json(count: int, in_pixels: _Fit, in_thousandths: _Fit) -> Told:
    odds = in_pixels.likelihood - in_thousandths.likelihood
    if odds > SURE and in_pixels.reach > REACH:
        reason = QT_TRANSLATE_NOOP(
            "formats", "bbox_2d ({count}) that fit pixels of the resized pictures and not thousandths: Qwen2.5-VL."
        )
        return Told(QWEN2_5_VL, reason, {"count": count})
    if odds < -SURE and in_thousandths.reach > REACH:
        reason = QT_TRANSLATE_NOOP(
            "formats",
            "bbox_2d ({count}) that fit thousandths and not pixels of the resized pictures: Qwen3-VL or later.",
        )
        return Told(QWEN3_VL, reason, {"count": count})
    reason = QT_TRANSLATE_NOOP(
        "formats", "bbox_2d ({count}) that could be pixels (Qwen2.5-VL) as well as thousandths (Qwen3-VL). Say which."
    )
    return Told(None, reason, {"count": count})


def _far_corners(text: str) -> Iterator[tuple[float, float]]:
    if "bbox_2d" not in text:
        return
    for group in find_lists(text):
        for entry in group.entries:
            numbers = [value for value in entry.numbers if type(value) in (int, float)]
            if len(numbers) == 4:
                x1, y1, x2, y2 = (float(str(value)) for value in numbers)
                yield max(x1, x2), max(y1, y2)


def _resized(sample: Sample, seen: int, sizes: PictureSizes) -> Size | None:
    """The resized sides of the picture last seen; None where it cannot be read."""
    index = max(seen - 1, 0)
    if index >= len(sample.pictures):
        return None
    try:
        return Resizing().apply(*sizes(sample.pictures[index]))
    except QvlError:
        return None


def pieces(turn: Turn) -> Iterator[str | Picture]:
    """The pictures of a turn, and all text between them."""
    held: list[Segment] = []
    for segment in parse(turn.text):
        if isinstance(segment, Picture):
            if held:
                yield write(held)
            held = []
            yield segment
        else:
            held.append(segment)
    if held:
        yield write(held)
