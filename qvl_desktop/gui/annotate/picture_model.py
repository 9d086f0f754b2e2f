"""The pictures of a project as a Qt model and how a row of them looks.

Owns `PictureModel` (ids of all rows, the rest fetched a page at a time as rows are shown) and `PictureDelegate`. Does
not own filtering or which picture is shown (`picture_list`), nor thumbnails (`widgets.thumbnails`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qvl_desktop.gui.icons import pixmap
from qvl_desktop.gui.theme import Space, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import PictureRow

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 64
THUMBNAIL = QSize(64, 48)

_PAGE = 64
_KEPT = 4096


class PictureModel(QAbstractTableModel):
    """One column, one row a picture; `ROW_ROLE` gives the `PictureRow`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._ids: list[int] = []
        self._places: dict[int, int] | None = None
        self._rows: OrderedDict[int, PictureRow] = OrderedDict()

    def show(self, project: Project | None, ids: list[int]) -> None:
        """Show these pictures of this project."""
        self.beginResetModel()
        self._project, self._ids, self._places = project, ids, None
        self._rows.clear()
        self.endResetModel()

    @property
    def ids(self) -> Sequence[int]:
        return self._ids

    def place(self, picture_id: int) -> int | None:
        """In which row a picture stands; None when it is not in the list."""
        if self._places is None:
            self._places = {one: place for place, one in enumerate(self._ids)}
        return self._places.get(picture_id)

    def row(self, place: int) -> PictureRow | None:
        """The picture of a row; None if it has left the project meanwhile."""
        if self._project is None or not 0 <= place < len(self._ids):
            return None
        wanted = self._ids[place]
        if wanted not in self._rows:
            first = place - place % _PAGE
            self._rows.update((row.id, row) for row in self._project.pictures(self._ids[first : first + _PAGE]))
            while len(self._rows) > _KEPT:
                self._rows.popitem(last=False)
        return self._rows.get(wanted)

    def look_again(self, picture_ids: Iterable[int]) -> None:
        """These pictures have changed: read them anew when they are shown."""
        for picture_id in picture_ids:
            self._rows.pop(picture_id, None)
            if (place := self.place(picture_id)) is not None:
                index = self.index(place, 0)
                self.dataChanged.emit(index, index)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._ids)

    @guarded(default=0)
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

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
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.path}\n{self.summary(row)}"
        return f"{PurePosixPath(row.path).name}, {self.summary(row)}"

    def summary(self, row: PictureRow) -> str:
        """What a picture holds, in a few words."""
        regions = self.tr("%n region(s)", "", row.region_count) if row.region_count else self.tr("no regions")
        return " · ".join(part for part in (regions, row.split) if part)


class PictureDelegate(QStyledItemDelegate):
    """A thumbnail, the file's name, and how many regions there are."""

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    @guarded(default=lambda: QSize(200, ROW_HEIGHT))
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    @guarded
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        model = index.model()
        if row is None or not isinstance(model, PictureModel):
            return
        painter.save()
        area: QRect = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme().colour("accent_soft"))
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), theme().colour("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme().colour("hover"))
        top = area.top() + (area.height() - THUMBNAIL.height()) // 2
        frame = QRect(area.left() + Space.M, top, THUMBNAIL.width(), THUMBNAIL.height())
        broken = self._paint_thumbnail(painter, frame, row)
        words = area.adjusted(Space.M + THUMBNAIL.width() + Space.S, 0, -Space.S, 0)
        self._paint_words(painter, words, option, row, self.tr("cannot be shown") if broken else model.summary(row))
        painter.restore()

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
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(theme().colour("muted"))
        summary = QFontMetrics(font).elidedText(summary, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area.adjusted(0, half + 2, 0, 0), int(Qt.AlignmentFlag.AlignTop), summary)


def _covering(size: QSize, frame: QRect) -> QRectF:
    """Where a picture of `size` goes so that it is whole inside `frame`, in the middle."""
    scale = min(frame.width() / max(size.width(), 1), frame.height() / max(size.height(), 1))
    width, height = size.width() * scale, size.height() * scale
    return QRectF(frame.x() + (frame.width() - width) / 2, frame.y() + (frame.height() - height) / 2, width, height)
