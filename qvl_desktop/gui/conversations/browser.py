"""What to look at, at the left: pictures, or conversations.

Owns the two lists, their filters, and which row is the current one. Does not own what is shown of it (`page`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import PurePosixPath

from PySide6.QtCore import QModelIndex, QSize, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.gui.annotate.picture_model import PictureDelegate, PictureModel
from qvl_desktop.gui.conversations.conversation_filter import FilterButton
from qvl_desktop.gui.conversations.conversation_model import ConversationDelegate, ConversationModel
from qvl_desktop.gui.help.placing import help_beside
from qvl_desktop.gui.theme import Space, set_role, set_surface, theme
from qvl_desktop.gui.widgets.flow import FlowLayout
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.nothing_here import NothingHere
from qvl_desktop.gui.widgets.rows import mark_row, row_view
from qvl_desktop.gui.widgets.search_line import SearchLine
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.gui.widgets.wrapped_check import WrappedCheckBox
from qvl_desktop.jobs.task import Task
from qvl_desktop.jobs.waiting import waiter
from qvl_desktop.storage.faulty import look_for_faults
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change

_FILTER_DELAY_MS = 200
_MANY = 200
_AT_ONCE = 20_000
"""Up to so many conversations are asked for at once; more are asked for beside the window."""
PICTURES, CONVERSATIONS = 0, 1


class Browser(QWidget):
    """Signals: `chosen()` when `picture` or `conversation` is another one."""

    chosen = Signal()

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project: Project | None = None
        self._current: dict[int, int | None] = {PICTURES: None, CONVERSATIONS: None}
        set_surface(self, "panel")
        self.setMinimumWidth(248)
        self.pictures = PictureModel(self)
        self.conversations = ConversationModel(self)
        self.picture_view = row_view(self.pictures, PictureDelegate(thumbnails, self), self)
        self.picture_view.setAccessibleName(self.tr("Pictures"))
        self.conversation_view = row_view(self.conversations, ConversationDelegate(self), self)
        self.conversation_view.setAccessibleName(self.tr("Conversations"))
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.picture_view)
        self._stack.addWidget(self.conversation_view)
        self._nothing = {
            PICTURES: NothingHere(self.picture_view, button=self.tr("Show all pictures")),
            CONVERSATIONS: NothingHere(self.conversation_view, button=self.tr("Show all conversations")),
        }
        for nothing in self._nothing.values():
            nothing.clicked.connect(self.show_everything)
        self.modes = QButtonGroup(self)
        self.search = SearchLine("", self)
        self.only_bare = WrappedCheckBox(self.tr("Only without conversations"), self)
        self.filter_button = FilterButton(self)
        self.filter_words = QLabel(self)
        self.filter_words.setWordWrap(True)
        set_role(self.filter_words, "caption")
        self._task: Task[list[int]] | None = None
        self._question = 0
        self.count = QLabel(self)
        set_role(self.count, "caption")
        self._lay_out()
        self._timer = waiter(self, _FILTER_DELAY_MS, self.reload)
        self.search.textChanged.connect(self._timer.start)
        self.only_bare.toggled.connect(self.reload)
        self.filter_button.changed.connect(self.reload)
        self.filter_button.menu().aboutToShow.connect(self._offer_filters)
        self.modes.idClicked.connect(self.set_mode)
        self.picture_view.selectionModel().currentChanged.connect(self._on_picture)
        self.conversation_view.selectionModel().currentChanged.connect(self._on_conversation)
        thumbnails.ready.connect(self._on_thumbnail)
        theme().changed.connect(self._on_theme)
        self._name_mode()

    # Which one

    @property
    def mode(self) -> int:
        """`PICTURES` or `CONVERSATIONS`."""
        return self._stack.currentIndex()

    @property
    def picture(self) -> int | None:
        """The current picture; None while conversations are listed."""
        return self._current[PICTURES] if self.mode == PICTURES else None

    @property
    def picture_filter(self) -> PictureFilter:
        """What is asked of the listed pictures."""
        bare = False if self.only_bare.isChecked() else None
        words = self.search.text().strip() if self.mode == PICTURES else ""
        return PictureFilter(text=words, has_conversations=bare if self.mode == PICTURES else None)

    @property
    def conversation(self) -> int | None:
        """The current conversation; None while pictures are listed."""
        return self._current[CONVERSATIONS] if self.mode == CONVERSATIONS else None

    def set_mode(self, mode: int) -> None:
        """List pictures or conversations."""
        self.modes.button(mode).setChecked(True)
        if mode == self.mode:
            return
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._stack.setCurrentIndex(mode)
        self._name_mode()
        self.reload()
        self.chosen.emit()

    def show_project(self, project: Project | None) -> None:
        """List the contents of another project."""
        self._project = project
        self._current = {PICTURES: None, CONVERSATIONS: None}
        for widget in (self.search, self.only_bare):
            widget.blockSignals(True)
        self.search.clear()
        self.only_bare.setChecked(False)
        self.filter_button.clear()
        for widget in (self.search, self.only_bare):
            widget.blockSignals(False)
        self.reload()

    def reload(self) -> None:
        """Ask the project again what passes the filter; the current row stays where it can."""
        self._timer.stop()
        project, words = self._project, self.search.text().strip()
        former = self._current[self.mode]
        if self.mode == PICTURES:
            ids = project.picture_ids(self.picture_filter) if project else []
            self.pictures.show(project, ids)
            self.count.setText(self.tr("%n picture(s)", "", len(ids)))
            self._keep_current(former, ids)
        else:
            self._show_filter()
            self._ask(project, words)

    def _ask(self, project: Project | None, words: str) -> None:
        """Ask for conversations: at once where that is quick, beside the window in large projects and for faults."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        asked = self.filter_button.asked
        self._question += 1
        question = self._question

        def show(ids: list[int]) -> None:
            if question == self._question:  # what was asked for earlier comes too late
                self._show_conversations(ids)

        if project is None:
            self._show_conversations([])
        elif asked.faulty:
            self.count.setText(self.tr("Looking for faults…"))

            def look() -> Generator[int, None, list[int]]:
                return (yield from look_for_faults(project, asked.ids(project, words)))

            task: Task[list[int]] = Task(look)
            self._task = task.on_success(show).on_progress(self._show_looked).start(self)
        elif project.conversation_count() <= _AT_ONCE:
            self._show_conversations(asked.ids(project, words))
        else:
            self._task = Task(lambda: asked.ids(project, words)).on_success(show).start(self)

    def _show_looked(self, done: object) -> None:
        self.count.setText(self.tr("Looking for faults: {count}").format(count=f"{done:,}"))

    def _show_conversations(self, ids: list[int]) -> None:
        self._task = None
        if self.mode != CONVERSATIONS:
            return
        former = self._current[CONVERSATIONS]
        self.conversations.show(self._project, ids)
        self.count.setText(self.tr("%n conversation(s)", "", len(ids)))
        self._keep_current(former, ids)

    def _show_filter(self) -> None:
        words = self.filter_button.words() if self.mode == CONVERSATIONS else ""
        self.filter_words.setText(words)
        self.filter_words.setVisible(bool(words))

    def _offer_filters(self) -> None:
        project, picture_id = self._project, self._current[PICTURES]
        rows = project.pictures([picture_id]) if project is not None and picture_id is not None else []
        picture = (rows[0].id, PurePosixPath(rows[0].path).name) if rows else None
        self.filter_button.offer(project.templates() if project is not None else {}, picture)
        self.filter_button.fill()

    @property
    def filtered(self) -> bool:
        """Something is asked that may leave rows out."""
        if self.search.text().strip():
            return True
        return self.only_bare.isChecked() if self.mode == PICTURES else bool(self.filter_button.words())

    def show_everything(self) -> None:
        """Take away all that is asked."""
        self.search.clear()
        self.only_bare.setChecked(False)
        self.filter_button.clear()
        self.reload()

    def _say_nothing(self, found: bool) -> None:
        """Words in the empty list, where a filter emptied it."""
        pictures = self.mode == PICTURES
        words = (
            self.tr("No picture matches the filter.") if pictures else self.tr("No conversation matches the filter.")
        )
        self._nothing[self.mode].show_words(words if not found and self.filtered else "")

    def _keep_current(self, former: int | None, ids: Sequence[int]) -> None:
        """The current row stays where it can, else the first becomes it."""
        self._say_nothing(bool(ids))
        if former is None or self._model.place(former) is None:
            self._current[self.mode] = ids[0] if ids else None
        self._mark_current()
        if self._current[self.mode] != former:
            self.chosen.emit()

    def refresh(self, changes: Iterable[Change]) -> None:
        """Look again after edits: the whole list when rows came or went, else only the rows that changed."""
        whole = False
        for change in changes:
            if change.kind == "pictures":
                whole |= self.mode == PICTURES
            elif change.kind == "regions":
                self.pictures.look_again(change.picture_ids)
            elif self.mode == PICTURES:
                whole |= self.only_bare.isChecked()
            else:
                whole |= self._came_or_went(change.conversation_ids)
                self.conversations.look_again(change.conversation_ids)
        if whole:
            self.reload()

    def _came_or_went(self, conversation_ids: frozenset[int]) -> bool:
        if self._project is None or len(conversation_ids) > _MANY:
            return True
        there = {row.id for row in self._project.conversations_of(conversation_ids)}
        listed = {number for number in conversation_ids if self.conversations.place(number) is not None}
        return there != listed

    def select(self, row_id: int) -> None:
        """Make a row of the present list the current one."""
        if row_id != self._current[self.mode]:
            self._current[self.mode] = row_id
            self._mark_current()
            self.chosen.emit()

    def reveal(self, mode: int, row_id: int) -> None:
        """List pictures or conversations and make one the current one; filters that hide it are taken away."""
        self.set_mode(mode)
        if self._model.place(row_id) is None:
            self.search.clear()
            self.only_bare.setChecked(False)
            self.filter_button.clear()
            self.reload()
        if self._model.place(row_id) is not None:
            self.select(row_id)

    def step(self, by: int) -> None:
        """Go `by` rows on; stops at the ends."""
        ids: Sequence[int] = self._model.ids
        current = self._current[self.mode]
        place = self._model.place(current) if current is not None else None
        if ids:
            self.select(ids[0 if place is None else min(max(place + by, 0), len(ids) - 1)])

    @property
    def _model(self) -> PictureModel | ConversationModel:
        return self.pictures if self.mode == PICTURES else self.conversations

    @property
    def view(self) -> QTableView:
        """The list on show."""
        return self.picture_view if self.mode == PICTURES else self.conversation_view

    def _mark_current(self) -> None:
        current = self._current[self.mode]
        mark_row(self.view, self._model.place(current) if current is not None else None)

    def _on_picture(self, index: QModelIndex) -> None:
        if index.isValid() and self.mode == PICTURES:
            self.select(self.pictures.ids[index.row()])

    def _on_conversation(self, index: QModelIndex) -> None:
        if index.isValid() and self.mode == CONVERSATIONS:
            self.select(self.conversations.ids[index.row()])

    def _on_thumbnail(self, _file: object) -> None:
        self.picture_view.viewport().update()

    def _on_theme(self) -> None:
        self.view.viewport().update()

    # Parts

    def _name_mode(self) -> None:
        pictures = self.mode == PICTURES
        self.search.show_words(self.tr("Filter by name") if pictures else self.tr("Search in questions and answers"))
        self.only_bare.setVisible(pictures)
        self.filter_button.setVisible(not pictures)
        self._show_filter()

    def _lay_out(self) -> None:
        switch = FlowLayout(fill=True)
        for mode, words in ((PICTURES, self.tr("Pictures")), (CONVERSATIONS, self.tr("Conversations"))):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setChecked(mode == PICTURES)
            self.modes.addButton(button, mode)
            switch.addWidget(button)
        head = QVBoxLayout()
        head.setContentsMargins(Space.M, Space.M, Space.M, Space.S)
        head.setSpacing(Space.S)
        head.addLayout(switch)
        line = QHBoxLayout()
        line.setSpacing(Space.XS)
        line.addWidget(self.search, 1)
        line.addWidget(self.filter_button)
        head.addLayout(line)
        head.addWidget(self.filter_words)
        head.addWidget(self.only_bare)
        help_beside(self.only_bare, "list.bare", into=head)
        foot = QHBoxLayout()
        foot.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        foot.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        layout.addLayout(foot)

    @guarded(default=lambda: QSize(270, 600))
    def sizeHint(self) -> QSize:
        return QSize(270, 600)
