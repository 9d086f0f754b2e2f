"""Undo and redo, kept in the project file.

Owns what is recorded of an edit and how a step is taken back. Does not own transactions or who is told (`connection`,
`store`).

One step is one row of `steps` and a few `atoms`. History is a line, so an atom needs only *one* image of its row: the
state the row is **not** in now (before the edit while the step is done, after it while it is undone; NULL = there is no
such row). Taking a step back or forth swaps images with rows, in a handful of set-based statements for each chunk
of rows. Atoms are written by temporary triggers of the writing connection, so no edit can forget them.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from qvl_desktop.storage.schema import RECORDED, Recorded

Progress = Callable[[int, int], None]

CHUNK = 2000
"""Rows that are put back by one statement: between two, progress is told and a wish to give up is heard."""

MANY, MANY_KIB = 20_000, 131_072
"""From so many rows on, a step goes back and forth with so much memory for pages of the file."""

KEPT_STEPS = 10_000
"""Older steps are forgotten when a project is opened."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows a step concerns, by what must be looked at again."""

    pictures: frozenset[int]
    region_pictures: frozenset[int]
    conversations: frozenset[int]
    headers: bool = False
    proposals: frozenset[int] = frozenset()
    """Pictures whose suggestions or drafts are concerned."""


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

    `progress(done, total)` counts rows, table by table and chunk by chunk. What is held in memory does not grow with
    the step but for 8 bytes a row: images go from rows to atoms a chunk at a time.
    """
    connection.execute("PRAGMA defer_foreign_keys = ON")
    going = {recorded: _rows(connection, step, recorded.table, "IS NULL") for recorded in RECORDED}
    coming = {recorded: _rows(connection, step, recorded.table, "IS NOT NULL") for recorded in RECORDED}
    cascades = any(going.values())
    total = sum(map(len, (*going.values(), *coming.values())))
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, total)

    with _much_at_hand(connection, total):
        if cascades:  # a row that changes may hang on one that goes, and go along: its image is taken before
            for recorded in RECORDED:
                for ids in _chunks(coming[recorded]):
                    _set_apart(connection, step, recorded, ids)
        for recorded in reversed(RECORDED):
            for ids in _chunks(going[recorded]):
                _take_away(connection, step, recorded, ids)
                tell(len(ids))
        for recorded in RECORDED:
            for ids in _chunks(coming[recorded]):
                _put_back(connection, step, recorded, ids, apart=cascades)
                tell(len(ids))
        if cascades:
            connection.execute("DELETE FROM atoms WHERE step = ?", (-step,))
    connection.execute("UPDATE steps SET done = 1 - done WHERE id = ?", (step,))


def _rows(connection: sqlite3.Connection, step: int, table: str, image: str) -> array[int]:
    """The ids of a step's rows in one table whose image is (not) NULL, in order."""
    query = f"SELECT row FROM atoms WHERE step = ? AND tbl = ? AND image {image} ORDER BY row"
    return array("q", (row for (row,) in connection.execute(query, (step, table))))


def _chunks(rows: array[int]) -> Iterator[array[int]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _listed(ids: array[int]) -> str:
    """Ids as `_THESE` takes them."""
    return json.dumps(ids.tolist())


@contextmanager
def _much_at_hand(connection: sqlite3.Connection, rows: int) -> Iterator[None]:
    """Hold more of the file in memory for very many rows: their indexes are walked in another order than the rows."""
    (before,) = connection.execute("PRAGMA cache_size").fetchone()
    try:
        if rows > MANY:
            connection.execute(f"PRAGMA cache_size = -{MANY_KIB}")
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = {before}")


_THESE = "IN (SELECT value FROM json_each(?))"


def _set_apart(connection: sqlite3.Connection, step: int, recorded: Recorded, ids: array[int]) -> None:
    """Keep the images of rows as they are now, under the step's number below zero."""
    connection.execute(
        f"INSERT INTO atoms (step, tbl, row, image) SELECT ?, '{recorded.table}', t.id, {_image(recorded, 't.')} "
        f"FROM {recorded.table} AS t WHERE t.id {_THESE}",
        (-step, _listed(ids)),
    )


def _take_away(connection: sqlite3.Connection, step: int, recorded: Recorded, ids: array[int]) -> None:
    """Delete rows; their images become those of their atoms."""
    listed = _listed(ids)
    connection.execute(
        f"UPDATE atoms SET image = (SELECT {_image(recorded, 't.')} FROM {recorded.table} AS t WHERE t.id = atoms.row) "
        f"WHERE step = ? AND tbl = ? AND row {_THESE}",
        (step, recorded.table, listed),
    )
    connection.execute(f"DELETE FROM {recorded.table} WHERE id {_THESE}", (listed,))


def _put_back(connection: sqlite3.Connection, step: int, recorded: Recorded, ids: array[int], *, apart: bool) -> None:
    """Give rows the images of their atoms, and the atoms what the rows were until now (None where there was none)."""
    table, listed = recorded.table, _listed(ids)
    if apart:
        query = f"SELECT row, image FROM atoms WHERE step = ? AND tbl = ? AND row {_THESE}"
        now = dict(connection.execute(query, (-step, table, listed)).fetchall())
    else:
        query = f"SELECT t.id, {_image(recorded, 't.')} FROM {table} AS t WHERE t.id {_THESE}"
        now = dict(connection.execute(query, (listed,)).fetchall())
    columns = ", ".join(recorded.columns)
    values = ", ".join(f"json_extract(a.image, '$[{i}]')" for i in range(len(recorded.columns)))
    updates = ", ".join(f"{column} = excluded.{column}" for column in recorded.columns)
    connection.execute(
        f"INSERT INTO {table} (id, {columns}) SELECT a.row, {values} FROM atoms AS a "
        f"WHERE a.step = ? AND a.tbl = ? AND a.row {_THESE} ON CONFLICT (id) DO UPDATE SET {updates}",
        (step, table, listed),
    )
    if not now:
        nothing = f"UPDATE atoms SET image = NULL WHERE step = ? AND tbl = ? AND row {_THESE}"
        connection.execute(nothing, (step, table, listed))
        return
    connection.executemany(
        "UPDATE atoms SET image = ? WHERE step = ? AND tbl = ? AND row = ?",
        ((now.get(row), step, table, row) for row in ids),
    )


def touched(connection: sqlite3.Connection, step: int) -> Touched:
    """The pictures and conversations whose rows, regions or turns a step concerns.

    Rows are looked up where they are now and in the atoms' images, so that both vanished and new ones are named.
    """
    pictures: set[int] = set()
    region_pictures: set[int] = set()
    conversations: set[int] = set()
    proposals: set[int] = set()
    targets = {"pictures": pictures, "conversations": conversations}
    parents = {
        "regions": ("picture_id", region_pictures),
        "turns": ("conversation_id", conversations),
        "conversation_pictures": ("conversation_id", conversations),
        "suggestions": ("picture_id", proposals),
        "drafts": ("picture_id", proposals),
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
    return Touched(
        frozenset(pictures),
        frozenset(region_pictures),
        frozenset(conversations),
        headers is not None,
        frozenset(proposals),
    )


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
