"""The pictures' features on disk: computed once, mapped into memory, the visual tower gone.

Owns filling the cache, reading from it, and the two sources of pictures that a batch of the first generation can have
(`CachedPictures`, `PixelPictures`; those of later families are in `families`). Does not own the towers (`tower`) nor
the files' places, limit and end (`core.feature_files`).

Rows are written before they are listed, so an index never promises what is not there. Runs of the same model share
what they computed; a crash while caching costs a minute at most.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import torch

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.feature_files import Entry, Segment, Store, read_limit, total_bytes, trim
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.run_folder import write_beside
from qvl_desktop.engine.features import content_key
from qvl_desktop.training.errors import FeatureRoomError

VERSION = 2
READERS = 8
"""Threads that decode pictures ahead of the tower."""
LISTED_EVERY = 64
"""Pictures between two writings of the index: what a crash while caching can cost."""
SPARE = 256 * 2**20
"""Bytes that stay free on the disk beside the features."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tower makes of one picture: (rows, width), and numbers to be kept with it."""

    rows: torch.Tensor
    note: tuple[int, ...] = ()


class Tower(Protocol):
    """What makes features. `rows` is (rows of a picture, width); 0 rows: each picture has its own number."""

    rows: tuple[int, int]
    dtype: torch.dtype

    def room(self, picture: Path) -> int:
        """The rows that a picture will have."""

    def together(self, pictures: Sequence[Path]) -> int:
        """How many pictures may be read and encoded at once."""

    def read(self, picture: Path) -> Any:
        """A picture as the tower takes it. Called on several threads. Raises `PictureError`."""

    def encode(self, read: Sequence[Any]) -> Sequence[Seen]:
        """Features of pictures that were read."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the rows of a picture lie: in which segment, behind how many rows."""

    segment: Segment
    start: int
    rows: int
    note: tuple[int, ...]


