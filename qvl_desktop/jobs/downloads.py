"""Downloads as the window sees them: the queue, its worker, and what became of each.

Owns looking at the queue's files now and then, starting the worker (a process of its own, which goes on when the window
is closed) and asking a hub how large a model is. Does not own fetching (`hubs`) nor the words (`gui.models`).
"""

from __future__ import annotations

import json
import logging
import subprocess
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.hubs.errors import DownloadError
from qvl_desktop.hubs.fetching import Wanted
from qvl_desktop.hubs.queue import Ask, Download, DownloadQueue, DownloadState, Status, is_due
from qvl_desktop.jobs.child import child_command, child_environment, detached
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task

LOOK_MS = 400
ASK_SECONDS = 150
"""What a hub may take to say how large a model is."""
STARTS = 3
"""How often in a row a worker is started that ends without having done anything."""

_log = logging.getLogger(__name__)
_workers: list[subprocess.Popen[bytes]] = []
"""Kept so that their exits are collected."""


class LockedError(DownloadError):
    """A hub that may answer once somebody has logged in."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a hub says of a model: bytes and files, and what is `free` where it would go."""

    bytes: int
    files: int
    free: int
    fits: bool
    pickled: bool
    commit: str
    licence: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A download and how far it is. `asked` is what the user wants of it, which the worker may not have heard yet."""

    download: Download
    status: Status
    asked: Ask

    @property
    def key(self) -> str:
        return self.download.key


class Downloads(QObject):
    """The queue of downloads.

    Signals:
        listChanged(): `items` holds other downloads, or others in another state.
        progressed(): only how far they are has changed.
        finished(Wanted): a model is here, whole and checked.
        failed(Wanted, text): a download gave up; it stays in the list.
    """

    listChanged = Signal()
    progressed = Signal()
    finished = Signal(object)
    failed = Signal(object, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.queue = DownloadQueue()
        self.items: tuple[Shown, ...] = ()
        self._starts = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def follow(self) -> None:
        """Look at what an earlier window left: attach to a worker that lives, start one when there is work."""
        self.look()

    def add(self, wanted: Wanted) -> None:
        """Put a download at the end of the queue. Raises `DownloadError` when it is there already, or cannot be."""
        if any(item.download.wanted.folder == wanted.folder for item in self.items):
            raise DownloadError(
                QT_TRANSLATE_NOOP("errors", "{name}: this download is in the list already."), name=wanted.name
            )
        try:
            self.queue.add(wanted)
        except OSError as error:
            raise DownloadError(
                QT_TRANSLATE_NOOP("errors", "{path}: the list of downloads cannot be written ({reason})."),
                path=self.queue.place,
                reason=error.strerror or error,
            ) from error
        self._again()

    def pause(self, key: str) -> None:
        """Let it rest; what is here stays, also when the window is closed."""
        self._ask(key, Ask.PAUSE)

    def resume(self, key: str) -> None:
        """Go on, or try again after a failure."""
        item = self._item(key)
        if item is not None:
            if item.status.state is DownloadState.FAILED:
                item.download.tell(Status(DownloadState.WAITING, done=item.status.done, total=item.status.total))
            self._ask(key, Ask.RUN)

    def cancel(self, key: str) -> None:
        """Stop, and throw away what is here of it."""
        self._ask(key, Ask.CANCEL)

    def ask_size(self, wanted: Wanted) -> Task[Size]:
        """A task, not yet started, that asks the hub; in a process of its own, so that this one never goes online."""
        return Task(lambda: _size(wanted))

    def log_in(self, source: str, endpoint: str, key: str) -> Task[str]:
        """A task, not yet started, that gives a hub a key and keeps it; its result is the user's name there."""
        return Task(lambda: _log_in(source, endpoint, key))

    @property
    def working(self) -> bool:
        """Whether a worker lives."""
        return is_locked(self.queue.lock)

    def look(self) -> None:
        """Read how far everything is, tell what changed, and see to it that somebody works."""
        seen = [Shown(one, one.status, one.asked) for one in self.queue.all()]
        items = tuple(item for item in seen if item.status.state is not DownloadState.DONE)
        before, self.items = self.items, items
        self._tell_ends(before, seen)
        if [(item.key, item.status.state, item.asked) for item in before] != [
            (item.key, item.status.state, item.asked) for item in items
        ]:
            self.listChanged.emit()
        elif before != items:
            self._starts = 0
            self.progressed.emit()
        due = any(is_due(item.download) for item in items)
        if due and not self.working:
            self._start()
        if due or self.working:
            self._timer.start()
        else:
            self._timer.stop()

    def _tell_ends(self, before: tuple[Shown, ...], seen: list[Shown]) -> None:
        """Say what has come or given up, also while no window was open; what has come leaves the list."""
        known = {item.key: item.status.state for item in before}
        for item in seen:
            name, state = item.download.wanted.name, item.status.state
            if state is DownloadState.DONE:
                item.download.remove()
                self._session.models.refresh()
                words = self.tr("{name} is here, every file checked. It needs no network from now on.")
                self._session.notice.emit("success", words.format(name=name))
                self.finished.emit(item.download.wanted)
            elif state is DownloadState.FAILED and known.get(item.key, state) is not state:
                words = self.tr("{name}: the download stopped. {problem}")
                self._session.notice.emit("error", words.format(name=name, problem=item.status.problem_text))
                self.failed.emit(item.download.wanted, item.status.problem_text)

    def _item(self, key: str) -> Shown | None:
        return next((item for item in self.items if item.key == key), None)

    def _ask(self, key: str, what: Ask) -> None:
        item = self._item(key)
        if item is not None:
            item.download.ask(what)
            self._again()

    def _again(self) -> None:
        """Something was asked for: look now, and let a worker be tried anew."""
        self._starts = 0
        self.look()

    def _start(self) -> None:
        """Start a worker; after some that ended at once, stop trying and say so."""
        _workers[:] = [worker for worker in _workers if worker.poll() is None]
        if _workers:
            return  # it has not taken its lock yet
        if self._starts >= STARTS:
            self._give_up()
            return
        self._starts += 1
        try:
            with (self.queue.place / "log.txt").open("ab") as log:
                worker = subprocess.Popen(
                    child_command("download", "--queue"),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=child_environment(),
                    **detached(),
                )
        except OSError as error:
            _log.exception("the download's process cannot be started")
            self._session.report(error)
            return
        _workers.append(worker)

    def _give_up(self) -> None:
        """Mark what nobody could work on."""
        problem = DownloadError(
            QT_TRANSLATE_NOOP("errors", "The download's process ended by itself. {path} has its last words."),
            path=self.queue.place / "log.txt",
        )
        for item in self.items:
            if is_due(item.download) and item.asked is Ask.RUN:
                told = (problem.template, {name: str(value) for name, value in problem.values.items()})
                item.download.tell(
                    Status(DownloadState.FAILED, done=item.status.done, total=item.status.total, problem=told)
                )


