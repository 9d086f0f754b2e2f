"""How a picture's place is written in a project, and the order pictures stand in.

Owns the stored form of a path (relative where possible, `/` between the parts) and the natural sort key. Does not look
at the disk.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_NUMBER = re.compile(r"\d+")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_MAX_UP = 2


def stored_path(file: Path | str, folder: Path) -> str:
    """`file` as a project in `folder` stores it.

    Relative (to `folder` if it is not absolute itself) when the picture lies below the project's folder or at most two
    folders beside it, so that both can be moved together; otherwise absolute. A URL stays as it is.
    """
    text = str(file)
    if is_url(text):
        return text
    absolute = os.path.normpath(os.path.join(folder, text))
    try:
        relative = os.path.relpath(absolute, folder)
    except ValueError:  # another drive
        return Path(absolute).as_posix()
    ups = Path(relative).parts.count(os.pardir)
    if ups > _MAX_UP or len(folder.parts) - ups <= 1:
        return Path(absolute).as_posix()
    return Path(relative).as_posix()


class PlaceNames:
    """`stored_path` for many files of few folders: the way to a folder is found once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}

    def stored(self, file: Path | str) -> str:
        """What `stored_path` says."""
        text = str(file)
        head, separator, name = text.rpartition("/")
        if os.sep != "/" or not separator or name in ("", ".", "..") or is_url(text):
            return stored_path(file, self._folder)
        head = head or "/"
        before = self._known.get(head)
        if before is None:
            before = stored_path(f"{head}/x", self._folder)[:-1]
            self._known[head] = before
        return before + name


def absolute_path(stored: str, folder: Path) -> Path:
    """The place of a stored path."""
    return Path(os.path.normpath(folder / stored))


def is_url(text: str) -> bool:
    """Whether a picture is named by an address instead of a path (`C:\\x` is a path)."""
    return _URL.match(text) is not None


def sort_key(stored: str) -> str:
    """Orders names as people do: `img2` before `img10`, capitals beside small letters."""
    return _NUMBER.sub(lambda m: m[0].lstrip("0").rjust(12, "0"), stored.casefold())
