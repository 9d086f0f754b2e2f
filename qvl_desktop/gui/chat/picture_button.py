"""A small picture that can be pressed, as messages, composer and the strip of pictures show them.

Owns the button. Does not own thumbnails (`widgets.thumbnails`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.widgets.thumbnails import Thumbnails

THUMBNAIL = 56


class PictureButton(QToolButton):
    """The file's name is its tool tip; a picture that cannot be read says why."""

    def __init__(self, path: Path, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._thumbnails = thumbnails
        self.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.setToolTip(path.name)
        self.setAccessibleName(path.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        thumbnails.ready.connect(self._ready)
        self._ready(path)

    def _ready(self, path: Path) -> None:
        if path != self.path:
            return
        image = self._thumbnails.get(path)
        if isinstance(image, QImage):
            self.setIcon(QIcon(QPixmap.fromImage(image)))
        elif isinstance(image, str):
            set_icon(self, "warning")
            self.setToolTip(image)
