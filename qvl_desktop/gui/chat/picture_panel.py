"""The picture beside the chat, with the boxes of an answer.

Owns which picture is shown, the strip to choose among several, and the invitation where there is none yet. Does not own
drawing (`PointView`) nor which boxes there are (`page`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from qvl_desktop.gui.chat.messages import THUMBNAIL, PictureButton
from qvl_desktop.gui.theme import Space, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.point_view import PointView
from qvl_desktop.gui.widgets.thumbnails import Thumbnails


class PicturePanel(QWidget):
    """One picture at a time. Signals: `pictureChosen(path)` from the strip, `chooseAsked()` from the invitation."""

    pictureChosen = Signal(Path)
    chooseAsked = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._paths: list[Path] = []
        self.view = PointView(self)
        self.view.setAcceptDrops(False)  # the page takes what is dropped anywhere
        self.view.viewport().setAcceptDrops(False)
        self.empty = EmptyState("image", self)
        self.empty.show_words(
            self.tr("No picture yet"), self.tr("Drop one anywhere on this page, paste one, or choose one.")
        )
        self.choose_button = self.empty.add_button(self.tr("Choose pictures…"), "folder-open")
        self.choose_button.setObjectName("choosePicturesButton")
        self.choose_button.clicked.connect(self.chooseAsked)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        self._strip = QScrollArea(self)
        self._strip.setWidgetResizable(True)
        self._strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip.setFixedHeight(THUMBNAIL + 2 * Space.L)
        self._strip.hide()
        self._group = QButtonGroup(self)
        set_surface(self, "canvas")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._strip)

    @property
    def path(self) -> Path | None:
        """The picture that is shown."""
        return self.view.path

    def set_pictures(self, paths: Sequence[Path]) -> None:
        """The pictures there are to choose from; the strip shows when there are several."""
        if list(paths) == self._paths:
            return
        self._paths = list(paths)
        row_widget = QWidget()
        row = QHBoxLayout(row_widget)
        row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._group = QButtonGroup(self)
        for path in self._paths:
            button = PictureButton(path, self._thumbnails, row_widget)
            button.setCheckable(True)
            button.setChecked(path == self.view.path)
            button.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
            button.clicked.connect(lambda _=False, path=path: self.pictureChosen.emit(path))
            self._group.addButton(button)
            row.addWidget(button)
        self._strip.setWidget(row_widget)
        self._strip.setVisible(len(self._paths) > 1)

    def show_picture(self, path: Path | None) -> None:
        """Show one picture, or the invitation."""
        self._stack.setCurrentWidget(self.empty if path is None else self.view)
        self.view.set_picture(path)
        for button in self._group.buttons():
            button.setChecked(isinstance(button, PictureButton) and button.path == path)
