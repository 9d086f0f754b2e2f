"""`qvl-download.json` in a model's folder: where it came from, at which commit, and the hash of each file.

Owns the record and checking a folder against it, offline. Does not own fetching (`hubs`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.file_hashes import ContentHash
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.run_folder import write_beside

RECORD = "qvl-download.json"
PARTS = ".parts"
"""The folder of what is not whole yet, inside the model's."""
VERSION = 1


class RecordError(QvlError):
    """A record that is not there or cannot be understood."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as its hub listed it; hashes "" where the hub told none."""

    path: str
    size: int
    sha256: str = ""
    blob: str = ""


@dataclass(frozen=True, slots=True)
class DownloadRecord:
    """Where a folder came from. `commit` is what `revision` stood for; `complete` once every file was checked.

    `time` is when the list was made, in seconds since the epoch.
    """

    name: str
    source: str
    endpoint: str
    repo: str
    revision: str
    commit: str
    files: tuple[FileRecord, ...]
    licence: str = ""
    complete: bool = False
    time: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def save(self, folder: Path) -> None:
        """Write it into the folder. Raises `OSError`."""
        body = {"version": VERSION, **asdict(self)}
        write_beside(folder / RECORD, json.dumps(body, ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def load(cls, folder: Path) -> DownloadRecord:
        """The record of a folder. Raises `RecordError`."""
        path = folder / RECORD
        try:
            body = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(body, dict) or body.pop("version") != VERSION:
                raise ValueError("another version")
            files = tuple(_file(item) for item in body.pop("files"))
            return cls(files=files, **{key: value for key, value in body.items() if key in _FIELDS})
        except FileNotFoundError as error:
            raise RecordError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: this folder was not downloaded by this program, so there is nothing to compare with.",
                ),
                path=folder,
            ) from error
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise RecordError(
                QT_TRANSLATE_NOOP("errors", "{path}: the record of the download cannot be read ({reason})."),
                path=path,
                reason=error,
            ) from error


_FIELDS = set(DownloadRecord.__dataclass_fields__)


def _file(item: Any) -> FileRecord:
    """One file of a record; a name that leads out of the folder is refused, whoever wrote it."""
    file = FileRecord(str(item["path"]), int(item["size"]), str(item.get("sha256", "")), str(item.get("blob", "")))
    if Path(file.path).name != file.path or file.path in ("", ".", "..") or "\\" in file.path or file.size < 0:
        raise ValueError(f"{file.path!r} is no name of a file in this folder")
    return file


@dataclass(frozen=True, slots=True)
class Verified:
    """A folder against its record: names of files that are missing, that differ, and that nobody has a hash of."""

    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    unhashed: tuple[str, ...] = ()
    checked: int = 0
    record: DownloadRecord | None = field(default=None, compare=False)

    @property
    def whole(self) -> bool:
        return not self.missing and not self.wrong


def verify(folder: Path, told: Callable[[int, int], None] | None = None) -> Verified:
    """Read every file and compare; `told(done, total)` hears bytes and may raise to stop. Raises `RecordError`."""
    record = DownloadRecord.load(folder)
    done, total = 0, record.size
    missing, wrong, unhashed = [], [], []

    def read(count: int) -> None:
        nonlocal done
        done += count
        if told is not None:
            told(min(done, total), total)

    for file in record.files:
        path = folder / file.path
        if not path.is_file():
            missing.append(file.path)
            continue
        content = ContentHash(file.size, file.sha256, file.blob)
        try:
            size = path.stat().st_size
            if size == file.size:
                content.feed_file(path, read)
        except OSError:
            wrong.append(file.path)
            continue
        if size != file.size or not content.right:
            wrong.append(file.path)
        elif not content.expected:
            unhashed.append(file.path)
    return Verified(tuple(missing), tuple(wrong), tuple(unhashed), len(record.files), record)
