"""A first look into a large COCO file, without reading it through.

Owns finding the pictures of the first annotations by their bytes. What it tells is for show: everything it finds is
decoded and checked, and where a file is written in a way that it does not expect, it finds less or nothing. Does not
own reading (`coco_reading`).
"""

from __future__ import annotations

import json
import mmap
import re
from pathlib import Path
from typing import Any

from qvl_desktop.formats.coco_annotation import shape_of
from qvl_desktop.formats.coco_reading import usual_places
from qvl_desktop.formats.placing import clean_ref, is_number
from qvl_desktop.formats.regions import PictureRecord, RegionRecord

ANNOTATIONS = 2000
"""So many are looked at."""

_PIECE = 4 << 20
"""Bytes that are decoded of one list at most."""

_DECODER = json.JSONDecoder()
_NEXT = re.compile(r"[\s,]*")


def first_records(path: Path, images: Path | None, count: int) -> list[PictureRecord]:
    """The pictures of the first annotations with those of their boxes that are among the first `ANNOTATIONS`; at most
    `count`. Raises nothing for a broken file: there is nothing to show of it then."""
    path = Path(path).absolute()
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _records(data, path, (images.absolute(),) if images else usual_places(path), count)
    except (OSError, ValueError):
        return []


def _records(data: mmap.mmap, path: Path, bases: tuple[Path, ...], count: int) -> list[PictureRecord]:
    names = {
        item["id"]: clean_ref(item["name"])
        for item in _items(data, "categories", _PIECE)
        if isinstance(item.get("name"), str) and type(item.get("id")) in (int, str)
    }
    found: dict[int | str, list[RegionRecord]] = {}
    for item in _items(data, "annotations", ANNOTATIONS):
        number: Any = item.get("image_id")
        shape = shape_of(item)
        known = type(number) in (int, str) and (number in found or len(found) < count)
        if known and shape is not None and item.get("category_id") in names:
            found.setdefault(number, []).append(RegionRecord(names[item["category_id"]], shape))
    pictures = _images(data, found)
    return [
        PictureRecord(image["file_name"], bases, tuple(found[number]), _side(image, "width"), _side(image, "height"))
        for number in found
        if (image := pictures.get(number)) is not None
    ]


def _side(image: dict[str, Any], key: str) -> int:
    side = image.get(key, 0)
    return int(side) if is_number(side) and side > 0 else 0


def _items(data: mmap.mmap, key: str, most: int) -> list[dict[str, Any]]:
    """The first members of the list under a key, as far as they lie in one piece."""
    start = _list(data, key)
    if start is None:
        return []
    text = data[start : start + _PIECE].decode("utf-8", "ignore")
    items: list[dict[str, Any]] = []
    position = 0
    while len(items) < most:
        at = _NEXT.match(text, position)
        try:
            item, position = _DECODER.raw_decode(text, at.end() if at else position)
        except (ValueError, RecursionError):
            break
        if isinstance(item, dict):
            items.append(item)
    return items


def _list(data: mmap.mmap, key: str) -> int | None:
    """Where the list under a key begins, behind its bracket."""
    place = re.compile(rb'"%s"\s*:\s*\[' % key.encode()).search(data)
    return place.end() if place else None


def _images(data: mmap.mmap, wanted: dict[int | str, list[RegionRecord]]) -> dict[int | str, dict[str, Any]]:
    """The images with these ids. They are looked for by what their ids look like in the file."""
    start = _list(data, "images")
    if start is None or not wanted:
        return {}
    ids = b"|".join(re.escape(json.dumps(number).encode()) for number in wanted)
    found: dict[int | str, dict[str, Any]] = {}
    for place in re.compile(rb'"id"\s*:\s*(?:%s)\s*[,}]' % ids).finditer(data, start):
        begin, end = data.rfind(b"{", start, place.start()), data.find(b"}", place.start())
        try:
            image = json.loads(data[begin : end + 1]) if 0 <= begin < end else None
        except ValueError:
            continue
        if isinstance(image, dict) and isinstance(image.get("file_name"), str) and image.get("id") in wanted:
            found.setdefault(image["id"], image)
            if len(found) == len(wanted):
                break
    return found
