"""Pictures that were moved without their project, found again.

Owns looking for missing files in a folder (by what they hold, or by name and size) and giving pictures their new
places, conversations included. Does not own what is known of files (`files`) nor the walk through folders (`indexing`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.storage.files import MISSING, Files, content_of
from qvl_desktop.storage.indexing import Progress, find_pictures
from qvl_desktop.storage.paths import absolute_path, is_url, sort_key
from qvl_desktop.storage.store import chunks, marks

By = Literal["content", "name"]


@dataclass(frozen=True, slots=True)
class Lost:
    """A picture whose file is not there: its stored path, and what is known of the file (0 and "" = nothing).

    `size` is in pixels. `listed` pictures are in the project; others are only named by conversations.
    """

    path: str
    bytes: int
    content: str
    size: tuple[int, int]
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """A lost picture and the file it is now: the same bytes (`content`), or the same name and size (`name`)."""

    path: str
    file: Path
    by: By


@dataclass(frozen=True, slots=True)
class RelinkPlan:
    """What a folder has for the lost pictures. `ambiguous` names the files among which nothing decides, `taken` are
    files that belong to another picture of the project, `unknown` the pictures that are not there."""

    matches: tuple[Match, ...] = ()
    ambiguous: tuple[tuple[str, tuple[Path, ...]], ...] = ()
    taken: tuple[Match, ...] = ()
    unknown: tuple[str, ...] = ()


class Relinking(Files):
    """Giving pictures other places."""

    def lost_pictures(self) -> list[Lost]:
        """The pictures whose files are not there, and what conversations name beside them; looks at the disk now."""
        listed = self._all(
            "SELECT p.path, p.width, p.height, ifnull(f.bytes, 0), ifnull(f.content, '') "
            "FROM pictures AS p LEFT JOIN files AS f ON f.path = p.path ORDER BY p.sort_key, p.id"
        )
        named = self._all(
            "SELECT DISTINCT n.path FROM conversation_pictures AS n "
            "WHERE NOT EXISTS (SELECT 1 FROM pictures AS p WHERE p.path = n.path)"
        )
        found = [
            Lost(path, size if size >= 0 else -size - 1, content, (width, height))
            for path, width, height, size, content in listed
        ]
        found += [Lost(path, 0, "", (0, 0), listed=False) for (path,) in named]
        return [lost for lost in found if not is_url(lost.path) and not self._is_there(lost.path)]

    def _is_there(self, stored: str) -> bool:
        return os.path.isfile(absolute_path(stored, self.folder))

    def relink(self, moves: Mapping[str, Path]) -> int:
        """Give pictures (by stored path) other files, in one undo step; conversations follow. Returns how many moved.

        A file that is another picture of the project already is left out, unless only conversations name the old one.
        """
        wanted = {old: self.stored(new) for old, new in moves.items()}
        taken, listed = self._paths_among(wanted.values()), self._paths_among(wanted)
        pairs: dict[str, str] = {}
        for old, new in wanted.items():
            if new != old and (new not in taken or old not in listed):
                pairs[old] = new
                taken.add(new)
        with self.step(QT_TRANSLATE_NOOP("history", "Find moved pictures")):
            for chunk in chunks(pairs):
                self._move({old: pairs[old] for old in chunk})
        with self._noting() as writer:
            writer.executemany(
                "INSERT INTO files (path, bytes, modified, content, look, width, height, annotated) "
                "SELECT ?, 0, 0, content, look, width, height, annotated FROM files WHERE path = ? "
                "ON CONFLICT (path) DO UPDATE SET annotated = excluded.annotated",
                [(new, old) for old, new in pairs.items()],
            )
        return len(pairs)

    def _paths_among(self, paths: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for chunk in chunks(paths):
            found.update(
                r[0] for r in self._all(f"SELECT path FROM pictures WHERE path IN ({marks(len(chunk))})", chunk)
            )
        return found

    def _move(self, pairs: dict[str, str]) -> None:
        """A few pictures, and the turns that name them (inside a step)."""
        places, olds = marks(len(pairs)), list(pairs)
        self._write_many(
            "UPDATE pictures SET path = ?, sort_key = ? WHERE path = ?",
            ((new, sort_key(new), old) for old, new in pairs.items()),
        )
        turns: dict[int, str] = {}
        rows = self._all(
            "SELECT DISTINCT t.id, t.text FROM conversation_pictures AS n "
            f"JOIN turns AS t ON t.conversation_id = n.conversation_id WHERE n.path IN ({places})",
            olds,
        )
        for number, text in rows:
            turns[number] = _moved(str(text), pairs)
        self._write_many(
            "UPDATE turns SET text = ? WHERE id = ? AND text <> ?", ((text, n, text) for n, text in turns.items())
        )
        self._write_many(
            "UPDATE conversation_pictures SET path = ? WHERE path = ?", ((new, old) for old, new in pairs.items())
        )

    def find_moved(self, folder: Path, progress: Progress | None = None, *, quick: bool = False) -> RelinkPlan:
        """Look in a folder for the lost pictures. `progress(done, total)` counts them; a total of 0 means that files
        are still being searched for.

        A file with the same bytes is the picture. Of several the one of the same name is taken, then the one whose
        folders agree longest. A picture whose bytes are not known is found by its name and size in pixels. With
        `quick`, files are not read: name and size in bytes decide.

        Raises `PictureError` when the folder cannot be read.
        """
        lost = self.lost_pictures()
        files = find_pictures(folder, progress)
        search = _Search(lost, files, quick)
        for done in range(len(lost)):
            search.look_for(lost[done])
            if progress is not None:
                progress(done + 1, len(lost))
        taken = self._paths_among(self.stored(match.file) for match in search.matches)
        listed = {item.path for item in lost if item.listed}
        free: list[Match] = []
        used: list[Match] = []
        for match in search.matches:
            (used if match.path in listed and self.stored(match.file) in taken else free).append(match)
        return RelinkPlan(tuple(free), tuple(search.ambiguous), tuple(used), tuple(search.unknown))


class _Search:
    """The files of a folder by name and by size; hashes of those that may be meant."""

    def __init__(self, lost: list[Lost], files: list[Path], quick: bool) -> None:
        self._quick = quick
        self._sizes: dict[Path, int] = {}
        self._hashes: dict[Path, str] = {}
        self._used: set[Path] = set()
        self._by_name: dict[str, list[Path]] = {}
        self._by_size: dict[int, list[Path]] = {}
        names = {PurePosixPath(item.path).name for item in lost}
        sizes = {item.bytes for item in lost if item.bytes > 0}
        for file in files:
            if file.name in names:
                self._by_name.setdefault(file.name, []).append(file)
            if (size := self._size(file)) in sizes:
                self._by_size.setdefault(size, []).append(file)
        self._by_content: dict[str, list[Path]] | None = None
        self._files = files
        self.matches: list[Match] = []
        self.ambiguous: list[tuple[str, tuple[Path, ...]]] = []
        self.unknown: list[str] = []

    def look_for(self, item: Lost) -> None:
        named = self._by_name.get(PurePosixPath(item.path).name, [])
        if item.content and not self._quick:
            found, by = self._of_content(item, named), "content"
        else:
            found, by = [file for file in named if self._may_be(file, item)], "name"
        found = [file for file in found if file not in self._used]
        chosen = _closest(item.path, found)
        if chosen is not None:
            self._used.add(chosen)
            self.matches.append(Match(item.path, chosen, "content" if by == "content" else "name"))
        elif found:
            self.ambiguous.append((item.path, tuple(found)))
        else:
            self.unknown.append(item.path)

    def _of_content(self, item: Lost, named: list[Path]) -> list[Path]:
        """Files with the picture's bytes: those of its name and size first, so that few files are read."""
        likely = [file for file in named if not item.bytes or self._size(file) == item.bytes]
        if found := [file for file in likely if self._hash(file) == item.content]:
            return found
        candidates = self._by_size.get(item.bytes, []) if item.bytes else self._files
        return [file for file in candidates if self._hash(file) == item.content]

    def _may_be(self, file: Path, item: Lost) -> bool:
        if item.bytes:
            return self._size(file) == item.bytes
        try:
            return item.size == (0, 0) or picture_size(file) == item.size
        except PictureError:
            return False

    def _size(self, file: Path) -> int:
        if file not in self._sizes:
            try:
                self._sizes[file] = os.stat(file).st_size
            except OSError:
                self._sizes[file] = MISSING
        return self._sizes[file]

    def _hash(self, file: Path) -> str:
        if file not in self._hashes:
            try:
                self._hashes[file] = content_of(file)
            except OSError:
                self._hashes[file] = ""
        return self._hashes[file]


def _closest(path: str, files: list[Path]) -> Path | None:
    """The file whose last folders and name agree longest with the path; None when that is not one alone."""
    if len(files) <= 1:
        return files[0] if files else None
    agreed = [(_agreement(path, file), file) for file in files]
    best = max(length for length, _ in agreed)
    winners = [file for length, file in agreed if length == best]
    return winners[0] if best and len(winners) == 1 else None


def _agreement(path: str, file: Path) -> int:
    count = 0
    for one, other in zip(reversed(PurePosixPath(path).parts), reversed(file.parts), strict=False):
        if one != other:
            break
        count += 1
    return count


def _moved(text: str, pairs: dict[str, str]) -> str:
    """The text with the pictures' places changed, all in one pass: two pictures may change places."""
    pieces = text.split("<img>")
    for index, piece in enumerate(pieces[1:], start=1):
        path, end, rest = piece.partition("</img>")
        if end and path in pairs:
            pieces[index] = pairs[path] + end + rest
    return "<img>".join(pieces)
