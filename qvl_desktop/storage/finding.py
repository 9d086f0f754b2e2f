"""Finding the pictures that a data file names.

Owns where a name is looked for: the folders it may count from, then pictures of that file name below the folder the
user gave and in the project. Does not read pictures.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.formats.base import resolve_picture
from qvl_desktop.storage.paths import absolute_path, is_url
from qvl_desktop.storage.project import Project

_LONGEST = 4096


class PictureFinder:
    """Looks pictures up for one import. `by_name` counts those that only their file name led to."""

    def __init__(self, project: Project, images: Path | None) -> None:
        self._project = project
        self._images = images.absolute() if images else None
        self._files: dict[str, list[str]] | None = None
        self.by_name = 0

    def find(self, name: str, bases: Sequence[Path]) -> Path | None:
        """The file a name means; None where there is none, or several fit equally well."""
        if not _can_be_a_name(name):
            return None
        for base in bases:
            file = resolve_picture(name, base)
            if os.path.isfile(file):
                return file
        for base in bases:
            if self._project.find_picture(resolve_picture(name, base)) is not None:
                return resolve_picture(name, base)
        found = self._by_name(name)
        self.by_name += found is not None
        return found

    def _by_name(self, name: str) -> Path | None:
        """The file whose last parts agree with most of the name's, if one is ahead of all others.

        A name without a picture's ending (as of a YOLO label) means a picture of any kind.
        """
        if self._files is None:
            self._files = self._all_files()
        wanted = _parts(name)
        candidates = self._files.get(wanted[-1].casefold(), ()) if wanted else ()
        if wanted and not _is_picture(wanted[-1]):
            candidates = [file for file in candidates if _is_picture(file)]
            ends = {file: os.path.splitext(file)[0] for file in candidates}
        else:
            ends = {file: file for file in candidates}
        ranked = sorted(((_common_tail(wanted, _parts(end)), file) for file, end in ends.items()), reverse=True)
        if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            return None
        return Path(ranked[0][1])

    def _all_files(self) -> dict[str, list[str]]:
        stored = (row[0] for row in self._project._all("SELECT path FROM pictures"))
        files: dict[str, list[str]] = {}
        ours = (str(absolute_path(path, self._project.folder)) for path in stored if not is_url(path))
        for file in dict.fromkeys((*ours, *self._below_images())):
            name = os.path.basename(file).casefold()
            files.setdefault(name, []).append(file)
            files.setdefault(os.path.splitext(name)[0], []).append(file)
        return files

    def _below_images(self) -> list[str]:
        if self._images is None:
            return []
        return [
            os.path.join(folder, name)
            for folder, _, names in os.walk(self._images)
            for name in names
            if _is_picture(name)
        ]


def _can_be_a_name(name: str) -> bool:
    """Whether it can be handed to the file system and to SQLite: no half characters, no zero bytes, not endless."""
    try:
        return len(name.encode()) <= _LONGEST and "\0" not in name
    except UnicodeEncodeError:
        return False


def _is_picture(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES


def _parts(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


def _common_tail(a: Sequence[str], b: Sequence[str]) -> int:
    """How many of the last parts agree."""
    count = 0
    for one, other in zip(reversed(a), reversed(b), strict=False):
        if one.casefold() != other.casefold():
            break
        count += 1
    return count
