"""One question under way: pieces go into its exchange, whichever chat is on show meanwhile.

Owns following one answer to its end, and ending one that never stops by itself. Does not own the network
(`jobs.chat_client`), where a chat is kept, nor how an answer is shown.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.chat_protocol import ChatOptions
from qvl_desktop.gui.chat.thread import ChatThread, Exchange, State, settled
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.chat_client import ChatClient, Outcome

MOST_CHARACTERS = 1_000_000
"""An answer that is longer is ended here: no server is trusted to keep to the limit it was given."""

KEEP_SECONDS = 3.0
"""A growing answer is kept at most so often, that little is lost if the program ends."""

KEEP_CHARACTERS = 10_000
"""A long one less often: so many characters a second are written at most."""


class Answering(QObject):
    """Signals: `grown(Answering)` with every piece, `waiting(Answering)`, `begun(Answering)`, `ended(Answering)`, and
    `keepAsked(Answering)` now and then."""

    grown = Signal(object)
    waiting = Signal(object)
    begun = Signal(object)
    ended = Signal(object)
    keepAsked = Signal(object)

    def __init__(
        self, client: ChatClient, thread: ChatThread, exchange: Exchange, parent: QObject, *, local: bool = True
    ) -> None:
        """`local`: the engine of this window answers, and not another server."""
        super().__init__(parent)
        self.local = local
        self.thread_data = thread
        self.exchange = exchange
        self.client = client
        client.setParent(self)
        self._kept = 0.0
        self._first_piece = 0.0
        client.waiting.connect(lambda: self.waiting.emit(self))
        client.started.connect(lambda: self.begun.emit(self))
        client.piece.connect(self._piece)
        client.finished.connect(self._finished)
        client.failed.connect(self._failed)

    @property
    def running(self) -> bool:
        return self.exchange.running

    def ask(self, model: str, options: ChatOptions) -> None:
        """Send the question, with all that was said before it."""
        self._kept = time.monotonic()
        index = self.thread_data.exchanges.index(self.exchange)
        self.client.ask(self.thread_data.turns(index), model, options)

    def stop(self) -> None:
        """End it at once, whatever it is doing; what was said stays."""
        if self.client.busy:
            self.client.stop()
        elif self.running:
            self._end(State.STOPPED)

    def _piece(self, text: str) -> None:
        exchange = self.exchange
        exchange.state = State.ANSWERING
        exchange.answer += text
        self._first_piece = self._first_piece or time.monotonic()
        if len(exchange.answer) > MOST_CHARACTERS:
            words = self.tr("The answer did not end by itself; it was ended after {count} characters.")
            exchange.problem = words.format(count=count_text(len(exchange.answer)))
            self.stop()
            return
        self.grown.emit(self)
        if time.monotonic() - self._kept > max(KEEP_SECONDS, len(exchange.answer) / KEEP_CHARACTERS):
            self._kept = time.monotonic()
            self.keepAsked.emit(self)

    def _finished(self, outcome: Outcome) -> None:
        exchange = self.exchange
        exchange.cut = outcome.finish == "length"
        exchange.tokens, exchange.seconds = outcome.tokens, outcome.seconds
        exchange.tokens_per_second = outcome.tokens_per_second or self._rate(outcome.tokens)
        self._end(State.STOPPED if outcome.finish == "stopped" else State.DONE)

    def _rate(self, tokens: int) -> float:
        """Tokens a second after the first, where the server does not tell."""
        passed = time.monotonic() - self._first_piece if self._first_piece else 0.0
        return (tokens - 1) / passed if tokens > 1 and passed > 0.05 else 0.0

    def _failed(self, problem: str) -> None:
        self.exchange.problem = problem
        self._end(State.FAILED)

    def _end(self, state: State) -> None:
        exchange = self.exchange
        exchange.state = state
        if state is not State.DONE:
            exchange.answer = settled(exchange.answer)
        self.ended.emit(self)
