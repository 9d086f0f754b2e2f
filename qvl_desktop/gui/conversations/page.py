"""The Conversations page: what to look at at the left, turns in the middle, the pictures at the right.

Owns putting these together: which conversation is the current one, what is shown of it, and the page's actions. Does
not own edits (`editing`), what chips and boxes do to each other (`talk_desk`), the row of pictures (`picture_desk`),
nor the look of turns (`turn_view`) or of pictures (`picture_pane`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.conversation import Conversation, Role, Turn
from qvl_desktop.gui.conversations.actions import SCOPE, make_actions
from qvl_desktop.gui.conversations.browser import CONVERSATIONS, PICTURES, Browser
from qvl_desktop.gui.conversations.card_list import CardList
from qvl_desktop.gui.conversations.editing import Editing
from qvl_desktop.gui.conversations.picture_desk import PictureDesk
from qvl_desktop.gui.conversations.picture_pane import MODEL, PicturePane
from qvl_desktop.gui.conversations.shown_boxes import ShownConversation
from qvl_desktop.gui.conversations.talk_desk import TalkDesk
from qvl_desktop.gui.conversations.template_dialog import TemplateDialog
from qvl_desktop.gui.conversations.token_bar import TokenBar
from qvl_desktop.gui.conversations.token_meter import TokenMeter
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import Space, set_kind, set_role, theme
from qvl_desktop.gui.widgets.elided_label import ElidedLabel
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.panels import panel
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.rows import Change, ConversationRow

_ANNOTATED = "annotate.picture"
"""Where the Annotate page remembers its picture in `Settings.window_state`: the project's path, `|`, the id."""


_UNKNOWN = (448, 448)
"""Stands for the size of a picture that the project does not have."""


