"""Bringing a data file into a project.

Owns what an import means: pictures are added, conversations too, and each ref with its boxes in an answer becomes
regions of its picture. All of it is one undo step. Does not own any format (`formats`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.tokens import Picture, format_box, parse, write
from qvl_desktop.formats.base import Format, Problem
from qvl_desktop.storage.errors import RegionError
from qvl_desktop.storage.indexing import Measured, Progress, measure
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport


def import_file(
    project: Project, path: Path, file_format: Format, images: Path | None = None, progress: Progress | None = None
) -> ImportReport:
    """Import a file. Raises `DataError` when it cannot be read as a whole; nothing has happened then.

    `progress(done, total)` counts pictures first, then records.
    """
    samples: list[Sample] = []
    problems: list[str] = []
    for item in file_format.read(Path(path), images):
        if isinstance(item, Problem):
            problems.append(str(item))
        else:
            samples.append(item)
    report = import_samples(project, samples, progress)
    return replace(report, problems=(*problems, *report.problems))


def import_samples(project: Project, samples: Iterable[Sample], progress: Progress | None = None) -> ImportReport:
    """Bring samples in, in one undo step. A sample with a picture that cannot be read is left out and reported.

    A picture that comes in anew gets the split of the first sample that names it; conversations keep a split of their
    own only where it differs from that of their first picture.
    """
    samples = list(samples)
    good, measured, problems = _readable(project, samples, progress)
    before = project.picture_count(), project.region_count()
    with project.step(QT_TRANSLATE_NOOP("history", "Import")):
        splits: dict[str, Split] = {}
        for sample in good:
            for picture in sample.pictures:
                splits.setdefault(project.stored(picture), sample.split)
        _add_pictures(project, measured, splits)
        for number, sample in enumerate(good):
            if progress is not None and number % 256 == 0:
                progress(number, len(good))
            problems += _add_regions(project, sample)
            first = project.find_picture(sample.pictures[0]) if sample.pictures else None
            own = sample.split if first is None or first.split != sample.split else ""
            project.add_conversation(_with_files(sample), own, extra=sample.extra)
        after = project.picture_count(), project.region_count()
    if progress is not None:
        progress(len(good), len(good))
    return ImportReport(after[0] - before[0], after[1] - before[1], len(good), tuple(problems))


def _readable(
    project: Project, samples: list[Sample], progress: Progress | None
) -> tuple[list[Sample], list[Measured], list[str]]:
    """The samples all of whose pictures can be read, the new pictures, and a sentence about each that is left out."""
    files = list(dict.fromkeys(picture for sample in samples for picture in sample.pictures))
    new = [file for file in files if project.find_picture(file) is None]
    measured, reasons = measure(new, progress)
    bad = set(new) - {item.file for item in measured}
    good, problems = [], reasons
    template = translate(
        "errors", QT_TRANSLATE_NOOP("errors", "{source}: left out, its picture {path} cannot be read.")
    )
    for sample in samples:
        missing = [picture for picture in sample.pictures if picture in bad]
        if missing:
            problems.append(template.format(source=sample.source, path=missing[0]))
        else:
            good.append(sample)
    return good, measured, problems


def _add_pictures(project: Project, measured: list[Measured], splits: dict[str, Split]) -> None:
    rows = {row.path: row for row in project.pictures(project.add_measured(measured))}
    by_split: dict[Split, list[int]] = {}
    for stored, split in splits.items():
        if split and stored in rows:
            by_split.setdefault(split, []).append(rows[stored].id)
    for split, ids in by_split.items():
        project.set_split(ids, split)


def _add_regions(project: Project, sample: Sample) -> list[str]:
    """Make the regions that the answers of a sample point at, unless they are there already."""
    problems: list[str] = []
    known: dict[int, set[tuple[str, str]]] = {}
    for mention in sample.conversation.mentions():
        ref = " ".join(mention.ref.split())
        spoken = sample.conversation.turns[mention.turn].role == "assistant"
        if not spoken or not ref or mention.picture >= len(sample.pictures):
            continue
        picture = project.find_picture(sample.pictures[mention.picture])
        if picture is None:
            continue
        if picture.id not in known:
            known[picture.id] = {(row.ref, format_box(row.box)) for row in project.regions(picture.id)}
        for box in mention.boxes:
            if (ref, format_box(box)) in known[picture.id]:
                continue
            known[picture.id].add((ref, format_box(box)))
            try:
                project.add_region(picture.id, ref, box.decode(picture.width, picture.height))
            except RegionError as error:
                problems.append(f"{sample.source}: {format_box(box)}: {error}")
    return problems


def _with_files(sample: Sample) -> Conversation:
    """The conversation with absolute picture paths, whatever the file's own folder was."""
    files = iter(sample.pictures)
    turns = tuple(
        Turn(turn.role, write(Picture(str(next(files))) if isinstance(s, Picture) else s for s in parse(turn.text)))
        if "<img>" in turn.text
        else turn
        for turn in sample.conversation.turns
    )
    return Conversation(turns, sample.conversation.id)
