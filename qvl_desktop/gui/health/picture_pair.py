"""The picture that a finding is about, and the other one it is held against.

Owns showing one or two small pictures with their names. Does not own making them (`widgets.thumbnails`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.thumbnails import LARGE, Thumbnails

_SIZE = QSize(190, 126)


class PicturePair(QWidget):
    """Shows the files it is given, at most two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = Thumbnails(self, side=LARGE)
        self._files: list[Path] = []
        self._pictures = [QLabel(self), QLabel(self)]
        self._names = [QLabel(self), QLabel(self)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        for picture, name in zip(self._pictures, self._names, strict=True):
            picture.setFixedSize(_SIZE)
            picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
            picture.setWordWrap(True)
            set_surface(picture, "canvas")
            set_role(name, "caption")
            name.setFixedWidth(_SIZE.width())
            column = QVBoxLayout()
            column.setSpacing(Space.XS)
            column.addWidget(picture)
            column.addWidget(name)
            row.addLayout(column)
        row.addStretch(1)
        self._thumbnails.ready.connect(self._on_ready)
        self.hide()

    def show_files(self, files: Sequence[Path]) -> None:
        """Show these pictures; none hides all."""
        self._files = list(files[:2])
        self.setVisible(bool(self._files))
        for place, (picture, name) in enumerate(zip(self._pictures, self._names, strict=True)):
            shown = place < len(self._files)
            picture.setVisible(shown)
            name.setVisible(shown)
            if shown:
                text = self._files[place].name
                elide = Qt.TextElideMode.ElideMiddle
                name.setText(QFontMetrics(name.font()).elidedText(text, elide, _SIZE.width()))
                name.setToolTip(str(self._files[place]))
                self._paint(place)

    def forget(self) -> None:
        """The files may be others now."""
        self._thumbnails.forget()

    def _on_ready(self, file: object) -> None:
        for place, shown in enumerate(self._files):
            if shown == file:
                self._paint(place)

    def _paint(self, place: int) -> None:
        label, found = self._pictures[place], self._thumbnails.get(self._files[place])
        if isinstance(found, QImage):
            ratio = self.devicePixelRatioF()
            mode = Qt.TransformationMode.SmoothTransformation
            scaled = found.scaled(_SIZE * ratio, Qt.AspectRatioMode.KeepAspectRatio, mode)
            pixmap = QPixmap.fromImage(scaled)
            pixmap.setDevicePixelRatio(ratio)
            label.setPixmap(pixmap)
        else:
            label.setText(self.tr("No picture") if isinstance(found, str) else "")
