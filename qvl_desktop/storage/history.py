"""Undo and redo, kept in the project file.

Owns what is recorded of an edit and how a step is taken back. Does not own transactions or who is told (`connection`,
`store`).

One step is one row of `steps` and a few `atoms`. History is a line, so an atom needs only *one* image of its row: the
state the row is **not** in now (before the edit while the step is done, after it while it is undone; NULL = there is no
such row). Taking a step back or forth swaps images with rows, in a handful of set-based statements, whatever the number
of rows. Atoms are written by temporary triggers of the writing connection, so no edit can forget them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from qvl_desktop.storage.schema import RECORDED, Recorded

Progress = Callable[[int, int], None]

CHUNK = 2000
"""Rows that are put back by one statement: between two, progress is told and a wish to give up is heard."""

_SPAN = "a.step = ? AND a.tbl = ? AND a.row BETWEEN ? AND ?"

KEPT_STEPS = 10_000
"""Older steps are forgotten when a project is opened."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows a step concerns, by what must be looked at again."""

    pictures: frozenset[int]
    region_pictures: frozenset[int]
    conversations: frozenset[int]
    headers: bool = False


def install(connection: sqlite3.Connection) -> None:
    """Create the recording triggers of this connection; nothing is recorded until `begin`."""
    script = ["CREATE TEMP TABLE recording (step INTEGER NOT NULL);"]
    for recorded in RECORDED:
        table = recorded.table
        script += [
            _trigger(table, "INSERT", "NEW", "NULL"),
            _trigger(table, "DELETE", "OLD", _image(recorded, "OLD.")),
            _trigger(table, "UPDATE OF " + ", ".join(recorded.columns), "OLD", _image(recorded, "OLD.")),
        ]
    connection.executescript("\n".join(script))


def _image(recorded: Recorded, prefix: str = "") -> str:
    return "json_array(" + ", ".join(prefix + column for column in recorded.columns) + ")"


def _trigger(table: str, when: str, row: str, image: str) -> str:
    return f"""
        CREATE TEMP TRIGGER record_{table}_{when.split()[0].lower()} AFTER {when} ON main.{table} BEGIN
            INSERT INTO atoms (step, tbl, row, image)
                SELECT r.step, '{table}', {row}.id, {image} FROM recording AS r
                WHERE NOT EXISTS (
                    SELECT 1 FROM atoms AS a WHERE a.step = r.step AND a.tbl = '{table}' AND a.row = {row}.id
                );
        END;"""


def begin(connection: sqlite3.Connection, description: str) -> int:
    """Open a step inside the current transaction: record from now on."""
    step = connection.execute("INSERT INTO steps (description) VALUES (?)", (description,)).lastrowid
    assert step is not None
    connection.execute("INSERT INTO temp.recording (step) VALUES (?)", (step,))
    return step


def finish(connection: sqlite3.Connection, step: int) -> bool:
    """Close a step; returns whether it changed a row.

    A change forgets what could be redone. A step without one is dropped, as if nobody had tried.
    """
    connection.execute("DELETE FROM temp.recording")
    if connection.execute("SELECT 1 FROM atoms WHERE step = ? LIMIT 1", (step,)).fetchone():
        connection.execute("DELETE FROM steps WHERE done = 0")
        return True
    connection.execute("DELETE FROM steps WHERE id = ?", (step,))
    return False


def join(connection: sqlite3.Connection, step: int, earlier: int) -> bool:
    """Make a finished step part of the one directly before it, if that is `earlier`; whether it was."""
    before = connection.execute("SELECT max(id) FROM steps WHERE id < ?", (step,)).fetchone()[0]
    if before != earlier:
        return False
    connection.execute("UPDATE OR IGNORE atoms SET step = ? WHERE step = ?", (earlier, step))
    connection.execute("DELETE FROM steps WHERE id = ?", (step,))
    return True


def pause(connection: sqlite3.Connection) -> None:
    """Stop recording (a step was given up)."""
    connection.execute("DELETE FROM temp.recording")


