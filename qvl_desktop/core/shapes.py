"""Shapes: what a region looks like on its picture, in pixels.

Owns `Shape` (a box, a quad or a point), its bounds, how it is cut off, moved and fitted into another rectangle, and
its token. Does not own the grid of thousandths (`box`), the grammar (`tokens`) or drawing.

All coordinates are pixels of the upright picture: origin top left, x right, y down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from qvl_desktop.core.box import Box, Quad, Rect, decode_coordinate, encode_coordinate
from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import format_box, format_quad

ShapeKind = Literal["box", "quad", "point"]
Point = tuple[float, float]

CORNERS: dict[ShapeKind, int] = {"box": 2, "quad": 4, "point": 1}
"""How many points each kind of shape has."""

PRECISION = 6
"""Pixels are kept to a millionth, which every number of the project's history holds exactly."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A box (two opposite corners), a quad (four corners in drawing order) or a point.

    Raises `BoxError` when the number of points does not fit the kind.
    """

    kind: ShapeKind
    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) != CORNERS[self.kind]:
            raise BoxError(
                QT_TRANSLATE_NOOP("errors", "{points} is no {kind}: it needs {count} points."),
                points=self.points,
                kind=self.kind,
                count=CORNERS[self.kind],
            )

    # Making

    @classmethod
    def of_rect(cls, rect: Rect) -> Shape:
        """The box with the corners of `rect`."""
        return cls("box", ((rect.x1, rect.y1), (rect.x2, rect.y2)))

    @classmethod
    def of_corners(cls, points: Iterable[Point]) -> Shape:
        """The quad with these four corners."""
        return cls("quad", tuple((float(x), float(y)) for x, y in points))

    @classmethod
    def of_point(cls, x: float, y: float) -> Shape:
        """The point (x, y)."""
        return cls("point", ((x, y),))

    @classmethod
    def decode(cls, token: Box | Quad, width: int, height: int) -> Shape:
        """The shape a token draws on a picture of `width` x `height` pixels; a box without area is a point."""
        if isinstance(token, Quad):
            return cls.of_corners((decode_coordinate(x, width), decode_coordinate(y, height)) for x, y in token.points)
        rect = token.decode(width, height)
        if (token.x1, token.y1) == (token.x2, token.y2):
            return cls.of_point(rect.x1, rect.y1)
        return cls.of_rect(rect)

    # Asking

    @property
    def bounds(self) -> Rect:
        """The smallest rectangle around all points, x1 <= x2 and y1 <= y2."""
        xs, ys = zip(*self.points, strict=True)
        return Rect(min(xs), min(ys), max(xs), max(ys))

    @property
    def corners(self) -> tuple[Point, ...]:
        """What can be dragged: the four corners of a box (clockwise from the top left), all points of the others."""
        if self.kind != "box":
            return self.points
        b = self.bounds
        return (b.x1, b.y1), (b.x2, b.y1), (b.x2, b.y2), (b.x1, b.y2)

    @property
    def area(self) -> float:
        """Square pixels inside; a quad that crosses itself counts what its halves do not take from each other."""
        if self.kind == "box":
            return self.bounds.area
        pairs = zip(self.points, (*self.points[1:], self.points[0]), strict=True)
        return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2

    @property
    def stands(self) -> bool:
        """Whether there is something to see: a point always, anything else when its bounds have an area."""
        return self.kind == "point" or self.bounds.area > 0

    def contains(self, x: float, y: float) -> bool:
        """Whether (x, y) lies inside: a box with its edges, a quad by the even-odd rule; a point is only itself."""
        if self.kind == "point":
            return (x, y) == self.points[0]
        b = self.bounds
        if self.kind == "box" or not (b.x1 <= x <= b.x2 and b.y1 <= y <= b.y2):
            return b.x1 <= x <= b.x2 and b.y1 <= y <= b.y2
        inside = False
        for (x1, y1), (x2, y2) in zip(self.points, (*self.points[1:], self.points[0]), strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside

    def encode(self, width: int, height: int) -> Box | Quad:
        """The shape in thousandths of a picture of `width` x `height` pixels."""
        if self.kind == "quad":
            a, b, c, d = ((encode_coordinate(x, width), encode_coordinate(y, height)) for x, y in self.points)
            return Quad((a, b, c, d))
        return Box.encode(self.bounds, width, height)

    def token(self, width: int, height: int) -> str:
        """The canonical text: `<box>` for a box and (without area) for a point, `<quad>` for a quad."""
        code = self.encode(width, height)
        return format_quad(code) if isinstance(code, Quad) else format_box(code)

    # Changing

    def _each(self, change: Callable[[float, float], Point]) -> Shape:
        return Shape(self.kind, tuple(change(x, y) for x, y in self.points))

    def normalised(self) -> Shape:
        """A box with its top left corner first; the other kinds as they are."""
        return Shape.of_rect(self.bounds) if self.kind == "box" else self

    def clipped(self, width: int, height: int) -> Shape:
        """With every point moved into a picture of `width` x `height` pixels."""
        return self._each(lambda x, y: (min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))))

    def rounded(self, digits: int = PRECISION) -> Shape:
        """With every coordinate rounded."""
        return self._each(lambda x, y: (round(float(x), digits), round(float(y), digits)))

    def translated(self, dx: float, dy: float) -> Shape:
        """Moved by (dx, dy) pixels."""
        return self._each(lambda x, y: (x + dx, y + dy))

    def kept_inside(self, width: int, height: int) -> Shape:
        """Moved as a whole, as little as needed, until it lies inside; cut off only where it is larger than that."""
        b = self.bounds
        dx = -b.x1 if b.x1 < 0 else min(width - b.x2, 0.0)
        dy = -b.y1 if b.y1 < 0 else min(height - b.y2, 0.0)
        moved = self.translated(dx, dy) if dx or dy else self
        return moved.clipped(width, height)

    def fitted(self, rect: Rect) -> Shape:
        """Moved and scaled so that its bounds become `rect`; a point goes to the middle."""
        old = self.bounds
        if self.kind == "box":
            return Shape.of_rect(rect)
        if self.kind == "point":
            return Shape.of_point((rect.x1 + rect.x2) / 2, (rect.y1 + rect.y2) / 2)
        if not old.area:
            raise BoxError(QT_TRANSLATE_NOOP("errors", "A quad without area cannot be scaled."))
        across, down = rect.width / old.width, rect.height / old.height
        return self._each(lambda x, y: (rect.x1 + (x - old.x1) * across, rect.y1 + (y - old.y1) * down))

    def with_corner(self, index: int, x: float, y: float) -> Shape:
        """With corner number `index` (as in `corners`) at (x, y); the opposite corner of a box stays."""
        if self.kind == "box":
            fixed = self.corners[(index + 2) % 4]
            return Shape("box", (fixed, (x, y))).normalised()
        return Shape(self.kind, (*self.points[:index], (x, y), *self.points[index + 1 :]))

    def as_quad(self) -> Shape:
        """The quad with the corners of a box; a quad as it is. A point has no corners: raises `BoxError`."""
        return self if self.kind == "quad" else Shape("quad", self.corners)

    def as_box(self) -> Shape:
        """The bounds as a box."""
        return self if self.kind == "box" else Shape.of_rect(self.bounds)


def touches(shape: Shape, x: float, y: float, reach: float) -> bool:
    """Whether (x, y) is in a shape grown by `reach` pixels (a point by twice that, it has no inside to aim at)."""
    b = shape.bounds
    if shape.kind == "point":
        return (x - b.x1) ** 2 + (y - b.y1) ** 2 <= (2 * reach) ** 2
    if not (b.x1 - reach <= x <= b.x2 + reach and b.y1 - reach <= y <= b.y2 + reach):
        return False
    return shape.kind == "box" or shape.contains(x, y) or _distance_to_edges(shape.points, x, y) <= reach


def _distance_to_edges(points: tuple[Point, ...], x: float, y: float) -> float:
    best = float("inf")
    for (x1, y1), (x2, y2) in zip(points, (*points[1:], points[0]), strict=True):
        dx, dy = x2 - x1, y2 - y1
        length = dx * dx + dy * dy
        along = min(max(((x - x1) * dx + (y - y1) * dy) / length, 0.0), 1.0) if length else 0.0
        best = min(best, ((x1 + along * dx - x) ** 2 + (y1 + along * dy - y) ** 2) ** 0.5)
    return best
