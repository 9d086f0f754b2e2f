"""Bringing pictures with regions into a project.

Owns what such an import means: pictures are found, measured and added, regions that are not there yet go in, what a
format brings along is kept, all in one undo step. What is there already stays as it is; a region is the same when its
picture, ref and shape are. Does not own any format (`formats`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qvl_desktop.core.box import encode_coordinate
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import picture_orientation
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.placing import dump, fit, scaled, upright
from qvl_desktop.formats.regions import (
    Advance,
    Header,
    Note,
    PictureRecord,
    RegionFormat,
    RegionRecord,
)
from qvl_desktop.storage.bulk import RegionLoader, few_collections, loading_regions
from qvl_desktop.storage.errors import RegionError
from qvl_desktop.storage.exporting import LARGEST_ID, ids_header
from qvl_desktop.storage.finding import PictureFinder
from qvl_desktop.storage.indexing import Progress, measure_pieces
from qvl_desktop.storage.paths import PlaceNames, sort_key
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport
from qvl_desktop.storage.store import chunks, marks

Tell = Callable[[str], None]

_PICTURES_AT_A_TIME = 1000
_REGIONS_AT_A_TIME = 20_000
_Key = tuple[str, int]
"""What a file calls a picture, and the number of the folders that counts from."""

KEPT_PROBLEMS = 1000
"""So many sentences an `ImportReport` holds; the others are counted, and told to whoever listens."""


def import_regions(
    project: Project,
    path: Path,
    file_format: RegionFormat,
    images: Path | None = None,
    progress: Progress | None = None,
    *,
    split: Split = "",
    on_problem: Tell | None = None,
) -> ImportReport:
    """Import a file or folder of regions. Raises `DataError` when it cannot be read as a whole; nothing happened then.

    `images` is where its picture names count from. `split` is for pictures that have none and for which the data says
    none. `progress(done, total)` counts bytes or files, and may raise `Cancelled`. `on_problem` hears every problem.
    """
    imported = QT_TRANSLATE_NOOP("history", "Import")
    with few_collections(), project.step(imported) as step, loading_regions(project, step) as loader:
        work = _Import(project, file_format, PictureFinder(project, images), loader, split, on_problem)
        for item in file_format.read(Path(path), images):
            if isinstance(item, Advance):
                if progress is not None:
                    progress(item.done, item.total)
            elif isinstance(item, PictureRecord):
                work.take(item)
            elif isinstance(item, Header):
                work.keep_header(item)
            elif isinstance(item, Note):
                work.notes.append(str(item))
            else:
                work.report(item)
        work.flush()
        work.finish(Path(path).name)
    return work.result()


@dataclass(slots=True)
class _Place:
    """A picture of the project, as this import needs it."""

    id: int
    width: int
    height: int
    turned: int = 0
    had_regions: bool = False
    new: bool = False


class _Import:
    """One import at work: records gather until they are many, then their pictures and regions go in together."""

    def __init__(
        self,
        project: Project,
        file_format: RegionFormat,
        finder: PictureFinder,
        loader: RegionLoader,
        split: Split,
        on_problem: Tell | None,
    ) -> None:
        self._project = project
        self._format = file_format
        self._finder = finder
        self._loader = loader
        self._split = split
        self._on_problem = on_problem
        self._names = PlaceNames(project.folder)
        self._places: dict[_Key, _Place | None] = {}
        self._refs: dict[str, str | RegionError] = {}
        self._seen: set[int] = set()
        self._waiting: list[tuple[_Key, PictureRecord]] = []
        self._bases: dict[tuple[Path, ...], int] = {}
        self._last_bases: tuple[tuple[Path, ...], int] = ((), -1)
        self._new_names: set[_Key] = set()
        self._waiting_regions = 0
        self._pictures = 0
        self._known = 0
        self._repeated = 0
        self._without_picture = 0
        self._problem_count = 0
        self._largest = {"pictures": 0, "regions": 0}
        self.problems: list[str] = []
        self.notes: list[str] = []

    def report(self, problem: Problem) -> None:
        """Count a problem and pass it on."""
        text = str(problem)
        self._problem_count += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(text)
        if self._on_problem is not None:
            self._on_problem(text)

    def keep_header(self, header: Header) -> None:
        """Put what stands outside the records beside what is there."""
        own = self._format.name
        for name, value in header.values.items():
            try:
                text = dump(value)
            except ValueError:
                template = QT_TRANSLATE_NOOP("formats", "“{name}” holds a number that is none (NaN); it is left out.")
                self.report(Problem(own, template, {"name": name}))
                continue
            row = self._project._one("SELECT id, value FROM headers WHERE format = ? AND name = ?", (own, name))
            if row is None:
                insert = "INSERT INTO headers (format, name, value) VALUES (?, ?, ?)"
                self._project._write(insert, (own, name, text))
                continue
            old = json.loads(row[1])
            merged = self._format.merge(name, old, value)
            if merged != old:
                self._project._write("UPDATE headers SET value = ? WHERE id = ?", (dump(merged), row[0]))
            elif old != value and not (
                isinstance(old, list) and isinstance(value, list) and len(old) >= len(value) > 0
            ):
                template = QT_TRANSLATE_NOOP(
                    "formats", "“{name}” differs from what an earlier import brought; that stays."
                )
                self.notes.append(str(Note(own, template, {"name": name})))

    def take(self, record: PictureRecord) -> None:
        """Take a record in; now and then, all that came goes into the project."""
        key = self._key(record)
        self._waiting.append((key, record))
        self._waiting_regions += len(record.regions)
        if key not in self._places:
            self._new_names.add(key)
        if len(self._new_names) >= _PICTURES_AT_A_TIME or self._waiting_regions >= _REGIONS_AT_A_TIME:
            self.flush()

    def _key(self, record: PictureRecord) -> _Key:
        """The record's name and the number of its bases, which are one and the same object in a large file."""
        bases, number = self._last_bases
        if record.bases is not bases:
            number = self._bases.setdefault(record.bases, len(self._bases))
            self._last_bases = record.bases, number
        return record.name, number

    def flush(self) -> None:
        """Bring in what waits."""
        if self._new_names:
            first: dict[_Key, PictureRecord] = {}
            for key, record in self._waiting:
                if key in self._new_names:
                    first.setdefault(key, record)
            self._settle(first)
        rows: list[tuple[object, ...]] = []
        for key, record in self._waiting:
            place = self._places[key]
            if place is None:
                self._without_picture += len(record.regions)
            else:
                self._keep_picture(record, place)
                self._place_regions(record, place, rows)
        rows.sort(key=lambda row: row[0])  # type: ignore[arg-type,return-value]
        self._loader.add(rows)
        self._waiting, self._waiting_regions, self._new_names = [], 0, set()

    # Pictures

    def _settle(self, records: dict[_Key, PictureRecord]) -> None:
        """Find out which picture of the project each of the names is, adding those that are new."""
        files: dict[_Key, Path] = {}
        for key, record in records.items():
            file = None if "://" in record.name else self._finder.find(record.name, record.bases)
            if file is None:
                self._leave_out(record, _ADDRESS if "://" in record.name else _MISSING, path=record.name)
            else:
                files[key] = file
        stored = {name: self._names.stored(str(file)) for name, file in files.items()}
        known = self._rows_of(stored.values())
        new = list(dict.fromkeys(file for name, file in files.items() if stored[name] not in known))
        measured: dict[str, _Place] = {}
        for good, problems in measure_pieces(new):
            for item in good:
                measured[self._names.stored(str(item.file))] = _Place(0, item.width, item.height, new=True)
            for problem in problems:
                self.report(Problem(self._format.name, "{reason}", {"reason": problem}))
        for name, file in files.items():
            place = known.get(stored[name]) or measured.get(stored[name])
            self._places[name] = place and self._checked(records[name], file, place)
        good_ones = {stored[name]: records[name] for name in files if self._places[name] is not None}
        self._add_pictures({path: place for path, place in measured.items() if path in good_ones}, good_ones)

    def _rows_of(self, stored: Iterable[str]) -> dict[str, _Place]:
        found: dict[str, _Place] = {}
        for chunk in chunks(dict.fromkeys(stored)):
            query = f"SELECT path, id, width, height, region_count FROM pictures WHERE path IN ({marks(len(chunk))})"
            for path, number, width, height, count in self._project._all(query, chunk):
                found[path] = _Place(number, width, height, had_regions=count > 0)
        return found

    def _add_pictures(self, measured: dict[str, _Place], records: dict[str, PictureRecord]) -> None:
        """Add pictures with all that their first record says of them."""
        row = self._project._one("SELECT ifnull(max(id), 0) FROM pictures")
        rows = []
        for number, (path, place) in enumerate(measured.items(), start=int(row[0]) + 1 if row else 1):
            place.id = number
            kept = self._kept("", "", "", records[path], place.turned)
            rows.append((number, path, sort_key(path), place.width, place.height, *kept))
        columns = "id, path, sort_key, width, height, split, status, extra"
        self._project._write_many(f"INSERT INTO pictures ({columns}) VALUES ({marks(8)})", rows)
        self._pictures += len(rows)

    def _checked(self, record: PictureRecord, file: Path, place: _Place) -> _Place | None:
        """The place if the record's size agrees with it, upright or as the picture lies on the disk."""
        size = (record.width, record.height)
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
        self._leave_out(
            record,
            QT_TRANSLATE_NOOP(
                "formats",
                "the file says {width}×{height}, but the picture {path} has {real_width}×{real_height}. "
                "It was changed since, or it is another one; its regions would stand in wrong places.",
            ),
            width=size[0],
            height=size[1],
            path=record.name,
            real_width=place.width,
            real_height=place.height,
        )
        return None

    def _leave_out(self, record: PictureRecord, template: str, **values: object) -> None:
        self._places[self._key(record)] = None
        self.report(Problem(record.source, template, values))

    def _keep_picture(self, record: PictureRecord, place: _Place) -> None:
        """What a record says of the picture itself: split, reviewed, the format's own keys."""
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

    def _note_id(self, table: str, raw: Mapping[str, Any]) -> None:
        """Remember the largest id, so that a new record never gets the id of one that was deleted."""
        number = raw.get("id")
        if type(number) is int and self._largest[table] < number < LARGEST_ID:
            self._largest[table] = number

    def _kept(self, split: str, status: str, extra: str, record: PictureRecord, turned: int) -> tuple[str, str, str]:
        """Split, status and extra of a picture that has these, after a record of it: what is there stays."""
        if record.raw or record.aside:
            self._note_id("pictures", record.raw)
            for item in record.aside:
                if isinstance(item, dict):
                    self._note_id("regions", item)
            try:
                extra = self._picture_extra(extra, record, turned)
            except ValueError:
                template = QT_TRANSLATE_NOOP(
                    "formats", "its own keys hold a number that is none (NaN); they are left out."
                )
                self.report(Problem(record.source, template, {}))
        return split or record.split or self._split, status or ("done" if record.reviewed else ""), extra

    def _picture_extra(self, old: str, record: PictureRecord, turned: int) -> str:
        everything: dict[str, Any] = json.loads(old) if old else {}
        own: dict[str, Any] | None = everything.get(self._format.name)
        if own is None:
            own = {"record": record.raw}
            if turned:
                own["turned"] = turned
            everything[self._format.name] = own
        kept = own.get("aside", [])
        more = [item for item in record.aside if item not in kept]
        if more:
            own["aside"] = [*kept, *more]
        return dump(everything)

    # Regions

    def _place_regions(self, record: PictureRecord, place: _Place, rows: list[tuple[object, ...]]) -> None:
        if place.had_regions:
            place.had_regions = False
            self._remember(place.id)
        for region in record.regions:
            ref = self._ref(region.ref)
            if isinstance(ref, RegionError):
                self.report(Problem(region.source, "{reason}", {"reason": ref}))
                continue
            shape = fit(self._upright(region, record, place), place.width, place.height)
            if shape is None:
                self.report(Problem(region.source, _NOTHING_INSIDE, {}))
                continue
            if region.raw_text:
                extra = f'{{"{self._format.name}": {region.raw_text}}}'
            else:
                try:
                    extra = dump({self._format.name: region.raw}) if region.raw else ""
                except ValueError:
                    self.report(Problem(region.source, _NOT_FINITE, {}))
                    continue
            geometry, token = _columns(shape, place.width, place.height)
            self._note_id("regions", region.raw)
            key = hash((place.id, ref, geometry))
            if key in self._seen and self._is_there(place.id, ref, geometry, extra, rows):
                continue
            self._seen.add(key)
            rows.append((place.id, ref, *geometry, token, extra))

    def _upright(self, region: RegionRecord, record: PictureRecord, place: _Place) -> Shape:
        shape = region.shape
        if record.unit == "share":
            return scaled(shape, place.width, place.height)
        return upright(shape, place.height, place.width, place.turned) if place.turned else shape

    def _ref(self, name: str) -> str | RegionError:
        if name not in self._refs:
            try:
                ref = self._project._checked_ref(name)
                ref.encode()
                self._refs[name] = ref
            except RegionError as error:
                self._refs[name] = error
            except UnicodeEncodeError:
                self._refs[name] = RegionError(_NO_TEXT, ref=name.encode("utf-8", "replace").decode())
        return self._refs[name]

    def _remember(self, picture_id: int) -> None:
        """The regions that a picture had before."""
        query = "SELECT ref, kind, points, x1, y1, x2, y2 FROM regions WHERE picture_id = ? AND id <= ?"
        for ref, *geometry in self._project._all(query, (picture_id, self._loader.before)):
            self._seen.add(hash((picture_id, ref, tuple(geometry))))

    def _is_there(
        self, picture_id: int, ref: str, geometry: tuple[object, ...], extra: str, rows: list[tuple[object, ...]]
    ) -> bool:
        """Whether exactly this region is there. One from before gets what this format says of it, if it has nothing."""
        wanted = (picture_id, ref, *geometry)
        row = self._project._one(
            "SELECT id, extra FROM regions WHERE picture_id = ? AND ref = ? AND kind = ? AND points = ? "
            "AND x1 = ? AND y1 = ? AND x2 = ? AND y2 = ? ORDER BY id LIMIT 1",
            wanted,
        )
        if row is None:
            there = any(waiting[:8] == wanted for waiting in rows)
            self._repeated += there
            return there
        if row[0] > self._loader.before:
            self._repeated += 1
            return True
        self._known += 1
        old: dict[str, Any] = json.loads(row[1]) if row[1] else {}
        if extra and self._format.name not in old:
            text = dump(old | json.loads(extra))
            self._project._write("UPDATE regions SET extra = ? WHERE id = ?", (text, row[0]))
        return True

    # The end

    def finish(self, source: str) -> None:
        """Say what came up on the way, and keep the largest ids."""
        for table, number in self._largest.items():
            if number:
                self._project._write(
                    "INSERT INTO headers (format, name, value) VALUES (?1, ?2, ?3) ON CONFLICT (format, name) "
                    "DO UPDATE SET value = ?3 WHERE CAST(value AS INTEGER) < ?4",
                    (ids_header(self._format.name), table, str(number), number),
                )
        for count, template in (
            (self._repeated, _REPEATED),
            (self._without_picture, _WITHOUT_PICTURE),
            (self._finder.by_name, _BY_NAME),
        ):
            if count:
                self.notes.append(str(Note(source, template, {"count": count})))

    def result(self) -> ImportReport:
        """What came in and what did not."""
        return ImportReport(
            self._pictures,
            self._loader.added,
            0,
            tuple(self.problems),
            known_regions=self._known,
            notes=tuple(self.notes),
            all_problems=self._problem_count,
        )


