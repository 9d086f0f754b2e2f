"""Where the pictures of a request come from, and that nothing else is read.

Owns `data:` URLs, files below allowed folders, and the bounds on size and pixels. URLs of the network are `fetching`'s.
Does not decode pictures beyond their heads (`core.pictures`).
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import url2pathname

from qvl_desktop.core.amounts import MB
from qvl_desktop.core.chat_protocol import MAX_PICTURE_BYTES
from qvl_desktop.core.dialects import Size
from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.engine.fetching import AllowedHosts, FetchError, PictureTooLargeError, fetch

MAX_CHAT_PIXELS = 400_000_000
"""Pixels of all pictures of a chat together."""

_NEVER = ("/proc", "/sys", "/dev")
_NOT_ALLOWED = "This server does not read that file: its folder is not allowed, or there is no such file."


class RequestError(QvlError):
    """A request that cannot be answered; `param` names the field, `status` is HTTP's."""

    def __init__(self, template: str, *, param: str = "", status: int = 400, code: str = "", **values: object) -> None:
        super().__init__(template, **values)
        self.param, self.status, self.code = param, status, code


@dataclass(frozen=True, slots=True)
class PictureAccess:
    """What of this machine and of the network a request may name: folders, and hosts."""

    roots: tuple[Path, ...] = ()
    hosts: AllowedHosts = field(default_factory=AllowedHosts)


def read_picture(url: str, access: PictureAccess, param: str) -> bytes:
    """The bytes of the picture at a URL. Raises `RequestError`."""
    scheme = url[:8].partition(":")[0].lower()
    if scheme == "data":
        return _decode(url, param)
    if scheme == "file":
        return _local(url, access.roots, param)
    if scheme in ("http", "https"):
        try:
            return fetch(url, access.hosts, MAX_PICTURE_BYTES)
        except PictureTooLargeError as error:
            raise RequestError("{reason}", param=param, status=413, reason=error) from error
        except FetchError as error:
            raise RequestError("{reason}", param=param, reason=error) from error
    raise RequestError(
        "A picture must come as a data: URL (data:image/png;base64,...); nothing is fetched from the network.",
        param=param,
    )


def check_pictures(pictures: Sequence[bytes], params: Sequence[str]) -> tuple[Size, ...]:
    """Upright width and height of each, from its head alone. Raises `RequestError` naming the guilty one."""
    sizes: list[Size] = []
    for number, (picture, param) in enumerate(zip(pictures, params, strict=True), start=1):
        try:
            sizes.append(picture_size(picture, name=f"Picture {number}"))
        except PictureError as error:
            raise RequestError("{reason}", param=param, reason=error) from error
        if sum(width * height for width, height in sizes) > MAX_CHAT_PIXELS:
            raise RequestError(
                "The pictures of this chat have more than {limit} megapixels together. Send them smaller.",
                param=param,
                status=413,
                limit=MAX_CHAT_PIXELS // 10**6,
            )
    return tuple(sizes)


def _decode(url: str, param: str) -> bytes:
    head, comma, payload = url[5:].partition(",")
    if not comma:
        raise RequestError("A data: URL has a comma before its data.", param=param)
    if len(payload) > MAX_PICTURE_BYTES * 4 // 3 + 4:
        raise _too_large(param)
    try:
        if head.split(";")[-1].strip().lower() == "base64":
            return base64.b64decode(payload, validate=True)
        return unquote_to_bytes(payload)
    except (binascii.Error, ValueError) as error:
        raise RequestError("The data: URL is not valid base64 ({reason}).", param=param, reason=error) from error


def _local(url: str, roots: Sequence[Path], param: str) -> bytes:
    """The file's bytes, from a handle that was made sure to lie below an allowed folder after it was opened."""
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise RequestError("A file:// URL names a file of this machine.", param=param)
    try:
        path = Path(os.path.realpath(url2pathname(parts.path), strict=True))
        if not _allowed(path, roots):
            raise RequestError(_NOT_ALLOWED, param=param)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError; what exists is nobody's business
        raise RequestError(_NOT_ALLOWED, param=param) from error
    try:
        status = os.fstat(handle)
        there = Path(os.path.realpath(path, strict=True))  # a folder on the way may have become a link meanwhile
        same = os.path.samestat(os.stat(there), status)
        if not same or not stat.S_ISREG(status.st_mode) or not _allowed(there, roots):
            raise RequestError(_NOT_ALLOWED, param=param)
        with os.fdopen(os.dup(handle), "rb") as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise RequestError(
            "The file cannot be read ({reason}).", param=param, reason=error.strerror or error
        ) from error
    finally:
        os.close(handle)
    if len(data) > MAX_PICTURE_BYTES:
        raise _too_large(param)
    return data


def _allowed(path: Path, roots: Sequence[Path]) -> bool:
    if any(path.is_relative_to(place) for place in _NEVER):
        return False
    return any(path.is_relative_to(os.path.realpath(root)) for root in roots)


def _too_large(param: str) -> RequestError:
    return RequestError(
        "A picture may have {limit} MB at most.", param=param, status=413, limit=MAX_PICTURE_BYTES // MB
    )
