"""The list of recent projects on the start page: each with its folder and when it was opened last.

Owns the rows, which of them are not there any more, and what can be done with one. Does not own the list itself
(`storage.recent`) nor opening (`main_window`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.icons import pixmap, set_icon
from qvl_desktop.gui.theme import Space, TextSize, set_kind, set_role, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate, RowsModel
from qvl_desktop.gui.words import date_text, path_text
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage import recent
from qvl_desktop.storage.project import SUFFIX
from qvl_desktop.storage.recent import Recent

SIGN = 24
"""Pixels at the lower right of a row under the mouse: a click there removes it from the list."""


class RecentModel(RowsModel):
    """The recent projects; those of `gone` are not there any more."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[Recent] = []
        self.gone: frozenset[Path] = frozenset()

    def show(self, rows: Sequence[Recent]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def show_gone(self, paths: Iterable[Path]) -> None:
        self.gone = frozenset(paths)
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def told(self, row: Recent) -> str:
        """What stands at the right of a row: when it was opened, or that it is not there."""
        if row.path in self.gone:
            return self.tr("Not there any more")
        if not row.opened:
            return ""
        moment = datetime.fromtimestamp(row.opened)
        days = (date.fromtimestamp(time.time()) - moment.date()).days
        if days == 0:
            return self.tr("Today, {time}").format(time=f"{moment:%H:%M}")
        return self.tr("Yesterday, {time}").format(time=f"{moment:%H:%M}") if days == 1 else date_text(row.opened)

    def words(self, row: Recent, role: int) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole:
            return row.path.stem
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(row.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.path.stem, path_text(row.path.parent), self.told(row)) if part)
        return None


