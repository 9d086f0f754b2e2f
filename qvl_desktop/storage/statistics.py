"""What is in a project, in numbers.

Owns the counts that the statistics page draws: refs, boxes a picture, sizes and places of boxes, sizes of pictures,
turns of conversations, over all pictures or those of a filter. All of it is grouped by SQLite itself, so that a million
regions take about a second and no memory. Does not own lengths in tokens (`FindingShelf`) nor how anything is drawn.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project

GRID = 50
"""The heat map's cells in each direction."""

AREA_STEPS = 4
"""Bars for each power of ten of a box's share of its picture's area."""

AREA_DECADES = 6
"""The smallest bar is 10 to the minus this, and holds everything below."""

_THREADS = 4
_WORTH_THREADS = 5000

Bars = list[tuple[int, int]]
"""(value, how many), by value."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts.

    `refs`: (ref, regions, pictures), the most frequent first; `boxes`: regions of a picture -> pictures; `areas`: bar
    number -> regions, where bar n holds shares of the picture's area from 10 ** (n / AREA_STEPS - AREA_DECADES) on;
    `places`: GRID rows of GRID counts of boxes' middles, top row first; `sizes`: ((width, height), pictures), the most
    frequent first; `turns`: turns of a conversation -> conversations.
    """

    pictures: int = 0
    regions: int = 0
    conversations: int = 0
    refs: list[tuple[str, int, int]] = field(default_factory=list)
    boxes: Bars = field(default_factory=list)
    areas: Bars = field(default_factory=list)
    places: list[list[int]] = field(default_factory=lambda: [[0] * GRID for _ in range(GRID)])
    sizes: list[tuple[tuple[int, int], int]] = field(default_factory=list)
    turns: Bars = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.pictures or self.conversations)


Tick = Callable[[], None]


