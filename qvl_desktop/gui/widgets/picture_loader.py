"""Decodes pictures for the screen, away from the GUI thread.

Owns `Raster` (a decoded picture with its smaller copies), the decoding through `core.pictures` (so that canvas, size
and model agree on what is upright), and `PictureLoader`, a small cache that is filled by a thread pool. Does not own
thumbnails on disk (`thumbnails`) or drawing (`picture_view`).
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.gui.widgets.relay import Relay

CACHE_BYTES = 28 * 2**20
"""Decoded pictures kept in memory. The one asked for last and the likeliest next one stay, whatever their size."""

_WORKERS = 2
_SMALLEST_LEVEL = 640
_STRIP_ROWS = 128


@dataclass(frozen=True, slots=True)
class Raster:
    """A decoded picture: `levels[0]` is the whole of it (RGB32), each next level has half the sides."""

    width: int
    height: int
    levels: tuple[QImage, ...]

    @property
    def byte_count(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)


def decode(path: Path) -> Raster:
    """The picture as the model sees it (upright, 8-bit RGB), for the screen. Raises `PictureError`.

    Safe on any thread.
    """
    try:
        image = to_rgb(open_upright(path))
        width, height = image.size
        levels = [to_qimage(image)]
        while max(image.size) >= 2 * _SMALLEST_LEVEL:
            image = image.reduce(2)
            levels.append(to_qimage(image))
    except (MemoryError, ValueError) as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the picture cannot be shown ({reason})."), path=path, reason=error
        ) from error
    return Raster(width, height, tuple(levels))


def to_qimage(image: Image.Image) -> QImage:
    """An RGB32 `QImage` of an RGB picture, written strip by strip so that no copy of the whole is made."""
    width, height = image.size
    target = QImage(width, height, QImage.Format.Format_RGB32)
    if target.isNull():
        raise MemoryError(f"{width} x {height}")
    pixels = memoryview(target.bits())
    row_bytes = target.bytesPerLine()
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        pixels[top * row_bytes : bottom * row_bytes] = image.crop((0, top, width, bottom)).tobytes("raw", "BGRX")
    return target


class PictureLoader(QObject):
    """A cache of decoded pictures, filled by two threads of its own.

    Signals: `loaded(path, Raster)` and `failed(path, message)`, on the thread of the loader.
    """

    loaded = Signal(object, object)
    failed = Signal(object, str)

    def __init__(self, parent: QObject | None = None, *, cache_bytes: int = CACHE_BYTES) -> None:
        super().__init__(parent)
        self._limit = cache_bytes
        self._cache: OrderedDict[tuple[Path, int], Raster] = OrderedDict()
        self._wanted: list[Path] = []
        self._later: list[Path] = []
        self._pinned: list[Path] = []
        self._running: set[Path] = set()
        self._executor = ThreadPoolExecutor(_WORKERS, thread_name_prefix="decode")
        self._relay = Relay(self._take)
        self.destroyed.connect(partial(self._executor.shutdown, wait=False, cancel_futures=True))

    def cached(self, path: Path) -> Raster | None:
        """The decoded picture if it is at hand and the file has not changed since; never waits."""
        key = (path, _stamp(path))
        raster = self._cache.get(key)
        if raster is not None:
            self._cache.move_to_end(key)
        return raster

    def request(self, path: Path) -> None:
        """Decode `path` before anything else; `loaded` or `failed` follows, at once if it is cached."""
        self._pinned = [path]
        if (raster := self.cached(path)) is not None:
            self.loaded.emit(path, raster)
            return
        if path in self._wanted:
            self._wanted.remove(path)
        self._wanted.insert(0, path)
        self._pump()

    def forget(self, path: Path) -> None:
        """Nobody waits for `path` any more."""
        if path in self._wanted and path not in self._running:
            self._wanted.remove(path)

    def prefetch(self, paths: list[Path]) -> None:
        """Decode these when there is nothing else to do, the likeliest first; replaces the earlier list and signals
        nothing."""
        self._later = list(paths)
        self._pinned = [*self._pinned[:1], *paths[:1]]
        self._pump()

    def shut_down(self) -> None:
        """Drop what waits and let what runs end."""
        self._wanted.clear()
        self._later.clear()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _pump(self) -> None:
        while len(self._running) < _WORKERS and (path := self._next()) is not None:
            self._running.add(path)
            self._executor.submit(_decode_into, path, self._relay)

    def _next(self) -> Path | None:
        for path in self._wanted:
            if path not in self._running:
                return path
        while self._later and not self._running:
            path = self._later.pop(0)
            if self.cached(path) is None:
                return path
        return None

    @Slot(object)
    def _take(self, decoded: tuple[Path, int, Raster | str]) -> None:
        path, stamp, outcome = decoded
        self._running.discard(path)
        wanted = path in self._wanted
        if wanted:
            self._wanted.remove(path)
        if isinstance(outcome, Raster):
            self._keep(path, stamp, outcome)
        self._pump()
        if wanted and isinstance(outcome, Raster):
            self.loaded.emit(path, outcome)
        elif wanted:
            self.failed.emit(path, outcome)

    def _keep(self, path: Path, stamp: int, raster: Raster) -> None:
        self._cache[path, stamp] = raster
        self._cache.move_to_end((path, stamp))
        total = sum(kept.byte_count for kept in self._cache.values())
        for key in list(self._cache):
            if total <= self._limit:
                break
            if key[0] not in self._pinned and key != (path, stamp):
                total -= self._cache.pop(key).byte_count


def _decode_into(path: Path, relay: Relay) -> None:
    """Decode on a worker thread and send the result back."""
    stamp = _stamp(path)
    outcome: Raster | str
    try:
        outcome = decode(path)
    except QvlError as error:
        outcome = str(error)
    except Exception as error:  # noqa: BLE001 - the edge of a worker
        sys.excepthook(type(error), error, error.__traceback__)
        outcome = f"{path}: {error}"
    relay.send((path, stamp, outcome))


def _stamp(path: Path) -> int:
    """Changes when the file does; 0 for a file that is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
