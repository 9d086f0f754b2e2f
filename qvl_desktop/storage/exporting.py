"""Writing the regions of a project in a format of regions.

Owns what of the project a writer sees (`RegionSource`), as of one moment. Does not own any format (`formats`), nor the
export of conversations (`dataset`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.regions import OutPicture, RegionFormat, RegionRecord, WriteOptions, Written
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.paths import absolute_path, is_url
from qvl_desktop.storage.project import Project

_PAGE = 500
LARGEST_ID = 2**53
"""Ids from here on are kept, but new ones do not count on from them."""


def ids_header(format_name: str) -> str:
    """Under which name among the headers the largest ids of a format are kept."""
    return f"{format_name} ids"


def export_regions(
    project: Project,
    file_format: RegionFormat,
    target: Path,
    split: Split | None = None,
    options: WriteOptions = WriteOptions(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    picture_ids: Sequence[int] | None = None,
) -> Written:
    """Write the pictures and regions of a project (of one split; "train" includes pictures without one).

    With `picture_ids`, of those pictures alone.
    What is written is the project at the moment this begins, whatever is edited meanwhile. `progress(done, total)`
    counts pictures and may raise `Cancelled`. Raises `DataError`.
    """
    with project._reading() as connection:
        return file_format.write(
            Path(target), ProjectRegions(project, connection, file_format.name, split, progress, picture_ids), options
        )


class ProjectRegions:
    """A project as the writer of one format sees it (`formats.regions.RegionSource`)."""

    def __init__(
        self,
        project: Project,
        connection: sqlite3.Connection,
        format_name: str,
        split: Split | None,
        progress: Progress | None,
        picture_ids: Sequence[int] | None = None,
    ) -> None:
        self._project = project
        self._connection = connection
        self._format = format_name
        self._progress = progress
        splits = ("train", "") if split == "train" else (split,)
        self._values: tuple[object, ...] = () if split is None else splits
        conditions = [] if split is None else [f"p.split IN ({', '.join('?' * len(splits))})"]
        if picture_ids is not None:
            conditions.append("p.id IN (SELECT value FROM json_each(?))")
            self._values = (*self._values, json.dumps(list(picture_ids)))
        self._where = " WHERE " + " AND ".join(conditions) if conditions else ""

    @property
    def header(self) -> Mapping[str, Any]:
        """What imports of this format said besides their records."""
        query = "SELECT name, value FROM headers WHERE format = ? ORDER BY id"
        return {name: json.loads(value) for name, value in self._connection.execute(query, (self._format,))}

    def refs(self) -> list[str]:
        """All refs, those of the earliest regions first."""
        query = f"SELECT r.ref FROM {_JOINED}{self._where} GROUP BY r.ref ORDER BY min(r.id)"
        return [row[0] for row in self._connection.execute(query, self._values)]

    def kinds(self) -> frozenset[str]:
        """The kinds of shape there are."""
        query = f"SELECT DISTINCT r.kind FROM {_JOINED}{self._where}"
        return frozenset(row[0] for row in self._connection.execute(query, self._values))

    def largest_id(self, table: Literal["pictures", "regions"]) -> int:
        """The largest id among the records that this format brought, deleted ones included; 0 when there is none."""
        query = "SELECT value FROM headers WHERE format = ? AND name = ?"
        row = self._connection.execute(query, (ids_header(self._format), table)).fetchone()
        return int(row[0]) if row else 0

    def pictures(self) -> Iterator[OutPicture]:
        """The pictures in the order they came in, with their regions."""
        count = f"SELECT count(*) FROM pictures AS p{self._where}"
        total = int(self._connection.execute(count, self._values).fetchone()[0])
        more = " AND" if self._where else " WHERE"
        page = (
            "SELECT p.id, p.path, p.width, p.height, p.split, p.status, p.extra FROM pictures AS p"
            f"{self._where}{more} p.id > ? ORDER BY p.id LIMIT {_PAGE}"
        )
        done, last = 0, 0
        while rows := self._connection.execute(page, (*self._values, last)).fetchall():
            regions = self._regions(last, last := rows[-1][0])
            for row in rows:
                if self._progress is not None and done % 64 == 0:
                    self._progress(done, total)
                done += 1
                yield self._picture(row, tuple(regions.get(row[0], ())))
        if self._progress is not None:
            self._progress(total, total)

    def _regions(self, after: int, last: int) -> dict[int, list[RegionRecord]]:
        query = (
            "SELECT picture_id, ref, kind, points, x1, y1, x2, y2, extra FROM regions "
            "WHERE picture_id > ? AND picture_id <= ? ORDER BY picture_id, id"
        )
        found: dict[int, list[RegionRecord]] = {}
        head = f'{{"{self._format}": '
        for picture, ref, kind, points, x1, y1, x2, y2, extra in self._connection.execute(query, (after, last)):
            corners = tuple((x, y) for x, y in json.loads(points)) if points else ((x1, y1), (x2, y2))
            kept = json.loads(extra) if extra else {}
            text = extra[len(head) : -1] if len(kept) == 1 and extra.startswith(head) else ""
            raw = kept.get(self._format, {})
            found.setdefault(picture, []).append(RegionRecord(ref, Shape(kind, corners), raw, raw_text=text))
        return found

    def _picture(self, row: tuple[Any, ...], regions: tuple[RegionRecord, ...]) -> OutPicture:
        _, path, width, height, split, status, extra = row
        if is_url(path):
            raise DataError(
                QT_TRANSLATE_NOOP("errors", "{path}: this picture is an address, not a file; it cannot be exported."),
                path=path,
            )
        own = json.loads(extra).get(self._format, {}) if extra else {}
        return OutPicture(
            absolute_path(path, self._project.folder),
            path,
            width,
            height,
            regions,
            split,
            status == "done",
            own.get("record", {}),
            tuple(own.get("aside", ())),
            own.get("turned", 0),
        )


_JOINED = "regions AS r JOIN pictures AS p ON p.id = r.picture_id"
