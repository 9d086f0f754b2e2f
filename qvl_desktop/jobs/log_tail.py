"""Follows a growing log file a look at a time.

Owns reading new lines with bounds on how much of a flood is taken. Does not interpret them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 64 * 1024
"""Read at a look; when more has come, the middle is left out."""

MAX_LINES = 50
"""Lines handed over a look."""

MAX_LENGTH = 2000
"""Characters of one line."""

KEPT = 40
"""Lines remembered for the end."""


class LogTail:
    """Each `read()` gives the new lines; `last` keeps the latest. Progress bars count as their last state."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._part = b""
        self.last: deque[str] = deque(maxlen=KEPT)

    def read(self) -> Iterator[str]:
        """The whole lines that came since the last look, the newest `MAX_LINES` of them."""
        data = self._new_bytes()
        if not data:
            return
        *whole, self._part = (self._part + data).split(b"\n")
        self._part = self._part[-MAX_BYTES:]
        for raw in whole[-MAX_LINES:]:
            line = raw.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", errors="replace")[:MAX_LENGTH]
            if line.strip():
                self.last.append(line)
                yield line

    def _new_bytes(self) -> bytes:
        try:
            size = self._path.stat().st_size
            if size == self._offset:
                return b""
            if size < self._offset:  # written anew
                self._offset, self._part = 0, b""
            if size - self._offset > MAX_BYTES:
                self._offset, self._part = size - MAX_BYTES, b""
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(MAX_BYTES)
        except OSError:
            return b""
        self._offset += len(data)
        return data
