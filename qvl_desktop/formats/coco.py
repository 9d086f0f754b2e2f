"""COCO: one JSON file with `images`, `annotations` and `categories`.

Owns the format's entry: how it is recognised and how the categories of two files meet. Reading is in `coco_reading`,
writing in `coco_writing`, the numbers of one annotation in `coco_annotation`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.coco_peek import first_records
from qvl_desktop.formats.coco_reading import read_coco
from qvl_desktop.formats.coco_writing import write_coco
from qvl_desktop.formats.placing import clean_ref
from qvl_desktop.formats.regions import RegionFormat, keep_first


def merge_header(name: str, old: Any, new: Any) -> Any:
    """Categories meet by name, and one whose id is taken gets the next free one; of all else, what is there stays."""
    if name != "categories" or not isinstance(old, list) or not isinstance(new, list):
        return keep_first(name, old, new)
    names = {clean_ref(item["name"]) for item in old}
    ids = {item["id"] for item in old}
    free = max((number for item in (*old, *new) if isinstance(number := item["id"], int)), default=0) + 1
    merged = list(old)
    for item in new:
        if clean_ref(item["name"]) in names:
            continue
        if item["id"] in ids:
            item, free = {**item, "id": free}, free + 1
        names.add(clean_ref(item["name"]))
        ids.add(item["id"])
        merged.append(item)
    return merged


def recognises_coco(path: Path, head: str) -> bool:
    """Whether a JSON file begins like COCO."""
    if path.suffix.lower() != ".json" or not head.lstrip().startswith("{"):
        return False
    if '"annotations"' in head and ('"image_id"' in head or '"images"' in head):
        return True
    return '"images"' in head and '"file_name"' in head


COCO = RegionFormat(
    name="coco",
    label=QT_TRANSLATE_NOOP("formats", "COCO"),
    suffixes=(".json",),
    folder=False,
    read=read_coco,
    write=write_coco,
    recognises=recognises_coco,
    merge=merge_header,
    peek=first_records,
)
