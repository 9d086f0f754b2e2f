"""The pictures beside the turns: the row of them, the canvas with their boxes, and what the model sees of them.

Owns which picture of several is shown, switching between canvas and model, and the line of words under it. Does not own
drawing (`talk_canvas`), the row (`picture_strip`), the model's view (`model_view`) or what a drawn box becomes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.conversations.model_view import ModelView
from qvl_desktop.gui.conversations.picture_strip import PictureStrip
from qvl_desktop.gui.conversations.talk_canvas import TalkCanvas
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.hint_line import HintLine
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.gui.widgets.thumbnails import Thumbnails

CANVAS, MODEL = 0, 1


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture of a conversation: its file, what it is called, and its boxes."""

    file: Path
    name: str
    boxes: tuple[ShownBox, ...]


class PicturePane(QWidget):
    """The pictures of one conversation, one at a time.

    Signals: `numberChanged()`: another picture is shown; `modeChanged()`: canvas or model; `addRequested()` a picture.
    Those of the canvas and the row come from `view` and `strip`.
    """

    numberChanged = Signal()
    modeChanged = Signal()
    addRequested = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self.setAcceptDrops(True)
        self._pictures: tuple[ShownPicture, ...] = ()
        self._numbers: tuple[int, ...] = ()
        self._number = 0
        self._with_turns = False
        self._words: str | None = None
        self.view = TalkCanvas(self)
        self.view.set_empty_text(self.tr("This conversation names no picture of the project."))
        self.model = ModelView(self)
        self.strip = PictureStrip(thumbnails, self)
        self.add_button = QToolButton(self)
        set_icon(self.add_button, "plus", "muted")
        self.add_button.setToolTip(self.tr("Add a picture to the conversation (Insert), or drop files here"))
        self.add_button.setAccessibleName(self.tr("Add a picture to the conversation"))
        self.add_button.clicked.connect(self.addRequested)
        self.strip.addRequested.connect(self.addRequested)
        self.hint = HintLine(self)
        self.modes = QButtonGroup(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.model)
        self._lay_out()
        self.strip.chosen.connect(self._on_strip)
        self.modes.idClicked.connect(self.set_mode)
        self.view.gestureChanged.connect(self._on_gesture)
        self.view.toolChanged.connect(self._show_hint)
        self.view.selectionChanged.connect(self._on_gesture)

    @property
    def number(self) -> int:
        """Which picture is shown, from 0, of those that are shown once each."""
        return self._number

    @property
    def mode(self) -> int:
        """`CANVAS` or `MODEL`."""
        return self._stack.currentIndex()

    def set_mode(self, mode: int) -> None:
        """Show the canvas, or what the model sees."""
        self.modes.button(mode).setChecked(True)
        if mode != self.mode:
            self._stack.setCurrentIndex(mode)
            self._show_hint()
            self.modeChanged.emit()

    def show_pictures(
        self, pictures: Sequence[ShownPicture], *, numbers: Sequence[int] = (0,), with_turns: bool = False
    ) -> None:
        """Show the pictures of a conversation; the one on show stays if it is among them.

        `numbers` gives the place in `pictures` of each `<img>`. `with_turns`: there are turns beside them, whose words
        can be pointed at.
        """
        self._with_turns = with_turns
        self._head.setVisible(bool(pictures))
        self.add_button.setEnabled(with_turns)
        self.modes.button(MODEL).setEnabled(with_turns)
        if not with_turns:
            self.set_mode(CANVAS)
        if (tuple(pictures), tuple(numbers)) == (self._pictures, self._numbers):
            self._show_hint()
            return
        former = self._pictures[self._number].file if self._number < len(self._pictures) else None
        self._pictures, self._numbers = tuple(pictures), tuple(numbers)
        self._number = next((n for n, picture in enumerate(pictures) if picture.file == former), 0)
        named = [pictures[n] for n in self._numbers if n < len(pictures)]
        self.strip.show_pictures([p.file for p in named], [p.name for p in named], self._strip_place())
        self._show()

    def show_number(self, number: int) -> None:
        """Show one of the pictures."""
        if number != self._number and 0 <= number < len(self._pictures):
            self._number = number
            self.strip.set_current(self._strip_place())
            self._show()
            self.numberChanged.emit()

    def _strip_place(self) -> int:
        return self._numbers.index(self._number) if self._number in self._numbers else 0

    def _on_strip(self, place: int) -> None:
        self.show_number(self._numbers[place])

    def light(self, keys: Collection[Hashable]) -> None:
        """Light boxes up; shows the picture that has them."""
        self._turn_to(keys)
        self.view.light_all(keys)

    def flash(self, keys: Collection[Hashable]) -> None:
        """Let boxes blink; shows the picture that has them."""
        self._turn_to(keys)
        self.view.flash(keys)

    def _turn_to(self, keys: Collection[Hashable]) -> None:
        if keys and not any(box.key in keys for box in self.boxes):
            for number, picture in enumerate(self._pictures):
                if any(box.key in keys for box in picture.boxes):
                    self.show_number(number)
                    break

    def set_drawing(self, words: str | None) -> None:
        """Say that the next box is for these words; None: for none."""
        self._words = words
        self.view.set_next_label(words or "")
        if words is not None:
            self.set_mode(CANVAS)
        self._show_hint()

    @property
    def drawing(self) -> str | None:
        """The words that the next box is for."""
        return self._words

    @property
    def boxes(self) -> tuple[ShownBox, ...]:
        """The boxes of the picture on show, as they are stored."""
        return self._pictures[self._number].boxes if self._number < len(self._pictures) else ()

    def _show(self) -> None:
        picture = self._pictures[self._number] if self._pictures else None
        self.view.set_picture(picture.file if picture else None)
        self.view.show_boxes(picture.boxes if picture else ())
        self._show_hint()

    def _on_gesture(self, _name: object) -> None:
        self._show_hint()

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.strip.dragEnterEvent(event)

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        if self._with_turns:
            self.strip.dropEvent(event)

    def _show_hint(self) -> None:
        if self.mode == MODEL or not self._pictures:
            words = ""
        elif self._words is not None:
            words = self.tr("Drag a box around “{words}” on the picture. Esc stops.").format(words=self._words)
            if self.view.tool == "quad":
                words = self.tr("Click the four corners around “{words}”. Esc stops.").format(words=self._words)
        elif self.view.selection:
            words = self.tr("Drag or use the arrow keys: its tokens follow. Enter names it, Del deletes it.")
        elif self.view.tool == "quad":
            words = self.tr("Click the four corners of a quad. B draws boxes again.")
        elif self._with_turns:
            words = self.tr("Select words in a turn, then drag a box here: they become a phrase with its box.")
        else:
            words = ""
        set_role(self.hint, "body" if self._words is not None else "caption")
        self.hint.setText(words)

    def _lay_out(self) -> None:
        self._head = QWidget(self)
        switch = FlowLayout(fill=True)
        switch.setContentsMargins(Space.S, Space.S, Space.S, 0)
        for mode, words in ((CANVAS, self.tr("Boxes")), (MODEL, self.tr("What the model sees"))):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setChecked(mode == CANVAS)
            set_kind(button, "plain")
            self.modes.addButton(button, mode)
            switch.addWidget(button)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, Space.S, 0)
        row.setSpacing(0)
        row.addWidget(self.strip, 1)
        row.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignVCenter)
        head = QVBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addLayout(switch)
        head.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.hint)
