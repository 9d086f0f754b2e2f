"""One LabelMe shape, both ways.

Owns which shape types have a counterpart here: a rectangle (two corners, or four in files of related tools) is a box, a
polygon of four corners and a rotation are quads, a point is a point; a polygon of another number of corners becomes the
box around it. Circles, lines, masks and the like have none. Coordinates are pixels between edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.placing import is_number
from qvl_desktop.formats.records import BadRecord

WITHOUT_COUNTERPART = frozenset({"circle", "line", "linestrip", "points", "mask", "cuboid", "cuboid2"})


def shape_of(value: Mapping[str, Any]) -> Shape | None:
    """The shape, in pixels; None when its type has no counterpart here. Raises `BadRecord` when it is broken."""
    kind = value.get("shape_type") or "polygon"
    if kind in WITHOUT_COUNTERPART:
        return None
    points = _points(value.get("points"))
    if kind == "point" and len(points) == 1:
        return Shape("point", points)
    if kind == "rectangle" and len(points) in (2, 4):
        if len(points) == 2:
            return Shape("box", points).normalised()
        return _around(points)
    if kind in ("polygon", "rotation", "quadrilateral") and len(points) == 4:
        return Shape("quad", points)
    if kind == "polygon" and len(points) >= 3:
        return _around(points)
    raise BadRecord(
        QT_TRANSLATE_NOOP("formats", "a “{kind}” of {count} points is not known."),
        kind=str(kind)[:40],
        count=len(points),
    )


def is_outline(value: Mapping[str, Any]) -> bool:
    """Whether the shape is a polygon that only its bounds stand for."""
    points = value.get("points")
    return (value.get("shape_type") or "polygon") == "polygon" and isinstance(points, list) and len(points) != 4


def _around(points: tuple[tuple[float, float], ...]) -> Shape:
    xs, ys = zip(*points, strict=True)
    return Shape("box", ((min(xs), min(ys)), (max(xs), max(ys))))


def _points(value: Any) -> tuple[tuple[float, float], ...]:
    if not isinstance(value, list):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "it has no “points”."))
    points = []
    for point in value:
        if not isinstance(point, list) or len(point) != 2 or not all(map(is_number, point)):
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "“points” must be pairs of numbers."))
        points.append((float(point[0]), float(point[1])))
    return tuple(points)


def shape_keys(shape: Shape) -> dict[str, Any]:
    """What a new or changed shape says: its points (two for a rectangle, as LabelMe 7 wants them) and its type."""
    kind = {"box": "rectangle", "quad": "polygon", "point": "point"}[shape.kind]
    return {"points": [[x, y] for x, y in shape.points], "shape_type": kind}


def new_shape(label: str, shape: Shape) -> dict[str, Any]:
    """A shape that did not come from LabelMe, with every key that LabelMe 7 writes."""
    keys = shape_keys(shape)
    return {
        "label": label,
        "points": keys["points"],
        "group_id": None,
        "description": "",
        "shape_type": keys["shape_type"],
        "flags": {},
        "mask": None,
    }
