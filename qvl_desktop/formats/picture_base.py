"""Where the pictures are that a data file names.

Owns `PictureBase`: the folder that names count from, and, where the user gave it, the search below it for pictures that
were moved since. Does not own what a name may be (`records`) nor reading pictures.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.formats.base import resolve_picture


class PictureBase:
    """Names count from `folder`. With `search`, a file that is not there is looked for by its name below the folder."""

    def __init__(self, folder: Path, *, search: bool = False) -> None:
        self.folder = folder.absolute()
        self._search = search
        self._found: dict[str, Path] = {}
        self._below: dict[str, list[str]] | None = None

    @classmethod
    def of(cls, path: Path, images: Path | None, folder: Path | None = None) -> PictureBase:
        """For a data file: the folder the user gave, else `folder`, else the file's own."""
        return cls(images, search=True) if images is not None else cls(folder or path.parent)

    def place(self, name: str) -> Path:
        """The absolute place of a picture; where it would be if there is none."""
        if not self._search:
            return resolve_picture(name, self.folder)
        if name not in self._found:
            here = resolve_picture(name, self.folder)
            self._found[name] = here if here.is_file() else self._by_name(name) or here
        return self._found[name]

    def _by_name(self, name: str) -> Path | None:
        """The file below the folder whose last parts agree with most of the name's, if one is ahead of all others."""
        if self._below is None:
            self._below = {}
            for root, _, names in os.walk(self.folder):
                for file in names:
                    if os.path.splitext(file)[1].lower() in SUFFIXES:
                        self._below.setdefault(file.casefold(), []).append(os.path.join(root, file))
        wanted = _parts(name)
        candidates = self._below.get(wanted[-1], ()) if wanted else ()
        ranked = sorted(((_agreeing(wanted, _parts(file)), file) for file in candidates), reverse=True)
        if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            return None
        return Path(ranked[0][1])


def _parts(name: str) -> list[str]:
    return [part.casefold() for part in PurePosixPath(name.replace("\\", "/")).parts]


def _agreeing(a: list[str], b: list[str]) -> int:
    count = 0
    for one, other in zip(reversed(a), reversed(b), strict=False):
        if one != other:
            break
        count += 1
    return count
