"""Whether the window came up: a start that did not is told to the next one, so that it can offer safe mode.

Owns the marks of starts, beside the crash files: one is there from the beginning of a start until the window has run
well for a while or ended as it should. Does not own what is offered (`gui.shell.start_choice`), what a fault leaves
behind (`crash_watch`), or safe mode itself (`storage.settings`).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from qvl_desktop.jobs.crash_watch import crash_folder, process_of, still_runs

OFFERED_AFTER = 2
"""Starts in a row that failed, after which safe mode is offered."""

SETTLED_SECONDS = 10
"""How long the window has to run to count as started."""

_SUFFIX = ".start"
_log = logging.getLogger(__name__)


class StartWatch:
    """One start. A folder that cannot be written stops nothing: safe mode is not offered then."""

    def __init__(self, folder: Path | None = None, lives: Callable[[Path], bool] = still_runs) -> None:
        self._folder = folder or crash_folder()
        self._lives = lives
        self.path: Path | None = None

    def failed(self) -> list[Path]:
        """The marks of starts since the last good one whose process is gone: oldest first."""
        try:
            marks = sorted(self._folder.glob(f"*{_SUFFIX}"))
        except OSError:
            return []
        return [mark for mark in marks if mark != self.path and process_of(mark) >= 0 and not self._lives(mark)]

    def begin(self) -> None:
        """Mark that a start begins."""
        path = self._folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}{_SUFFIX}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.touch()
            self.path = path
        except OSError as error:
            _log.warning("%s: %s", path, error)

    def settled(self) -> None:
        """The window runs: this start was good, and earlier ones count no more."""
        for mark in self.failed():
            _remove(mark)
        self.end()

    def end(self) -> None:
        """The window ends as it should; earlier starts that failed still count."""
        if self.path is not None:
            _remove(self.path)
            self.path = None

    def forgive(self) -> None:
        """The user wants an ordinary start all the same: the next one that fails is enough to offer safe mode again."""
        for mark in self.failed()[: -OFFERED_AFTER + 1]:
            _remove(mark)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s: %s", path, error)
