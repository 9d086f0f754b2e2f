"""Asking another server the way the engine is asked.

Owns what differs: the address is always ready, pictures go upright and no larger than the model's family looks at,
texts in the family's dialect both ways, and servers that do not stream. Does not own the network and its failures
(`chat_client`), dialects (`core.dialects`) nor the list of servers (`storage.servers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkProxy, QNetworkReply, QNetworkRequest

from qvl_desktop.core.chat_protocol import ChatOptions, Chunk, parse_chunk, request_body
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dialects import QWEN2_5_VL, Dialect, DialectStream, Size, dialect, render_turns
from qvl_desktop.core.foreign_servers import AnswerFilter
from qvl_desktop.jobs.asking import picture_for, seen_size
from qvl_desktop.jobs.chat_client import ChatClient
from qvl_desktop.jobs.engine import EngineState, EngineSupervisor
from qvl_desktop.jobs.task import Task
from qvl_desktop.storage.servers import Server

MOST_WHOLE_BYTES = 16 << 20
"""The largest answer of a server that does not stream."""


class _Door(QObject):
    """What stands in the engine's place: an address that is always ready."""

    stateChanged = Signal(object)

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.state = EngineState.READY
        self.url, self.key, self.error = server.url, server.key, ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request, and the sizes of its pictures in order: (width, height) in upright pixels."""

    body: bytes
    sizes: tuple[Size, ...]


class ServerClient(ChatClient):
    """One question at a time to another server; see `ChatClient`. `ask` takes the model's name from the server."""

    def __init__(self, server: Server, parent: QObject | None = None) -> None:
        self._door = _Door(server)
        super().__init__(cast("EngineSupervisor", self._door), parent)
        self._door.setParent(self)
        self._server = server
        self._stream: DialectStream | None = None
        self._filter = AnswerFilter()
        self._heard = False
        self._asking: Task[Prepared] | None = None
        self._network.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.DefaultProxy))

    @property
    def busy(self) -> bool:
        return super().busy or self._asking is not None

    def ask(self, turns: Sequence[Turn], model: str, options: ChatOptions) -> None:
        """Ask; pictures named in the turns are read and made smaller beside the window."""
        self.stop()
        self._begin()
        self._stream, self._heard = None, False
        asked, server = tuple(turns), self._server
        task = Task(lambda: prepare(asked, server, options))
        self._asking = task.on_success(self._made).on_failure(self._not_made).start(self)

    def stop(self) -> None:
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.cancel()
            self._body = self._body or b""  # something was under way: tell that it was stopped
        super().stop()

    def _made(self, made: Prepared) -> None:
        self._asking = None
        if self._server.dialect:
            self._stream = DialectStream(_language(self._server.dialect), made.sizes)
            self._filter = AnswerFilter()
        self._prepared(made.body)

    def _not_made(self, error: Exception) -> None:
        self._asking = None
        self._not_prepared(error)

    def _read(self) -> None:
        reply = self._reply
        if reply is None or self._status(reply) != 200:
            return
        if "event-stream" in str(reply.header(QNetworkRequest.KnownHeaders.ContentTypeHeader) or ""):
            super()._read()
        elif reply.isFinished():
            self._take(_whole(bytes(reply.read(MOST_WHOLE_BYTES).data())))

    def _take(self, chunk: Chunk) -> None:
        stream = self._stream
        self._heard = self._heard or bool(chunk.text)
        if stream is None:
            super()._take(chunk)
            return
        text = stream.feed(self._filter.feed(chunk.text)) if chunk.text else ""
        if chunk.finish or chunk.done or chunk.error:
            text += self._rest(stream)
        super()._take(Chunk(text, chunk.finish, chunk.usage, chunk.error, chunk.done))

    def _rest(self, stream: DialectStream) -> str:
        """What was held back, now that nothing comes any more."""
        return stream.feed(self._filter.close()) + stream.close()

    def _replied(self) -> None:
        reply, stream = self._reply, self._stream
        if reply is not None and stream is not None and reply.error() is not QNetworkReply.NetworkError.NoError:
            self._read()
            if held := self._rest(stream):
                self.piece.emit(held)
        super()._replied()

    def _gone_words(self) -> str:
        words = self.tr("{url} does not answer. Is the server running, and the address right?")
        if self._heard:
            words = self.tr("{url} went away in the middle of the answer.")
        return words.format(url=self._server.url)


def client_of(server: Server, parent: QObject | None = None) -> ChatClient:
    """A client for another server."""
    return ServerClient(server, parent)


def prepare(turns: Sequence[Turn], server: Server, options: ChatOptions) -> Prepared:
    """The request of a chat as another server takes it; to be called beside the window.

    Raises `PictureError` for a file that cannot be read, `ChatError` when all is too much, `DialectError`.
    """
    if not server.dialect:
        return Prepared(request_body(turns, server.model, options), ())
    resizing = seen_size(server.dialect)
    made = {path: picture_for(Path(path), resizing) for path in dict.fromkeys(_paths(turns))}
    sizes = tuple(made[path][0] for path in _paths(turns))
    rendered = render_turns(_language(server.dialect), turns, sizes)
    body = request_body(rendered, server.model, options, lambda path: made[str(path)][1], family=server.dialect)
    return Prepared(body, sizes)


def _paths(turns: Sequence[Turn]) -> tuple[str, ...]:
    return Conversation(tuple(turns)).pictures


def _language(name: str) -> Dialect:
    """The dialect of a family whose pictures are sent no larger than `seen_size` says."""
    return dialect(name, seen_size(name) if name == QWEN2_5_VL else None)


def _whole(data: bytes) -> Chunk:
    """The answer of a server that does not stream, as if it had come in one piece."""
    chunk = parse_chunk(data)
    return replace(chunk, done=True)
