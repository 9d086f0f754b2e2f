"""A whole model from a hub into a folder.

Owns the order of things: the list (once; it is kept, so that a resumed download means the same commit), what is wanted
of it, room on the disk, the files, several at a time, and the record at the end. Does not own one file (`transfer`)
nor who asked for it (`commands.download`, `worker`).
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from qvl_desktop.core.amounts import file_size
from qvl_desktop.core.download_record import PARTS, RECORD, DownloadRecord, FileRecord, RecordError, verify
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.known_models import known_model
from qvl_desktop.core.lockfile import FileLock, LockError
from qvl_desktop.core.model_places import models_folder, remember_model
from qvl_desktop.hubs.base import SOURCES, Hub, Listing, RemoteFile, checked_repo
from qvl_desktop.hubs.errors import AccessError, DownloadError, NoRoomError, PassingError, disk_error
from qvl_desktop.hubs.opening import open_hub
from qvl_desktop.hubs.patience import Meter, Patience, Stop
from qvl_desktop.hubs.selection import choose_files
from qvl_desktop.hubs.transfer import Transfer

CONNECTIONS = 4
"""Files that are fetched at a time."""
SPARE = 64 * 2**20
"""What stays free on the disk."""
LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for. `folder` is the model's own, not the one that holds models; "" values are the usual."""

    name: str
    source: str
    repo: str
    folder: Path
    endpoint: str = ""
    revision: str = ""
    allow_pickle: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is. `stage` is "listing", "checking" (what is here already), "fetching" or "done".

    `speed` is bytes a second, `eta` seconds to go (0: unknown), `trouble` why something is being tried again, which
    will be in `wait` seconds.
    """

    stage: str
    done: int = 0
    total: int = 0
    speed: float = 0.0
    eta: float = 0.0
    trouble: DownloadError | None = None
    wait: float = 0.0


Tell = Callable[[Progress], None]


def wanted(
    name: str, source: str = "hf", *, to: Path | None = None, endpoint: str = "", revision: str = "",
    allow_pickle: bool = False,
) -> Wanted:  # fmt: skip
    """The request for a known model's name or OWNER/NAME; `to` is the folder that will hold the model's folder.
    Raises `NotThereError` for a name that is neither."""
    known = known_model(name)
    repo = checked_repo((known.model_scope if source == "modelscope" else known.hugging_face) if known else name)
    short = known.name if known else repo.rpartition("/")[2]
    return Wanted(short, source, repo, (to or models_folder()).expanduser() / short, endpoint, revision, allow_pickle)


class Fetching:
    """One download. `tell` hears how far it is, a few times a second; `stop.now()` ends it, and nothing is lost."""

    def __init__(
        self,
        what: Wanted,
        tell: Tell = lambda progress: None,
        *,
        stop: Stop | None = None,
        patience: Patience | None = None,
        connections: int = CONNECTIONS,
    ) -> None:
        self.what = what
        self.stop = stop if stop is not None else Stop()
        self._tell = tell
        self._patience = patience or Patience()
        self._connections = max(1, connections)
        self._trouble: tuple[DownloadError, float] | None = None
        self._doubtful = False

    def run(self) -> DownloadRecord:
        """List, check, fetch, record; also goes on where an earlier one ended, and mends a damaged folder. Raises
        `DownloadError`, or `Cancelled` after `stop`."""
        folder = self.what.folder
        hub = open_hub(self.what.source, self.what.endpoint)
        try:
            (folder / PARTS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(error, folder) from error
        lock = FileLock(folder / PARTS / "lock")
        try:
            lock.acquire()
        except LockError as error:
            raise DownloadError(
                QT_TRANSLATE_NOOP("errors", "{path}: another download is filling this folder already."), path=folder
            ) from error
        try:
            record = self._record(hub)
            missing = self._missing(record)
            if missing:
                check_room(folder, sum(file.size for file in missing) - self._begun(missing))
                try:
                    self._fetch(hub, record, missing)
                except AccessError:
                    if not hub.insist():
                        raise
                    self._fetch(hub, record, self._missing(record))
            record = replace(record, complete=True)
            record.save(folder)
            remember_model(folder)
        except OSError as error:
            raise disk_error(error, folder) from error
        finally:
            lock.release()
            if not (folder / RECORD).exists():
                _tidy(folder)
        _tidy(folder)
        self._tell(Progress("done", record.size, record.size))
        return record

    def listing(self) -> Listing:
        """Only ask what there is; nothing is written. Raises `DownloadError`."""
        hub = open_hub(self.what.source, self.what.endpoint)
        return self._patiently(lambda: hub.listing(self.what.repo, self.what.revision))

    def _record(self, hub: Hub) -> DownloadRecord:
        """The record in the folder, when it is of this request; else a new one from the hub's list."""
        what, folder = self.what, self.what.folder
        try:
            old = DownloadRecord.load(folder)
        except RecordError as error:
            if _holds_something(folder):
                raise DownloadError(
                    QT_TRANSLATE_NOOP(
                        "errors",
                        "{path}: this folder holds other files already. Choose another folder, or add this one to the "
                        "list of models if it is one.",
                    ),
                    path=folder,
                ) from error
            old = None
        if old is not None and (old.repo != what.repo or what.revision not in ("", old.revision, old.commit)):
            raise DownloadError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: this folder holds {repo} at {revision}. Choose another folder, or delete this one.",
                ),
                path=folder,
                repo=old.repo,
                revision=old.commit or old.revision,
            )
        if old is not None and old.source == what.source:
            return replace(old, endpoint=hub.endpoint)
        self._tell(Progress("listing"))
        listing = self._patiently(lambda: hub.listing(what.repo, what.revision))
        files = choose_files(listing.files, what.repo, allow_pickle=what.allow_pickle)
        if old is None:
            check_room(folder, sum(file.size for file in files))
        self._doubtful = old is not None
        record = record_of(what.name, listing, files)
        record.save(folder)
        return record

    def _missing(self, record: DownloadRecord) -> list[RemoteFile]:
        """What is not here, or not whole: by size, and by hash when the folder counted as complete before, or when its
        files came from another hub."""
        wrong: set[str] = set()
        if record.complete or self._doubtful:
            result = verify(self.what.folder, self._checked)
            wrong = {*result.missing, *result.wrong}
        missing = []
        for file in record.files:
            path = self.what.folder / file.path
            if file.path in wrong or not path.is_file() or path.stat().st_size != file.size:
                missing.append(RemoteFile(file.path, file.size, file.sha256, file.blob))
        return missing

    def _checked(self, done: int, total: int) -> None:
        self.stop.check()
        self._tell(Progress("checking", done, total))

    def _begun(self, files: list[RemoteFile]) -> int:
        return sum(self._part_size(file) for file in files)

    def _part(self, file: RemoteFile) -> Path:
        return self.what.folder / PARTS / f"{file.path}.part"

    def _part_size(self, file: RemoteFile) -> int:
        part = self._part(file)
        size = part.stat().st_size if part.is_file() else 0
        return size if size <= file.size else 0

    def _fetch(self, hub: Hub, record: DownloadRecord, files: list[RemoteFile]) -> None:
        """Several files at a time; the first error ends all."""
        from huggingface_hub import get_session

        listing = Listing(record.source, hub.endpoint, record.repo, record.revision, record.commit, ())
        here = record.size - sum(file.size for file in files) + self._begun(files)
        meter = Meter(record.size, here)
        broken = self.stop.inner()
        transfer = Transfer(get_session(), SOURCES[record.source], meter, broken, self._patience, self._told)
        pool = ThreadPoolExecutor(self._connections, thread_name_prefix="download")
        waiting: set[Future[None]] = set()
        try:
            for file in files:
                target = self.what.folder / file.path
                waiting.add(pool.submit(transfer.fetch, hub.request(listing, file), file, self._part(file), target))
            while waiting:
                ended, waiting = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_EXCEPTION)
                for one in ended:
                    one.result()
                self._tell_meter(meter)
        except BaseException:
            broken.now()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _tell_meter(self, meter: Meter) -> None:
        done, speed = meter.look()
        trouble, pause = self._trouble or (None, 0.0)
        if speed > 0:
            self._trouble = None
        eta = (meter.total - done) / speed if speed > 0 else 0.0
        self._tell(Progress("fetching", done, meter.total, speed, eta, trouble, pause))

    def _told(self, error: DownloadError, seconds: float) -> None:
        self._trouble = (error, seconds)

    def _patiently(self, ask: Callable[[], Listing]) -> Listing:
        failures = 0
        while True:
            self.stop.check()
            try:
                return ask()
            except PassingError as error:
                failures += 1
                if failures > self._patience.tries:
                    raise
                pause = self._patience.pause(failures, error.wait)
                self._tell(Progress("listing", trouble=error, wait=pause))
                self.stop.wait(pause)


