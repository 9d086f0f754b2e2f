"""Finding the pictures of a folder and reading their sizes.

Owns the recursive search and the check of each file's header. Does not decode pixels (`core.pictures`) nor write to a
project (`pictures`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import SUFFIXES, picture_size
from qvl_desktop.storage.paths import sort_key

Progress = Callable[[int, int], None]
"""`progress(done, total)`; it may raise `Cancelled`, and nothing has happened then."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A picture file and its upright size in pixels."""

    file: Path
    width: int
    height: int


def find_pictures(folder: Path) -> list[Path]:
    """All files below `folder` whose ending is a picture's, in natural order; hidden folders are left out.

    Raises `PictureError` when the folder itself cannot be read; unreadable folders below it are passed over.
    """
    if not folder.is_dir():
        raise PictureError(QT_TRANSLATE_NOOP("errors", "{path}: there is no such folder."), path=folder)
    if not os.access(folder, os.R_OK):
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the folder cannot be read. Check its rights."), path=folder
        )
    return sorted(_walk(folder), key=lambda path: sort_key(path.as_posix()))


def expand(paths: Iterable[Path]) -> list[Path]:
    """Files as they are, folders replaced by the pictures below them."""
    found: list[Path] = []
    for path in paths:
        found += find_pictures(path) if path.is_dir() else [path]
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith("."):
                yield Path(root, name)


def measure(files: Sequence[Path], progress: Progress | None = None) -> tuple[list[Measured], list[str]]:
    """The pictures among `files` with their sizes, and a sentence about each that cannot be used."""
    good: list[Measured] = []
    problems: list[str] = []
    for number, file in enumerate(files):
        if progress is not None and number % 64 == 0:
            progress(number, len(files))
        try:
            _check_name(file)
            good.append(Measured(file, *picture_size(file)))
        except QvlError as error:
            problems.append(str(error))
    if progress is not None:
        progress(len(files), len(files))
    return good, problems


def _check_name(file: Path) -> None:
    """Names that cannot stand in a text (broken encoding, tags of the token grammar) are refused."""
    name = str(file)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file's name is not valid text; rename the file."),
            path=name.encode("utf-8", "replace").decode("utf-8"),
        ) from error
    if any(tag in name for tag in ("<img>", "</img>", "\n")):
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file's name holds <img>, </img> or a line end; rename the file."),
            path=file,
        )
