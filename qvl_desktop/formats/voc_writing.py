"""Writing Pascal VOC: what came from VOC goes out as it came, except what was changed in the meantime.

Owns the files of the folder. A VOC object is a box: a quad is written as the box around it, a point is left out.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from qvl_desktop.core.dataset import SPLITS
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.files import Names, claim_folder, copy_picture, write_text
from qvl_desktop.formats.placing import clean_ref, is_where_it_was, shape_in_file
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.regions import Note, OutPicture, RegionRecord, RegionSource, WriteOptions, Written
from qvl_desktop.formats.voc_object import changed_object, new_object, shape_of
from qvl_desktop.formats.xml_tree import Element

_POINTS = QT_TRANSLATE_NOOP("formats", "points left out: {count}. VOC has boxes only.")
_QUADS = QT_TRANSLATE_NOOP("formats", "quads written as the boxes around them: {count}. VOC has no other shape.")
_NOT_COPIED = QT_TRANSLATE_NOOP(
    "formats", "pictures not in JPEGImages: {count}. Write with copies (--copy-images), or put them there yourself."
)


def write_voc(target: Path, source: RegionSource, options: WriteOptions) -> Written:
    """Write a folder; see `RegionFormat.write`. A picture without regions gets a file only when it is done."""
    target = Path(target).absolute()
    claim_folder(target, force=options.force)
    names = Names()
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    counts = {"pictures": 0, "regions": 0, "point": 0, "quad": 0, "absent": 0}
    for picture in source.pictures():
        kept = str(picture.raw.get("file") or "")
        stem = names.place(kept or _name(picture)).with_suffix("").as_posix()
        file_name = stem + picture.file.suffix
        if picture.split:
            splits[picture.split].append(stem)
        place = target / "JPEGImages" / file_name
        there = copy_picture(picture.file, place) if options.copy_images else place.is_file()
        counts["absent"] += not there
        counts["pictures"] += 1
        if not (picture.regions or picture.reviewed or picture.raw):
            continue
        objects = []
        for region in picture.regions:
            if region.shape.kind in counts:
                counts[region.shape.kind] += 1
            if region.shape.kind != "point":
                objects.append(_object(region, picture))
        counts["regions"] += len(objects)
        tree = _annotation(picture, file_name)
        tree.children += objects
        write_text(target / "Annotations" / f"{stem}.xml", tree.write())
    for split, stems in splits.items():
        if stems:
            write_text(target / "ImageSets" / "Main" / f"{split}.txt", "".join(f"{stem}\n" for stem in stems))
    notes = [
        Note(target.name, template, {"count": counts[what]})
        for what, template in (("point", _POINTS), ("quad", _QUADS), ("absent", _NOT_COPIED))
        if counts[what]
    ]
    return Written(counts["pictures"], counts["regions"], tuple(notes))


def _name(picture: OutPicture) -> str:
    """A new name: the picture's own, with what lies below `JPEGImages` where it does."""
    parts = PurePosixPath(picture.name).parts
    below = parts[parts.index("JPEGImages") + 1 :] if "JPEGImages" in parts else parts
    return "/".join(below or parts)


def _annotation(picture: OutPicture, file_name: str) -> Element:
    if picture.raw.get("annotation"):
        tree = Element.from_json(picture.raw["annotation"])
        if PurePosixPath(tree.text_of("filename").replace("\\", "/")).name != picture.file.name:
            tree.put("filename", file_name)
        return tree
    size = (("width", str(picture.width)), ("height", str(picture.height)), ("depth", "3"))
    return Element(
        "annotation",
        children=[
            Element("folder", "JPEGImages"),
            Element("filename", file_name),
            Element("size", children=[Element(tag, text) for tag, text in size]),
            Element("segmented", "0"),
        ],
    )


def _object(region: RegionRecord, picture: OutPicture) -> Element:
    kept = region.raw.get("object")
    if not kept:
        return new_object(region.ref, shape_in_file(region, picture))
    element = Element.from_json(kept)
    name = None if clean_ref(element.text_of("name")) == region.ref else region.ref
    try:
        stays = is_where_it_was(region, shape_of(element), picture)
    except BadRecord:
        stays = False
    return changed_object(element, name, None if stays else shape_in_file(region, picture))
