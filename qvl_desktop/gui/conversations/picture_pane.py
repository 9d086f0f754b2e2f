"""The picture beside the turns: its boxes, and drawing one for chosen words.

Owns `PointView` (a `PictureView` on which one box can be dragged), which picture of several is shown, and the line of
words under it. Does not own what a drawn box becomes.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import PictureView, ShownBox

_LEAST_PIXELS = 3
_RUBBER = "drawn box"


class PointView(PictureView):
    """Signals, besides those of `PictureView`: `boxDrawn(Rect)` in picture pixels; `drawingLeft()` on Escape."""

    boxDrawn = Signal(object)
    drawingLeft = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ""
        self._drawing = False
        self._start: QPointF | None = None
        self._shown: tuple[ShownBox, ...] = ()
        self._lit_keys: frozenset[Hashable] = frozenset()

    @property
    def drawing(self) -> bool:
        """Whether dragging draws a box instead of moving the picture."""
        return self._drawing

    def set_drawing(self, label: str | None) -> None:
        """Let the next drag draw a box with this label; None: dragging moves the picture again."""
        self._drawing = label is not None
        self._label = label or ""
        self._start = None
        self._show_rubber(None)
        self._show_cursor()

    def show_boxes(self, boxes: Sequence[ShownBox]) -> None:
        """Show the boxes of the conversation."""
        self._shown = tuple(boxes)
        self.set_boxes(self._shown)
        self.light_all(self._lit_keys)

    def light_all(self, keys: Collection[Hashable]) -> None:
        """Light several boxes up, and no others."""
        self._lit_keys = frozenset(keys)
        self.highlight(None)
        for key, item in self._items.items():
            item.set_lit(key in self._lit_keys)

    def _show_rubber(self, rect: Rect | None) -> None:
        extra = (ShownBox(_RUBBER, rect, self._label, style="dashed"),) if rect is not None else ()
        self.set_boxes((*self._shown, *extra))
        self.light_all(self._lit_keys)

    def _rect_to(self, point: QPointF) -> Rect | None:
        if self._start is None or self._size is None:
            return None
        return Rect(self._start.x(), self._start.y(), point.x(), point.y()).normalised().clipped(*self._size)

    def _show_cursor(self) -> None:
        if self._drawing and self._panning_from is None and not self._space_held:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        else:
            super()._show_cursor()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        draws = self._drawing and event.button() == Qt.MouseButton.LeftButton and not self._space_held
        if draws and self._size is not None:
            self._start = self.to_picture(event.position())
            event.accept()
        else:
            super().mousePressEvent(event)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is not None:
            self._show_rubber(self._rect_to(self.to_picture(event.position())))
            event.accept()
        else:
            super().mouseMoveEvent(event)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._start is None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        rect = self._rect_to(self.to_picture(event.position()))
        self._start = None
        self._show_rubber(None)
        event.accept()
        if rect is not None and min(rect.width, rect.height) * self.zoom >= _LEAST_PIXELS:
            self.boxDrawn.emit(rect)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._drawing:
            if self._start is not None:
                self._start = None
                self._show_rubber(None)
            else:
                self.drawingLeft.emit()
        else:
            super().keyPressEvent(event)


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
            words = self.tr("Drag a box around “{words}” on the picture. Esc stops.").format(words=self.view._label)
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
