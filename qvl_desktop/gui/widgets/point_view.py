"""A picture on which one box can be dragged.

Owns the dragging, the box that follows the mouse, and lighting several boxes up at once. Does not own what a drawn box
becomes, nor showing and moving the picture (`picture_view`).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from qvl_desktop.core.box import Rect
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

    @property
    def label(self) -> str:
        """What the next box will be called; "" while none is asked for."""
        return self._label

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
