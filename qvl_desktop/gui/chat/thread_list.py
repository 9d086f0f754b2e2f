"""The list of chats at the side of the page.

Owns searching, choosing, the menu of a row and writing a title over. Does not own what is done to a chat
(`thread_desk`) nor the rows (`thread_model`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.chat.thread_model import Folder, ThreadDelegate, ThreadModel
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_role, set_surface
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.rows import Index, mark_row
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.rows import ThreadRow

SEARCH_MS = 180
WIDTH = 220


class _ThreadView(QListView):
    """The list itself; a folder is opened and closed with the arrow keys too."""

    folderToggled = Signal(str)
    opened = Signal(QModelIndex)
    renameAsked = Signal()
    deleteAsked = Signal()

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.currentIndex())
        elif isinstance(row, Folder) and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if row.open == (event.key() == Qt.Key.Key_Left):
                self.folderToggled.emit(row.name)
        elif event.key() == Qt.Key.Key_F2:
            self.renameAsked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.deleteAsked.emit()
        else:
            super().keyPressEvent(event)


class ThreadList(QWidget):
    """Signals: `opened(thread id)`; `searched(text)`; `renamed(id, title)`, `folderRenamed(folder, name)`;
    `moved(ids, folder)`, `duplicated(id)`, `deleted(ids)`, `exported(id)`."""

    opened = Signal(int)
    searched = Signal(str)
    renamed = Signal(int, str)
    folderRenamed = Signal(str, str)
    moved = Signal(list, str)
    duplicated = Signal(int)
    deleted = Signal(list)
    exported = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current = 0
        self._naming: list[int] = []
        set_surface(self, "panel")
        self.search = SearchLine("", self)
        self.search.show_words(self.tr("Search chats"), self.tr("Searches titles, questions and answers"))
        self._timer = waiter(self, SEARCH_MS, lambda: self.searched.emit(self.search.text().strip()))
        self.search.textChanged.connect(self._timer.start)
        self.model = ThreadModel(self)
        self.model.renamed.connect(self.renamed)
        self.model.folderRenamed.connect(self.folderRenamed)
        self.view = self._make_view()
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        set_role(self.words, "caption")
        self.folder_field = QLineEdit(self)
        self.folder_field.setObjectName("folderField")
        self.folder_field.setPlaceholderText(self.tr("Name of the folder"))
        self.folder_field.setAccessibleName(self.tr("Name of the folder"))
        self.folder_field.returnPressed.connect(self._folder_named)
        self.folder_field.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, Space.S, 0, 0)
        layout.setSpacing(Space.S)
        top = QVBoxLayout()
        top.setContentsMargins(Space.S, 0, Space.S, 0)
        top.addWidget(self.search)
        top.addWidget(self.folder_field)
        top.addWidget(self.words)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self.setMinimumWidth(180)

    def _make_view(self) -> _ThreadView:
        view = _ThreadView(self)
        view.setModel(self.model)
        view.setItemDelegate(ThreadDelegate(view))
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.setAccessibleName(self.tr("Chats"))
        view.setObjectName("threadView")
        view.clicked.connect(self._open)
        view.opened.connect(self._open)
        view.folderToggled.connect(self._toggle)
        view.renameAsked.connect(self.rename)
        view.deleteAsked.connect(self._delete)
        view.customContextMenuRequested.connect(self.show_menu)
        return view

    # What it shows

    def show_threads(self, threads: Sequence[ThreadRow], current: int) -> None:
        """Show these chats, and which of them is open (0: none)."""
        bar = self.view.verticalScrollBar()
        at = bar.value()
        searching = bool(self.search.text().strip())
        self.model.show(threads, searching=searching)
        self.words.setText(self._empty_words(searching) if not threads else "")
        self.words.setVisible(not threads)
        self.set_current(current)
        bar.setValue(at)

    def _empty_words(self, searching: bool) -> str:
        if searching:
            return self.tr("No chat has these words.")
        return self.tr("Chats are kept here: each begins with its first question.")

    def set_current(self, thread_id: int) -> None:
        """Mark the chat that is open."""
        self._current = thread_id
        mark_row(self.view, self.model.place(thread_id), scroll=False)

    @property
    def chosen(self) -> list[int]:
        """The chats whose rows are selected, from top to bottom; the open one when none is."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        found = [row.id for at in rows if isinstance(row := self.model.row(at), ThreadRow)]
        return found or ([self._current] if self._current else [])

    # What the user does

    def _open(self, index: Index) -> None:
        row = self.model.row(index.row())
        if isinstance(row, Folder):
            self._toggle(row.name)
        elif isinstance(row, ThreadRow) and len(self.view.selectionModel().selectedIndexes()) <= 1:
            self.opened.emit(row.id)

    def _toggle(self, folder: str) -> None:
        self.model.toggle(folder)
        self.set_current(self._current)

    def rename(self) -> None:
        """Let the title of the selected row be written over."""
        index = self.view.currentIndex()
        if not index.isValid() and (place := self.model.place(self._current)) is not None:
            index = self.model.index(place, 0)
        if index.isValid():
            self.view.setCurrentIndex(index)
            self.view.edit(index)

    def _delete(self) -> None:
        row = self.model.row(self.view.currentIndex().row())
        if isinstance(row, ThreadRow) and self.chosen:
            self.deleted.emit(self.chosen)

    def show_menu(self, at: QPoint) -> None:
        """The menu of the row under a point."""
        index = self.view.indexAt(at)
        row = self.model.row(index.row()) if index.isValid() else None
        if row is not None:
            self.view.setCurrentIndex(index) if index not in self.view.selectionModel().selectedIndexes() else None
            menu = self.make_menu(row)
            menu.popup(self.view.viewport().mapToGlobal(at))

    def make_menu(self, row: ThreadRow | Folder) -> QMenu:
        """What can be done with a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entry(menu, "rename", self.tr("Rename"), "edit").triggered.connect(self.rename)
        if isinstance(row, Folder):
            dissolve = self._entry(menu, "dissolve", self.tr("Take all out of this folder"), "folder-open")
            dissolve.triggered.connect(lambda: self.folderRenamed.emit(row.name, ""))
            return menu
        ids = self.chosen
        copy = self._entry(menu, "duplicate", self.tr("Duplicate"), "copy")
        copy.triggered.connect(lambda: self.duplicated.emit(row.id))
        folders = menu.addMenu(self.tr("Move to folder"))
        names = sorted({thread.folder for thread in self.model.threads if thread.folder}, key=str.casefold)
        for name in names:
            entry = folders.addAction(name)
            entry.setEnabled(name != row.folder)
            entry.triggered.connect(lambda _=False, name=name: self.moved.emit(ids, name))
        if row.folder:
            out = folders.addAction(self.tr("No folder"))
            out.triggered.connect(lambda: self.moved.emit(ids, ""))
        if names:
            folders.addSeparator()
        folders.addAction(self.tr("New folder…")).triggered.connect(lambda: self.name_folder(ids))
        export = self._entry(menu, "export", self.tr("Export…"), "export")
        export.triggered.connect(lambda: self.exported.emit(row.id))
        menu.addSeparator()
        delete = self._entry(menu, "delete", self.tr("Delete"), "trash")
        delete.triggered.connect(lambda: self.deleted.emit(ids))
        return menu

    def _entry(self, menu: QMenu, name: str, words: str, sign: str) -> QAction:
        action = menu.addAction(words)
        action.setObjectName(name)
        set_icon(action, sign)
        return action

    def name_folder(self, thread_ids: Sequence[int]) -> None:
        """Ask for the name of the folder that chats are to go into."""
        self._naming = list(thread_ids)
        self.folder_field.clear()
        self.folder_field.show()
        self.folder_field.setFocus()

    def _folder_named(self) -> None:
        name = " ".join(self.folder_field.text().split())
        self.folder_field.hide()
        self.view.setFocus()
        if name and self._naming:
            self.moved.emit(self._naming, name)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.folder_field.isVisible():
            self.folder_field.hide()
            self.view.setFocus()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.view.setFocus()
        else:
            super().keyPressEvent(event)
