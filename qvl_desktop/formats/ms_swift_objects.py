"""What stands in `objects` of an ms-swift record: phrases and places, in the order of their placeholders.

Owns reading `objects` into texts, and a shape as its list of numbers. Does not own the record (`ms_swift`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Text, parse, write
from qvl_desktop.formats.picture_base import PictureBase
from qvl_desktop.formats.picture_sizes import PictureSizes, Size
from qvl_desktop.formats.records import BadRecord, picture_file

REF_OBJECT = "<ref-object>"
BBOX = "<bbox>"
PLACES = re.compile(f"{REF_OBJECT}|{BBOX}")
OBJECT_KEYS = ("ref", "bbox", "bbox_type", "image_id")
_PIXEL_DIGITS = 6


class Filling:
    """Puts refs and boxes of `objects` into the texts, in order."""

    def __init__(self, objects: dict[str, Any], base: PictureBase, sizes: PictureSizes) -> None:
        self.objects = objects
        self.shapes: list[Shape | None] = []
        self._refs = self._list("ref")
        self._boxes = self._list("bbox")
        self._image_ids = self._list("image_id")
        self._norm1 = objects.get("bbox_type") == "norm1"
        if objects.get("bbox_type") not in (None, "real", "norm1"):
            raise BadRecord(
                QT_TRANSLATE_NOOP("formats", "bbox_type is “{kind}”; it must be real or norm1."),
                kind=objects["bbox_type"],
            )
        self._base = base
        self._size_of = sizes
        self._seen: list[str] = []
        self._refs_used = self._boxes_used = 0

    def _list(self, key: str) -> list[Any]:
        value = self.objects.get(key)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def turn(self, turn: Turn) -> Turn:
        """The turn with refs and boxes in place of their placeholders."""
        pieces: list[str] = []
        for segment in parse(turn.text):
            match segment:
                case Text(words):
                    pieces.append(PLACES.sub(self._fill, words))
                case Picture(name):
                    self._seen.append(name)
                    pieces.append(write([segment]))
                case BoxToken() | QuadToken():
                    self.shapes.append(None)
                    pieces.append(write([segment]))
                case _:
                    pieces.append(write([segment]))
        return Turn(turn.role, "".join(pieces))

    def _fill(self, match: re.Match[str]) -> str:
        if match[0] == REF_OBJECT:
            self._refs_used += 1
            words = self._refs[self._refs_used - 1] if self._refs_used <= len(self._refs) else ""
            return f"<ref>{words}</ref>"
        self._boxes_used += 1
        number = self._boxes_used - 1
        if number >= len(self._boxes):
            return ""
        width, height = self._size(number)
        shape = _shape(self._boxes[number], (width, height) if self._norm1 else (1, 1), number + 1)
        self.shapes.append(shape)
        return shape.token(width, height)

    def _size(self, number: int) -> Size:
        """The size of the picture that box `number` is of, which must be the one its place in the text says."""
        if not self._seen:
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "box {number} stands before any picture."), number=number + 1)
        here = len(self._seen) - 1
        meant = self._image_ids[number] if number < len(self._image_ids) else (here if self._norm1 else 0)
        if meant != here:
            raise BadRecord(
                QT_TRANSLATE_NOOP(
                    "formats",
                    "box {number} is of picture {meant} but stands behind picture {here}; "
                    "a box belongs to the last picture named before it.",
                ),
                number=number + 1,
                meant=meant + 1 if isinstance(meant, int) else meant,
                here=here + 1,
            )
        return self._size_of(picture_file(self._seen[here], self._base))

    def check_all_used(self) -> None:
        """Raises `BadRecord` when placeholders and what stands for them are not equally many."""
        for placeholder, places, listed in (
            (REF_OBJECT, self._refs_used, len(self._refs)),
            (BBOX, self._boxes_used, len(self._boxes)),
        ):
            if places != listed:
                raise BadRecord(
                    QT_TRANSLATE_NOOP("formats", "the text has {places} × {placeholder}, “objects” has {listed}."),
                    placeholder=placeholder,
                    places=places,
                    listed=listed,
                )


def _shape(numbers: Any, scale: Size, position: int) -> Shape:
    flat = isinstance(numbers, list) and all(type(value) in (int, float) for value in numbers)
    if not flat or len(numbers) not in (2, 4, 8) or not all(abs(value) < 1e9 for value in numbers):
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "box {number} is not 2, 4 or 8 numbers: {value}."),
            number=position,
            value=str(numbers)[:60],
        )
    points = tuple((float(x) * scale[0], float(y) * scale[1]) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    if len(points) == 1:
        return Shape("point", points)
    return Shape("quad", points) if len(points) == 4 else Shape("box", points).normalised()


def numbers_of(shape: Shape) -> list[float | int]:
    """The coordinates of a shape one after the other, whole numbers as integers."""
    flat: Sequence[float] = [round(value, _PIXEL_DIGITS) for point in shape.points for value in point]
    return [int(value) if value == int(value) else value for value in flat]
