"""What the picture files of a project look like on the disk, remembered and compared.

Owns the table `files` (an observation, not an edit: it takes no part in undo), reading a file's bytes, content hash and
look, which files are gone or changed since they were annotated, and accepting a changed one. Does not own finding files
that were moved (`relinking`) nor when to look (`jobs.file_watch`).
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.looks import DECODE_AT, look_of
from qvl_desktop.core.pictures import MAX_BYTES, open_upright, picture_size
from qvl_desktop.storage.errors import explained
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.kept import Kept
from qvl_desktop.storage.paths import absolute_path, is_url
from qvl_desktop.storage.rows import Change
from qvl_desktop.storage.store import chunks, marks

PIECE = 48
"""Files that are noted in one transaction."""
_STATS = 500
_PIECE_SECONDS = 1.0
_BLOCK = 1 << 20

MISSING = -1
"""`bytes` of a file that is not there; kept is `-size - 1`, so that the size it had is known."""

CHANGED = "file-changed"
"""The code under which an accepted content is kept: see `accept_files`."""


@dataclass(frozen=True, slots=True)
class FileSeen:
    """One file as it was seen; `path` as stored. Without `content` only size and time are known."""

    path: str
    bytes: int
    modified: int
    content: str = ""
    look: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class FileRow:
    """What is known of a picture's file; `was` is the picture's size in the project, in pixels."""

    picture_id: int
    path: str
    bytes: int
    content: str
    width: int
    height: int
    was: tuple[int, int]


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What `look_at_files` found: how many files were read, which pictures' files are gone and which changed."""

    read: int
    missing: tuple[int, ...]
    changed: tuple[int, ...]


