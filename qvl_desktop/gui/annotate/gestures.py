"""What the mouse does on the canvas: draw, select, move, pull, and gather with a rubber band.

Owns the gestures, the tool in hand, and what they look like while they last. Does not own geometry (`interaction`),
layers (`layered_view`), keys (`canvas`) or the project (the page commits what the signals say).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate import interaction
from qvl_desktop.gui.annotate.gesture_kinds import CURSORS, DRAG_PX, REACH_PX, Act, Gesture, Tool
from qvl_desktop.gui.annotate.interaction import Handle, Target
from qvl_desktop.gui.annotate.layered_view import LayeredView
from qvl_desktop.gui.widgets.box_item import BoxItem, ShownBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import PictureLoader
from qvl_desktop.gui.widgets.zoom_view import ZoomView

_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_NEW = object()
"""The key of the region that is being drawn."""


class Gestures(LayeredView):
    """A picture view on which regions are made and changed with the mouse.

    With the box tool, drag anywhere or click two corners; with the quad tool click four corners, with the point tool
    once. Inside a selected region a drag moves the selection, on its handles it pulls; with Alt or Shift a drag always
    draws. A click selects the smallest region, clicking again the next one under it; with Shift or Ctrl it adds to the
    selection or takes away. A drag with Ctrl, or with the select tool beside all regions, gathers with a rubber band.
    Locked regions are not in the way of drawing, and do not move.

    Signals:
        shapeDrawn(Shape): a new region, whole pixels, inside the picture.
        shapeChanging(key or None, Shape): a gesture goes on (None: a region is being drawn); nothing is to be stored.
        shapesChanged({key: Shape}): regions were moved or pulled, or an arrow key was let go.
        selectionChanged(key or None): by the user's hand; `selection` has all.
        editRequested(key): the user asked for the ref of a region (double click, Enter).
        gestureChanged(str): "" or the name of what goes on: "draw", "corner", "quad", "move", "resize", "band".
        menuRequested(QPoint): a right click, in global coordinates.
    """

    shapeDrawn = Signal(object)
    shapeChanging = Signal(object, object)
    shapesChanged = Signal(object)
    selectionChanged = Signal(object)
    editRequested = Signal(object)
    gestureChanged = Signal(str)
    menuRequested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        self._targets: dict[Hashable, Target] | None = None
        super().__init__(parent, loader=loader)
        self._gesture: Gesture | None = None
        self._tool: Tool = "box"
        self._rubber_label = ""
        self._hidden = False

    # Tools, boxes and selection

    @property
    def tool(self) -> Tool:
        """What a click or drag on the bare picture makes."""
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        """Take another tool in hand; what was begun is given up."""
        if tool != self._tool:
            self.cancel()
            self._tool = tool
            self._show_cursor()

    @property
    def busy(self) -> bool:
        """A gesture goes on."""
        return self._gesture is not None and self._gesture.act is not Act.PRESS

    def set_boxes(self, boxes: Iterable[ShownBox]) -> None:
        """As in `PictureView`; the selection stays while its boxes are there."""
        self._drop_lift()
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
        """The ref that the next region will get; its colour is that of the one being drawn."""
        self._rubber_label = label

    def cancel(self) -> bool:
        """Give the gesture up; True when there was one."""
        gesture, self._gesture = self._gesture, None
        self._drop_rubber()
        self._drop_lift()
        self._show_band(None)
        if gesture is None:
            return False
        if gesture.key is not None and gesture.origin is not None:
            self._show_shape(gesture.key, gesture.origin)
            self.shapeChanging.emit(gesture.key, gesture.origin)
        self.gestureChanged.emit("")
        return True

    def box_on_screen(self, key: Hashable) -> QRectF:
        """Where a region is, in view coordinates."""
        rect = self._items[key].shown.rect
        return self.viewportTransform().mapRect(QRectF(rect.x1, rect.y1, rect.width, rect.height))

    def shape_of(self, key: Hashable) -> Shape | None:
        """The shape of a region as it is shown now."""
        item = self._items.get(key)
        return item.shown.outline if item else None

    def _user_selects(self, keys: Iterable[Hashable]) -> None:
        before = self.selection
        self.set_selection(keys)
        if self.selection != before:
            self.selectionChanged.emit(self._selected)

    def _put_item(self, shown: ShownBox) -> BoxItem:
        self._targets = None
        return super()._put_item(shown)

    def _drop_item(self, key: Hashable) -> None:
        self._targets = None
        super()._drop_item(key)

    def _by_key(self) -> dict[Hashable, Target]:
        """The regions as the mouse meets them, by their keys; kept until they change."""
        if self._targets is None:
            shown = [item.shown for item in self._items.values()]
            self._targets = {box.key: Target.of(box.key, box.outline, box.locked) for box in shown}
        return self._targets

    def _all_targets(self) -> list[Target]:
        return [] if self._hidden else list(self._by_key().values())

    def _reachable(self) -> list[Target]:
        """What a plain click can mean: with a drawing tool, locked regions are not in the way."""
        every = self._all_targets()
        return every if self._tool == "select" else [target for target in every if not target.locked]

    def _movable(self) -> list[Target]:
        targets = {} if self._hidden else self._by_key()
        return [targets[key] for key in self._selection if key in targets and not targets[key].locked]

    def _show_shape(self, key: Hashable, shape: Shape) -> None:
        if (item := self._items.get(key)) is not None:
            item.set_shown(item.shown.with_shape(shape))
            if self._targets is not None:
                self._targets[key] = Target.of(key, shape, item.shown.locked)

    # Mouse

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._size is None or self._waiting:
            return
        if event.button() == Qt.MouseButton.RightButton:
            if not self.cancel():
                self._menu_at(at)
            return
        if self._starts_pan(event):
            self._start_pan(at.toPoint())
        elif event.button() == Qt.MouseButton.LeftButton and self._gesture is None:
            self._press(at, event.modifiers())
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
        elif gesture.act is Act.QUAD:
            self._add_corner(gesture, at)
        elif gesture.act is not Act.CORNER or self._apart(gesture, at) >= DRAG_PX:
            self._finish(at)
        else:
            self.cancel()
        event.accept()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        plain = not event.modifiers() & (_SHIFT | _CTRL | _ALT)
        under = self._under(event.position()) if self._gesture is None and plain else []
        if event.button() == Qt.MouseButton.LeftButton and under and self._tool in ("box", "select"):
            self._user_selects((self._selected if self._selected in under else under[0],))
            self.editRequested.emit(self._selected)
            event.accept()
        else:
            self.mousePressEvent(event)

    def _press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        point = self.to_picture(at)
        gesture = Gesture(Act.PRESS, point, modifiers=modifiers)
        if not modifiers & (_SHIFT | _CTRL | _ALT):
            hit = interaction.hit_test(self._reachable(), self._selection, point.x(), point.y(), self._reach())
            if hit is not None:
                gesture = replace(gesture, key=hit.key, origin=self.shape_of(hit.key), grip=hit.grip)
        self._gesture = gesture

    def _dragged(self, press: Gesture) -> Gesture:
        """What a press turns into when the mouse moves on."""
        bare = replace(press, key=None, origin=None, grip=None)
        if press.modifiers & _CTRL:
            return replace(bare, act=Act.BAND)
        if press.grip is not None:
            return replace(press, act=Act.RESIZE)
        if self._tool == "select" and press.key is not None and press.key not in self._selection:
            self._user_selects((press.key,))
        held = press.key is not None and press.key in self._selection and not self._items[press.key].shown.locked
        if held and self._tool != "quad":
            moving = tuple(self._movable())
            return replace(press, act=Act.MOVE, moving=moving, around=interaction.union(t.bounds for t in moving))
        if self._tool == "select" and not press.modifiers & _ALT:
            return replace(bare, act=Act.BAND)
        if self._tool == "quad":
            return replace(bare, act=Act.QUAD, corners=(self._on_pixel(press.start),))
        return replace(bare, act=Act.PRESS if self._tool == "point" else Act.DRAW)

    def _begin(self, gesture: Gesture) -> None:
        self._gesture = gesture
        if gesture.act is Act.PRESS:
            return
        if gesture.act in (Act.DRAW, Act.CORNER, Act.QUAD):
            self._user_selects(())
            self._hover(None)
            at = gesture.start
            self._put_rubber(ShownBox(_NEW, Rect(at.x(), at.y(), at.x(), at.y()), self._rubber_label))
        self.gestureChanged.emit(gesture.act.name.lower())

    def _click(self, press: Gesture, at: QPointF) -> None:
        self._gesture = None
        point = self.to_picture(at)
        if press.modifiers & (_SHIFT | _CTRL) and not press.modifiers & _ALT:
            under = self._under(at)
            if under:
                self._toggle(under[0])
                return
        if not press.modifiers and self._chooses(press, at):
            return
        if not self._inside(point):
            self._user_selects(())
        elif self._tool == "point":
            self._user_selects(())
            self.shapeDrawn.emit(Shape.of_point(*self._on_pixel(point)))
        elif self._tool == "quad":
            self._begin(replace(press, act=Act.QUAD, key=None, origin=None, corners=(self._on_pixel(point),)))
        elif self._tool == "box" and not press.modifiers & _CTRL:
            self._begin(replace(press, act=Act.CORNER, key=None, origin=None))
        elif not press.modifiers:
            self._user_selects(())

    def _chooses(self, press: Gesture, at: QPointF) -> bool:
        """Whether a plain click chooses a region (it is done then), instead of beginning a new one."""
        if self._tool == "quad":
            return press.grip is not None
        point = self.to_picture(at)
        targets = self._reachable()
        if self._tool == "point":
            targets = [target for target in targets if target.shape.kind == "point"]
        key = interaction.next_at(targets, self._selected, point.x(), point.y(), self._reach() / 2)
        if key is None:
            return press.key is not None and self._tool != "point"
        if press.grip is None:
            self._user_selects((key,))
            self.boxClicked.emit(key)
        return True

    def _toggle(self, key: Hashable) -> None:
        chosen = list(self._selection)
        if key in chosen:
            chosen.remove(key)
        else:
            chosen.append(key)
        self._user_selects(chosen)

    def _follow(self, at: QPointF) -> None:
        gesture = self._gesture
        if gesture is None or self._size is None:
            return
        if gesture.act is Act.BAND:
            self._show_band(QRectF(self.viewportTransform().map(gesture.start), at).normalized())
            return
        if len(gesture.moving) > 1:
            self._lift(QPointF(*self._shift(gesture, at)), gesture.moving)
            return
        shape = self._result(gesture, at)
        if shape is None:
            return
        if self._rubber is not None:
            self._rubber.set_shown(self._rubber.shown.with_shape(shape))
        else:
            self._show_shape(gesture.key, shape)
        self.shapeChanging.emit(gesture.key, shape)

    def _finish(self, at: QPointF) -> None:
        gesture = self._gesture
        if gesture is None or self._size is None:
            return
        shape, shift = self._result(gesture, at), self._shift(gesture, at)
        self._gesture = None
        self._drop_rubber()
        self._show_band(None)
        self.gestureChanged.emit("")
        if gesture.act is Act.BAND:
            self._gather(gesture, at)
        elif gesture.act is Act.MOVE and any(shift):
            shapes = {target.key: target.shape.translated(*shift) for target in gesture.moving}
            for key, moved in shapes.items():
                self._show_shape(key, moved)
            self.shapesChanged.emit(shapes)
        elif gesture.act is Act.RESIZE and shape is not None and shape != gesture.origin:
            self._show_shape(gesture.key, shape)
            self.shapesChanged.emit({gesture.key: shape})
        elif gesture.key is None and shape is not None and interaction.is_box(shape.bounds):
            self.shapeDrawn.emit(shape)
        self._drop_lift()

    def _gather(self, gesture: Gesture, at: QPointF) -> None:
        a, b = gesture.start, self.to_picture(at)
        inside = interaction.regions_inside(self._all_targets(), Rect(a.x(), a.y(), b.x(), b.y()).normalised())
        kept = self.selection if gesture.modifiers & (_CTRL | _SHIFT) else ()
        self._user_selects((*kept, *(key for key in inside if key not in kept)))

    def _add_corner(self, gesture: Gesture, at: QPointF) -> None:
        corner = self._on_pixel(self.to_picture(at))
        last = self.viewportTransform().map(QPointF(*gesture.corners[-1]))
        if (at - last).manhattanLength() < DRAG_PX:
            return
        corners = (*gesture.corners, corner)
        if len(corners) < 4:
            self._gesture = replace(gesture, corners=corners)
            self._follow(at)
            self.gestureChanged.emit("quad")
            return
        shape = Shape.of_corners(corners)
        if not interaction.is_box(shape.bounds):
            return
        self._gesture = None
        self._drop_rubber()
        self.gestureChanged.emit("")
        self.shapeDrawn.emit(shape)

    def _take_corner_back(self) -> bool:
        """Forget the last corner of a quad; True when there is a quad being drawn."""
        gesture = self._gesture
        if gesture is None or gesture.act is not Act.QUAD:
            return False
        if len(gesture.corners) == 1:
            return self.cancel()
        self._gesture = replace(gesture, corners=gesture.corners[:-1])
        self.gestureChanged.emit("quad")
        self._follow(QPointF(self.viewport().mapFromGlobal(self.cursor().pos())))
        return True

    def _result(self, gesture: Gesture, at: QPointF) -> Shape | None:
        """The shape that the gesture makes when the mouse is at `at`."""
        size = self._size
        if size is None:
            return None
        point = self.to_picture(at)
        if gesture.act in (Act.DRAW, Act.CORNER):
            return Shape.of_rect(interaction.drawn(gesture.start.x(), gesture.start.y(), point.x(), point.y(), size))
        if gesture.act is Act.QUAD:
            missing = 4 - len(gesture.corners)
            return Shape.of_corners((*gesture.corners, *([self._on_pixel(point)] * missing)))
        if gesture.origin is None:
            return None
        if gesture.grip is None:
            return gesture.origin.translated(*self._shift(gesture, at))
        moved = point - gesture.start
        if isinstance(gesture.grip, Handle):
            x, y = gesture.grip.on(gesture.origin.bounds)
        else:
            x, y = gesture.origin.points[gesture.grip]
        return interaction.pulled(gesture.origin, gesture.grip, x + moved.x(), y + moved.y(), size)

    def _shift(self, gesture: Gesture, at: QPointF) -> tuple[float, float]:
        """How far a MOVE gesture has moved the selection."""
        if gesture.around is None or self._size is None:
            return 0.0, 0.0
        by = self.to_picture(at) - gesture.start
        return interaction.shift_inside(gesture.around, by.x(), by.y(), self._size)

    def _apart(self, gesture: Gesture, at: QPointF) -> float:
        """Screen pixels from where the gesture began, at the present zoom."""
        return float((at - self.viewportTransform().map(gesture.start)).manhattanLength())

    def _starts_pan(self, event: QMouseEvent) -> bool:
        return ZoomView._starts_pan(self, event)  # the left button draws

    def _menu_at(self, at: QPointF) -> None:
        under = self._under(at)
        if not any(key in self._selection for key in under):
            self._user_selects(under[:1])
        self.menuRequested.emit(self.viewport().mapToGlobal(at).toPoint())

    # Hovering

    def _hover_at(self, at: QPointF) -> None:
        point = self.to_picture(at)
        hit = interaction.hit_test(self._reachable(), self._selection, point.x(), point.y(), self._reach())
        self._hover(hit.key if hit else None)
        if self._space_held:
            return
        if hit is not None and isinstance(hit.grip, Handle):
            self.viewport().setCursor(CURSORS[hit.grip])
        elif hit is not None and hit.grip is not None:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        elif hit is not None and hit.key in self._selection and self._tool != "quad":
            self.viewport().setCursor(Qt.CursorShape.SizeAllCursor)
        else:
            self._show_cursor()

    def _show_cursor(self) -> None:
        if self._panning_from is not None or self._space_held:
            super()._show_cursor()
        elif self._tool == "select":
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        else:
            self.viewport().setCursor(Qt.CursorShape.CrossCursor)

    def _under(self, at: QPointF) -> list[Hashable]:
        point = self.to_picture(at)
        return interaction.regions_at(self._all_targets(), point.x(), point.y(), self._reach() / 2)

    def _reach(self) -> float:
        return REACH_PX / max(self.zoom, 1e-9)

    def _inside(self, point: QPointF) -> bool:
        return self._size is not None and interaction.contains(
            Rect(0, 0, *self._size), point.x(), point.y(), self._reach()
        )

    def _on_pixel(self, point: QPointF) -> tuple[float, float]:
        return interaction.on_pixel(point.x(), point.y(), self._size or (1, 1))
