"""The pictures of a project.

Owns adding, listing, marking, splitting and removing pictures. Does not own regions, decoding or thumbnails, nor how a
filter becomes a query (`filters`).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.split import assign_splits
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.filters import STATUSES, PictureFilter, ShownStatus, escape_like, query
from qvl_desktop.storage.indexing import Measured, Progress, expand, measure_pieces
from qvl_desktop.storage.paths import PlaceNames, absolute_path, sort_key, stored_path
from qvl_desktop.storage.places import Places
from qvl_desktop.storage.rows import AddReport, PictureRow
from qvl_desktop.storage.store import chunks, marks

__all__ = ["Pictures", "escape_like"]

_COLUMNS = (
    "id, path, width, height, split, status, region_count, "
    "EXISTS (SELECT 1 FROM said AS s WHERE s.picture_id = pictures.id)"
)
_COMMIT_SECONDS = 0.4
"""While pictures are added, so often the ones read so far go into the project."""
_FIRST_COMMIT_SECONDS = 0.1
_MANY = 2000


class Pictures(Places):
    """Reading and editing pictures."""

    def add_pictures(
        self, paths: Iterable[Path], progress: Progress | None = None, *, stop: Callable[[], bool] | None = None
    ) -> AddReport:
        """Add files, and the pictures below folders: one undo step, in transactions of less than a second.

        What is in the project already counts as known; what is no picture is told in the report, and the rest goes in.
        Sizes come from the files' headers, upright. Others can edit meanwhile (what they do stays a step of its own,
        and what comes after it becomes another one). When `stop` says so, or `progress` raises `Cancelled`, the
        pictures added until then stay.
        """
        names = PlaceNames(self.folder)
        files = {names.stored(file): file for file in expand(paths, progress)}
        known = self._known(files)
        new = [file for name, file in files.items() if name not in known]
        del files
        problems: list[str] = []
        ids: list[int] = []
        waiting: list[Measured] = []
        step: int | None = None
        due = time.monotonic() + _FIRST_COMMIT_SECONDS
        stopped = False
        for good, lines in measure_pieces(new, progress):
            waiting += good
            problems += lines
            if time.monotonic() >= due:
                step = self._add(waiting, ids, step)
                waiting = []
                due = time.monotonic() + _COMMIT_SECONDS
            if stop is not None and stop():
                stopped = True
                break
        self._add(waiting, ids, step)
        return AddReport(len(ids), len(known), tuple(problems), tuple(ids), stopped)

    def _known(self, names: Iterable[str]) -> set[str]:
        wanted = list(names)
        with self._reading() as connection:
            if len(wanted) <= _MANY:
                return {name for name in wanted if _id_of(connection, name) is not None}
            return {row[0] for row in connection.execute("SELECT path FROM pictures")}.intersection(wanted)

    def _add(self, measured: Sequence[Measured], ids: list[int], joining: int | None) -> int | None:
        """Add some more; the number of the step they went into."""
        if not measured:
            return joining
        names = PlaceNames(self.folder)
        before = len(ids)
        insert = "INSERT OR IGNORE INTO pictures (path, sort_key, width, height) VALUES (?, ?, ?, ?)"
        with self.step(QT_TRANSLATE_NOOP("history", "Add pictures"), joining=joining):
            for item in measured:
                path = names.stored(item.file)
                done = self._write_connection().execute(insert, (path, sort_key(path), item.width, item.height))
                if done.rowcount and done.lastrowid is not None:
                    ids.append(done.lastrowid)
        return self._made.step if len(ids) > before else joining

    def add_measured(self, measured: Sequence[Measured]) -> list[int]:
        """Add pictures whose sizes are known, in one undo step; the ids of all of them, also of those known before."""
        if not measured:
            return []
        ids = []
        names = PlaceNames(self.folder)
        with self.step(QT_TRANSLATE_NOOP("history", "Add pictures")):
            for item in measured:
                path = names.stored(item.file)
                row = self._one("SELECT id FROM pictures WHERE path = ?", (path,))
                if row is not None:
                    ids.append(int(row[0]))
                    continue
                ids.append(
                    self._write(
                        "INSERT INTO pictures (path, sort_key, width, height) VALUES (?, ?, ?, ?)",
                        (path, sort_key(path), item.width, item.height),
                    )
                )
        return ids

    def stored(self, file: Path | str) -> str:
        """The form in which this project writes a picture's place; relative paths count from its folder."""
        return stored_path(file, self.folder)

    # Which pictures

    def picture_ids(
        self,
        asked: PictureFilter | None = None,
        *,
        text: str = "",
        split: Split | None = None,
        status: str | None = None,
        has_regions: bool | None = None,
        ref: str | None = None,
        has_conversations: bool | None = None,
    ) -> list[int]:
        """The ids of the pictures that pass the filter, in natural order of their paths.

        The keywords are short for the filters asked most: `text` occurs in the path, `split` "" means pictures without
        one, `status` is as stored, `ref` asks for a region of exactly that ref. They come on top of `asked`.
        """
        plain = PictureFilter(
            text=text,
            splits=() if split is None else (split,),
            stored_status=status,
            refs=() if ref is None else (ref,),
            regions_from=1 if has_regions else None,
            regions_to=0 if has_regions is False else None,
            has_conversations=has_conversations,
        )
        filters = [one for one in (asked, plain) if one is not None and not one.empty]
        with self._reading() as connection:
            source, values = _source(filters, connection)
            # One row of JSON: a hundred thousand rows would take and give back the interpreter's lock each.
            row = connection.execute(
                f"SELECT json_group_array(id) FROM (SELECT p.id AS id FROM {source} ORDER BY p.sort_key, p.id)",
                values,
            ).fetchone()
        found: list[int] = json.loads(row[0])
        return found

    def next_picture(
        self, after: int | None, asked: PictureFilter, *, backwards: bool = False, within: PictureFilter | None = None
    ) -> int | None:
        """The first picture behind `after` in natural order that passes both filters; from the other end when there is
        none, and None when there is none at all. `after` itself does not count."""
        order, way = ("DESC", "<") if backwards else ("ASC", ">")
        here = None if after is None else self._one("SELECT sort_key, id FROM pictures WHERE id = ?", (after,))
        with self._reading() as connection:
            source, values = _source([one for one in (asked, within) if one is not None], connection)
            places: list[tuple[str, tuple[object, ...]]] = [("p.id IS NOT ?", (after,))]
            if here is not None:
                places.insert(0, (f"(p.sort_key, p.id) {way} (?, ?)", tuple(here)))
            for condition, more in places:
                row = connection.execute(
                    f"SELECT p.id FROM {source} AND {condition} ORDER BY p.sort_key {order}, p.id {order} LIMIT 1",
                    (*values, *more),
                ).fetchone()
                if row is not None:
                    return int(row[0])
        return None

    def outlines(self, picture_ids: Iterable[int]) -> dict[int, list[tuple[str, float, float, float, float]]]:
        """The refs and bounds of the regions of some pictures, as shares (0 to 1) of width and height, for small
        views; pictures without regions are left out."""
        found: dict[int, list[tuple[str, float, float, float, float]]] = {}
        for chunk in chunks(picture_ids):
            query = (
                "SELECT r.picture_id, r.ref, r.x1 / p.width, r.y1 / p.height, r.x2 / p.width, r.y2 / p.height "
                "FROM regions AS r JOIN pictures AS p ON p.id = r.picture_id "
                f"WHERE r.picture_id IN ({marks(len(chunk))}) ORDER BY r.id"
            )
            for number, *outline in self._all(query, chunk):
                found.setdefault(number, []).append((outline[0], outline[1], outline[2], outline[3], outline[4]))
        return found

    def status_counts(self) -> dict[ShownStatus, int]:
        """How many pictures have each status, as it is shown."""
        counts: dict[ShownStatus, int] = dict.fromkeys(STATUSES, 0)
        untouched, _ = _source([PictureFilter(statuses=("untouched",))], None)
        with self._reading() as connection:
            stored = dict(connection.execute("SELECT status, count(*) FROM pictures GROUP BY status"))
            counts["untouched"] = connection.execute(f"SELECT count(*) FROM {untouched}").fetchone()[0]
        counts["done"], counts["skipped"] = stored.get("done", 0), stored.get("skipped", 0)
        counts["in_work"] = sum(stored.values()) - sum(counts.values())
        return counts

    def done_count(self) -> int:
        """How many pictures are done: a glance at an index."""
        row = self._one("SELECT count(*) FROM pictures WHERE status = 'done'")
        return int(row[0]) if row else 0

    def picture_count(self) -> int:
        """How many pictures the project has."""
        row = self._one("SELECT count(*) FROM pictures")
        return int(row[0]) if row else 0

    def picture(self, picture_id: int) -> PictureRow:
        """One picture. Raises `RowMissingError`."""
        row = self._one(f"SELECT {_COLUMNS} FROM pictures WHERE id = ?", (picture_id,))
        if row is None:
            raise RowMissingError(
                QT_TRANSLATE_NOOP("errors", "{path}: picture {id} is no longer in the project."),
                path=self.path,
                id=picture_id,
            )
        return self._picture_row(row)

    def pictures(self, picture_ids: Iterable[int]) -> list[PictureRow]:
        """Those of the pictures that exist, in the order asked for."""
        ids = list(picture_ids)
        found: dict[int, PictureRow] = {}
        with self._reading() as connection:
            for chunk in chunks(ids):
                query = f"SELECT {_COLUMNS} FROM pictures WHERE id IN ({marks(len(chunk))})"
                found.update((row[0], self._picture_row(row)) for row in connection.execute(query, chunk))
        return [found[picture_id] for picture_id in ids if picture_id in found]

    def find_picture(self, file: Path | str) -> PictureRow | None:
        """The picture at a place (absolute, or relative to the project's folder), or None."""
        row = self._one(f"SELECT {_COLUMNS} FROM pictures WHERE path = ?", (self.stored(file),))
        return self._picture_row(row) if row else None

    def split_counts(self) -> dict[str, int]:
        """How many pictures each split has; "" counts those without one."""
        return {row[0]: row[1] for row in self._all("SELECT split, count(*) FROM pictures GROUP BY split")}

    def set_split(self, picture_ids: Iterable[int], split: Split) -> None:
        """Put pictures into a split ("" takes them out of all)."""
        self._set_pictures(QT_TRANSLATE_NOOP("history", "Set split"), "split", picture_ids, split)

    def set_status(self, picture_ids: Iterable[int], status: str) -> None:
        """Mark pictures "done" or "skipped", or take the mark away ("")."""
        self._set_pictures(QT_TRANSLATE_NOOP("history", "Mark pictures"), "status", picture_ids, status)

    def _set_pictures(self, description: str, column: str, picture_ids: Iterable[int], value: str) -> None:
        query = f"UPDATE pictures SET {column} = ? WHERE id = ? AND {column} <> ?"
        with self.step(description):
            self._write_many(query, ((value, picture_id, value) for picture_id in picture_ids))

    def split_pictures(
        self, shares: Mapping[Split, float], seed: int = 0, picture_ids: Iterable[int] | None = None
    ) -> dict[Split, int]:
        """Put pictures (all by default) into splits at random, by `shares`; the same seed gives the same splits.

        Returns how many pictures each split got. Raises `DataError` for impossible shares.
        """
        ids = self.picture_ids() if picture_ids is None else list(picture_ids)
        groups = assign_splits(ids, shares, seed)
        with self.step(QT_TRANSLATE_NOOP("history", "Split pictures")):
            for split, members in groups.items():
                self.set_split(members, split)
        return {split: len(members) for split, members in groups.items()}

    def remove_pictures(self, picture_ids: Iterable[int]) -> None:
        """Take pictures out of the project, with their regions and the conversations about them. Files stay."""
        with self.step(QT_TRANSLATE_NOOP("history", "Remove pictures")):
            for chunk in chunks(picture_ids):
                places = marks(len(chunk))
                self._write(
                    "DELETE FROM conversations WHERE id IN (SELECT c.conversation_id FROM conversation_pictures AS c "
                    f"JOIN pictures AS p ON p.path = c.path WHERE p.id IN ({places}))",
                    chunk,
                )
                self._write(f"DELETE FROM pictures WHERE id IN ({places})", chunk)

    def _picture_row(self, row: Sequence[Any]) -> PictureRow:
        number, path, width, height, split, status, count, talk = row
        file = absolute_path(path, self.folder)
        return PictureRow(number, path, file, width, height, split, status, count, bool(talk))


def _id_of(connection: sqlite3.Connection, stored: str) -> int | None:
    try:
        row = connection.execute("SELECT id FROM pictures WHERE path = ?", (stored,)).fetchone()
    except UnicodeEncodeError:  # a name that is no text; the measuring says so
        return None
    return int(row[0]) if row else None


def _source(filters: Iterable[PictureFilter], connection: sqlite3.Connection | None) -> tuple[str, tuple[object, ...]]:
    """What stands behind `FROM` for all filters together, with its `WHERE`, and the values."""
    parts = [query(one, connection) for one in filters]
    tables = max((part.tables for part in parts), key=len, default="pictures AS p")
    where = " AND ".join(part.where for part in parts if part.where) or "TRUE"
    return f"{tables} WHERE {where}", tuple(value for part in parts for value in part.values)
