"""The pictures of a project as a Qt model and how a row of them looks.

Owns `PictureModel` and `PictureDelegate`. Does not own reading a page of rows at a time (`widgets.paged_rows`),
filtering or which picture is shown (`picture_list`), nor thumbnails (`widgets.thumbnails`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from qvl_desktop.gui.icons import pixmap
from qvl_desktop.gui.theme import Space, TextSize, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.paged_rows import PagedRows
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate
from qvl_desktop.gui.widgets.status_mark import SIDE, paint_status
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.gui.words import split_text, status_text
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow

THUMBNAIL = QSize(64, 48)


class PictureModel(PagedRows[PictureRow]):
    """One column, one row a picture; `ROW_ROLE` gives the `PictureRow`."""

    def read(self, project: Project, ids: Sequence[int]) -> Sequence[PictureRow]:
        return project.pictures(ids)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (
            Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole, ROW_ROLE
        ):  # fmt: skip
            return None
        row = self.row(index.row())
        if row is None or role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return PurePosixPath(row.path).name
        status = status_text(row.shown_status)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.path}\n{row.width} × {row.height}\n{self.summary(row)} · {status}"
        return f"{PurePosixPath(row.path).name}, {self.summary(row)}, {status}"

    def summary(self, row: PictureRow) -> str:
        """What a picture holds, in a few words."""
        regions = self.tr("%n region(s)", "", row.region_count) if row.region_count else self.tr("no regions")
        return f"{regions} · {split_text(row.split)}" if row.split else regions


class PictureDelegate(RowDelegate):
    """A thumbnail, the file's name, and how many regions there are."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: PictureRow) -> None:
        model = index.model()
        if not isinstance(model, PictureModel):
            return
        area: QRect = option.rect
        top = area.top() + (area.height() - THUMBNAIL.height()) // 2
        frame = QRect(area.left() + Space.M, top, THUMBNAIL.width(), THUMBNAIL.height())
        broken = self._paint_thumbnail(painter, frame, row)
        words = area.adjusted(Space.M + THUMBNAIL.width() + Space.S, 0, -Space.S, 0)
        self._paint_words(painter, words, option, row, self.tr("cannot be shown") if broken else model.summary(row))

    def _paint_thumbnail(self, painter: QPainter, frame: QRect, row: PictureRow) -> bool:
        """True when there is no thumbnail and never will be."""
        made = self._thumbnails.get(row.file)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(frame), 4, 4)
        painter.fillPath(shape, theme().colour("canvas"))
        if isinstance(made, QImage):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(shape)
            painter.drawImage(_covering(made.size(), frame), made)
            painter.setClipping(False)
        elif made is not None:
            mark = pixmap("warning", 20, "warning")
            painter.drawPixmap(frame.center().x() - 10, frame.center().y() - 10, mark)
        return isinstance(made, str)

    def _paint_words(
        self, painter: QPainter, area: QRect, option: QStyleOptionViewItem, row: PictureRow, summary: str
    ) -> None:
        font = QFont(option.font)
        palette: QPalette = option.palette
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        name = metrics.elidedText(PurePosixPath(row.path).name, Qt.TextElideMode.ElideMiddle, area.width())
        half = area.height() // 2
        painter.drawText(area.adjusted(0, 6, 0, -half), int(Qt.AlignmentFlag.AlignBottom), name)
        font = sized(font, TextSize.SMALL)
        painter.setFont(font)
        room = area.width() - (SIDE + Space.S if row.shown_status != "untouched" else 0)
        metrics = QFontMetrics(font)
        line = half + 2 + metrics.height() / 2
        paint_status(painter, QPointF(area.right() - SIDE / 2 - 2, area.top() + line), row.shown_status)
        summary = metrics.elidedText(summary, Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme().colour("muted"))
        painter.drawText(area.adjusted(0, half + 2, 0, 0), int(Qt.AlignmentFlag.AlignTop), summary)


def _covering(size: QSize, frame: QRect) -> QRectF:
    """Where a picture of `size` goes so that it is whole inside `frame`, in the middle."""
    scale = min(frame.width() / max(size.width(), 1), frame.height() / max(size.height(), 1))
    width, height = size.width() * scale, size.height() * scale
    return QRectF(frame.x() + (frame.width() - width) / 2, frame.y() + (frame.height() - height) / 2, width, height)
