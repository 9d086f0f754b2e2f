"""The Chat page: puts model bar, picture, transcript and composer together around one chat.

Owns the flow: a question goes out, pieces come in, boxes appear, a hover lights both ends, failures have a way out.
Does not own the parts' look, the network (`jobs.chat_client`) or the engine (`jobs.engine`).
"""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.cards import DEMO
from qvl_desktop.core.chat_protocol import ChatOptions
from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.pictures import picture_size
from qvl_desktop.core.tokens import format_box
from qvl_desktop.gui.chat.composer import Composer, picture_files
from qvl_desktop.gui.chat.model_bar import ModelBar
from qvl_desktop.gui.chat.picture_panel import PicturePanel
from qvl_desktop.gui.chat.saving import add_to_project
from qvl_desktop.gui.chat.thread import ChatThread, Exchange, Phrase, State, phrases, settled
from qvl_desktop.gui.chat.transcript import Transcript
from qvl_desktop.gui.theme import Space, set_surface
from qvl_desktop.gui.widgets.empty_state import EmptyState
from qvl_desktop.gui.widgets.guarded import guarded
from qvl_desktop.gui.widgets.picture_view import ShownBox
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.jobs.chat_client import ChatClient, Outcome
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.session import Session

BoxKey = tuple[int, int, int]
"""Exchange, phrase and box, each counted from 0."""

_threads: WeakKeyDictionary[Session, ChatThread] = WeakKeyDictionary()
"""The chat of each window; it stays when the page is made again in another language."""