class Files(Kept):
    """Observing files and accepting what changed."""

    def observe_files(self, seen: Iterable[FileSeen]) -> list[int]:
        """Note files as they were seen, outside of undo; returns the pictures that are another content now than the one
        that was annotated.

        A content seen for the first time counts as annotated, and so does a new one of a picture with nothing on it.
        A missing file keeps its hashes, by which it can be found elsewhere.
        """
        items = list(seen)
        if not items:
            return []
        upsert = (
            "INSERT INTO files (path, bytes, modified, content, look, width, height, annotated) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?4) ON CONFLICT (path) DO UPDATE SET "
            "bytes = CASE WHEN ?2 >= 0 THEN ?2 WHEN bytes > 0 THEN -bytes - 1 WHEN bytes < 0 THEN bytes ELSE -1 END, "
            "modified = ?3, content = CASE ?4 WHEN '' THEN content ELSE ?4 END, "
            "look = CASE ?4 WHEN '' THEN look ELSE ?5 END, width = CASE ?4 WHEN '' THEN width ELSE ?6 END, "
            "height = CASE ?4 WHEN '' THEN height ELSE ?7 END, "
            "annotated = CASE WHEN annotated = '' THEN ?4 ELSE annotated END"
        )
        names = [item.path for item in items]
        touched: set[int] = set()
        with self._noting() as writer:
            writer.executemany(
                upsert, [(i.path, i.bytes, i.modified, i.content, i.look, i.width, i.height) for i in items]
            )
            for chunk in chunks(names):
                places = marks(len(chunk))
                writer.execute(
                    f"UPDATE files SET annotated = content WHERE path IN ({places}) AND annotated <> content "
                    "AND NOT EXISTS (SELECT 1 FROM pictures AS p WHERE p.path = files.path AND (p.region_count > 0 "
                    "OR EXISTS (SELECT 1 FROM said AS s WHERE s.picture_id = p.id)))",
                    chunk,
                )
                rows = writer.execute(f"SELECT id FROM pictures WHERE path IN ({places})", chunk)
                touched.update(row[0] for row in rows)
        self._say(Change("files", picture_ids=frozenset(touched)))
        return [row.picture_id for row in self.changed_files(names)]

    def file_state(self, picture_id: int) -> FileSeen | None:
        """What is known of a picture's file; None while it was not looked at."""
        row = self._one(
            "SELECT f.path, f.bytes, f.modified, f.content, f.look, f.width, f.height FROM files AS f "
            "JOIN pictures AS p ON p.path = f.path WHERE p.id = ?",
            (picture_id,),
        )
        return FileSeen(*row) if row else None

    def changed_files(self, paths: Sequence[str] | None = None) -> list[FileRow]:
        """The pictures (of these paths, or all) whose content or size is another one than was annotated, and was not
        accepted since."""
        query = (
            "SELECT p.id, f.path, f.bytes, f.content, f.width, f.height, p.width, p.height FROM files AS f "
            "JOIN pictures AS p ON p.path = f.path WHERE f.bytes >= 0 AND f.width > 0 "
            "AND (f.width <> p.width OR f.height <> p.height OR (f.annotated <> f.content AND NOT EXISTS "
            "(SELECT 1 FROM headers AS h WHERE h.format = 'kept' AND h.name = ? || f.path || '|' || f.content)))"
        )
        prefix = CHANGED + "\n"
        if paths is None:
            rows = self._all(query, (prefix,))
        else:
            rows = [
                row
                for chunk in chunks(paths)
                for row in self._all(f"{query} AND f.path IN ({marks(len(chunk))})", (prefix, *chunk))
            ]
        return [FileRow(n, path, size, content, w, h, (pw, ph)) for n, path, size, content, w, h, pw, ph in rows]

    def accept_files(self, picture_ids: Iterable[int], *, scale: bool | None = None) -> int:
        """Take the files as they are now for the pictures that are annotated, in one undo step; returns how many.

        Where the size changed, boxes grow and shrink with the picture (`scale`), or stay at their pixels and are cut at
        the edge; by default they grow where the picture kept its proportions. What would lie outside altogether stays.
        """
        done = 0
        with self.step(QT_TRANSLATE_NOOP("history", "Accept changed pictures")):
            wanted = set(picture_ids)
            for row in self.changed_files():
                if row.picture_id in wanted:
                    self._accept(row, scale)
                    done += 1
        return done

    def _accept(self, row: FileRow, scale: bool | None) -> None:
        self.keep_findings([(CHANGED, f"{row.path}|{row.content}")])
        size = (row.width, row.height)
        if size == row.was:
            return
        factors = (size[0] / row.was[0], size[1] / row.was[1])
        grows = keeps_proportions(row.was, size) if scale is None else scale
        regions = self.regions(row.picture_id)
        self._write("UPDATE pictures SET width = ?, height = ? WHERE id = ?", (*size, row.picture_id))
        for region in regions:
            shape = region.shape
            if grows:
                bounds = shape.bounds
                shape = shape.fitted(
                    type(bounds)(
                        bounds.x1 * factors[0], bounds.y1 * factors[1], bounds.x2 * factors[0], bounds.y2 * factors[1]
                    )
                )
            if shape.clipped(*size).stands:
                self.reshape_regions({region.id: shape})
                shape = self.region(region.id).shape
            token = shape.token(*size)  # the same pixels are other thousandths now
            if token != region.token:
                self._write("UPDATE regions SET token = ? WHERE id = ?", (token, region.id))
                self._rewrite_tokens(region.id, token)

    @contextmanager
    def _noting(self) -> Iterator[Any]:
        """A transaction that is no step of the history."""
        with self._mutex, explained(self.path):
            writer = self._write_connection()
            if self._depth:
                yield writer
                return
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                raise

    # What to look at

    def look_at_files(
        self, picture_ids: Sequence[int] | None = None, progress: Progress | None = None, *, read: bool = True
    ) -> LookedAt:
        """Compare the files of pictures (all by default) with what is known, and note what is new.

        `progress(done, total)` is called after each file, first for looking whether they are there, then for reading
        those that are new or changed (not with `read=False`). What it raises ends the look; what was noted stays, and
        the next look goes on there.
        """
        tell = progress or _nobody
        unread: list[tuple[int, str]] = []
        missing: list[int] = []
        total = self.picture_count() if picture_ids is None else len(picture_ids)
        done = 0
        for rows in self._known_files(picture_ids):
            gone, back = [], []
            for number, path, size, modified, content in rows:
                now = _facts(absolute_path(path, self.folder))
                if now is None:
                    missing.append(number)
                    if size >= 0:
                        gone.append(FileSeen(path, MISSING, 0))
                elif not content or now != (size, modified):
                    unread.append((number, path))
                    if size < 0:
                        back.append(FileSeen(path, 0, 0))
            if not self.read_only:
                self.observe_files([*gone, *back])
            done += len(rows)
            tell(done, total)
        changed: list[int] = []
        if read and not self.read_only:
            for piece_done, found in self._read_files([path for _, path in unread]):
                changed += found
                tell(piece_done, len(unread))
        return LookedAt(len(unread) if read else 0, tuple(missing), tuple(changed))

    def _known_files(self, picture_ids: Sequence[int] | None) -> Iterator[list[tuple[Any, ...]]]:
        query = (
            "SELECT p.id, p.path, ifnull(f.bytes, 0), ifnull(f.modified, 0), ifnull(f.content, '') "
            "FROM pictures AS p LEFT JOIN files AS f ON f.path = p.path WHERE "
        )
        if picture_ids is not None:
            for chunk in chunks(picture_ids):
                yield [r for r in self._all(f"{query} p.id IN ({marks(len(chunk))})", chunk) if not is_url(r[1])]
            return
        last = 0
        while rows := self._all(f"{query} p.id > ? ORDER BY p.id LIMIT ?", (last, _STATS)):
            last = rows[-1][0]
            yield [row for row in rows if not is_url(row[1])]

    def _read_files(self, paths: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        seen: list[FileSeen] = []
        due = time.monotonic() + _PIECE_SECONDS
        for number, path in enumerate(paths, start=1):
            seen.append(read_file(path, self.folder))
            if len(seen) >= PIECE or time.monotonic() >= due or number == len(paths):
                yield number, self.observe_files(seen)
                seen, due = [], time.monotonic() + _PIECE_SECONDS
            else:
                yield number, []


def _nobody(_done: int, _total: int) -> None:
    """The progress that nobody looks at."""


def read_file(stored: str, folder: Path) -> FileSeen:
    """Read a picture file once: its size and time, the hash of its bytes, its look and its upright size.

    A file that is no picture has neither look nor size; one that cannot be read counts as missing.
    """
    file = absolute_path(stored, folder)
    facts = _facts(file)
    if facts is None:
        return FileSeen(stored, MISSING, 0)
    try:
        content = content_of(file)
    except OSError:
        return FileSeen(stored, *facts, content="unreadable")
    try:
        with open_upright(file, at_least=DECODE_AT) as image:
            look = look_of(image)
        width, height = picture_size(file)
    except PictureError:
        return FileSeen(stored, *facts, content=content)
    return FileSeen(stored, *facts, content, look, width, height)


def content_of(file: Path) -> str:
    """The hash by which a file is known again: BLAKE2b of its bytes, 32 hexadecimal digits. Raises `OSError`."""
    digest = blake2b(digest_size=16)
    with file.open("rb") as stream:
        left = MAX_BYTES
        while left > 0 and (block := stream.read(_BLOCK)):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def keeps_proportions(old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Whether a picture was only scaled: its proportions are the same to a hundredth."""
    return abs(old[0] * new[1] - old[1] * new[0]) <= 0.01 * old[0] * new[1]


def _facts(file: Path) -> tuple[int, int] | None:
    """Bytes and time of an ordinary file; None when it is not there."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None
