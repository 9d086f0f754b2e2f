"""Shows one picture with boxes on it: zoom, pan, hover, click.

Owns the view that every page with a picture uses, its zoom and its calm message where there is no picture to show. Does
not own editing (`annotate.canvas` extends this view), decoding (`picture_loader`) or the look of a box (`box_item`).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPalette,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QLabel, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.box_item import BoxItem, PictureItem, ShownBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import PictureLoader, Raster

__all__ = ["PictureView", "ShownBox"]

MAX_ZOOM = 64.0
"""Screen pixels a picture pixel may get."""

_WHEEL_BASE = 1.0017
_KEY_ZOOM = 1.25


class PictureView(QGraphicsView):
    """One picture and boxes on it, in the pixels of the upright picture.

    The wheel zooms at the cursor; the middle button, Space + drag or dragging where no box is pans; `F` or `0` fits
    the picture into the view, `+` and `-` zoom.

    Signals: `boxHovered(key or None)`, `boxClicked(key or None)`, `zoomChanged(float)` with screen pixels per picture
    pixel, `pictureShown(path)` when the pixels are on the screen, `pictureFailed(path, reason)`.
    """

    boxHovered = Signal(object)
    boxClicked = Signal(object)
    zoomChanged = Signal(float)
    pictureShown = Signal(object)
    pictureFailed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._size: tuple[int, int] | None = None
        self._waiting = False
        self._fitted = True
        self._panning_from: QPoint | None = None
        self._pressed_at: QPoint | None = None
        self._space_held = False
        self._hovered: Hashable | None = None
        self._lit: Hashable | None = None
        self._items: dict[Hashable, BoxItem] = {}
        self._empty_text = ""

        scene = QGraphicsScene(self)
        self.setScene(scene)
        self._picture_item = PictureItem()
        scene.addItem(self._picture_item)
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
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Picture"))

        self._message = QLabel(self.viewport())
        self._message.setObjectName("pictureMessage")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message.hide()
        self._focus_frame = QFrame(self.viewport())
        self._focus_frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._focus_frame.hide()
        self._dress()
        theme().changed.connect(self._dress)

        self._loader = loader or PictureLoader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_failed)

    # What it shows

    @property
    def path(self) -> Path | None:
        """The picture asked for last, shown or not."""
        return self._path

    @property
    def loader(self) -> PictureLoader:
        return self._loader

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Width and height of the picture on the screen; None while there is none."""
        return self._size

    def set_picture(self, path: Path | None) -> None:
        """Show another picture (None: nothing). Boxes of the former one go; the zoom goes back to fit.

        The former picture stays until the new one is decoded, so that stepping through pictures does not flicker;
        boxes given meanwhile appear with their picture.
        """
        if path is not None and path == self._path and (self._waiting or self._loader.cached(path)):
            return
        if self._path is not None and path != self._path:
            self._loader.forget(self._path)
        self._path = path
        self.set_boxes(())
        self._waiting = path is not None
        if path is None:
            self._show_raster(None)
            self._say(self._empty_text)
            return
        self._loader.request(path)

    @property
    def waiting(self) -> bool:
        """The picture asked for is still being decoded."""
        return self._waiting

    @property
    def message(self) -> str:
        """What stands in the middle of the view in place of a picture; "" while one is shown."""
        return self._message.text()

    def set_empty_text(self, text: str) -> None:
        """What stands in the middle of the view while no picture is asked for."""
        self._empty_text = text
        if self._path is None:
            self._say(text)

    def set_boxes(self, boxes: Iterable[ShownBox]) -> None:
        """Show these boxes and no others; items are kept by key."""
        wanted = {box.key: box for box in boxes}
        for key in [key for key in self._items if key not in wanted]:
            self._drop_item(key)
        for shown in wanted.values():
            self._put_item(shown)
        if self._hovered not in self._items:
            self._hovered = None
        self._light(self._lit if self._lit in self._items else None)

    @property
    def boxes(self) -> list[ShownBox]:
        return [item.shown for item in self._items.values()]

    def highlight(self, key: Hashable | None) -> None:
        """Light one box up, or none. No signal follows."""
        self._light(key)

    def _put_item(self, shown: ShownBox) -> BoxItem:
        item = self._items.get(shown.key)
        if item is None:
            item = self._items[shown.key] = BoxItem(shown, self.font())
            item.set_scale(self.zoom)
            item.setVisible(self._size is not None and not self._waiting)
            self.scene().addItem(item)
        elif item.shown != shown:
            item.set_shown(shown)
        return item

    def _drop_item(self, key: Hashable) -> None:
        self.scene().removeItem(self._items.pop(key))

    def _light(self, key: Hashable | None) -> None:
        if key == self._lit:
            return
        for one, lit in ((self._lit, False), (key, True)):
            if one is not None and one in self._items:
                self._items[one].set_lit(lit)
        self._lit = key

    def _on_loaded(self, path: Path, raster: Raster) -> None:
        if self._waiting and path == self._path:
            self._waiting = False
            self._show_raster(raster)
            self._say("")
            self.pictureShown.emit(path)

    def _on_failed(self, path: Path, reason: str) -> None:
        if self._waiting and path == self._path:
            self._waiting = False
            self._show_raster(None)
            self._say(reason)
            self.pictureFailed.emit(path, reason)

    def _show_raster(self, raster: Raster | None) -> None:
        self._picture_item.set_raster(raster)
        self._size = (raster.width, raster.height) if raster else None
        for item in self._items.values():
            item.setVisible(raster is not None)
        self.fit()

    def _say(self, text: str) -> None:
        self._message.setText(text)
        self._message.setVisible(bool(text))
        self._place_message()

    def _place_message(self) -> None:
        area = self.viewport().rect()
        width = min(area.width() - 32, 520)
        height = self._message.heightForWidth(width) if self._message.hasHeightForWidth() else 80
        self._message.setGeometry((area.width() - width) // 2, (area.height() - height) // 2, width, height)

    def _dress(self) -> None:
        """Colours of what is not picture."""
        self.setBackgroundBrush(theme().colour("canvas"))
        ink = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        ink.setAlpha(190)
        palette = self._message.palette()
        palette.setColor(QPalette.ColorRole.WindowText, ink)
        self._message.setPalette(palette)
        self._focus_frame.setStyleSheet(f"border: 2px solid {theme().colours.accent}; background: transparent;")

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
        area = self.viewport().rect().adjusted(12, 12, -12, -12)
        scale = min(max(area.width(), 1) / width, max(area.height(), 1) / height, 8.0)
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

    def bring_into_sight(self, rect: Rect) -> None:
        """Scroll until a box is in sight; the zoom stays."""
        if self._fitted:
            return
        self.ensureVisible(QRectF(rect.x1, rect.y1, rect.width, rect.height), 24, 24)

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
        changed = not math.isclose(scale, self.zoom, rel_tol=1e-9)
        self.setTransform(QTransform.fromScale(scale, scale))
        self._update_scene_rect()
        if changed:
            for item in self._items.values():
                item.set_scale(scale)
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

    # Finding boxes

    def box_at(self, position: QPointF) -> Hashable | None:
        """The smallest box under a view position, with 3 screen pixels of tolerance; None when there is none."""
        point, reach = self.to_picture(position), 3.0 / max(self.zoom, 1e-9)
        found, smallest = None, math.inf
        for key, item in self._items.items():
            rect = item.shown.rect
            inside = rect.x1 - reach <= point.x() <= rect.x2 + reach and rect.y1 - reach <= point.y() <= rect.y2 + reach
            if inside and rect.area < smallest:
                found, smallest = key, rect.area
        return found

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
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        if self._starts_pan(event):
            self._start_pan(self._pressed_at)
        event.accept()

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._pan(event.position().toPoint()):
            self._hover(self.box_at(event.position()))
        event.accept()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed_at, self._pressed_at = self._pressed_at, None
        here = event.position().toPoint()
        still = pressed_at is not None and (here - pressed_at).manhattanLength() < 4
        self._end_pan()
        if still and event.button() == Qt.MouseButton.LeftButton and not self._space_held:
            self.boxClicked.emit(self.box_at(event.position()))
        event.accept()

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

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
        self._place_message()
        self._focus_frame.setGeometry(self.viewport().rect())

    @guarded
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._focus_frame.setVisible(by_key)

    @guarded
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._focus_frame.hide()
        self._space_held = False

    # Panning and hovering

    def _starts_pan(self, event: QMouseEvent) -> bool:
        if event.button() == Qt.MouseButton.MiddleButton:
            return True
        return event.button() == Qt.MouseButton.LeftButton

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

    def _hover(self, key: Hashable | None) -> None:
        if key != self._hovered:
            self._hovered = key
            self._light(key)
            self.boxHovered.emit(key)