def _columns(shape: Shape, width: int, height: int) -> tuple[tuple[object, ...], str]:
    """kind, points and bounds of a fitted shape as they are stored, and its token.

    The token of a box is written here directly: a million times through `Shape.token` takes too long.
    """
    if shape.kind != "box":
        bounds = shape.bounds
        points = json.dumps(shape.points, separators=(",", ":"))
        return (shape.kind, points, bounds.x1, bounds.y1, bounds.x2, bounds.y2), shape.token(width, height)
    (x1, y1), (x2, y2) = shape.points
    a, c = encode_coordinate(x1, width), encode_coordinate(x2, width)
    b, d = encode_coordinate(y1, height), encode_coordinate(y2, height)
    return ("box", "", x1, y1, x2, y2), f"<box>({a},{b}),({c},{d})</box>"


_MISSING = QT_TRANSLATE_NOOP(
    "formats", "the picture {path} was not found. Name the folder it is in (--images on the command line)."
)
_ADDRESS = QT_TRANSLATE_NOOP(
    "formats", "the picture {path} is an address. Download it first and name the file; nothing is fetched."
)
_NOTHING_INSIDE = QT_TRANSLATE_NOOP("formats", "nothing of it lies inside its picture.")
_NOT_FINITE = QT_TRANSLATE_NOOP("formats", "it holds a number that is none (NaN or infinite).")
_NO_TEXT = QT_TRANSLATE_NOOP("errors", "“{ref}” is no valid text.")
_REPEATED = QT_TRANSLATE_NOOP("formats", "{count} regions stand there more than once (same picture, ref and place).")
_WITHOUT_PICTURE = QT_TRANSLATE_NOOP("formats", "{count} regions are left out with their pictures.")
_BY_NAME = QT_TRANSLATE_NOOP(
    "formats", "{count} pictures were not where the file says and were found by their file name alone."
)
