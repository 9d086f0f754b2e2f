"""What is in a project, in numbers.

Owns the counts that the statistics page draws: refs, boxes a picture, sizes and places of boxes, sizes of pictures,
turns of conversations, over all pictures or those of a filter. All of it is grouped by SQLite itself, so that a million
regions take about a second and no memory. Does not own lengths in tokens (`FindingShelf`) nor how anything is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project

GRID = 50
"""The heat map's cells in each direction."""

AREA_STEPS = 4
"""Bars for each power of ten of a box's share of its picture's area."""

AREA_DECADES = 6
"""The smallest bar is 10 to the minus this, and holds everything below."""

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
    pictures = project.picture_count() if among is None else len(among)
    with project._reading() as connection:
        only = ""
        if among is not None:
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS among (id INTEGER PRIMARY KEY)")
            connection.execute("DELETE FROM temp.among")
            connection.executemany("INSERT INTO temp.among VALUES (?)", ((number,) for number in among))
            only = "JOIN temp.among AS a ON a.id = p.id "
        ask = connection.execute
        boxes = ask(f"SELECT p.region_count, count(*) FROM pictures AS p {only}GROUP BY 1 ORDER BY 1").fetchall()
        step()
        sizes = ask(
            f"SELECT p.width, p.height, count(*) FROM pictures AS p {only}GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        ).fetchall()
        step()
        if among is None:
            refs = ask(_ALL_REFS).fetchall()
        else:
            refs = ask(
                "SELECT r.ref, count(*), count(DISTINCT r.picture_id) FROM temp.among AS p "
                "JOIN regions AS r ON r.picture_id = p.id GROUP BY r.ref ORDER BY 2 DESC, 1"
            ).fetchall()
        step()
        cells = ask(
            f"SELECT {_BAR} * {GRID * GRID} + {_cell('y', 'height')} * {GRID} + {_cell('x', 'width')}, count(*) "
            f"FROM pictures AS p {only}JOIN regions AS r ON r.picture_id = p.id GROUP BY 1"
        ).fetchall()
        step()
        about = (
            "WHERE conversation_id IN (SELECT n.conversation_id FROM conversation_pictures AS n "
            "JOIN pictures AS p ON p.path = n.path JOIN temp.among AS a ON a.id = p.id)"
            if among is not None
            else ""
        )
        turns = ask(
            "SELECT turns, count(*) FROM (SELECT count(*) AS turns FROM turns "
            f"{about} GROUP BY conversation_id) GROUP BY 1 ORDER BY 1"
        ).fetchall()
    areas: dict[int, int] = {}
    places = [[0] * GRID for _ in range(GRID)]
    for key, count in cells:
        bar, cell = divmod(int(key), GRID * GRID)
        areas[bar] = areas.get(bar, 0) + count
        places[cell // GRID][cell % GRID] += count
    return Statistics(
        pictures,
        sum(count for _, count in cells),
        sum(count for _, count in turns),
        refs,
        boxes,
        sorted(areas.items()),
        places,
        [((width, height), count) for width, height, count in sizes],
        turns,
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


def _bar() -> str:
    """Which bar a region's area falls into; thresholds, as not every SQLite has logarithms."""
    share = "((r.x2 - r.x1) * (r.y2 - r.y1) / (p.width * p.height))"
    last = AREA_STEPS * AREA_DECADES - 1
    return _halves(share, 0, last)


def _halves(share: str, low: int, high: int) -> str:
    """A tree of comparisons: five for a region instead of a dozen."""
    if low == high:
        return str(low)
    middle = (low + high + 1) // 2
    edge = 10 ** (middle / AREA_STEPS - AREA_DECADES)
    return (
        f"CASE WHEN {share} < {edge!r} THEN {_halves(share, low, middle - 1)} ELSE {_halves(share, middle, high)} END"
    )


_BAR = _bar()
_ALL_REFS = "SELECT ref, count(*), count(DISTINCT picture_id) FROM regions GROUP BY ref ORDER BY 2 DESC, 1"
