"""The command palette (Ctrl+K): every command, page and recent project, found by a few letters.

Owns the card over the window, how typed words find an entry, and the order of what is found. Does not own what an entry
does: commands run through `gui.shortcuts`, everything else through the callable it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate

WIDTH = 560
SHOWN_ROWS = 9
_MOVES = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -SHOWN_ROWS,
    Qt.Key.Key_PageDown: SHOWN_ROWS,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the palette offers. `also` are further words it is found by, such as its English name."""

    text: str
    run: Callable[[], object]
    group: str = ""
    keys: str = ""
    also: str = ""

    def rank(self, words: Sequence[str]) -> int | None:
        """How well the words meet it, 0 the best; None when one of them does not occur at all.

        A word at the beginning of the text counts best, at the beginning of one of its words next, inside it last;
        words of the group and of `also` are found too, after all of those.
        """
        text = self.text.casefold()
        rest = f"{self.group} {self.also}".casefold()
        total = 0
        for word in words:
            if text.startswith(word):
                continue
            if f" {word}" in text:
                total += 1
            elif word in text:
                total += 2
            elif word in rest:
                total += 4
            else:
                return None
        return total


def found(entries: Iterable[Entry], typed: str) -> list[Entry]:
    """The entries that meet what was typed, best first; in their own order where they meet it equally well."""
    words = typed.casefold().split()
    ranked = [(rank, entry) for entry in entries if (rank := entry.rank(words)) is not None]
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


class _Rows(RowDelegate):
    """An entry: its text, its group in grey behind, its keys at the right."""

    WIDTH = WIDTH - 2 * Space.S
    HEIGHT = 34

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Entry) -> None:
        area: QRect = option.rect.adjusted(Space.M, 0, -Space.M, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        font = QFont(option.font)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        keys = metrics.horizontalAdvance(row.keys) + Space.L if row.keys else 0
        painter.setPen(theme().colour("muted"))
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, row.keys)
        group = metrics.horizontalAdvance(row.group) + Space.L
        room = area.width() - keys
        text = metrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme().colour("text"))
        painter.drawText(area, middle, text)
        begin = metrics.horizontalAdvance(text) + Space.M
        if begin + group <= room:
            painter.setPen(theme().colour("muted"))
            painter.drawText(area.adjusted(begin, 0, 0, 0), middle, row.group)


class Palette(QFrame):
    """A card at the top of `over`. It closes when something is chosen, by Esc, or by a click elsewhere; the focus goes
    back to where it was."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        self.setObjectName("palette")
        set_surface(self, "raised")
        self.line = QLineEdit(self)
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._find)
        self.line.installEventFilter(self)
        self._model = QStandardItemModel(self)
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._run)
        self.nothing = QLabel(self)
        self.nothing.setMargin(Space.M)
        set_role(self.nothing, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.setSpacing(Space.S)
        column.addWidget(self.line)
        column.addWidget(self.nothing)
        column.addWidget(self.list)
        self.hide()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Open with these entries, in their order while nothing is typed."""
        self._entries = list(entries)
        self._before = QApplication.focusWidget()
        self.line.setPlaceholderText(self.tr("What do you want to do?"))
        self.line.setAccessibleName(self.tr("Find a command"))
        self.list.setAccessibleName(self.tr("Commands found"))
        self.nothing.setText(self.tr("Nothing is called that."))
        self.line.clear()
        self._find("")
        self.show()
        self.raise_()
        self.line.setFocus()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    @property
    def texts(self) -> list[str]:
        """What is listed, in order."""
        return [self._model.item(row).text() for row in range(self._model.rowCount())]

    def close_card(self) -> None:
        """Close; the focus goes back to where it was, if that is still there."""
        if self.isHidden():
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus()

    def _find(self, typed: str) -> None:
        self._model.clear()
        for entry in found(self._entries, typed):
            item = QStandardItem(entry.text)
            item.setData(entry, ROW_ROLE)
            item.setAccessibleText(f"{entry.text}, {entry.keys}" if entry.keys else entry.text)
            self._model.appendRow(item)
        rows = self._model.rowCount()
        if rows:
            self.list.setCurrentIndex(self._model.index(0, 0))
        self.nothing.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.list.setFixedHeight(min(rows, SHOWN_ROWS) * _Rows.height() + 2)
        width = min(WIDTH, self._over.width() - 2 * Space.L)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._over.width() - width) // 2, 56)

    def _run(self, index: Index) -> None:
        entry = index.data(ROW_ROLE)
        self.close_card()
        if isinstance(entry, Entry):
            entry.run()

    def _move(self, by: int) -> None:
        rows = self._model.rowCount()
        if not rows:
            return
        row = self.list.currentIndex().row() + by
        row = row % rows if abs(by) == 1 else max(0, min(rows - 1, row))
        self.list.setCurrentIndex(self._model.index(row, 0))

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _MOVES:
                self._move(_MOVES[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
        if watched is self.line and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.close_card()
            event.accept()  # letters typed here are no commands
            return True
        pressed = event.type() == QEvent.Type.MouseButtonPress
        if pressed and isinstance(watched, QWidget) and watched is not self and not self.isAncestorOf(watched):
            self.close_card()
        return False
