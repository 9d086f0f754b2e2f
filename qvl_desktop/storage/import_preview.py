"""What an import would bring, looked at before: the first records as they will look, and how many there are.

Owns reading a source without a change to the project, and running the import that was looked at. Does not own formats
(`formats`), what an import means (`importing`, `importing_regions`) nor how any of it is shown.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dataset import Sample, Split
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import picture_orientation, picture_size
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.tokens import BoxToken, QuadToken, parse
from qvl_desktop.formats.base import Format, Problem
from qvl_desktop.formats.dialects import AUTO, DialectReader
from qvl_desktop.formats.placing import fit, upright
from qvl_desktop.formats.regions import PictureRecord, RegionFormat
from qvl_desktop.storage.finding import PictureFinder
from qvl_desktop.storage.importing import asked_ref, import_file
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.linking import box_places
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport

SHOWN = 24
"""Records that are looked at closely."""

KEPT_PROBLEMS = 200
_COUNTED_AT_ONCE = 200
_TOLD_EVERY_SECONDS = 0.05
_LARGE = 4 << 20
"""A file of so many bytes and more is peeked into before it is read."""


@dataclass(frozen=True, slots=True)
class PreviewRegion:
    """A phrase and its place in pixels of the upright picture."""

    ref: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class PreviewPicture:
    """A picture of a record with its regions; `problem` says why it cannot be shown."""

    file: Path
    regions: tuple[PreviewRegion, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PreviewRecord:
    """One record: its pictures, and its turns where it is a conversation. `source` names it for the user."""

    source: str
    pictures: tuple[PreviewPicture, ...]
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known about a source so far. `counting` while there is more to read.

    `records` are the first ones, `count` and `regions` count all (regions: boxes of answers, or of pictures),
    `problems` are the first sentences about records that will be left out, `problem_count` counts them. `dialect` says
    which dialect was found and why.
    """

    records: tuple[PreviewRecord, ...] = ()
    count: int = 0
    regions: int = 0
    problems: tuple[str, ...] = ()
    problem_count: int = 0
    dialect: str = ""
    counting: bool = True


def look(
    project: Project, path: Path, file_format: Format | RegionFormat, images: Path | None, dialect: str = AUTO
) -> Generator[Preview, None, Preview]:
    """Looks at a source: yields what is known, again and again, until everything is counted.

    Nothing is changed. Raises `DataError` for a source that cannot be read as a whole, or whose dialect must be said.
    """
    if isinstance(file_format, RegionFormat):
        return (yield from _look_at_regions(project, path, file_format, images))
    return (yield from _look_at_samples(path, file_format, images, dialect))


def run_import(
    project: Project,
    path: Path,
    file_format: Format | RegionFormat,
    images: Path | None,
    dialect: str = AUTO,
    progress: Progress | None = None,
    split: Split = "",
) -> ImportReport:
    """The import itself, in one undo step; see `import_file` and `import_regions`."""
    if isinstance(file_format, RegionFormat):
        return import_regions(project, path, file_format, images, progress, split=split)
    reader = DialectReader(dialect)
    report = import_file(project, path, reader.format(file_format), images, progress, split=split)
    told = (reader.told.reason,) if reader.told is not None and reader.changed else ()
    return replace(report, notes=(*report.notes, *told, *reader.notes))


def _look_at_samples(
    path: Path, file_format: Format, images: Path | None, dialect: str
) -> Generator[Preview, None, Preview]:
    reader = DialectReader(dialect)
    seen = Preview()
    for number, item in enumerate(reader.format(file_format).read(path, images), start=1):
        told = reader.told.reason if reader.told is not None else ""
        if isinstance(item, Problem):
            seen = replace(_with_problem(seen, str(item)), dialect=told)
        else:
            record = (_record_of(item),) if len(seen.records) < SHOWN else ()
            boxes = sum(turn.text.count("</box>") + turn.text.count("</quad>") for turn in item.conversation.turns)
            seen = replace(
                seen,
                records=(*seen.records, *record),
                count=seen.count + 1,
                regions=seen.regions + boxes,
                dialect=told,
            )
        if number % _COUNTED_AT_ONCE == 0 or number == SHOWN:
            yield seen
    seen = replace(seen, counting=False)
    yield seen
    return seen


