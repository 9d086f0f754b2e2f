"""The field in which questions are written.

Owns its keys, growing with its lines, and telling pasted pictures from pasted words. Does not own what is done with
them (`composer`, `messages`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.gui.theme import Space
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.storage.settings import data_folder

MOST_LINES = 6


class QuestionField(QPlainTextEdit):
    """A text field that grows with its lines. Enter sends, Shift+Enter begins a line.

    Signals: `entered()`, `escaped()`, `picturesPasted(paths)`, `editLastAsked()` (Up in an empty field).
    """

    entered = Signal()
    escaped = Signal()
    picturesPasted = Signal(list)
    editLastAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("questionField")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().contentsChanged.connect(self._fit)
        self._fit()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.entered.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText() and not event.modifiers():
            self.editLastAsked.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    @guarded(default=False)
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasImage() or bool(picture_files(source)) or super().canInsertFromMimeData(source)

    @guarded
    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = picture_files(source)
        if not paths and source.hasImage() and not source.hasText():
            paths = [keep_pasted(QImage(source.imageData()))]
        if paths:
            self.picturesPasted.emit(paths)
        else:
            super().insertFromMimeData(source)

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        lines = min(max(1, int(self.document().size().height())), MOST_LINES)
        self.setFixedHeight(lines * line + 2 * Space.S + 2)


def picture_files(data: QMimeData) -> list[Path]:
    """The local picture files that were dropped or pasted."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in SUFFIXES]


def keep_pasted(image: QImage) -> Path:
    """A pasted picture as a file that stays, named after its content."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    content = data.data()
    folder = data_folder() / "pasted"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.blake2b(content, digest_size=8).hexdigest()}.png"
    path.write_bytes(content)
    return path
