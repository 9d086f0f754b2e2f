"""The Conversations page: what to look at at the left, turns in the middle, the picture at the right.

Owns putting these together: which conversation is the current one, and passing on what one part says to the others and
to the project. Does not own edits (`editing`), the look of turns (`turn_view`) or of the picture (`picture_pane`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Role
from qvl_desktop.gui.conversations.browser import CONVERSATIONS, PICTURES, Browser
from qvl_desktop.gui.conversations.card_list import CardList
from qvl_desktop.gui.conversations.editing import Editing, picture_number, words_of
from qvl_desktop.gui.conversations.picture_pane import PicturePane
from qvl_desktop.gui.conversations.shown_boxes import Key, ShownConversation
from qvl_desktop.gui.conversations.template_dialog import TemplateDialog
from qvl_desktop.gui.icons import set_icon
from qvl_desktop.gui.theme import Space, set_kind, set_role, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.rows import Change, ConversationRow

_ANNOTATED = "annotate.picture"
"""Where the Annotate page remembers its picture in `Settings.window_state`: the project's path, `|`, the id."""


class ConversationsPage(QWidget):
    """The page. Undo and redo are the window's; every edit is in the project when it is made."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.editing = Editing(session)
        self.dialog: TemplateDialog | None = None
        self._shown = ShownConversation()
        self._pointing: tuple[int, tuple[int, int]] | None = None
        self.thumbnails = Thumbnails(self)
        self.browser = Browser(self.thumbnails, self)
        self.cards = CardList(self)
        self.pane = PicturePane(self)
        self.title = QLabel(self)
        set_role(self.title, "heading")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.new_button = QPushButton(self.tr("New"), self)
        set_icon(self.new_button, "plus")
        self.template_button = QPushButton(self.tr("From template…"), self)
        set_kind(self.template_button, "primary")
        set_icon(self.template_button, "template", "accent_text")
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
        self._stop_pointing()
        self.thumbnails.forget()
        self.browser.show_project(self.session.project)
        self._show_state()
        self._reload()

    def _on_change(self, change: Change) -> None:
        """Look again: at once when the page is in sight, else when it comes there."""
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
        self._check_pointing()

    def _on_chosen(self) -> None:
        """The left column has another current row."""
        self.cards.finish_editing()
        self._stop_pointing()
        self.cards.start_over()
        self._reload()

    def _show_title(self, count: int) -> None:
        project, picture_id = self.session.project, self.browser.picture
        self.new_button.setEnabled(self._picture_for_new() is not None)
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
        project = self.session.project
        if project is None:
            self.pane.show_pictures(())
            return
        row = self.cards.current_row
        picture = self.browser.picture
        self._shown = ShownConversation.of(project, row) if row else ShownConversation.of_picture(project, picture)
        self.pane.show_pictures(self._shown.pictures, with_turns=row is not None)

    # The current conversation, lit chips and boxes

    def _enter(self, turn_id: int) -> None:
        """The user is in a turn: its conversation is the current one."""
        if self.cards.make_current_by_turn(turn_id):
            self._show_picture()

    def _on_current(self) -> None:
        self._show_picture()

    def _on_chip_hovered(self, turn_id: int, ordinals: tuple[int, ...]) -> None:
        if ordinals and self._pointing is None:
            self._enter(turn_id)
        self._light({self._shown.keys[turn_id, n] for n in ordinals if (turn_id, n) in self._shown.keys})

    def _on_box_hovered(self, key: object) -> None:
        self._light({key} if key in self._shown.places else set())

    def _light(self, keys: set[Key]) -> None:
        """Light boxes and all of their chips."""
        self.pane.light(keys)
        lit: dict[int, list[int]] = {}
        for key in keys:
            for turn_id, ordinal in self._shown.places.get(key, ()):
                lit.setdefault(turn_id, []).append(ordinal)
        self.cards.light(lit)

    def _on_chip_clicked(self, turn_id: int, ordinals: tuple[int, ...]) -> None:
        self._enter(turn_id)
        self._on_chip_hovered(turn_id, ordinals)

    def _on_box_clicked(self, key: object) -> None:
        places = self._shown.places.get(key, ())  # type: ignore[call-overload]
        if places:
            self.cards.show_turn(places[0][0])

    # Pointing at words

    def _on_words(self, turn_id: int, chosen: object) -> None:
        if not isinstance(chosen, tuple):
            if self._pointing is not None and self._pointing[0] == turn_id:
                self._stop_pointing()
            return
        self.cards.clear_selection_but(turn_id)
        row, view = self.cards.current_row, self.cards.view_of(turn_id)
        if row is None or view is None:
            return
        number = picture_number(row, turn_id, chosen[0])
        place = self._shown.place_of(number)
        if place is None:
            self._stop_pointing()
            return
        self._pointing = (turn_id, (chosen[0], chosen[1]))
        self.pane.show_number(place)
        self.pane.set_drawing(words_of(view.row.text, *self._pointing[1]))

    def _stop_pointing(self) -> None:
        self._pointing = None
        self.pane.set_drawing(None)

    def _check_pointing(self) -> None:
        """Stop when the chosen words are gone: their turn was changed or is no longer shown."""
        if self._pointing is not None:
            view = self.cards.view_of(self._pointing[0])
            if view is None or view.text.chosen != self._pointing[1]:
                self._stop_pointing()

    def _on_drawing_left(self) -> None:
        self.cards.clear_selection_but(None)
        self._stop_pointing()

    def _on_box_drawn(self, place: int, rect: object) -> None:
        if self._pointing is None or not isinstance(rect, Rect):
            return
        turn_id, chosen = self._pointing
        row = self.cards.current_row
        wanted = self._shown.place_of(picture_number(row, turn_id, chosen[0])) if row else None
        if wanted != place:
            words = self.tr("A box belongs to the picture that is named last before it: picture {number}.")
            self.session.notice.emit("warning", words.format(number=(wanted or 0) + 1))
            return
        picture_id = self._shown.picture_ids[place]
        self._on_drawing_left()
        if picture_id is not None:
            self.editing.point(turn_id, chosen, picture_id, rect)

    # Edits

    def _on_text(self, turn_id: int, text: str) -> None:
        self.editing.attempt(lambda project: project.set_turn(turn_id, text))
        self.cards.write_next_empty(turn_id)

    def _on_role(self, turn_id: int, role: str) -> None:
        roles: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
        self.editing.attempt(lambda project: project.set_role(turn_id, roles[role]))

    def _on_delete_turn(self, turn_id: int) -> None:
        neighbour = self.cards.neighbour(turn_id)
        self.editing.attempt(lambda project: project.delete_turn(turn_id))
        if neighbour is not None:
            self.cards.focus_turn(neighbour)

    def _on_insert_turn(self, turn_id: int) -> None:
        view = self.cards.view_of(turn_id)
        if view is not None:
            self._write(self.editing.add_turn(view.row.conversation_id, turn_id))

    def _on_add_turn(self, conversation_id: int) -> None:
        self._write(self.editing.add_turn(conversation_id))

    def _on_delete(self, conversation_id: int) -> None:
        self.editing.attempt(lambda project: project.delete_conversations([conversation_id]))

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
        return next((number for number in self._shown.picture_ids if number is not None), None)

    def _from_template(self) -> None:
        if self.session.project is None:
            return
        self.cards.finish_editing()
        self.dialog = TemplateDialog(self.session, self._picture_for_new(), self)
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

    def _go_to_annotate(self) -> None:
        self.session.pageRequested.emit("annotate")

    def _next(self) -> None:
        self.browser.step(1)

    def _previous(self) -> None:
        self.browser.step(-1)

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
        middle = QWidget(self)
        set_surface(middle, "window")
        head = QHBoxLayout()
        head.setContentsMargins(Space.M, Space.S, Space.M, Space.S)
        head.setSpacing(Space.S)
        head.addWidget(self.title, 1)
        head.addWidget(self.new_button)
        head.addWidget(self.template_button)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._middle, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        middle.setMinimumWidth(380)
        self.pane.setMinimumWidth(320)
        for widget in (self.browser, middle, self.pane):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 3)
        splitter.setStretchFactor(2, 4)
        splitter.setSizes([260, 500, 500])
        return splitter

    def _make_actions(self) -> None:
        slots: tuple[tuple[str, str, Callable[[], None]], ...] = (
            (self.tr("New conversation"), "Ctrl+Shift+N", self._new),
            (self.tr("From template"), "Ctrl+T", self._from_template),
            (self.tr("Next"), "PgDown", self._next),
            (self.tr("Previous"), "PgUp", self._previous),
            (self.tr("Filter"), "Ctrl+F", self._find),
        )
        for name, keys, slot in slots:
            action = QAction(name, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(slot)
            self.addAction(action)
        self.new_button.setToolTip(self.tr("Write a conversation about this picture (Ctrl+Shift+N)"))
        self.template_button.setToolTip(self.tr("Make conversations from boxes (Ctrl+T)"))

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
        cards.boxClicked.connect(self._on_chip_clicked)
        cards.wordsSelected.connect(self._on_words)
        pane.boxesHovered.connect(self._on_box_hovered)
        pane.boxClicked.connect(self._on_box_clicked)
        pane.boxDrawn.connect(self._on_box_drawn)
        pane.drawingLeft.connect(self._on_drawing_left)
