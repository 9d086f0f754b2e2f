"""Where a region stands in a file and where on its picture: fitting, turning, comparing.

Owns the rules that readers, writers and the import share: what is left of a shape inside its picture, pictures that a
file describes as they lie on the disk, whether a region has moved since it was read. Does not own any format.
"""

from __future__ import annotations

import json
from typing import TypeGuard

from qvl_desktop.core.shapes import PRECISION, Shape
from qvl_desktop.formats.regions import OutPicture, RegionRecord

NUMBERS = frozenset((int, float))
"""What a JSON number becomes; true and false are none."""
LARGEST = 1e9
"""No coordinate of a picture is as large: what is has gone wrong. Infinities and NaN fail the same comparison."""


def fit(shape: Shape, width: int, height: int) -> Shape | None:
    """The shape as a picture of `width` x `height` pixels holds it: cut off at its edges, kept to a millionth pixel.

    None when nothing is left of it, or for a point outside. The project stores exactly this.
    """
    if shape.kind != "box":
        fitted = shape.clipped(width, height).rounded()
        outside = shape.kind == "point" and fitted != shape.rounded()
        return fitted if fitted.stands and not outside else None
    sides = fit_box(shape, width, height)
    return None if sides is None else Shape("box", (sides[:2], sides[2:]))


def fit_box(shape: Shape, width: int, height: int) -> tuple[float, float, float, float] | None:
    """What `fit` makes of a box, as x1, y1, x2, y2: the short way for a million of them."""
    (x1, y1), (x2, y2) = shape.points
    if x1 > x2:
        x1, x2 = x2, x1
    if y1 > y2:
        y1, y2 = y2, y1
    x1 = round(float(x1), PRECISION) if x1 > 0 else 0.0
    y1 = round(float(y1), PRECISION) if y1 > 0 else 0.0
    x2 = round(float(x2), PRECISION) if x2 < width else float(width)
    y2 = round(float(y2), PRECISION) if y2 < height else float(height)
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def is_where_it_was(region: RegionRecord, before: Shape | None, picture: OutPicture) -> bool:
    """Whether the shape that `raw` tells (`before`, in pixels as the format's file counts) is still the region's."""
    if before is None:
        return False
    if picture.turned:
        before = upright(before, picture.height, picture.width, picture.turned)
    if before.kind == "box" and region.shape.kind == "box":
        first, last = region.shape.points
        return fit_box(before, picture.width, picture.height) == (*first, *last)
    return fit(before, picture.width, picture.height) == region.shape


def shape_in_file(region: RegionRecord, picture: OutPicture) -> Shape:
    """The region's shape as the format's file of this picture counts: turned back where the file is not upright."""
    if not picture.turned:
        return region.shape
    return upright(region.shape, picture.width, picture.height, _BACK[picture.turned]).normalised()


_BACK = {5: 5, 6: 8, 7: 7, 8: 6}


def upright(shape: Shape, width: int, height: int, orientation: int) -> Shape:
    """A shape on a picture of `width` x `height` pixels as it lies on the disk, after its EXIF orientation (5 to 8).

    Coordinates are continuous, so that the right edge `width` becomes an edge again.
    """
    from_right, from_below = orientation in (7, 8), orientation in (6, 7)
    points = ((height - y if from_below else y, width - x if from_right else x) for x, y in shape.points)
    return Shape(shape.kind, tuple(points)).normalised()


def scaled(shape: Shape, width: int, height: int) -> Shape:
    """A shape in shares of a picture's sides in its pixels."""
    return Shape(shape.kind, tuple((x * width, y * height) for x, y in shape.points))


def clean_ref(name: str) -> str:
    """A name as the project holds it: one blank between the words."""
    return " ".join(name.split())


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value is a finite number (true and false are none)."""
    return type(value) in NUMBERS and abs(value) < LARGEST  # type: ignore[arg-type]


def dump(value: object) -> str:
    """A value as compact JSON that every reader takes. Raises `ValueError` for NaN and infinities."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return json.dumps(value, allow_nan=False)
    return text
