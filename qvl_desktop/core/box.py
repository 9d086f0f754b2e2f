"""Boxes and quads: the numbers the model reads, and the pixels the user draws.

Owns `Box` and `Quad` (integers in [0, 1000), shares of the upright picture's width and height), `Rect` (pixels),
the rule between them, and intersection over union. Does not own token text (`tokens`) or drawing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

GRID = 1000
"""Coordinates are thousandths of a side: 0 <= v < GRID."""


def encode_coordinate(pixel: float, side: int) -> int:
    """The token value of a pixel coordinate on a side of `side` pixels.

    Rounds `pixel / side * 1000` half up and clamps to [0, 999], so that
    `encode_coordinate(decode_coordinate(v, side), side) == v` for every v and every side.
    """
    if side <= 0:
        raise BoxError(QT_TRANSLATE_NOOP("errors", "A picture side of {side} pixels has no coordinates."), side=side)
    return min(max(math.floor(pixel * GRID / side + 0.5), 0), GRID - 1)


def decode_coordinate(value: int, side: int) -> float:
    """The pixel coordinate of a token value: `value / 1000 * side`, as the original code draws it."""
    return value * side / GRID


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-aligned rectangle in pixels of the upright picture; origin top left, x right, y down."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    def normalised(self) -> Rect:
        """The same rectangle with x1 <= x2 and y1 <= y2."""
        return Rect(min(self.x1, self.x2), min(self.y1, self.y2), max(self.x1, self.x2), max(self.y1, self.y2))

    def clipped(self, width: int, height: int) -> Rect:
        """The part inside a picture of `width` x `height` pixels."""
        return Rect(
            min(max(self.x1, 0.0), float(width)),
            min(max(self.y1, 0.0), float(height)),
            min(max(self.x2, 0.0), float(width)),
            min(max(self.y2, 0.0), float(height)),
        )

    def translated(self, dx: float, dy: float) -> Rect:
        """The rectangle moved by (dx, dy) pixels."""
        return Rect(self.x1 + dx, self.y1 + dy, self.x2 + dx, self.y2 + dy)


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """x1, y1, x2, y2 in [0, 1000), x1 <= x2 and y1 <= y2. Raises `BoxError` otherwise."""

    x1: int
    y1: int
    x2: int
    y2: int

    def __post_init__(self) -> None:
        if not (0 <= self.x1 <= self.x2 < GRID and 0 <= self.y1 <= self.y2 < GRID):
            raise BoxError(
                QT_TRANSLATE_NOOP(
                    "errors", "({x1},{y1}),({x2},{y2}) is no box: values run from 0 to 999, the first corner first."
                ),
                x1=self.x1,
                y1=self.y1,
                x2=self.x2,
                y2=self.y2,
            )

    @classmethod
    def encode(cls, rect: Rect, width: int, height: int) -> Box:
        """The box of a pixel rectangle on a picture of `width` x `height` pixels."""
        rect = rect.normalised()
        return cls(
            encode_coordinate(rect.x1, width),
            encode_coordinate(rect.y1, height),
            encode_coordinate(rect.x2, width),
            encode_coordinate(rect.y2, height),
        )

    def decode(self, width: int, height: int) -> Rect:
        """The pixel rectangle of this box on a picture of `width` x `height` pixels."""
        return Rect(
            decode_coordinate(self.x1, width),
            decode_coordinate(self.y1, height),
            decode_coordinate(self.x2, width),
            decode_coordinate(self.y2, height),
        )

    @property
    def area(self) -> int:
        return (self.x2 - self.x1) * (self.y2 - self.y1)


@dataclass(frozen=True, slots=True, order=True)
class Quad:
    """Four corners (x, y) in [0, 1000), clockwise from the top left as far as the data says so."""

    points: tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

    def __post_init__(self) -> None:
        if len(self.points) != 4 or not all(0 <= v < GRID for point in self.points for v in point):
            raise BoxError(
                QT_TRANSLATE_NOOP("errors", "{points} is no quad: four points with values from 0 to 999."),
                points=self.points,
            )

    @property
    def bounds(self) -> Box:
        """The smallest box around the four points."""
        xs = [x for x, _ in self.points]
        ys = [y for _, y in self.points]
        return Box(min(xs), min(ys), max(xs), max(ys))


def iou(a: Box | Rect, b: Box | Rect) -> float:
    """Intersection over union of two boxes in one coordinate system; 0.0 when both are empty."""
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    if width <= 0 or height <= 0:
        return 0.0
    overlap = float(width) * float(height)
    union = a.area + b.area - overlap
    return overlap / union if union > 0 else 0.0
