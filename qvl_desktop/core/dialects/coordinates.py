"""Coordinates of other families to thousandths and back.

Owns the arithmetic, the clamping and what is reported about it. `core.box` owns the rule between pixels and
thousandths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from qvl_desktop.core.box import Box, decode_coordinate, encode_coordinate
from qvl_desktop.core.dialects.base import Size


def whole_pixel(value: int, side: int) -> int:
    """A thousandth as a whole number on a side of `side`, rounded half up; on a side of 1000 the value itself.

    `encode_coordinate` takes it back to `value` when `side` >= 1000. On a smaller side the numbers are coarser than
    thousandths: the way back differs by at most 500 / side + 1/2, and rendering again gives the same number.
    """
    return math.floor(decode_coordinate(value, side) + 0.5)


def thousandth(number: float, side: int) -> tuple[int, bool]:
    """A number on a side of `side` as a thousandth in [0, 999], and whether it lay outside [0, side].

    The far edge itself (`side`) is inside for the families, and 999 for us.
    """
    inside = min(max(number, 0), side)
    return encode_coordinate(inside, side), inside != number


def box_from(numbers: Sequence[object], sides: Size) -> tuple[Box | None, list[str]]:
    """The box of four numbers counted on sides (width, height), and the codes of what had to be mended.

    None where they are not four finite numbers.
    """
    values = [value for value in numbers if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if len(values) != 4 or len(numbers) != 4 or not all(-math.inf < value < math.inf for value in values):
        return None, ["box-numbers"]
    width, height = sides
    found = [thousandth(value, side) for value, side in zip(values, (width, height, width, height), strict=True)]
    (x1, _), (y1, _), (x2, _), (y2, _) = found
    codes = ["box-range"] if any(outside for _, outside in found) else []
    if values[0] > values[2] or values[1] > values[3]:
        codes.append("box-order")
    return Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), codes
