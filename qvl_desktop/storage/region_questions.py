"""Data that holds boxes and no conversations, as grounding questions: one a phrase and picture.

Owns reading such a file (through a project that exists only meanwhile) and asking about a project's regions. Does not
own the formats, importing, or the wording of the questions (`core.templates`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.templates import TEMPLATES
from qvl_desktop.formats.regions import RegionFormat
from qvl_desktop.formats.registry import guess_format
from qvl_desktop.storage.dataset import is_project, load_dataset
from qvl_desktop.storage.generation import preview
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.paths import absolute_path
from qvl_desktop.storage.project import SUFFIX, Project

ASKED = "grounding"
"""The template that asks; always by the first of its wordings, so that figures can be compared."""


def load_questions(path: Path, images: Path | None = None) -> Dataset:
    """The samples of a project or of a file in any known format, conversations or regions alike.

    What has no conversations is asked one phrase a picture after the other. `images` is where relative picture paths
    count from. Raises `DataError` or `ProjectError`.
    """
    path = Path(path).absolute()
    if path.exists() and not is_project(path) and isinstance(found := guess_format(path), RegionFormat):
        return _file_dataset(path, found, images)
    dataset = load_dataset(path, images)
    if dataset.samples or not is_project(path):
        return dataset
    with Project.open_read_only(path) as project:
        return Dataset(dataset.name, tuple(_asked(project, path.name)), dataset.problems)


def _file_dataset(path: Path, file_format: RegionFormat, images: Path | None) -> Dataset:
    problems: list[str] = []
    with (
        TemporaryDirectory(prefix="qvl-questions-") as folder,
        Project.create(Path(folder, f"questions{SUFFIX}")) as project,
    ):
        import_regions(project, path, file_format, images, on_problem=lambda one: problems.append(str(one)))
        samples = tuple(_asked(project, path.name))
    return Dataset(path.stem, samples, tuple(problems))


def _asked(project: Project, source: str) -> Iterator[Sample]:
    plain = {ASKED: TEMPLATES[ASKED].plain()}
    for picture in project.pictures(project.picture_ids(has_regions=True)):
        place = absolute_path(picture.path, project.folder)
        for conversation in preview(project, [ASKED], "en", [picture.id], templates=plain):
            yield Sample(conversation, (place,), picture.split, f"{source}: {place.name}")
