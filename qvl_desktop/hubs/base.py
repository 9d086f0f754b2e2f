"""What this program wants of a hub, whichever it is.

Owns the files and lists of a hub as plain data, and the protocol that each hub's module fulfils.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Protocol

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.hubs.errors import DownloadError, NotThereError

SOURCES = {"hf": "Hugging Face", "modelscope": "ModelScope"}
"""`--source` -> the hub's name."""

_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. `sha256` of its content, or `blob`, git's SHA-1 of it; "" where the hub does not tell."""

    path: str
    size: int
    sha256: str = ""
    blob: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository at one commit. `revision` was asked for, `commit` is what it stands for now ("": not told)."""

    source: str
    endpoint: str
    repo: str
    revision: str
    commit: str
    files: tuple[RemoteFile, ...]
    licence: str = ""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """How a file is asked for. The headers are for the hub's own host alone."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


class Hub(Protocol):
    """A model hub. `name` is what people call it, `endpoint` its address."""

    name: str
    endpoint: str

    def listing(self, repo: str, revision: str) -> Listing:
        """What a repository holds; `revision` "" is its main branch. Raises `DownloadError`."""

    def request(self, listing: Listing, file: RemoteFile) -> FileRequest:
        """How to ask for one file of a listing."""

    def insist(self) -> bool:
        """After a refusal: say from now on who asks; False when that was said already, or nobody is logged in."""


def checked_endpoint(endpoint: str) -> str:
    """An address with its scheme and without a slash at the end; "" stays. Raises `DownloadError`."""
    text = endpoint.strip()
    text = text if text.endswith("://") else text.rstrip("/")
    if text and "://" not in text:
        text = f"https://{text}"
    if text and not re.fullmatch(r"https?://[^\s/@]+(/[^\s?#]*)?", text, re.IGNORECASE):
        raise DownloadError(
            QT_TRANSLATE_NOOP("errors", "{endpoint}: no address of a mirror. Write it like https://hf-mirror.com"),
            endpoint=endpoint,
        )
    return text


def checked_repo(repo: str) -> str:
    """The name of a repository, OWNER/NAME. Raises `NotThereError`."""
    if not _REPO.fullmatch(repo) or ".." in repo:
        raise NotThereError(
            QT_TRANSLATE_NOOP("errors", "{repo}: name a known model, or a repository as OWNER/NAME."), repo=repo
        )
    return repo
