"""Shows one picture with boxes on it: hover, click.

Owns the view that every page with a picture uses, and its calm message where there is no picture to show. Does not own
zoom (`zoom_view`), editing (`annotate.canvas` extends this view), decoding (`picture_loader`) or the look of a box
(`box_item`).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import touches
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.box_item import BoxItem, ShownBox
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_item import Light, PictureItem
from qvl_desktop.gui.widgets.picture_loader import PictureLoader, Raster
from qvl_desktop.gui.widgets.speaking import Speaker, announce
from qvl_desktop.gui.widgets.zoom_view import ZoomView
from qvl_desktop.jobs.waiting import waiter

__all__ = ["PictureView", "ShownBox"]

_TELL_MS = 100
"""How long boxes and selection stay as they are before they are described."""


class PictureView(ZoomView):
    """One picture and boxes on it, in the pixels of the upright picture.

    Dragging with the left button pans, besides what `ZoomView` offers.

    Signals: `boxHovered(key or None)`, `boxClicked(key or None)`, `pictureShown(path)` when the pixels are on the
    screen, `pictureFailed(path, reason)`; `zoomChanged(float)` with screen pixels per picture pixel.
    """

    boxHovered = Signal(object)
    boxClicked = Signal(object)
    pictureShown = Signal(object)
    pictureFailed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None, *, loader: PictureLoader | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._waiting = False
        self._pressed_at: QPoint | None = None
        self._hovered: Hashable | None = None
        self._lit: Hashable | None = None
        self._items: dict[Hashable, BoxItem] = {}
        self._empty_text = ""

        self._picture_item = PictureItem()
        self.scene().addItem(self._picture_item)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Picture"))

        self._message = QLabel(self.viewport())
        self._message.setObjectName("pictureMessage")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setWordWrap(True)
        self._message.setTextFormat(Qt.TextFormat.PlainText)
        self._message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._message.hide()
        self.setProperty("ownRing", True)
        self._focus_frame = QFrame(self.viewport())
        self._focus_frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._focus_frame.hide()
        self._telling = waiter(self, _TELL_MS, self._tell)
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
        for key, shown in wanted.items():
            item = self._items.get(key)
            if item is None or item.shown is not shown:
                self._put_item(shown)
        if self._hovered not in self._items:
            self._hovered = None
        self._light(self._lit if self._lit in self._items else None)
        self._telling.start()

    @property
    def marked_boxes(self) -> list[ShownBox]:
        """What a screen reader calls selected: the box that is lit."""
        item = self._items.get(self._lit) if self._lit is not None else None
        return [] if item is None else [item.shown]

    def _tell(self) -> None:
        """Describe the boxes to a screen reader; where the focus is, have it say so."""
        words = Speaker().boxes(len(self._items), self.marked_boxes) if self._size is not None else self.message
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            if self.hasFocus():
                announce(self, words)

    @property
    def boxes(self) -> list[ShownBox]:
        return [item.shown for item in self._items.values()]

    @property
    def raster(self) -> Raster | None:
        """The decoded picture on the screen."""
        return self._picture_item.raster

    @property
    def light(self) -> Light:
        """How bright and with what contrast the picture is shown."""
        return self._picture_item.light

    def set_light(self, light: Light) -> None:
        """Show this and the next pictures brighter, or with more contrast; only the view changes."""
        self._picture_item.set_light(light)

    def highlight(self, key: Hashable | None) -> None:
        """Light one box up, or none. No signal follows."""
        self._light(key)

    def _put_item(self, shown: ShownBox) -> BoxItem:
        item = self._items.get(shown.key)
        if item is None:
            item = self._items[shown.key] = BoxItem(shown, self.font(), self.zoom)
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
        self._telling.start()

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
        self._telling.start()

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

    def bring_into_sight(self, rect: Rect) -> None:
        """Scroll until a box is in sight; the zoom stays."""
        if self._fitted:
            return
        self.ensureVisible(QRectF(rect.x1, rect.y1, rect.width, rect.height), 24, 24)

    def _set_scale(self, scale: float) -> None:
        if not math.isclose(scale, self.zoom, rel_tol=1e-9):
            for item in self._items.values():
                item.set_scale(scale)
        super()._set_scale(scale)

    # Finding boxes

    def box_at(self, position: QPointF) -> Hashable | None:
        """The smallest region under a view position, with 3 screen pixels of tolerance; None when there is none."""
        point, reach = self.to_picture(position), 3.0 / max(self.zoom, 1e-9)
        x, y = point.x(), point.y()
        found, smallest = None, math.inf
        for key, item in self._items.items():
            rect = item.shown.rect
            inside = rect.x1 - reach <= x <= rect.x2 + reach and rect.y1 - reach <= y <= rect.y2 + reach
            if inside and rect.area < smallest and touches(item.shown.outline, x, y, reach):
                found, smallest = key, rect.area
        return found

    # Events

    @guarded(default=False)
    def viewportEvent(self, event: QEvent) -> bool:
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
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
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

    def _starts_pan(self, event: QMouseEvent) -> bool:
        return super()._starts_pan(event) or event.button() == Qt.MouseButton.LeftButton

    def _hover(self, key: Hashable | None) -> None:
        if key != self._hovered:
            self._hovered = key
            self._light(key)
            self.boxHovered.emit(key)
