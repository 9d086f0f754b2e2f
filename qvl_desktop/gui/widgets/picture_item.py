"""The picture under the boxes.

Owns drawing a decoded picture at any zoom, brighter or with more contrast when asked: the change is made on the pixels
that are shown, never on the picture or its file. Does not own decoding (`picture_loader`) or the boxes (`box_item`).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_loader import Raster


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture is shown: both values run from -100 to 100, 0 is the picture itself."""

    brightness: int = 0
    contrast: int = 0

    @property
    def plain(self) -> bool:
        """Nothing is changed."""
        return not self.brightness and not self.contrast

    def table(self) -> bytes:
        """What each of the 256 values of a channel becomes: contrast turns about the middle, brightness shifts."""
        slope = (1 + self.contrast / 100) if self.contrast <= 0 else 1 + self.contrast / 25
        shift = 127.5 + self.brightness * 1.275
        return bytes(min(max(round((value - 127.5) * slope + shift), 0), 255) for value in range(256))


class PictureItem(QGraphicsItem):
    """The picture: at every zoom the smallest sufficient copy is drawn, and of it only what is exposed."""

    def __init__(self) -> None:
        super().__init__()
        self._raster: Raster | None = None
        self._bounds = QRectF()
        self.light = Light()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.setZValue(-1e18)

    def set_raster(self, raster: Raster | None) -> None:
        self.prepareGeometryChange()
        self._raster = raster
        self._bounds = QRectF(0, 0, raster.width, raster.height) if raster else QRectF()
        self.update()

    @property
    def raster(self) -> Raster | None:
        """What is shown."""
        return self._raster

    def set_light(self, light: Light) -> None:
        """Show the picture in another light."""
        self.light = light
        self.update()

    @guarded(default=QRectF)
    def boundingRect(self) -> QRectF:
        return self._bounds

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._raster is None:
            return
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        index = 0
        while index + 1 < len(self._raster.levels) and scale * 2 ** (index + 1) <= 1.0:
            index += 1
        level = self._raster.levels[index]
        margin = 2.0 / max(scale, 1e-9)
        exposed = option.exposedRect.adjusted(-margin, -margin, margin, margin) & self._bounds
        kx, ky = level.width() / self._raster.width, level.height() / self._raster.height
        source = QRectF(exposed.x() * kx, exposed.y() * ky, exposed.width() * kx, exposed.height() * ky)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 2.5 and scale != 1.0)
        if self.light.plain:
            painter.drawImage(exposed, level, source)
        else:
            self._paint_lit(painter, exposed, level, source)

    def _paint_lit(self, painter: QPainter, exposed: QRectF, level: QImage, source: QRectF) -> None:
        """Draw what is exposed into an image of screen pixels, change that, and put it on the screen."""
        view = painter.worldTransform()
        ratio = painter.device().devicePixelRatioF()
        target = view.mapRect(exposed).toAlignedRect()
        part = QImage(round(target.width() * ratio), round(target.height() * ratio), QImage.Format.Format_RGB32)
        if part.isNull():
            return
        part.fill(0)
        inner = QPainter(part)
        inner.setRenderHints(painter.renderHints())
        shift = QTransform.fromTranslate(-target.x(), -target.y())
        inner.setTransform(view * shift * QTransform.fromScale(ratio, ratio))
        inner.drawImage(exposed, level, source)
        inner.end()
        pixels = memoryview(part.bits())
        pixels[:] = bytes(pixels).translate(self.light.table())
        painter.setWorldTransform(QTransform())
        painter.setClipRect(view.mapRect(exposed))
        painter.drawImage(target, part)
        painter.setClipping(False)
        painter.setWorldTransform(view)
