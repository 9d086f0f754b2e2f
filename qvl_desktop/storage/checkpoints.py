"""Taking what stands in the log over into the project file, beside the work.

Owns one thread with a connection of its own. SQLite would do it inside the commit of whoever happens to make the
thousandth change, which costs that edit some 20 ms of the window's thread and a wait for the disk. Does not own commits
(`store`): an edit is on the disk, in the log, before any of this.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

from qvl_desktop.storage.belonging import database_uri

EVERY = 64
"""So many commits are gathered for one time."""

TRIES, AGAIN_SECONDS = 8, 0.25
"""The log begins anew once all of it was taken over; where an edit came in between, that is tried again."""

IN_THE_COMMIT = 8192
"""A log of so many pages (64 MiB) is taken over inside a commit all the same: somebody writes without a pause."""


class Checkpoints:
    """For one open project. `committed()` costs nothing to speak of; the thread begins with the first need of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._commits = 0
        self._due = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def committed(self) -> None:
        """Count a commit. Call this with the lock of the project's edits held."""
        self._commits += 1
        if self._commits % EVERY or self._ended:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._due.set()

    def end(self) -> None:
        """Finish what is under way; before the project's last connection closes, which takes over the rest."""
        self._ended = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            for _ in range(TRIES):
                if self._ended:
                    return
                before = self._commits
                self._take_over()
                self._due.wait(AGAIN_SECONDS)
                if self._commits == before:
                    break

    def _take_over(self) -> None:
        with suppress(sqlite3.Error):  # the disk is full, or the file is gone: the log holds everything
            uri = database_uri(self._path, "mode=rw")
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
