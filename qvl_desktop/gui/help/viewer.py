"""Shows one page of the documentation: its words at once, its pictures as they are read.

Owns the page in sight, going to a place on it, marking words that were searched for, and reading pictures beside the
window. Does not own which page is shown (`window`), drawing it (`paper`) nor what is in the documentation (`book`).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QImageReader,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QWidget

from qvl_desktop.gui.help.book import Book, Page
from qvl_desktop.gui.help.paper import picture_addresses, resource_url, write_page
from qvl_desktop.gui.theme import Space, theme
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter

WIDEST = 740
"""Pixels of a line of text; longer ones are hard to read."""
_SETTLE_MS = 120


class Viewer(QTextBrowser):
    """A page in a column that is never wider than is good to read. Signals: `linkClicked(address)` as it stands in the
    page."""

    linkClicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("bare", True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.anchorClicked.connect(lambda url: self.linkClicked.emit(url.toString()))
        self._book: Book | None = None
        self._page: Page | None = None
        self._drawn: QTextDocument | None = None
        self._places: dict[str, int] = {}
        self._sizes: dict[str, QSize] = {}
        self._width = 0
        self._tasks: list[Task[QImage]] = []
        self._top, self._resizing = 0, False
        self.verticalScrollBar().valueChanged.connect(self._note_top)
        self._settle = waiter(self, _SETTLE_MS, self._fit)

    def show_page(self, book: Book, page: Page) -> None:
        """Show the top of a page."""
        self._book, self._page = book, page
        self._draw()
        self._top = 0
        self.verticalScrollBar().setValue(0)

    def redraw(self) -> None:
        """Draw the page again, in the colours in force; what is in sight stays."""
        top = self._top
        self._draw()
        self._top = top
        self._to_top()

    @property
    def place(self) -> int:
        """How far down the page is, in pixels."""
        return self.verticalScrollBar().value()

    @place.setter
    def place(self, value: int) -> None:
        self.verticalScrollBar().setValue(value)

    def go_to(self, anchor: str) -> bool:
        """Show a named place of the page at the top; False where there is none."""
        if anchor not in self._places:
            return False
        self.setTextCursor(QTextCursor(self.document().findBlock(self._places[anchor])))  # the keyboard goes on here
        self._top = self._places[anchor]
        self._to_top()
        return True

    def _to_top(self) -> None:
        """Show what is to stand at the top there."""
        document = self.document()
        top = document.documentLayout().blockBoundingRect(document.findBlock(self._top)).top()
        self.verticalScrollBar().setValue(round(top) - Space.S if self._top else 0)

    def _note_top(self) -> None:
        """What stands at the top when the reader has gone there, to keep it there in another width."""
        if not self._resizing:
            self._top = self.cursorForPosition(QPoint(Space.M, Space.M)).block().position() if self.place else 0

    def mark_words(self, typed: str) -> None:
        """Mark every word of a search; "" takes the marks away."""
        marks: list[QTextEdit.ExtraSelection] = []
        for word in typed.split():
            cursor = self.document().find(word, 0)
            while not cursor.isNull() and len(marks) < 500:
                mark = QTextEdit.ExtraSelection()
                mark.cursor = cursor
                mark.format.setBackground(QBrush(theme().colour("accent_soft")))
                marks.append(mark)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(marks)

    # Drawing

    def _draw(self) -> None:
        if self._page is None or self._book is None:
            return
        self._forget_tasks()
        self._sizes = self._picture_sizes()
        document = QTextDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(Space.S)
        self._places = write_page(document, self._page, self._sizes, theme().dark)
        self.setDocument(document)
        if self._drawn is not None:  # the very first one belonged to the editor, which deletes it
            self._drawn.deleteLater()
        self._drawn = document
        for address, size in self._sizes.items():
            self._put_picture(address, _empty(size, self.devicePixelRatioF()))
            self._read_picture(address, size)

    def _picture_sizes(self) -> dict[str, QSize]:
        assert self._book is not None
        assert self._page is not None
        self._width = self._column()
        sizes = {}
        for address in picture_addresses(self._page, theme().dark):
            whole = QImageReader(str(self._book.folder / address)).size()
            if whole.isValid():
                width = min(self._width, whole.width())
                sizes[address] = QSize(width, round(whole.height() * width / whole.width()))
        return sizes

    def _read_picture(self, address: str, size: QSize) -> None:
        assert self._book is not None
        ratio = self.devicePixelRatioF()
        task: Task[QImage] = Task(partial(_scaled, str(self._book.folder / address), size, ratio))
        self._tasks.append(task)
        task.on_success(partial(self._put_picture, address)).start(self)

    def _put_picture(self, address: str, image: QImage) -> None:
        document = self.document()
        document.addResource(QTextDocument.ResourceType.ImageResource.value, resource_url(address), image)
        document.markContentsDirty(0, max(document.characterCount() - 1, 0))
        self.viewport().update()

    def _forget_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()

    def _column(self) -> int:
        return max(200, self.viewport().width() - 2 * Space.S)

    def _fit(self) -> None:
        if self._sizes and self._column() != self._width:
            self.redraw()

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        bar = self.verticalScrollBar().sizeHint().width()
        room = max(Space.L, (self.width() - bar - WIDEST) // 2)
        self._resizing = True
        self.setViewportMargins(room, Space.S, room, 0)
        super().resizeEvent(event)
        self._to_top()
        self._resizing = False
        self._settle.start()

    @guarded(default=None)
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Pictures are given to the document; nothing is ever loaded from elsewhere."""
        return QByteArray()


def _empty(size: QSize, ratio: float) -> QImage:
    """Stands where a picture will be."""
    made = QImage(size * ratio, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(theme().colours.hover))
    return made


def _scaled(path: str, size: QSize, ratio: float) -> QImage:
    """Read a picture in the size it is shown in; in a worker."""
    image = QImage(path)
    smooth = Qt.TransformationMode.SmoothTransformation
    image = image.scaled(size * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    image.setDevicePixelRatio(ratio)
    return image
