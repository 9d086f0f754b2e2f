"""Asking several at once: one question, an answer from each, all kept in the chat as versions.

Owns which answers are under way, and which version of the chat's last question is whose. Does not own the network
(`jobs.chat_client`), the processes (`jobs.engines`), how a chat is kept (`thread_desk`) nor how answers are shown
(`compare_view`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from weakref import WeakSet

from PySide6.QtCore import QObject, Signal

from qvl_desktop.gui.chat.answering import Answering
from qvl_desktop.gui.chat.choices import Choices
from qvl_desktop.gui.chat.compare_sources import Source
from qvl_desktop.gui.chat.thread import Exchange, State, settled
from qvl_desktop.gui.chat.thread_desk import ThreadDesk
from qvl_desktop.jobs.chat_client import ChatClient
from qvl_desktop.jobs.engine import EngineState, EngineSupervisor
from qvl_desktop.jobs.engines import EnginePool, name_of, with_adapters
from qvl_desktop.jobs.server_client import client_of
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.waiting import waiter


class CompareDesk(QObject):
    """Signals: `grown(exchange)` with every piece, `ended(exchange)`, `waiting(exchange, stage)`: its model is still
    being loaded, `changed()`: other exchanges are to be shown."""

    grown = Signal(object)
    ended = Signal(object)
    waiting = Signal(object, str)
    changed = Signal()

    def __init__(self, session: Session, threads: ThreadDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._threads = threads
        self._pool = EnginePool.of(session)
        self._under_way: list[Answering] = []
        running: list[Exchange] = []
        self._running = running
        self._engines: dict[int, EngineSupervisor] = {}
        self._heard: WeakSet[EngineSupervisor] = WeakSet()
        self._idle = waiter(self, 0, self._look_for_idle)
        self.destroyed.connect(lambda: _abandon(running))

    @property
    def busy(self) -> bool:
        """Whether any answer is under way."""
        return bool(self._under_way)

    @property
    def last(self) -> Exchange | None:
        """The exchange with which the chat ends."""
        shown = self._threads.chat.exchanges
        return shown[-1] if shown else None

    def answer_of(self, source: Source) -> Exchange | None:
        """The newest answer of a source to the chat's last question."""
        last = self.last
        if last is None:
            return None
        same = [
            one
            for one in self._threads.chat.versions(last)
            if one.question == last.question and one.pictures == last.pictures and not one.corrected
        ]
        return next((one for one in reversed(same) if one.model == source.label), None)

    # Asking

    def ask(self, words: str, paths: Sequence[Path], sources: Sequence[Source]) -> None:
        """Ask all of them, behind what was said last."""
        pictures = tuple(path.absolute() for path in paths)
        self._ask(words, pictures, self.last, sources)

    def ask_again(self, sources: Sequence[Source]) -> None:
        """Ask some of them the chat's last question (once more); what they said before stays as versions."""
        last = self.last
        if last is not None:
            self._ask(last.question, last.pictures, last.before, sources)

    def _ask(self, words: str, pictures: tuple[Path, ...], before: Exchange | None, sources: Sequence[Source]) -> None:
        """All with the same words before them, whoever said those."""
        if self.busy:
            return
        engines = self._pool.engines(source.model for source in sources if source.server is None)
        specs = {
            model: with_adapters(
                engine,
                model,
                [source.adapter for source in sources if source.model == model and source.adapter is not None],
            )
            for model, engine in engines.items()
        }
        options = Choices.of(self._session.settings).options
        first: Exchange | None = None
        for source in sources:
            exchange = Exchange(words, pictures, model=source.label)
            first = first or exchange
            self._threads.add(exchange, before)
            if source.server is not None:
                client, name = client_of(source.server), source.server.model
            else:
                engine = engines[source.model]
                client, name = ChatClient(engine), name_of(specs[source.model], source.adapter)
                self._engines[id(exchange)] = engine
                self._hear(engine)
            under_way = Answering(client, self._threads.chat, exchange, self, local=source.server is None)
            under_way.grown.connect(lambda one: self.grown.emit(one.exchange))
            under_way.waiting.connect(self._say_waiting)
            under_way.begun.connect(lambda one: self.waiting.emit(one.exchange, ""))
            under_way.ended.connect(self._ended)
            under_way.keepAsked.connect(lambda one: self._threads.keep(one.exchange))
            self._under_way.append(under_way)
            self._running.append(exchange)
            under_way.ask(name, options)
        if first is not None:
            self._threads.show_version(first)
        for model, engine in engines.items():
            engine.use(specs[model])
        self.changed.emit()

    def stop(self) -> None:
        """End every answer at once; what was said stays."""
        for one in list(self._under_way):
            one.stop()

    def drop_all(self) -> None:
        """End every answer without a word: their chats are those of another store."""
        under_way, self._under_way = self._under_way, []
        self._running.clear()
        for one in under_way:
            one.blockSignals(True)
            one.stop()
            one.deleteLater()

    def take(self, exchange: Exchange) -> None:
        """Let the chat go on from this answer."""
        if exchange in self._threads.chat.versions(exchange):
            self._threads.show_version(exchange)
            self.changed.emit()

    # Hearing

    def _hear(self, engine: EngineSupervisor) -> None:
        if engine in self._heard:
            return
        self._heard.add(engine)
        engine.stageChanged.connect(self._say_all_waiting)
        engine.stateChanged.connect(self._engine_changed)

    def _say_all_waiting(self, _stage: str) -> None:
        for one in self._under_way:
            self._say_waiting(one)

    def _say_waiting(self, one: Answering) -> None:
        engine = self._engines.get(id(one.exchange))
        if engine is not None and engine.state is not EngineState.READY:
            self.waiting.emit(one.exchange, engine.stage or "libraries")

    def _engine_changed(self, state: EngineState) -> None:
        if state is EngineState.IDLE:
            self._idle.start()  # between two specs an engine is idle for a moment too

    def _look_for_idle(self) -> None:
        for one in list(self._under_way):
            engine = self._engines.get(id(one.exchange))
            if engine is not None and engine.state is EngineState.IDLE and one.exchange.state is State.ASKED:
                one.exchange.problem = self.tr("The model was unloaded before it answered.")
                one.stop()

    def _ended(self, one: Answering) -> None:
        if one in self._under_way:
            self._under_way.remove(one)
            self._running.remove(one.exchange)
        self._engines.pop(id(one.exchange), None)
        self._threads.keep(one.exchange)
        if one.thread_data is not self._threads.chat and not self.busy:
            self._threads.forget_live(one.thread_data)
        one.deleteLater()
        self.ended.emit(one.exchange)


def _abandon(running: list[Exchange]) -> None:
    """The page went away (it is made anew in another language) and nobody hears these answers any more."""
    for exchange in running:
        exchange.answer, exchange.state = settled(exchange.answer), State.STOPPED
    running.clear()
