"""One file from a hub to the disk: resumed, checked, never half.

Owns the request, the part that grows beside the model, its hash while it grows, and what to do about each kind of
answer. Does not own which files (`selection`), the folder (`fetching`) or the hubs' addresses (`huggingface`,
`modelscope`).

A part is moved to its place only with the right size and hash. A hub that cannot resume sends the file from its
beginning; one that breaks off is asked for the rest; one that sends other content is asked once more.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from qvl_desktop.core.file_hashes import ContentHash
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.hubs.base import FileRequest, RemoteFile
from qvl_desktop.hubs.errors import (
    DownloadError,
    PassingError,
    WrongContentError,
    disk_error,
    network_error,
    status_error,
)
from qvl_desktop.hubs.patience import Meter, Patience, Stop

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 15.0
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class _OtherContent(Exception):
    """What came is not the file: too long, of another size, or with another hash."""


class Transfer:
    """Fetches files through one HTTP client. `told(words)` hears why something is tried again."""

    def __init__(
        self,
        client: httpx2.Client,
        hub: str,
        meter: Meter,
        stop: Stop,
        patience: Patience,
        told: Callable[[DownloadError, float], None] = lambda error, seconds: None,
    ) -> None:
        self._client = client
        self._hub = hub
        self._meter = meter
        self._stop = stop
        self._patience = patience
        self._told = told

    def fetch(self, request: FileRequest, file: RemoteFile, part: Path, target: Path) -> None:
        """Bring a file to `target`. What of it is in `part` is used. Raises `DownloadError` or `Cancelled`."""
        growing = _Growing(part, file)
        try:
            self._bring(request, file, growing)
        finally:
            growing.close()
        growing.finish(target)

    def _bring(self, request: FileRequest, file: RemoteFile, growing: _Growing) -> None:
        """Until the part is whole and right, or patience ends."""
        failures, others, best = 0, 0, growing.length
        while True:
            self._stop.check()
            try:
                self._pull(request, file, growing)
                if not growing.content.right:
                    raise _OtherContent
                return
            except _OtherContent as error:
                self._meter.add(-growing.restart())
                others += 1
                best = 0
                if others > 1:
                    raise self._wrong(file) from error
            except PassingError as error:
                failures = 1 if growing.length > best else failures + 1
                best = max(best, growing.length)
                if failures > self._patience.tries:
                    raise
                pause = self._patience.pause(failures, error.wait)
                self._told(error, pause)
                self._stop.wait(pause)

    def _pull(self, request: FileRequest, file: RemoteFile, growing: _Growing) -> None:
        """Ask for what is missing and let the part grow."""
        import httpx2

        if growing.length == file.size:
            return
        headers = {**request.headers, "Accept-Encoding": "identity"}
        if growing.length:
            headers["Range"] = f"bytes={growing.length}-"
        timeout = httpx2.Timeout(self._patience.silence, connect=min(CONNECT_SECONDS, self._patience.silence))
        try:
            with (
                self._client.stream(
                    "GET", request.url, headers=headers, timeout=timeout, follow_redirects=True
                ) as answer,
                self._stop.listening(answer.extensions.get("network_stream")),
            ):
                self._begin(answer, file, growing)
                for piece in answer.iter_bytes() if _encoded(answer) else answer.iter_raw():
                    self._stop.check()
                    if growing.length + len(piece) > file.size:
                        raise _OtherContent
                    growing.add(piece)
                    self._meter.add(len(piece))
        except httpx2.HTTPError as error:
            self._stop.check()
            raise network_error(error, urlsplit(request.url).netloc) from error
        except (httpx2.InvalidURL, httpx2.StreamError) as error:
            raise DownloadError(
                QT_TRANSLATE_NOOP("errors", "{file}: {hub} sent an address that cannot be followed ({reason})."),
                file=file.path,
                hub=self._hub,
                reason=error,
            ) from error
        if growing.length < file.size:
            raise PassingError(
                QT_TRANSLATE_NOOP("errors", "{file}: {hub} ended the connection early, after {count} of {size} bytes."),
                file=file.path,
                hub=self._hub,
                count=growing.length,
                size=file.size,
            )

    def _begin(self, answer: httpx2.Response, file: RemoteFile, growing: _Growing) -> None:
        """Look at the answer's head; make the part begin where the answer does."""
        if answer.status_code == 206 and growing.length:
            found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
            if found is None or int(found[1]) != growing.length:
                self._meter.add(-growing.restart())
                raise PassingError(_ELSEWHERE, file=file.path, hub=self._hub)
            if found[3] != "*" and int(found[3]) != file.size:
                raise _OtherContent
            return
        if answer.status_code == 416 and growing.length:
            self._meter.add(-growing.restart())
            raise PassingError(_ELSEWHERE, file=file.path, hub=self._hub)
        if answer.status_code != 200:
            error = status_error(answer.status_code, file.path, self._hub)
            if isinstance(error, PassingError):
                error.wait = _seconds(answer.headers.get("retry-after", ""))
            raise error
        self._meter.add(-growing.restart())
        length = answer.headers.get("content-length", "")
        if length.isdigit() and int(length) != file.size and not _encoded(answer):
            raise _OtherContent

    def _wrong(self, file: RemoteFile) -> WrongContentError:
        return WrongContentError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{file}: {hub} sent it twice with other content than its list says. It was thrown away. Resume later, "
                "or use another source: the mirror may be broken, or the model has just been changed.",
            ),
            file=file.path,
            hub=self._hub,
        )


_ELSEWHERE = QT_TRANSLATE_NOOP("errors", "{file}: {hub} did not go on where it was asked to; from the beginning.")


class _Growing:
    """The part of a file on the disk, and the hash of what is in it."""

    def __init__(self, path: Path, file: RemoteFile) -> None:
        self._path, self._file = path, file
        self._out: BinaryIO | None = None
        self.content = ContentHash(file.size, file.sha256, file.blob)
        try:
            if path.is_file() and path.stat().st_size > file.size:
                path.unlink()
            elif path.is_file():
                self.content.feed_file(path)
            else:
                path.touch()
        except OSError as error:
            raise disk_error(error, path) from error

    @property
    def length(self) -> int:
        return self.content.fed

    def add(self, piece: bytes) -> None:
        """Write at the end."""
        try:
            if self._out is None:
                self._out = self._path.open("ab")
            self._out.write(piece)
            self._out.flush()
        except OSError as error:
            raise disk_error(error, self._path) from error
        self.content.feed(piece)

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        out, self._out = self._out, None
        if out is not None:
            with contextlib.suppress(OSError):
                out.close()

    def restart(self) -> int:
        """Throw away what is there; how many bytes that were."""
        lost = self.length
        self.close()
        try:
            self._path.write_bytes(b"")
        except OSError as error:
            raise disk_error(error, self._path) from error
        self.content = ContentHash(self._file.size, self._file.sha256, self._file.blob)
        return lost

    def finish(self, target: Path) -> None:
        """Put it in its place, on the disk on return."""
        try:
            with self._path.open("rb+") as file:
                os.fsync(file.fileno())
            self._path.replace(target)
        except OSError as error:
            raise disk_error(error, target) from error


def _encoded(answer: httpx2.Response) -> bool:
    """Whether the body is packed on its way though that was declined."""
    return answer.headers.get("content-encoding", "identity").lower() != "identity"


def _seconds(text: str) -> float:
    """`Retry-After` in seconds; a date counts as nothing."""
    return float(text) if text.isdigit() else 0.0