def statistics(project: Project, asked: PictureFilter | None = None, tick: Tick | None = None) -> Statistics:
    """Count. `asked` takes only the pictures that pass it, and the conversations about them.

    `tick` is called between the queries; what it raises ends the count.
    """
    step = tick or _nothing
    among = None if asked is None or asked.empty else project.picture_ids(asked)
    with project._readers.counting() as connection:
        _choose(connection, among)
        ask = connection.execute
        boxes = ask(f"SELECT p.region_count, count(*) FROM {_CHOSEN} GROUP BY 1 ORDER BY 1").fetchall()
        step()
        sizes = ask(f"SELECT p.width, p.height, count(*) FROM {_CHOSEN} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2").fetchall()
        step()
        refs = ask(_ALL_REFS if among is None else _CHOSEN_REFS).fetchall()
        step()
        turns = ask(_TURNS.format(about="" if among is None else _ABOUT)).fetchall()
    step()
    cells = _cells(project, among)
    areas: dict[int, int] = {}
    places = [[0] * GRID for _ in range(GRID)]
    for key, count in cells.items():
        bar, cell = divmod(key, GRID * GRID)
        areas[bar] = areas.get(bar, 0) + count
        places[cell // GRID][cell % GRID] += count
    return Statistics(
        project.picture_count() if among is None else len(among),
        sum(cells.values()),
        sum(count for _, count in turns),
        refs,
        boxes,
        sorted(areas.items()),
        places,
        [((width, height), count) for width, height, count in sizes],
        turns,
    )


def _cells(project: Project, among: Sequence[int] | None) -> dict[int, int]:
    """How many boxes fall into each pair of bar and cell; ranges of pictures are counted side by side."""
    row = project._one("SELECT ifnull(min(id), 0), ifnull(max(id), 0) FROM pictures")
    low, high = row if row else (0, 0)
    parts = min(_THREADS, os.cpu_count() or 1) if high - low >= _WORTH_THREADS else 1
    edges = [low + (high + 1 - low) * part // parts for part in range(parts + 1)]

    def count(first: int, end: int) -> list[tuple[int, int]]:
        with project._readers.counting() as connection:
            _choose(connection, among)
            query = (
                f"SELECT {_bar(connection)} * {GRID * GRID} + {_cell('y', 'height')} * {GRID} + {_cell('x', 'width')}, "
                f"count(*) FROM {_CHOSEN} JOIN regions AS r ON r.picture_id = p.id "
                "WHERE p.id >= ? AND p.id < ? GROUP BY 1"
            )
            return connection.execute(query, (first, end)).fetchall()

    found: dict[int, int] = {}
    with ThreadPoolExecutor(parts, thread_name_prefix="count") as threads:
        for rows in threads.map(count, edges[:-1], edges[1:]):
            for key, number in rows:
                found[key] = found.get(key, 0) + number
    return found


def _choose(connection: sqlite3.Connection, among: Sequence[int] | None) -> None:
    """Make the view of the pictures that count."""
    connection.execute("CREATE TEMP TABLE among (id INTEGER PRIMARY KEY)")
    if among is None:
        connection.execute("CREATE TEMP VIEW chosen AS SELECT id, path, width, height, region_count FROM main.pictures")
        return
    connection.executemany("INSERT INTO temp.among VALUES (?)", ((number,) for number in among))
    connection.execute(
        "CREATE TEMP VIEW chosen AS SELECT p.id, path, width, height, region_count FROM temp.among AS a "
        "JOIN main.pictures AS p ON p.id = a.id"
    )


def conversation_ids_of(project: Project, asked: PictureFilter | None) -> list[int] | None:
    """The conversations about the pictures of a filter; None = all."""
    if asked is None or asked.empty:
        return None
    among = set(project.picture_ids(asked))
    rows = project._all(
        "SELECT n.conversation_id, p.id FROM conversation_pictures AS n JOIN pictures AS p ON p.path = n.path"
    )
    return sorted({conversation for conversation, picture in rows if picture in among})


def _nothing() -> None:
    """The tick that nobody looks at."""


def _cell(axis: str, side: str) -> str:
    return f"min({GRID - 1}, max(0, CAST({GRID / 2} * (r.{axis}1 + r.{axis}2) / p.{side} AS INTEGER)))"


def _bar(connection: sqlite3.Connection) -> str:
    """Which bar a region's area falls into; by comparisons where this SQLite has no logarithms."""
    share = "((r.x2 - r.x1) * (r.y2 - r.y1) / (p.width * p.height))"
    last = AREA_STEPS * AREA_DECADES - 1
    try:
        connection.execute("SELECT log10(1.0)")
    except sqlite3.OperationalError:
        return _halves(share, 0, last)
    logarithm = f"CAST({AREA_STEPS} * (log10({share} + 1e-12) + {AREA_DECADES}) AS INTEGER)"
    return f"min({last}, max(0, {logarithm}))"


def _halves(share: str, low: int, high: int) -> str:
    """A tree of comparisons: five for a region instead of a dozen."""
    if low == high:
        return str(low)
    middle = (low + high + 1) // 2
    edge = 10 ** (middle / AREA_STEPS - AREA_DECADES)
    return (
        f"CASE WHEN {share} < {edge!r} THEN {_halves(share, low, middle - 1)} ELSE {_halves(share, middle, high)} END"
    )


_CHOSEN = "temp.chosen AS p"
_ALL_REFS = "SELECT ref, count(*), count(DISTINCT picture_id) FROM regions GROUP BY ref ORDER BY 2 DESC, 1"
_CHOSEN_REFS = (
    "SELECT r.ref, count(*), count(DISTINCT r.picture_id) FROM temp.among AS a "
    "JOIN regions AS r ON r.picture_id = a.id GROUP BY r.ref ORDER BY 2 DESC, 1"
)
_ABOUT = (
    "WHERE conversation_id IN (SELECT n.conversation_id FROM temp.chosen AS p "
    "JOIN conversation_pictures AS n ON n.path = p.path)"
)
_TURNS = (
    "SELECT turns, count(*) FROM (SELECT count(*) AS turns FROM turns {about} GROUP BY conversation_id) "
    "GROUP BY 1 ORDER BY 1"
)
