"""A project or a data file as a `Dataset`.

Owns reading either of them for training, evaluation, checking and export. Does not write.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qvl_desktop.core.dataset import Dataset, Sample, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.sources import spoken_source
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.dialects import DialectReader
from qvl_desktop.formats.registry import conversation_format
from qvl_desktop.storage.paths import absolute_path, is_url
from qvl_desktop.storage.project import SUFFIX, Project
from qvl_desktop.storage.rows import ConversationRow
from qvl_desktop.storage.store import chunks


def load_dataset(path: Path, images: Path | None = None) -> Dataset:
    """The samples of a project (`.qvl`) or of a file in any known format.

    `images` is the folder that a file's relative picture paths count from (its own folder by default). Boxes that the
    file writes in another family's dialect are read as canonical ones (`formats.dialects`). A project is opened for
    reading alone, so it may be open elsewhere. Raises `DataError` or `ProjectError`.
    """
    path = Path(path).absolute()
    if not path.exists():
        raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: there is no such file."), path=path)
    if is_project(path):
        with Project.open_read_only(path) as project:
            return project_dataset(project)
    samples: list[Sample] = []
    problems: list[str] = []
    for item in DialectReader().format(conversation_format(path)).read(path, images):
        if isinstance(item, Problem):
            problems.append(str(item))
        else:
            samples.append(item)
    return Dataset(path.stem, tuple(samples), tuple(problems))


def is_project(path: Path) -> bool:
    """Whether a path is to be opened as a project: by its ending, or by what the file begins with."""
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        with path.open("rb") as file:
            return file.read(15) == b"SQLite format 3"
    except OSError:
        return False


def project_dataset(project: Project, split: Split | None = None) -> Dataset:
    """The conversations of an open project (of one split, or all). Those with pictures by address are left out."""
    samples: list[Sample] = []
    problems: list[str] = []
    for sample in project_samples(project, split):
        if any(is_url(text) for text in sample.conversation.pictures):
            template = translate(
                "errors", QT_TRANSLATE_NOOP("errors", "{source}: its picture is an address, not a file.")
            )
            problems.append(template.format(source=spoken_source(sample.source)))
        else:
            samples.append(sample)
    return Dataset(project.path.stem, tuple(samples), tuple(problems))


def project_samples(project: Project, split: Split | None = None) -> Iterator[Sample]:
    """The conversations of a project one after the other, as samples; `split` "train" includes those without one."""
    ids = project.conversation_ids()
    for chunk in chunks(ids, 2000):
        extra = project.conversation_extra(chunk)
        for row in project.conversations_of(chunk):
            if split is None or (row.split or "train") == split:
                yield sample_of(project, row, extra.get(row.id, ""))


def sample_of(project: Project, row: ConversationRow, extra: str = "") -> Sample:
    """One conversation as a sample."""
    conversation = row.content
    pictures = tuple(absolute_path(text, project.folder) for text in conversation.pictures)
    return Sample(conversation, pictures, row.split, f"{project.path.name}: conversation {row.id}", extra)
