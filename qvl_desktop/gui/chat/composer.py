"""Where the user writes: words, pictures, send, stop.

Owns attached pictures, where they come from, and the buttons. Does not own the field (`question_field`) nor asking
(`talk_desk`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.core.pictures import SUFFIXES
from qvl_desktop.gui.chat.picture_button import PictureButton
from qvl_desktop.gui.chat.question_field import QuestionField
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_surface
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.thumbnails import Thumbnails


class Composer(QFrame):
    """The field with its buttons and the pictures that go with the next question.

    Signals: `sent(words, paths)`, `stopped()`, `picturesChanged(paths)`, `pictureClicked(path)`,
    `pointAsked(on)`: the next drag on the picture is to put a box into the question, or not any more;
    `projectPicturesAsked()`: pictures of the project are to be chosen; `editLastAsked()`.
    """

    sent = Signal(str, list)
    stopped = Signal()
    picturesChanged = Signal(list)
    pictureClicked = Signal(Path)
    pointAsked = Signal(bool)
    projectPicturesAsked = Signal()
    editLastAsked = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._paths: list[Path] = []
        self._busy = False
        set_surface(self, "raised")
        self.field = QuestionField(self)
        self.field.setPlaceholderText(self.tr("Ask about the picture…"))
        self.field.setAccessibleName(self.tr("Question"))
        self.field.setProperty("bare", True)
        self.field.entered.connect(self.send)
        self.field.escaped.connect(self._escape)
        self.field.picturesPasted.connect(self.attach)
        self.field.editLastAsked.connect(self.editLastAsked)
        self.field.textChanged.connect(self._show_buttons)
        self._strip = QWidget(self)
        self._strip_row = FlowLayout(self._strip)
        self._strip_row.setContentsMargins(Space.S, Space.S, Space.S, 0)
        self._strip.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XS, Space.XS, Space.XS, Space.XS)
        layout.setSpacing(0)
        layout.addWidget(self._strip)
        layout.addLayout(self._make_row())
        self._show_buttons()

    def _make_row(self) -> QHBoxLayout:
        self.attach_button = QToolButton(self)
        self.attach_button.setObjectName("attachButton")
        self.attach_button.setToolTip(self.tr("Add pictures (or drop them, or paste)"))
        self.attach_button.setAccessibleName(self.tr("Add pictures"))
        set_icon(self.attach_button, "image")
        menu = QMenu(self.attach_button)
        self.files_action = QAction(self.tr("Choose files…"), self)
        self.files_action.triggered.connect(self.choose_pictures)
        self.project_action = QAction(self.tr("From the project…"), self)
        self.project_action.triggered.connect(self.projectPicturesAsked)
        menu.addActions([self.files_action, self.project_action])
        self.attach_button.setMenu(menu)
        self.attach_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.point_button = QToolButton(self)
        self.point_button.setObjectName("pointButton")
        self.point_button.setCheckable(True)
        self.point_button.setToolTip(self.tr("Point: drag a box on the picture and ask about it"))
        self.point_button.setAccessibleName(self.tr("Point at a place in the picture"))
        set_icon(self.point_button, "box")
        self.point_button.toggled.connect(self.pointAsked)
        self.send_button = QPushButton(self.tr("Send"), self)
        self.send_button.setObjectName("sendButton")
        set_icon(self.send_button, "send", "accent_text")
        set_kind(self.send_button, "primary")
        self.send_button.clicked.connect(self.send)
        self.stop_button = QPushButton(self.tr("Stop"), self)
        self.stop_button.setObjectName("stopButton")
        self.stop_button.setToolTip(self.tr("Stop the answer (Esc)"))
        set_icon(self.stop_button, "stop")
        self.stop_button.clicked.connect(self.stopped)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(self.attach_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.point_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.field, 1)
        row.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    # Pictures

    @property
    def pictures(self) -> list[Path]:
        """The pictures that go with the next question."""
        return list(self._paths)

    def attach(self, paths: Iterable[Path]) -> None:
        """Put pictures to the next question."""
        self._paths += [path for path in paths if path not in self._paths]
        self._show_strip()
        self.picturesChanged.emit(self.pictures)

    def detach(self, path: Path) -> None:
        """Take one away again."""
        if path in self._paths:
            self._paths.remove(path)
            self._show_strip()
            self.picturesChanged.emit(self.pictures)

    def choose_pictures(self) -> None:
        """Ask for picture files."""
        patterns = " ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
        chosen, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Choose pictures"), "", self.tr("Pictures ({patterns})").format(patterns=patterns)
        )
        if chosen:
            self.attach(Path(name) for name in chosen)

    # Pointing

    def set_pointing_possible(self, possible: bool) -> None:
        """Whether there is a picture to point at."""
        self.point_button.setEnabled(possible)
        if not possible:
            self.point_button.setChecked(False)

    def insert(self, token: str) -> None:
        """Put a token where the cursor is."""
        self.field.insertPlainText(token)
        self.field.setFocus()

    # Sending

    def set_busy(self, busy: bool) -> None:
        """Show Stop in place of Send."""
        self._busy = busy
        self._show_buttons()

    def send(self) -> None:
        """Hand over what was written, if there is anything and nothing is under way."""
        words = self.field.toPlainText().strip()
        if self._busy or not words:
            return
        paths, self._paths = self._paths, []
        self.field.clear()
        self._show_strip()
        self.sent.emit(words, paths)

    def _escape(self) -> None:
        if self._busy:
            self.stopped.emit()

    def set_project_open(self, there: bool) -> None:
        """Whether pictures can be taken from a project."""
        self.project_action.setEnabled(there)

    def _show_buttons(self) -> None:
        self.send_button.setVisible(not self._busy)
        self.send_button.setEnabled(bool(self.field.toPlainText().strip()))
        self.stop_button.setVisible(self._busy)

    def _show_strip(self) -> None:
        while (item := self._strip_row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in self._paths:
            self._strip_row.addWidget(self._make_chip(path))
        self._strip.setVisible(bool(self._paths))

    def _make_chip(self, path: Path) -> QWidget:
        chip = QWidget(self._strip)
        picture = PictureButton(path, self._thumbnails, chip)
        picture.clicked.connect(lambda: self.pictureClicked.emit(path))
        away = QToolButton(chip)
        away.setObjectName("detachButton")
        away.setToolTip(self.tr("Take {name} away").format(name=path.name))
        away.setAccessibleName(away.toolTip())
        set_icon(away, "close")
        away.clicked.connect(lambda: self.detach(path))
        row = QHBoxLayout(chip)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(picture)
        row.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
        return chip
