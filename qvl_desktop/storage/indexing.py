"""Finding the pictures of a folder and reading their sizes.

Owns the recursive search and the check of each file's header, on a few threads. Does not decode pixels
(`core.pictures`) nor write to a project (`pictures`).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import SUFFIXES, picture_size
from qvl_desktop.storage.paths import sort_key

Progress = Callable[[int, int], None]
"""`progress(done, total)`; it may raise `Cancelled`. A total of 0 means that files are still being searched for."""

Files = Sequence[Path] | Sequence[str]

WORKERS = 2
"""Threads that read headers. More wait for one another, and so does the window."""
_PIECE = 64
"""Files a thread takes at a time."""
_AHEAD = 4
"""Pieces a thread is given in advance."""
_SINGLE = 128
"""Fewer files are read on the spot."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A picture file and its upright size in pixels."""

    file: Path
    width: int
    height: int


def find_pictures(folder: Path, progress: Progress | None = None) -> list[Path]:
    """All files below `folder` whose ending is a picture's, in natural order; hidden folders are left out.

    Raises `PictureError` when the folder itself cannot be read; unreadable folders below it are passed over.
    """
    _check_folder(folder)
    return [Path(name) for name in _names(folder, progress)]


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise PictureError(QT_TRANSLATE_NOOP("errors", "{path}: there is no such folder."), path=folder)
    if not os.access(folder, os.R_OK):
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the folder cannot be read. Check its rights."), path=folder
        )


def expand(paths: Iterable[Path], progress: Progress | None = None) -> list[str]:
    """Absolute places: of files as they are, of folders the pictures below them. As text: a hundred thousand `Path`s
    take sixty megabytes."""
    found: list[str] = []
    for path in paths:
        found += _checked(path, progress) if path.is_dir() else [str(path.absolute())]
    return found


def _checked(folder: Path, progress: Progress | None) -> list[str]:
    _check_folder(folder)
    return _names(folder.absolute(), progress)


def _names(folder: Path, progress: Progress | None) -> list[str]:
    found: list[str] = []
    for name in _walk(folder):
        if progress is not None and len(found) % 1000 == 0:
            progress(len(found), 0)
        found.append(name)
    found.sort(key=lambda name: sort_key(name.replace(os.sep, "/")))
    return found


def _walk(folder: Path) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith("."):
                yield os.path.join(root, name)


def measure(files: Files, progress: Progress | None = None) -> tuple[list[Measured], list[str]]:
    """The pictures among `files` with their sizes, and a sentence about each that cannot be used."""
    pieces = list(measure_pieces(files, progress))
    return list(chain.from_iterable(good for good, _ in pieces)), [line for _, lines in pieces for line in lines]


def measure_pieces(files: Files, progress: Progress | None = None) -> Iterator[tuple[list[Measured], list[str]]]:
    """What `measure` gives, piece by piece, in the order of the files."""
    total, done = len(files), 0
    pieces: Iterator[Files] = (files[start : start + _PIECE] for start in range(0, total, _PIECE))
    for piece in map(_measure, pieces) if total <= _SINGLE else _on_threads(pieces):
        if progress is not None:
            progress(done, total)
        done += min(_PIECE, total - done)
        yield piece
    if progress is not None:
        progress(total, total)


def _on_threads(pieces: Iterator[Files]) -> Iterator[tuple[list[Measured], list[str]]]:
    """Give pieces out as they are fetched, so that whoever fetches slowly is not run away from."""
    waiting: deque[Future[tuple[list[Measured], list[str]]]] = deque()
    executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="measure")
    try:
        for piece in pieces:
            waiting.append(executor.submit(_measure, piece))
            if len(waiting) >= WORKERS * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _measure(files: Files) -> tuple[list[Measured], list[str]]:
    good: list[Measured] = []
    problems: list[str] = []
    for file in map(Path, files):
        try:
            _check_name(file)
            good.append(Measured(file, *picture_size(file)))
        except QvlError as error:
            problems.append(str(error))
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
