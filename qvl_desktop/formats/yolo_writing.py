"""Writing a YOLO data set: labels, and a yaml that says where the pictures of each split are.

Owns the classes, the places of pictures and labels, and which form rows take. What came from YOLO goes out as it came,
except what was changed in the meantime.

A trainer reads all rows of a file the same way, so what is written anew never mixes boxes with corners: where there are
quads in the data set or a polygon in the file, all rows of a file that has changed get corners. A file in which nothing
has changed keeps its rows to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.files import Names, claim_folder, copy_picture, inside, safe_place, write_text
from qvl_desktop.formats.placing import clean_ref, is_where_it_was, scaled
from qvl_desktop.formats.records import BadRecord
from qvl_desktop.formats.regions import Note, OutPicture, RegionRecord, RegionSource, WriteOptions, Written
from qvl_desktop.formats.yolo_layout import keypoint_numbers, label_place
from qvl_desktop.formats.yolo_rows import Form, Row, parse_row, with_box, with_class, write_row


def write_yolo(target: Path, source: RegionSource, options: WriteOptions) -> Written:
    """Write a data set as a folder; see `RegionFormat.write`.

    A picture without regions gets an empty label file when it is done, and none when nobody has looked at it.
    """
    target = Path(target).absolute()
    claim_folder(target, force=options.force)
    work = _Writing(target, source, options)
    for picture in source.pictures():
        work.picture(picture)
    return work.finish()


@dataclass(slots=True)
class _Placed:
    """Where the pictures of one split are, and the entries of the yaml they came from."""

    places: list[str] = field(default_factory=list)
    entries: set[str] = field(default_factory=set)


class _Writing:
    """One data set being written."""

    def __init__(self, target: Path, source: RegionSource, options: WriteOptions) -> None:
        self._target = target
        self._options = options
        self._header = source.header
        others = self._header.get("yaml", {})
        self._others: dict[str, Any] = others if isinstance(others, dict) else {}
        self._keypoints = keypoint_numbers(self._others)
        self._classes = _Classes(self._header.get("names", []), source.refs())
        self._corners = "quad" in source.kinds()
        self._names = Names()
        self._splits: dict[Split, _Placed] = {split: _Placed() for split in SPLITS}
        self._pictures = self._regions = self._points = self._not_there = 0

    def picture(self, picture: OutPicture) -> None:
        """Write the labels of one picture, and copy it if asked."""
        place, label = self._place(picture)
        placed = self._splits[picture.split or "train"]
        placed.places.append(place)
        placed.entries.add(str(picture.raw.get("from", "")) if picture.raw.get("place") == place else "")
        if self._options.copy_images:
            self._not_there += not copy_picture(picture.file, self._target / place)
        else:
            self._not_there += not (self._target / place).is_file()
        rows = self._rows(picture)
        if rows or picture.reviewed:
            write_text(self._target / label, "".join(row + "\n" for row in rows))
        self._pictures += 1
        self._regions += len(rows)

    def _place(self, picture: OutPicture) -> tuple[str, str]:
        """The picture's and the labels' place in the folder: those it came from, where the split is still the same."""
        raw = picture.raw
        split = picture.split or "train"
        if raw.get("place") and raw.get("split") == picture.split:
            place = self._names.place(str(raw["place"]))
            if str(place) == raw["place"] and raw.get("label"):
                return str(place), str(safe_place(str(raw["label"])))
        elif (here := inside(picture.file, self._target)) is not None:
            place = self._names.place(here)
        else:
            place = self._names.place(f"images/{split}/{_below_images(picture.name)}")
        return str(place), str(label_place(place))

    # Rows

    def _rows(self, picture: OutPicture) -> list[str]:
        regions = [region for region in picture.regions if region.shape.kind != "point"]
        self._points += len(picture.regions) - len(regions)
        kept = [self._kept(region, picture) for region in regions]
        if all(row is not None for row in kept):
            whole = zip(regions, kept, strict=True)
            return [self._as_it_was(region, row) for region, row in whole if row is not None]
        polygons = any(row is not None and row.form in ("polygon", "corners") for row in kept)
        form: Form = "corners" if self._corners or polygons else "pose" if self._keypoints else "box"
        return [self._row(region, row, form, picture) for region, row in zip(regions, kept, strict=True)]

    def _kept(self, region: RegionRecord, picture: OutPicture) -> Row | None:
        """The row a region came from, while the region stands where it says."""
        try:
            row = parse_row(str(region.raw["row"]), self._keypoints) if "row" in region.raw else None
        except BadRecord:
            return None
        size = picture.width, picture.height
        return row if row and is_where_it_was(region, scaled(row.shape, *size), picture) else None

    def _row(self, region: RegionRecord, row: Row | None, form: Form, picture: OutPicture) -> str:
        number = self._classes.of(region.ref, row.number if row else None)
        size = picture.width, picture.height
        if row is not None and (form in ("box", "pose") or row.form in ("polygon", "corners")):
            return self._as_it_was(region, row)
        if form == "pose" and "row" in region.raw and len(str(region.raw["row"]).split()) == 5 + self._keypoints:
            return with_box(str(region.raw["row"]), region.shape, size, number)
        return write_row(number, region.shape, size, form, self._keypoints if form == "pose" else 0)

    def _as_it_was(self, region: RegionRecord, row: Row) -> str:
        number = self._classes.of(region.ref, row.number)
        text = str(region.raw["row"])
        return text if row.number == number else with_class(text, number)

    # The yaml

    def finish(self) -> Written:
        """Write the yaml and say what was left out."""
        import yaml

        notes = []
        document: dict[str, Any] = {}
        for split, placed in self._splits.items():
            if placed.places:
                document[split] = self._entry(split, placed)
        if "val" not in document and "train" in document:
            document["val"] = document["train"]
            notes.append(Note(self._target.name, _NO_VAL, {}))
        document |= {"nc": len(self._classes.names), "names": self._classes.document} | self._others
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=1000)
        name = PurePosixPath(str(self._header.get("file", "data.yaml"))).name
        write_text(self._target / name, text)
        for count, template in ((self._points, _POINTS), (self._not_there, _NOT_THERE)):
            if count:
                notes.append(Note(self._target.name, template, {"count": count}))
        return Written(self._pictures, self._regions, tuple(notes))

    def _entry(self, split: Split, placed: _Placed) -> str:
        """What the yaml says of a split: a folder where that means exactly its pictures, else a list in a file."""
        elsewhere = [place for other in self._splits.values() if other is not placed for place in other.places]
        came_from = next(iter(placed.entries)).removeprefix("./").rstrip("/") if len(placed.entries) == 1 else ""
        for folder in (f"images/{split}", came_from):
            whole = folder and all(place.startswith(folder + "/") for place in placed.places)
            if whole and not any(place.startswith(folder + "/") for place in elsewhere):
                return folder
        write_text(self._target / f"{split}.txt", "".join(f"./{place}\n" for place in placed.places))
        return f"{split}.txt"


def _below_images(name: str) -> str:
    """A picture's name as it is kept in a folder: what follows the last `images` of its path, else all of it."""
    parts = PurePosixPath(name).parts
    positions = [i for i, part in enumerate(parts[:-1]) if part == "images"]
    rest = parts[positions[-1] + 1 :] if positions else parts
    return "/".join(rest[1:] if len(rest) > 1 and rest[0] in SPLITS else rest)


