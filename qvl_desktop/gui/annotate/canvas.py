"""The canvas of the Annotate page: draw, select, move, resize and nudge boxes with the mouse and the keys.

Owns gestures and what they look like while they last. Does not own geometry (`interaction`), the project (the page
commits what the signals say), refs or shortcuts other than the arrow keys and Esc.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.gui.annotate import interaction
from qvl_desktop.gui.annotate.interaction import Handle
from qvl_desktop.gui.annotate.layered_view import LayeredView
from qvl_desktop.gui.widgets.box_item import ShownBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import PictureLoader
from qvl_desktop.gui.widgets.zoom_view import ZoomView

DRAG_PX = 4
"""Screen pixels after which a press becomes a drag."""

REACH_PX = 7.0
"""How far from a handle or an edge a press still counts, in screen pixels."""

_CURSORS = {
    Handle.NW: Qt.CursorShape.SizeFDiagCursor,
    Handle.SE: Qt.CursorShape.SizeFDiagCursor,
    Handle.NE: Qt.CursorShape.SizeBDiagCursor,
    Handle.SW: Qt.CursorShape.SizeBDiagCursor,
    Handle.N: Qt.CursorShape.SizeVerCursor,
    Handle.S: Qt.CursorShape.SizeVerCursor,
    Handle.E: Qt.CursorShape.SizeHorCursor,
    Handle.W: Qt.CursorShape.SizeHorCursor,
}
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_NEW = object()
"""The key of the box that is being drawn."""


class Act(Enum):
    """What the mouse is doing."""

    PRESS = auto()
    DRAW = auto()
    CORNER = auto()
    MOVE = auto()
    RESIZE = auto()


@dataclass(frozen=True, slots=True)
class Gesture:
    """One gesture from press to release (CORNER: from the first click to the second)."""

    act: Act
    start: QPointF
    key: Hashable | None = None
    origin: Rect | None = None
    handle: Handle | None = None


class Canvas(LayeredView):
    """A picture view on which boxes are made and changed.

    Drag anywhere, or click two corners, to draw. Inside the selected box a drag moves it, on its handles it resizes;
    with Shift a drag always draws. A click selects the smallest box, clicking again the next one under it.

    Signals:
        boxDrawn(Rect): a new box, whole pixels, inside the picture.
        boxChanging(key or None, Rect): a drag goes on (None: a box is being drawn); nothing is to be stored.
        boxChanged(key, Rect): a box was moved or resized, or an arrow key was let go.
        selectionChanged(key or None): by the user's hand.
        editRequested(key): the user asked for the ref of a box (double click).
        gestureChanged(str): "" or the name of what goes on: "draw", "corner", "move", "resize".
    """

    boxDrawn = Signal(object)
    boxChanging = Signal(object, object)
    boxChanged = Signal(object, object)
    selectionChanged = Signal(object)
    editRequested = Signal(object)
    gestureChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        super().__init__(parent, loader=loader)
        self._gesture: Gesture | None = None
        self._rubber_label = ""
        self._hidden = False
        self._nudged = False
        self.setAccessibleName(self.tr("Canvas"))

    # Boxes and selection

    @property
    def busy(self) -> bool:
        """A gesture goes on."""
        return self._gesture is not None and self._gesture.act is not Act.PRESS

    def set_boxes(self, boxes: Iterable[ShownBox]) -> None:
        """As in `PictureView`; the selection stays while its box is there."""
        super().set_boxes(boxes)
        gesture = self._gesture
        if gesture is not None and gesture.key is not None and gesture.key not in self._items:
            self._gesture = None  # its box is gone, by undo for example
            self.gestureChanged.emit("")
        if self._hidden:
            self.set_boxes_hidden(True)

    def set_boxes_hidden(self, hidden: bool) -> None:
        """Show the bare picture."""
        self._hidden = hidden
        self._forget_backdrop()
        for item in self._items.values():
            item.setVisible(not hidden and self._size is not None)

    def set_next_label(self, label: str) -> None:
        """The ref that the next box will get; its colour is that of the box being drawn."""
        self._rubber_label = label

    def select(self, key: Hashable | None) -> None:
        """As in `LayeredView`; what was nudged is told first."""
        self._end_nudge()
        super().select(key)

    def cancel(self) -> bool:
        """Give the gesture up; True when there was one."""
        self._end_nudge()
        gesture, self._gesture = self._gesture, None
        self._drop_rubber()
        if gesture is None:
            return False
        if gesture.key is not None and gesture.origin is not None:
            self._show_rect(gesture.key, gesture.origin)
            self.boxChanging.emit(gesture.key, gesture.origin)
        self.gestureChanged.emit("")
        return True

    def box_on_screen(self, key: Hashable) -> QRectF:
        """Where a box is, in view coordinates."""
        rect = self._items[key].shown.rect
        return self.viewportTransform().mapRect(QRectF(rect.x1, rect.y1, rect.width, rect.height))

    def _user_selects(self, key: Hashable | None) -> None:
        if key != self._selected:
            self.select(key)
            self.selectionChanged.emit(key)

    def _geometry(self) -> list[tuple[Hashable, Rect]]:
        if self._hidden:
            return []
        return [(key, item.shown.rect) for key, item in self._items.items()]

    def _show_rect(self, key: Hashable, rect: Rect) -> None:
        if (item := self._items.get(key)) is not None:
            item.set_shown(replace(item.shown, rect=rect))

    # Mouse

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._size is None or self._waiting:
            return
        if event.button() == Qt.MouseButton.RightButton and self.cancel():
            return
        if self._starts_pan(event):
            self._start_pan(at.toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and self._gesture is None:
            self._press(at, forced_draw=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        event.accept()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._move_crosshair(at.toPoint())
        if self._pan(at.toPoint()):
            return
        gesture = self._gesture
        if gesture is None:
            self._hover_at(at)
        elif gesture.act is Act.PRESS:
            if self._apart(gesture, at) >= DRAG_PX:
                self._begin(self._dragged(gesture))
                self._follow(at)
        else:
            self._follow(at)
        event.accept()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panning_from is not None:
            self._end_pan()
            return
        gesture = self._gesture
        if gesture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        if gesture.act is Act.PRESS:
            self._click(gesture, at)
        elif gesture.act is not Act.CORNER or self._apart(gesture, at) >= DRAG_PX:
            self._finish(at)
        else:
            self.cancel()
        event.accept()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self.box_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and self._gesture is None and key is not None:
            self._user_selects(self._selected if self._selected in self._under(event.position()) else key)
            self.editRequested.emit(self._selected)
            event.accept()
        else:
            self.mousePressEvent(event)

    def _press(self, at: QPointF, *, forced_draw: bool) -> None:
        point = self.to_picture(at)
        hit = (
            None
            if forced_draw
            else interaction.hit_test(self._geometry(), self._selected, point.x(), point.y(), self._reach())
        )
        gesture = Gesture(Act.PRESS, point)
        if hit is not None:
            origin = self._items[hit.key].shown.rect
            gesture = replace(gesture, key=hit.key, origin=origin, handle=hit.handle)
        self._gesture = gesture

    def _dragged(self, press: Gesture) -> Gesture:
        """What a press turns into when the mouse moves on."""
        if press.key is None or press.key != self._selected:
            return replace(press, act=Act.DRAW, key=None, origin=None, handle=None)
        return replace(press, act=Act.MOVE if press.handle is None else Act.RESIZE)

    def _begin(self, gesture: Gesture) -> None:
        self._gesture = gesture
        if gesture.act in (Act.DRAW, Act.CORNER):
            self._user_selects(None)
            self._hover(None)
            at = gesture.start
            self._put_rubber(ShownBox(_NEW, Rect(at.x(), at.y(), at.x(), at.y()), self._rubber_label))
        self.gestureChanged.emit(gesture.act.name.lower())

    def _click(self, press: Gesture, at: QPointF) -> None:
        self._gesture = None
        point = self.to_picture(at)
        key = interaction.next_at(self._geometry(), self._selected, point.x(), point.y(), self._reach() / 2)
        if key is None and press.key is None:
            if self._inside(point):
                self._begin(replace(press, act=Act.CORNER))
            else:
                self._user_selects(None)
        elif key is not None and press.handle is None:
            self._user_selects(key)
            self.boxClicked.emit(key)

    def _follow(self, at: QPointF) -> None:
        rect = self._result(at)
        if rect is None or self._gesture is None:
            return
        if self._rubber is not None:
            self._rubber.set_shown(replace(self._rubber.shown, rect=rect))
        else:
            self._show_rect(self._gesture.key, rect)
        self.boxChanging.emit(self._gesture.key, rect)

    def _finish(self, at: QPointF) -> None:
        rect, gesture = self._result(at), self._gesture
        self._gesture = None
        self._drop_rubber()
        self.gestureChanged.emit("")
        if gesture is None or rect is None:
            return
        if gesture.key is None:
            if interaction.is_box(rect):
                self.boxDrawn.emit(rect)
        elif rect != gesture.origin:
            self._show_rect(gesture.key, rect)
            self.boxChanged.emit(gesture.key, rect)

    def _result(self, at: QPointF) -> Rect | None:
        """The rectangle that the gesture makes when the mouse is at `at`."""
        gesture, size = self._gesture, self._size
        if gesture is None or size is None:
            return None
        point = self.to_picture(at)
        if gesture.act in (Act.DRAW, Act.CORNER):
            return interaction.drawn(gesture.start.x(), gesture.start.y(), point.x(), point.y(), size)
        if gesture.origin is None:
            return None
        moved = point - gesture.start
        if gesture.handle is None:
            return interaction.moved(gesture.origin, moved.x(), moved.y(), size)
        hx, hy = gesture.handle.on(gesture.origin)
        return interaction.resized(gesture.origin, gesture.handle, hx + moved.x(), hy + moved.y(), size)

    def _apart(self, gesture: Gesture, at: QPointF) -> float:
        """Screen pixels from where the gesture began, at the present zoom."""
        return float((at - self.viewportTransform().map(gesture.start)).manhattanLength())

    def _starts_pan(self, event: QMouseEvent) -> bool:
        return ZoomView._starts_pan(self, event)  # the left button draws

    # Hovering

    def _hover_at(self, at: QPointF) -> None:
        point = self.to_picture(at)
        hit = interaction.hit_test(self._geometry(), self._selected, point.x(), point.y(), self._reach())
        self._hover(hit.key if hit else None)
        if self._space_held:
            return
        if hit is not None and hit.handle is not None:
            self.viewport().setCursor(_CURSORS[hit.handle])
        elif hit is not None and hit.key == self._selected:
            self.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)

    def _under(self, at: QPointF) -> list[Hashable]:
        point = self.to_picture(at)
        return interaction.boxes_at(self._geometry(), point.x(), point.y(), self._reach() / 2)

    def _reach(self) -> float:
        return REACH_PX / max(self.zoom, 1e-9)

    def _inside(self, point: QPointF) -> bool:
        return self._size is not None and interaction.contains(
            Rect(0, 0, *self._size), point.x(), point.y(), self._reach()
        )

    # Keys

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if not self.cancel():
                self._user_selects(None)
        elif key in _ARROWS and self._selected is not None and not self.busy:
            self._nudge(Qt.Key(key), 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self.editRequested.emit(self._selected)
        else:
            super().keyPressEvent(event)

    @guarded
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ARROWS and not event.isAutoRepeat():
            self._end_nudge()
        else:
            super().keyReleaseEvent(event)

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._end_nudge()
        super().focusOutEvent(event)

    def _nudge(self, arrow: Qt.Key, pixels: int) -> None:
        """Move the selected box on the screen; it is told when the key is let go, so that a held key is one step."""
        if self._size is None:
            return
        dx, dy = _ARROWS[arrow]
        origin = self._items[self._selected].shown.rect
        rect = interaction.moved(origin, dx * pixels, dy * pixels, self._size)
        if rect != origin:
            self._nudged = True
            self._show_rect(self._selected, rect)
            self.bring_into_sight(rect)
            self.boxChanging.emit(self._selected, rect)

    def _end_nudge(self) -> None:
        nudged, self._nudged = self._nudged, False
        if nudged and self._selected in self._items:
            self.boxChanged.emit(self._selected, self._items[self._selected].shown.rect)
