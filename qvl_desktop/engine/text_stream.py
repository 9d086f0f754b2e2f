"""From generated token ids to text, piece by piece.

Owns what may be shown when: a character is told once all its bytes are there, a stop string never gets out, blanks
around the answer are dropped. The pieces joined are the answer. Does not choose tokens (`generator`).
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextStream:
    """Feed it the bytes of each token; it returns the text that is certain by now.

    `ended` turns True when one of the `stop` strings was completed: the text before it was told, nothing comes after.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(text for text in stop if text)
        self._held = ""
        self._begun = False
        self.ended = False

    def feed(self, token: bytes) -> str:
        """The new certain text after one more token; often empty."""
        return self._release(self._decoder.decode(token))

    def close(self) -> str:
        """What was held back, now that nothing comes any more; trailing blanks are dropped."""
        if self.ended:
            return ""
        rest = self._release(self._decoder.decode(b"", final=True))
        if not self.ended:
            rest += self._held.rstrip()
        self.ended = True
        return rest

    def _release(self, text: str) -> str:
        if self.ended:
            return ""
        self._held += text
        if not self._begun:
            self._held = self._held.lstrip()
        cut = min((place for stop in self._stop if (place := self._held.find(stop)) >= 0), default=-1)
        if cut >= 0:
            self.ended = True
            certain = self._held[:cut].rstrip()
        else:
            certain = self._held[: self._certain()]
            self._held = self._held[len(certain) :]
        self._begun = self._begun or bool(certain)
        return certain

    def _certain(self) -> int:
        """How many held characters can neither begin a stop string nor be trailing blanks."""
        end = len(self._held.rstrip())
        for stop in self._stop:
            for length in range(min(len(stop) - 1, len(self._held)), 0, -1):
                if self._held.endswith(stop[:length]):
                    end = min(end, len(self._held) - length)
                    break
        return len(self._held[:end].rstrip())