def _with_problem(seen: Preview, text: str) -> Preview:
    problems = (*seen.problems, text) if len(seen.problems) < KEPT_PROBLEMS else seen.problems
    return replace(seen, problems=problems, problem_count=seen.problem_count + 1)


def _record_of(sample: Sample) -> PreviewRecord:
    turns = sample.conversation.turns
    regions: dict[int, list[tuple[str, str, Shape | None]]] = {}
    exact = iter(sample.shapes)
    for place in box_places([turn.text for turn in turns]):
        regions.setdefault(place.picture, []).append(
            ((place.ref or asked_ref(turns, place.turn)).strip(), place.token, next(exact, None))
        )
    pictures = [_picture_of(file, regions.get(number, ())) for number, file in enumerate(sample.pictures)]
    return PreviewRecord(sample.source, tuple(pictures), turns)


def _picture_of(file: Path, found: Sequence[tuple[str, str, Shape | None]]) -> PreviewPicture:
    try:
        width, height = picture_size(file)
    except PictureError as error:
        return PreviewPicture(file, problem=str(error))
    return PreviewPicture(
        file, tuple(PreviewRegion(ref, exact or _drawn(token, width, height)) for ref, token, exact in found)
    )


def _drawn(token: str, width: int, height: int) -> Shape:
    (segment,) = parse(token)
    assert isinstance(segment, (BoxToken, QuadToken))
    return Shape.decode(segment.box if isinstance(segment, BoxToken) else segment.quad, width, height)


def _look_at_regions(
    project: Project, path: Path, file_format: RegionFormat, images: Path | None
) -> Generator[Preview, None, Preview]:
    finder = PictureFinder(project, images)
    names: set[str] = set()
    records: list[PreviewRecord] = []
    seen = Preview()
    count = regions = 0
    told = time.monotonic()
    if file_format.peek is not None and _is_large(path):
        first = file_format.peek(path, images, SHOWN)
        records = [_region_record(item, finder) for item in first]
        count, regions = len(first), sum(len(item.regions) for item in first)
        seen = Preview(tuple(records), count, regions)
        yield seen
        regions = 0
    for number, item in enumerate(file_format.read(path, images), start=1):
        if isinstance(item, PictureRecord):
            names.add(item.name)
            regions += len(item.regions)
            if len(records) < SHOWN and item.regions:
                records.append(_region_record(item, finder))
        elif isinstance(item, Problem):
            seen = _with_problem(seen, str(item))
        due = number % _COUNTED_AT_ONCE == 0 and time.monotonic() - told > _TOLD_EVERY_SECONDS
        if due or (len(records) == SHOWN > len(seen.records)):
            told = time.monotonic()
            seen = replace(
                seen,
                records=tuple(records),
                count=max(seen.count, len(names)),
                regions=max(seen.regions, regions),
            )
            yield seen
    seen = replace(seen, records=tuple(records), count=len(names), regions=regions, counting=False)
    yield seen
    return seen


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size > _LARGE
    except OSError:
        return False


def _region_record(item: PictureRecord, finder: PictureFinder) -> PreviewRecord:
    file = finder.find(item.name, item.bases)
    if file is None:
        missing = PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=item.name,
            reason=os.strerror(errno.ENOENT),
        )
        return PreviewRecord(item.source or item.name, (PreviewPicture(Path(item.name), problem=str(missing)),))
    try:
        width, height = picture_size(file)
        turned = picture_orientation(file) if item.unit == "pixel" else 0
    except PictureError as error:
        return PreviewRecord(item.source or item.name, (PreviewPicture(file, problem=str(error)),))
    regions = []
    for region in item.regions:
        shape = region.shape
        if item.unit == "share":
            shape = Shape(shape.kind, tuple((x * width, y * height) for x, y in shape.points))
        elif turned in (5, 6, 7, 8) and (item.width, item.height) == (height, width):
            shape = upright(shape, height, width, turned)
        fitted = fit(shape, width, height)
        if fitted is not None:
            regions.append(PreviewRegion(region.ref, fitted))
    return PreviewRecord(item.source or item.name, (PreviewPicture(file, tuple(regions)),))
