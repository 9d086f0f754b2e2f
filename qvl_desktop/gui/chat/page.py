"""The Chat page: puts the list of chats, model bar, picture, messages and composer together around one chat.

Owns the layout, the invitations before the first question, what keys do, and what is added to the project. Does not own
the parts: asking (`talk_desk`), chats (`thread_desk`), pictures and boxes (`picture_desk`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.chat.actions import make_actions
from qvl_desktop.gui.chat.compare import Compare
from qvl_desktop.gui.chat.composer import Composer
from qvl_desktop.gui.chat.model_bar import ModelBar
from qvl_desktop.gui.chat.picture_desk import PictureDesk
from qvl_desktop.gui.chat.picture_panel import PicturePanel
from qvl_desktop.gui.chat.question_field import picture_files
from qvl_desktop.gui.chat.saving import Added, add_to_project, lesson
from qvl_desktop.gui.chat.settings_view import SettingsView
from qvl_desktop.gui.chat.talk_desk import TalkDesk
from qvl_desktop.gui.chat.thread import ChatThread
from qvl_desktop.gui.chat.thread_desk import ThreadDesk
from qvl_desktop.gui.chat.thread_list import WIDTH, ThreadList
from qvl_desktop.gui.chat.transcript import Transcript
from qvl_desktop.gui.shortcuts import Shortcuts
from qvl_desktop.gui.theme import Space, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.long_edit import LARGE
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session

NARROW = 1060
"""Pixels below which the list of chats makes way, unless the user wants it."""


@dataclass(frozen=True, slots=True)
class ChatState:
    """What a page hands over to the next one: the chat itself is in its file."""

    question: str
    pictures: list[Path]
    settings: bool
    compares: bool


class ChatPage(QWidget):
    """Asks the chosen model about pictures, shows where its answers point, and lets them be put right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setAcceptDrops(True)
        self._thumbnails = Thumbnails(self)
        self.bar = ModelBar(session, self)
        set_surface(self.bar, "panel")
        self.threads = ThreadList(self)
        self.panel = PicturePanel(self._thumbnails, self)
        self.transcript = Transcript(self._thumbnails, self)
        self.composer = Composer(self._thumbnails, self)
        self.settings = SettingsView(session, self)
        self.desk = ThreadDesk(session, self.threads, self)
        self.pictures = PictureDesk(session, self.panel, self.transcript, self.composer, self)
        self.talk = TalkDesk(session, self.bar, self.transcript, self.composer, self.desk, self.pictures, self)
        self._make_invitations()
        self._lay_out()
        self._connect()
        self._connect_actions()
        self.compare = Compare(session, self, self._middle, self._thumbnails)
        self.desk.look()
        self.desk.reopen()
        self._show_project()
        self._show_list()
        shares = {self.split.indexOf(self.threads): WIDTH, self.split.indexOf(self._talk_side): 500}
        self.split.setSizes([shares.get(place, 500) for place in range(self.split.count())])

    # Parts

    def _make_invitations(self) -> None:
        """What stands in the messages' place before the first question."""
        self._no_model = EmptyState("models", self)
        self._no_model.show_words(
            self.tr("No model yet"), self.tr("Add a model folder on the Models page, then ask it about a picture.")
        )
        models = self._no_model.add_button(self.tr("Go to Models"), "models", primary=True)
        models.setObjectName("goToModelsButton")
        models.clicked.connect(lambda: self._session.pageRequested.emit("models"))
        self._hello = EmptyState("chat", self)
        self._hello.show_words(
            self.tr("Ask about a picture"),
            self.tr("Add a picture, then ask where something is, what is in it, or how many there are."),
        )
        for state in (self._hello, self._no_model):
            state.words.setWordWrap(True)
        self.examples = [self._hello.add_button("", "chat") for _ in range(2)]
        for button in self.examples:
            button.clicked.connect(lambda _=False, button=button: self._take_example(button.text()))

    def _show_examples(self) -> None:
        """Questions that the chosen model can answer."""
        if self.bar.model == DEMO:
            words = (self.tr("Find the red circle."), self.tr("How many circles are there?"))
        else:
            words = (self.tr("What is in this picture?"), self.tr("Find the largest object."))
        for button, text in zip(self.examples, words, strict=True):
            button.setText(text)

    def _lay_out(self) -> None:
        self._middle = QStackedWidget(self)
        for state in (self._hello, self._no_model, self.transcript, self.settings):
            self._middle.addWidget(state)
        self._middle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        talk = QWidget(self)
        column = QVBoxLayout(talk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle, 1)
        holder = QVBoxLayout()
        holder.setContentsMargins(Space.L, 0, Space.L, Space.L)
        holder.addWidget(self.composer)
        column.addLayout(holder)
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        for widget in (self.threads, self.panel, talk):
            self.split.addWidget(widget)
        for place, weight in enumerate((0, 3, 2)):
            self.split.setStretchFactor(place, weight)
        self.split.setChildrenCollapsible(False)
        self._talk_side = talk
        talk.setMinimumWidth(400)
        self.panel.setMinimumWidth(240)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.split, 1)
        self.setFocusProxy(self.composer.field)

    def _connect(self) -> None:
        session = self._session
        session.chatRequested.connect(self.bar.choose)
        session.projectChanged.connect(self._show_project)
        self.bar.changed.connect(self._choice_changed)
        self.bar.newChat.connect(self.new_chat)
        self.bar.listAsked.connect(self._want_list)
        self.bar.settingsAsked.connect(self._show_middle)
        self.bar.addServerAsked.connect(self._add_server)
        self.composer.projectPicturesAsked.connect(self.pick_pictures)
        self.composer.editLastAsked.connect(lambda: self.edit_question(len(self.thread_data.exchanges) - 1))
        self.panel.chooseAsked.connect(self.composer.choose_pictures)
        self.transcript.addToProject.connect(self.add_to_project)
        self.transcript.rowsMade.connect(self._dress_answers)
        self.settings.closed.connect(lambda: self.bar.settings_button.setChecked(False))
        self.settings.systemChanged.connect(self.desk.set_system)
        self.settings.serversChanged.connect(self.bar.show_cards)
        self.desk.storeLeft.connect(self.talk.stop_all)
        self.desk.threadShown.connect(self._show_thread)
        self.talk.changed.connect(self._changed)
        self._stopper = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.talk.stop, context=_WITH_CHILDREN)
        self._stopper.setEnabled(False)

    def _connect_actions(self) -> None:
        self.page_actions = make_actions(self, Shortcuts.of(self._session))
        does = {
            "new": self.new_chat,
            "find": self._find,
            "next": lambda: self.desk.step(1),
            "previous": lambda: self.desk.step(-1),
            "list": self.bar.list_button.toggle,
            "duplicate": lambda: self.desk.duplicate(self.thread_data.id),
            "export": lambda: self.desk.export(self.thread_data.id),
            "settings": self.bar.settings_button.toggle,
            "write": self._write,
            "files": self.composer.choose_pictures,
            "project_pictures": self.pick_pictures,
            "point": self.composer.point_button.toggle,
            "edit": lambda: self.edit_question(self.pictures.shown),
            "again": lambda: self.talk.try_again(self.pictures.shown),
            "older": lambda: self.talk.step_version(self.pictures.shown, -1),
            "newer": lambda: self.talk.step_version(self.pictures.shown, 1),
            "up": lambda: self._step_answer(-1),
            "down": lambda: self._step_answer(1),
            "boxes": self._go_to_boxes,
            "keep": lambda: self.add_to_project(self.pictures.shown),
            "copy": lambda: self._press("copy_button"),
            "raw": lambda: self._press("raw_button"),
        }
        for name, action in self.page_actions.items():
            action.triggered.connect(does[name])

    # The chat

    @property
    def thread_data(self) -> ChatThread:
        """The chat that is open."""
        return self.desk.chat

    def new_chat(self) -> None:
        """Begin anew; the pictures go, the model stays. The former chat is kept, and goes on being answered."""
        for path in self.composer.pictures:
            self.composer.detach(path)
        self.desk.new()
        self._write()

    def edit_question(self, index: int) -> None:
        """Let a question be asked in other words, in its place."""
        view = self.transcript.question(index)
        if view is not None and not self.talk.busy:
            self.transcript.bring(index)
            view.edit()

    def _step_answer(self, by: int) -> None:
        index = min(max(self.pictures.shown + by, 0), len(self.thread_data.exchanges) - 1)
        if index >= 0:
            if self.transcript.answer(index) is None:
                self.transcript.show_earlier()
            self.pictures.select_answer(index)
            self.transcript.bring(index)

    def _go_to_boxes(self) -> None:
        self.panel.view.setFocus(Qt.FocusReason.TabFocusReason)
        self.pictures.step(1)

    def _press(self, name: str) -> None:
        view = self.transcript.answer(self.pictures.shown)
        if view is not None:
            getattr(view, name).click()

    def _find(self) -> None:
        self.bar.list_button.setChecked(True)
        self.threads.search.setFocus()
        self.threads.search.selectAll()

    def _write(self) -> None:
        self.bar.settings_button.setChecked(False)
        self.composer.field.setFocus()

    # Pictures

    def pick_pictures(self) -> None:
        """Choose pictures of the project for the next question."""
        project = self._session.project
        if project is None:
            self._session.notice.emit("info", self.tr("Open a project first, to take pictures from it."))
            return
        from qvl_desktop.gui.conversations.picture_picker import PicturePicker

        picker = PicturePicker(project, self._thumbnails, self)
        picker.setWindowTitle(self.tr("Add pictures to the question"))
        picker.words.setText(self.tr("Files can be dropped anywhere on the page too."))
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.picked.connect(lambda ids: self.composer.attach(row.file for row in project.pictures(ids)))
        picker.open()

    # The project

    def add_to_project(self, index: int) -> None:
        """Put the chat up to answer `index` into the open project, with its pictures and boxes, as one undo step."""
        session, project = self._session, self._session.project
        if project is None:
            session.notice.emit("info", self.tr("Open or create a project first, then add the chat to it."))
            return
        if not 0 <= index < len(self.thread_data.exchanges):
            return
        exchange = self.thread_data.exchanges[index]
        if exchange.running or not exchange.answer:
            return
        wanted = lesson(self.thread_data, index)
        if wanted.boxes > LARGE:
            words = self.tr("The chat is added to the project")
            session.edits.run(words, lambda report: add_to_project(project, wanted, report), self._added)
            return
        try:
            added = add_to_project(project, wanted)
        except QvlError as error:
            session.report(error)
            return
        self._added(added)

    def _added(self, added: Added) -> None:
        words = [self.tr("Added to the project: a conversation to learn from")]
        if added.regions:
            words.append(self.tr("boxes: {count}").format(count=added.regions))
        if added.pictures:
            words.append(self.tr("pictures: {count}").format(count=added.pictures))
        place = Place(conversation_id=added.conversation)
        self._session.offered.emit(
            "success",
            ", ".join(words) + ".",
            [
                (self.tr("Undo"), self._session.undo_this()),
                (self.tr("Show it"), lambda: self._session.placeRequested.emit("conversations", place)),
            ],
        )

    # Showing

    def _show_thread(self) -> None:
        self.bar.settings_button.setChecked(False)
        self.settings.show_system(self.thread_data.system)
        self.talk.show_thread()
        self._show_middle()

    def _changed(self) -> None:
        self._stopper.setEnabled(self.talk.busy)
        self._dress_answers()
        self._show_middle()

    def _dress_answers(self) -> None:
        """Which version each answer is, and what its buttons can do now."""
        there = self._session.project is not None
        words = self.tr("Keep this chat as a conversation to learn from") if there else self.tr("Open a project first")
        shown = self.thread_data.exchanges
        for view in self.transcript.answers:
            versions = self.thread_data.versions(view.exchange)
            if view.exchange in versions:
                view.set_version(versions.index(view.exchange) + 1, len(versions))
            view.add_button.setEnabled(there)
            view.add_button.setToolTip(words)
            for button in (view.retry_button, view.again_button):
                button.setEnabled(not self.talk.busy)
        for question in self.transcript.questions:
            question.set_editable(not self.talk.busy and bool(shown))

    def _show_middle(self, *_: object) -> None:
        settings = self.bar.settings_button.isChecked()
        if not settings:
            self.settings.finish()
        if settings:
            self.settings.show_choices()
            self._middle.setCurrentWidget(self.settings)
        elif self.thread_data.exchanges:
            self._middle.setCurrentWidget(self.transcript)
        else:
            self._middle.setCurrentWidget(self._hello if self.bar.ready else self._no_model)
        self.composer.setEnabled(self.bar.ready)
        self._show_examples()

    def _show_project(self) -> None:
        self.composer.set_project_open(self._session.project is not None)
        self._dress_answers()

    def _choice_changed(self) -> None:
        self._show_middle()
        spec = self.bar.spec()
        loaded = self._session.engine.state in (EngineState.READY, EngineState.STARTING)
        if spec is not None and loaded and not self.talk.busy:
            self._session.engine.use(spec)

    def show_servers(self) -> None:
        """Show the list of other servers, in the settings."""
        self.bar.settings_button.setChecked(True)
        self.settings.ensureWidgetVisible(self.settings.servers.save_button)
        self.settings.servers.choice.setFocus()

    def _add_server(self) -> None:
        self.show_servers()
        self.settings.servers.begin_new()

    def _take_example(self, words: str) -> None:
        self.composer.field.setPlainText(words)
        self.composer.field.setFocus()

    # Being made again

    def hand_over(self) -> ChatState:
        """The question that is being written and what is open. Answers under way go on at the next page."""
        settings, compares = self.bar.settings_button.isChecked(), self.compare.on
        return ChatState(self.composer.field.toPlainText(), self.composer.pictures, settings, compares)

    def take_over(self, state: object) -> None:
        """Go on with it."""
        if isinstance(state, ChatState):
            if state.compares != self.compare.on:
                self.compare.button.click()
            self.composer.attach(state.pictures)
            self.composer.field.setPlainText(state.question)
            self.bar.settings_button.setChecked(state.settings)

    # The list of chats

    def _want_list(self, wanted: bool) -> None:
        self.threads.setVisible(wanted)
        state = self._session.settings.window_state
        self._session.settings.window_state = state | {"chat list": "yes" if wanted else "no"}

    def _show_list(self) -> None:
        """As the user wants it; without a wish, where there is room."""
        wish = self._session.settings.window_state.get("chat list", "")
        shown = wish == "yes" if wish else self.width() >= NARROW
        self.bar.list_button.blockSignals(True)
        self.bar.list_button.setChecked(shown)
        self.bar.list_button.blockSignals(False)
        self.threads.setVisible(shown)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_list()

    # Dropping and pasting

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.composer.isEnabled():
            self.composer.field.paste()
            self.composer.field.setFocus()
        else:
            super().keyPressEvent(event)

    @guarded
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if picture_files(event.mimeData()):
            event.acceptProposedAction()

    @guarded
    def dropEvent(self, event: QDropEvent) -> None:
        self.composer.attach(picture_files(event.mimeData()))
        event.acceptProposedAction()

    @guarded(default=QSize)
    def sizeHint(self) -> QSize:
        return QSize(1100, 720)

    def attach(self, paths: list[Path]) -> None:
        """Put pictures to the next question, from another page."""
        self.composer.attach(paths)


_WITH_CHILDREN = Qt.ShortcutContext.WidgetWithChildrenShortcut
