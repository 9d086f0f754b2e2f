"""How a project file of an earlier version becomes one of this version.

Owns the ordered steps and the backup made before the first. Does not own the newest schema (`schema`).

A migration is a function that takes the connection, inside a transaction, from version N to N + 1. All needed ones run
in one transaction: a project is either migrated whole or not at all, and its backup lies beside it in both cases.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, parse
from qvl_desktop.storage import schema, searching
from qvl_desktop.storage.errors import DamagedProjectError, NewerProjectError, explained

Migration = Callable[[sqlite3.Connection], None]

_PICTURE_LINE = re.compile(r"(?:Picture \d+: ?)?<img>.*?</img>\n?", re.DOTALL)


def _to_2(connection: sqlite3.Connection) -> None:
    """Quads and points, what imports bring along, what is known of files, templates of the user, text search."""
    _run(connection, "ALTER TABLE pictures ADD COLUMN extra TEXT NOT NULL DEFAULT ''")
    _run(connection, "CREATE INDEX pictures_by_region_count ON pictures (region_count, sort_key, id)")
    columns = "id, picture_id, ref, x1, y1, x2, y2, token"
    for trigger in ("region_added", "region_gone", "region_renamed"):
        _run(connection, f"DROP TRIGGER {trigger}")
    _run(connection, "DROP INDEX regions_by_picture", "DROP INDEX regions_by_ref")
    _run(connection, f"CREATE TEMP TABLE kept_regions AS SELECT {columns} FROM main.regions")
    _run(connection, "DROP TABLE main.regions")
    table, *rest = _statements(schema.REGIONS)
    _run(connection, table, f"INSERT INTO regions ({columns}) SELECT {columns} FROM temp.kept_regions", *rest)
    _run(connection, "DROP TABLE temp.kept_regions")
    _run(connection, *_statements(schema.FILES), *_statements(schema.SEARCH), *_statements(schema.KEPT))
    searching.build(connection)
    _run(connection, "ALTER TABLE conversations ADD COLUMN edited INTEGER NOT NULL DEFAULT 0")
    _run(connection, "DROP INDEX links_of_turn", "DROP INDEX links_of_region")
    columns = "id, turn_id, ordinal, region_id"
    _run(connection, f"CREATE TEMP TABLE kept_links AS SELECT {columns} FROM main.links", "DROP TABLE main.links")
    table, *rest = _statements(schema.LINKS)
    _run(connection, table, f"INSERT INTO links ({columns}) SELECT {columns} FROM temp.kept_links", *rest)
    _run(connection, "DROP TABLE temp.kept_links")
    for table, added in (("pictures", ["''"]), ("regions", ["'box'", "''", "0", "''"]), ("conversations", ["0"])):
        values = ", ".join(f"'$[#]', {value}" for value in added)
        image = f"json_insert(image, {values})"
        _run(connection, f"UPDATE atoms SET image = {image} WHERE tbl = '{table}' AND image IS NOT NULL")


def _to_3(connection: sqlite3.Connection) -> None:
    """Chats that branch, and what a model proposes."""
    _rebuild_threads(connection)
    _run(connection, *_statements(schema.PROPOSED))


def _rebuild_threads(connection: sqlite3.Connection) -> None:
    """From messages in a line to exchanges in a tree. A question without an answer stays one; so does an answer without
    a question; what a system turn said becomes the chat's system prompt."""
    chats = connection.execute("SELECT id, title, created FROM threads ORDER BY id").fetchall()
    turns = connection.execute(
        "SELECT thread_id, role, text, model FROM thread_turns ORDER BY thread_id, position, id"
    ).fetchall()
    _run(connection, "DROP INDEX thread_turns_in_order", "DROP TABLE thread_turns", "DROP TABLE threads")
    _run(connection, *_statements(schema.THREADS))
    said: dict[int, list[tuple[str, str, str]]] = {}
    for chat, role, text, model in turns:
        said.setdefault(chat, []).append((role, text, model))
    for chat, title, created in chats:
        system = [text for role, text, _ in said.get(chat, []) if role == "system"]
        settings = json.dumps({"system": "\n".join(system)}, ensure_ascii=False) if system else ""
        insert = "INSERT INTO threads (id, title, settings, created, changed) VALUES (?, ?, ?, ?, ?)"
        connection.execute(insert, (chat, title, settings, created, created))
        _insert_exchanges(connection, chat, [turn for turn in said.get(chat, []) if turn[0] != "system"])


def _insert_exchanges(connection: sqlite3.Connection, chat: int, turns: list[tuple[str, str, str]]) -> None:
    insert = (
        "INSERT INTO exchanges (thread_id, parent_id, question, pictures, answer, model, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)"
    )
    parent: int | None = None
    pairs: list[tuple[str, tuple[str, str] | None]] = []
    for role, text, model in turns:
        if role == "user":
            pairs.append((text, None))
        elif pairs and pairs[-1][1] is None:
            pairs[-1] = (pairs[-1][0], (text, model))
        else:
            pairs.append(("", (text, model)))
    for asked, answered in pairs:
        paths = [segment.path for segment in parse(asked) if isinstance(segment, Picture)]
        question = _PICTURE_LINE.sub("", asked)
        answer, model = answered or ("", "")
        pictures = json.dumps(paths, ensure_ascii=False) if paths else ""
        row = (chat, parent, question, pictures, answer, model, "done" if answered else "stopped")
        parent = connection.execute(insert, row).lastrowid


MIGRATIONS: dict[int, Migration] = {1: _to_2, 2: _to_3}
"""From version N to N + 1, by N. Version 1 is the first that was given to anybody."""


def _run(connection: sqlite3.Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(statement)


def _statements(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would end the transaction."""
    found, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun.strip())
            begun = ""
    return found


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
    with explained(path), _without_foreign_keys(connection):
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


@contextmanager
def _without_foreign_keys(connection: sqlite3.Connection) -> Iterator[None]:
    """Let tables be built anew: dropping one would otherwise take along what hangs on its rows."""
    before = connection.execute("PRAGMA foreign_keys").fetchone()[0]
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA foreign_keys = {before}")


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
