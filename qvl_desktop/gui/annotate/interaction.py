"""The geometry of annotating, as pure functions.

Owns hit testing, the eight handles of a box and the corners of a quad, and what a drag makes of a shape. Coordinates
are upright picture pixels; `reach` is a tolerance in the same pixels (screen tolerance divided by the zoom). Results
are whole pixels where the user draws, and always inside the picture. Does not own widgets, selection or the project.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape, touches

Size = tuple[int, int]

MIN_SIDE = 2.0
"""Picture pixels; what is narrower is taken for a slip of the hand."""


class Handle(Enum):
    """A handle of the selected box; the value says which sides it moves: (-1, 0, 1) in x and in y."""

    NW = (-1, -1)
    N = (0, -1)
    NE = (1, -1)
    E = (1, 0)
    SE = (1, 1)
    S = (0, 1)
    SW = (-1, 1)
    W = (-1, 0)

    def on(self, rect: Rect) -> tuple[float, float]:
        """Where the handle of `rect` is."""
        across, down = self.value
        x = (rect.x1 + rect.x2) / 2 if across == 0 else rect.x1 if across < 0 else rect.x2
        y = (rect.y1 + rect.y2) / 2 if down == 0 else rect.y1 if down < 0 else rect.y2
        return x, y


Grip = Handle | int
"""What is pulled: a handle of a box, or a corner of a quad by its number."""


@dataclass(frozen=True, slots=True)
class Target:
    """A region that the mouse can meet."""

    key: Hashable
    shape: Shape
    bounds: Rect
    locked: bool = False

    @classmethod
    def of(cls, key: Hashable, shape: Shape, locked: bool = False) -> Target:
        """The target of a shape."""
        return cls(key, shape, shape.bounds, locked)


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under the mouse: a region, and one of its grips or None for its inside."""

    key: Hashable
    grip: Grip | None = None


def contains(rect: Rect, x: float, y: float, reach: float = 0.0) -> bool:
    """Whether the point is in the rectangle grown by `reach`; edges count as inside."""
    return rect.x1 - reach <= x <= rect.x2 + reach and rect.y1 - reach <= y <= rect.y2 + reach


def regions_at(targets: Iterable[Target], x: float, y: float, reach: float) -> list[Hashable]:
    """The regions under a point: the smallest first, locked ones last."""
    under = []
    near = 2 * reach
    for index, target in enumerate(targets):
        b = target.bounds
        if b.x1 - near <= x <= b.x2 + near and b.y1 - near <= y <= b.y2 + near and touches(target.shape, x, y, reach):
            under.append((target.locked, b.area, index, target.key))
    return [entry[3] for entry in sorted(under, key=lambda entry: entry[:3])]


def regions_inside(targets: Iterable[Target], band: Rect) -> list[Hashable]:
    """The regions that lie wholly in a rectangle, in their order."""
    return [
        target.key
        for target in targets
        if band.x1 <= target.bounds.x1
        and target.bounds.x2 <= band.x2
        and band.y1 <= target.bounds.y1
        and target.bounds.y2 <= band.y2
    ]


def grip_at(shape: Shape, x: float, y: float, reach: float) -> Grip | None:
    """The nearest handle of a box or corner of a quad within `reach`; a point has none."""
    if shape.kind == "box":
        return handle_at(shape.bounds, x, y, reach)
    if shape.kind == "point":
        return None
    if shape.contains(x, y):
        reach = min(reach, shape.bounds.width / 4, shape.bounds.height / 4)
    near = [
        (max(abs(x - cx), abs(y - cy)), number)
        for number, (cx, cy) in enumerate(shape.points)
        if max(abs(x - cx), abs(y - cy)) <= reach
    ]
    return min(near)[1] if near else None


def handle_at(rect: Rect, x: float, y: float, reach: float) -> Handle | None:
    """The nearest handle within `reach`; of equally near ones a corner.

    Inside the rectangle the reach is at most a quarter of its sides, so that the middle of a small box can be moved.
    """
    reach_x = reach_y = reach
    if contains(rect, x, y):
        reach_x, reach_y = min(reach, rect.width / 4), min(reach, rect.height / 4)
    near = []
    for handle in Handle:
        hx, hy = handle.on(rect)
        if abs(x - hx) <= reach_x and abs(y - hy) <= reach_y:
            near.append((max(abs(x - hx), abs(y - hy)), 0 in handle.value, handle))
    return min(near, key=lambda entry: entry[:2])[2] if near else None


