"""The latest sample picture of a run: what it answered to a held-out question.

Owns showing it. The run draws it (`samples/` in its folder). Does not own boxes or their colours.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from qvl_desktop.core.events import Sampled
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.jobs.task import Task

HEIGHT = 200


class SampleView(QWidget):
    """A picture and, beside it, question and answer. Hidden while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "raised")
        self._shown: Path | None = None
        self._picture = QLabel(self)
        self._picture.setAccessibleName(self.tr("Sample with true and predicted boxes"))
        self._heading, self._prompt, self._answer = QLabel(self), QLabel(self), QLabel(self)
        set_role(self._heading, "muted")
        set_role(self._answer, "mono")
        for label in (self._prompt, self._answer):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words = QVBoxLayout()
        words.setSpacing(Space.S)
        for label in (self._heading, self._prompt, self._answer):
            words.addWidget(label)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.L)
        row.addWidget(self._picture)
        row.addLayout(words, 1)
        self.hide()

    def show_sample(self, run: Path, sample: Sampled | None) -> None:
        """Show a sample of a run; the picture is read beside the window."""
        path = None if sample is None else run / sample.path
        if path == self._shown:
            return
        self._shown = path
        if path is None or sample is None:
            self.hide()
            return
        self._heading.setText(self.tr("Sample after step {step}").format(step=sample.step))
        self._prompt.setText(sample.prompt)
        self._answer.setText(sample.answer)
        height = round(HEIGHT * self.devicePixelRatioF())
        Task(lambda: read_sample(path, height)).on_success(lambda image: self._show_picture(path, image)).start(self)

    def _show_picture(self, path: Path, image: QImage | None) -> None:
        if path != self._shown or image is None:
            return
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture.setPixmap(pixmap)
        self.show()


def read_sample(path: Path, height: int) -> QImage | None:
    """The picture, scaled while it is decoded; None when it cannot be read (yet)."""
    reader = QImageReader(str(path))
    size = reader.size()
    if size.isValid() and size.height() > height:
        reader.setScaledSize(QSize(max(1, size.width() * height // size.height()), height))
    image = reader.read()
    return None if image.isNull() else image
