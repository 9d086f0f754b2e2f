"""Pascal VOC: an XML file a picture in `Annotations`, pictures in `JPEGImages`, splits in `ImageSets/Main`.

Owns reading such a folder (or one file, or a folder of XML files beside their pictures) and the format's entry. The
numbers of an object are in `voc_object`, writing is in `voc_writing`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.files import inside
from qvl_desktop.formats.placing import clean_ref
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.regions import Advance, PictureRecord, RegionFormat, RegionItem, RegionRecord
from qvl_desktop.formats.voc_object import shape_of, whole_number
from qvl_desktop.formats.voc_writing import write_voc
from qvl_desktop.formats.xml_tree import Element, read_xml, with_children

_TOLD_EVERY = 200


def read_voc(path: Path, images: Path | None = None) -> Iterator[RegionItem]:
    """The pictures and objects of a VOC folder or file; see `RegionFormat.read`."""
    path = Path(path).absolute()
    if path.is_file():
        root = path.parent.parent if path.parent.name == "Annotations" else path.parent
        files = [path]
    else:
        root = path.parent if path.name == "Annotations" else path
        below = root / "Annotations" if (root / "Annotations").is_dir() else root
        files = sorted(Path(place, name) for place, _, names in os.walk(below) for name in names if _is_xml(name))
        if not files:
            raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: there are no XML files in this folder."), path=path)
    splits = _splits(root)
    for number, file in enumerate(files, start=1):
        yield from _file(file, root, splits, images.absolute() if images else None)
        if number % _TOLD_EVERY == 0:
            yield Advance(number, len(files))


def _is_xml(name: str) -> bool:
    return name.lower().endswith(".xml") and not name.startswith(".")


def _splits(root: Path) -> dict[str, Split]:
    """The split of each name in `ImageSets/Main`; where train and val are told, trainval says nothing more."""
    found: dict[str, Split] = {}
    marked: dict[str, Split] = {}
    for split in SPLITS:
        file = root / "ImageSets" / "Main" / f"{split}.txt"
        if file.is_file():
            for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
                name, _, mark = line.strip().rpartition(" ")
                if mark in ("1", "0", "-1"):  # a list of one class, unless the name ends so
                    marked.setdefault(name.strip(), split)
                if line.strip():
                    found.setdefault(line.strip(), split)
    return marked | found


def _file(file: Path, root: Path, splits: dict[str, Split], images: Path | None) -> Iterator[RegionItem]:
    source = inside(file, root) or file.name
    try:
        tree = read_xml(file)
    except DataError as error:
        yield Problem(source, QT_TRANSLATE_NOOP("formats", "{reason}"), {"reason": error})
        return
    if tree.tag != "annotation":
        yield Problem(
            source, QT_TRANSLATE_NOOP("formats", "this is no VOC annotation, but <{tag}>."), {"tag": tree.tag}
        )
        return
    regions = []
    for number, element in enumerate(tree.all("object"), start=1):
        where = f"{source}, object {number}"
        try:
            ref = clean_ref(element.text_of("name"))
            regions.append(RegionRecord(ref, shape_of(element), {"object": element.as_json()}, where))
        except BadRecord as reason:
            yield Problem(where, reason.template, reason.values)
    below = file.relative_to(root / "Annotations") if inside(file, root / "Annotations") else file.relative_to(root)
    stem = below.with_suffix("").as_posix()
    size = tree.find("size") or Element("size")
    usual = (root / "JPEGImages" / below.parent, file.parent, root / "JPEGImages", root / "images")
    bases = (images / below.parent, images) if images else usual
    yield PictureRecord(
        tree.text_of("filename") or stem,
        tuple(dict.fromkeys(bases)),
        tuple(regions),
        whole_number(size.text_of("width")),
        whole_number(size.text_of("height")),
        split=splits.get(stem, splits.get(below.stem, "")),
        reviewed=tree.find("object") is None,
        raw={"file": below.as_posix(), "annotation": with_children(tree, "object", []).as_json()},
        source=source,
    )


def recognises_voc(path: Path, head: str) -> bool:
    """Whether a path is an XML annotation, or a folder of them."""
    if path.is_file():
        return path.suffix.lower() == ".xml" and "<annotation" in head
    if (path / "Annotations").is_dir() or path.name == "Annotations":
        return True
    with os.scandir(path) as entries:
        return any(_is_xml(entry.name) for entry in entries)


VOC = RegionFormat(
    name="voc",
    label=QT_TRANSLATE_NOOP("formats", "Pascal VOC"),
    suffixes=(".xml",),
    folder=True,
    read=read_voc,
    write=write_voc,
    recognises=recognises_voc,
)
