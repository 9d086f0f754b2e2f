"""The files in which training keeps what the visual tower makes of pictures, shared between runs.

Owns their places, the limit on their size, who uses them, and which go first when there are too many. Does not own what
is in them (`training.feature_cache`); needs no torch, so that a command can look and clear.

A store is a folder for everything the features depend on but the picture (weights of the tower, processor, number
format). In it lie segments: `NAME.bin`, rows of one picture behind the other, and `NAME.json`, whose pictures they are:
a key each where all pictures have as many rows, else a list of the key, the number of rows, and numbers that the family
wants to know again.
A segment is written by one process and never changed by another; a process that uses a store holds a lock in it, and
only stores that nobody uses are thinned out, the segments used longest ago first.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.folders import cache_folder
from qvl_desktop.core.lockfile import FileLock, is_locked
from qvl_desktop.core.run_folder import write_beside

DEFAULT_LIMIT = 20 * 10**9
"""Bytes kept when nobody said otherwise."""

KEPT_HASHES = 50
"""Models whose weights are remembered by their hash."""
_LIMIT_FILE = "limit.json"


def features_folder() -> Path:
    """Where all stores lie."""
    return cache_folder() / "features"


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of a segment: its content key, its rows (0: as many as all of the store) and further numbers."""

    key: str
    rows: int = 0
    note: tuple[int, ...] = ()

    @property
    def listed(self) -> str | list[str | int]:
        """As it stands in the index."""
        return [self.key, self.rows, *self.note] if self.rows else self.key


@dataclass(frozen=True, slots=True)
class Segment:
    """One pair of files. `used` is seconds since the epoch."""

    index: Path
    bytes: int
    used: float

    @property
    def data(self) -> Path:
        """The file with the rows."""
        return self.index.with_suffix(".bin")

    def entries(self) -> list[Entry]:
        """Its pictures, in the order of their rows; none when the file cannot be read."""
        try:
            listed = json.loads(self.index.read_text(encoding="utf-8"))
            return [Entry(one) if isinstance(one, str) else Entry(one[0], one[1], tuple(one[2:])) for one in listed]
        except (OSError, ValueError, TypeError, LookupError):
            return []

    def pictures(self) -> list[str]:
        """The content keys of its pictures."""
        return [entry.key for entry in self.entries()]

    def touch(self) -> None:
        """Note that it is used now."""
        with suppress(OSError):
            os.utime(self.index)

    def delete(self) -> None:
        """Delete both files, the index first: an index never promises rows that are gone."""
        for path in (self.index, self.data):
            with suppress(OSError):
                path.unlink(missing_ok=True)


class Store:
    """The segments for one key, in use by this process from `__init__` to `release`."""

    def __init__(self, root: Path, key: str, about: str = "") -> None:
        self.folder = root / key
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self.folder / f"{_new_name()}.lock")
        self._lock.acquire()
        if about and not (self.folder / "about.txt").exists():
            write_beside(self.folder / "about.txt", about + "\n")

    def segments(self) -> list[Segment]:
        """What there is now, oldest name first."""
        return list(segments(self.folder))

    def new_segment(self) -> Path:
        """The index file of a segment to be written; nothing is there yet."""
        return self.folder / f"{_new_name()}.json"

    def release(self) -> None:
        """Say that this process uses the store no longer."""
        self._lock.release()
        with suppress(OSError):
            self._lock.path.unlink()


def _new_name() -> str:
    return f"{time.time_ns():x}-{os.getpid()}"


def segments(folder: Path) -> Iterator[Segment]:
    """The whole segments of a store."""
    for index in sorted(folder.glob("*.json")):
        with suppress(OSError):
            yield Segment(index, index.with_suffix(".bin").stat().st_size, index.stat().st_mtime)


def stores(root: Path) -> list[Path]:
    """The folders of all stores."""
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []


def in_use(folder: Path) -> bool:
    """Whether a living process uses a store; locks of dead ones are swept away."""
    used = False
    for lock in folder.glob("*.lock"):
        if is_locked(lock):
            used = True
        else:
            with suppress(OSError):
                lock.unlink()
    return used


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """A store as a person wants to know it: for which model, how much of it, when it was used (seconds since the
    epoch, 0: never), and whether a run uses it now."""

    folder: Path
    model: str
    pictures: int
    bytes: int
    used: float
    in_use: bool


def list_stores(root: Path) -> list[StoreInfo]:
    """Every store that holds something or is in use, the one used last first."""
    found = []
    for folder in stores(root):
        whole, busy = list(segments(folder)), in_use(folder)
        try:
            model = (folder / "about.txt").read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            model = ""
        if whole or busy:
            pictures = len({key for segment in whole for key in segment.pictures()})
            used = max((segment.used for segment in whole), default=0.0)
            found.append(StoreInfo(folder, model, pictures, sum(segment.bytes for segment in whole), used, busy))
    return sorted(found, key=lambda store: -store.used)


def total_bytes(root: Path) -> int:
    """What all stores take."""
    return sum(segment.bytes for folder in stores(root) for segment in segments(folder))


def read_limit(root: Path) -> int:
    """How many bytes may stay."""
    try:
        limit = json.loads((root / _LIMIT_FILE).read_text(encoding="utf-8"))["bytes"]
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_LIMIT
    return limit if isinstance(limit, int) and limit >= 0 else DEFAULT_LIMIT


def write_limit(root: Path, limit: int) -> None:
    """Set how many bytes may stay."""
    root.mkdir(parents=True, exist_ok=True)
    write_beside(root / _LIMIT_FILE, json.dumps({"bytes": limit}) + "\n")


class WeightsMemo:
    """Hashes of weights that were read before, so that gigabytes are not read again to name what depends on them.

    A hash holds as long as every file has the size, the times and the place on the disk that it had then.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / "weights.json"

    def recall(self, files: Sequence[Path]) -> str:
        """The hash for these files; "" when it is not known or they have changed."""
        known = self._read().get(_names(files))
        return str(known[1]) if isinstance(known, list) and len(known) == 2 and known[0] == _stamps(files) else ""

    def remember(self, files: Sequence[Path], digest: str) -> None:
        """Keep a hash; a folder that cannot be written keeps nothing."""
        known = self._read()
        known.pop(_names(files), None)
        known[_names(files)] = [_stamps(files), digest]
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_beside(self._file, json.dumps(dict(list(known.items())[-KEPT_HASHES:])) + "\n")

    def _read(self) -> dict[str, object]:
        try:
            body = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return body if isinstance(body, dict) else {}


def _names(files: Sequence[Path]) -> str:
    return "|".join(str(path.resolve()) for path in files)


def _stamps(files: Sequence[Path]) -> list[list[int]]:
    found = []
    for path in files:
        with suppress(OSError):
            stat = path.stat()
            found.append([stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino])
    return found


def trim(root: Path, limit: int) -> int:
    """Delete the segments used longest ago until `limit` bytes stay; returns how many bytes went.

    Stores in use are left alone, so that more than the limit may stay for now.
    """
    kept = [(folder, list(segments(folder))) for folder in stores(root)]
    total = sum(segment.bytes for _, found in kept for segment in found)
    free = [segment for folder, found in kept if total > limit and not in_use(folder) for segment in found]
    gone = 0
    for segment in sorted(free, key=lambda segment: segment.used):
        if total - gone <= limit:
            break
        segment.delete()
        gone += segment.bytes
    return gone