class FeatureCache:
    """Features of pictures, shared between runs.

    Args:
        root: the folder of all stores.
        key: names what the features depend on beside the picture.
        rows: (rows of one picture, width) as those of the tower.
        dtype: of the features.
        about: words for a person who finds the store.
    """

    def __init__(self, root: Path, *, key: str, rows: tuple[int, int], dtype: torch.dtype, about: str = "") -> None:
        self._root = root
        self._store = Store(root, f"v{VERSION}-{key[:40]}", about)
        self._rows, self._width = rows
        self._dtype = dtype
        self._row_bytes = self._width * torch.empty((), dtype=dtype).element_size()
        self._places: dict[str, _Place] = {}
        self._keys_by_path: dict[Path, str] = {}
        self._mapped: dict[Path, torch.Tensor] = {}
        self._read_indexes()

    def wait_for(self, pictures: Sequence[Path], seconds: float = 0.5) -> None:
        """Wait until another process has filled in these pictures."""
        while self.missing(pictures):
            time.sleep(seconds)
            self._read_indexes()

    def _read_indexes(self) -> None:
        self._places.clear()
        self._mapped.clear()
        for segment in self._store.segments():
            held, start = segment.bytes // self._row_bytes, 0
            for entry in segment.entries():
                rows = entry.rows or self._rows
                if start + rows <= held:
                    self._places.setdefault(entry.key, _Place(segment, start, rows, entry.note))
                start += rows

    def missing(self, pictures: Sequence[Path]) -> list[Path]:
        """The pictures, one for each content, whose features are not there yet. Raises `PictureError`."""
        found: dict[str, Path] = {}
        for picture in pictures:
            key = self.key(picture)
            if key not in self._places:
                found.setdefault(key, picture)
        return list(found.values())

    def fill(self, pictures: Sequence[Path], tower: Tower, *, progress: Progress, check: Callable[[], None]) -> None:
        """Compute what is missing. `check` may raise to stop; what is done by then stays.

        Decoding runs ahead on threads while the tower computes. Raises `PictureError` for a picture that cannot be
        read, `FeatureRoomError` when the disk cannot hold the features; nothing is computed then.
        """
        missing = self.missing(pictures)
        for segment in {place.segment.index: place.segment for place in self._places.values()}.values():
            segment.touch()
        if not missing:
            return
        self._make_room(len(missing), sum(tower.room(picture) for picture in missing))
        index = self._store.new_segment()
        size = tower.together(missing)
        batches = [missing[start : start + size] for start in range(0, len(missing), size)]
        listed: list[str | list[str | int]] = []
        told = 0
        with ThreadPoolExecutor(max_workers=min(READERS, size)) as pool, index.with_suffix(".bin").open("wb") as file:
            waiting = [pool.submit(tower.read, picture) for picture in batches[0]]
            try:
                for number, batch in enumerate(batches):
                    check()
                    ahead = batches[number + 1] if number + 1 < len(batches) else []
                    ready, waiting = waiting, [pool.submit(tower.read, picture) for picture in ahead]
                    for picture, seen in zip(batch, tower.encode([future.result() for future in ready]), strict=True):
                        rows = seen.rows.to("cpu", self._dtype).contiguous()
                        file.write(rows.view(torch.uint8).numpy().tobytes())
                        listed.append(Entry(self.key(picture), 0 if self._rows else len(rows), seen.note).listed)
                    if len(listed) - told >= LISTED_EVERY:
                        _list(file, index, listed)
                        told = len(listed)
                    progress(len(listed), len(missing))
            finally:  # also when somebody stops it, or a picture cannot be read
                if listed:
                    _list(file, index, listed)
        self._read_indexes()

    def _make_room(self, pictures: int, rows: int) -> None:
        """Let older features go when these would exceed the limit. Raises `FeatureRoomError` for a full disk."""
        need = rows * self._row_bytes
        limit = read_limit(self._root)
        if total_bytes(self._root) + need > limit:
            trim(self._root, max(0, limit - need))
        free = shutil.disk_usage(self._root).free
        if free < need + SPARE:
            trim(self._root, 0)
            free = shutil.disk_usage(self._root).free
        if free < need + SPARE:
            raise FeatureRoomError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: what the model sees in {count} pictures takes {need} for the time of the run, and "
                    "{free} are free. Make room on this disk, or use fewer pictures.",
                ),
                path=self._root,
                count=pictures,
                need=file_size(need),
                free=file_size(free),
            )

    def features(self, picture: Path) -> torch.Tensor:
        """The rows of one picture, (rows, width), straight from the file. `KeyError` when it was never filled."""
        return self.seen(picture).rows

    def seen(self, picture: Path) -> Seen:
        """The same with what was noted beside them."""
        place = self._places[self.key(picture)]
        data = place.segment.data
        if data not in self._mapped:
            size = data.stat().st_size // self._row_bytes * self._width
            flat = torch.from_file(str(data), shared=False, size=size, dtype=self._dtype)
            self._mapped[data] = flat.view(-1, self._width)
        return Seen(self._mapped[data][place.start : place.start + place.rows], place.note)

    def close(self) -> None:
        """Let go of the files, and keep no more of them than the limit says."""
        self._mapped.clear()
        self._places.clear()
        self._store.release()
        trim(self._root, read_limit(self._root))

    def key(self, picture: Path) -> str:
        """The content key of a picture, read once. Raises `PictureError`."""
        if picture not in self._keys_by_path:
            self._keys_by_path[picture] = content_key(picture)
        return self._keys_by_path[picture]


def _list(file: IO[bytes], index: Path, listed: Sequence[str | list[str | int]]) -> None:
    """Promise rows, once they are in the file."""
    file.flush()
    write_beside(index, json.dumps(listed) + "\n")


class CachedPictures:
    """A batch's pictures as features from the cache."""

    input_name = "image_features"

    def __init__(self, cache: FeatureCache) -> None:
        self.cache = cache

    def stacked(self, pictures: Sequence[Path]) -> torch.Tensor:
        """(pictures, n_queries, hidden)."""
        return torch.stack([self.cache.features(picture) for picture in pictures])

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """What the model takes for the pictures of a batch."""
        return {self.input_name: self.stacked(pictures)}

    def close(self) -> None:
        """Let go of the cache."""
        self.cache.close()


class PixelPictures:
    """A batch's pictures as pixels, for a tower that is trained too."""

    input_name = "pixel_values"

    def __init__(self, image_processor: Any) -> None:
        self._image_processor = image_processor

    def stacked(self, pictures: Sequence[Path]) -> torch.Tensor:
        """float32 (pictures, 3, side, side)."""
        return torch.from_numpy(np.stack([self._image_processor.pixels(picture) for picture in pictures]))

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """What the model takes for the pictures of a batch."""
        return {self.input_name: self.stacked(pictures)}

    def close(self) -> None:
        """Nothing is held."""
