"""Writing the conversations of a project in a format of conversations.

Owns which conversations go out, and the exact pixels of the regions their boxes stand for. Does not own any format
(`formats`), nor the export of regions alone (`exporting`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qvl_desktop.core.dataset import Sample, Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.formats.base import Format
from qvl_desktop.storage.dataset import sample_of
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.linking import box_places
from qvl_desktop.storage.paths import is_url
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.store import chunks, marks

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote; `problems` has a sentence about each conversation that was left out."""

    written: int
    problems: tuple[str, ...] = ()


def export_samples(
    project: Project,
    file_format: Format,
    target: Path,
    split: Split | None = None,
    picture_ids: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> ExportReport:
    """Write the conversations of a project: of one split ("train" includes those without one), about some pictures.

    `progress(done, total)` counts conversations and may raise `Cancelled`: the target is then as it was. Raises
    `DataError` and other errors of the format.
    """
    problems: list[str] = []
    samples = exact_samples(project, split, picture_ids, problems, progress)
    return ExportReport(file_format.write(Path(target), samples), tuple(problems))


def exact_samples(
    project: Project,
    split: Split | None = None,
    picture_ids: Sequence[int] | None = None,
    problems: list[str] | None = None,
    progress: Progress | None = None,
) -> Iterator[Sample]:
    """The samples that an export writes, with the pixels of linked regions; those left out go into `problems`."""
    ids = chosen_ids(project, picture_ids)
    template = translate("errors", QT_TRANSLATE_NOOP("errors", "{source}: its picture is an address, not a file."))
    for number, chunk in enumerate(chunks(ids, _AT_A_TIME)):
        if progress is not None:
            progress(number * _AT_A_TIME, len(ids))
        extra = project.conversation_extra(chunk)
        shapes = _linked_shapes(project, chunk)
        for row in project.conversations_of(chunk):
            if split is not None and (row.split or "train") != split:
                continue
            sample = sample_of(project, row, extra.get(row.id, ""))
            if any(is_url(text) for text in sample.conversation.pictures):
                if problems is not None:
                    problems.append(template.format(source=spoken_source(sample.source)))
                continue
            places = box_places([turn.text for turn in row.turns])
            exact = tuple(shapes.get((row.turns[place.turn].id, place.ordinal)) for place in places)
            yield replace(sample, shapes=exact if any(exact) else ())
    if progress is not None:
        progress(len(ids), len(ids))


def chosen_ids(project: Project, picture_ids: Sequence[int] | None) -> list[int]:
    """The conversations about any of the pictures (None: all conversations), oldest first."""
    if picture_ids is None:
        return project.conversation_ids()
    found: set[int] = set()
    with project._reading() as connection:
        for chunk in chunks(picture_ids):
            query = (
                "SELECT n.conversation_id FROM pictures AS p JOIN conversation_pictures AS n ON n.path = p.path "
                f"WHERE p.id IN ({marks(len(chunk))})"
            )
            found.update(row[0] for row in connection.execute(query, chunk))
    return sorted(found)


def _linked_shapes(project: Project, conversation_ids: Sequence[int]) -> dict[tuple[int, int], Shape]:
    """The shapes of the regions that tokens stand for, by turn and ordinal."""
    query = (
        "SELECT t.id, l.ordinal, r.kind, r.points, r.x1, r.y1, r.x2, r.y2 FROM turns AS t "
        "JOIN links AS l ON l.turn_id = t.id JOIN regions AS r ON r.id = l.region_id "
        f"WHERE t.conversation_id IN ({marks(len(conversation_ids))})"
    )
    found: dict[tuple[int, int], Shape] = {}
    with project._reading() as connection:
        for turn, ordinal, kind, points, x1, y1, x2, y2 in connection.execute(query, list(conversation_ids)):
            corners = tuple((x, y) for x, y in json.loads(points)) if points else ((x1, y1), (x2, y2))
            found[turn, ordinal] = Shape(kind, corners)
    return found
