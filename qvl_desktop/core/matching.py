"""Which predicted box stands for which true one.

Owns the rule of matching: the assignment that hits most true boxes, and among those the one whose overlaps sum up to
most. Does not own the figures made from it (`metrics`).
"""

from __future__ import annotations

from collections.abc import Sequence

from qvl_desktop.core.box import Box, iou

HIT = 0.5
"""IoU from which a predicted box counts as found."""

Pair = tuple[int, int, float]
"""Index of a true box, index of a predicted one, their IoU."""


def match(truth: Sequence[Box], predicted: Sequence[Box]) -> list[Pair]:
    """Pairs of overlapping boxes, each box used at most once, the best overlaps first.

    As many pairs as possible are hits (IoU >= 0.5); among such assignments the sum of all IoU is the largest. The order
    of the boxes does not matter to either number.
    """
    overlaps: dict[int, dict[int, float]] = {}
    for i, true in enumerate(truth):
        row = {j: overlap for j, box in enumerate(predicted) if (overlap := iou(true, box)) > 0}
        if row:
            overlaps[i] = row
    pairs = [pair for rows in _islands(overlaps) for pair in _assign({i: overlaps[i] for i in rows})]
    return sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _islands(overlaps: dict[int, dict[int, float]]) -> list[list[int]]:
    """The true boxes in groups that share no predicted box with each other: each can be assigned by itself."""
    of_column: dict[int, list[int]] = {}
    for i, row in overlaps.items():
        for j in row:
            of_column.setdefault(j, []).append(i)
    left, groups = set(overlaps), []
    for start in overlaps:
        if start not in left:
            continue
        left.discard(start)
        group, waiting = [], [start]
        while waiting:
            i = waiting.pop()
            group.append(i)
            near = {other for j in overlaps[i] for other in of_column[j]} & left
            left -= near
            waiting += near
        groups.append(sorted(group))
    return groups


def _assign(overlaps: dict[int, dict[int, float]]) -> list[Pair]:
    """The best assignment of one island, by the Hungarian method with potentials (Kuhn 1955, Munkres 1957).

    A true box may stay alone: besides the predicted boxes there is one column of worth 0 for each.
    """
    rows = list(overlaps)
    columns = sorted({j for row in overlaps.values() for j in row})
    if len(rows) == 1 or len(columns) == 1:
        _, i, j = max((_worth(overlap, 1), -i, -j) for i, row in overlaps.items() for j, overlap in row.items())
        return [(-i, -j, overlaps[-i][-j])]
    place = {j: number for number, j in enumerate(columns, start=1)}
    width = len(columns) + len(rows)
    cost = [[0.0] * (width + 1)]
    for i in rows:
        line = [0.0] * (width + 1)
        for j, overlap in overlaps[i].items():
            line[place[j]] = -_worth(overlap, len(rows))
        cost.append(line)
    owner = _hungarian(cost, len(rows), width)
    chosen = ((rows[owner[place[j]] - 1], j) for j in columns if owner[place[j]])
    return [(i, j, overlaps[i][j]) for i, j in chosen if j in overlaps[i]]


def _worth(overlap: float, rows: int) -> float:
    """One hit outweighs all overlaps there can be."""
    return overlap + (rows + 1 if overlap >= HIT else 0)


def _hungarian(cost: list[list[float]], rows: int, width: int) -> list[int]:
    """The row (from 1) that owns each column (from 1; 0: none) at the least cost, every row owning one."""
    row_potential, potential = [0.0] * (rows + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        least, seen = [float("inf")] * (width + 1), [False] * (width + 1)
        while owner[column]:
            seen[column] = True
            here, delta, following = owner[column], float("inf"), 0
            for other in range(1, width + 1):
                if seen[other]:
                    continue
                reduced = cost[here][other] - row_potential[here] - potential[other]
                if reduced < least[other]:
                    least[other], way[other] = reduced, column
                if least[other] < delta:
                    delta, following = least[other], other
            for other in range(width + 1):
                if seen[other]:
                    row_potential[owner[other]] += delta
                    potential[other] -= delta
                else:
                    least[other] -= delta
            column = following
        while column:
            owner[column] = owner[way[column]]
            column = way[column]
    return owner
