"""Reading a run's pictures at the size they are shown.

Owns decoding. Does not own when or where they are shown.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageReader, QPixmap

HEIGHT = 200
"""Pixels of a picture beside others."""


def read_sample(path: Path, height: int) -> QImage | None:
    """The picture, scaled while it is decoded; None when it cannot be read (yet)."""
    reader = QImageReader(str(path))
    size = reader.size()
    if size.isValid() and size.height() > height:
        reader.setScaledSize(QSize(max(1, size.width() * height // size.height()), height))
    image = reader.read()
    return None if image.isNull() else image


def shown_at(image: QImage, ratio: float) -> QPixmap:
    """A picture for a screen with so many pixels a device-independent one."""
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