def hit_test(
    targets: Sequence[Target], selection: Collection[Hashable], x: float, y: float, reach: float
) -> Hit | None:
    """What a press at this point is about.

    The grips of the one selected region come first (even over smaller regions), then the inside of a selected one, then
    the smallest region. A locked region has no grips and does not hold the press.
    """
    chosen = [target for target in targets if target.key in selection and not target.locked] if selection else []
    if len(selection) == 1 and chosen and (grip := grip_at(chosen[0].shape, x, y, reach)) is not None:
        return Hit(chosen[0].key, grip)
    held = regions_at(chosen, x, y, reach / 2 if any(t.shape.kind == "point" for t in chosen) else 0.0)
    if held:
        return Hit(held[0])
    under = regions_at(targets, x, y, reach / 2)
    return Hit(under[0]) if under else None


def next_at(targets: Sequence[Target], selected: Hashable | None, x: float, y: float, reach: float) -> Hashable | None:
    """What a click selects: the smallest region under the point; on the selected one, the next larger under it.

    After the largest comes the smallest again. None where there is nothing.
    """
    under = regions_at(targets, x, y, reach)
    if not under:
        return None
    if selected not in under:
        return under[0]
    return under[(under.index(selected) + 1) % len(under)]


def on_pixel(x: float, y: float, size: Size) -> tuple[float, float]:
    """The whole pixel inside the picture that is nearest to a point."""
    return float(min(max(round(x), 0), size[0])), float(min(max(round(y), 0), size[1]))


def drawn(x1: float, y1: float, x2: float, y2: float, size: Size) -> Rect:
    """The rectangle between two points of a drag: whole pixels, inside the picture, first corner first."""
    rect = Rect(round(x1), round(y1), round(x2), round(y2)).normalised().clipped(*size)
    return Rect(float(rect.x1), float(rect.y1), float(rect.x2), float(rect.y2))


def is_box(rect: Rect) -> bool:
    """Whether a drawn rectangle is large enough to be meant."""
    return rect.width >= MIN_SIDE and rect.height >= MIN_SIDE


def shift_inside(bounds: Rect, dx: float, dy: float, size: Size) -> tuple[float, float]:
    """How far something with these bounds goes when pulled by (dx, dy): whole pixels, up to the picture's edge."""
    width, height = size
    return (
        min(max(float(round(dx)), -bounds.x1), width - bounds.x2),
        min(max(float(round(dy)), -bounds.y1), height - bounds.y2),
    )


def moved(rect: Rect, dx: float, dy: float, size: Size) -> Rect:
    """The rectangle shifted by whole pixels; it keeps its size and stops at the picture's edge."""
    return rect.translated(*shift_inside(rect, dx, dy, size))


def union(bounds: Iterable[Rect]) -> Rect:
    """The smallest rectangle around all (at least one)."""
    found = list(bounds)
    return Rect(min(r.x1 for r in found), min(r.y1 for r in found), max(r.x2 for r in found), max(r.y2 for r in found))


def pulled(shape: Shape, grip: Grip, x: float, y: float, size: Size) -> Shape:
    """The shape with one grip pulled to a point. A quad that would lose its area stays as it is."""
    if isinstance(grip, Handle):
        return Shape.of_rect(resized(shape.bounds, grip, x, y, size))
    other = shape.with_corner(grip, *on_pixel(x, y, size))
    return other if is_box(other.bounds) else shape


def resized(rect: Rect, handle: Handle, x: float, y: float, size: Size) -> Rect:
    """The rectangle with one handle pulled to a point: clipped, at least `MIN_SIDE` wide, and free to turn over."""
    across, down = handle.value
    width, height = size
    x1, x2 = _pulled(rect.x1, rect.x2, across, x, width)
    y1, y2 = _pulled(rect.y1, rect.y2, down, y, height)
    return Rect(x1, y1, x2, y2)


def _pulled(low: float, high: float, side: int, to: float, limit: int) -> tuple[float, float]:
    """One axis of `resized`: `side` is -1 for the low end, 1 for the high end, 0 for neither."""
    if side == 0:
        return low, high
    fixed = high if side < 0 else low
    target = float(min(max(round(to), 0), limit))
    if abs(target - fixed) < MIN_SIDE:
        step = MIN_SIDE if (target - fixed or side) > 0 else -MIN_SIDE
        target = fixed + step if 0 <= fixed + step <= limit else fixed - step
    return min(fixed, target), max(fixed, target)
