"""Reading text, writing files whole, and folders that are not one's own.

Owns saying why a file cannot be read, writing beside and moving into place, the refusal to write among foreign files,
and the names pictures get inside a folder. Does not know any format.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TextIO

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP


@contextmanager
def reading(path: Path) -> Iterator[TextIO]:
    """A text file in UTF-8, with or without a mark at its head. Raises `DataError`, for what the block reads too."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield file
    except UnicodeDecodeError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file is not UTF-8 text. Save it as UTF-8."), path=path
        ) from error
    except OSError as error:
        raise cannot_read(path, error) from error


def cannot_read(path: Path, error: OSError) -> DataError:
    """The error for a file that the system does not give."""
    return DataError(
        QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
        path=path,
        reason=error.strerror or error,
    )


@contextmanager
def writing(path: Path, *, to_disk: bool = True) -> Iterator[TextIO]:
    """A text file that takes its place only when the block is through; otherwise all stays as it was.

    `to_disk` waits until the bytes are there, which is too slow for thousands of small files. Raises `DataError`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            if to_disk:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """One of many small files, whole. Raises `DataError`."""
    with writing(path, to_disk=False) as file:
        file.write(text)


def _cannot_write(path: Path, error: OSError) -> DataError:
    return DataError(
        QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be written ({reason})."),
        path=path,
        reason=error.strerror or error,
    )


def claim_folder(folder: Path, *, force: bool) -> None:
    """Make sure that a folder may be written into: new, empty, or `force`. Raises `DataError`."""
    try:
        if folder.exists() and not folder.is_dir():
            raise DataError(
                QT_TRANSLATE_NOOP("errors", "{path}: this format is a folder, and there is a file of that name."),
                path=folder,
            )
        if not force and folder.is_dir() and any(folder.iterdir()):
            raise DataError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: the folder is not empty, and files in it could be overwritten. Choose a new folder, "
                    "or say --force to write among what is there.",
                ),
                path=folder,
            )
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from error


def copy_picture(source: Path, target: Path) -> bool:
    """Copy a picture as it is, unless it is there already; returns whether it could be read. Raises `DataError`."""
    if target.exists() and (os.path.samefile(source, target) if source.exists() else True):
        return True
    if not source.is_file():
        return False
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return True


class Names:
    """Gives each picture a relative place of its own that never leaves the folder it is for."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def place(self, wanted: str) -> PurePosixPath:
        """`wanted` made safe, and numbered when its stem was given away already."""
        path = safe_place(wanted)
        number, free = 1, path
        while str(free.with_suffix("")).casefold() in self._taken:
            number += 1
            free = path.with_name(f"{path.stem}_{number}{path.suffix}")
        self._taken.add(str(free.with_suffix("")).casefold())
        return free


def safe_place(wanted: str) -> PurePosixPath:
    """A relative place below a folder: without drive, root and `..`."""
    parts = [part for part in PurePosixPath(wanted.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    if parts and parts[0].endswith(":"):
        parts = parts[1:]
    return PurePosixPath(*parts) if parts else PurePosixPath("picture")


def inside(file: Path, folder: Path) -> str | None:
    """The place of a file relative to a folder it lies in, with `/`; None when it lies elsewhere."""
    try:
        return Path(os.path.normpath(file)).relative_to(os.path.normpath(folder)).as_posix()
    except ValueError:
        return None
