"""Asking a server and hearing the answer as it is made.

Owns one question on the network at a time: waiting for the engine, the stream, stopping, and what went wrong in words.
Does not own the engine's process (`jobs.engine`) or the chat's history (`gui.chat`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QByteArray, QObject, QUrl, Signal
from PySide6.QtNetwork import QNetworkAccessManager, QNetworkProxy, QNetworkReply, QNetworkRequest

from qvl_desktop.core.chat_protocol import ChatOptions, Chunk, StreamReader, error_message, request_body
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.errors import QvlError
from qvl_desktop.jobs.engine import EngineState, EngineSupervisor
from qvl_desktop.jobs.task import Task

SILENCE_MS = 600_000
"""A server that says nothing for so long is given up (a large model may read for minutes on a CPU)."""

_ENGINE_GONE = (
    QNetworkReply.NetworkError.RemoteHostClosedError,
    QNetworkReply.NetworkError.ConnectionRefusedError,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer ended: `finish` is "stop", "length" or "stopped" (by the user). Rates and times in seconds."""

    finish: str
    tokens: int = 0
    tokens_per_second: float = 0.0
    seconds: float = 0.0


class ChatClient(QObject):
    """One question at a time to the engine.

    Signals:
        waiting(reason): the question is held until the model is loaded.
        started(): it is on its way.
        piece(text): more of the answer.
        finished(Outcome): the answer is complete, or was stopped.
        failed(message): it is not, and why; pieces may have come before.
    """

    waiting = Signal()
    started = Signal()
    piece = Signal(str)
    finished = Signal(object)
    failed = Signal(str)

    def __init__(self, engine: EngineSupervisor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._network = QNetworkAccessManager(self)
        self._network.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
        self._body: bytes | None = None
        self._task: Task[bytes] | None = None
        self._reply: QNetworkReply | None = None
        self._reader = StreamReader()
        self._outcome = Outcome("")
        self._problem = ""
        self._began = 0.0
        engine.stateChanged.connect(self._engine_changed)

    @property
    def busy(self) -> bool:
        """A question is being prepared, waits, or is being answered."""
        return self._task is not None or self._body is not None or self._reply is not None

    def ask(self, turns: Sequence[Turn], model: str, options: ChatOptions) -> None:
        """Ask; pictures named in the turns are read beside the window. A question still under way is stopped."""
        self.stop()
        self._begin()
        asked = tuple(turns)
        task: Task[bytes] = Task(lambda: request_body(asked, model, options))
        self._task = task.on_success(self._prepared).on_failure(self._not_prepared).start(self)

    def stop(self) -> None:
        """End the question at once, whatever it is doing; `finished` follows with "stopped"."""
        if not self.busy:
            return
        if self._task is not None:
            self._task.cancel()
        self._drop_reply()
        seconds = time.perf_counter() - self._began
        self._end()
        self.finished.emit(replace(self._outcome, finish="stopped", seconds=seconds))

    # On the way

    def _begin(self) -> None:
        self._reader, self._outcome, self._problem = StreamReader(), Outcome(""), ""
        self._began = time.perf_counter()

    def _prepared(self, body: bytes) -> None:
        self._task = None
        self._body = body
        if self._engine.state is EngineState.READY:
            self._send()
        elif self._engine.state is EngineState.FAILED:
            self._fail(self._engine.error)
        else:
            self.waiting.emit()

    def _not_prepared(self, error: Exception) -> None:
        self._fail(str(error) if isinstance(error, QvlError) else f"{type(error).__name__}: {error}")

    def _engine_changed(self, state: EngineState) -> None:
        if state is EngineState.READY and self._body is not None:
            self._send()
        elif state is EngineState.FAILED and self._body is not None:
            self._fail(self._engine.error)
        elif state in (EngineState.STARTING, EngineState.FAILED) and self._reply is not None:
            self._fail(self.tr("The model's process ended in the middle of the answer."))

    def _send(self) -> None:
        body, self._body = self._body or b"", None
        self._reply = self._network.post(self._request(), QByteArray(body))
        self._reply.readyRead.connect(self._read)
        self._reply.finished.connect(self._replied)
        self.started.emit()

    def _request(self) -> QNetworkRequest:
        request = QNetworkRequest(QUrl(f"{self._engine.url}/chat/completions"))
        request.setHeader(QNetworkRequest.KnownHeaders.ContentTypeHeader, "application/json")
        if self._engine.key:
            request.setRawHeader(b"Authorization", f"Bearer {self._engine.key}".encode())
        request.setRawHeader(b"Accept", b"text/event-stream")
        request.setTransferTimeout(SILENCE_MS)
        request.setAttribute(  # a key goes where it was meant to go, and nowhere else
            QNetworkRequest.Attribute.RedirectPolicyAttribute, QNetworkRequest.RedirectPolicy.ManualRedirectPolicy
        )
        return request

    def _read(self) -> None:
        reply = self._reply
        if reply is None or self._status(reply) != 200:
            return
        for chunk in self._reader.feed(bytes(reply.readAll().data())):
            self._take(chunk)
            if self._reply is not reply:  # somebody stopped it meanwhile
                return

    def _take(self, chunk: Chunk) -> None:
        self._problem = self._problem or chunk.error
        finish = chunk.finish or self._outcome.finish or ("stop" if chunk.done else "")
        if chunk.usage is not None:
            usage = chunk.usage
            self._outcome = Outcome(finish, usage.tokens, usage.tokens_per_second, usage.seconds)
        elif finish != self._outcome.finish:
            self._outcome = replace(self._outcome, finish=finish)
        if chunk.text:
            self.piece.emit(chunk.text)

    def _replied(self) -> None:
        reply = self._reply
        if reply is None:
            return
        self._read()
        if self._reply is not reply:
            return
        status = self._status(reply)
        if status == 200 and self._outcome.finish and not self._problem:
            self._drop_reply()
            self._end()
            outcome = self._outcome
            seconds = outcome.seconds or time.perf_counter() - self._began
            self.finished.emit(replace(outcome, seconds=seconds))
            return
        problem = self._problem
        if not problem and status not in (0, 200):
            problem = _refusal(bytes(reply.readAll().data())) or f"HTTP {status}"
        if not problem and (reply.error() in _ENGINE_GONE or reply.error() is QNetworkReply.NetworkError.NoError):
            problem = self._gone_words()
        if not problem and reply.error() is QNetworkReply.NetworkError.OperationCanceledError:
            problem = self.tr("The model said nothing for a long time. Try again, or choose a smaller model.")
        self._fail(
            problem or self.tr("The connection to the model broke off: {reason}.").format(reason=reply.errorString())
        )

    def _gone_words(self) -> str:
        return self.tr("The model's process ended in the middle of the answer.")

    def _fail(self, problem: str) -> None:
        self._drop_reply()
        self._end()
        self.failed.emit(problem)

    def _end(self) -> None:
        self._task = None
        self._body = None

    def _drop_reply(self) -> None:
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.readyRead.disconnect(self._read)
            reply.finished.disconnect(self._replied)
            reply.abort()
            reply.deleteLater()

    @staticmethod
    def _status(reply: QNetworkReply) -> int:
        status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        return int(status) if status is not None else 0


def _refusal(body: bytes) -> str:
    """The sentence of an error body."""
    try:
        return error_message(json.loads(body))
    except ValueError:
        return ""
