"""Writing COCO: what came from COCO goes out as it came, except what was changed in the meantime.

Owns ids, categories and the order of the file. Holds one picture at a time: annotations go to a second file until the
pictures are written.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import Any, TextIO

from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.base import relative_picture
from qvl_desktop.formats.coco_annotation import shape_keys, shape_of, without_shape
from qvl_desktop.formats.files import writing
from qvl_desktop.formats.placing import clean_ref, dump, is_where_it_was, shape_in_file
from qvl_desktop.formats.regions import OutPicture, RegionRecord, RegionSource, WriteOptions, Written

Id = int | str


def write_coco(target: Path, source: RegionSource, options: WriteOptions) -> Written:
    """Write a COCO file; see `RegionFormat.write`. Nothing is copied: a COCO file only names its pictures."""
    target = Path(target).absolute()
    header = source.header
    categories = _Categories(header.get("categories", []), source.refs())
    pictures, regions = _Ids(source.largest_id("pictures")), _Ids(source.largest_id("regions"))
    names = _FileNames(target.parent)
    counts = [0, 0]
    with writing(target) as file, TemporaryFile("w+", encoding="utf-8", newline="\n") as later:
        file.write("{\n")
        for key, value in header.items():
            if key not in ("images", "annotations", "categories"):
                file.write(f"{dump(key)}: {dump(value)},\n")
        file.write(f'"categories": {dump(categories.all)},\n"images": [')
        for picture in source.pictures():
            number = pictures.take(picture.raw.get("id"))
            _write_item(file, counts[0], {**picture.raw, **_picture_keys(picture, number, names)})
            counts[0] += 1
            for region in (*picture.regions, *(RegionRecord("", _NOWHERE, kept) for kept in picture.aside)):
                annotation = region.raw if region.shape is _NOWHERE else _annotation(region, picture, categories)
                own = {"id": regions.take(annotation.get("id")), "image_id": number}
                if annotation is region.raw and region.raw_text and own.items() <= annotation.items():
                    later.write((",\n" if counts[1] else "\n") + region.raw_text)
                else:
                    whole = {**annotation, **own} if "id" in annotation else {**own, **annotation}
                    _write_item(later, counts[1], whole)
                counts[1] += 1
        file.write('\n],\n"annotations": [')
        later.seek(0)
        shutil.copyfileobj(later, file)
        file.write("\n]\n}\n")
    return Written(counts[0], counts[1])


def _write_item(file: TextIO, before: int, value: Mapping[str, Any]) -> None:
    file.write((",\n" if before else "\n") + dump(value))


def _picture_keys(picture: OutPicture, number: Id, names: _FileNames) -> dict[str, Any]:
    """What must be right of an image; the file's own size stays."""
    keys: dict[str, Any] = {"id": number, "file_name": names.of(picture)}
    if not picture.raw:
        keys |= {"width": picture.width, "height": picture.height}
    return keys


_NOWHERE = Shape.of_point(-1, -1)
"""Stands for the shape of what is kept aside."""


def _annotation(region: RegionRecord, picture: OutPicture, categories: _Categories) -> Mapping[str, Any]:
    """The annotation of a region; `region.raw` itself when nothing has changed."""
    kept = region.raw.get("category_id")
    category = categories.of(region.ref, kept)
    if region.raw and is_where_it_was(region, shape_of(region.raw), picture):
        return region.raw if kept == category else {**region.raw, "category_id": category}
    shape = shape_keys(shape_in_file(region, picture))
    if not region.raw:
        return {"category_id": category, **shape, "iscrowd": 0}
    return {**without_shape(region.raw), "category_id": category, **shape}


class _Categories:
    """Which category a ref is: the ones that came from COCO keep their ids, new refs get the next free one."""

    def __init__(self, known: list[dict[str, Any]], refs: list[str]) -> None:
        self.all = list(known)
        self._names = {item["id"]: clean_ref(item["name"]) for item in known}
        self._ids: dict[str, Id] = {}
        for number, name in self._names.items():
            self._ids.setdefault(name, number)
        free = max((number for number in self._names if isinstance(number, int)), default=0) + 1
        for ref in refs:
            if ref not in self._ids:
                self._ids[ref] = free
                self.all.append({"id": free, "name": ref})
                free += 1

    def of(self, ref: str, kept: Any) -> Id:
        """The id of a ref; `kept` stays where it names the same (two categories may have one name)."""
        if isinstance(kept, (int, str)) and self._names.get(kept) == ref:
            return kept
        return self._ids[ref]


class _FileNames:
    """What the file calls its pictures: as it came, while that still tells of this picture and of no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def of(self, picture: OutPicture) -> str:
        """The name of one more picture."""
        name = picture.raw.get("file_name")
        if (
            not isinstance(name, str)
            or name in self._taken
            or PurePosixPath(name.replace("\\", "/")).name != picture.file.name
        ):
            name = relative_picture(picture.file, self._folder)
        self._taken.add(name)
        return name


class _Ids:
    """Ids that came along stay, unless another record has taken them; others get the next free number."""

    def __init__(self, largest: int) -> None:
        self._next = largest + 1
        self._taken: set[Id] = set()

    def take(self, wanted: Any) -> Id:
        """The id for a record that came with `wanted`."""
        if isinstance(wanted, (int, str)) and wanted not in self._taken:
            self._taken.add(wanted)
            return wanted
        self._next += 1
        return self._next - 1
