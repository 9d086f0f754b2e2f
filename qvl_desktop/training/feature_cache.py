"""The pictures' features on disk: computed once, mapped into memory, the visual tower gone.

Owns the file of features and its index, when they may be used again, and the two sources of pictures a batch can have
(`CachedPictures`, `PixelPictures`). Does not own the tower (`tower`).

`features.bin` holds the rows of one picture after the other; `features.json` says whose they are: the content key of
each picture, and the key of what made them (weights of the tower, processor, dtype). Rows are written before they are
listed, so an index never promises what is not there.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from qvl_desktop.core.run_folder import write_beside
from qvl_desktop.engine.features import content_key

VERSION = 1
ENCODED_AT_ONCE = 8
LISTED_EVERY = 64
"""Pictures between two writings of the index: what a crash while caching can cost."""

Progress = Callable[[int, int], None]


class Tower(Protocol):
    """What makes features: pixels (n, 3, side, side) to rows (n, n_queries, hidden)."""

    rows: tuple[int, int]
    dtype: torch.dtype

    def encode(self, pixel_values: torch.Tensor) -> torch.Tensor: ...


class FeatureCache:
    """Features of pictures in a folder.

    Args:
        folder: where the two files lie; made when it does not exist.
        key: names what the features depend on beside the picture. Another key starts the cache afresh.
        rows: (n_queries, hidden) of one picture.
        dtype: of the features.
    """

    def __init__(self, folder: Path, *, key: str, rows: tuple[int, int], dtype: torch.dtype) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index_path = folder / "features.json"
        self._data_path = folder / "features.bin"
        self._head = {"version": VERSION, "key": key, "rows": list(rows), "dtype": str(dtype)}
        self._rows, self._dtype = rows, dtype
        self._row_bytes = rows[0] * rows[1] * torch.empty((), dtype=dtype).element_size()
        self._places: dict[str, int] = {}
        self._keys_by_path: dict[Path, str] = {}
        self._mapped: torch.Tensor | None = None
        self._read_index()

    def wait_for(self, pictures: Sequence[Path], seconds: float = 0.5) -> None:
        """Wait until another process has filled in these pictures."""
        while self.missing(pictures):
            time.sleep(seconds)
            self._read_index()

    def _read_index(self) -> None:
        try:
            index = json.loads(self._index_path.read_text(encoding="utf-8"))
            keys, head = index.pop("pictures"), index
            held = self._data_path.stat().st_size // self._row_bytes
        except (OSError, ValueError, KeyError):
            return
        if head == self._head and len(keys) <= held:
            self._places = {picture: place for place, picture in enumerate(keys)}

    def missing(self, pictures: Sequence[Path]) -> list[Path]:
        """The pictures, one for each content, whose features are not there yet. Raises `PictureError`."""
        found: dict[str, Path] = {}
        for picture in pictures:
            key = self._key(picture)
            if key not in self._places:
                found.setdefault(key, picture)
        return list(found.values())

    def fill(
        self,
        pictures: Sequence[Path],
        tower: Tower,
        image_processor: Any,
        *,
        progress: Progress,
        check: Callable[[], None],
    ) -> None:
        """Compute what is missing. `check` may raise to stop; what is done by then stays.

        Decoding runs ahead on threads while the tower computes. Raises `PictureError` for a picture that cannot be
        read.
        """
        missing = self.missing(pictures)
        self._mapped = None
        batches = [missing[start : start + ENCODED_AT_ONCE] for start in range(0, len(missing), ENCODED_AT_ONCE)]
        done = 0
        with ThreadPoolExecutor(max_workers=ENCODED_AT_ONCE) as pool, self._open_for_append() as file:
            waiting = [pool.submit(image_processor.pixels, picture) for picture in batches[0]] if batches else []
            for number, batch in enumerate(batches):
                check()
                ahead = batches[number + 1] if number + 1 < len(batches) else []
                ready, waiting = waiting, [pool.submit(image_processor.pixels, picture) for picture in ahead]
                pixels = torch.from_numpy(np.stack([future.result() for future in ready]))
                features = tower.encode(pixels).to("cpu", self._dtype).contiguous()
                file.write(features.view(torch.uint8).numpy().tobytes())
                for picture in batch:
                    self._places[self._key(picture)] = len(self._places)
                done += len(batch)
                if done % LISTED_EVERY < ENCODED_AT_ONCE or done == len(missing):
                    file.flush()
                    self._write_index()
                progress(done, len(missing))

    def _open_for_append(self) -> Any:
        file = self._data_path.open("ab")
        file.truncate(len(self._places) * self._row_bytes)
        file.seek(0, 2)
        return file

    def _write_index(self) -> None:
        pictures = sorted(self._places, key=self._places.__getitem__)
        write_beside(self._index_path, json.dumps({**self._head, "pictures": pictures}) + "\n")

    def features(self, picture: Path) -> torch.Tensor:
        """The rows of one picture, (n_queries, hidden), straight from the file. `KeyError` when it was never filled."""
        if self._mapped is None:
            size = len(self._places) * self._rows[0] * self._rows[1]
            flat = torch.from_file(str(self._data_path), shared=False, size=size, dtype=self._dtype)
            self._mapped = flat.view(-1, *self._rows)
        return self._mapped[self._places[self._key(picture)]]

    def delete(self) -> None:
        """Let go of the file and delete the folder."""
        self._mapped = None
        self._places.clear()
        shutil.rmtree(self._data_path.parent, ignore_errors=True)

    def _key(self, picture: Path) -> str:
        if picture not in self._keys_by_path:
            self._keys_by_path[picture] = content_key(picture)
        return self._keys_by_path[picture]


class CachedPictures:
    """A batch's pictures as features from the cache."""

    input_name = "image_features"

    def __init__(self, cache: FeatureCache) -> None:
        self.cache = cache

    def stacked(self, pictures: Sequence[Path]) -> torch.Tensor:
        """(pictures, n_queries, hidden)."""
        return torch.stack([self.cache.features(picture) for picture in pictures])


class PixelPictures:
    """A batch's pictures as pixels, for a tower that is trained too."""

    input_name = "pixel_values"

    def __init__(self, image_processor: Any) -> None:
        self._image_processor = image_processor

    def stacked(self, pictures: Sequence[Path]) -> torch.Tensor:
        """float32 (pictures, 3, side, side)."""
        return torch.from_numpy(np.stack([self._image_processor.pixels(picture) for picture in pictures]))
