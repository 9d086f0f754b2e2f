"""The regions of the picture, at the right: their list, and the token and numbers of the selected one.

Owns these widgets. Does not own the regions: it shows what it is given and says what the user asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPalette, QPolygonF
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.number_fields import NumberFields
from qvl_desktop.gui.icons import pixmap, set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate, RowsModel, pick_list
from qvl_desktop.storage.rows import RegionRow

_MARK = 11


class RegionModel(RowsModel):
    """The regions of one picture, in the order they were drawn."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[RegionRow] = ()
        self._places: dict[int, int] = {}

    def show(self, rows: Sequence[RegionRow]) -> bool:
        """Show these regions; True when they are others, False when at most what stands on their rows has changed."""
        if len(rows) == len(self.rows) and all(new.id == old.id for new, old in zip(rows, self.rows, strict=True)):
            changed = [place for place, row in enumerate(rows) if row is not self.rows[place]]
            self.rows = rows
            if changed:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return False
        self.beginResetModel()
        self.rows = rows
        self._places = {row.id: place for place, row in enumerate(rows)}
        self.endResetModel()
        return True

    def place(self, region_id: int | None) -> int | None:
        return self._places.get(region_id) if region_id is not None else None

    def words(self, row: RegionRow, role: int) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole:
            return row.ref or self.tr("no ref")
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            words = row.ref or self.tr("no ref")
            return self.tr("{ref}, locked").format(ref=words) if row.locked else words
        return None


class RegionDelegate(RowDelegate):
    """A mark of the shape in the ref's colour, the ref, and the size in pixels."""

    WIDTH = 160
    HEIGHT = 32
    BAR = False

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: RegionRow) -> None:
        area: QRect = option.rect
        palette: QPalette = option.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ref_colour(row.ref, theme().dark))
        _paint_mark(painter, QPointF(area.left() + Space.M, area.center().y() - 5), row.kind)
        metrics = QFontMetrics(option.font)
        if row.kind == "point":
            size = f"{row.rect.x1:.0f}, {row.rect.y1:.0f}"
        else:
            size = f"{row.rect.width:.0f} × {row.rect.height:.0f}"
        tail = metrics.horizontalAdvance(size)
        if row.locked:
            tail += 16 + Space.XS
            painter.drawPixmap(area.right() - Space.M - tail, area.center().y() - 7, pixmap("lock", 16, "muted"))
        words = area.adjusted(Space.M + _MARK + Space.S, 0, -Space.M - tail - Space.S, 0)
        painter.setPen(palette.color(QPalette.ColorRole.Text) if row.ref else theme().colour("warning"))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, middle, name)
        painter.setPen(theme().colour("muted"))
        painter.drawText(area.adjusted(0, 0, -Space.M, 0), middle | int(Qt.AlignmentFlag.AlignRight), size)


def _paint_mark(painter: QPainter, at: QPointF, kind: str) -> None:
    """A square for a box, a lozenge for a quad, a disc for a point."""
    x, y, side = at.x(), at.y(), float(_MARK)
    if kind == "point":
        painter.drawEllipse(QPointF(x + side / 2, y + side / 2), side / 2 - 1, side / 2 - 1)
    elif kind == "quad":
        corners = ((x + 2, y), (x + side, y + 2), (x + side - 2, y + side), (x, y + side - 2))
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    else:
        painter.drawRoundedRect(round(x), round(y), _MARK, _MARK, 3, 3)