def downloads_of(session: Session) -> Downloads:
    """The one of a session."""
    found = session.findChild(Downloads)
    return found if isinstance(found, Downloads) else Downloads(session)


def _size(wanted: Wanted) -> Size:
    arguments = [wanted.repo, "--to", str(wanted.folder.parent), "--size"]
    if wanted.revision:
        arguments += ["--revision", wanted.revision]
    body = _ask_hub(wanted.source, wanted.endpoint, *arguments)
    try:
        return Size(
            bytes=int(body["bytes"]),
            files=int(body["files"]),
            free=int(body["free"]),
            fits=bool(body["fits"]),
            pickled=bool(body["pickled"]),
            commit=str(body["commit"]),
            licence=str(body["licence"]),
        )
    except (TypeError, KeyError, ValueError) as error:
        raise _unexpected(error) from error


def _log_in(source: str, endpoint: str, key: str) -> str:
    return str(_ask_hub(source, endpoint, "--login", said=key).get("name", ""))


def _ask_hub(source: str, endpoint: str, *arguments: str, said: str = "") -> dict[str, Any]:
    """What `qvl-desktop download` prints as JSON. Raises `LockedError` or `DownloadError` with its words."""
    command = ["download", *arguments, "--source", source, "--json"]
    if endpoint:
        command += ["--endpoint", endpoint]
    try:
        done = subprocess.run(
            child_command(*command),
            input=f"{said}\n".encode(),
            capture_output=True,
            timeout=ASK_SECONDS,
            env=child_environment(),
            check=False,
        )
        body = json.loads(done.stdout.decode("utf-8", "replace") or "null")
    except subprocess.TimeoutExpired as error:
        raise DownloadError(
            QT_TRANSLATE_NOOP("errors", "The hub does not answer. Check the network, or choose another source.")
        ) from error
    except (OSError, ValueError) as error:
        raise _unexpected(error) from error
    if isinstance(body, dict) and "problem" in body:
        template, values = body["problem"]
        locked = body.get("kind") in ("AccessError", "NotThereError")
        raise (LockedError if locked else DownloadError)(template, **values)
    if not isinstance(body, dict):
        raise _unexpected(done.stderr.decode("utf-8", "replace").strip()[-300:])
    return body


def _unexpected(reason: object) -> QvlError:
    return DownloadError(QT_TRANSLATE_NOOP("errors", "The hub could not be asked: {reason}"), reason=reason)
