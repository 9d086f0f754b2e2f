"""The regions of the picture, at the right: list, the selected one's token, the recent refs.

Owns these widgets. Does not own the regions: it shows what it is given and says what the user asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QSizePolicy,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.box import Rect
from qvl_desktop.gui.annotate.ref_editor import ref_icon
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate, mark_row
from qvl_desktop.storage.rows import RegionRow

RECENT = 9
"""How many refs the digits 1 to 9 reach."""


class RegionModel(QAbstractListModel):
    """The regions of one picture, in the order they were drawn."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[RegionRow] = ()

    def show(self, rows: Sequence[RegionRow]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def place(self, region_id: int | None) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.id == region_id), None)

    @guarded(default=0)
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    @guarded
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return row.ref or self.tr("no ref")
        return None


class RegionDelegate(RowDelegate):
    """A mark in the ref's colour, the ref, and the size in pixels."""

    WIDTH = 160
    HEIGHT = 34
    BAR = False

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: RegionRow) -> None:
        area: QRect = option.rect
        palette: QPalette = option.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ref_colour(row.ref, theme().dark))
        painter.drawRoundedRect(area.left() + Space.M, area.center().y() - 5, 11, 11, 3, 3)
        metrics = QFontMetrics(option.font)
        size = f"{row.rect.width:.0f} × {row.rect.height:.0f}"
        tail = metrics.horizontalAdvance(size)
        words = area.adjusted(Space.M + 11 + Space.S, 0, -Space.M - tail - Space.S, 0)
        painter.setPen(palette.color(QPalette.ColorRole.Text) if row.ref else theme().colour("warning"))
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, middle, name)
        painter.setPen(theme().colour("muted"))
        painter.drawText(area.adjusted(0, 0, -Space.M, 0), middle | int(Qt.AlignmentFlag.AlignRight), size)


class RegionPanel(QWidget):
    """Signals:
    selected(region id or None): the user chose a region in the list.
    editRequested(region id): the user wants to type its ref.
    hovered(region id or None): the mouse is over a row.
    refChosen(ref): a recent ref was clicked.
    """

    selected = Signal(object)
    editRequested = Signal(object)
    hovered = Signal(object)
    refChosen = Signal(str)

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self.setMinimumWidth(296)
        self._token = ""
        self.model = RegionModel(self)
        self.title = QLabel(self.tr("Regions"), self)
        set_role(self.title, "heading")
        self.view = self._make_view()
        self.token = QLabel(self)
        self.token.setObjectName("token")
        set_role(self.token, "mono")
        self.token.setTextFormat(Qt.TextFormat.PlainText)
        self.token.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.token.setAccessibleName(self.tr("Token of the selected region"))
        self.token.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.pixels = QLabel(self)
        set_role(self.pixels, "caption")
        self.copy_token = QToolButton(self)
        set_icon(self.copy_token, "copy")
        self.copy_token.setToolTip(self.tr("Copy the token"))
        self.copy_token.setAccessibleName(self.tr("Copy the token"))
        self.copy_token.clicked.connect(self._copy_token)
        self.legend = QWidget(self)
        self._legend_grid = QGridLayout(self.legend)
        self._legend_title = QLabel(self.tr("Recent refs"), self)
        set_role(self._legend_title, "caption")
        self._recent: Sequence[str] = ()
        self._lay_out(actions)
        self.show_token("", None)
        self.show_recent(())
        theme().changed.connect(self._on_theme)

    # What it shows

    def show_regions(self, rows: Sequence[RegionRow], selected: int | None) -> None:
        """Show the regions of a picture."""
        self.model.show(rows)
        self.title.setText(self.tr("Regions ({count})").format(count=len(rows)) if rows else self.tr("Regions"))
        self.show_selected(selected)

    def show_selected(self, region_id: int | None) -> None:
        """Mark a region in the list, without a signal."""
        mark_row(self.view, self.model.place(region_id))

    def show_token(self, token: str, rect: Rect | None) -> None:
        """Show the token of the selected region, or of the box being drawn; "" when there is none."""
        self._token = token
        self.token.setText(token or self.tr("Nothing selected"))
        self.token.setEnabled(bool(token))
        self.token.setToolTip(token)
        self.copy_token.setEnabled(bool(token))
        text = ""
        if rect is not None:
            text = f"x {rect.x1:.0f}   y {rect.y1:.0f}   {rect.width:.0f} × {rect.height:.0f} px"
        self.pixels.setText(text)

    def show_recent(self, refs: Sequence[str]) -> None:
        """Show the refs that the digits give."""
        if list(refs) == list(self._recent) and self._recent:
            return
        self._recent = tuple(refs)
        while (item := self._legend_grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, ref in enumerate(self._recent[:RECENT], start=1):
            if ref:
                self._legend_grid.addWidget(self._legend_button(number, ref), number - 1, 0)
        self._legend_title.setVisible(any(refs))
        self.legend.setVisible(any(refs))

    def _on_theme(self) -> None:
        recent, self._recent = self._recent, ()
        self.show_recent(recent)
        self.view.viewport().update()

    # What the user asks for

    def _copy_token(self) -> None:
        QApplication.clipboard().setText(self._token)

    def _on_current(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        self.selected.emit(row.id if row else None)

    def _on_double_click(self, index: QModelIndex) -> None:
        if (row := index.data(ROW_ROLE)) is not None:
            self.editRequested.emit(row.id)

    def _on_entered(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        self.hovered.emit(row.id if row else None)

    def _on_viewport_entered(self) -> None:
        self.hovered.emit(None)

    def _on_legend(self) -> None:
        self.refChosen.emit(str(self.sender().property("ref")))

    # Parts

    def _make_view(self) -> QListView:
        view = QListView(self)
        view.setModel(self.model)
        view.setItemDelegate(RegionDelegate(view))
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setAccessibleName(self.tr("Regions of this picture"))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.selectionModel().currentChanged.connect(self._on_current)
        view.doubleClicked.connect(self._on_double_click)
        view.entered.connect(self._on_entered)
        view.viewportEntered.connect(self._on_viewport_entered)
        return view

    def _legend_button(self, number: int, ref: str) -> QToolButton:
        button = QToolButton(self.legend)
        button.setProperty("ref", ref)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(ref_icon(ref))
        metrics = QFontMetrics(button.font())
        button.setText(f"{number}   {metrics.elidedText(ref, Qt.TextElideMode.ElideRight, 180)}")
        button.setToolTip(self.tr("Give “{ref}” to the selected region  ({number})").format(ref=ref, number=number))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._on_legend)
        return button

    def _lay_out(self, actions: dict[str, QAction]) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        head.addWidget(self.title, 1)
        for name in ("edit_ref", "delete", "hide"):
            button = QToolButton(self)
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
        foot.addWidget(self.pixels)
        legend = QVBoxLayout()
        legend.setContentsMargins(0, Space.S, Space.S, Space.S)
        legend.setSpacing(Space.XS)
        self._legend_title.setContentsMargins(Space.M, 0, 0, 0)
        self._legend_grid.setContentsMargins(Space.XS, 0, 0, 0)
        self._legend_grid.setVerticalSpacing(0)
        self._legend_grid.setAlignment(Qt.AlignmentFlag.AlignLeft)
        legend.addWidget(self._legend_title)
        legend.addWidget(self.legend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(_line(self))
        layout.addLayout(foot)
        layout.addWidget(_line(self))
        layout.addLayout(legend)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("line", True)
    line.setFixedHeight(1)
    return line
