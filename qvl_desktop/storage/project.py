"""A project file, open.

Owns creating, opening and closing. What a project can do stands in the classes it is made of: `pictures`,
`conversations`, `regions`, `refs`, `threads`, and `store` for steps, undo and observers.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qvl_desktop.storage import history, schema
from qvl_desktop.storage.connection import (
    ReaderPool,
    check_header,
    check_whole,
    connect,
    connect_writer,
    create_file,
    take_lock,
)
from qvl_desktop.storage.errors import ProjectError, explained
from qvl_desktop.storage.migrations import migrate
from qvl_desktop.storage.threads import Threads

SUFFIX = ".qvl"
"""The ending of project files."""


class Project(Threads):
    """One project file. Edits are on the disk when their call returns; there is nothing to save.

    Make one with `create`, `open` or `open_read_only`. Use it as a context manager, or `close()` it.
    """

    @classmethod
    def create(cls, path: Path) -> Project:
        """Make a new, empty project and open it.

        Raises `ProjectExistsError` where there is a file, `ReadOnlyProjectError` where none can be written.
        """
        path = Path(path).absolute()
        create_file(path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Project:
        """Open a project to work on it: checked, brought to the newest version (after a backup), and locked.

        Raises a `ProjectError`: `ProjectMissingError`, `NotAProjectError`, `NewerProjectError`, `ProjectLockedError`,
        `ReadOnlyProjectError`, `DamagedProjectError`, `DiskFullError`.
        """
        path = Path(path).absolute()
        check_header(path)
        lock = take_lock(path)
        try:
            writer = connect_writer(path)
            try:
                check_whole(writer, path)
                migrate(writer, path)
                with explained(path):
                    history.forget_old(writer)
                return cls(path, writer, ReaderPool(path), lock)
            except BaseException:
                writer.close()
                raise
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open_read_only(cls, path: Path) -> Project:
        """Open a project to read it, also while another process works on it or where it cannot be written.

        A file of an earlier version is brought to the newest first, which needs it to be free and writable.
        """
        path = Path(path).absolute()
        if check_header(path) < schema.VERSION:
            cls.open(path).close()
        pool = ReaderPool(path, immutable=not _can_share(path))
        project = cls(path, None, pool, None)
        with pool.reading() as connection:
            check_whole(connection, path)
        return project

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _can_share(path: Path) -> bool:
    """Whether SQLite can read the file beside a writer: its companion files exist, or can be made."""
    if path.with_name(path.name + "-wal").exists():
        return True
    try:
        connection = connect(path, read_only=True)
    except ProjectError:
        return False
    try:
        connection.execute("SELECT 1 FROM pictures LIMIT 1").fetchone()
    except sqlite3.Error:
        return False
    finally:
        connection.close()
    return True
