"""The two hashes by which hubs name the content of a file.

Owns SHA-256 (large files) and git's SHA-1 of a blob (small ones), fed piece by piece. Does not own where the expected
value comes from (`hubs`, `download_record`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

BLOCK = 4 * 2**20


class ContentHash:
    """The hash of a file of `size` bytes as it is fed. `expected` is `sha256` where given, else `blob`, else nothing,
    and then every content is right."""

    def __init__(self, size: int, sha256: str = "", blob: str = "") -> None:
        self.expected = (sha256 or blob).lower()
        self._hash = hashlib.sha256() if sha256 or not blob else hashlib.sha1(usedforsecurity=False)
        self.fed = 0
        if blob and not sha256:
            self._hash.update(b"blob %d\0" % size)

    def feed(self, data: bytes) -> None:
        """The next piece."""
        self._hash.update(data)
        self.fed += len(data)

    def feed_file(self, path: Path, told: Callable[[int], None] | None = None) -> None:
        """All of a file; `told(bytes)` after each block."""
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                self.feed(block)
                if told is not None:
                    told(len(block))

    @property
    def right(self) -> bool:
        """Whether what was fed has the expected hash."""
        return not self.expected or self._hash.hexdigest() == self.expected

    @property
    def found(self) -> str:
        """The hash of what was fed."""
        return self._hash.hexdigest()
