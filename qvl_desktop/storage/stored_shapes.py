"""Shapes as the project keeps them.

Owns the columns of a region's shape and its token, fitted into the picture. Does not own what a shape is
(`core.shapes`) nor the rows (`regions`, `bulk`).
"""

from __future__ import annotations

import json

from qvl_desktop.core.box import GRID
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.placing import fit, fit_box


def stored_shape(shape: Shape, width: int, height: int) -> tuple[tuple[object, ...], str] | None:
    """kind, points and bounds of a shape as they are stored, and its token; None when nothing of it is inside.

    A box takes the short way here: a million times through `Shape.token` takes too long.
    """
    if shape.kind != "box":
        fitted = fit(shape, width, height)
        if fitted is None:
            return None
        bounds = fitted.bounds
        points = json.dumps(fitted.points, separators=(",", ":"))
        return (shape.kind, points, bounds.x1, bounds.y1, bounds.x2, bounds.y2), fitted.token(width, height)
    sides = fit_box(shape, width, height)
    if sides is None:
        return None
    x1, y1, x2, y2 = sides
    last = GRID - 1
    a, b = min(int(x1 * GRID / width + 0.5), last), min(int(y1 * GRID / height + 0.5), last)
    c, d = min(int(x2 * GRID / width + 0.5), last), min(int(y2 * GRID / height + 0.5), last)
    return ("box", "", x1, y1, x2, y2), f"<box>({a},{b}),({c},{d})</box>"
