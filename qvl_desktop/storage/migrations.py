"""How a project file of an earlier version becomes one of this version.

Owns the ordered steps and the backup made before the first. Does not own the newest schema (`schema`).

A migration is a function that takes the connection, inside a transaction, from version N to N + 1. All needed ones run
in one transaction: a project is either migrated whole or not at all, and its backup lies beside it in both cases.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.storage import schema
from qvl_desktop.storage.errors import DamagedProjectError, NewerProjectError, explained

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: dict[int, Migration] = {}
"""From version N to N + 1, by N. Version 1 is the first that was given to anybody."""


def check_version(path: Path, version: int) -> None:
    """Raise `NewerProjectError` for a file of a later program, `DamagedProjectError` for an impossible version."""
    if version > schema.VERSION:
        raise NewerProjectError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: this project was written by a newer version of the program (file version {found}, "
                "this program knows {known}). Update the program to open it; the file was not touched.",
            ),
            path=path,
            found=version,
            known=schema.VERSION,
        )
    if version < 1:
        raise DamagedProjectError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: the project file carries no version; it was not written to the end. "
                "It was left as it is; restore a backup (the .backup files beside it).",
            ),
            path=path,
        )


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: Mapping[int, Migration] | None = None
) -> Path | None:
    """Bring the file to `schema.VERSION`; returns the backup's path, or None when nothing was to be done."""
    steps = MIGRATIONS if migrations is None else migrations
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    check_version(path, version)
    if version == schema.VERSION:
        return None
    backup = back_up(connection, path, version)
    with explained(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for number in range(version, schema.VERSION):
                steps[number](connection)
            connection.execute(f"PRAGMA user_version = {schema.VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return backup


def back_up(connection: sqlite3.Connection, path: Path, version: int) -> Path:
    """A whole copy of the project beside it: `NAME.qvl.v1.backup`, or with a number where that exists already."""
    backup = path.with_name(f"{path.name}.v{version}.backup")
    number = 1
    while backup.exists():
        number += 1
        backup = path.with_name(f"{path.name}.v{version}-{number}.backup")
    with explained(backup):
        connection.execute("VACUUM INTO ?", (str(backup),))
    return backup
