"""A small overview of a large picture, in the corner of the canvas: where one is, and dragging there.

Owns this widget. Does not own zoom or panning: it moves the view it lies on.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from qvl_desktop.gui.colours import SHADE
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import PictureView

LARGEST = 168
"""The longer side of the overview on the screen."""

_MARGIN = 12
_SHADE = QColor(SHADE)


class Navigator(QWidget):
    """Shown while the picture is not wholly in the view, unless it is switched off."""

    def __init__(self, view: PictureView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._on = True
        self._picture: QPixmap | None = None
        self._seen = QRectF()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setAccessibleName(self.tr("Overview of the picture"))
        view.viewport().installEventFilter(self)
        view.zoomChanged.connect(self.follow)
        view.pictureShown.connect(self._forget)
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.follow)
            bar.rangeChanged.connect(self.follow)
        self.hide()

    def set_on(self, on: bool) -> None:
        """Show it when there is a reason to, or never."""
        self._on = on
        self.follow()

    def follow(self) -> None:
        """Look at where the view is now."""
        size = self._view.picture_size
        raster = self._view.raster
        if not self._on or size is None or raster is None:
            self.hide()
            return
        whole = QRectF(0, 0, *size)
        inverted, _ = self._view.viewportTransform().inverted()
        seen = inverted.mapRect(QRectF(self._view.viewport().rect()))
        area = self._view.viewport().rect()
        if seen.contains(whole.adjusted(1, 1, -1, -1)) or min(area.width(), area.height()) < 2 * LARGEST:
            self.hide()
            return
        scale = LARGEST / max(size)
        small = QSize(max(round(size[0] * scale), 24), max(round(size[1] * scale), 24))
        self.setGeometry(
            QRect(
                QPoint(area.right() - small.width() - _MARGIN, area.bottom() - small.height() - _MARGIN),
                small + QSize(2, 2),
            )
        )
        kx, ky = small.width() / size[0], small.height() / size[1]
        part = seen & whole
        self._seen = QRectF(1 + part.x() * kx, 1 + part.y() * ky, part.width() * kx, part.height() * ky)
        self.show()
        self.update()

    def _forget(self) -> None:
        self._picture = None
        self.follow()

    def _small_picture(self) -> QPixmap:
        raster = self._view.raster
        inner = self.size() - QSize(2, 2)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != inner * ratio:
            assert raster is not None
            smooth = Qt.TransformationMode.SmoothTransformation
            image = raster.levels[-1].scaled(inner * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._picture = QPixmap.fromImage(image)
            self._picture.setDevicePixelRatio(ratio)
        return self._picture

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._view.raster is None:
            return
        painter = QPainter(self)
        painter.drawPixmap(1, 1, self._small_picture())
        inner = QRectF(self.rect().adjusted(1, 1, -1, -1))
        painter.setClipRect(inner)
        painter.setPen(Qt.PenStyle.NoPen)
        for shade in (
            QRectF(inner.left(), inner.top(), inner.width(), self._seen.top() - inner.top()),
            QRectF(inner.left(), self._seen.bottom(), inner.width(), inner.bottom() - self._seen.bottom()),
            QRectF(inner.left(), self._seen.top(), self._seen.left() - inner.left(), self._seen.height()),
            QRectF(self._seen.right(), self._seen.top(), inner.right() - self._seen.right(), self._seen.height()),
        ):
            painter.fillRect(shade, _SHADE)
        painter.setClipping(False)
        painter.setPen(QPen(theme().colour("accent"), 2))
        painter.drawRect(self._seen.adjusted(1, 1, -1, -1))
        painter.setPen(QPen(theme().colour("line"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go_to(event.position())

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.follow()
        return False

    def _go_to(self, at: QPointF) -> None:
        size = self._view.picture_size
        if size is not None:
            inner = self.size() - QSize(2, 2)
            point = QPointF((at.x() - 1) / inner.width() * size[0], (at.y() - 1) / inner.height() * size[1])
            self._view.look_at(point)
