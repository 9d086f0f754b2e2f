"""Pictures of a project that are the same, or nearly: found once, asked often.

Owns the pairs and groups of pictures by content and by look, kept until a look changes, and the findings about them.
Does not own looks (`core.looks`) nor where they are kept (`files`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, pairwise

from qvl_desktop.core.findings import At, Finding
from qvl_desktop.core.looks import near_pairs
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.store import chunks, marks

Pair = tuple[int, int]

_MOST = 200_000
"""More pairs than these are not told one by one: a film of half a million frames would have no end."""


class Alike:
    """The pairs of one project."""

    def __init__(self) -> None:
        self._state: int = 0
        self.exact: list[list[int]] = []
        """Groups of pictures with the same bytes, in the order of the list."""
        self.near: list[Pair] = []
        """Pairs of pictures that look alike and are not the same, later first."""

    def look(self, project: Project, progress: Progress | None = None) -> None:
        """Find them, unless nothing changed since; `progress` is called every few milliseconds."""
        rows = project._all(
            "SELECT p.id, f.content, f.look FROM pictures AS p JOIN files AS f ON f.path = p.path "
            "WHERE f.content <> '' AND f.width > 0 ORDER BY p.sort_key, p.id"
        )
        state = hash(tuple(rows))
        if state == self._state:
            return
        groups: dict[str, list[int]] = {}
        firsts: list[tuple[int, str]] = []
        for number, content, look in rows:
            group = groups.setdefault(content, [])
            if not group:
                firsts.append((number, look))
            group.append(number)
        self.exact = [group for group in groups.values() if len(group) > 1]
        total = len(firsts)

        def tick(done: int) -> None:
            if progress is not None:
                progress(done, total)

        pairs = islice(near_pairs([look for _, look in firsts], tick), _MOST)
        self.near = [(firsts[later][0], firsts[earlier][0]) for later, earlier in pairs]
        self._state = state

    def groups(self) -> list[list[int]]:
        """Pictures that belong together, as they are the same or nearly, each in one group of at least two."""
        return joined([*((a, b) for group in self.exact for a, b in pairwise(group)), *self.near])

    def findings(self, project: Project) -> Iterable[tuple[int, Finding]]:
        """One finding for each picture that need not be there: not for the one of its group that has most on it."""
        ids = {number for group in self.exact for number in group} | {number for pair in self.near for number in pair}
        rows = _rows(project, ids)
        told: set[int] = set()
        for group in self.exact:
            members = [number for number in group if number in rows]
            if len(members) < 2:
                continue
            best = min(members, key=lambda number: rows[number].rank)
            for number in members:
                if number != best:
                    others = [best, *(m for m in members if m not in (best, number))]
                    other = next((m for m in others if rows[m].split != rows[number].split), best)
                    told.add(number)
                    yield number, _finding(rows, number, other, ("picture-twice", "picture-leak"))
        neighbours: dict[int, list[int]] = {}
        for one, two in self.near:
            if one in rows and two in rows:
                neighbours.setdefault(one, []).append(two)
                neighbours.setdefault(two, []).append(one)
        for group in joined(self.near):
            members = [number for number in group if number in neighbours]
            if not members:
                continue
            best = min(members, key=lambda number: rows[number].rank)
            for number in members:
                if number == best or number in told:
                    continue
                around = sorted(neighbours[number], key=lambda m: (m != best, rows[m].rank))
                other = next((m for m in around if rows[m].split != rows[number].split), around[0])
                yield number, _finding(rows, number, other, ("picture-alike", "picture-alike-leak"))


class _Row:
    """What decides which of several pictures stays."""

    __slots__ = ("path", "rank", "split")

    def __init__(self, path: str, split: str, regions: int, said: int, place: int) -> None:
        self.path = path
        self.split = split or "train"
        self.rank = (-(regions + said), place)


def _rows(project: Project, ids: Iterable[int]) -> dict[int, _Row]:
    found: dict[int, _Row] = {}
    for chunk in chunks(sorted(ids)):
        query = (
            "SELECT p.id, p.path, p.split, p.region_count, EXISTS (SELECT 1 FROM said AS s WHERE s.picture_id = p.id) "
            f"FROM pictures AS p WHERE p.id IN ({marks(len(chunk))}) ORDER BY p.sort_key, p.id"
        )
        for number, path, split, regions, said in project._all(query, chunk):
            found[number] = _Row(path, split, regions, said, number)
    return found


def _finding(rows: dict[int, _Row], number: int, other: int, codes: tuple[str, str]) -> Finding:
    one, two = rows[number], rows[other]
    values = {
        "path": one.path, "other": two.path, "split": one.split, "other_split": two.split, "other_id": other,
    }  # fmt: skip
    leak = one.split != two.split
    key = "|".join((*sorted((one.path, two.path)), *((one.split, two.split) if leak else ())))
    return Finding(codes[leak], one.path, values=values, at=At(number), key=key)


def joined(pairs: Iterable[Sequence[int]]) -> list[list[int]]:
    """The groups that pairs join, each sorted, in the order of their first members."""
    parent: dict[int, int] = {}
    find = _finder(parent)
    for one, two in pairs:
        a, b = find(one), find(two)
        if a != b:
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for number in sorted(parent):
        groups.setdefault(find(number), []).append(number)
    return list(groups.values())


def _finder(parent: dict[int, int]) -> Callable[[int], int]:
    def find(number: int) -> int:
        parent.setdefault(number, number)
        root = number
        while parent[root] != root:
            root = parent[root]
        while parent[number] != root:
            parent[number], number = root, parent[number]
        return root

    return find