def record_of(name: str, listing: Listing, files: tuple[RemoteFile, ...]) -> DownloadRecord:
    """The record of a download that begins."""
    return DownloadRecord(
        name=name,
        source=listing.source,
        endpoint=listing.endpoint,
        repo=listing.repo,
        revision=listing.revision,
        commit=listing.commit,
        files=tuple(FileRecord(file.path, file.size, file.sha256, file.blob) for file in files),
        licence=listing.licence,
        time=time.time(),
    )


def free_space(folder: Path) -> tuple[int, Path]:
    """Bytes that are free where a folder is or will be, and the nearest folder that exists."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free, place


def check_room(folder: Path, needed: int) -> None:
    """Raises `NoRoomError` when so many bytes do not fit there."""
    try:
        free, place = free_space(folder)
    except OSError as error:
        raise disk_error(error, folder) from error
    if needed + SPARE > free:
        raise NoRoomError(
            QT_TRANSLATE_NOOP("errors", "Needs {needed}, {free} free on {place}: choose another folder, or make room."),
            needed=file_size(needed),
            free=file_size(free),
            place=place,
        )


def throw_away(folder: Path) -> None:
    """Delete what a download left: the files of its record, its parts, and the folder unless other files are in it.
    Raises `DownloadError`; a folder without a record is left alone."""
    try:
        record = DownloadRecord.load(folder)
    except RecordError:
        _tidy(folder)
        return
    try:
        for file in record.files:
            (folder / file.path).unlink(missing_ok=True)
        (folder / RECORD).unlink(missing_ok=True)
        _tidy(folder)
    except OSError as error:
        raise disk_error(error, folder) from error


def _tidy(folder: Path) -> None:
    """Remove the parts, and the folder when nothing else is in it."""
    shutil.rmtree(folder / PARTS, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _holds_something(folder: Path) -> bool:
    return any(path.name != PARTS for path in folder.iterdir())
