"""The boxes of a streamed answer, told as soon as each is whole.

Owns reading them out of growing canonical text, for clients that do not know its grammar (`core.tokens`). What a phrase
holds is decided as in `core.conversation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from qvl_desktop.core.box import Box
from qvl_desktop.core.dialects import Size
from qvl_desktop.core.tokens import BoxToken, QuadToken, Ref, Text, parse

_WHOLE = re.compile(r"</(?:box|quad|ref|img)>")
_BETWEEN = " ,，、\n"
_HELD = 8192
"""Characters without a whole token after which no phrase can begin in them any more."""


class BoxReader:
    """Feed it the pieces of an answer. `sizes` are those of the chat's pictures: boxes lie on the last one."""

    def __init__(self, sizes: Sequence[Size]) -> None:
        self._size = sizes[-1] if sizes else None
        self._number = len(sizes)
        self._held = ""
        self._ref = ""

    def feed(self, piece: str) -> list[dict[str, Any]]:
        """The boxes that are whole by now and were not told before, as the server writes them."""
        if self._size is None:
            return []
        self._held += piece
        if ">" not in piece:
            if len(self._held) > _HELD:
                self._ref, self._held = "", self._held[-_HELD // 2 :]
            return []
        ends = [match.end() for match in _WHOLE.finditer(self._held)]
        if not ends:
            return []
        text, self._held = self._held[: ends[-1]], self._held[ends[-1] :]
        told = []
        for segment in parse(text):
            match segment:
                case BoxToken(box):
                    told.append({"ref": self._ref, "box": _corners(box), **self._where(box)})
                case QuadToken(quad):
                    told.append(
                        {"ref": self._ref, "quad": [list(point) for point in quad.points], **self._where(quad.bounds)}
                    )
                case Ref(words):
                    self._ref = words.strip()
                case Text(words) if not words.strip(_BETWEEN):
                    pass
                case _:
                    self._ref = ""
        return told

    def _where(self, box: Box) -> dict[str, Any]:
        width, height = self._size or (0, 0)
        rect = box.decode(width, height)
        return {"picture": self._number, "pixels": [round(side) for side in (rect.x1, rect.y1, rect.x2, rect.y2)]}


def _corners(box: Box) -> list[int]:
    return [box.x1, box.y1, box.x2, box.y2]
