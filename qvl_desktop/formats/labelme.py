"""LabelMe: a JSON file a picture, beside it.

Owns both ways, for one file or a folder of them. What a shape's numbers mean is in `labelme_shape`. A picture inside a
file (`imageData`) is not read, and never written. Keys that nobody knows are kept, and so are shapes that have no
counterpart here: they go out again with the others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Problem, relative_picture
from qvl_desktop.formats.files import Names, claim_folder, copy_picture, inside, write_text
from qvl_desktop.formats.json_window import open_window, take_value
from qvl_desktop.formats.labelme_shape import is_outline, new_shape, shape_keys, shape_of
from qvl_desktop.formats.placing import clean_ref, is_number, is_where_it_was, shape_in_file
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.regions import (
    Advance,
    Note,
    OutPicture,
    PictureRecord,
    RegionFormat,
    RegionItem,
    RegionRecord,
    RegionSource,
    WriteOptions,
    Written,
)

VERSION = "7.9.1"
"""The version of LabelMe whose files ours are like."""

_TOLD_EVERY = 100
_LOOKED_AT = 20


def read_labelme(path: Path, images: Path | None = None) -> Iterator[RegionItem]:
    """The pictures and shapes of a file or folder; see `RegionFormat.read`."""
    path = Path(path).absolute()
    root = path if path.is_dir() else path.parent
    files = sorted(_json_files(root)) if path.is_dir() else [path]
    if not files:
        raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: there are no JSON files in this folder."), path=path)
    aside = outlines = 0
    for number, file in enumerate(files, start=1):
        for item in _file(file, root, images.absolute() if images else None):
            if isinstance(item, PictureRecord):
                aside += len(item.aside)
                outlines += sum(is_outline(region.raw) for region in item.regions)
            yield item
        if number % _TOLD_EVERY == 0:
            yield Advance(number, len(files))
    for count, template in ((aside, _ASIDE), (outlines, _OUTLINES)):
        if count:
            yield Note(path.name, template, {"count": count})


_ASIDE = QT_TRANSLATE_NOOP(
    "formats",
    "shapes without a counterpart here (circles, lines, masks): {count}. They go into the next LabelMe export.",
)
_OUTLINES = QT_TRANSLATE_NOOP(
    "formats",
    "polygons that became the boxes around them: {count}. While a box stays, its polygon goes out again.",
)


def _json_files(folder: Path) -> Iterator[Path]:
    return (
        Path(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(".json") and not name.startswith(".")
    )


def _file(file: Path, root: Path, images: Path | None) -> Iterator[RegionItem]:
    source = inside(file, root) or file.name
    try:
        with open_window(file) as window:
            document = take_value(window)
    except DataError as error:
        yield Problem(source, QT_TRANSLATE_NOOP("formats", "{reason}"), {"reason": error})
        return
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        yield Problem(source, QT_TRANSLATE_NOOP("formats", "this is no LabelMe file, it has no “shapes”."), {})
        return
    regions: list[RegionRecord] = []
    aside: list[Any] = []
    for number, value in enumerate(document["shapes"], start=1):
        where = f"{source}, shape {number}"
        try:
            region = _region(value, where)
        except BadRecord as reason:
            yield Problem(where, reason.template, reason.values)
        else:
            if region is None:
                aside.append(value)
            else:
                regions.append(region)
    name = document.get("imagePath")
    own = {key: value for key, value in document.items() if key not in ("shapes", "imageData")}
    yield PictureRecord(
        name if isinstance(name, str) and name.strip() else file.stem,
        (images, images / file.parent.relative_to(root)) if images else (file.parent,),
        tuple(regions),
        _side(document.get("imageWidth")),
        _side(document.get("imageHeight")),
        reviewed=not document["shapes"],
        raw={"file": source, "document": own},
        aside=tuple(aside),
        source=source,
    )


def _side(value: Any) -> int:
    return int(value) if is_number(value) and value > 0 else 0


def _region(value: Any, source: str) -> RegionRecord | None:
    if not isinstance(value, dict) or not isinstance(value.get("label"), str):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "a shape needs a “label”."))
    shape = shape_of(value)
    return None if shape is None else RegionRecord(clean_ref(value["label"]), shape, value, source)


def write_labelme(target: Path, source: RegionSource, options: WriteOptions) -> Written:
    """Write a folder of JSON files; see `RegionFormat.write`. A picture without regions gets one only when it is done.

    A picture that lies in the folder gets its file beside it; for others the folders of their names are made.
    """
    target = Path(target).absolute()
    claim_folder(target, force=options.force)
    names = Names()
    pictures = regions = absent = 0
    for picture in source.pictures():
        pictures += 1
        place = names.place(_place(picture, target))
        file = target / place.with_suffix(".json")
        copy = file.with_name(place.stem + picture.file.suffix)
        if options.copy_images:
            absent += not copy_picture(picture.file, copy)
        if not (picture.regions or picture.aside or picture.reviewed or picture.raw):
            continue
        regions += len(picture.regions)
        named = copy if options.copy_images else picture.file
        document = _document(picture, relative_picture(named, file.parent))
        write_text(file, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    notes = [Note(target.name, _NOT_READ, {"count": absent})] if absent else []
    return Written(pictures, regions, tuple(notes))


_NOT_READ = QT_TRANSLATE_NOOP("formats", "pictures not found, and not copied: {count}.")


def _place(picture: OutPicture, target: Path) -> str:
    """Where in the folder the picture's file goes, with the picture's ending."""
    here = inside(picture.file, target)
    if here is None and (kept := picture.raw.get("file")):
        return str(PurePosixPath(str(kept)).with_suffix(picture.file.suffix))
    return here or picture.name


def _document(picture: OutPicture, path: str) -> dict[str, Any]:
    kept = picture.raw.get("document") or {}
    document = {"version": VERSION, "flags": {}, **kept}
    document["shapes"] = [*(_shape(region, picture) for region in picture.regions), *picture.aside]
    document["imagePath"] = path
    document["imageData"] = None
    if not picture.turned:
        document["imageHeight"], document["imageWidth"] = picture.height, picture.width
    order = ("version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth")
    return {key: document[key] for key in order if key in document} | document


def _shape(region: RegionRecord, picture: OutPicture) -> Any:
    if not region.raw:
        return new_shape(region.ref, shape_in_file(region, picture))
    value = dict(region.raw)
    if clean_ref(str(value.get("label"))) != region.ref:
        value["label"] = region.ref
    try:
        before = shape_of(region.raw)
    except BadRecord:
        before = None
    if not is_where_it_was(region, before, picture):
        value |= shape_keys(shape_in_file(region, picture))
    return value


def recognises_labelme(path: Path, head: str) -> bool:
    """Whether a path is a LabelMe file, or a folder with one among its first JSON files."""
    if path.is_file():
        return path.suffix.lower() == ".json" and _looks_like(head)
    return any(_looks_like(_head(file)) for file in islice(_json_files(path), _LOOKED_AT))


def _looks_like(head: str) -> bool:
    return '"shapes"' in head and ('"imagePath"' in head or '"shape_type"' in head or '"imageData"' in head)


def _head(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(64 * 1024).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""


LABELME = RegionFormat(
    name="labelme",
    label=QT_TRANSLATE_NOOP("formats", "LabelMe"),
    suffixes=(".json",),
    folder=True,
    read=read_labelme,
    write=write_labelme,
    recognises=recognises_labelme,
)
