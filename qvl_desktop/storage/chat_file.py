"""The chats of somebody who works without a project.

Owns the file in the user's data folder that keeps them: a project file of which only the chats are used. Several
windows may have it open at a time, since a chat is a row of its own and nothing here is undone. Does not own the chats
(`threads`).
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path

from qvl_desktop.storage.connection import ReaderPool, check_header, check_whole, connect_writer, create_file
from qvl_desktop.storage.errors import DamagedProjectError, NotAProjectError, ProjectExistsError
from qvl_desktop.storage.migrations import migrate
from qvl_desktop.storage.settings import data_folder
from qvl_desktop.storage.threads import Threads

NAME = "chats.qvl"
CHECKED_BYTES = 8 << 20
"""A larger file is not read through for damage first: the window waits for this. SQLite tells of damage it meets."""

_log = logging.getLogger(__name__)


def open_chats(path: Path | None = None) -> Threads:
    """The file with the user's chats, made when there is none; one that is damaged is put aside and begun anew.

    Raises a `ProjectError` when it can be neither read nor made. Close what it returns.
    """
    path = path or data_folder() / NAME
    try:
        return _open(path)
    except (DamagedProjectError, NotAProjectError) as error:
        _log.warning("the chats are put aside: %s", error)
        aside = path.with_name(f"{path.name}.{time.strftime('%Y%m%d-%H%M%S')}.damaged")
        path.rename(aside)
        for ending in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
        return _open(path)


def _open(path: Path) -> Threads:
    if not path.exists():
        with suppress(ProjectExistsError):  # another window was faster
            create_file(path)
    check_header(path)
    writer = connect_writer(path)
    try:
        if path.stat().st_size <= CHECKED_BYTES:
            check_whole(writer, path)
        migrate(writer, path)
        return Threads(path, writer, ReaderPool(path), None)
    except BaseException:
        writer.close()
        raise
