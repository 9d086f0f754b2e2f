"""A project file, open.

Owns creating, opening and closing. What a project can do stands in the classes it is made of: `pictures`,
`links`, `conversations`, `regions`, `refs`, `own_templates`, `threads`, `kept`, `files`, `relinking`, `asks`,
`suggestions`, `drafts`, and `store` for steps, undo and observers.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from qvl_desktop.storage import history, schema
from qvl_desktop.storage.belonging import is_foreign, last_opening, note_opening, put_aside, put_stamp
from qvl_desktop.storage.connection import (
    ReaderPool,
    check_header,
    check_whole,
    closed_well,
    connect,
    connect_writer,
    create_file,
    lock_path,
    take_lock,
)
from qvl_desktop.storage.drafts import Drafts
from qvl_desktop.storage.errors import DamagedProjectError, ProjectError, explained
from qvl_desktop.storage.migrations import migrate
from qvl_desktop.storage.own_templates import OwnTemplates
from qvl_desktop.storage.relinking import Relinking

SUFFIX = ".qvl"
"""The ending of project files."""

Check = Literal["first", "later"]


class Project(Relinking, OwnTemplates, Drafts):
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
    def open(cls, path: Path, *, check: Check = "first") -> Project:
        """Open a project to work on it: checked, brought to the newest version (after a backup), and locked.

        A log that another file of this name left behind is put aside (`belonging`).

        With `check="later"` a file that was closed well, and that nobody touched since, is not read through first
        (`checked` is False then): the caller runs `check_now` beside its work. After any other end it is checked first.

        Raises a `ProjectError`: `ProjectMissingError`, `NotAProjectError`, `NewerProjectError`, `ProjectLockedError`,
        `ReadOnlyProjectError`, `DamagedProjectError`, `DiskFullError`.
        """
        path = Path(path).absolute()
        version = check_header(path)
        trusted = check == "later" and version == schema.VERSION and closed_well(path)
        last = last_opening(lock_path(path))
        lock = take_lock(path)
        try:
            if is_foreign(path, version, last):
                put_aside(path)
            writer = connect_writer(path)
            try:
                if not trusted:
                    check_whole(writer, path)
                migrate(writer, path)
                with explained(path):
                    history.forget_old(writer)
                    note_opening(lock, put_stamp(writer, path))
                project = cls(path, writer, ReaderPool(path), lock)
                project.checked = not trusted
                return project
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
        version = check_header(path)
        if version < schema.VERSION:
            cls.open(path).close()
        foreign = is_foreign(path, version, last_opening(lock_path(path)))
        pool = ReaderPool(path, immutable=foreign or not _can_share(path))
        project = cls(path, None, pool, None)
        with pool.reading() as connection:
            check_whole(connection, path)
        return project

    def check_now(self) -> None:
        """Read the whole file through for damage, beside other work. Raises `DamagedProjectError`; from then on the
        project takes no more edits, and can still be read."""
        if self.checked:
            return
        connection = connect(self.path, read_only=True)
        try:
            check_whole(connection, self.path)
        except DamagedProjectError as error:
            self.damage = error
            raise
        finally:
            connection.close()
        self.checked = True

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
