"""The window of help: contents and search at the left, a page at the right.

Owns which page is shown, the way back and forth, and what is said of addresses that lead out. Not modal, and of its
own, so that it can be read beside a dialog. Does not own the documentation (`book`) nor drawing it (`viewer`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QLocale, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QToolButton, QVBoxLayout, QWidget

from qvl_desktop.gui.help.book import FIRST, Book, Link, book
from qvl_desktop.gui.help.contents import Contents
from qvl_desktop.gui.help.viewer import Viewer
from qvl_desktop.gui.icons import application_icon, set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface, theme
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.jobs.waiting import waiter

SIZE = (1040, 720)
_CONTENTS_WIDTH = 270


@dataclass(frozen=True, slots=True)
class _Visit:
    """A place that was shown: the link, and how far down the page was when it was left."""

    link: Link
    at: int | None = None


class HelpWindow(QWidget):
    """Shows the documentation in the language of the window, offline."""

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("helpWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setWindowIcon(application_icon())
        set_surface(self, "window")
        self.resize(*SIZE)
        self.setMinimumSize(760, 400)
        self._visits: list[_Visit] = []
        self._now = -1
        self.contents = Contents(self)
        self.contents.chosen.connect(self._on_chosen)
        self.viewer = Viewer(self)
        self.viewer.linkClicked.connect(self.follow)
        self.back = self._button("chevron-left", self.go_back)
        self.forth = self._button("chevron-right", self.go_forth)
        self.where = ElidedLabel(self)
        set_role(self.where, "muted")
        self._outside = self._make_outside()
        self._lay_out()
        for keys, call in (
            (QKeySequence(QKeySequence.StandardKey.Back), self.go_back),
            (QKeySequence(QKeySequence.StandardKey.Forward), self.go_forth),
            (QKeySequence(QKeySequence.StandardKey.Find), self.contents.begin_search),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
        ):
            QShortcut(keys, self).activated.connect(call)
        self._again = waiter(self, 0, self._retranslate)
        theme().changed.connect(self.viewer.redraw)
        self._retranslate()

    @property
    def link(self) -> Link:
        """What is shown."""
        return self._visits[self._now].link if self._visits else Link(FIRST)

    @property
    def visited(self) -> bool:
        """Whether any page was shown yet."""
        return bool(self._visits)

    @property
    def book(self) -> Book:
        """The documentation in the language in force."""
        return book(QLocale().name())

    def show_link(self, link: Link, words: str = "") -> None:
        """Show a place; `words` are marked on its page. A page that is not there gives way to the first one."""
        if link.page not in self.book.names:
            link = Link(FIRST)
        self._remember_place()
        if not self._visits or self.link != link:
            del self._visits[self._now + 1 :]
            self._visits.append(_Visit(link))
            self._now = len(self._visits) - 1
        self._show(words)

    def follow(self, address: str) -> None:
        """Follow an address of the page in sight; one that leads out is only shown, to be copied or opened."""
        link = self.book.link(address, self.link.page)
        if link is not None:
            self._outside.hide()
            self.show_link(link)
        else:
            self._address.setText(address)
            self._copy.setText(self.tr("Copy"))
            self._outside.show()

    def go_back(self) -> None:
        """To what was shown before."""
        self._step(-1)

    def go_forth(self) -> None:
        """Forward again after going back."""
        self._step(1)

    def come(self) -> None:
        """To the front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    @guarded
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._again.start()
        super().changeEvent(event)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self._outside.isVisible():
                self._outside.hide()
            else:
                self.close()
        else:
            super().keyPressEvent(event)

    # Showing

    def _show(self, words: str = "") -> None:
        visit = self._visits[self._now]
        page = self.book.page(visit.link.page)
        self.viewer.show_page(self.book, page)
        self.viewer.mark_words(words)
        if visit.at is not None:
            self.viewer.place = visit.at
        elif visit.link.anchor:
            self.viewer.go_to(visit.link.anchor)
        self.contents.show_page(visit.link.page)
        self._show_head()

    def _show_head(self) -> None:
        self.back.setEnabled(self._now > 0)
        self.forth.setEnabled(self._now < len(self._visits) - 1)
        name = self.link.page
        group = next((title for title, pages in self.book.contents if name in [path for _, path in pages]), "")
        title = self.book.title(name)
        self.where.setText(f"{group}  ›  {title}" if group else title)
        self.viewer.setAccessibleName(title)

    def _step(self, by: int) -> None:
        if 0 <= self._now + by < len(self._visits):
            self._remember_place()
            self._now += by
            self._outside.hide()
            self._show()

    def _remember_place(self) -> None:
        if self._visits:
            self._visits[self._now] = replace(self._visits[self._now], at=self.viewer.place)

    def _on_chosen(self, link: Link, words: str) -> None:
        self._outside.hide()
        self.show_link(link, words)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Help"))
        for button, words, key in (
            (self.back, self.tr("Back"), QKeySequence.StandardKey.Back),
            (self.forth, self.tr("Forward"), QKeySequence.StandardKey.Forward),
        ):
            keys = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{words}  ({keys})" if keys else words)
            button.setAccessibleName(words)
        self._leads_out.setText(self.tr("This address leads out of the program:"))
        self._copy.setText(self.tr("Copy"))
        self._open.setText(self.tr("Open in the browser"))
        self._close_bar.setToolTip(self.tr("Close"))
        self._close_bar.setAccessibleName(self.tr("Close"))
        self.contents.show_book(self.book)
        if self._visits:
            self._visits = [replace(visit, at=None) for visit in self._visits]  # pages are as long as their language
            self._show()

    # Parts

    def _button(self, sign: str, call: object) -> QToolButton:
        button = QToolButton(self)
        set_icon(button, sign)
        button.clicked.connect(call)
        return button

    def _make_outside(self) -> QWidget:
        """The bar at the foot: an address that leads out."""
        bar = QWidget(self)
        bar.setObjectName("outsideBar")
        set_surface(bar, "raised")
        self._leads_out = QLabel(bar)
        set_role(self._leads_out, "caption")
        self._address = ElidedLabel(bar)
        self._address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._copy, self._open, self._close_bar = QPushButton(bar), QPushButton(bar), QToolButton(bar)
        set_kind(self._copy, "plain")
        self._copy.clicked.connect(self._copy_address)
        self._open.clicked.connect(self._open_address)
        self._close_bar.clicked.connect(bar.hide)
        set_icon(self._close_bar, "close", "muted")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._leads_out)
        words.addWidget(self._address)
        row = QHBoxLayout(bar)
        row.setContentsMargins(Space.M, Space.S, Space.S, Space.S)
        row.setSpacing(Space.S)
        row.addLayout(words, 1)
        for widget in (self._copy, self._open, self._close_bar):
            row.addWidget(widget)
        bar.hide()
        return bar

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self._address.text())
        self._copy.setText(self.tr("Copied"))

    def _open_address(self) -> None:
        QDesktopServices.openUrl(QUrl(self._address.text()))
        self._outside.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(Space.S, Space.S, Space.M, Space.S)
        head.setSpacing(Space.XS)
        head.addWidget(self.back)
        head.addWidget(self.forth)
        head.addSpacing(Space.S)
        head.addWidget(self.where, 1)
        right = QWidget(self)
        set_surface(right, "panel")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.viewer, 1)
        column.addWidget(self._outside)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.contents)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([_CONTENTS_WIDTH, SIZE[0] - _CONTENTS_WIDTH])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
