"""Runs that were thrown away: moved aside, brought back, or gone for good. Qt-free.

Owns the folder `.trash` inside a runs folder. Nothing is deleted before the trash is emptied. Does not own the list of
runs (`runs`).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.errors import RunError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.core.run_notes import RunNotes

TRASH = ".trash"
_MARK = "~"


@dataclass(frozen=True, slots=True)
class Trashed:
    """One run in the trash: what it is called, where it lies now, and when it was thrown away (seconds)."""

    name: str
    path: Path
    when: float

    @property
    def home(self) -> Path:
        """Where it lay."""
        return self.path.parent.parent / self.path.name.rpartition(_MARK)[0]


def throw_away(run: Path) -> Trashed:
    """Move a run's folder aside. Raises `RunError` when it lives, or cannot be moved."""
    if is_locked(RunFolder(run).lock):
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: this run is at work. Stop it first, then delete it."), path=run
        )
    place = run.parent / TRASH
    now = time.time()
    target = place / f"{run.name}{_MARK}{now:.3f}"
    name = RunNotes.load(run).title or run.name
    try:
        place.mkdir(exist_ok=True)
        run.rename(target)
    except OSError as error:
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: the run cannot be moved ({reason})."),
            path=run,
            reason=error.strerror or error,
        ) from error
    return Trashed(name, target, now)


def bring_back(run: Trashed) -> Path:
    """Move a run back to where it lay, under another name when that one is taken. Raises `RunError`."""
    home, number = run.home, 2
    while home.exists():
        home, number = run.home.with_name(f"{run.home.name}-{number}"), number + 1
    try:
        run.path.rename(home)
    except OSError as error:
        raise RunError(
            QT_TRANSLATE_NOOP("errors", "{path}: the run cannot be moved ({reason})."),
            path=run.path,
            reason=error.strerror or error,
        ) from error
    return home


def in_trash(place: Path) -> list[Trashed]:
    """The runs in the trash of a runs folder, thrown away last first."""
    return sorted(_read(place / TRASH), key=lambda run: -run.when)


def _read(trash: Path) -> Iterator[Trashed]:
    try:
        folders = [path for path in trash.iterdir() if path.is_dir()]
    except OSError:
        return
    for path in folders:
        name, mark, when = path.name.rpartition(_MARK)
        if mark and name:
            yield Trashed(RunNotes.load(path).title or name, path, _number(when))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def empty(place: Path) -> int:
    """Delete what is in the trash for good; the bytes that were freed. Raises `RunError` when something stays."""
    freed = folder_bytes(place / TRASH)
    for run in _read(place / TRASH):
        shutil.rmtree(run.path, ignore_errors=True)
        if run.path.exists():
            raise RunError(
                QT_TRANSLATE_NOOP("errors", "{path}: not everything could be deleted. Is a file in use?"), path=run.path
            )
    return freed


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder; 0 when there is none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                total += path.stat().st_size
        except OSError:
            continue
    return total
