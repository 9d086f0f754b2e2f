"""An answer of another family as canonical text while it grows.

Owns holding back what may still become a box. Does not own bytes, stop strings or tokens (`engine.text_stream`).
"""

from __future__ import annotations

from collections.abc import Sequence

from qvl_desktop.core.dialects.base import Dialect, Size
from qvl_desktop.core.tokens import Fault


class DialectStream:
    """Feed it pieces of what the model writes; it returns the canonical text that is certain by now.

    The pieces it returned, joined, are the answer. `faults` stand in the model's own text.
    """

    def __init__(self, dialect: Dialect, sizes: Sequence[Size]) -> None:
        self._dialect = dialect
        self._sizes = sizes
        self._held = ""
        self._told = 0
        self.faults: list[Fault] = []

    def feed(self, piece: str) -> str:
        """The new certain text after one more piece; often empty."""
        self._held += piece
        return self._release(self._dialect.settled(self._held))

    def close(self) -> str:
        """What was held back, now that nothing comes any more."""
        return self._release(len(self._held))

    def _release(self, length: int) -> str:
        if length == 0:
            return ""
        reading = self._dialect.parse(self._held[:length], self._sizes)
        self.faults += [
            Fault(one.start + self._told, one.end + self._told, one.code, one.message) for one in reading.faults
        ]
        self._held = self._held[length:]
        self._told += length
        return reading.text