class ConversationsPage(QWidget):
    """The page. Undo and redo are the window's; every edit is in the project when it is made."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.editing = Editing(session, self)
        self.dialog: TemplateDialog | None = None
        self.thumbnails = Thumbnails(self)
        self.browser = Browser(self.thumbnails, self)
        self.cards = CardList(self)
        self.pane = PicturePane(self.thumbnails, self)
        self.desk = TalkDesk(session, self.editing, self.cards, self.pane)
        self.picture_desk = PictureDesk(session, self.editing, self.pane, self.thumbnails, lambda: self.current_row)
        self.meter = TokenMeter(session, self)
        self.tokens = TokenBar(self.meter, self)
        self.title = ElidedLabel(self)
        set_role(self.title, "heading")
        self.new_button = QPushButton(self.tr("New"), self)
        self.template_button = QPushButton(self.tr("From template…"), self)
        set_kind(self.template_button, "primary")
        self.empty = EmptyState("conversations", self)
        annotate = self.empty.add_button(self.tr("Go to Annotate"), "annotate", primary=True)
        annotate.clicked.connect(self._go_to_annotate)
        self.nothing = EmptyState("conversations", self)
        self.nothing.words.setWordWrap(True)
        self._middle = QStackedWidget(self)
        self._middle.addWidget(self.cards)
        self._middle.addWidget(self.nothing)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._work_area())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._changes: list[Change] = []
        self._annotated = ""
        self._make_actions()
        self._connect()
        self._on_project()

    # The project

    def _on_project(self) -> None:
        self.cards.cancel_editing()
        self._changes.clear()
        self.desk.stop_pointing()
        self.thumbnails.forget()
        self.browser.show_project(self.session.project)
        self._show_state()
        self._reload()

    def _on_change(self, change: Change) -> None:
        """Look again: at once when the page is in sight, else when it comes there."""
        if change.kind in ("files", "proposals"):
            return  # these come by the dozen beside the window; nothing of that stands here
        self._changes.append(change)
        if self.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        changes, self._changes = self._changes, []
        if any(change.kind == "pictures" for change in changes):
            self._show_state()
        self.browser.refresh(changes)
        self._reload()

    def _show_state(self) -> None:
        """The work area, or what to do first."""
        project = self.session.project
        if project is None:
            self.empty.show_words(self.tr("No project is open"), self.tr("Open or make one to begin."))
        else:
            self.empty.show_words(
                self.tr("No pictures yet"), self.tr("Conversations are about pictures. Add some on the Annotate page.")
            )
        self.empty.set_buttons_visible(project is not None)
        self._stack.setCurrentIndex(1 if project is not None and project.picture_count() else 0)

    # What is shown

    def _reload(self) -> None:
        """Show the conversations that the left column asks for, as the project has them."""
        project = self.session.project
        if project is None:
            self.cards.show_rows([], 0)
            return
        if (picture_id := self.browser.picture) is not None:
            ids = project.conversation_ids(picture_id=picture_id)
        else:
            ids = [self.browser.conversation] if self.browser.conversation is not None else []
        rows = project.conversations_of(ids[: self.cards.limit])
        self.cards.show_rows(rows, len(ids))
        self._middle.setCurrentIndex(0 if rows else 1)
        self._show_title(len(ids))
        self._show_picture()

    def _on_chosen(self) -> None:
        """The left column has another current row."""
        self.cards.finish_editing()
        self.desk.stop_pointing()
        self.pane.view.select(None)
        self.cards.start_over()
        self._reload()

    def _show_title(self, count: int) -> None:
        project, picture_id = self.session.project, self.browser.picture
        self.new_button.setEnabled(self._picture_for_new() is not None)
        if project is not None and picture_id is None and self.browser.filtered and not count:
            self.title.setText("")
            self.nothing.show_words(self.tr("Nothing found"), self.tr("Change what is asked at the left."))
            return
        if project is None or picture_id is None:
            self.title.setText(self.tr("Conversation") if count else "")
            self.nothing.show_words(
                self.tr("No conversations"),
                self.tr("Make them from boxes with “From template…”, or choose a picture and write one."),
            )
            return
        rows = project.pictures([picture_id])
        self.title.setText(PurePosixPath(rows[0].path).name if rows else "")
        if rows and rows[0].region_count:
            words = self.tr("Make them from the picture's %n box(es), or write one.", "", rows[0].region_count)
        else:
            words = self.tr("Draw boxes on the Annotate page and make them from a template, or write one.")
        self.nothing.show_words(self.tr("No conversations about this picture"), words)

    def _show_picture(self) -> None:
        """Show the pictures of the current conversation with its boxes; without one, the current picture."""
        project, row = self.session.project, self.cards.current_row
        if project is None:
            self.desk.show(ShownConversation(), None, None)
        elif row is not None:
            self.desk.show(ShownConversation.of(project, row), row, project)
        else:
            self.desk.show(ShownConversation.of_picture(project, self.browser.picture), None, project)
        self._show_length()

    def _show_length(self) -> None:
        """Count the current conversation, mark where the limit falls, and show what the model sees of it."""
        row, shown = self.cards.current_row, self.desk.shown
        for view in self.cards.turns:
            view.text.show_cut(None)
        if row is None:
            self.tokens.show_count(None)
            return
        drafts = {view.row.id: view.draft for view in self.cards.turns}
        turns = [Turn(line.role, drafts.get(line.id, line.text)) for line in row.turns]
        sizes = [shown.sizes[number] or _UNKNOWN for number in shown.numbers]
        sizes += [_UNKNOWN] * (len(Conversation(tuple(turns)).pictures) - len(sizes))
        measured = self.meter.measure(turns, sizes)
        self.tokens.show_count(measured)
        if measured is not None and measured.cut is not None:
            turn, character = measured.cut
            for place, line in enumerate(row.turns[turn:], start=turn):
                if (cut := self.cards.view_of(line.id)) is not None:
                    cut.text.show_cut(character if place == turn else 0)
        if self.pane.mode == MODEL:
            files = [shown.pictures[number].file for number in shown.numbers]
            number = shown.numbers.index(self.pane.number) if self.pane.number in shown.numbers else 0
            self.pane.model.show_conversation(self.meter.sight, measured, turns, files, sizes, number)

    def _on_drafted(self, _turn_id: int) -> None:
        self._show_length()

    # The current conversation

    def _enter(self, turn_id: int) -> None:
        """The user is in a turn: its conversation is the current one."""
        if self.cards.make_current_by_turn(turn_id):
            self._show_picture()

    def _on_current(self) -> None:
        self._show_picture()

    def _on_chip(self, turn_id: int, _ordinals: object) -> None:
        self._enter(turn_id)

    def _on_chip_hovered(self, turn_id: int, ordinals: tuple[int, ...]) -> None:
        if ordinals and self.pane.drawing is None and not self.pane.view.busy:
            self._enter(turn_id)

    # Edits

    def _on_text(self, turn_id: int, text: str) -> None:
        self.editing.attempt(lambda project: project.set_turn(turn_id, text))
        self.cards.write_next_empty(turn_id)

    def _on_role(self, turn_id: int, role: str) -> None:
        roles: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
        self.editing.attempt(lambda project: project.set_role(turn_id, roles[role]))

    def _on_delete_turn(self, turn_id: int) -> None:
        neighbour = self.cards.neighbour(turn_id)
        self.editing.delete_turn(turn_id)
        if neighbour is not None:
            self.cards.focus_turn(neighbour)

    def _on_duplicate_turn(self, turn_id: int) -> None:
        copy = self.editing.attempt(lambda project: project.duplicate_turn(turn_id))
        if copy is not None:
            self.cards.focus_turn(copy)

    def _on_system(self, conversation_id: int) -> None:
        self._write(self.editing.add_system_turn(conversation_id))

    def _on_duplicate(self, conversation_id: int) -> None:
        number = self.editing.attempt(lambda project: project.duplicate_conversation(conversation_id))
        if number is None:
            return
        if self.browser.mode == CONVERSATIONS:
            self.browser.reveal(CONVERSATIONS, number)
        self.cards.reveal(number)
        self._reload()
        if (row := self.cards.current_row) is not None and row.turns:
            self.cards.show_turn(row.turns[0].id)

    def _duplicate_current(self) -> None:
        if (row := self.cards.current_row) is not None:
            self._on_duplicate(row.id)

    def _delete_current(self) -> None:
        if (row := self.cards.current_row) is not None:
            self._on_delete(row.id)

    def _on_insert_turn(self, turn_id: int) -> None:
        view = self.cards.view_of(turn_id)
        if view is not None:
            self._write(self.editing.add_turn(view.row.conversation_id, turn_id))

    def _on_add_turn(self, conversation_id: int) -> None:
        self._write(self.editing.add_turn(conversation_id))

    def _on_delete(self, conversation_id: int) -> None:
        self.editing.attempt(lambda project: project.delete_conversations([conversation_id]))
        words = self.tr("The conversation was deleted. Undo brings it back.")
        self.session.notice.emit("info", words)

    # Beginning

    def _new(self) -> None:
        picture_id = self._picture_for_new()
        number = self.editing.new_conversation(picture_id) if picture_id is not None else None
        project = self.session.project
        if number is None or project is None:
            return
        if self.browser.conversation is not None:
            self.browser.select(number)
        self.cards.reveal(number)
        self._reload()
        self._write(project.conversation(number).turns[0].id)

    def _write(self, turn_id: int | None) -> None:
        """Let the user write a turn."""
        if turn_id is not None and (view := self.cards.view_of(turn_id)) is not None:
            self.cards.show_turn(turn_id)
            view.start_editing()

    def _picture_for_new(self) -> int | None:
        """The picture that a new conversation would be about."""
        if self.browser.picture is not None:
            return self.browser.picture
        return next((number for number in self.desk.shown.picture_ids if number is not None), None)

    def _from_template(self) -> None:
        if self.session.project is None:
            return
        self.cards.finish_editing()
        picture, listed = self._picture_for_new(), self.browser.picture_filter
        self.dialog = TemplateDialog(self.session, picture, self, listed=listed)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(self._forget_dialog)
        self.dialog.open()

    def _forget_dialog(self) -> None:
        self.dialog = None
        self._take_focus()

    # Going

    def go_to(self, place: Place) -> None:
        """Show a conversation, and a turn of it with characters of its text selected; or a picture's conversations."""
        if place.conversation_id is None:
            if place.picture_id is not None:
                self.browser.reveal(PICTURES, place.picture_id)
            return
        self.cards.finish_editing()
        self.browser.reveal(CONVERSATIONS, place.conversation_id)
        view = self.cards.view_of(place.turn_id) if place.turn_id is not None else None
        if view is not None and (place.end > place.start or not view.row.text.strip()):
            self._write(view.row.id)
            if view.editor is not None:
                view.editor.select(place.start, place.end)
        elif view is not None:
            self.cards.show_turn(view.row.id)

    def hand_over(self) -> tuple[str, Place]:
        """What was searched for, and what is shown. Words that are being written are committed."""
        self.cards.finish_editing()
        browser = self.browser
        return browser.search.text(), Place(picture_id=browser.picture, conversation_id=browser.conversation)

    def take_over(self, state: object) -> None:
        """Search and show it."""
        if isinstance(state, tuple):
            words, place = state
            self._annotated = self.session.settings.window_state.get(_ANNOTATED, "")  # stay, do not follow
            self.go_to(place)
            self.browser.search.setText(words)

    def _go_to_annotate(self) -> None:
        self.session.pageRequested.emit("annotate")

    def _next(self) -> None:
        self.browser.step(1)

    def _previous(self) -> None:
        self.browser.step(-1)

    def _switch_view(self) -> None:
        if self.cards.current_row is not None:
            self.pane.set_mode(1 - self.pane.mode)

    def _find(self) -> None:
        self.browser.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.browser.search.selectAll()

    @property
    def current_row(self) -> ConversationRow | None:
        """The conversation whose boxes are on the picture."""
        return self.cards.current_row

    # Events

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.meter.wake()
        self._catch_up()
        self._take_focus()
        QTimer.singleShot(0, self, self._follow_annotate)

    def _follow_annotate(self) -> None:
        """Go to the picture that the user left on the Annotate page, when it is another one than last time."""
        project, place = self.session.project, self.session.settings.window_state.get(_ANNOTATED, "")
        path, _, number = place.rpartition("|")
        if place == self._annotated or project is None or path != str(project.path) or not number.isdigit():
            return
        self._annotated = place
        if self.browser.mode == PICTURES and self.browser.pictures.place(int(number)) is not None:
            self.browser.select(int(number))

    def _take_focus(self) -> None:
        """Keys go to the list unless the user has put them elsewhere on the page."""
        focused = QApplication.focusWidget()
        if focused is None or not self.isAncestorOf(focused):
            self.browser.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        self.cards.finish_editing()
        super().hideEvent(event)

    # Putting together

    def _work_area(self) -> QWidget:
        head = QHBoxLayout()
        head.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(self.title, 1)
        head.addWidget(self.new_button)
        head.addWidget(self.template_button)
        middle = panel(self, head, self._middle, self.tokens, grows=self._middle, least=360, surface="window")
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        self.pane.setMinimumWidth(276)
        for widget in (self.browser, middle, self.pane):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 3)
        splitter.setStretchFactor(2, 4)
        splitter.setSizes([272, 484, 500])
        return splitter

    def _make_actions(self) -> None:
        shortcuts = Shortcuts.of(self.session)
        actions = make_actions(self, shortcuts)
        slots: dict[str, Callable[[], None]] = {
            "new": self._new,
            "template": self._from_template,
            "duplicate": self._duplicate_current,
            "delete": self._delete_current,
            "next": self._next,
            "previous": self._previous,
            "find": self._find,
            "model_view": self._switch_view,
        }
        for name, slot in slots.items():
            actions[name].triggered.connect(slot)
        shortcuts.changed.connect(self._show_keys)
        self._show_keys()

    def _show_keys(self) -> None:
        """Say the keys in force where their buttons are."""
        keys = Shortcuts.of(self.session)
        buttons = (
            (self.new_button, self.tr("Write a conversation about this picture"), "new"),
            (self.template_button, self.tr("Make conversations from boxes"), "template"),
            (self.pane.modes.button(MODEL), self.tr("What the model sees"), "model_view"),
        )
        for button, words, name in buttons:
            shown = keys.shown(f"{SCOPE}.{name}")
            button.setToolTip(f"{words} ({shown})" if shown else words)

    def _connect(self) -> None:
        self.session.projectChanged.connect(self._on_project)
        self.session.contentChanged.connect(self._on_change)
        self.browser.chosen.connect(self._on_chosen)
        self.new_button.clicked.connect(self._new)
        self.template_button.clicked.connect(self._from_template)
        cards, pane = self.cards, self.pane
        cards.currentChanged.connect(self._on_current)
        cards.moreRequested.connect(self._reload)
        cards.turnEntered.connect(self._enter)
        cards.textEdited.connect(self._on_text)
        cards.roleChosen.connect(self._on_role)
        cards.moveRequested.connect(self.editing.move_turn)
        cards.deleteTurnRequested.connect(self._on_delete_turn)
        cards.insertRequested.connect(self._on_insert_turn)
        cards.addTurnRequested.connect(self._on_add_turn)
        cards.deleteRequested.connect(self._on_delete)
        cards.splitChosen.connect(self.editing.set_split)
        cards.boxesHovered.connect(self._on_chip_hovered)
        cards.boxClicked.connect(self._on_chip)
        cards.duplicateTurnRequested.connect(self._on_duplicate_turn)
        cards.duplicateRequested.connect(self._on_duplicate)
        cards.systemRequested.connect(self._on_system)
        pane.numberChanged.connect(self._show_length)
        pane.modeChanged.connect(self._show_length)
        self.desk.textAsked.connect(self.picture_desk.ask_text)
        self.meter.changed.connect(self._show_length)
        cards.drafted.connect(self._on_drafted)
        theme().changed.connect(self._show_picture)
