"""The labels (refs) of the project, at the right: digits, counts, pins; to pick, find, order, rename and merge.

Owns these widgets. Does not own the refs: it shows what it is given and says what the user asked for (`label_desk`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.annotate.rename_bar import RenameBar
from qvl_desktop.gui.icons import pixmap
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.nothing_here import NothingHere
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate, RowsModel, pick_list
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.waiting import waiter

_DELAY_MS = 80
_OWN_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_F2)


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label: its ref, how many regions have it, the digit that gives it (0: none), and whether it is pinned."""

    ref: str
    count: int
    digit: int = 0
    pinned: bool = False


class LabelModel(RowsModel):
    """The labels that are shown, as given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[LabelRow] = ()

    def show(self, rows: Sequence[LabelRow]) -> None:
        if list(rows) == list(self.rows):
            return
        if [row.ref for row in rows] == [row.ref for row in self.rows]:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def words(self, row: LabelRow, role: int) -> str | None:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.ref
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.tr("{ref}, {count} regions").format(ref=row.ref, count=row.count)
        return None


class LabelDelegate(RowDelegate):
    """The digit, a mark in the ref's colour, the ref, a pin, and the count."""

    WIDTH = 160
    HEIGHT = 28
    BAR = False

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: LabelRow) -> None:
        area: QRect = option.rect
        palette: QPalette = option.palette
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(theme().colour("muted"))
        if row.digit:
            painter.drawText(QRect(area.left() + Space.M, area.top(), 12, area.height()), middle, str(row.digit))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ref_colour(row.ref, theme().dark))
        painter.drawEllipse(QPointF(area.left() + Space.M + 23, area.center().y() + 0.5), 5, 5)
        metrics = QFontMetrics(option.font)
        count = count_text(row.count)
        tail = metrics.horizontalAdvance(count)
        if row.pinned:
            tail += 14 + Space.XS
            painter.drawPixmap(area.right() - Space.M - tail, area.center().y() - 6, pixmap("pin", 14, "muted"))
        words = area.adjusted(Space.M + 23 + 5 + Space.S, 0, -Space.M - tail - Space.S, 0)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(words, middle, metrics.elidedText(row.ref, Qt.TextElideMode.ElideRight, words.width()))
        painter.setPen(theme().colour("muted"))
        painter.drawText(area.adjusted(0, 0, -Space.M, 0), middle | int(Qt.AlignmentFlag.AlignRight), count)