class _Rows(RowDelegate):
    """Name and folder on two lines, at the right when it was opened; under the mouse a sign that removes it."""

    @guarded(default=QSize)
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        small = QFontMetrics(sized(option.font, TextSize.SMALL))
        return QSize(200, QFontMetrics(option.font).height() + small.height() + Space.M + Space.XS)

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Recent) -> None:
        model = index.model()
        assert isinstance(model, RecentModel)
        gone, told = row.path in model.gone, model.told(row)
        area: QRect = option.rect.adjusted(Space.M, Space.S - 2, -Space.M, -Space.S + 2)
        small = sized(option.font, TextSize.SMALL)
        metrics = QFontMetrics(small)
        right = metrics.horizontalAdvance(told)
        painter.setFont(small)
        painter.setPen(theme().colour("warning" if gone else "muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, told)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        room = area.width() - (SIGN if hovered else 0)
        folder = metrics.elidedText(path_text(row.path.parent), Qt.TextElideMode.ElideMiddle, room)
        if hovered:
            sign = pixmap("close", SIGN // 2, "muted")
            painter.drawPixmap(area.right() - SIGN // 2 + 1, area.bottom() - SIGN // 2 + 1, sign)
        painter.setPen(theme().colour("muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, folder)
        font = QFont(option.font)
        painter.setFont(font)
        room = area.width() - right - Space.M
        name = QFontMetrics(font).elidedText(row.path.stem, Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(theme().colour("muted" if gone else "text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, name)


class _List(QListView):
    """Signals: `opened()` by Enter or a click, `removed()` by Del or a click on the sign."""

    opened = Signal()
    removed = Signal()

    @guarded
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid() or index != self.currentIndex():
            return
        row = self.visualRect(index)
        on_sign = at.x() > row.right() - SIGN - Space.S and at.y() > row.center().y()
        if on_sign:
            self.removed.emit()
        else:
            self.opened.emit()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class RecentList(QWidget):
    """Signals: `chosen(path)`: open this project; `changed()`: the list of projects is another one."""

    chosen = Signal(str)
    changed = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.model = RecentModel(self)
        self.view = self._make_view()
        heading = QLabel(self.tr("Recent projects"), self)
        set_role(heading, "heading")
        self.locate_button = self._button(self.tr("Locate…"), "search", self._locate)
        self.locate_button.setToolTip(self.tr("Say where the project lies now"))
        self.remove_button = self._button(self.tr("Remove from the list"), "close", self._remove)
        self.remove_button.setToolTip(self.tr("The project's file stays where it is (Del)"))
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        for button in (self.locate_button, self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(heading)
        column.addWidget(self.view, 1)
        column.addLayout(row)
        self.refresh()

    def refresh(self) -> None:
        """Show the list as it is; which files are still there is looked up beside the window."""
        rows = recent.recent_projects(self._session.settings)
        place = self.view.currentIndex().row()
        self.model.show(rows)
        if rows:
            self.view.setCurrentIndex(self.model.index(min(max(place, 0), len(rows) - 1)))
        self._show_buttons()
        paths = [one.path for one in rows]
        task: Task[list[Path]] = Task(lambda: [path for path in paths if not path.is_file()])
        task.on_success(self._show_gone).start(self)

    @property
    def current(self) -> Recent | None:
        """The selected project."""
        row = self.view.currentIndex().data(ROW_ROLE)
        return row if isinstance(row, Recent) else None

    def _show_gone(self, paths: list[Path]) -> None:
        self.model.show_gone(paths)
        self._show_buttons()

    def _show_buttons(self) -> None:
        current = self.current
        gone = current is not None and current.path in self.model.gone
        self.locate_button.setVisible(gone)
        self.remove_button.setEnabled(current is not None)

    def _open(self) -> None:
        """Open the selected project; where it is not there any more, show the way to it."""
        current = self.current
        if current is not None and current.path not in self.model.gone:
            self.chosen.emit(str(current.path))
        elif current is not None:
            self.locate_button.setFocus(Qt.FocusReason.TabFocusReason)

    def _locate(self) -> None:
        """Ask where a project lies now, and open it there."""
        current = self.current
        if current is None:
            return
        near = next((folder for folder in current.path.parents if folder.is_dir()), Path.home())
        title = self.tr("Where is “{name}” now?").format(name=current.path.name)
        kinds = self.tr("Projects (*{ending})").format(ending=SUFFIX)
        found, _ = QFileDialog.getOpenFileName(self, title, str(near), kinds)
        if found:
            recent.moved(self._session.settings, current.path, Path(found))
            self.refresh()
            self.changed.emit()
            self.chosen.emit(found)

    def _remove(self) -> None:
        current, settings = self.current, self._session.settings
        if current is None:
            return
        before = recent.forget(settings, current.path)
        self.refresh()
        self.changed.emit()
        words = self.tr("“{name}” is not listed any more. Its file stays.").format(name=current.path.stem)

        def undo() -> None:
            recent.restore(settings, before)
            self.refresh()
            self.changed.emit()

        self._session.offered.emit("info", words, ((self.tr("Undo"), undo),))

    def _show_menu(self, at: QPoint) -> None:
        if self.view.indexAt(at).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            gone = self.current is not None and self.current.path in self.model.gone
            if gone:
                menu.addAction(self.locate_button.text()).triggered.connect(self._locate)
            else:
                menu.addAction(self.tr("Open")).triggered.connect(self._open)
            menu.addAction(self.remove_button.text()).triggered.connect(self._remove)
            menu.popup(self.view.viewport().mapToGlobal(at))

    def _make_view(self) -> _List:
        view = _List(self)
        view.setObjectName("recentList")
        view.setModel(self.model)
        view.setItemDelegate(_Rows(view))
        view.setMouseTracking(True)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setAccessibleName(self.tr("Recent projects"))
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        view.selectionModel().currentChanged.connect(self._show_buttons)
        view.opened.connect(self._open)
        view.removed.connect(self._remove)
        return view

    def _button(self, words: str, icon: str, call: Any) -> QPushButton:
        button = QPushButton(words, self)
        set_icon(button, icon)
        set_kind(button, "quiet")
        button.clicked.connect(call)
        return button
