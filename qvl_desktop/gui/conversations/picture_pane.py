"""The picture beside the turns: its boxes, and drawing one for chosen words.

Owns which picture of several is shown, and the line of words under it. Does not own drawing (`widgets.point_view`) or
what a drawn box becomes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.gui.widgets.point_view import PointView


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture of a conversation: its file, what it is called, and its boxes."""

    file: Path
    name: str
    boxes: tuple[ShownBox, ...]


class PicturePane(QWidget):
    """The pictures of one conversation, one at a time.

    Signals: `boxesHovered(key or None)`, `boxClicked(key)`, `boxDrawn(picture number from 0, Rect)`, `drawingLeft()`.
    """

    boxesHovered = Signal(object)
    boxClicked = Signal(object)
    boxDrawn = Signal(int, object)
    drawingLeft = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self._pictures: tuple[ShownPicture, ...] = ()
        self._number = 0
        self._with_turns = False
        self.view = PointView(self)
        self.view.set_empty_text(self.tr("This conversation names no picture of the project."))
        self.hint = QLabel(self)
        self.hint.setContentsMargins(Space.M, Space.XS, Space.M, Space.XS)
        self.hint.setWordWrap(True)
        set_role(self.hint, "caption")
        self._tabs = QWidget(self)
        self._tab_row = QHBoxLayout(self._tabs)
        self._tab_row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        self._tab_row.setSpacing(Space.XS)
        self._tab_row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.show_number)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tabs)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.hint)
        self.view.boxHovered.connect(self.boxesHovered)
        self.view.boxClicked.connect(self._on_click)
        self.view.boxDrawn.connect(self._on_drawn)
        self.view.drawingLeft.connect(self.drawingLeft)

    @property
    def number(self) -> int:
        """Which picture is shown, from 0."""
        return self._number

    def show_pictures(self, pictures: Sequence[ShownPicture], *, with_turns: bool = False) -> None:
        """Show the pictures of a conversation; the one on show stays if it is among them.

        `with_turns`: there are turns beside them, whose words can be pointed at.
        """
        self._with_turns = with_turns
        if tuple(pictures) == self._pictures:
            self._show_hint()
            return
        former = self._pictures[self._number].file if self._number < len(self._pictures) else None
        names = [picture.name for picture in pictures]
        if names != [picture.name for picture in self._pictures]:
            self._make_tabs(names)
        self._pictures = tuple(pictures)
        self._number = next((n for n, picture in enumerate(pictures) if picture.file == former), 0)
        self._show()

    def show_number(self, number: int) -> None:
        """Show one of the pictures."""
        if number != self._number and 0 <= number < len(self._pictures):
            self._number = number
            self._show()

    def light(self, keys: Collection[Hashable]) -> None:
        """Light boxes up; shows the picture that has them."""
        self.view.light_all(keys)
        if keys and not any(box.key in keys for box in self._boxes):
            for number, picture in enumerate(self._pictures):
                if any(box.key in keys for box in picture.boxes):
                    self.show_number(number)
                    break

    def set_drawing(self, words: str | None) -> None:
        """Ask for a box for these words, or stop asking."""
        self.view.set_drawing(words)
        self._show_hint()

    @property
    def _boxes(self) -> tuple[ShownBox, ...]:
        return self._pictures[self._number].boxes if self._number < len(self._pictures) else ()

    def _show(self) -> None:
        picture = self._pictures[self._number] if self._pictures else None
        self.view.set_picture(picture.file if picture else None)
        self.view.show_boxes(picture.boxes if picture else ())
        if (button := self._group.button(self._number)) is not None:
            button.setChecked(True)
        self._show_hint()

    def _show_hint(self) -> None:
        if self.view.drawing:
            words = self.tr("Drag a box around “{words}” on the picture. Esc stops.").format(words=self.view.label)
        elif self._pictures and self._with_turns:
            words = self.tr("Select words in a turn, then drag a box here: they become a phrase with its box.")
        else:
            words = ""
        set_role(self.hint, "body" if self.view.drawing else "caption")
        self.hint.setText(words)

    def _make_tabs(self, names: Sequence[str]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._tab_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        for number, name in enumerate(names):
            button = QPushButton(self.tr("Picture {number}").format(number=number + 1), self._tabs)
            button.setToolTip(name)
            button.setCheckable(True)
            self._group.addButton(button, number)
            self._tab_row.addWidget(button)
        self._tabs.setVisible(len(names) > 1)

    def _on_click(self, key: object) -> None:
        if key is not None:
            self.boxClicked.emit(key)

    def _on_drawn(self, rect: object) -> None:
        self.boxDrawn.emit(self._number, rect)
