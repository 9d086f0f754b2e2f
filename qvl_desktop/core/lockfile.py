"""A lock on a file that the operating system drops when its holder dies.

Owns `FileLock` and `is_locked`, with which "alive" and "dead" are certain, also after a kill or a power cut. Does not
own what is locked, nor waiting for it.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

LOOKS, LOOK_SECONDS = 5, 0.01
"""How often `acquire` tries: whoever asks `is_locked` holds the lock for some microseconds."""

_HELD_BYTE = 1 << 30
"""The byte that is locked on Windows: far behind the text, so that the holder's number stays readable."""


class LockError(QvlError):
    """A lock that somebody else holds, or a lock file that cannot be made."""


class FileLock:
    """An exclusive lock on `path`, held until `release()` or the end of the process.

    The file holds the process number of the last holder, for people who look at it, or what that holder wrote; it is
    never deleted, because deleting a lock file lets two holders in. Child processes do not inherit the lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def acquire(self) -> None:
        """Take the lock or raise `LockError`. Waits a moment only, in case somebody is just looking (`is_locked`)."""
        if self._file is not None:
            return
        try:
            file = self.path.open("ab+")
        except OSError as error:
            raise LockError(
                QT_TRANSLATE_NOOP("errors", "{path}: the lock file cannot be written ({reason})."),
                path=self.path,
                reason=error.strerror or error,
            ) from error
        if not _try_lock_for_a_moment(file):
            file.close()
            raise LockError(
                QT_TRANSLATE_NOOP("errors", "{path}: another process is using this. Wait for it to end, or stop it."),
                path=self.path,
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        self._file = file

    def write(self, text: str) -> None:
        """Put a short text in the place of the process number, on the disk on return; needs the lock to be held."""
        if self._file is None:
            raise RuntimeError(f"{self.path}: the lock is not held")
        self._file.truncate(0)
        self._file.write(text.encode())
        self._file.flush()
        os.fsync(self._file.fileno())

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._file is not None:
            _unlock(self._file)
            self._file.close()
            self._file = None

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


def _try_lock_for_a_moment(file: BinaryIO) -> bool:
    for _ in range(LOOKS):
        if _try_lock(file):
            return True
        time.sleep(LOOK_SECONDS)
    return _try_lock(file)


def is_locked(path: Path) -> bool:
    """Whether some process (this one included) holds the lock on `path` now. False when there is no such file."""
    try:
        with path.open("rb+") as file:
            if not _try_lock(file):
                return True
            _unlock(file)
            return False
    except FileNotFoundError:
        return False
    except PermissionError:
        return _is_locked_read_only(path)


def _is_locked_read_only(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if not _try_lock(file):
                return True
            _unlock(file)
    except OSError:
        pass
    return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: BinaryIO) -> bool:
        file.seek(_HELD_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

    def _unlock(file: BinaryIO) -> None:
        file.flush()
        file.seek(_HELD_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