class RegionPanel(QWidget):
    """Signals:
    selectionChanged(region ids): the user chose regions in the list.
    editRequested(region id): the user wants to type its ref.
    hovered(region id or None): the mouse is over a row.
    boundsEdited(Rect): other numbers were typed for the selected region.
    left(): the user is done with the numbers.
    """

    selectionChanged = Signal(object)
    editRequested = Signal(object)
    hovered = Signal(object)
    boundsEdited = Signal(object)
    left = Signal()

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self.setMinimumWidth(272)
        self._token = ""
        self._marking = False
        self._marked: tuple[int, ...] = ()
        self.model = RegionModel(self)
        self.title = ElidedLabel(self, Qt.TextElideMode.ElideRight)
        self.title.setText(self.tr("Regions"))
        set_role(self.title, "heading")
        self.view = self._make_view()
        self.token = ElidedLabel(self)
        self.token.setObjectName("token")
        set_role(self.token, "mono")
        self.token.setTextFormat(Qt.TextFormat.PlainText)
        self.token.setAccessibleName(self.tr("Token of the selected region"))
        self.pixels = QLabel(self)
        set_role(self.pixels, "caption")
        self.numbers = NumberFields(self)
        self.numbers.edited.connect(self.boundsEdited)
        self.numbers.left.connect(self.left)
        for widget in (self.numbers, self.pixels):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # nothing jumps when something is selected
            widget.setSizePolicy(policy)
        self.copy_token = QToolButton(self)
        set_icon(self.copy_token, "copy")
        self.copy_token.setToolTip(self.tr("Copy the token"))
        self.copy_token.setAccessibleName(self.tr("Copy the token"))
        self.copy_token.clicked.connect(self._copy_token)
        self._lay_out(actions)
        self.show_shape("", None, 0)
        theme().changed.connect(self.view.viewport().update)

    # What it shows

    def show_regions(self, rows: Sequence[RegionRow], selected: Iterable[int]) -> None:
        """Show the regions of a picture."""
        self._marking = True
        others = self.model.show(rows)
        self._marking = False
        if not others and tuple(selected) == self._marked:
            return
        self.title.setText(self.tr("Regions ({count})").format(count=len(rows)) if rows else self.tr("Regions"))
        self.show_selected(selected)

    def show_selected(self, region_ids: Iterable[int]) -> None:
        """Mark regions in the list, without a signal; the last one is scrolled to."""
        self._marked = tuple(region_ids)
        places = [place for place in map(self.model.place, self._marked) if place is not None]
        marked = QItemSelection()
        for first, last in _runs(sorted(places)):
            marked.select(self.model.index(first), self.model.index(last))
        self._marking = True
        selection = self.view.selectionModel()
        selection.select(marked, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if places:
            index = self.model.index(places[-1])
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.view.scrollTo(index)
        else:
            selection.clearCurrentIndex()
        self._marking = False

    def show_shape(self, token: str, shape: Shape | None, count: int) -> None:
        """Show the token and place of the selected region, or of the one being drawn; `count` are selected."""
        self._token = token
        nothing = self.tr("{count} regions selected").format(count=count) if count > 1 else self.tr("Nothing selected")
        self.token.setText(token or nothing)
        self.token.setEnabled(bool(token))
        self.copy_token.setEnabled(bool(token))
        bounds = shape.bounds if shape else None
        sized = bounds is not None and shape is not None and shape.kind != "point"
        self.pixels.setText(f"{bounds.width:.0f} × {bounds.height:.0f} px" if bounds and sized else "")
        self.pixels.setVisible(bounds is not None)
        self.numbers.show_shape(shape)

    def set_numbers_editable(self, editable: bool) -> None:
        """Whether the place of the selected region can be typed."""
        self.numbers.set_editable(editable)

    # What the user asks for

    def _copy_token(self) -> None:
        QApplication.clipboard().setText(self._token)

    def _on_selection(self) -> None:
        if not self._marking:
            rows = [index.data(ROW_ROLE) for index in self.view.selectionModel().selectedRows()]
            current = self.view.currentIndex().data(ROW_ROLE)
            ids = [row.id for row in rows]
            if current is not None and current.id in ids:
                ids.append(ids.pop(ids.index(current.id)))
            self._marked = tuple(ids)
            self.selectionChanged.emit(ids)

    def _on_double_click(self, index: QModelIndex) -> None:
        if (row := index.data(ROW_ROLE)) is not None:
            self.editRequested.emit(row.id)

    def _on_entered(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        self.hovered.emit(row.id if row else None)

    def _on_viewport_entered(self) -> None:
        self.hovered.emit(None)

    # Parts

    def _make_view(self) -> QListView:
        view = pick_list(self.model, RegionDelegate(self), self)
        view.setAccessibleName(self.tr("Regions of this picture"))
        view.selectionModel().selectionChanged.connect(self._on_selection)
        view.doubleClicked.connect(self._on_double_click)
        view.entered.connect(self._on_entered)
        view.viewportEntered.connect(self._on_viewport_entered)
        return view

    def _lay_out(self, actions: dict[str, QAction]) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        head.setSpacing(Space.XS)
        head.addWidget(self.title, 1)
        for name in ("edit_ref", "lock", "delete", "hide"):
            button = QToolButton(self)
            button.setObjectName(f"{name}Button")
            button.setDefaultAction(actions[name])
            button.setAccessibleName(actions[name].text())
            head.addWidget(button)
        token_row = QHBoxLayout()
        token_row.setSpacing(Space.XS)
        token_row.addWidget(self.token, 1)
        token_row.addWidget(self.copy_token)
        foot = QVBoxLayout()
        foot.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        foot.setSpacing(Space.XS)
        foot.addLayout(token_row)
        foot.addWidget(self.numbers)
        foot.addWidget(self.pixels)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(_line(self))
        layout.addLayout(foot)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted places as runs (first, last)."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("line", True)
    line.setFixedHeight(1)
    return line
