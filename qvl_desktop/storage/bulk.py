"""Very many regions in one step.

Owns adding regions by the hundred thousand: what the triggers of the table do for each row is done once for all rows,
and Python's collector is kept out of the way. Does not own what is added, nor the triggers (`schema`, `history`).
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from qvl_desktop.storage.project import Project

INSERT = (
    "INSERT INTO regions (picture_id, ref, kind, points, x1, y1, x2, y2, token, extra) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_SAME = (
    "SELECT id, extra FROM regions WHERE picture_id = ? AND ref = ? AND kind = ? AND points = ? "
    "AND x1 = ? AND y1 = ? AND x2 = ? AND y2 = ? ORDER BY id LIMIT 1"
)

_TRIGGERS = (("sqlite_master", "region_added"), ("sqlite_temp_master", "record_regions_insert"))

_RECORDED = (
    "INSERT OR IGNORE INTO atoms (step, tbl, row, image) SELECT ?, 'regions', id, NULL FROM regions WHERE id > ?"
)

_COUNTED = (
    "UPDATE pictures SET region_count = region_count + n.count FROM "
    "(SELECT picture_id, count(*) AS count FROM regions WHERE id > ? GROUP BY picture_id) AS n "
    "WHERE pictures.id = n.picture_id"
)

_NAMED = (
    "INSERT INTO refs (ref, count, used) SELECT ref, count(*), max(id) - ? + (SELECT ifnull(max(used), 0) FROM refs) "
    "FROM regions WHERE id > ? GROUP BY ref "
    "ON CONFLICT (ref) DO UPDATE SET count = count + excluded.count, used = excluded.used"
)


class RegionLoader:
    """Adds rows to `regions`; made by `loading_regions`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.before = int(connection.execute("SELECT ifnull(max(id), 0) FROM regions").fetchone()[0])
        """The highest id there was; what is added gets higher ones."""
        self.added = 0

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        """Add rows, with the columns of `INSERT`."""
        self.added += self._connection.executemany(INSERT, rows).rowcount

    def find(self, wanted: Sequence[object]) -> tuple[int, str] | None:
        """Id and extra of the earliest region with exactly these columns, up to `y2` in the order of `INSERT`."""
        row: tuple[int, str] | None = self._connection.execute(_SAME, wanted).fetchone()
        return row

    def change_extra(self, region_id: int, extra: str) -> None:
        """Give a region that was there another extra."""
        self._connection.execute("UPDATE regions SET extra = ? WHERE id = ?", (extra, region_id))


@contextmanager
def few_collections() -> Iterator[None]:
    """Let Python look for cycles seldom: a stream of records makes none, and looking takes a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def loading_regions(project: Project, step: int) -> Iterator[RegionLoader]:
    """Add regions inside a step of the project (`step` is its number); counts and history are right afterwards.

    When the block raises, the step has to be given up: its rollback brings the triggers back.
    """
    connection = project._write_connection()
    triggers = []
    for table, name in _TRIGGERS:
        row = connection.execute(f"SELECT sql FROM {table} WHERE type = 'trigger' AND name = ?", (name,)).fetchone()
        sql = str(row[0])
        if "temp" in table:
            sql = sql.replace("CREATE TRIGGER", "CREATE TEMP TRIGGER", 1)
        triggers.append(sql)
        connection.execute(f"DROP TRIGGER {name}")
    loader = RegionLoader(connection)
    yield loader
    if loader.added:
        connection.execute(_RECORDED, (step, loader.before))
        connection.execute(_COUNTED, (loader.before,))
        connection.execute(_NAMED, (loader.before, loader.before))
    for sql in triggers:
        connection.execute(sql)
