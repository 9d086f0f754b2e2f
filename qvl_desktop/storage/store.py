"""The open project file: transactions, undo, and who is told.

Owns `Store`, the base on which the tables' methods stand (`pictures`, `regions`, `conversations`, `threads`). Every
edit goes through `step`: one transaction, one line of history, one round of notes to the observers. Does not own what
an edit means.

Threads: edits are taken one at a time (a lock); reads from other threads go on meanwhile and see the last committed
state. Inside a step, the thread that edits reads its own changes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from qvl_desktop.core.i18n import translate
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.storage import history, searching
from qvl_desktop.storage.checkpoints import Checkpoints
from qvl_desktop.storage.connection import ReaderPool, mark_closed
from qvl_desktop.storage.errors import DamagedProjectError, explained
from qvl_desktop.storage.rows import Change

Observer = Callable[[Change], None]
T = TypeVar("T")

CHUNK = 500
"""How many ids go into one `IN (...)`."""


class _Made(threading.local):
    """Where the last step of a thread went; None while it has made none of its own."""

    step: int | None = None


class Store:
    """One project file, open. `path` is absolute; `folder` is what stored picture paths are relative to."""

    def __init__(
        self, path: Path, writer: sqlite3.Connection | None, readers: ReaderPool, lock: FileLock | None
    ) -> None:
        self.path = path
        self.folder = path.parent
        self._writer = writer
        self._readers = readers
        self._file_lock = lock
        self._mutex = threading.RLock()
        self._checkpoints = Checkpoints(path)
        self._depth = 0
        self._number = 0
        self._made = _Made()
        self._editor: int | None = None
        self._observers: list[Observer] = []
        self.checked = True
        """The file was read through for damage and found whole."""
        self.damage: DamagedProjectError | None = None
        if writer is not None:
            with explained(path):
                history.install(writer)
                searching.install(writer)

    @property
    def read_only(self) -> bool:
        """Whether the project takes no edits: opened for reading alone, or found damaged since."""
        return self._writer is None or self.damage is not None

    def close(self) -> None:
        """Close the file; further use raises. Nothing is left to save."""
        with self._mutex:
            self._readers.close()
            self._checkpoints.end()
            if self._writer is not None:
                self._writer.close()
            if self._file_lock is not None:
                if self.checked and self.damage is None:
                    mark_closed(self.path, self._file_lock)
                self._file_lock.release()
                self._file_lock = None

    # Observers

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer(change)` after each commit, undo and redo, in the thread that edited; returns how to stop."""
        self._observers.append(observer)

        def stop() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return stop

    def _tell(self, touched: history.Touched) -> None:
        changes = []
        if touched.pictures:
            changes.append(Change("pictures", picture_ids=touched.pictures))
        if touched.region_pictures:
            changes.append(Change("regions", picture_ids=touched.region_pictures))
        if touched.conversations:
            changes.append(Change("conversations", conversation_ids=touched.conversations))
        if touched.proposals:
            changes.append(Change("proposals", picture_ids=touched.proposals))
        if touched.headers:
            changes.append(Change("headers"))
        for change in changes:
            self._say(change)

    def _say(self, change: Change) -> None:
        for observer in tuple(self._observers):
            observer(change)

    # Transactions

    @contextmanager
    def step(self, description: str, *, joining: int | None = None) -> Iterator[int]:
        """Make the edits of the block one transaction and one undo step; an exception takes all of them back.

        Inside another step the block joins it (and can still be taken back alone). `description` is English, marked
        with `QT_TRANSLATE_NOOP("history", ...)`. Gives the step's number: work in several transactions names the first
        one's as `joining`, and is undone as one where nothing else was done in between.
        """
        with self._mutex, explained(self.path):
            if self._depth:
                with self._nested():
                    yield self._number
                return
            writer = self._write_connection()
            writer.execute("BEGIN IMMEDIATE")
            self._depth, self._editor = 1, threading.get_ident()
            try:
                number = self._number = history.begin(writer, description)
                yield number
                changed = history.finish(writer, number)
                touched, went = None, number
                if changed:
                    searching.follow(writer, number)
                    touched = history.touched(writer, number)
                    joined = joining is not None and history.join(writer, number, joining)
                    went = joining if joined and joining is not None else number
                writer.execute("COMMIT")
                self._checkpoints.committed()
            except BaseException:
                self._take_back(writer)
                raise
            finally:
                self._depth, self._editor = 0, None
        if touched is not None:
            self._tell(touched)
            self._made.step = went

    @contextmanager
    def _nested(self) -> Iterator[None]:
        writer = self._write_connection()
        name = f"level{self._depth}"
        writer.execute(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            if writer.in_transaction:
                writer.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            self._depth -= 1
            if writer.in_transaction:
                writer.execute(f"RELEASE {name}")

    def _take_back(self, writer: sqlite3.Connection) -> None:
        if writer.in_transaction:
            writer.execute("ROLLBACK")
        history.pause(writer)

    def _write_connection(self) -> sqlite3.Connection:
        if self.damage is not None:
            raise self.damage
        if self._writer is None:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return self._writer

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from: the writer for the thread that edits, else one of the pool."""
        if self._editor == threading.get_ident() and self._writer is not None:
            with explained(self.path):
                yield self._writer
            return
        with self._readers.reading() as connection:
            yield connection

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._reading() as connection:
            return connection.execute(query, values).fetchall()

    def _one(self, query: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        with self._reading() as connection:
            row: tuple[Any, ...] | None = connection.execute(query, values).fetchone()
            return row

    def _write(self, query: str, values: Sequence[object] = ()) -> int:
        """Run one statement of an edit (inside a step); returns the id of an inserted row, or 0."""
        return self._write_connection().execute(query, values).lastrowid or 0

    def _write_many(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        self._write_connection().executemany(query, rows)

    # Undo

    @property
    def can_undo(self) -> bool:
        return self.undo_text is not None

    @property
    def can_redo(self) -> bool:
        return self.redo_text is not None

    @property
    def undo_text(self) -> str | None:
        """What undo would take back, in the user's language; None when there is nothing."""
        with self._reading() as connection:
            found = history.undoable(connection)
        return translate("history", found[1]) if found else None

    @property
    def redo_text(self) -> str | None:
        """What redo would bring back, in the user's language; None when there is nothing."""
        with self._reading() as connection:
            found = history.redoable(connection)
        return translate("history", found[1]) if found else None

    @property
    def last_step(self) -> int | None:
        """The number of the step that undo would take back: another one after every edit."""
        with self._reading() as connection:
            found = history.undoable(connection)
        return found[0] if found else None

    def next_size(self, way: Literal["undo", "redo"]) -> int:
        """How many rows the next undo or redo would change."""
        with self._reading() as connection:
            found = history.undoable(connection) if way == "undo" else history.redoable(connection)
            return history.size(connection, found[0]) if found else 0

    def undo(self, progress: history.Progress | None = None) -> str | None:
        """Take the last step back; returns its description, None when there is nothing to undo.

        `progress(done, total)` counts rows; what it raises leaves everything as it was.
        """
        return self._travel(history.undoable, progress)

    def redo(self, progress: history.Progress | None = None) -> str | None:
        """Bring the last undone step forth; returns its description, None when there is nothing to redo."""
        return self._travel(history.redoable, progress)

    def _travel(
        self,
        find: Callable[[sqlite3.Connection], tuple[int, str] | None],
        progress: history.Progress | None = None,
    ) -> str | None:
        with self._mutex, explained(self.path):
            writer = self._write_connection()
            if self._depth:
                raise RuntimeError("undo inside a step")
            writer.execute("BEGIN IMMEDIATE")
            try:
                found = find(writer)
                if found is None:
                    writer.execute("ROLLBACK")
                    return None
                number, description = found
                history.swap(writer, number, progress)
                searching.follow(writer, number)
                touched = history.touched(writer, number)
                writer.execute("COMMIT")
                self._checkpoints.committed()
            except BaseException:
                self._take_back(writer)
                raise
        self._tell(touched)
        return translate("history", description)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def marks(count: int) -> str:
    """`?, ?, ?`: as many places as values."""
    return ", ".join("?" * count)
