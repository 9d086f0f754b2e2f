"""Where the card goes: beside what it speaks of, never on it.

Owns the geometry, as plain functions of rectangles in one coordinate system (device-independent pixels). Does not own
widgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QSize

GAP = 18
"""Pixels between the card and what it speaks of: room for the outline and an arrow."""
MARGIN = 8
"""Pixels between the card and the edge of the window."""


def place_card(area: QRect, size: QSize, target: QRect | None, free: Sequence[QRect] = ()) -> QPoint:
    """The upper left corner of the card inside `area`.

    Without a target: the lower right corner, a calm place. Else beside the target, or farther away in the same
    direction, wherever the least of `free` is hidden, then where it is nearest. Never on the target while there is any
    other place; in an area too small for that, where it hides the least of it.
    """
    inner = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    if target is None:
        return _inside(inner, size, inner.bottomRight())
    shy = target.adjusted(-GAP // 2, -GAP // 2, GAP // 2, GAP // 2)
    places = list(dict.fromkeys(_candidates(inner, size, target, free)))
    fitting = [place for place in places if not QRect(place, size).intersects(shy)]
    if not fitting:
        return min(places, key=lambda place: _common(QRect(place, size), target))

    def price(place: QPoint) -> tuple[int, int]:
        card = QRect(place, size)
        return sum(_common(card, one) for one in free), _distance(card, target)

    return min(fitting, key=price)


def arrow(card: QRect, target: QRect) -> tuple[QPointF, QPointF] | None:
    """The line from the card's edge to the target's, the shortest there is; None where they touch."""
    begin, end = QPointF(), QPointF()
    for at, until in ((card, target),):
        begin.setX(_towards(at.left(), at.right(), until.left(), until.right()))
        begin.setY(_towards(at.top(), at.bottom(), until.top(), until.bottom()))
    end.setX(min(max(begin.x(), float(target.left())), float(target.right())))
    end.setY(min(max(begin.y(), float(target.top())), float(target.bottom())))
    return None if (begin - end).manhattanLength() < GAP / 3 else (begin, end)


def _towards(low: int, high: int, other_low: int, other_high: int) -> float:
    """The coordinate on [low, high] from which to set out: the middle of what both have, else the nearer end."""
    first, last = max(low, other_low), min(high, other_high)
    if first <= last:
        return (first + last) / 2
    return float(high if other_low > high else low)


def _candidates(inner: QRect, size: QSize, target: QRect, free: Sequence[QRect]) -> Iterator[QPoint]:
    bases = [target]
    for one in free:
        bases.append(target.united(one))
    for base in bases:
        right, left = base.right() + GAP, base.left() - GAP - size.width()
        below, above = base.bottom() + GAP, base.top() - GAP - size.height()
        middle = target.center() - QPoint(size.width() // 2, size.height() // 2)
        tops = (middle.y(), target.top(), target.bottom() - size.height())
        lefts = (middle.x(), target.left(), target.right() - size.width())
        for x in (right, left):
            for y in tops:
                yield _inside(inner, size, QPoint(x, y))
        for y in (below, above):
            for x in lefts:
                yield _inside(inner, size, QPoint(x, y))
    for corner in (inner.bottomRight(), inner.topRight(), inner.bottomLeft(), inner.topLeft()):
        yield _inside(inner, size, corner)


def _inside(inner: QRect, size: QSize, place: QPoint) -> QPoint:
    x = max(inner.left(), min(place.x(), inner.right() - size.width() + 1))
    y = max(inner.top(), min(place.y(), inner.bottom() - size.height() + 1))
    return QPoint(x, y)


def _common(first: QRect, second: QRect) -> int:
    both = first & second
    return both.width() * both.height() if both.isValid() else 0


def _distance(card: QRect, target: QRect) -> int:
    across = max(0, target.left() - card.right(), card.left() - target.right())
    down = max(0, target.top() - card.bottom(), card.top() - target.bottom())
    return across + down