def undoable(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """The step that undo takes back: its number and description."""
    row = connection.execute("SELECT id, description FROM steps WHERE done = 1 ORDER BY id DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else None


def redoable(connection: sqlite3.Connection) -> tuple[int, str] | None:
    """The step that redo brings back: its number and description."""
    row = connection.execute("SELECT id, description FROM steps WHERE done = 0 ORDER BY id LIMIT 1").fetchone()
    return (row[0], row[1]) if row else None


def size(connection: sqlite3.Connection, step: int) -> int:
    """How many rows a step concerns."""
    return int(connection.execute("SELECT count(*) FROM atoms WHERE step = ?", (step,)).fetchone()[0])


def swap(connection: sqlite3.Connection, step: int, progress: Progress | None = None) -> None:
    """Take a done step back, or bring an undone one forth, inside the current transaction.

    `progress(done, total)` counts rows, table by table and chunk by chunk.
    """
    connection.execute("PRAGMA defer_foreign_keys = ON")
    connection.execute("DROP TABLE IF EXISTS temp.current_images")
    connection.execute("CREATE TEMP TABLE current_images (tbl TEXT, row INTEGER, image TEXT, PRIMARY KEY (tbl, row))")
    spans = {recorded: _spans(connection, step, recorded.table) for recorded in RECORDED}
    tables = [recorded for recorded in RECORDED if spans[recorded]]
    total = 3 * sum(count for table in tables for _, _, count in spans[table])
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)

    for recorded in tables:
        for first, last, count in spans[recorded]:
            connection.execute(
                f"INSERT INTO temp.current_images SELECT '{recorded.table}', t.id, {_image(recorded, 't.')} "
                f"FROM atoms AS a JOIN {recorded.table} AS t ON t.id = a.row WHERE {_SPAN}",
                (step, recorded.table, first, last),
            )
            tell(count)
    for recorded in reversed(tables):
        for first, last, count in spans[recorded]:
            connection.execute(
                f"DELETE FROM {recorded.table} WHERE id IN "
                f"(SELECT a.row FROM atoms AS a WHERE {_SPAN} AND a.image IS NULL)",
                (step, recorded.table, first, last),
            )
            tell(count)
    for recorded in tables:
        for first, last, count in spans[recorded]:
            _put_back(connection, step, recorded, first, last)
            tell(count)
    connection.execute(
        "UPDATE atoms SET image = (SELECT c.image FROM temp.current_images AS c "
        "WHERE c.tbl = atoms.tbl AND c.row = atoms.row) WHERE step = ?",
        (step,),
    )
    connection.execute("UPDATE steps SET done = 1 - done WHERE id = ?", (step,))
    connection.execute("DROP TABLE temp.current_images")


def _spans(connection: sqlite3.Connection, step: int, table: str) -> list[tuple[int, int, int]]:
    """The rows of a step in one table as spans of ids: first, last, and how many."""
    rows = connection.execute("SELECT row FROM atoms WHERE step = ? AND tbl = ? ORDER BY row", (step, table)).fetchall()
    return [
        (rows[start][0], rows[min(start + CHUNK, len(rows)) - 1][0], min(CHUNK, len(rows) - start))
        for start in range(0, len(rows), CHUNK)
    ]


def _put_back(connection: sqlite3.Connection, step: int, recorded: Recorded, first: int, last: int) -> None:
    columns = ", ".join(recorded.columns)
    values = ", ".join(f"json_extract(a.image, '$[{i}]')" for i in range(len(recorded.columns)))
    updates = ", ".join(f"{column} = excluded.{column}" for column in recorded.columns)
    connection.execute(
        f"INSERT INTO {recorded.table} (id, {columns}) "
        f"SELECT a.row, {values} FROM atoms AS a WHERE {_SPAN} AND a.image IS NOT NULL "
        f"ON CONFLICT (id) DO UPDATE SET {updates}",
        (step, recorded.table, first, last),
    )


def touched(connection: sqlite3.Connection, step: int) -> Touched:
    """The pictures and conversations whose rows, regions or turns a step concerns.

    Rows are looked up where they are now and in the atoms' images, so that both vanished and new ones are named.
    """
    pictures: set[int] = set()
    region_pictures: set[int] = set()
    conversations: set[int] = set()
    targets = {"pictures": pictures, "conversations": conversations}
    parents = {
        "regions": ("picture_id", region_pictures),
        "turns": ("conversation_id", conversations),
        "conversation_pictures": ("conversation_id", conversations),
    }
    for table, rows in targets.items():
        query = "SELECT row FROM atoms WHERE step = ? AND tbl = ?"
        rows.update(row for (row,) in connection.execute(query, (step, table)))
    for table, (column, rows) in parents.items():
        now = f"SELECT t.{column} FROM atoms AS a JOIN {table} AS t ON t.id = a.row WHERE a.step = ? AND a.tbl = ?"
        rows.update(row for (row,) in connection.execute(now, (step, table)))
        then = "SELECT image FROM atoms WHERE step = ? AND tbl = ? AND image IS NOT NULL"
        rows.update(json.loads(image)[0] for (image,) in connection.execute(then, (step, table)))
    conversations.update(_linked(connection, step))
    headers = connection.execute("SELECT 1 FROM atoms WHERE step = ? AND tbl = 'headers' LIMIT 1", (step,)).fetchone()
    return Touched(frozenset(pictures), frozenset(region_pictures), frozenset(conversations), headers is not None)


def _linked(connection: sqlite3.Connection, step: int) -> set[int]:
    """The conversations whose links a step concerns."""
    query = (
        "SELECT t.conversation_id FROM atoms AS a LEFT JOIN links AS l ON l.id = a.row "
        "JOIN turns AS t ON t.id = ifnull(l.turn_id, json_extract(a.image, '$[0]')) "
        "WHERE a.step = ? AND a.tbl = 'links'"
    )
    return {row for (row,) in connection.execute(query, (step,))}


def forget_old(connection: sqlite3.Connection, keep: int = KEPT_STEPS) -> None:
    """Drop all but the newest `keep` steps."""
    connection.execute(
        "DELETE FROM steps WHERE id <= (SELECT id FROM steps ORDER BY id DESC LIMIT 1 OFFSET ?)", (keep,)
    )
