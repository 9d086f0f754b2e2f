"""The picture beside the chat, with the boxes of an answer.

Owns which picture is shown, the strip to choose among several, and the invitation where there is none yet. Does not own
drawing (`canvas`) nor which boxes there are (`picture_desk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.chat.canvas import ChatCanvas
from qvl_desktop.gui.chat.picture_button import THUMBNAIL, PictureButton
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.thumbnails import Thumbnails


class PicturePanel(QWidget):
    """One picture at a time.

    Signals: `pictureChosen(path)` from the strip, `chooseAsked()` from the invitation; from the line under the picture
    `allBoxesAsked()` where not all are drawn, `addBoxAsked()` and `removeBoxAsked()` while a box is selected.
    """

    pictureChosen = Signal(Path)
    chooseAsked = Signal()
    addBoxAsked = Signal()
    removeBoxAsked = Signal()
    allBoxesAsked = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._paths: list[Path] = []
        self.view = ChatCanvas(self)
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
        self._strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip.setFixedHeight(THUMBNAIL + 2 * Space.L)
        self._strip.hide()
        self._group = QButtonGroup(self)
        set_surface(self, "canvas")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._make_foot())
        layout.addWidget(self._strip)

    def _make_foot(self) -> QWidget:
        self._foot = QWidget(self)
        set_surface(self._foot, "panel")
        self._note = QLabel(self._foot)
        self._note.setObjectName("boxesNote")
        self._note.setWordWrap(True)
        set_role(self._note, "caption")
        self.add_box_button = QPushButton(self.tr("Add a box"), self._foot)
        self.add_box_button.setObjectName("addBoxButton")
        self.add_box_button.setToolTip(self.tr("Drag another box for the same words (Ins)"))
        self.add_box_button.clicked.connect(self.addBoxAsked)
        self.remove_box_button = QPushButton(self.tr("Remove"), self._foot)
        self.remove_box_button.setObjectName("removeBoxButton")
        self.remove_box_button.setToolTip(self.tr("Take the box out of the answer (Del)"))
        self.remove_box_button.clicked.connect(self.removeBoxAsked)
        self.all_boxes_button = QPushButton(self.tr("Show all"), self._foot)
        self.all_boxes_button.setObjectName("allBoxesButton")
        self.all_boxes_button.setToolTip(self.tr("Draw every box of this answer"))
        self.all_boxes_button.clicked.connect(self.allBoxesAsked)
        self.all_boxes_button.hide()
        for button, icon in (
            (self.add_box_button, "draw-box"),
            (self.remove_box_button, "trash"),
            (self.all_boxes_button, "eye"),
        ):
            set_icon(button, icon)
            set_kind(button, "quiet")
        row = QHBoxLayout()
        row.addWidget(self.add_box_button)
        row.addWidget(self.remove_box_button)
        row.addWidget(self.all_boxes_button)
        row.addStretch(1)
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(Space.M, Space.S, Space.M, Space.XS)
        column.setSpacing(Space.XS)
        column.addWidget(self._note)
        column.addLayout(row)
        self._foot.hide()
        return self._foot

    @property
    def note(self) -> str:
        """The words under the picture."""
        return self._note.text() if self._foot.isVisibleTo(self) else ""

    def show_note(self, words: str, *, correcting: bool = False, more: bool = False) -> None:
        """Say something under the picture; `correcting` offers what can be done with the selected box, `more` to draw
        the boxes that are left out."""
        self.all_boxes_button.setVisible(more)
        self._note.setText(words)
        self.add_box_button.setVisible(correcting)
        self.remove_box_button.setVisible(correcting)
        self._foot.setVisible(bool(words) or correcting)

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
