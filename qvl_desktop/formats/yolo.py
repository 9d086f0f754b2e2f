"""YOLO: a yaml with the names, pictures in `images`, and a text file of rows for each in `labels`.

Owns reading such a data set and the format's entry. Where the parts are is found by `yolo_layout`, the numbers of a row
are read by `yolo_rows`, writing is in `yolo_writing`. Shares count from the upright picture, as its trainers see it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.files import inside
from qvl_desktop.formats.placing import clean_ref
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.regions import (
    Advance,
    Header,
    Note,
    PictureRecord,
    RegionFormat,
    RegionItem,
    RegionRecord,
    keep_first,
)
from qvl_desktop.formats.yolo_layout import Layout, Part, find_layout, find_yaml, is_yolo_yaml, label_of
from qvl_desktop.formats.yolo_rows import parse_row
from qvl_desktop.formats.yolo_writing import write_yolo

_TOLD_EVERY = 200
_NO_LABELS = frozenset({"classes.txt", "train.txt", "val.txt", "test.txt"})
"""Text files that stand beside labels."""


def read_yolo(path: Path, images: Path | None = None) -> Iterator[RegionItem]:
    """The pictures and rows of a data set, by its folder or its yaml; see `RegionFormat.read`.

    An empty label file says that somebody looked and there is nothing; none at all says nothing.
    """
    reading = _Reading(find_layout(Path(path)), images.absolute() if images else None)
    yield from reading.items()


class _Reading:
    """One data set being read."""

    def __init__(self, layout: Layout, images: Path | None) -> None:
        self._layout = layout
        self._images = images
        self._names = dict(layout.names) if layout.names is not None else None
        self._nameless: set[int] = set()
        self._polygons = 0

    def items(self) -> Iterator[RegionItem]:
        """Everything, in order."""
        layout = self._layout
        source = layout.file.name if layout.file else layout.root.name
        total = sum(len(part.pictures) for part in layout.parts)
        done = 0
        for part in layout.parts:
            if part.missing:
                template = QT_TRANSLATE_NOOP(
                    "formats", "there is no “{entry}”, where it says the pictures of {split} are."
                )
                yield Problem(source, template, {"entry": part.entry, "split": part.split})
            labels: set[Path] = set()
            for picture in part.pictures:
                label = label_of(picture)
                labels.add(label)
                yield from self._picture(part, str(picture), (self._layout.root,), label, picture)
                done += 1
                if done % _TOLD_EVERY == 0:
                    yield Advance(done, total)
            yield from self._without_picture(part, labels)
        yield from self._ending(source)

    def _without_picture(self, part: Part, labels: set[Path]) -> Iterator[RegionItem]:
        """Labels whose pictures are elsewhere: their names, less the ending, are looked for."""
        bases = (self._images,) if self._images else ()
        for folder in part.folders:
            for label in sorted(folder.rglob("*.txt")) if folder.is_dir() else ():
                if label not in labels and label.name not in _NO_LABELS and not label.name.startswith("."):
                    name = label.relative_to(folder).with_suffix("").as_posix()
                    yield from self._picture(part, name, bases, label, None)

    def _picture(
        self, part: Part, name: str, bases: tuple[Path, ...], label: Path, picture: Path | None
    ) -> Iterator[RegionItem]:
        root = self._layout.root
        source = inside(label, root) or str(label)
        raw: dict[str, Any] = {"split": part.split, "from": part.entry}
        if picture is not None and (place := inside(picture, root)):
            raw["place"] = place
        if place := inside(label, root):
            raw["label"] = place
        lines: list[str] | None = None
        if label.is_file():
            try:
                lines = label.read_text(encoding="utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                yield Problem(
                    source, QT_TRANSLATE_NOOP("formats", "the labels cannot be read ({reason})."), {"reason": error}
                )
        regions = []
        for number, line in enumerate(lines or (), start=1):
            if not line.strip():
                continue
            try:
                regions.append(self._region(line.strip(), f"{source}, line {number}"))
            except BadRecord as reason:
                yield Problem(f"{source}, line {number}", reason.template, reason.values)
        empty = lines is not None and not any(line.strip() for line in lines)
        yield PictureRecord(
            name, bases, tuple(regions), unit="share", split=part.split, reviewed=empty, raw=raw, source=source
        )

    def _region(self, text: str, source: str) -> RegionRecord:
        row = parse_row(text, self._layout.keypoints)
        self._polygons += row.form == "polygon"
        if self._names is None:
            self._nameless.add(row.number)
            ref = str(row.number)
        elif row.number in self._names:
            ref = clean_ref(self._names[row.number])
        else:
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "class {number} has no name."), number=row.number)
        return RegionRecord(ref, row.shape, {"row": text}, source)

    def _ending(self, source: str) -> Iterator[RegionItem]:
        layout = self._layout
        names = self._names if self._names is not None else {number: str(number) for number in sorted(self._nameless)}
        values: dict[str, Any] = {"names": {str(number): name for number, name in names.items()}}
        if layout.as_list and list(names) == list(range(len(names))):
            values["names"] = list(names.values())
        if layout.others:
            values["yaml"] = layout.others
        if layout.file is not None:
            values["file"] = layout.file.name
        yield Header(values)
        if layout.count is not None and layout.count != len(names):
            template = QT_TRANSLATE_NOOP("formats", "it says nc: {count}, but names {names} classes; the names count.")
            yield Note(source, template, {"count": layout.count, "names": len(names)})
        if self._names is None and names:
            template = QT_TRANSLATE_NOOP(
                "formats", "no names of classes were found (data.yaml, classes.txt): numbers are taken."
            )
            yield Note(source, template, {})
        if self._polygons:
            template = QT_TRANSLATE_NOOP(
                "formats",
                "polygons that became the boxes around them: {count}. While a box stays, its polygon goes out again.",
            )
            yield Note(source, template, {"count": self._polygons})


def merge_header(name: str, old: Any, new: Any) -> Any:
    """Names that are new are added behind the others; of all else, what is there stays."""
    if name != "names":
        return keep_first(name, old, new)
    have = list(old.values()) if isinstance(old, dict) else list(old)
    more = [item for item in (new.values() if isinstance(new, dict) else new) if item not in have]
    if isinstance(old, list):
        return old + more
    free = max((int(key) for key in old), default=-1) + 1
    return old | {str(free + position): item for position, item in enumerate(more)}


def recognises_yolo(path: Path, head: str) -> bool:
    """Whether a path is the yaml of a data set, or a folder with one, or with rows of numbers beside pictures."""
    if path.is_file():
        return path.suffix.lower() in (".yaml", ".yml") and is_yolo_yaml(path)
    if find_yaml(path) is not None or (path / "classes.txt").is_file():
        return True
    labels = path / "labels"
    return labels.is_dir() and next(labels.rglob("*.txt"), None) is not None


YOLO = RegionFormat(
    name="yolo",
    label=QT_TRANSLATE_NOOP("formats", "YOLO"),
    suffixes=(".yaml", ".yml"),
    folder=True,
    read=read_yolo,
    write=write_yolo,
    recognises=recognises_yolo,
    merge=merge_header,
)
