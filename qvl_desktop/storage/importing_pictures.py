"""The pictures of an import of regions: found, measured, added, and what the format says of them kept.

Owns which picture of the project a record means. Does not own where names are looked for (`finding`) nor regions
(`importing_regions`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import picture_orientation
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.placing import dump
from qvl_desktop.formats.regions import PictureRecord
from qvl_desktop.storage.finding import PictureFinder
from qvl_desktop.storage.import_log import ImportLog
from qvl_desktop.storage.indexing import measure_pieces
from qvl_desktop.storage.paths import PlaceNames, sort_key
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.store import chunks, marks

Key = tuple[str, int]
"""What a file calls a picture, and the number of the folders that counts from."""


@dataclass(slots=True)
class Place:
    """A picture of the project, as this import needs it."""

    id: int
    width: int
    height: int
    said: tuple[int, int] = (0, 0)
    turned: int = 0
    had_regions: bool = False
    new: bool = False
    kept: bool = False


class PictureIntake:
    """Turns what a file calls its pictures into pictures of the project. `added` counts new ones."""

    def __init__(self, project: Project, format_name: str, finder: PictureFinder, split: Split, log: ImportLog) -> None:
        self._project = project
        self._format = format_name
        self._finder = finder
        self._split = split
        self._log = log
        self._names = PlaceNames(project.folder)
        self._bases: dict[tuple[Path, ...], int] = {}
        self._last_bases: tuple[tuple[Path, ...], int] = ((), -1)
        self.places: dict[Key, Place | None] = {}
        """By key; None for a picture that was left out, of which a problem has told."""
        self.added = 0

    @property
    def by_name(self) -> int:
        """How many pictures only their file name led to."""
        return self._finder.by_name

    def key(self, record: PictureRecord) -> Key:
        """The record's name and the number of its bases, which are one and the same object in a large file."""
        bases, number = self._last_bases
        if record.bases is not bases:
            number = self._bases.setdefault(record.bases, len(self._bases))
            self._last_bases = record.bases, number
        return record.name, number

    def settle(self, records: dict[Key, PictureRecord]) -> None:
        """Find out which picture of the project each of the names is, adding those that are new."""
        files: dict[Key, Path] = {}
        for key, record in records.items():
            file = None if "://" in record.name else self._finder.find(record.name, record.bases)
            if file is None:
                self._leave_out(record, _ADDRESS if "://" in record.name else _MISSING, path=record.name)
            else:
                files[key] = file
        stored = {name: self._names.stored(str(file)) for name, file in files.items()}
        known = self._rows_of(stored.values())
        new = list(dict.fromkeys(file for name, file in files.items() if stored[name] not in known))
        measured: dict[str, Place] = {}
        for good, problems in measure_pieces(new):
            for item in good:
                measured[self._names.stored(str(item.file))] = Place(0, item.width, item.height, new=True)
            for problem in problems:
                self._log.report(Problem(self._format, "{reason}", {"reason": problem}))
        for name, file in files.items():
            place = known.get(stored[name]) or measured.get(stored[name])
            self.places[name] = place and self._checked(records[name], file, place)
        good_ones = {stored[name]: records[name] for name in files if self.places[name] is not None}
        self._add_pictures({path: place for path, place in measured.items() if path in good_ones}, good_ones)

    def _rows_of(self, stored: Iterable[str]) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for chunk in chunks(dict.fromkeys(stored)):
            query = f"SELECT path, id, width, height, region_count FROM pictures WHERE path IN ({marks(len(chunk))})"
            for path, number, width, height, count in self._project._all(query, chunk):
                found[path] = Place(number, width, height, had_regions=count > 0)
        return found

    def _add_pictures(self, measured: dict[str, Place], records: dict[str, PictureRecord]) -> None:
        """Add pictures with all that their first record says of them."""
        row = self._project._one("SELECT ifnull(max(id), 0) FROM pictures")
        rows = []
        for number, (path, place) in enumerate(measured.items(), start=int(row[0]) + 1 if row else 1):
            place.id = number
            kept = self._kept("", "", "", records[path], place.turned)
            rows.append((number, path, sort_key(path), place.width, place.height, *kept))
        columns = "id, path, sort_key, width, height, split, status, extra"
        self._project._write_many(f"INSERT INTO pictures ({columns}) VALUES ({marks(8)})", rows)
        self.added += len(rows)

    def _checked(self, record: PictureRecord, file: Path, place: Place) -> Place | None:
        """The place if the record's size agrees with it, upright or as the picture lies on the disk."""
        size = place.said = (record.width, record.height)
        if not all(size) or size == (place.width, place.height):
            return place
        if size == (place.height, place.width):
            try:
                orientation = picture_orientation(file)
            except PictureError:
                orientation = 1
            if orientation > 4:
                place.turned = orientation
                return place
        self.places[self.key(record)] = None
        self._tell_size(record, place)
        return None

    def agrees(self, record: PictureRecord, place: Place) -> bool:
        """Whether a further record of a picture says the same size as the first; a problem tells when not."""
        size = (record.width, record.height)
        if not all(size) or (not all(place.said) and size == (place.width, place.height)):
            return True
        self._tell_size(record, place)
        return False

    def _tell_size(self, record: PictureRecord, place: Place) -> None:
        values: dict[str, object] = {"width": record.width, "height": record.height, "path": record.name}
        values |= {"real_width": place.width, "real_height": place.height}
        self._log.report(Problem(record.source, _ANOTHER_SIZE, values))

    def _leave_out(self, record: PictureRecord, template: str, **values: object) -> None:
        self.places[self.key(record)] = None
        self._log.report(Problem(record.source, template, values))

    def keep(self, record: PictureRecord, place: Place) -> None:
        """What a record says of the picture itself: split, reviewed, the format's own keys."""
        place.kept = True
        if place.new:  # it came in with its first record
            place.new = False
            return
        if not (record.raw or record.aside or record.split or self._split or record.reviewed):
            return
        query = "SELECT split, status, extra FROM pictures WHERE id = ?"
        split, status, extra = self._project._all(query, (place.id,))[0]
        kept = self._kept(split, status, extra, record, place.turned)
        if kept != (split, status, extra):
            update = "UPDATE pictures SET split = ?, status = ?, extra = ? WHERE id = ?"
            self._project._write(update, (*kept, place.id))

    def _kept(self, split: str, status: str, extra: str, record: PictureRecord, turned: int) -> tuple[str, str, str]:
        """Split, status and extra of a picture that has these, after a record of it: what is there stays."""
        if record.raw or record.aside:
            self._log.note_id("pictures", record.raw)
            for item in record.aside:
                if isinstance(item, dict):
                    self._log.note_id("regions", item)
            try:
                extra = self._picture_extra(extra, record, turned)
            except ValueError:
                template = QT_TRANSLATE_NOOP(
                    "formats", "its own keys hold a number that is none (NaN); they are left out."
                )
                self._log.report(Problem(record.source, template, {}))
        return split or record.split or self._split, status or ("done" if record.reviewed else ""), extra

    def _picture_extra(self, old: str, record: PictureRecord, turned: int) -> str:
        everything: dict[str, Any] = json.loads(old) if old else {}
        own: dict[str, Any] | None = everything.get(self._format)
        if own is None:
            own = {"record": record.raw}
            if turned:
                own["turned"] = turned
            everything[self._format] = own
        kept = own.get("aside", [])
        more = [item for item in record.aside if item not in kept]
        if more:
            own["aside"] = [*kept, *more]
        return dump(everything)


_ANOTHER_SIZE = QT_TRANSLATE_NOOP(
    "formats",
    "the file says {width}×{height}, but the picture {path} has {real_width}×{real_height}. "
    "It was changed since, or it is another one; its regions would stand in wrong places.",
)
_MISSING = QT_TRANSLATE_NOOP(
    "formats", "the picture {path} was not found. Name the folder it is in (--images on the command line)."
)
_ADDRESS = QT_TRANSLATE_NOOP(
    "formats", "the picture {path} is an address. Download it first and name the file; nothing is fetched."
)
