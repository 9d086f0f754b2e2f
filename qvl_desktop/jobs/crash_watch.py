"""What is left behind when the window dies of a fault: where every thread was. It stays here and is offered once.

Owns the file that the interpreter writes into at a fault (`faulthandler`), telling a fault from an ordinary end or a
kill, and finding what earlier windows left. Does not own the report for others (`support_report`) or
exceptions, which end in the log (`program_log`).
"""

from __future__ import annotations

import faulthandler
import logging
import os
import time
from collections.abc import Callable
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


class CrashWatch:
    """Open while the window runs: a fault in any library is written into its file as it happens.

    The file's name holds the process; it is empty unless there was a fault, and goes with an ordinary end.
    """

    def __init__(self, folder: Path | None = None, alive: Callable[[int], bool] = psutil.pid_exists) -> None:
        self._folder = folder or crash_folder()
        self._alive = alive
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

    def end(self) -> None:
        """An ordinary end: stop watching, and take the file away."""
        if self._file is None or self.path is None:
            return
        faulthandler.disable()
        self._file.close()
        self._file = None
        self._remove(self.path)

    def left_behind(self) -> str:
        """What the newest crash of an earlier window wrote, "" when there was none. It is told once; the file stays.

        Files of windows that were killed hold nothing and are taken away; so are crashes beyond the newest `KEPT`.
        """
        told = ""
        try:
            files = sorted(self._folder.glob(f"*{_SUFFIX}"), reverse=True)
        except OSError:
            return ""
        crashes = 0
        for path in files:
            if path == self.path or self._alive(_process_of(path)):
                continue
            text = _text_of(path)
            if not text:
                self._remove(path)
                continue
            crashes += 1
            if crashes > KEPT:
                self._remove(path)
            seen = path.with_suffix(".seen")
            if crashes == 1 and not seen.exists():
                told = text
                self._mark(seen)
        return told

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


def _process_of(path: Path) -> int:
    number = path.stem.rpartition("-")[2]
    return int(number) if number.isdecimal() else -1


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
