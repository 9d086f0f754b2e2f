"""How a picture looks in the gallery: thumbnail, boxes, status, split, name.

Owns `CellDelegate` and the boxes it draws (read a page at a time). Does not own thumbnails or the grid.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qvl_desktop.gui.gallery.grid_view import BELOW
from qvl_desktop.gui.icons import pixmap
from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index
from qvl_desktop.gui.widgets.status_mark import SIDE, paint_status
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.gui.words import split_text
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow

Outline = tuple[str, float, float, float, float]
_KEPT = 2048
_MOST_BOXES = 60
"""More boxes on one thumbnail are a grey carpet."""


class Outlines:
    """The boxes of the pictures in sight: asked for together, kept until they change."""

    def __init__(self) -> None:
        self._project: Project | None = None
        self._kept: OrderedDict[int, Sequence[Outline]] = OrderedDict()

    def start(self, project: Project | None) -> None:
        """Another project."""
        self._project = project
        self._kept.clear()

    def forget(self, ids: Iterable[int] | None) -> None:
        """These pictures (or any) have other boxes now."""
        if ids is None:
            self._kept.clear()
        for number in ids or ():
            self._kept.pop(number, None)

    def of(self, picture_id: int, together: Callable[[], Sequence[int]]) -> Sequence[Outline]:
        """The boxes of a picture; when they are not at hand, those of `together()` are read as well."""
        if picture_id not in self._kept and self._project is not None:
            wanted = [one for one in together() if one not in self._kept] or [picture_id]
            found = self._project.outlines(wanted)
            for one in wanted:
                self._kept[one] = found.get(one, ())
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept.get(picture_id, ())


class CellDelegate(QStyledItemDelegate):
    """Paints a cell. `ids_in_sight()` says which pictures' boxes to read together; `boxes` switches them on."""

    def __init__(
        self, thumbnails: Thumbnails, outlines: Outlines, ids_in_sight: Callable[[], Sequence[int]], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._outlines = outlines
        self._ids_in_sight = ids_in_sight
        self.boxes = True

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if row is None:
            return
        painter.save()
        area: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = QPainterPath()
        ground.addRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), 8, 8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected:
            painter.fillPath(ground, theme().colour("accent_soft"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillPath(ground, theme().colour("hover"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.strokePath(ground, QPen(theme().colour("accent"), 2))
        frame = area.adjusted(Space.M // 2, Space.M // 2, -Space.M // 2, -BELOW - Space.M // 2)
        self._paint_picture(painter, frame, row)
        self._paint_words(painter, frame, option, row)
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRect, row: PictureRow) -> None:
        made = self._thumbnails.get(row.file)
        shape = _inside(QSize(row.width, row.height), frame)
        if isinstance(made, QImage):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(_inside(made.size(), frame).toRect(), made)
            if self.boxes and row.region_count:
                self._paint_boxes(painter, shape, row)
        else:
            painter.fillRect(shape, theme().colour("canvas"))
        if isinstance(made, str):
            centre = shape.center().toPoint()
            painter.drawPixmap(centre.x() - 12, centre.y() - 12, pixmap("warning", 24, "warning"))
        if row.shown_status != "untouched":
            corner = QPointF(shape.right() - SIDE / 2 - 6, shape.top() + SIDE / 2 + 6)
            paint_status(painter, corner, row.shown_status, backed=True)
        if row.split:
            self._paint_split(painter, shape, split_text(row.split))

    def _paint_boxes(self, painter: QPainter, shape: QRectF, row: PictureRow) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ref, x1, y1, x2, y2 in self._outlines.of(row.id, self._ids_in_sight)[:_MOST_BOXES]:
            painter.setPen(QPen(ref_colour(ref), 1.5))
            left, top = shape.x() + x1 * shape.width(), shape.y() + y1 * shape.height()
            painter.drawRect(QRectF(left, top, (x2 - x1) * shape.width(), (y2 - y1) * shape.height()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_split(self, painter: QPainter, shape: QRectF, words: str) -> None:
        font = sized(painter.font(), TextSize.SMALL)
        width = QFontMetrics(font).horizontalAdvance(words) + 10
        if width > shape.width() - SIDE - 16:
            return
        badge = QRectF(shape.left() + 6, shape.top() + 5, width, 17)
        path = QPainterPath()
        path.addRoundedRect(badge, 4, 4)
        painter.fillPath(path, theme().colour("raised"))
        painter.setFont(font)
        painter.setPen(theme().colour("muted"))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_words(self, painter: QPainter, frame: QRect, option: QStyleOptionViewItem, row: PictureRow) -> None:
        font = sized(option.font, TextSize.SMALL)
        metrics = QFontMetrics(font)
        line = QRect(frame.left(), frame.bottom() + 4, frame.width(), BELOW - 4)
        count = f"{row.region_count:,}" if row.region_count else ""
        room = metrics.horizontalAdvance(count) + (Space.S if count else 0)
        painter.setFont(font)
        painter.setPen(theme().colour("text"))
        name = PurePosixPath(row.path).name
        name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, line.width() - room)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
        if count:
            painter.setPen(theme().colour("muted"))
            painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), count)


def _inside(size: QSize, frame: QRect) -> QRectF:
    """Where a picture of `size` goes so that it is whole inside `frame`, in the middle, at the bottom."""
    scale = min(frame.width() / max(size.width(), 1), frame.height() / max(size.height(), 1))
    width, height = size.width() * scale, size.height() * scale
    return QRectF(frame.x() + (frame.width() - width) / 2, frame.y() + (frame.height() - height) / 2, width, height)
