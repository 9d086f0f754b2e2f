"""The geometry of annotating, as pure functions.

Owns hit testing, the eight handles, and what a drag makes of a rectangle. Coordinates are upright picture pixels;
`reach` is a tolerance in the same pixels (screen tolerance divided by the zoom). Results are whole pixels where the
user draws, and always inside the picture. Does not own widgets, selection or the project.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from qvl_desktop.core.box import Rect

Boxes = Sequence[tuple[Hashable, Rect]]
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


@dataclass(frozen=True, slots=True)
class Hit:
    """What is under the mouse: a box, and one of its handles or None for its inside."""

    key: Hashable
    handle: Handle | None = None


def contains(rect: Rect, x: float, y: float, reach: float = 0.0) -> bool:
    """Whether the point is in the rectangle grown by `reach`; edges count as inside."""
    return rect.x1 - reach <= x <= rect.x2 + reach and rect.y1 - reach <= y <= rect.y2 + reach


def boxes_at(boxes: Iterable[tuple[Hashable, Rect]], x: float, y: float, reach: float) -> list[Hashable]:
    """The boxes under a point, the smallest first."""
    under = [(rect.area, index, key) for index, (key, rect) in enumerate(boxes) if contains(rect, x, y, reach)]
    return [key for _, _, key in sorted(under, key=lambda entry: entry[:2])]


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


def hit_test(boxes: Boxes, selected: Hashable | None, x: float, y: float, reach: float) -> Hit | None:
    """What a press at this point is about.

    The handles of the selected box come first (even over smaller boxes), then its inside, then the smallest box.
    """
    chosen = next((rect for key, rect in boxes if key == selected), None) if selected is not None else None
    if chosen is not None:
        if (handle := handle_at(chosen, x, y, reach)) is not None:
            return Hit(selected, handle)
        if contains(chosen, x, y):
            return Hit(selected)
    under = boxes_at(boxes, x, y, reach / 2)
    return Hit(under[0]) if under else None


def next_at(boxes: Boxes, selected: Hashable | None, x: float, y: float, reach: float) -> Hashable | None:
    """What a click selects: the smallest box under the point; on the selected one, the next larger under it.

    After the largest comes the smallest again. None where there is no box.
    """
    under = boxes_at(boxes, x, y, reach)
    if not under:
        return None
    if selected not in under:
        return under[0]
    return under[(under.index(selected) + 1) % len(under)]


def drawn(x1: float, y1: float, x2: float, y2: float, size: Size) -> Rect:
    """The rectangle between two points of a drag: whole pixels, inside the picture, first corner first."""
    rect = Rect(round(x1), round(y1), round(x2), round(y2)).normalised().clipped(*size)
    return Rect(float(rect.x1), float(rect.y1), float(rect.x2), float(rect.y2))


def is_box(rect: Rect) -> bool:
    """Whether a drawn rectangle is large enough to be meant."""
    return rect.width >= MIN_SIDE and rect.height >= MIN_SIDE


def moved(rect: Rect, dx: float, dy: float, size: Size) -> Rect:
    """The rectangle shifted by whole pixels; it keeps its size and stops at the picture's edge."""
    width, height = size
    dx = min(max(round(dx), -rect.x1), width - rect.x2)
    dy = min(max(round(dy), -rect.y1), height - rect.y2)
    return rect.translated(dx, dy)


def resized(rect: Rect, handle: Handle, x: float, y: float, size: Size) -> Rect:
    """The rectangle with one handle pulled to a point: clipped, at least `MIN_SIDE` wide, and free to turn over."""
    across, down = handle.value
    width, height = size
    x1, x2 = _pulled(rect.x1, rect.x2, across, x, width)
    y1, y2 = _pulled(rect.y1, rect.y2, down, y, height)
    return Rect(x1, y1, x2, y2)


def pasted(rect: Rect, offset: float, size: Size) -> Rect:
    """A copy a little lower and to the right, pushed back into the picture; larger than the picture: cut."""
    width, height = size
    shifted = rect.translated(offset, offset)
    back_x = min(0.0, width - shifted.x2)
    back_y = min(0.0, height - shifted.y2)
    return shifted.translated(back_x, back_y).clipped(width, height)


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
