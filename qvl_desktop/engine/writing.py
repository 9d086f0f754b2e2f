"""The text of one answer as it grows, token by token, and why it ended.

Owns what becomes of a token: end, silence, text, stop string, canonical text in the family's dialect. Does not choose
tokens (`sampling`) or run a model (`generator`, `batch`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal

from qvl_desktop.core.dialects import Dialect, DialectStream, Size
from qvl_desktop.engine.text_stream import TextStream

StopReason = Literal["stop", "length", "cancelled"]


class Writing:
    """Feed it tokens; the pieces it told, joined, are the answer.

    Args:
        language: what the model writes; `sizes` are those of the chat's pictures, (width, height) upright.
        stop: strings that end the answer and are not part of it, looked for in the model's own writing.
        on_piece: gets the canonical text as it becomes certain.
        token_bytes: the bytes of a token.
        ends: tokens that end the answer.
        silent: tokens without text.
    """

    def __init__(
        self,
        language: Dialect,
        sizes: Sequence[Size],
        stop: Sequence[str],
        on_piece: Callable[[str], None] | None,
        *,
        token_bytes: Callable[[int], bytes],
        ends: Collection[int],
        silent: Collection[int],
    ) -> None:
        self._written = TextStream(stop)
        self._canonical = DialectStream(language, sizes)
        self._on_piece = on_piece
        self._token_bytes, self._ends, self._silent = token_bytes, ends, silent
        self._pieces: list[str] = []
        self.ids: list[int] = []
        """The tokens taken, without the one that ended the answer."""
        self.reason: StopReason = "length"

    @property
    def text(self) -> str:
        """What was told so far."""
        return "".join(self._pieces)

    def lead(self, text: str) -> None:
        """Begin with text that the question left open."""
        self._tell(self._canonical.feed(text))

    def ends_with(self, token: int) -> bool:
        """Take a token; whether the answer ends with it."""
        if token in self._ends:
            self.reason = "stop"
            return True
        self.ids.append(token)
        if token not in self._silent:
            self._tell(self._canonical.feed(self._written.feed(self._token_bytes(token))))
        if self._written.ended:
            self.reason = "stop"
        return self._written.ended

    def close(self) -> None:
        """Tell what was held back."""
        self._tell(self._canonical.feed(self._written.close()))
        self._tell(self._canonical.close())

    def _tell(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            if self._on_piece is not None:
                self._on_piece(piece)