class ChatPage(QWidget):
    """Asks the chosen model about pictures and shows where its answers point."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.thread_data = _threads.setdefault(session, ChatThread())
        self._shown = -1
        self._sizes: dict[Path, tuple[int, int] | None] = {}
        self.setAcceptDrops(True)
        self.client = ChatClient(session.engine, self)
        thumbnails = Thumbnails(self)
        self.bar = ModelBar(session, self)
        set_surface(self.bar, "panel")
        self.panel = PicturePanel(thumbnails, self)
        self.transcript = Transcript(thumbnails, self)
        self.composer = Composer(thumbnails, self)
        self._make_invitations()
        self._lay_out()
        self._connect()
        self._show_thread()

    def _make_invitations(self) -> None:
        """What stands in the transcript's place before the first question."""
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
        for widget in (self._hello, self._no_model, self.transcript):
            self._middle.addWidget(widget)
        talk = QWidget(self)
        column = QVBoxLayout(talk)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle, 1)
        holder = QVBoxLayout()
        holder.setContentsMargins(Space.L, 0, Space.L, Space.L)
        holder.addWidget(self.composer)
        column.addLayout(holder)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(self.panel)
        split.addWidget(talk)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        talk.setMinimumWidth(440)
        self.panel.setMinimumWidth(280)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(split, 1)
        self.setFocusProxy(self.composer.field)

    def _connect(self) -> None:
        session, client = self._session, self.client
        session.chatRequested.connect(self.bar.choose)
        session.projectChanged.connect(self._show_project)
        session.engine.crashed.connect(self._crashed)
        session.engine.stageChanged.connect(self._say_waiting)
        self.bar.changed.connect(self._choice_changed)
        self.bar.newChat.connect(self.new_chat)
        self.composer.sent.connect(self.ask)
        self.composer.stopped.connect(client.stop)
        self.composer.picturesChanged.connect(self._attached)
        self.composer.pictureClicked.connect(self.panel.show_picture)
        self.panel.chooseAsked.connect(self.composer.choose_pictures)
        self.panel.pictureChosen.connect(self._choose_picture)
        self.panel.view.boxHovered.connect(self._box_hovered)
        self.panel.view.boxDrawn.connect(self._pointed)
        self.panel.view.drawingLeft.connect(lambda: self.composer.point_button.setChecked(False))
        self.composer.pointAsked.connect(self._point)
        self.panel.view.pictureShown.connect(lambda _: self._show_boxes())
        self.transcript.phraseHovered.connect(self._phrase_hovered)
        self.transcript.answerSelected.connect(self.select_answer)
        self.transcript.pictureClicked.connect(self._choose_picture)
        self.transcript.retry.connect(self.try_again)
        self.transcript.addToProject.connect(self.add_to_project)
        client.waiting.connect(self._say_waiting)
        client.started.connect(self._started)
        client.piece.connect(self._piece)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.client.stop, context=_WITH_CHILDREN)

    # Asking

    def ask(self, words: str, paths: list[Path]) -> None:
        """Ask a question with the pictures that came with it."""
        spec = self.bar.spec()
        if spec is None:
            self.composer.attach(paths)
            self.composer.field.setPlainText(words)
            self._show_middle()
            return
        exchange = Exchange(words, tuple(path.absolute() for path in paths))
        self.thread_data.exchanges.append(exchange)
        self.transcript.append(exchange)
        self._send()

    def try_again(self, index: int) -> None:
        """Ask question `index` once more; what came after it is forgotten."""
        if self.client.busy or not 0 <= index < len(self.thread_data.exchanges):
            return
        if self._session.engine.state is EngineState.FAILED:
            self.bar.forget_others()
        old = self.thread_data.exchanges[index]
        del self.thread_data.exchanges[index:]
        self.thread_data.exchanges.append(Exchange(old.question, old.pictures))
        self._shown = -1
        self._show_thread()
        self._send()

    def new_chat(self) -> None:
        """Begin anew; the pictures go, the model stays."""
        self.client.stop()
        self.thread_data.exchanges.clear()
        for path in self.composer.pictures:
            self.composer.detach(path)
        self._shown = -1
        self._show_thread()
        self.composer.field.setFocus()

    def _send(self) -> None:
        spec = self.bar.spec()
        if spec is None:
            return
        exchange = self.thread_data.exchanges[-1]
        exchange.model = self.bar.shown_name
        self._session.engine.use(spec)
        self.composer.set_busy(True)
        self.client.ask(self.thread_data.turns(), self.bar.request_model, ChatOptions())
        self._show_middle()
        self._show_pictures()
        self.select_answer(self._last)

    @property
    def _last(self) -> int:
        return len(self.thread_data.exchanges) - 1

    # Hearing

    def _say_waiting(self) -> None:
        if self.client.busy and self._session.engine.state is not EngineState.READY:
            self.transcript.answers[-1].set_waiting_for(self.bar.stage_words(self._session.engine.stage))

    def _started(self) -> None:
        self.transcript.answers[-1].set_waiting_for("")

    def _piece(self, text: str) -> None:
        exchange = self.thread_data.exchanges[-1]
        exchange.state = State.ANSWERING
        exchange.answer += text
        self.transcript.refresh(self._last, soon=True)
        if ">" in text and self._shown == self._last:
            self._show_boxes()

    def _finished(self, outcome: Outcome) -> None:
        if not self.thread_data.exchanges:
            return
        exchange = self.thread_data.exchanges[-1]
        exchange.state = State.STOPPED if outcome.finish == "stopped" else State.DONE
        exchange.answer = settled(exchange.answer) if exchange.state is State.STOPPED else exchange.answer
        exchange.cut = outcome.finish == "length"
        exchange.tokens, exchange.seconds = outcome.tokens, outcome.seconds
        exchange.tokens_per_second = outcome.tokens_per_second
        self._settle()

    def _failed(self, problem: str) -> None:
        if not self.thread_data.exchanges:
            return
        exchange = self.thread_data.exchanges[-1]
        exchange.state, exchange.problem = State.FAILED, problem
        exchange.answer = settled(exchange.answer)
        self._settle()

    def _settle(self) -> None:
        self.composer.set_busy(False)
        self.transcript.refresh(self._last)
        self._show_project()
        self._show_boxes()

    def _crashed(self, reason: str) -> None:
        if not self.thread_data.exchanges or self.thread_data.exchanges[-1].state is not State.FAILED:
            self._session.notice.emit("warning", reason)

    # Pictures and boxes

    def select_answer(self, index: int) -> None:
        """Show the boxes of answer `index`, on their picture."""
        self._shown = index
        path = self.thread_data.picture_of(index)
        if path is not None:
            self.panel.show_picture(path)
        self._show_boxes()

    def _boxes(self) -> list[ShownBox]:
        if not 0 <= self._shown < len(self.thread_data.exchanges):
            return []
        path, size = self.panel.path, self.panel.view.picture_size
        if path is None or path != self.thread_data.picture_of(self._shown) or self.panel.view.waiting or not size:
            return []
        return [
            ShownBox((self._shown, number, place), box.decode(*size), phrase.words.strip())
            for number, phrase in enumerate(self._phrases())
            for place, box in enumerate(phrase.boxes)
        ]

    def _phrases(self) -> list[Phrase]:
        """The phrases of the shown answer, as far as they are certain."""
        if not 0 <= self._shown < len(self.thread_data.exchanges):
            return []
        exchange = self.thread_data.exchanges[self._shown]
        text = settled(exchange.answer) if exchange.running else exchange.answer
        return [part for part in phrases(text) if isinstance(part, Phrase)]

    def _show_boxes(self) -> None:
        self.panel.view.show_boxes(self._boxes())

    def _attached(self, paths: list[Path]) -> None:
        for path in paths:
            if not self._readable(path):
                self.composer.detach(path)
                return
        self._show_pictures()
        if paths:
            self.panel.show_picture(paths[-1])
            self._show_boxes()
            self.composer.field.setFocus()

    def _readable(self, path: Path) -> bool:
        try:
            picture_size(path)
        except PictureError as error:
            self._session.report(error)
            return False
        return True

    def _choose_picture(self, path: Path) -> None:
        self.panel.show_picture(path)
        about = [index for index in range(self._last + 1) if self.thread_data.picture_of(index) == path]
        if about and self._shown not in about:
            self._shown = about[-1]
        self._show_boxes()

    def _phrase_hovered(self, index: int, number: int | None) -> None:
        if number is not None and index != self._shown:
            self.select_answer(index)
        self.transcript.light(index, number)
        self._light_boxes(number)

    def _box_hovered(self, key: BoxKey | None) -> None:
        self.transcript.light(key[0] if key else None, key[1] if key else None)
        self._light_boxes(key[1] if key else None)

    def _light_boxes(self, number: int | None) -> None:
        """Light up all boxes of one phrase of the shown answer, or none."""
        found = self._phrases() if number is not None else []
        boxes = found[number].boxes if number is not None and number < len(found) else ()
        self.panel.view.light_all([(self._shown, number, place) for place in range(len(boxes))])

    def _point(self, pointing: bool) -> None:
        """Let the next drag put a box into the question. It belongs to the chat's last picture: that one is shown."""
        paths = [*self.thread_data.pictures, *self.composer.pictures]
        if pointing and paths:
            self.panel.show_picture(self.composer.pictures[-1] if self.composer.pictures else self._last_picture())
            self._show_boxes()
        self.panel.view.set_drawing("" if pointing and paths else None)

    def _last_picture(self) -> Path | None:
        return self.thread_data.picture_of(self._last)

    def _pointed(self, rect: Rect) -> None:
        size = self.panel.view.picture_size
        self.composer.point_button.setChecked(False)
        if size is not None:
            self.composer.insert(format_box(Box.encode(rect, *size)))

    # The project

    def add_to_project(self, index: int) -> None:
        """Put the chat up to answer `index` into the open project, as one undo step."""
        project = self._session.project
        if project is None:
            self._session.notice.emit("info", self.tr("Open or create a project first, then add the chat to it."))
            return
        try:
            add_to_project(project, self.thread_data, index)
        except QvlError as error:
            self._session.report(error)
            return
        self._session.notice.emit("success", self.tr("Added to the project. Correct it on the Conversations page."))

    # Showing all

    def _show_thread(self) -> None:
        for exchange in self.thread_data.exchanges:
            if exchange.running and not self.client.busy:
                exchange.state = State.STOPPED
        self.transcript.show_all(self.thread_data.exchanges)
        self._show_project()
        self._show_pictures()
        if self.thread_data.exchanges:
            self.select_answer(self._last)
        else:
            self.panel.show_picture(self.composer.pictures[-1] if self.composer.pictures else None)
        self._show_middle()

    def _show_pictures(self) -> None:
        paths = list(dict.fromkeys([*self.thread_data.pictures, *self.composer.pictures]))
        self.panel.set_pictures(paths)
        if self.panel.path not in paths:
            self.panel.show_picture(paths[-1] if paths else None)
        self.composer.set_pointing_possible(bool(paths))

    def _show_middle(self) -> None:
        if self.thread_data.exchanges:
            self._middle.setCurrentWidget(self.transcript)
        else:
            self._middle.setCurrentWidget(self._hello if self.bar.model else self._no_model)
        self.composer.setEnabled(bool(self.bar.model))
        self._show_examples()

    def _show_project(self) -> None:
        there = self._session.project is not None
        words = self.tr("Keep this chat as a conversation to learn from") if there else self.tr("Open a project first")
        for answer in self.transcript.answers:
            answer.add_button.setEnabled(there)
            answer.add_button.setToolTip(words)

    def _choice_changed(self) -> None:
        self._show_middle()
        spec = self.bar.spec()
        loaded = self._session.engine.state in (EngineState.READY, EngineState.STARTING)
        if spec is not None and loaded and not self.client.busy:
            self._session.engine.use(spec)

    def _take_example(self, words: str) -> None:
        self.composer.field.setPlainText(words)
        self.composer.field.setFocus()

    # Dropping

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


_WITH_CHILDREN = Qt.ShortcutContext.WidgetWithChildrenShortcut
