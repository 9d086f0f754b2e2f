"""The canvas of the Annotate page: the gestures of the mouse, and what the keys do beside shortcuts.

Owns the arrow keys, Esc, Enter, Tab and Backspace, zooming to the selection, and a box made without the mouse. Does not
own gestures (`gestures`), the project (the page commits what the signals say), refs or shortcuts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate import interaction
from qvl_desktop.gui.annotate.gesture_kinds import Act
from qvl_desktop.gui.annotate.gestures import Gestures
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import PictureLoader

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ROOM = 1.4
"""How much larger than the selection the view is after zooming to it."""

_PAN_PX = 60


class Canvas(Gestures):
    """Signals, besides those of `Gestures`:
    stepRequested(by): Tab (1) or Shift+Tab (-1), to select another region.
    toolLeft(): Esc, with nothing selected and another tool than the box in hand.
    """

    stepRequested = Signal(int)
    toolLeft = Signal()

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        self._nudged: dict[Hashable, Shape] = {}
        super().__init__(parent, loader=loader)
        self.setAccessibleName(self.tr("Canvas"))

    def set_selection(self, keys: Iterable[Hashable]) -> None:
        """As in `LayeredView`; what was nudged is told first."""
        self._end_nudge()
        super().set_selection(keys)

    def cancel(self) -> bool:
        """Give the gesture up; True when there was one. What was nudged is told."""
        self._end_nudge()
        return super().cancel()

    def select_all(self) -> None:
        """Select every region."""
        self._user_selects([target.key for target in self._all_targets()])

    def zoom_to_selection(self) -> None:
        """Fill the view with the selected regions, or fit the picture when there are none."""
        bounds = [target.bounds for target in self._all_targets() if target.key in self._selection]
        if not bounds or self._size is None:
            self.fit()
            return
        rect, area = interaction.union(bounds), self.viewport().rect()
        self.zoom_to(min(area.width() / max(rect.width, 8) / _ROOM, area.height() / max(rect.height, 8) / _ROOM))
        self.centerOn(QPointF((rect.x1 + rect.x2) / 2, (rect.y1 + rect.y2) / 2))

    def add_box(self) -> None:
        """Draw a box in the middle of what is in sight: the keys do the rest."""
        if self._size is None or self.busy:
            return
        inverted, _ = self.viewportTransform().inverted()
        seen = inverted.mapRect(QRectF(self.viewport().rect())) & QRectF(0, 0, *self._size)
        x, y, across, down = seen.center().x(), seen.center().y(), seen.width() / 6, seen.height() / 6
        rect = interaction.drawn(x - across, y - down, x + across, y + down, self._size)
        if interaction.is_box(rect):
            self.shapeDrawn.emit(Shape.of_rect(rect))

    # Keys

    @guarded(default=False)
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            key, kind = event.key(), event.type()
            if kind == QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Backspace and self.busy:
                event.accept()
                return True
            if kind == QEvent.Type.KeyPress and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self._items:
                back = key == Qt.Key.Key_Backtab or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:  # the way out, for people without a mouse
                    self.focusNextPrevChild(not back)
                else:
                    self.stepRequested.emit(-1 if back else 1)
                event.accept()
                return True
        return super().event(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, far = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape:
            self._escape()
        elif key in _ARROWS and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._arrow(Qt.Key(key), 10 if far else 1, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected is not None:
            self.editRequested.emit(self._selected)
        elif key == Qt.Key.Key_Backspace and self._take_corner_back():
            pass
        elif key == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()  # the keys of `ZoomView` are actions here, which the user can change

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

    def _escape(self) -> None:
        if self.cancel():
            return
        if self._selection:
            self._user_selects(())
        elif self._tool != "box":
            self.toolLeft.emit()

    def _arrow(self, arrow: Qt.Key, pixels: int, grows: bool) -> None:
        """Nudge what is selected, or with Ctrl pull the lower right side of one box; with nothing selected, pan.

        What was nudged is told when the key is let go, so that a held key is one step.
        """
        if self._size is None or self.busy:
            return
        dx, dy = (value * pixels for value in _ARROWS[arrow])
        moving = self._movable()
        if not self._selection:
            self._fitted = False
            self._scroll_by(_ARROWS[arrow][0] * _PAN_PX, _ARROWS[arrow][1] * _PAN_PX)
        elif grows and len(moving) == 1 and moving[0].shape.kind == "box":
            b = moving[0].bounds
            rect = interaction.drawn(b.x1, b.y1, max(b.x2 + dx, b.x1), max(b.y2 + dy, b.y1), self._size)
            grown = Rect(b.x1, b.y1, rect.x2 if dx else b.x2, rect.y2 if dy else b.y2)
            if interaction.is_box(grown):
                self._nudge({moving[0].key: Shape.of_rect(grown)})
        elif not grows and moving:
            shift = interaction.shift_inside(interaction.union(t.bounds for t in moving), dx, dy, self._size)
            if any(shift):
                self._nudge({target.key: target.shape.translated(*shift) for target in moving})

    def _nudge(self, shapes: dict[Hashable, Shape]) -> None:
        self._nudged.update(shapes)
        for key, shape in shapes.items():
            self._show_shape(key, shape)
        if self._selected in shapes:
            self.bring_into_sight(shapes[self._selected].bounds)
            self.shapeChanging.emit(self._selected, shapes[self._selected])
        self._forget_backdrop()
        self.viewport().update()

    def _end_nudge(self) -> None:
        nudged, self._nudged = self._nudged, {}
        nudged = {key: shape for key, shape in nudged.items() if key in self._items}
        if nudged:
            self.shapesChanged.emit(nudged)

    @property
    def drawing_quad(self) -> int:
        """How many corners of a quad have been clicked; 0 when none is being drawn."""
        gesture = self._gesture
        return len(gesture.corners) if gesture is not None and gesture.act is Act.QUAD else 0
