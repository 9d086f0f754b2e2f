"""The pictures of a project.

Owns adding, listing, splitting and removing pictures. Does not own regions, decoding or thumbnails.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qvl_desktop.core.dataset import Split
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.split import assign_splits
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.indexing import Measured, Progress, expand, measure
from qvl_desktop.storage.paths import absolute_path, sort_key, stored_path
from qvl_desktop.storage.rows import AddReport, PictureRow
from qvl_desktop.storage.store import Store, chunks, marks

_COLUMNS = "id, path, width, height, split, status, region_count"


class Pictures(Store):
    """Reading and editing pictures."""

    def add_pictures(self, paths: Iterable[Path], progress: Progress | None = None) -> AddReport:
        """Add files, and the pictures below folders, in one undo step.

        What is in the project already counts as known; what is no picture is told in the report, and the rest goes in.
        Sizes come from the files' headers, upright. Files are read before the edit begins: others can edit meanwhile.
        """
        files = {self.stored(file): Path(file).absolute() for file in expand(paths)}
        with self._reading() as connection:
            known = {name: row for name in files if (row := _id_of(connection, name)) is not None}
        new = [file for name, file in files.items() if name not in known]
        good, problems = measure(new, progress)
        ids = self.add_measured(good)
        return AddReport(len(good), len(known), tuple(problems), tuple(ids))

    def add_measured(self, measured: Sequence[Measured]) -> list[int]:
        """Add pictures whose sizes are known, in one undo step; the ids of all of them, also of those known before."""
        if not measured:
            return []
        ids = []
        with self.step(QT_TRANSLATE_NOOP("history", "Add pictures")):
            for item in measured:
                path = self.stored(item.file)
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

    def picture_ids(
        self,
        *,
        text: str = "",
        split: Split | None = None,
        status: str | None = None,
        has_regions: bool | None = None,
        ref: str | None = None,
        has_conversations: bool | None = None,
    ) -> list[int]:
        """The ids of the pictures that meet all filters, in natural order of their paths.

        `text` must occur in the path (capitals and small letters alike); `split` "" means pictures without one; `ref`
        asks for a region of exactly that ref.
        """
        where: list[str] = []
        values: list[object] = []
        if text:
            where.append("path LIKE ? ESCAPE '\\'")
            values.append("%" + escape_like(text) + "%")
        if split is not None:
            where.append("split = ?")
            values.append(split)
        if status is not None:
            where.append("status = ?")
            values.append(status)
        if has_regions is not None:
            where.append("region_count > 0" if has_regions else "region_count = 0")
        if ref is not None:
            where.append("id IN (SELECT picture_id FROM regions WHERE ref = ?)")
            values.append(ref)
        if has_conversations is not None:
            negation = "" if has_conversations else "NOT "
            where.append(f"{negation}EXISTS (SELECT 1 FROM conversation_pictures AS c WHERE c.path = pictures.path)")
        condition = " WHERE " + " AND ".join(where) if where else ""
        return [row[0] for row in self._all(f"SELECT id FROM pictures{condition} ORDER BY sort_key, id", values)]

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
        """Mark pictures, for example "done"."""
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
        number, path, width, height, split, status, count = row
        return PictureRow(number, path, absolute_path(path, self.folder), width, height, split, status, count)


def _id_of(connection: sqlite3.Connection, stored: str) -> int | None:
    try:
        row = connection.execute("SELECT id FROM pictures WHERE path = ?", (stored,)).fetchone()
    except UnicodeEncodeError:  # a name that is no text; the measuring says so
        return None
    return int(row[0]) if row else None


def escape_like(text: str) -> str:
    """`text` for `LIKE ... ESCAPE '\\'`, taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
