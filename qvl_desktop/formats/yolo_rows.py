"""One row of a YOLO label file, both ways.

Owns the numbers: a class and then, as shares of the upright picture's width and height, a box (centre x, centre y,
width, height), four corners (oriented boxes), a polygon, or a box with keypoints. Does not own files or names.

A polygon that has not four corners becomes the box around it, and a box with keypoints its box; the row is kept, and
goes out again as it was while the box stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.records import BadRecord

Form = Literal["box", "corners", "polygon", "pose"]

_LOW, _HIGH = -1.0, 2.0
"""Shares outside this are no shares: a corner may lie beside its picture, but not a picture away."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row's class, its shape in shares of the picture's sides, and what the row looks like."""

    number: int
    shape: Shape
    form: Form


def parse_row(text: str, keypoints: int = 0) -> Row:
    """The row; `keypoints` is how many numbers follow the box in data of poses. Raises `BadRecord`."""
    number, values = _numbers(text)
    count = len(values)
    if keypoints and count == 4 + keypoints:
        return Row(number, _box(values), "pose")
    if any(not _LOW <= value <= _HIGH for value in values[: count if count > 5 else 4]):
        raise BadRecord(
            QT_TRANSLATE_NOOP(
                "formats", "“{row}”: the numbers are no shares of the picture (0 to 1). Are they pixels?"
            ),
            row=text[:80],
        )
    if count in (4, 5):  # the fifth is how sure a model was
        return Row(number, _box(values), "box")
    if count in (8, 9):
        return Row(number, Shape.of_corners(_pairs(values[:8])), "corners")
    if count >= 6:
        xs, ys = values[: count // 2 * 2 : 2], values[1::2]
        return Row(number, Shape("box", ((min(xs), min(ys)), (max(xs), max(ys)))), "polygon")
    raise BadRecord(
        QT_TRANSLATE_NOOP("formats", "“{row}”: a class and four numbers are expected, or a class and corners."),
        row=text[:80],
    )


def _numbers(text: str) -> tuple[int, list[float]]:
    try:
        first, *values = [float(word) for word in text.split()]
    except ValueError as error:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{row}” is no row of numbers."), row=text[:80]) from error
    if not 0 <= first < 1e6 or first != int(first):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{row}”: a class is a whole number from 0."), row=text[:80])
    return int(first), values


def _box(values: Sequence[float]) -> Shape:
    x, y, width, height = values[:4]
    if not (width > 0 and height > 0):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "the box has no area: width and height must be above 0."))
    return Shape("box", ((x - width / 2, y - height / 2), (x + width / 2, y + height / 2)))


def _pairs(values: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(values[::2], values[1::2], strict=True))


def write_row(number: int, shape: Shape, size: tuple[int, int], form: Form, keypoints: int = 0) -> str:
    """A row for a shape in pixels of a picture of that size.

    Twelve digits, so that the pixels come back to the millionth that the project keeps.
    """
    width, height = size
    if form == "corners":
        values = [share for x, y in shape.as_quad().points for share in (x / width, y / height)]
    else:
        bounds = shape.bounds
        centre = (bounds.x1 + bounds.x2) / 2 / width, (bounds.y1 + bounds.y2) / 2 / height
        values = [*centre, bounds.width / width, bounds.height / height, *([0.0] * keypoints)]
    return " ".join([str(number), *(_short(value) for value in values)])


def with_class(row: str, number: int) -> str:
    """The row with another class, its other numbers to the letter."""
    return " ".join([str(number), *row.split()[1:]])


def with_box(row: str, shape: Shape, size: tuple[int, int], number: int) -> str:
    """A row of a pose with another box; its keypoints stay."""
    return " ".join([write_row(number, shape, size, "box"), *row.split()[5:]])


def _short(value: float) -> str:
    return f"{round(value, 12):.12f}".rstrip("0").rstrip(".")
