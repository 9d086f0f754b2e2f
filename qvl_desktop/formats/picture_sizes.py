"""The sizes of the pictures that records name, each file looked at once.

Owns this small memory. Does not own reading a picture's header (`core.pictures`).
"""

from __future__ import annotations

from pathlib import Path

from qvl_desktop.core.pictures import picture_size

Size = tuple[int, int]
"""Width and height of the upright picture, in pixels."""

LIMIT = 200_000
"""Sizes remembered at most; then the memory begins anew."""


class PictureSizes:
    """Call it with a file; raises `PictureError` for one that cannot be read."""

    def __init__(self) -> None:
        self._known: dict[Path, Size] = {}

    def __call__(self, file: Path) -> Size:
        if file not in self._known:
            if len(self._known) >= LIMIT:
                self._known.clear()
            self._known[file] = picture_size(file)
        return self._known[file]