class LabelPanel(QWidget):
    """Signals:
    chosen(ref): give this ref to the selected regions, or to the next one.
    searched(words): show the labels that hold these words.
    pinRequested(ref, digit): pin a ref at a digit (0: at the end); digit -1: take its pin away.
    moveRequested(ref, by): another place among the pinned ones.
    renameRequested(refs): the user wants another name for one, or one name for several.
    left(): the user is done here.
    """

    chosen = Signal(str)
    searched = Signal(str)
    pinRequested = Signal(str, int)
    moveRequested = Signal(str, int)
    renameRequested = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "panel")
        self.setMinimumWidth(272)
        self.model = LabelModel(self)
        self.title = QLabel(self.tr("Labels"), self)
        set_role(self.title, "heading")
        words = self.tr("Find or add a label")
        self.search = SearchLine(words, self)
        self.search.show_words(words, self.tr("Enter gives the first label, or adds the word as a new one"))
        self.search.installEventFilter(self)
        self._timer = waiter(self, _DELAY_MS, self._tell_search)
        self.search.textEdited.connect(self._timer.start)
        self.search.textChanged.connect(self._timer.start)
        self.view = self._make_view()
        self._nothing = NothingHere(self.view)
        self.rename = RenameBar(self)
        head = QHBoxLayout()
        head.setContentsMargins(Space.M, Space.S, Space.S, Space.XS)
        head.setSpacing(Space.S)
        head.addWidget(self.title)
        head.addWidget(self.search, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.rename)
        theme().changed.connect(self._on_theme)

    @property
    def words(self) -> str:
        """What is looked for."""
        return self.search.text().strip()

    @property
    def picked(self) -> list[str]:
        """The refs that are marked in the list."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self.model.rows[row].ref for row in rows]

    def show_labels(self, rows: Sequence[LabelRow]) -> None:
        """Show these labels; marks stay on the refs that are still there."""
        picked = set(self.picked)
        self.model.show(rows)
        self._nothing.show_words("" if rows else self._empty_words())
        if picked and not self.view.selectionModel().hasSelection():
            flag = self.view.selectionModel().SelectionFlag.Select
            for place, row in enumerate(rows):
                if row.ref in picked:
                    self.view.selectionModel().select(self.model.index(place), flag)

    def _empty_words(self) -> str:
        if self.words:
            return self.tr("No label is called so. Enter adds “{words}”.").format(words=self.words)
        return self.tr("Labels appear here as boxes get refs. Type one above to add it before.")

    def focus_search(self) -> None:
        """Ready to type."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def menu_for(self, refs: Sequence[str]) -> QMenu:
        """What can be done with these labels."""
        menu = QMenu(self)
        row = next((row for row in self.model.rows if refs and row.ref == refs[0]), None)
        if row is None:
            return menu
        if len(refs) > 1:
            menu.addAction(self.tr("Merge {count} labels into one…").format(count=len(refs))).triggered.connect(
                lambda: self.renameRequested.emit(list(refs))
            )
            return menu
        ref = row.ref
        menu.addAction(self.tr("Use this label")).triggered.connect(lambda: self.chosen.emit(ref))
        words = self.tr("Rename or merge in the whole project…")
        rename = menu.addAction(words)
        rename.triggered.connect(lambda: self.renameRequested.emit([ref]))
        menu.addSeparator()
        digits = menu.addMenu(self.tr("Digit"))
        for digit in range(1, 10):
            action = digits.addAction(str(digit))
            action.setCheckable(True)
            action.setChecked(row.digit == digit and row.pinned)
            action.triggered.connect(lambda _=False, number=digit: self.pinRequested.emit(ref, number))
        if row.pinned:
            menu.addAction(self.tr("Move up\tAlt+Up")).triggered.connect(lambda: self.moveRequested.emit(ref, -1))
            menu.addAction(self.tr("Move down\tAlt+Down")).triggered.connect(lambda: self.moveRequested.emit(ref, 1))
            menu.addAction(self.tr("Unpin")).triggered.connect(lambda: self.pinRequested.emit(ref, -1))
        else:
            menu.addAction(self.tr("Pin")).triggered.connect(lambda: self.pinRequested.emit(ref, 0))
        return menu

    def _tell_search(self) -> None:
        self._timer.stop()
        self.searched.emit(self.words)

    def _take_first(self) -> None:
        """Enter in the field: the label with this very name, else the marked or first one, else a new one."""
        words = self.words
        if not words:
            self.left.emit()
            return
        self._tell_search()
        refs = [row.ref for row in self.model.rows]
        picked = self.picked
        ref = words if words in refs or not refs else (picked[0] if picked else refs[0])
        self.search.clear()
        if ref not in refs:
            self.pinRequested.emit(ref, 0)
        self.chosen.emit(ref)
        self.left.emit()

    def _move_mark(self, by: int) -> None:
        count = len(self.model.rows)
        if count:
            current = self.view.currentIndex()
            row = (current.row() + by) % count if current.isValid() and self.picked else (0 if by > 0 else count - 1)
            self.view.setCurrentIndex(self.model.index(row))

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride and watched is self.view and event.key() in _OWN_KEYS:
            event.accept()  # here these keys mean the labels, whatever they mean elsewhere on the page
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if key == Qt.Key.Key_Escape:
            self.search.clear()
            self.left.emit()
        elif watched is self.search and enter:
            new = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if new and self.words:
                self.pinRequested.emit(self.words, 0)
                self.search.clear()
            else:
                self._take_first()
        elif watched is self.search and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move_mark(1 if key == Qt.Key.Key_Down else -1)
        elif watched is self.view and enter and self.picked:
            self.chosen.emit(self.picked[0])
            self.left.emit()
        elif watched is self.view and key == Qt.Key.Key_F2 and self.picked:
            self.renameRequested.emit(self.picked)
        elif watched is self.view and alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.picked:
            self.moveRequested.emit(self.picked[0], -1 if key == Qt.Key.Key_Up else 1)
        else:
            return False
        return True

    def _on_clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None and len(self.picked) == 1:
            self.chosen.emit(row.ref)

    def _on_menu(self, at: QPoint) -> None:
        if refs := self.picked:
            menu = self.menu_for(refs)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.view.viewport().mapToGlobal(at))

    def _on_theme(self) -> None:
        self.view.viewport().update()

    def _make_view(self) -> QListView:
        view = pick_list(self.model, LabelDelegate(self), self)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._on_menu)
        view.setAccessibleName(self.tr("Labels of this project"))
        view.clicked.connect(self._on_clicked)
        view.installEventFilter(self)
        return view
