"""Hears what delegates paint: words that no widget holds.

Owns listening to `QPainter.drawText` while a window is grabbed (`painted`), and saying which of the words had too
little room (`cut_off`). Does not judge what the words are (`unmarked`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

SLACK = 2


@dataclass(frozen=True)
class Painted:
    """Words, the size they need and the size of the rectangle they were given (device-independent pixels)."""

    words: str
    need: tuple[int, int]
    room: tuple[int, int]


@contextmanager
def listening(heard: list[Painted]) -> Iterator[None]:
    """Add what is painted by Python in the block to `heard`."""
    real = QPainter.drawText

    def draw(painter: QPainter, *arguments: Any) -> Any:
        words = next((one for one in arguments if isinstance(one, str)), "")
        rect = arguments[0]
        if words and isinstance(rect, QRect | QRectF):
            area = rect if isinstance(rect, QRect) else rect.toAlignedRect()
            flags = next((int(one) for one in arguments[1:] if isinstance(one, int | Qt.AlignmentFlag)), 0)
            need = painter.fontMetrics().boundingRect(QRect(0, 0, area.width(), 1 << 20), flags, words)
            heard.append(Painted(words, (need.width(), need.height()), (area.width(), area.height())))
        return real(painter, *arguments)

    QPainter.drawText = draw  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        QPainter.drawText = real  # type: ignore[method-assign]


def painted(shown: QWidget) -> list[Painted]:
    """All words that Python paints on a window now."""
    heard: list[Painted] = []
    with listening(heard):
        shown.grab()
    return heard


def cut_off(shown: QWidget) -> list[str]:
    """Words with too little room; those that were shortened ("…") fit."""
    return [
        f"painted {one.words!r} needs {one.need}, has {one.room}"
        for one in painted(shown)
        if one.need[0] > one.room[0] + SLACK or one.need[1] > one.room[1] + SLACK
    ]
