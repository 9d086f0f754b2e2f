"""What is left behind when the window dies of a fault: where every thread was. It stays here and is offered once.

Owns the file that the interpreter writes into at a fault (`faulthandler`), and that of a start that ended in an
exception; telling both from an ordinary end or a kill, and finding what earlier windows left. Does not own the report
for others (`support_report`) or exceptions that the window outlives, which end in the log (`program_log`).
"""

from __future__ import annotations

import faulthandler
import logging
import os
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psutil

from qvl_desktop.storage.settings import data_folder

KEPT = 5
"""Crash files kept at most; older ones go."""

_SUFFIX = ".crash"
_log = logging.getLogger(__name__)


def crash_folder() -> Path:
    """Where crash files lie."""
    return data_folder() / "crashes"


@dataclass(frozen=True, slots=True)
class Crash:
    """One crash that is kept. `when` is the start of the window that died, in seconds since the epoch (0: unknown)."""

    path: Path
    when: float
    text: str


def process_of(path: Path) -> int:
    """The process whose file this is, by its name; -1 when it names none."""
    number = path.stem.rpartition("-")[2]
    return int(number) if number.isdecimal() else -1


def still_runs(path: Path) -> bool:
    """Whether the process whose file this is still runs, and is not a later one of the same number."""
    try:
        process = psutil.Process(process_of(path))
        dead = process.status() == psutil.STATUS_ZOMBIE
        return not dead and process.create_time() <= path.stat().st_mtime + 2
    except (psutil.NoSuchProcess, ValueError, OSError):
        return False
    except psutil.AccessDenied:
        return True


class CrashWatch:
    """Open while the window runs: a fault in any library is written into its file as it happens.

    The file's name holds the process; it is empty unless there was a fault, and goes with an ordinary end.
    """

    def __init__(self, folder: Path | None = None, lives: Callable[[Path], bool] = still_runs) -> None:
        self._folder = folder or crash_folder()
        self._lives = lives
        self._file: TextIO | None = None
        self.path: Path | None = None

    def begin(self) -> None:
        """Begin to watch. A folder that cannot be written stops nothing: there is no report then."""
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}{_SUFFIX}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.path = self._folder / name
            self._file = self.path.open("w", encoding="utf-8")
            faulthandler.enable(self._file)
        except (OSError, ValueError) as error:
            _log.warning("crashes are not written down: %s", error)
            self.path = None

    def failed(self, error: BaseException) -> None:
        """The window ends by an exception: write down where."""
        if self._file is not None:
            traceback.print_exception(error, file=self._file)
            self._file.flush()

    def end(self) -> None:
        """An ordinary end: stop watching, and take the file away."""
        if self._file is None or self.path is None:
            return
        faulthandler.disable()
        self._file.close()
        self._file = None
        self._remove(self.path)

    def left_behind(self) -> Crash | None:
        """The newest crash of an earlier window, None when there was none. It is told once; the file stays.

        Files of windows that were killed hold nothing and are taken away; so are crashes beyond the newest `KEPT`.
        """
        kept = self.crashes()
        for old in kept[KEPT:]:
            self._remove(old.path)
        if not kept or (seen := kept[0].path.with_suffix(".seen")).exists():
            return None
        self._mark(seen)
        return kept[0]

    def crashes(self) -> list[Crash]:
        """What earlier windows left, the newest first."""
        try:
            files = sorted(self._folder.glob(f"*{_SUFFIX}"), reverse=True)
        except OSError:
            return []
        found = []
        for path in files:
            if path == self.path or self._lives(path):
                continue
            if text := _text_of(path):
                found.append(Crash(path, _moment(path), text))
            else:
                self._remove(path)
        return found

    def _mark(self, seen: Path) -> None:
        try:
            for old in self._folder.glob("*.seen"):
                old.unlink()
            seen.touch()
        except OSError as error:
            _log.warning("%s: %s", seen, error)

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s: %s", path, error)


def _moment(path: Path) -> float:
    try:
        return time.mktime(time.strptime(path.stem.rpartition("-")[0], "%Y%m%d-%H%M%S"))
    except (ValueError, OverflowError):
        return 0.0


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
