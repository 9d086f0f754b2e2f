"""Asking, and hearing the answer: of several chats at a time if need be.

Owns which answers are under way, asking again, asking in other words, stopping, and what went wrong. Does not own the
network (`jobs.chat_client`), the engine (`jobs.engine`), how a chat is kept (`thread_desk`) nor pictures
(`picture_desk`).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qvl_desktop.gui.chat.answering import Answering
from qvl_desktop.gui.chat.choices import Choices
from qvl_desktop.gui.chat.composer import Composer
from qvl_desktop.gui.chat.model_bar import ModelBar
from qvl_desktop.gui.chat.picture_desk import PictureDesk, corrected_version
from qvl_desktop.gui.chat.thread import ChatThread, Exchange, State
from qvl_desktop.gui.chat.thread_desk import ThreadDesk
from qvl_desktop.gui.chat.transcript import Transcript
from qvl_desktop.jobs.chat_client import ChatClient
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.server_client import client_of
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter


class TalkDesk(QObject):
    """Signals: `changed()`: an answer began or ended, or the messages on show are others."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        bar: ModelBar,
        transcript: Transcript,
        composer: Composer,
        threads: ThreadDesk,
        pictures: PictureDesk,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._bar = bar
        self._transcript = transcript
        self._composer = composer
        self._threads = threads
        self._pictures = pictures
        self._under_way: list[Answering] = threads.chats.under_way
        self._crash = ""
        self._idle = waiter(self, 0, self._stay_idle)
        composer.sent.connect(self.ask)
        composer.stopped.connect(self.stop)
        transcript.retry.connect(self.try_again)
        transcript.edited.connect(self.ask_otherwise)
        transcript.versionAsked.connect(self.step_version)
        pictures.corrected.connect(self.correct)
        for one in self._under_way:  # of a page in another language
            self._follow(one)
        session.engine.stageChanged.connect(self._say_waiting)
        session.engine.stateChanged.connect(self._engine_changed)
        session.engine.crashed.connect(self._crashed)

    @property
    def chat(self) -> ChatThread:
        return self._threads.chat

    @property
    def answering(self) -> Answering | None:
        """The answer of the open chat that is under way."""
        return next((one for one in self._under_way if one.thread_data is self.chat), None)

    @property
    def busy(self) -> bool:
        """Whether the open chat is being answered."""
        return self.answering is not None

    # Asking

    def ask(self, words: str, paths: list[Path]) -> None:
        """Ask a question with the pictures that came with it."""
        if self.busy or not self._bar.ready:
            self._composer.attach(paths)
            self._composer.field.setPlainText(words)
            return
        shown = self.chat.exchanges
        exchange = Exchange(words, tuple(path.absolute() for path in paths), model=self._bar.shown_name)
        self._threads.add(exchange, shown[-1] if shown else None)
        self._transcript.append(exchange)
        self._send(exchange)

    def try_again(self, index: int) -> None:
        """Have question `index` answered once more; what was answered stays as a version."""
        if 0 <= index < len(self.chat.exchanges):
            self.ask_otherwise(index, self.chat.exchanges[index].question)

    def ask_otherwise(self, index: int, words: str) -> None:
        """Ask question `index` in other words; all that was said stays as a version."""
        if self.busy or not self._bar.ready or not 0 <= index < len(self.chat.exchanges):
            return
        if self._session.engine.state is EngineState.FAILED:
            self._bar.forget_others()
        old = self.chat.exchanges[index]
        exchange = Exchange(words, old.pictures, model=self._bar.shown_name)
        self._threads.add(exchange, old.before)
        self._show_from(index)
        self._send(exchange)

    def correct(self, index: int, text: str) -> None:
        """Let answer `index` read otherwise, by hand; what the model wrote stays as a version."""
        old = self.chat.exchanges[index]
        if old.corrected:
            old.answer = text
            self._threads.keep(old)
            self._transcript.refresh(index)
            return
        self._threads.add(corrected_version(old, text), old.before)
        self._show_from(index)
        self._pictures.select_answer(index)

    def step_version(self, index: int, by: int) -> None:
        """Show the next or former version of exchange `index`."""
        if self.busy or not 0 <= index < len(self.chat.exchanges):
            return
        exchange = self.chat.exchanges[index]
        versions = self.chat.versions(exchange)
        at = versions.index(exchange) + by
        if 0 <= at < len(versions):
            self._threads.show_version(versions[at])
            self._show_from(index)
            self._pictures.select_answer(index)

    def stop(self) -> None:
        """End the answer of the open chat at once."""
        if (under_way := self.answering) is not None:
            under_way.stop()

    def stop_all(self) -> None:
        """End every answer, and keep what was said of them."""
        under_way = self._under_way[:]
        self._under_way.clear()
        for one in under_way:
            one.blockSignals(True)
            one.stop()
            self._threads.keep(one.exchange)
            one.deleteLater()
        self._composer.set_busy(False)

    def _send(self, exchange: Exchange) -> None:
        server, spec = self._bar.server, self._bar.spec()
        client = ChatClient(self._session.engine) if server is None else client_of(server)
        under_way = Answering(client, self.chat, exchange, self._threads.chats, local=server is None)
        self._follow(under_way)
        self._under_way.append(under_way)
        self._composer.set_busy(True)
        if server is None and spec is not None:
            self._session.engine.use(spec)
        under_way.ask(self._bar.request_model, Choices.of(self._session.settings).options)
        self._pictures.show_pictures()
        self._pictures.select_answer(len(self.chat.exchanges) - 1)
        self.changed.emit()

    # Hearing

    def _follow(self, one: Answering) -> None:
        one.grown.connect(self._grown)
        one.waiting.connect(self._waits)
        one.begun.connect(self._begun)
        one.ended.connect(self._ended)
        one.keepAsked.connect(self._keep)

    def _waits(self, _: Answering) -> None:
        self._say_waiting()

    def _begun(self, one: Answering) -> None:
        self._say(one, "")

    def _keep(self, one: Answering) -> None:
        self._threads.keep(one.exchange)

    def _index(self, one: Answering) -> int | None:
        """Where the exchange is on show; None while another chat or version is."""
        shown = self.chat.exchanges
        if one.thread_data is not self.chat:
            return None
        return next((at for at in range(len(shown) - 1, -1, -1) if shown[at] is one.exchange), None)

    def _say_waiting(self) -> None:
        if self._session.engine.state is EngineState.READY:
            return
        for one in self._under_way:
            self._say(one, self._bar.stage_words(self._session.engine.stage))

    def _say(self, one: Answering, words: str) -> None:
        index = self._index(one)
        view = self._transcript.answer(index) if index is not None else None
        if view is not None:
            view.set_waiting_for(words)

    def _grown(self, one: Answering) -> None:
        index = self._index(one)
        if index is not None:
            boxes = one.exchange.reader.boxes if self._pictures.shown == index else 0
            self._transcript.refresh(index, soon=True)
            if boxes:
                self._pictures.show_soon()

    def _ended(self, one: Answering) -> None:
        if one in self._under_way:
            self._under_way.remove(one)
        self._threads.keep(one.exchange)
        index = self._index(one)
        if index is not None:
            self._composer.set_busy(False)
            self._transcript.refresh(index)
            if self._pictures.shown == index:
                self._pictures.show_boxes()
        else:
            self._threads.forget_live(one.thread_data)
        one.deleteLater()
        self.changed.emit()

    def _engine_changed(self, state: EngineState) -> None:
        if state is EngineState.IDLE:
            self._idle.start()  # it may only be changing its model
        if state is EngineState.READY and self._crash:
            self._crash = ""
            self._session.notice.emit("info", self.tr("The model is running again. The chat is as it was: go on."))

    def _stay_idle(self) -> None:
        """The model was unloaded: questions that wait for it wait in vain."""
        if self._session.engine.state is not EngineState.IDLE:
            return
        for one in [one for one in self._under_way if one.local and one.exchange.state is State.ASKED]:
            one.exchange.problem = self.tr("The model was unloaded before it answered.")
            one.stop()

    def _crashed(self, reason: str) -> None:
        self._crash = reason
        shown = self.chat.exchanges
        if not shown or shown[-1].state is not State.FAILED:
            self._session.notice.emit("warning", reason)

    # Showing

    def show_thread(self) -> None:
        """Show the open chat from its end."""
        self._transcript.show_all(self.chat.exchanges)
        self._pictures.show_thread(self.chat)
        self._composer.set_busy(self.busy)
        self._say_waiting()
        self.changed.emit()

    def _show_from(self, index: int) -> None:
        self._transcript.show_from(index, self.chat.exchanges)
        self._pictures.show_pictures()
        self.changed.emit()
