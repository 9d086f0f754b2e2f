"""Opening SQLite: whose file it is, whether it is whole, who else has it.

Owns the checks before and while a project file is opened, the pragmas, the lock between processes and the pool of
reading connections. Does not own tables (`schema`), edits (`store`) or versions (`migrations`).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.lockfile import FileLock, LockError, is_locked
from qvl_desktop.storage import schema
from qvl_desktop.storage.belonging import database_uri, log_path, put_aside, stamp_of
from qvl_desktop.storage.checkpoints import IN_THE_COMMIT
from qvl_desktop.storage.errors import (
    DAMAGED,
    HELD,
    LOCKED,
    NOT_OURS,
    READ_ONLY,
    DamagedProjectError,
    NotAProjectError,
    ProjectError,
    ProjectExistsError,
    ProjectLockedError,
    ProjectMissingError,
    ReadOnlyProjectError,
    explained,
)
from qvl_desktop.storage.migrations import check_version

_MAGIC = b"SQLite format 3\x00"
_BUSY_SECONDS = 5.0
_OURS = ("qvl-desktop", "qvl_desktop", "main.py", "__main__.py")
_LINE = 60


def check_header(path: Path) -> int:
    """The version of a project file; what is none of this version or an earlier one is refused, unopened."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError as error:
        raise ProjectMissingError(
            QT_TRANSLATE_NOOP("errors", "{path}: there is no such project."), path=path
        ) from error
    except IsADirectoryError as error:
        raise NotAProjectError(
            QT_TRANSLATE_NOOP("errors", "{path}: this is a folder, not a project file."), path=path
        ) from error
    except OSError as error:
        if path.is_dir():
            raise NotAProjectError(
                QT_TRANSLATE_NOOP("errors", "{path}: this is a folder, not a project file."), path=path
            ) from error
        raise ProjectError(
            QT_TRANSLATE_NOOP("errors", "{path}: the project cannot be read ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error
    application = int.from_bytes(header[68:72], "big")
    if len(header) < 100 or not header.startswith(_MAGIC) or application != schema.APPLICATION_ID:
        raise NotAProjectError(NOT_OURS, path=path)
    version = int.from_bytes(header[60:64], "big")
    check_version(path, version)
    return version


def lock_path(path: Path) -> Path:
    """The file whose lock says that a process has the project open for writing."""
    return path.with_name(f".{path.name}.lock")


def take_lock(path: Path) -> FileLock:
    """The lock of a project, held. Raises `ProjectLockedError` or `ReadOnlyProjectError`."""
    if not os.access(path, os.W_OK):
        raise ReadOnlyProjectError(READ_ONLY, path=path)
    lock = FileLock(lock_path(path))
    try:
        lock.acquire()
    except LockError as error:
        if isinstance(error.__cause__, OSError):
            raise ReadOnlyProjectError(READ_ONLY, path=path) from error
        if holder := holder_of(lock.path):
            raise ProjectLockedError(HELD, path=path, process=holder[0], program=holder[1]) from error
        raise ProjectLockedError(LOCKED, path=path) from error
    return lock


def holder_of(lock_file: Path) -> tuple[int, str] | None:
    """The process that holds a lock and its command line, shortened; None where it cannot be known: the file names a
    process that is none of this program here, as on a disk that another machine shares."""
    import psutil  # late: only a refusal asks

    try:
        process = psutil.Process(int(lock_file.read_text(encoding="ascii", errors="replace").split()[0]))
        words = [Path(word).name if number < 3 else word for number, word in enumerate(process.cmdline())]
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    names = [number for number, word in enumerate(words) if word.removesuffix(".exe") in _OURS]
    if not names:
        return None
    line = " ".join(["qvl-desktop", *words[names[0] + 1 :]])
    return process.pid, line if len(line) <= _LINE else f"{line[:_LINE]}…"


def closed_well(path: Path) -> bool:
    """Whether the file is the very one (by stamp, size and time) that was checked, closed and marked by `mark_closed`:
    nobody died over it, nobody else wrote to it since, and no other file has taken its name."""
    try:
        mark = lock_path(path).read_text(encoding="ascii", errors="replace")
        return mark == _closing_mark(path) and not log_path(path).exists()
    except OSError:
        return False


def mark_closed(path: Path, lock: FileLock) -> None:
    """Leave word in the lock's file that the project is whole and closed."""
    with suppress(OSError):
        if not log_path(path).exists():
            lock.write(_closing_mark(path))


def _closing_mark(path: Path) -> str:
    facts = path.stat()
    return f"closed {facts.st_size} {facts.st_mtime_ns} {stamp_of(path)}\n"


def connect(path: Path, *, read_only: bool = False, immutable: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun and ended by statements."""
    mode = "mode=ro" if read_only else "mode=rw"
    uri = database_uri(path, mode + ("&immutable=1" if immutable else ""))
    with explained(path):
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -8192")
    return connection


def connect_writer(path: Path) -> sqlite3.Connection:
    """The one connection that edits: WAL, every commit on the disk before it returns.

    What a step inside a step may have to take back is not kept in memory: there SQLite walks through all of it after
    each statement, and a step of a hundred thousand edits takes a minute instead of two seconds.
    """
    connection = connect(path)
    with explained(path):
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        connection.execute(f"PRAGMA wal_autocheckpoint = {IN_THE_COMMIT}")
    return connection


def check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """`PRAGMA quick_check`: raises `DamagedProjectError` with the first thing that is wrong."""
    try:
        first = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise DamagedProjectError(DAMAGED, path=path, reason=error) from error
    if first is None or first[0] != "ok":
        raise DamagedProjectError(DAMAGED, path=path, reason=str(first[0]) if first else "?")


def create_file(path: Path) -> None:
    """Write an empty project of the newest version, whole or not at all. Raises `ProjectExistsError`.

    What an earlier project of this name left behind (its file was deleted, its log was not) is put aside; while a
    program still works on that one, `ProjectLockedError` is raised.
    """
    reserved = False
    building = path.with_name(f".{path.name}.new")
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
        if not path.exists() and is_locked(lock_path(path)):
            raise ProjectLockedError(LOCKED, path=path)
        path.open("x").close()
        reserved = True
        put_aside(path)
        building.unlink(missing_ok=True)
        _build(building)
        building.replace(path)
        reserved = False
    except OSError as error:
        if isinstance(error, FileExistsError) and path.exists():
            raise ProjectExistsError(
                QT_TRANSLATE_NOOP("errors", "{path}: there is a file already. Open it, or choose another name."),
                path=path,
            ) from error
        raise ReadOnlyProjectError(
            QT_TRANSLATE_NOOP(
                "errors", "{path}: the project cannot be created ({reason}). Choose a folder you may write to."
            ),
            path=path,
            reason=error.strerror or error,
        ) from error
    finally:
        if reserved:
            for leftover in (building, path):
                leftover.unlink(missing_ok=True)


def _build(path: Path) -> None:
    with explained(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(
                f"BEGIN; {schema.CREATE} PRAGMA application_id = {schema.APPLICATION_ID};"
                f"PRAGMA user_version = {schema.VERSION}; COMMIT;"
            )
        finally:
            connection.close()


class ReaderPool:
    """Reading connections, one for each thread that reads at a time; they never wait for the writer.

    The first keeps up to 12 MiB of the file in memory, further ones 2 MiB each; it is taken whenever it is free.
    """

    def __init__(self, path: Path, *, immutable: bool = False) -> None:
        self._path = path
        self._immutable = immutable
        self._idle: list[sqlite3.Connection] = []
        self._first: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for the time of the block; one transaction, so that all its queries see the same state."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._make()
        try:
            with explained(self._path):
                connection.execute("BEGIN")
                yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            with self._lock:
                if self._closed:
                    connection.close()
                elif connection is self._first:
                    self._idle.append(connection)
                else:
                    self._idle.insert(0, connection)

    def _make(self) -> sqlite3.Connection:
        connection = connect(self._path, read_only=True, immutable=self._immutable)
        with self._lock:
            self._first = self._first or connection
        connection.execute(f"PRAGMA cache_size = {-12288 if connection is self._first else -2048}")
        return connection

    @contextmanager
    def counting(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for grouping very many rows; one transaction.

        Its caches are small on purpose: SQLite sorts a million rows two to three times as fast in pieces that fit into
        the processor's cache, written to a temporary file, as in one piece in memory.
        """
        connection = connect(self._path, read_only=True, immutable=self._immutable)
        try:
            with explained(self._path):
                connection.execute("PRAGMA temp_store = FILE")
                connection.execute("PRAGMA cache_size = -2000")
                connection.execute("BEGIN")
                yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Close the idle connections; those in use close when their block ends."""
        with self._lock:
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()
