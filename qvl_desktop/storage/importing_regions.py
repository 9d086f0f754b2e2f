"""Bringing pictures with regions into a project.

Owns what such an import means: regions that are not there yet go in, with what their format brings along, all in one
undo step. What is there already stays as it is; a region is the same when its picture, ref and shape are. Does not own
any format (`formats`), the pictures (`importing_pictures`) nor what is told (`import_log`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.placing import dump, scaled, upright
from qvl_desktop.formats.regions import Advance, Header, Note, PictureRecord, RegionFormat, RegionRecord
from qvl_desktop.storage.bulk import RegionLoader, few_collections, loading_regions
from qvl_desktop.storage.errors import RegionError
from qvl_desktop.storage.finding import PictureFinder
from qvl_desktop.storage.import_log import ImportLog, Tell
from qvl_desktop.storage.importing_pictures import Key, PictureIntake, Place
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport
from qvl_desktop.storage.stored_shapes import stored_shape

_PICTURES_AT_A_TIME = 1000
_REGIONS_AT_A_TIME = 20_000


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
        log = ImportLog(project, file_format, on_problem)
        intake = PictureIntake(project, file_format.name, PictureFinder(project, images), split, log)
        work = _Import(project, file_format.name, intake, loader, log)
        for item in file_format.read(Path(path), images):
            if isinstance(item, Advance):
                if progress is not None:
                    progress(item.done, item.total)
            elif isinstance(item, PictureRecord):
                work.take(item)
            elif isinstance(item, Header):
                log.keep_header(item)
            elif isinstance(item, Note):
                log.notes.append(str(item))
            else:
                log.report(item)
        work.flush()
        work.finish(Path(path).name)
    return work.result()


class _Import:
    """One import at work: records gather until they are many, then their pictures and regions go in together."""

    def __init__(
        self, project: Project, format_name: str, intake: PictureIntake, loader: RegionLoader, log: ImportLog
    ) -> None:
        self._project = project
        self._format = format_name
        self._head = f'{{"{format_name}": '
        self._intake = intake
        self._loader = loader
        self._log = log
        self._refs: dict[str, str | RegionError] = {}
        self._seen: set[int] = set()
        self._waiting: list[tuple[Key, PictureRecord]] = []
        self._new_names: set[Key] = set()
        self._waiting_regions = 0
        self._known = 0
        self._repeated = 0
        self._without_picture = 0

    def take(self, record: PictureRecord) -> None:
        """Take a record in; now and then, all that came goes into the project."""
        key = self._intake.key(record)
        self._waiting.append((key, record))
        self._waiting_regions += len(record.regions)
        if key not in self._intake.places:
            self._new_names.add(key)
        if len(self._new_names) >= _PICTURES_AT_A_TIME or self._waiting_regions >= _REGIONS_AT_A_TIME:
            self.flush()

    def flush(self) -> None:
        """Bring in what waits."""
        if self._new_names:
            first: dict[Key, PictureRecord] = {}
            for key, record in self._waiting:
                if key in self._new_names:
                    first.setdefault(key, record)
            self._intake.settle(first)
        rows: list[tuple[object, ...]] = []
        for key, record in self._waiting:
            place = self._intake.places[key]
            if place is None or (
                (record.width, record.height) != place.said and not self._intake.agrees(record, place)
            ):
                self._without_picture += len(record.regions)
                continue
            if not place.kept or record.raw or record.aside or record.split or record.reviewed:
                self._intake.keep(record, place)
            self._place_regions(record, place, rows)
        rows.sort(key=lambda row: row[0])  # type: ignore[arg-type,return-value]
        self._loader.add(rows)
        self._waiting, self._waiting_regions, self._new_names = [], 0, set()

    # Regions

    def _place_regions(self, record: PictureRecord, place: Place, rows: list[tuple[object, ...]]) -> None:
        if place.had_regions:
            place.had_regions = False
            self._remember(place.id)
        for region in record.regions:
            ref = self._ref(region.ref)
            if isinstance(ref, RegionError):
                self._log.report(Problem(region.source, "{reason}", {"reason": ref}))
                continue
            stored = stored_shape(self._upright(region, record, place), place.width, place.height)
            if stored is None:
                self._log.report(Problem(region.source, _NOTHING_INSIDE, {}))
                continue
            if region.raw_text:
                extra = f"{self._head}{region.raw_text}}}"
            else:
                try:
                    extra = dump({self._format: region.raw}) if region.raw else ""
                except ValueError:
                    self._log.report(Problem(region.source, _NOT_FINITE, {}))
                    continue
            geometry, token = stored
            self._log.note_id("regions", region.raw)
            key = hash((place.id, ref, geometry))
            if key in self._seen and self._is_there(place.id, ref, geometry, extra, rows):
                continue
            self._seen.add(key)
            rows.append((place.id, ref, *geometry, token, extra))

    def _upright(self, region: RegionRecord, record: PictureRecord, place: Place) -> Shape:
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
        row = self._loader.find(wanted)
        if row is None:
            there = any(waiting[:8] == wanted for waiting in rows)
            self._repeated += there
            return there
        number, old = row
        if number > self._loader.before:
            self._repeated += 1
            return True
        self._known += 1
        if extra and not old.startswith(self._head):
            everything: dict[str, Any] = json.loads(old) if old else {}
            if self._format not in everything:
                self._loader.change_extra(number, dump(everything | json.loads(extra)))
        return True

    # The end

    def finish(self, source: str) -> None:
        """Say what came up on the way, and keep the largest ids."""
        self._log.keep_ids()
        for count, template in (
            (self._repeated, _REPEATED),
            (self._without_picture, _WITHOUT_PICTURE),
            (self._intake.by_name, _BY_NAME),
        ):
            if count:
                self._log.note(source, template, count=count)

    def result(self) -> ImportReport:
        """What came in and what did not."""
        return ImportReport(
            self._intake.added,
            self._loader.added,
            0,
            tuple(self._log.problems),
            known_regions=self._known,
            notes=tuple(self._log.notes),
            all_problems=self._log.problem_count,
        )


_NOTHING_INSIDE = QT_TRANSLATE_NOOP("formats", "nothing of it lies inside its picture.")
_NOT_FINITE = QT_TRANSLATE_NOOP("formats", "it holds a number that is none (NaN or infinite).")
_NO_TEXT = QT_TRANSLATE_NOOP("errors", "“{ref}” is no valid text.")
_REPEATED = QT_TRANSLATE_NOOP(
    "formats", "regions that stand there more than once (same picture, ref and place): {count}."
)
_WITHOUT_PICTURE = QT_TRANSLATE_NOOP("formats", "regions left out with their pictures: {count}.")
_BY_NAME = QT_TRANSLATE_NOOP("formats", "pictures not where the file says, found by their file name alone: {count}.")
