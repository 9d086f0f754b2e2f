"""Regions on the system's clipboard, as JSON that other programs can read and write.

Owns the JSON, putting it there and understanding what is there: our JSON, or Qwen-VL text with boxes. Does not own what
is pasted where (`editing`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtWidgets import QApplication

from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.shapes import CORNERS, Shape
from qvl_desktop.core.tokens import BoxToken, QuadToken, Ref, Text, parse
from qvl_desktop.storage.rows import PictureRow, RegionRow

MIME = "application/x-qvl-regions+json"
_KIND = "qvl-desktop regions"

Items = list[tuple[str, Shape]]


def put(picture: PictureRow, rows: Iterable[RegionRow]) -> None:
    """Put regions on the clipboard, in pixels of their picture."""
    text = to_text(picture, rows)
    data = QMimeData()
    data.setData(MIME, QByteArray(text.encode()))
    data.setText(text)
    QApplication.clipboard().setMimeData(data)


def get(width: int, height: int) -> Items:
    """The regions on the clipboard, for a picture of this size; empty when there are none."""
    data = QApplication.clipboard().mimeData()
    own = data.data(MIME).data() if data.hasFormat(MIME) else b""
    return from_text(bytes(own).decode("utf-8", "replace") or data.text(), width, height)


def to_text(picture: PictureRow, rows: Iterable[RegionRow]) -> str:
    """The JSON of regions: kind, ref, points in pixels of the upright picture, and the token."""
    regions = [
        {"ref": row.ref, "kind": row.kind, "points": [list(point) for point in row.shape.points], "token": row.token}
        for row in rows
    ]
    about = {"path": picture.path, "width": picture.width, "height": picture.height}
    content = {"kind": _KIND, "version": 1, "picture": about, "regions": regions}
    return json.dumps(content, ensure_ascii=False, indent=1)


def from_text(text: str, width: int, height: int) -> Items:
    """The regions in a text: our JSON, or Qwen-VL text whose boxes are decoded for a picture of this size.

    What is neither gives nothing; a region that cannot be understood is left out.
    """
    if "<box>" in text or "<quad>" in text:
        try:
            content = json.loads(text)
        except ValueError:
            return _from_tokens(text, width, height)
    else:
        try:
            content = json.loads(text) if text.lstrip().startswith("{") else None
        except ValueError:
            return []
    if not isinstance(content, dict) or content.get("kind") != _KIND or not isinstance(content.get("regions"), list):
        return []
    items = [_item(region) for region in content["regions"]]
    return [item for item in items if item is not None]


def _item(region: Any) -> tuple[str, Shape] | None:
    if not isinstance(region, dict) or region.get("kind") not in CORNERS or not isinstance(region.get("ref"), str):
        return None
    try:
        points = tuple((float(x), float(y)) for x, y in region["points"])
        shape = Shape(region["kind"], points)
    except (KeyError, TypeError, ValueError, BoxError):
        return None
    finite = all(abs(value) < 1e9 for point in points for value in point)
    return (region["ref"], shape) if finite else None


def _from_tokens(text: str, width: int, height: int) -> Items:
    items: Items = []
    ref = ""
    for segment in parse(text):
        match segment:
            case Ref(words):
                ref = " ".join(words.split())
            case BoxToken(box):
                items.append((ref, Shape.decode(box, width, height)))
            case QuadToken(quad):
                items.append((ref, Shape.decode(quad, width, height)))
            case Text(words) if not words.strip(" ,，、\n"):
                pass
            case _:
                ref = ""
    return [(ref, shape) for ref, shape in items if shape.stands]
