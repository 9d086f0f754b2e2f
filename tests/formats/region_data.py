"""Helpers for the tests of region formats: pictures on the disk, a project, the way in and out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from qvl_desktop.formats.regions import RegionFormat, WriteOptions, Written
from qvl_desktop.formats.registry import format_named
from qvl_desktop.storage.exporting import export_regions
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport


def picture(file: Path, size: tuple[int, int] = (640, 480), orientation: int = 1) -> Path:
    """A picture of that size, as it lies on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if orientation != 1:
        exif[0x0112] = orientation
    Image.new("RGB", size, (60, 90, 120)).save(file, exif=exif)
    return file


def region_format(name: str) -> RegionFormat:
    """A format of regions by its name."""
    found = format_named(name)
    assert isinstance(found, RegionFormat)
    return found


def bring_in(project: Project, name: str, source: Path, images: Path | None = None) -> ImportReport:
    """Import in the format of that name."""
    return import_regions(project, source, region_format(name), images)


def put_out(project: Project, name: str, target: Path, **options: bool) -> Written:
    """Export in the format of that name."""
    return export_regions(project, region_format(name), target, None, WriteOptions(**options))


def write_json(path: Path, value: object) -> Path:
    """A JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def coco(
    images: Iterable[dict[str, Any]], annotations: Iterable[Any], names: Iterable[str] = ("cat",), **more: Any
) -> dict[str, Any]:
    """A COCO document whose categories count from 1."""
    categories = [{"id": number, "name": name} for number, name in enumerate(names, start=1)]
    return {**more, "images": list(images), "annotations": list(annotations), "categories": categories}


def image(number: int, name: str, size: tuple[int, int] = (640, 480), **more: Any) -> dict[str, Any]:
    """One of COCO's images."""
    return {"id": number, "file_name": name, "width": size[0], "height": size[1], **more}


def annotation(number: int, picture_id: int, bbox: Any, category: int = 1, **more: Any) -> dict[str, Any]:
    """One of COCO's annotations."""
    return {"id": number, "image_id": picture_id, "category_id": category, "bbox": bbox, **more}


def files_below(folder: Path) -> dict[str, bytes]:
    """Everything in a folder, by relative name."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