class _Classes:
    """Which number a ref has: as in the yaml, new refs behind them."""

    def __init__(self, known: Any, refs: list[str]) -> None:
        pairs = known.items() if isinstance(known, Mapping) else enumerate(known)
        self.names = {int(number): str(name) for number, name in pairs}
        self._as_list = not isinstance(known, Mapping)
        self._numbers: dict[str, int] = {}
        for number, name in self.names.items():
            self._numbers.setdefault(clean_ref(name), number)
        free = max(self.names, default=-1) + 1
        for ref in refs:
            if ref not in self._numbers:
                self._numbers[ref] = free
                self.names[free] = ref
                free += 1

    @property
    def document(self) -> list[str] | dict[int, str]:
        """As the yaml holds them: a list where it was one."""
        return list(self.names.values()) if self._as_list else self.names

    def of(self, ref: str, kept: int | None) -> int:
        """The number of a ref; `kept` stays where it names the same."""
        if kept is not None and clean_ref(self.names.get(kept, "")) == ref:
            return kept
        return self._numbers[ref]


_NO_VAL = QT_TRANSLATE_NOOP(
    "formats", "no picture is in the split val, which trainers ask for: “val” names the pictures of train."
)
_POINTS = QT_TRANSLATE_NOOP("formats", "points left out: {count}. YOLO has no row for them.")
_NOT_THERE = QT_TRANSLATE_NOOP(
    "formats",
    "pictures not where the yaml says: {count}. Write with copies (--copy-images), or put them there yourself.",
)
