"""What an export will write, said beforehand, and running it.

Owns counting what is chosen, an example of the text, and which files will come to be. Does not own formats, nor writing
(`exporting`, `exporting_samples`).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from qvl_desktop.core.dataset import Sample, Split
from qvl_desktop.core.errors import QvlError
from qvl_desktop.formats.base import Format, relative_picture
from qvl_desktop.formats.dataset_info import FILE_NAME
from qvl_desktop.formats.dialects import check_family, writing
from qvl_desktop.formats.regions import RegionFormat, WriteOptions
from qvl_desktop.storage.exporting import export_regions
from qvl_desktop.storage.exporting_samples import chosen_ids, exact_samples, export_samples
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project

_EXAMPLE = 2
_EXAMPLE_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What is to be exported, and how.

    `done_only`: pictures that are marked done, or conversations about them; `picture_ids`: the same for some pictures.
    """

    format: Format | RegionFormat
    family: str = "qwen-vl"
    split: Split | None = None
    done_only: bool = False
    picture_ids: tuple[int, ...] | None = None
    copy_images: bool = False


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What will be written: counts, the beginning of the text as it will stand there, and what is in the way.

    `count` is conversations, or pictures for a format of regions, whose regions `regions` counts (0 otherwise).
    """

    count: int
    regions: int = 0
    example: str = ""
    problem: str = ""


def plan_export(project: Project, choice: ExportChoice, target: Path) -> ExportPlan:
    """What `run_export` would write; nothing is written."""
    if isinstance(choice.format, RegionFormat):
        return _plan_regions(project, choice)
    pictures = _pictures(project, choice)
    ids = chosen_ids(project, pictures)
    if choice.split is not None:
        wanted = set(project.conversation_ids(split=choice.split))
        if choice.split == "train":
            wanted |= set(project.conversation_ids(split=""))
        ids = [number for number in ids if number in wanted]
    try:
        check_family(choice.format, choice.family)
        samples = list(islice(exact_samples(project, choice.split, pictures), _EXAMPLE))
        return ExportPlan(len(ids), example=_example(choice, samples, target))
    except QvlError as error:
        return ExportPlan(len(ids), problem=str(error))


def _plan_regions(project: Project, choice: ExportChoice) -> ExportPlan:
    where = {"train": "split IN ('train', '')", "val": "split = 'val'", "test": "split = 'test'"}
    query = f"SELECT count(*), ifnull(sum(region_count), 0) FROM pictures WHERE {where.get(choice.split or '', 'TRUE')}"
    pictures = _pictures(project, choice)
    if pictures is None:
        row = project._one(query)
    else:
        row = project._one(query + " AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(pictures)),))
    return ExportPlan(int(row[0]), int(row[1])) if row else ExportPlan(0)


def _pictures(project: Project, choice: ExportChoice) -> Sequence[int] | None:
    """The pictures that are meant; None: all."""
    return project.picture_ids(status="done") if choice.done_only else choice.picture_ids


def _example(choice: ExportChoice, samples: Sequence[Sample], target: Path) -> str:
    """The first records as they will stand in the target, whose folder picture paths count from."""
    assert isinstance(choice.format, Format)
    if not samples:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder).resolve() / ("example" + (target.suffix or choice.format.suffixes[0]))
        writing(choice.format, choice.family).write(file, samples)
        text = file.read_text(encoding="utf-8")
        for picture in dict.fromkeys(picture for sample in samples for picture in sample.pictures):
            here, there = (
                json.dumps(relative_picture(picture, base), ensure_ascii=False)[1:-1]
                for base in (file.parent, target.absolute().parent)
            )
            text = text.replace(here, there)
    return text if len(text) <= _EXAMPLE_CHARACTERS else text[:_EXAMPLE_CHARACTERS] + "…"


def files_written(choice: ExportChoice, target: Path) -> list[Path]:
    """The files, or the folder, that an export makes or changes; those that exist are replaced or added to."""
    files = [target]
    if choice.format.name == "sharegpt":
        files.append(target.with_name(FILE_NAME))
    return files


def run_export(
    project: Project, choice: ExportChoice, target: Path, progress: Progress | None = None
) -> tuple[ExportPlan, tuple[str, ...]]:
    """Write it; what was written, and a sentence about each record that was left out. Raises `QvlError`."""
    if isinstance(choice.format, RegionFormat):
        options = WriteOptions(force=True, copy_images=choice.copy_images)
        pictures = _pictures(project, choice)
        written = export_regions(project, choice.format, target, choice.split, options, progress, pictures)
        return ExportPlan(written.pictures, written.regions), tuple(str(problem) for problem in written.problems)
    pictures = _pictures(project, choice)
    written_as = writing(choice.format, choice.family)
    report = export_samples(project, written_as, target, choice.split, pictures, progress)
    return ExportPlan(report.written), report.problems


def default_target(folder: Path, stem: str, file_format: Format | RegionFormat) -> Path:
    """Where an export goes if nothing else is said: beside the project, named after it and the format."""
    if isinstance(file_format, RegionFormat) and file_format.folder:
        return folder / f"{stem}-{file_format.name}"
    return folder / f"{stem}-{file_format.name}{file_format.suffixes[0]}"


def is_in_the_way(choice: ExportChoice, target: Path) -> bool:
    """Whether something is at the target already: a file that will be replaced, a folder that is not empty."""
    return target.is_file() or (target.is_dir() and any(os.scandir(target)))
