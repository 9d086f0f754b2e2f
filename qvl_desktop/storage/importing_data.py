"""One door for every import.

Owns choosing between the import of conversations and that of regions. Does not own what either means.
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.dataset import Split
from qvl_desktop.formats.regions import RegionFormat
from qvl_desktop.formats.registry import AnyFormat
from qvl_desktop.storage.importing import import_file
from qvl_desktop.storage.importing_regions import Tell, import_regions
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ImportReport


def import_data(
    project: Project,
    path: Path,
    file_format: AnyFormat,
    images: Path | None = None,
    progress: Progress | None = None,
    *,
    split: Split = "",
    on_problem: Tell | None = None,
) -> ImportReport:
    """Import a file or folder of either kind in one undo step; see `import_file` and `import_regions`.

    `split` is for pictures for which neither the data nor the project says one; conversations carry their own.
    """
    if isinstance(file_format, RegionFormat):
        return import_regions(project, path, file_format, images, progress, split=split, on_problem=on_problem)
    report = import_file(project, path, file_format, images, progress)
    if on_problem is not None:
        for problem in report.problems:
            on_problem(problem)
    return report
