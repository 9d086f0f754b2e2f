"""The process that works on the queue of downloads, one after the other, until nothing is left to do.

Owns reading what the user asks while it works, and writing how far it is. It belongs to no window: it goes on when the
window is closed, and a window that opens finds it by its lock. Does not own the download itself (`fetching`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.lockfile import FileLock, LockError
from qvl_desktop.hubs.errors import DownloadError
from qvl_desktop.hubs.fetching import Fetching, Progress, throw_away
from qvl_desktop.hubs.patience import Patience, Stop
from qvl_desktop.hubs.queue import Ask, Download, DownloadQueue, DownloadState, problem_of

LONG_PATIENCE = Patience(tries=30)
"""Nobody watches at night: half an hour without a network is waited out."""
ASK_SECONDS = 0.2
TELL_SECONDS = 0.5

_log = logging.getLogger(__name__)


def work(queue: DownloadQueue, patience: Patience = LONG_PATIENCE, stop: Stop | None = None) -> bool:
    """Fetch what is due until nothing is; False when another process does it already. `stop` ends it from outside, as
    if the machine went down: the download goes on the next time."""
    outer = stop if stop is not None else Stop()
    queue.place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(queue.lock)
    try:
        lock.acquire()
    except LockError:
        return False
    try:
        while not outer.asked and (download := queue.next()) is not None:
            if download.asked is Ask.CANCEL:
                _cancel(download)
            else:
                _fetch(download, patience, outer)
    finally:
        lock.release()
    return True


def _cancel(download: Download) -> None:
    try:
        if download.status.state is not DownloadState.DONE:
            throw_away(download.wanted.folder)
    except QvlError as error:
        _log.warning("cancelled download: %s", error)
    download.remove()


def _fetch(download: Download, patience: Patience, outer: Stop) -> None:
    """One download, until it is done, fails, or the user asks for something else."""
    stop = Stop()
    teller = _Teller(download)
    try:
        with _listening(download, stop, outer):
            record = Fetching(download.wanted, teller.tell, stop=stop, patience=patience).run()
    except Cancelled:
        if download.asked is Ask.PAUSE:
            teller.end(DownloadState.PAUSED)
    except QvlError as error:
        _log.warning("%s: %s", download.wanted.name, error)
        teller.end(DownloadState.FAILED, error)
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever it is, the user hears of it
        _log.exception("%s", download.wanted.name)
        problem = DownloadError(
            QT_TRANSLATE_NOOP("errors", "Something went wrong that should not have: {reason}."),
            reason=f"{type(error).__name__}: {error}",
        )
        teller.end(DownloadState.FAILED, problem)
    else:
        teller.status = replace(teller.status, commit=record.commit, done=record.size, total=record.size)
        teller.end(DownloadState.DONE)


@contextmanager
def _listening(download: Download, stop: Stop, outer: Stop) -> Iterator[None]:
    """Meanwhile look at what the user asks."""
    over = threading.Event()

    def listen() -> None:
        while not over.wait(ASK_SECONDS):
            if outer.asked or download.asked is not Ask.RUN:
                stop.now()
                return

    thread = threading.Thread(target=listen, name="control", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class _Teller:
    """Writes a download's status, at most twice a second unless something new began."""

    def __init__(self, download: Download) -> None:
        self._download = download
        self._told_at = 0.0
        self.status = replace(download.status, state=DownloadState.WORKING, problem=None, kind="", speed=0.0, eta=0.0)
        self._write()

    def tell(self, progress: Progress) -> None:
        """Take over how far it is."""
        new = progress.stage != self.status.stage
        self.status = replace(
            self.status,
            stage=progress.stage,
            done=progress.done,
            total=progress.total or self.status.total,
            speed=progress.speed,
            eta=progress.eta,
            wait=progress.wait,
            problem=problem_of(progress.trouble) if progress.trouble else None,
        )
        if new or time.monotonic() - self._told_at > TELL_SECONDS:
            self._write()

    def end(self, state: DownloadState, error: QvlError | None = None) -> None:
        """The last word."""
        problem = problem_of(error) if error else None
        kind = type(error).__name__ if error else ""
        self.status = replace(self.status, state=state, problem=problem, kind=kind, speed=0.0, eta=0.0, wait=0.0)
        self._write()

    def _write(self) -> None:
        self._told_at = time.monotonic()
        with suppress(OSError):  # a full disk must not end the download a second time
            self._download.tell(self.status)
