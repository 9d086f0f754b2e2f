"""One COCO annotation and its shape, both ways.

Owns `[x, y, width, height]` in pixels (origin top left, continuous coordinates) and which keys of an annotation speak
of its shape. Does not own the file around it.

A quad or a point has no form of its own in COCO. A quad is written as its bounds and a polygon of four corners, a point
as a box without size; `"kind"` then says what it is, so that it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.placing import LARGEST, NUMBERS, is_number


def shape_of(annotation: Mapping[str, Any]) -> Shape | None:
    """The shape of an annotation, in pixels as the file counts; None when its `bbox` is no box."""
    bbox = annotation.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4:
        return None
    x, y, width, height = bbox
    for value in bbox:
        if type(value) not in NUMBERS or not -LARGEST < value < LARGEST:
            return None
    kind = annotation.get("kind")
    if width <= 0 or height <= 0:
        return Shape.of_point(float(x), float(y)) if kind == "point" and width == height == 0 else None
    if kind == "quad" and (corners := _four_corners(annotation.get("segmentation"))):
        return Shape.of_corners(corners)
    return Shape("box", ((x, y), (x + width, y + height)))


def _four_corners(segmentation: Any) -> list[tuple[float, float]] | None:
    match segmentation:
        case [[*values]] if len(values) == 8 and all(map(is_number, values)):
            return list(zip(values[::2], values[1::2], strict=True))
    return None


def shape_keys(shape: Shape) -> dict[str, Any]:
    """What an annotation says of a new or changed shape: all keys that belong to it."""
    bounds = shape.bounds
    keys: dict[str, Any] = {
        "bbox": [_plain(v) for v in (bounds.x1, bounds.y1, bounds.width, bounds.height)],
        "area": _plain(shape.area),
    }
    if shape.kind == "quad":
        keys["segmentation"] = [[_plain(v) for point in shape.points for v in point]]
    if shape.kind != "box":
        keys["kind"] = shape.kind
    return keys


def without_shape(annotation: Mapping[str, Any]) -> dict[str, Any]:
    """An annotation's other keys: its mask and area told of the shape it had."""
    return {key: value for key, value in annotation.items() if key not in ("segmentation", "kind", "area", "bbox")}


def _plain(value: float) -> int | float:
    """A number without float dust, whole ones as such; a millionth of a pixel is what the project keeps."""
    value = round(value, 6)
    return int(value) if value == int(value) else value
