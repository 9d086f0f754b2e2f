"""Which log belongs to which project file.

Owns the stamp by which a file is known again, and putting aside a log (`NAME-wal`) that another file has left behind.
SQLite knows a log by its name alone: a file that takes the name of one whose program died would be given the rows of
the other. Does not own opening or locking (`connection`).

Each opening for writing gives the file a new stamp, on the disk before the first edit, and writes it into the lock's
file together with the mark of its log. A log is foreign when it is the very one that was written then, and the file
beside it has another stamp. The mark: bytes 12 to 15 of a log count its restarts, and bytes 16 to 19 hold a random
number that grows by one with each (https://www.sqlite.org/fileformat2.html#walformat), so that their difference stays
the same while a program writes, and is another one in every other log.

Where anything of this is not known, the log is taken: no edit is ever left out on a guess. What this cannot tell apart
is a copy made while the program was running, put back after it died.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.storage.errors import ReadOnlyProjectError

_KEY = "stamp"
_LENGTH = 32
_LOG_MAGIC = b"\x37\x7f\x06"
_FIRST_STAMPED = 2
"""Files of earlier versions have no stamp."""

_LOGS = ("-wal", "-journal")


@dataclass(frozen=True, slots=True)
class Opening:
    """What the lock's file says of the last opening that has not ended: the file's stamp, the mark of its log."""

    stamp: str
    log: int


def log_path(path: Path) -> Path:
    """Where SQLite keeps what is not in the file itself yet."""
    return path.with_name(path.name + "-wal")


def database_uri(path: Path, parameters: str) -> str:
    """The file as SQLite takes it, with parameters such as `mode=ro`."""
    text = path.absolute().as_posix()
    return f"file:{quote(text if text.startswith('/') else '/' + text)}?{parameters}"


def stamp_of(path: Path) -> str:
    """The stamp in the file itself, whatever its log says; "" when there is none to be read. Touches nothing."""
    try:
        with closing(sqlite3.connect(database_uri(path, "mode=ro&immutable=1"), uri=True)) as connection:
            row = connection.execute("SELECT value FROM marks WHERE key = ?", (_KEY,)).fetchone()
    except sqlite3.Error:
        return ""
    text = str(row[0]) if row else ""
    return text if len(text) == _LENGTH and set(text) <= set("0123456789abcdef") else ""


def log_mark(path: Path) -> int | None:
    """The mark of the log beside a file; None where there is no log, or nothing in it."""
    try:
        with log_path(path).open("rb") as file:
            head = file.read(32)
    except OSError:
        return None
    if len(head) < 32 or head[:3] != _LOG_MAGIC:
        return None
    return (int.from_bytes(head[16:20], "big") - int.from_bytes(head[12:16], "big")) & 0xFFFFFFFF


def put_stamp(connection: sqlite3.Connection, path: Path) -> Opening | None:
    """Give the file a new stamp; it stands in the file itself afterwards. None when it could not get there: the disk is
    full, or somebody who reads is in the way."""
    stamp = secrets.token_hex(_LENGTH // 2)
    insert = "INSERT INTO marks (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"
    timeout = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    try:
        connection.execute(insert, (_KEY, stamp))
        mark = log_mark(path)
        connection.execute("PRAGMA busy_timeout = 100")
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        return None
    finally:
        connection.execute(f"PRAGMA busy_timeout = {timeout}")
    return None if busy or mark is None else Opening(stamp, mark)


def note_opening(lock: FileLock, opening: Opening | None) -> None:
    """Say in the lock's file, before the first edit, which log belongs to which stamp."""
    if opening is not None:
        with suppress(OSError):
            lock.write(f"{os.getpid()}\nopen {opening.stamp} {opening.log}\n")


def last_opening(lock_file: Path) -> Opening | None:
    """What `note_opening` wrote; None after a clean end, or when nothing is known. Ask before the lock is taken."""
    try:
        words = lock_file.read_text(encoding="ascii", errors="replace").split()
        _, word, stamp, log = words
        return Opening(stamp, int(log)) if word == "open" else None
    except (OSError, ValueError):
        return None


def is_foreign(path: Path, version: int, last: Opening | None) -> bool:
    """Whether the log beside a file of this version was written for another one that had its name."""
    if last is None or log_mark(path) != last.log:
        return False
    stamp = stamp_of(path)
    return version < _FIRST_STAMPED or stamp not in ("", last.stamp)


def put_aside(path: Path) -> tuple[Path, ...]:
    """Take the logs of a file that is gone out of the way, under names that SQLite does not look for; returns those.

    Nothing is deleted but what is empty, and the index (`NAME-shm`), which holds no rows. Raises
    `ReadOnlyProjectError` where they cannot be moved.
    """
    moved = []
    try:
        path.with_name(path.name + "-shm").unlink(missing_ok=True)
        for ending in _LOGS:
            companion = path.with_name(path.name + ending)
            if not companion.exists():
                continue
            if companion.stat().st_size == 0:
                companion.unlink()
                continue
            aside, number = path.with_name(f"{companion.name}.aside"), 1
            while aside.exists():
                number += 1
                aside = path.with_name(f"{companion.name}.aside-{number}")
            companion.rename(aside)
            moved.append(aside)
    except OSError as error:
        raise ReadOnlyProjectError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: beside it lies the log of another project that had this name, and it cannot be moved "
                "({reason}). Move the files that begin with this name elsewhere, or choose another name.",
            ),
            path=path,
            reason=error.strerror or error,
        ) from error
    return tuple(moved)
