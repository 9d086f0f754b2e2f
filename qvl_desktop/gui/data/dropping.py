"""What is dropped onto the window: data to import, or something else.

Owns telling the two apart. Does not own the import (`import_dialog`) nor adding pictures (`jobs.opening`). Formats are
imported when something is dropped, not while the window opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData

from qvl_desktop.core.errors import DataError
from qvl_desktop.storage.project import SUFFIX


def dropped_paths(data: QMimeData) -> list[Path]:
    """The files and folders of this machine that are dropped."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def data_suffixes() -> frozenset[str]:
    """The endings that data files have in any format."""
    from qvl_desktop.formats.registry import FORMATS

    return frozenset(suffix for item in FORMATS.values() for suffix in item.suffixes)


def data_source(paths: Sequence[Path]) -> Path | None:
    """The one data file or folder that was dropped; None for pictures, projects and several things.

    A folder may be of pictures or a data set: `is_data_folder` tells.
    """
    if len(paths) != 1 or paths[0].suffix.lower() == SUFFIX:
        return None
    return paths[0] if paths[0].is_dir() or paths[0].suffix.lower() in data_suffixes() else None


def is_data_folder(path: Path) -> bool:
    """Whether a folder is a data set in a known format. It may have to be walked: not for the window's thread."""
    from qvl_desktop.formats.registry import guess_format

    try:
        guess_format(path)
    except DataError:
        return False
    return True
