"""A view of one flat thing that is zoomed and panned.

Owns zoom, fit, panning and their keys, wheel and gestures. Does not own what is shown: a subclass sets `_size`, in
scene units, and calls `fit`.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from qvl_desktop.gui.widgets.guarded import guarded

MAX_ZOOM = 64.0
"""Screen pixels a picture pixel may get."""

_MOST_ENLARGED_TO_FIT = 8.0
_FIT_MARGIN = 12
_WHEEL_BASE = 1.0017
_KEY_ZOOM = 1.25


class ZoomView(QGraphicsView):
    """The wheel zooms at the cursor, with Shift it pans; the middle button and Space with the left one pan; `F` and `0`
    fit, `+` and `-` zoom.

    Signals: `zoomChanged(float)` with screen pixels per scene unit.
    """

    zoomChanged = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size: tuple[int, int] | None = None
        self._fitted = True
        self._panning_from: QPoint | None = None
        self._space_held = False
        scene = QGraphicsScene(self)
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # whole pictures are drawn, boxes come and go
        self.setScene(scene)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlags(
            QGraphicsView.OptimizationFlag.DontSavePainterState
            | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # Zoom

    @property
    def zoom(self) -> float:
        """Screen pixels (logical) per picture pixel."""
        return float(self.transform().m11())

    def fit(self) -> None:
        """The whole picture in the view, not enlarged above 8 times; stays so when the view is resized."""
        self._fitted = True
        if self._size is None:
            self.setSceneRect(QRectF(0, 0, 1, 1))
            return
        width, height = self._size
        area = self.viewport().rect().adjusted(_FIT_MARGIN, _FIT_MARGIN, -_FIT_MARGIN, -_FIT_MARGIN)
        scale = min(max(area.width(), 1) / width, max(area.height(), 1) / height, _MOST_ENLARGED_TO_FIT)
        self._set_scale(scale)
        self.centerOn(QPointF(width / 2, height / 2))

    def actual_size(self) -> None:
        """One screen pixel per picture pixel."""
        self.zoom_to(1.0)

    def zoom_in(self) -> None:
        self.zoom_by(_KEY_ZOOM)

    def zoom_out(self) -> None:
        self.zoom_by(1 / _KEY_ZOOM)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self.zoom_to(self.zoom * factor, at)

    def zoom_to(self, scale: float, at: QPointF | None = None) -> None:
        """Zoom to `scale`, keeping the picture point under `at` (view coordinates; the middle by default)."""
        if self._size is None:
            return
        smallest = min(0.5 * self._fit_scale(), 1.0)
        scale = min(max(scale, smallest), MAX_ZOOM)
        at = at if at is not None else QPointF(self.viewport().rect().center())
        inverted, _ = self.viewportTransform().inverted()
        anchor = inverted.map(at)
        self._fitted = False
        self._set_scale(scale)
        moved = self.viewportTransform().map(anchor) - at
        self._scroll_by(moved.x(), moved.y())

    def look_at(self, point: QPointF) -> None:
        """Bring a point (scene units) to the middle; the zoom stays."""
        self._fitted = False
        self.centerOn(point)

    def to_picture(self, position: QPointF) -> QPointF:
        """View coordinates to picture pixels, unrounded; may lie outside the picture."""
        inverted, _ = self.viewportTransform().inverted()
        return inverted.map(position)

    def _fit_scale(self) -> float:
        if self._size is None:
            return 1.0
        area = self.viewport().rect()
        return min(max(area.width(), 1) / self._size[0], max(area.height(), 1) / self._size[1])

    def _set_scale(self, scale: float) -> None:
        """Change the scale alone; subclasses tell what they show."""
        changed = not math.isclose(scale, self.zoom, rel_tol=1e-9)
        self.setTransform(QTransform.fromScale(scale, scale))
        self._update_scene_rect()
        if changed:
            self.zoomChanged.emit(scale)

    def _update_scene_rect(self) -> None:
        """Room to pan: the picture may be pushed until half of the view is empty."""
        if self._size is None:
            return
        area, scale = self.viewport().rect(), self.zoom
        x, y = area.width() / 2 / scale, area.height() / 2 / scale
        self.setSceneRect(QRectF(-x, -y, self._size[0] + 2 * x, self._size[1] + 2 * y))

    def _scroll_by(self, dx: float, dy: float) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + round(dx))
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + round(dy))

    # Panning

    def _starts_pan(self, event: QMouseEvent) -> bool:
        """Whether this press is meant to pan."""
        if event.button() == Qt.MouseButton.MiddleButton:
            return True
        return event.button() == Qt.MouseButton.LeftButton and self._space_held

    def _start_pan(self, at: QPoint) -> None:
        self._panning_from = at
        self._show_cursor()

    def _pan(self, to: QPoint) -> bool:
        if self._panning_from is None:
            return False
        moved, self._panning_from = to - self._panning_from, to
        if not moved.isNull():
            self._fitted = False
            self._scroll_by(-moved.x(), -moved.y())
        return True

    def _end_pan(self) -> None:
        self._panning_from = None
        self._show_cursor()

    def _show_cursor(self) -> None:
        if self._panning_from is not None:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space_held:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().unsetCursor()

    # Events

    @guarded
    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._scroll_by(-(delta.x() or delta.y()), 0)
        elif delta.y():
            self.zoom_by(_WHEEL_BASE ** delta.y(), event.position())
        event.accept()

    @guarded(default=False)
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_held = True
                self._show_cursor()
        elif event.key() in (Qt.Key.Key_F, Qt.Key.Key_0) and not event.modifiers():
            self.fit()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom_out()
        else:
            super().keyPressEvent(event)

    @guarded
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self._end_pan()
        else:
            super().keyReleaseEvent(event)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._update_scene_rect()

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space_held = False
