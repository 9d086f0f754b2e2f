"""The left side of help: the contents as a tree, and what a search finds.

Owns these two lists and the search field. Does not own finding (`book`) nor showing a page (`window`).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QStackedWidget,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.help.book import Book, Hit, Link
from qvl_desktop.gui.theme import Space, TextSize, set_role, set_surface, sized, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import ROW_ROLE, Index, RowDelegate
from qvl_desktop.gui.widgets.search_line import SearchLine

NARROWEST = 200
_PAGE = Qt.ItemDataRole.UserRole
_TWO_LINES = 1.75
"""How much of two lines words fill that are broken between words, in widths of one."""


class _Rows(RowDelegate):
    """A part that was found: its title, its page in grey, and some words around what was searched for."""

    HEIGHT = 66

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Hit) -> None:
        area: QRect = option.rect.adjusted(Space.M, Space.XS + 2, -Space.S, -Space.XS)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.Bold)
        painter.setFont(font)
        painter.setPen(theme().colour("text"))
        metrics = painter.fontMetrics()
        top = QRect(area.left(), area.top(), area.width(), metrics.height())
        same = row.title == row.page_title
        words = row.title if same else f"{row.title}  ·  {row.page_title}"
        painter.drawText(top, 0, metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width()))
        painter.setFont(sized(option.font, TextSize.SMALL))
        painter.setPen(theme().colour("muted"))
        rest = area.adjusted(0, metrics.height() + 2, 0, 0)
        metrics = painter.fontMetrics()
        words = metrics.elidedText(row.snippet, Qt.TextElideMode.ElideRight, round(rest.width() * _TWO_LINES))
        painter.drawText(rest, Qt.TextFlag.TextWordWrap.value, words)


class Contents(QWidget):
    """Signals: `chosen(Link, words)`: a page or a part is to be shown, with these words marked on it."""

    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "window")
        self.setMinimumWidth(NARROWEST)
        self._book: Book | None = None
        self._items: dict[str, QTreeWidgetItem] = {}
        self.search = SearchLine("", self)
        self.search.setObjectName("helpSearch")
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        theme().changed.connect(self._recolour)
        self.tree = QTreeWidget(self)
        self.tree.setObjectName("helpContents")
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(Space.L)
        self.tree.setUniformRowHeights(True)
        self.tree.setItemsExpandable(False)
        self.tree.currentItemChanged.connect(self._on_item)
        self.tree.itemActivated.connect(self._on_item)
        self._model = QStandardItemModel(self)
        self.list = QListView(self)
        self.list.setObjectName("helpFound")
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._on_found)
        self.list.activated.connect(self._on_found)
        self.nothing = QLabel(self)
        self.nothing.setWordWrap(True)
        self.nothing.setMargin(Space.M)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        set_role(self.nothing, "muted")
        self._stack = QStackedWidget(self)
        for widget in (self.tree, self.list, self.nothing):
            self._stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.setSpacing(Space.S)
        column.addWidget(self.search)
        column.addWidget(self._stack, 1)

    def show_book(self, book: Book) -> None:
        """Show the contents of a documentation, in its language."""
        self._book = book
        self.search.show_words(self.tr("Search the help"))
        self.tree.setAccessibleName(self.tr("Contents"))
        self.list.setAccessibleName(self.tr("What was found"))
        self.nothing.setText(self.tr("Nothing holds these words. Try fewer, or another word for it."))
        self.tree.blockSignals(True)
        self.tree.clear()
        self._items.clear()
        for title, pages in book.contents:
            group = QTreeWidgetItem(self.tree, [title])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = group.font(0)
            font.setWeight(QFont.Weight.Bold)
            group.setFont(0, font)
            for words, name in pages:
                item = QTreeWidgetItem(group, [words])
                item.setData(0, _PAGE, name)
                self._items[name] = item
        self.tree.expandAll()
        self.tree.blockSignals(False)
        self._find(self.search.text())

    def show_page(self, name: str) -> None:
        """Mark the page that is shown."""
        self.tree.blockSignals(True)
        if name in self._items:
            self.tree.setCurrentItem(self._items[name])
        else:
            self.tree.clearSelection()
        self.tree.blockSignals(False)

    def begin_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @property
    def hits(self) -> list[Hit]:
        """What is listed, best first."""
        return [self._model.item(row).data(ROW_ROLE) for row in range(self._model.rowCount())]

    def _find(self, typed: str) -> None:
        if not typed.strip() or self._book is None:
            self._stack.setCurrentWidget(self.tree)
            return
        self._model.clear()
        for hit in self._book.search(typed):
            item = QStandardItem(hit.title)
            item.setData(hit, ROW_ROLE)
            item.setAccessibleText(f"{hit.title}, {hit.page_title}: {hit.snippet}")
            self._model.appendRow(item)
        if self._model.rowCount():
            self.list.setCurrentIndex(self._model.index(0, 0))
            self.list.scrollToTop()
        self._stack.setCurrentWidget(self.list if self._model.rowCount() else self.nothing)

    def _on_item(self, item: QTreeWidgetItem | None, _other: object = None) -> None:
        if item is not None and item.data(0, _PAGE):
            self.chosen.emit(Link(str(item.data(0, _PAGE))), "")

    def _on_found(self, index: Index) -> None:
        hit = index.data(ROW_ROLE)
        if isinstance(hit, Hit):
            self.chosen.emit(hit.link, self.search.text())

    def _recolour(self) -> None:
        self.list.viewport().update()

    @guarded(default=False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            rows, row = self._model.rowCount(), self.list.currentIndex().row()
            searching = self._stack.currentWidget() is self.list
            steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
            if searching and event.key() in steps:
                self.list.setCurrentIndex(self._model.index((row + steps[Qt.Key(event.key())]) % rows, 0))
                return True
            if searching and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_found(self.list.currentIndex())
                return True
        return False
