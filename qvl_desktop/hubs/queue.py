"""The downloads that were asked for in the window, as folders on the disk.

Owns the files by which window and worker speak: what is wanted, what the user asks meanwhile, how far it is. Nothing of
it is lost when either ends. Does not own the work (`worker`) or showing it (`jobs.downloads`).
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.folders import data_folder
from qvl_desktop.core.run_folder import write_beside
from qvl_desktop.hubs.errors import DownloadError
from qvl_desktop.hubs.fetching import Wanted

VERSION = 1


class Ask(str, Enum):
    """What the user wants of a download now."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class DownloadState(str, Enum):
    """What a download is. `WORKING` as the worker wrote it last: whether it lives, its lock tells."""

    WAITING = "waiting"
    WORKING = "working"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Status:
    """How far a download is, as its worker wrote it last (`fetching.Progress`). `problem` is what went wrong, or why
    something is being tried again in `wait` seconds: an error's template and values."""

    state: DownloadState = DownloadState.WAITING
    stage: str = ""
    done: int = 0
    total: int = 0
    speed: float = 0.0
    eta: float = 0.0
    wait: float = 0.0
    problem: tuple[str, dict[str, str]] | None = None
    kind: str = ""
    commit: str = ""
    time: float = 0.0

    @property
    def problem_text(self) -> str:
        """The problem in the user's language, or ""."""
        return str(DownloadError(self.problem[0], **self.problem[1])) if self.problem else ""


def problem_of(error: QvlError) -> tuple[str, dict[str, str]]:
    """An error as plain data, from which the window makes the sentence in its own language."""
    return error.template, {name: str(value) for name, value in error.values.items()}


@dataclass(frozen=True, slots=True)
class Download:
    """One download of the queue, by its folder."""

    folder: Path
    wanted: Wanted = field(compare=False)

    @property
    def key(self) -> str:
        return self.folder.name

    def ask(self, what: Ask) -> None:
        """Tell the worker. Raises `OSError`."""
        write_beside(self.folder / "control", what.value + "\n")

    @property
    def asked(self) -> Ask:
        """What the user wants now."""
        try:
            return Ask((self.folder / "control").read_text(encoding="utf-8").strip())
        except (OSError, ValueError):
            return Ask.RUN

    def tell(self, status: Status) -> None:
        """The worker's: write how far it is. Raises `OSError`."""
        body = asdict(replace(status, time=time.time())) | {"state": status.state.value}
        write_beside(self.folder / "status.json", json.dumps(body, ensure_ascii=False))

    @property
    def status(self) -> Status:
        """As it was written last."""
        try:
            body: dict[str, Any] = json.loads((self.folder / "status.json").read_text(encoding="utf-8"))
            problem = body.get("problem")
            body["problem"] = (str(problem[0]), dict(problem[1])) if problem else None
            body["state"] = DownloadState(body["state"])
            return Status(**{name: value for name, value in body.items() if name in Status.__dataclass_fields__})
        except (OSError, ValueError, TypeError, KeyError, IndexError):
            return Status()

    def remove(self) -> None:
        """Take it off the queue; the model's own folder is not touched."""
        shutil.rmtree(self.folder, ignore_errors=True)


class DownloadQueue:
    """The folder of all downloads, in the order in which they were asked for."""

    def __init__(self, place: Path | None = None) -> None:
        self.place = place or data_folder() / "downloads"

    @property
    def lock(self) -> Path:
        """Held by the worker while it lives."""
        return self.place / "lock"

    def add(self, wanted: Wanted) -> Download:
        """Put one at the end. Raises `OSError`."""
        self.place.mkdir(parents=True, exist_ok=True)
        number = max((int(folder.name.partition("-")[0]) for folder in self._folders()), default=0) + 1
        folder = self.place / f"{number:05d}-{wanted.name}"
        folder.mkdir()
        body = {**asdict(wanted), "folder": str(wanted.folder), "version": VERSION}
        write_beside(folder / "wanted.json", json.dumps(body, ensure_ascii=False, indent=1) + "\n")
        return Download(folder, wanted)

    def all(self) -> Iterator[Download]:
        """All of them, oldest first; a folder that cannot be read is passed over."""
        for folder in self._folders():
            try:
                body = json.loads((folder / "wanted.json").read_text(encoding="utf-8"))
                values = {name: value for name, value in body.items() if name in Wanted.__dataclass_fields__}
                yield Download(folder, Wanted(**{**values, "folder": Path(body["folder"])}))
            except (OSError, ValueError, TypeError, KeyError):
                continue

    def next(self) -> Download | None:
        """The first that is to be worked on."""
        return next((one for one in self.all() if is_due(one)), None)

    def _folders(self) -> list[Path]:
        try:
            found = [path for path in self.place.iterdir() if path.is_dir() and path.name.partition("-")[0].isdigit()]
        except OSError:
            return []
        return sorted(found, key=lambda path: int(path.name.partition("-")[0]))


def is_due(download: Download) -> bool:
    """Whether the worker has something to do with it: fetch it, or throw it away."""
    asked, state = download.asked, download.status.state
    if asked is Ask.CANCEL:
        return True
    return asked is Ask.RUN and state in (DownloadState.WAITING, DownloadState.WORKING, DownloadState.PAUSED)
