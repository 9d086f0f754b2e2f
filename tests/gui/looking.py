"""What a window looks like, from its pixels: words and marks in a picture of it, and their contrast.

Owns finding runs of ink in a patch and measuring them (WCAG 2.2). Does not own which widgets are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QWidget

Pixels = NDArray[np.uint8]
"""height x width x 3: red, green, blue."""
Numbers = NDArray[np.float64]

FAINT = 1.25
"""A contrast below which a pixel belongs to the ground."""
GAP = 3
"""Empty columns that part two words, in pixels."""
TALLEST = 28
"""A run that is higher is no line of words: a picture, a bar."""
LOWEST = 4
"""A run that is lower is a line."""
SMALLEST = 12
"""Pixels of ink below which a run says nothing: dots, dashes."""


@dataclass(frozen=True)
class Run:
    """A word or an icon: where it is in its patch, and the contrast of its strongest pixels with its ground."""

    rect: QRect
    contrast: float

    @property
    def is_mark(self) -> bool:
        """Whether it is about square: an icon, a box to tick, a dot."""
        return abs(self.rect.width() - self.rect.height()) <= 3 and self.rect.width() >= 8


def pixels(image: QImage) -> Pixels:
    """An image as numbers."""
    made = image.convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(made.constBits(), np.uint8).reshape(made.height(), made.bytesPerLine())
    return flat[:, : made.width() * 3].reshape(made.height(), made.width(), 3).copy()


def _linear() -> Numbers:
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


LINEAR = _linear()
"""The light of each value of a channel."""


def luminance(colours: Pixels) -> Numbers:
    """Relative luminance of colours, whose channels are the last axis."""
    light = LINEAR[colours]
    return np.asarray(0.2126 * light[..., 0] + 0.7152 * light[..., 1] + 0.0722 * light[..., 2])


def contrast(colours: Pixels, ground: Pixels) -> Numbers:
    """The contrast of each colour with a ground."""
    one, other = luminance(colours), luminance(ground)
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def commonest(patch: Pixels) -> Pixels:
    """The colour that most pixels have."""
    packed = patch.reshape(-1, 3).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    values, counts = np.unique(packed, return_counts=True)
    value = int(values[counts.argmax()])
    return np.array([value >> 16, value >> 8 & 255, value & 255], np.uint8)


def runs(patch: Pixels) -> Iterator[Run]:
    """The words and icons of a patch, line by line."""
    if patch.size == 0:
        return
    ink = contrast(patch, commonest(patch)) > FAINT
    for top, bottom in spans(ink.any(axis=1), 1):
        if not LOWEST <= bottom - top <= TALLEST:
            continue
        for left, right in spans(ink[top:bottom].any(axis=0), GAP):
            if ink[top:bottom, left:right].sum() < SMALLEST or right - left < GAP:
                continue
            piece = patch[max(top - 1, 0) : bottom + 1, max(left - 2, 0) : right + 2]
            strongest = np.sort(contrast(piece, commonest(piece)).ravel())[-3:]
            yield Run(QRect(left, top, right - left, bottom - top), float(strongest.mean()))


def spans(marked: object, gap: int) -> list[tuple[int, int]]:
    """Where there is something, as pairs of begin and end; what is parted by less than `gap` is one."""
    places = np.flatnonzero(np.asarray(marked))
    if places.size == 0:
        return []
    cuts = np.flatnonzero(np.diff(places) > gap)
    begins, ends = np.r_[places[0], places[cuts + 1]], np.r_[places[cuts], places[-1]] + 1
    return [(int(begin), int(end)) for begin, end in zip(begins, ends, strict=True)]


def seen_rect(widget: QWidget, root: QWidget) -> QRect:
    """The largest upright part of a widget that can be seen in `root`, in its coordinates; empty when covered."""
    region: QRegion = widget.visibleRegion()
    if region.isEmpty():
        return QRect()
    rect = region.boundingRect()
    at = widget.mapTo(root, QPoint(0, 0))
    return rect.translated(at).intersected(root.rect())


def cut(image: Pixels, rect: QRect) -> Pixels:
    """The part of a picture in a rectangle."""
    return image[max(rect.top(), 0) : rect.bottom() + 1, max(rect.left(), 0) : rect.right() + 1]
