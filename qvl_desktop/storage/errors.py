"""The errors of the project file, and how SQLite's own become sentences.

Owns `ProjectError` and its kinds. Every message names the file and the way out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP


class ProjectError(QvlError):
    """Something is wrong with a project file."""


class NotAProjectError(ProjectError):
    """The file is something else; it was not touched."""


class ProjectMissingError(ProjectError):
    """There is no file at this place."""


class ProjectExistsError(ProjectError):
    """A new project would overwrite a file."""


class NewerProjectError(ProjectError):
    """The file was written by a later version of the program."""


class ProjectLockedError(ProjectError):
    """Another process works on the project."""


class ReadOnlyProjectError(ProjectError):
    """The file or its folder cannot be written."""


class DiskFullError(ProjectError):
    """There is no room; the edit was taken back."""


class DamagedProjectError(ProjectError):
    """The file is a project, but its contents are damaged."""


class RowMissingError(ProjectError):
    """A picture, region, conversation or turn that is not (or no longer) in the project."""


class RegionError(QvlError):
    """A region that cannot be: no area inside its picture."""


FULL = QT_TRANSLATE_NOOP("errors", "{path}: the disk is full. The last edit was taken back; make room and do it again.")
LOCKED = QT_TRANSLATE_NOOP("errors", "{path}: another program works on this project. Close it there first.")
HELD = QT_TRANSLATE_NOOP("errors", "{path}: {program} (process {process}) works on this project. Close it there first.")
READ_ONLY = QT_TRANSLATE_NOOP(
    "errors",
    "{path}: the project cannot be written. Check the rights of the file and of its folder, "
    "or copy it to a place of your own.",
)
DAMAGED = QT_TRANSLATE_NOOP(
    "errors",
    "{path}: the project file is damaged ({reason}). It was left as it is; restore a backup "
    "(the .backup files beside it), or export what can still be read.",
)
NOT_OURS = QT_TRANSLATE_NOOP("errors", "{path}: this is not a QVL Desktop project. It was not touched.")
OTHER = QT_TRANSLATE_NOOP("errors", "{path}: the project cannot be used ({reason}).")


def from_sqlite(error: sqlite3.Error, path: Path) -> ProjectError:
    """The sentence for an error of SQLite about the project at `path`."""
    reason = str(error)
    lowered = reason.lower()
    if "is full" in lowered:
        return DiskFullError(FULL, path=path)
    if "locked" in lowered or "busy" in lowered:
        return ProjectLockedError(LOCKED, path=path)
    if "readonly" in lowered or "unable to open" in lowered:
        return ReadOnlyProjectError(READ_ONLY, path=path)
    if "malformed" in lowered or "corrupt" in lowered:
        return DamagedProjectError(DAMAGED, path=path, reason=reason)
    if "not a database" in lowered:
        return NotAProjectError(NOT_OURS, path=path)
    return ProjectError(OTHER, path=path, reason=reason)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside the block into `ProjectError`s."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error
