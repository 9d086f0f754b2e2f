"""Small pictures for lists: made away from the GUI thread, kept on disk.

Owns `Thumbnails`, what it keeps in memory and on disk, and the making of one thumbnail. Keys hold the file's place,
time and size, so an edited picture gets a new one. Does not own the list they stand in, nor full pictures
(`picture_loader`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.gui.widgets.picture_loader import to_qimage
from qvl_desktop.gui.widgets.relay import Relay
from qvl_desktop.storage.settings import cache_folder

SIDE = 160
"""Longer side of a thumbnail, in pixels."""

KEPT_IN_MEMORY = 600
_WAITING = 64
_WORKERS = 2


class Thumbnails(QObject):
    """Thumbnails by file. Signals: `ready(file)` when `get` has an answer for it.

    Asked for more than it can make, it forgets the oldest wishes: a list asks again when it shows the row again.
    """

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None, *, folder: Path | None = None) -> None:
        super().__init__(parent)
        self._folder = folder or cache_folder() / "thumbnails"
        self._kept: OrderedDict[Path, QImage | str] = OrderedDict()
        self._waiting: OrderedDict[Path, None] = OrderedDict()
        self._running: set[Path] = set()
        self._executor = ThreadPoolExecutor(_WORKERS, thread_name_prefix="thumbnail")
        self._relay = Relay(self._take)
        self.destroyed.connect(partial(self._executor.shutdown, wait=False, cancel_futures=True))

    def get(self, file: Path) -> QImage | str | None:
        """The thumbnail; why there is none; or None while it is being made (`ready` follows). Never waits."""
        if (kept := self._kept.get(file)) is not None:
            self._kept.move_to_end(file)
            return kept
        if file not in self._running:
            self._waiting[file] = None
            self._waiting.move_to_end(file)
            while len(self._waiting) > _WAITING:
                self._waiting.popitem(last=False)
            self._pump()
        return None

    def forget(self) -> None:
        """Forget what is in memory and what waits (another project); the disk keeps its own."""
        self._kept.clear()
        self._waiting.clear()

    def shut_down(self) -> None:
        """Drop what waits and let what runs end."""
        self._waiting.clear()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _pump(self) -> None:
        while self._waiting and len(self._running) < _WORKERS:
            file, _ = self._waiting.popitem(last=True)
            self._running.add(file)
            self._executor.submit(_make_into, file, self._folder, self._relay)

    @Slot(object)
    def _take(self, made: tuple[Path, QImage | str]) -> None:
        file, outcome = made
        self._running.discard(file)
        self._kept[file] = outcome
        while len(self._kept) > KEPT_IN_MEMORY:
            self._kept.popitem(last=False)
        self._pump()
        self.ready.emit(file)


def thumbnail(file: Path, folder: Path, side: int = SIDE) -> QImage:
    """The upright picture with its longer side cut down to `side` pixels, from `folder` or made and put there.

    Raises `PictureError`. A cache that cannot be written is no reason to fail. Safe on any thread.
    """
    place = _place(file, folder, side)
    if place is not None and not (kept := QImage(str(place))).isNull():
        return kept
    image = to_rgb(open_upright(file, at_least=(side, side)))
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if place is not None:
        _keep(image, place)
    return to_qimage(image)


def _place(file: Path, folder: Path, side: int) -> Path | None:
    try:
        facts = file.stat()
    except OSError:
        return None
    text = f"{file}\n{facts.st_mtime_ns}\n{facts.st_size}\n{side}"
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return folder / name[:2] / f"{name}.jpg"


def _keep(image: Image.Image, place: Path) -> None:
    beside = place.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        image.save(beside, "JPEG", quality=85)
        beside.replace(place)


def _make_into(file: Path, folder: Path, relay: Relay) -> None:
    """Make on a worker thread and send the result back."""
    outcome: QImage | str
    try:
        outcome = thumbnail(file, folder)
    except QvlError as error:
        outcome = str(error)
    except (MemoryError, ValueError, OSError) as error:
        outcome = str(PictureError("{path}: {reason}", path=file, reason=error))
    except Exception as error:  # noqa: BLE001 - the edge of a worker
        sys.excepthook(type(error), error, error.__traceback__)
        outcome = str(error)
    relay.done.emit((file, outcome))
