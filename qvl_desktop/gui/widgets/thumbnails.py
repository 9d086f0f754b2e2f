"""Small pictures for lists and galleries: made away from the GUI thread, what is in sight first.

Owns `Thumbnails`: what is wanted, what is being made, and what is kept in memory. Does not own the files in the cache
(`thumbnail_files`), the list they stand in, nor full pictures (`picture_loader`).
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.gui.widgets.relay import Relay
from qvl_desktop.gui.widgets.thumbnail_files import LARGE, LIMIT_BYTES, SIDE, shrink, thumbnail
from qvl_desktop.storage.settings import cache_folder

__all__ = ["LARGE", "SIDE", "Thumbnails", "keep_thumbnails", "thumbnail", "thumbnails_folder"]

KEPT_BYTES = 16 * 2**20
"""What one list or gallery keeps in memory; the rest comes back from the disk in a moment."""
_WAITING = 96
_WORKERS = 2

_shrunk: set[Path] = set()
_shrinking = threading.Lock()
_limit = LIMIT_BYTES


def thumbnails_folder() -> Path:
    """Where all of them lie on the disk."""
    return cache_folder() / "thumbnails"


def keep_thumbnails(limit: int) -> None:
    """From now on all of them may take `limit` bytes on the disk; the next work tidies up."""
    global _limit  # noqa: PLW0603 - one process has one cache
    with _shrinking:
        if limit != _limit:
            _limit = limit
            _shrunk.clear()


class Thumbnails(QObject):
    """Thumbnails by file. Signals: `ready(file)` when `get` has an answer for it.

    Asked for more than it can make, it forgets the oldest wishes: a view asks again when it shows the row again. A
    gallery says with `only` what is in sight, and everything else that waits is forgotten.
    """

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None, *, folder: Path | None = None, side: int = SIDE) -> None:
        super().__init__(parent)
        self._folder = folder or thumbnails_folder()
        self.side = side
        self._kept: OrderedDict[Path, QImage | str] = OrderedDict()
        self._bytes = 0
        self._waiting: OrderedDict[Path, None] = OrderedDict()
        self._running: set[Path] = set()
        self._stale: set[Path] = set()
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

    def only(self, files: Iterable[Path]) -> None:
        """These are in sight: nothing else is made any more, and the first of them first."""
        wanted = [file for file in files if file not in self._kept and file not in self._running]
        self._waiting = OrderedDict.fromkeys(reversed(wanted))
        self._pump()

    def set_side(self, side: int) -> None:
        """Make them larger or smaller from now on."""
        if side != self.side:
            self.side = side
            self.forget()

    @property
    def waiting(self) -> int:
        """How many are wanted and not begun."""
        return len(self._waiting)

    def forget(self, files: Iterable[Path] | None = None) -> None:
        """Forget what is in memory and what waits: all of it (another project), or of files that changed. The disk
        keeps its own."""
        if files is None:
            self._kept.clear()
            self._waiting.clear()
            self._stale |= self._running
            self._bytes = 0
            return
        for file in files:
            self._bytes -= _size(self._kept.pop(file, None))
            if file in self._running:
                self._stale.add(file)

    def shut_down(self) -> None:
        """Drop what waits and let what runs end."""
        self._waiting.clear()
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _pump(self) -> None:
        while self._waiting and len(self._running) < _WORKERS:
            file, _ = self._waiting.popitem(last=True)
            self._running.add(file)
            self._executor.submit(_make_into, file, self._folder, self.side, self._relay)

    @Slot(object)
    def _take(self, made: tuple[Path, QImage | str]) -> None:
        file, outcome = made
        self._running.discard(file)
        if file in self._stale:
            self._stale.discard(file)
        else:
            self._bytes += _size(outcome) - _size(self._kept.pop(file, None))
            self._kept[file] = outcome
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= _size(self._kept.popitem(last=False)[1])
        self._pump()
        self.ready.emit(file)


def _size(kept: QImage | str | None) -> int:
    return kept.sizeInBytes() if isinstance(kept, QImage) else 200 if kept else 0


def _make_into(file: Path, folder: Path, side: int, relay: Relay) -> None:
    """Make on a worker thread and send the result back."""
    outcome: QImage | str
    try:
        _shrink_once(folder)
        outcome = thumbnail(file, folder, side)
    except QvlError as error:
        outcome = str(error)
    except (MemoryError, ValueError, OSError) as error:
        outcome = str(PictureError("{path}: {reason}", path=file, reason=error))
    except Exception as error:  # noqa: BLE001 - the edge of a worker
        sys.excepthook(type(error), error, error.__traceback__)
        outcome = str(error)
    relay.send((file, outcome))


def _shrink_once(folder: Path) -> None:
    """Tidy up once in a process, beside the first work."""
    with _shrinking:
        if folder in _shrunk:
            return
        _shrunk.add(folder)
    threading.Thread(target=shrink, args=(folder, _limit), name="thumbnail-tidy", daemon=True).start()
