"""The picture beside a chat: the canvas of the other pages, on which the boxes of an answer can be put right.

Owns that dragging beside the boxes moves the picture, pointing at a place, and showing very many boxes a few at a time.
Does not own gestures (`annotate.gestures`) nor what becomes of them (`picture_desk`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.gui.annotate import interaction
from qvl_desktop.gui.conversations.talk_canvas import TalkCanvas
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.jobs.waiting import waiter

AT_ONCE = 150
"""Boxes that are put on the picture between two looks at the mouse."""


class ChatCanvas(TalkCanvas):
    """Signals, besides those of `TalkCanvas`: `pointingLeft()`, Escape while a place was to be pointed at;
    `addAsked()`, the Insert key with a box selected; `undoAsked()` and `redoAsked()`, whose keys mean boxes here."""

    pointingLeft = Signal()
    addAsked = Signal()
    undoAsked = Signal()
    redoAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pointing = False
        self._waiting_boxes: list[ShownBox] = []
        self._more = waiter(self, 0, self._put_more)
        self._pressed: QPoint | None = None
        self.set_tool("select")

    @property
    def pointing(self) -> bool:
        """Whether the next drag draws a box."""
        return self._pointing

    def set_pointing(self, pointing: bool, label: str = "") -> None:
        """Let the next drag draw a box; otherwise dragging beside the boxes moves the picture."""
        self._pointing = pointing
        self.set_next_label(label)
        self.set_tool("box" if pointing else "select")

    def show_boxes(self, boxes: Sequence[ShownBox]) -> None:
        """Show these boxes and no others: the first ones now, the rest right after."""
        wanted = {box.key: box for box in boxes}
        shown = {box.key: box for box in (*self.boxes, *self._waiting_boxes)}
        if wanted.keys() == shown.keys() and all(shown[key] is box or shown[key] == box for key, box in wanted.items()):
            return
        self._more.stop()
        there = {box.key: box for box in self.boxes}
        known = [box for key, box in wanted.items() if key in there and (there[key] is box or there[key] == box)]
        kept = {box.key for box in known}
        new = [box for key, box in wanted.items() if key not in kept]
        self._waiting_boxes = new[AT_ONCE:]
        super().show_boxes([*known, *new[:AT_ONCE]])
        if self._waiting_boxes:
            self._more.start()

    def _put_more(self) -> None:
        some, self._waiting_boxes = self._waiting_boxes[:AT_ONCE], self._waiting_boxes[AT_ONCE:]
        super().show_boxes([*self.boxes, *some])
        if self._waiting_boxes:
            self._more.start()

    @property
    def boxes_pending(self) -> bool:
        """Whether some boxes are not on the picture yet."""
        return bool(self._waiting_boxes)

    def is_lit(self, key: Hashable) -> bool:
        """Whether a box is drawn stronger."""
        return key in self._lit_keys or key == self._lit

    def _starts_pan(self, event: QMouseEvent) -> bool:
        if super()._starts_pan(event):
            return True
        bare = self._tool == "select" and not event.modifiers() and event.button() == Qt.MouseButton.LeftButton
        return bare and not self._under(event.position()) and not self._on_handle(event)

    def _on_handle(self, event: QMouseEvent) -> bool:
        point = self.to_picture(event.position())
        return interaction.hit_test(self._reachable(), self._selection, point.x(), point.y(), self._reach()) is not None

    def _escape(self) -> None:
        if self.busy or self.selection:
            selected = self.selection
            super()._escape()
            if selected and not self.selection:
                self.boxClicked.emit(None)
        else:
            self.escaped.emit()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        panned = self._panning_from is not None
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        still = pressed is not None and (event.position().toPoint() - pressed).manhattanLength() < 4
        if panned and still and event.button() == Qt.MouseButton.LeftButton:
            self._user_selects(())
            self.boxClicked.emit(None)

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _steps(event):
            event.accept()
            return True
        return super().event(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if by := _steps(event):
            (self.undoAsked if by < 0 else self.redoAsked).emit()
        elif event.key() == Qt.Key.Key_Escape and self._pointing and not self.busy:
            self.pointingLeft.emit()
        elif event.key() == Qt.Key.Key_Insert:
            self.addAsked.emit()
        elif event.key() in (Qt.Key.Key_B, Qt.Key.Key_Q, Qt.Key.Key_P) and not event.modifiers():
            event.ignore()  # tools of the Conversations page
        else:
            super().keyPressEvent(event)


def _steps(event: QKeyEvent) -> int:
    """-1 for the keys of undo, 1 for those of redo, else 0."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return -1
    again = QKeySequence(event.keyCombination()) == QKeySequence("Ctrl+Y")
    return 1 if again or event.matches(QKeySequence.StandardKey.Redo) else 0
