"""One question over HTTP, from a worker thread: for jobs over many pictures, in the window and without one.

Owns sending a question to an OpenAI-compatible server (this program's own or another), reading the stream, cutting an
answer that never stops, being stopped at once, and what went wrong as errors that say what to do. Other servers get
the picture upright, no larger than their families' limit, and the text in their dialect. Qt-free. The Chat page asks
through `chat_client`; what is asked and kept is `preannotate`'s.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from qvl_desktop.core.chat_protocol import ChatOptions, StreamReader, error_message, request_body
from qvl_desktop.core.conversation import user_turn
from qvl_desktop.core.dialects import QWEN2_5_VL, QWEN2_VL, QWEN_VL, Resizing, dialect
from qvl_desktop.core.errors import Cancelled, QvlError
from qvl_desktop.core.foreign_servers import extra_fields, filtered
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import open_upright, to_rgb

SILENCE_SECONDS = 600.0
"""A server that says nothing for so long is given up (a large model may read for minutes on a processor)."""

CONNECT_SECONDS = 20.0

CHARACTERS_PER_TOKEN = 24
"""More than any token has: an answer longer than its limit of tokens times this is cut here, if the server does not."""

SEEN_SQUARES = 1280
"""Another server gets pictures of at most so many squares of its family's model: what vLLM and SGLang take by
default, and enough for boxes."""

_BUSY = (429, 503)
_OURS_ALONE = (401, 403, 404, 405)
"""Refusals that another picture would meet as well."""


class AskingError(QvlError):
    """A question that got no answer."""


class LostError(AskingError):
    """The server is not there, or went away; the question can be asked again. `midway`: it had begun to be answered."""

    midway = False


class BusyError(AskingError):
    """The server has too much to do just now; `seconds` is how long it wants to be left alone."""

    seconds = 1.0


class RefusedError(AskingError):
    """The server will not answer, whatever is asked: a wrong key, no such model, no such address."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where to ask: `url` with `/v1`, the key or "", the model's name there. `dialect` is how that model writes boxes;
    "" where the server itself speaks canonical text, as this program's does."""

    url: str
    key: str = ""
    model: str = "base"
    dialect: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as canonical text. `cut`: it ran into its limit; `faulty`: reading its dialect met faults."""

    text: str
    cut: bool = False
    faulty: bool = False
    tokens: int = 0


class Asker:
    """Asks questions about single pictures; used from several threads at once. `stop` ends all that are under way."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[http.client.HTTPConnection, socket.socket] = {}

    @property
    def stopped(self) -> bool:
        """`stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End every question at once; each raises `Cancelled` in its thread."""
        self._stopped.set()
        with self._lock:
            for sock in self._open.values():
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        """Sleep, unless stopped. Raises `Cancelled` then."""
        if self._stopped.wait(seconds):
            raise Cancelled

    def ask(self, door: Door, picture: Path, question: str, max_tokens: int) -> Reply:
        """Ask about one picture. Raises `PictureError` for a file that cannot be read, an `AskingError` for what the
        server did, `Cancelled` after `stop`."""
        if self.stopped:
            raise Cancelled
        options = ChatOptions(max_tokens=max_tokens)
        if not door.dialect:
            body = request_body([user_turn([str(picture)], question)], door.model, options)
            return self._post(door, body, max_tokens)
        resizing = seen_size(door.dialect)
        language = dialect(door.dialect, resizing if door.dialect == QWEN2_5_VL else None)
        size, url = picture_for(picture, resizing)
        body = plain_body(url, language.render(question, (size,)), door.model, options, door.dialect)
        reply = self._post(door, body, max_tokens)
        reading = language.parse(filtered(reply.text), (size,))
        faulty = any(fault.code not in _HARMLESS for fault in reading.faults)
        return replace(reply, text=reading.text, faulty=faulty)

    def models(self, door: Door) -> list[str]:
        """The names that the server offers; none where it has no list. Raises an `AskingError`."""
        connection, path = self._connect(door)
        try:
            connection.request("GET", f"{path}/models", headers=_headers(door))
            response = connection.getresponse()
            data = response.read(1 << 20)
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(door, error, midway=False) from error
        finally:
            self._close(connection)
        if response.status in (404, 405):
            return []  # a server without a list
        if response.status != 200:
            raise _refusal(door, response, data)
        with suppress(ValueError, AttributeError, TypeError):
            return [str(one["id"]) for one in json.loads(data).get("data", []) if isinstance(one, dict) and "id" in one]
        return []

    def _post(self, door: Door, body: bytes, max_tokens: int) -> Reply:
        connection, path = self._connect(door)
        midway = False
        try:
            headers = {**_headers(door), "Content-Type": "application/json", "Accept": "text/event-stream"}
            connection.request("POST", f"{path}/chat/completions", body, headers)
            midway = True
            response = connection.getresponse()
            if response.status != 200:
                raise _refusal(door, response, response.read(1 << 20))
            return self._read(door, response, max_tokens)
        except TimeoutError as error:
            raise AskingError(
                QT_TRANSLATE_NOOP("errors", "{url} said nothing for {minutes} minutes."),
                url=door.url,
                minutes=round(SILENCE_SECONDS / 60),
            ) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._lost(door, error, midway=midway) from error
        finally:
            self._close(connection)

    def _read(self, door: Door, response: http.client.HTTPResponse, max_tokens: int) -> Reply:
        if "event-stream" not in response.headers.get("Content-Type", ""):
            return _whole(response.read(16 << 20))
        reader, pieces, length = StreamReader(), [], 0
        finish, tokens = "", 0
        while data := response.read1(1 << 16):
            for chunk in reader.feed(data):
                if chunk.error:
                    raise AskingError(
                        QT_TRANSLATE_NOOP("errors", "{url} broke off: {reason}"), url=door.url, reason=chunk.error
                    )
                if chunk.text:
                    pieces.append(chunk.text)
                    length += len(chunk.text)
                finish = chunk.finish or finish
                tokens = chunk.usage.tokens if chunk.usage is not None else tokens
                if chunk.done:
                    return Reply("".join(pieces), cut=finish == "length", tokens=tokens)
            if length > max_tokens * CHARACTERS_PER_TOKEN:
                return Reply("".join(pieces), cut=True, tokens=tokens)
        if not finish:
            raise http.client.IncompleteRead(b"")
        return Reply("".join(pieces), cut=finish == "length", tokens=tokens)

    def _connect(self, door: Door) -> tuple[http.client.HTTPConnection, str]:
        parts = urlsplit(door.url if "//" in door.url else f"http://{door.url}")
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise RefusedError(QT_TRANSLATE_NOOP("errors", "{url} is no address of a server."), url=door.url) from error
        if not host or parts.scheme not in ("http", "https"):
            raise RefusedError(QT_TRANSLATE_NOOP("errors", "{url} is no address of a server."), url=door.url)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            connection.sock.settimeout(SILENCE_SECONDS)
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(door, error, midway=False) from error
        with self._lock:
            self._open[connection] = connection.sock
        if self.stopped:
            self._close(connection)
            raise Cancelled
        return connection, parts.path.rstrip("/")

    def _close(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._open.pop(connection, None)
        connection.close()

    def _lost(self, door: Door, error: Exception, *, midway: bool) -> Exception:
        if self.stopped:
            return Cancelled()
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        lost = LostError(
            QT_TRANSLATE_NOOP("errors", "{url} went away in the middle of an answer ({reason}).")
            if midway
            else QT_TRANSLATE_NOOP("errors", "{url} does not answer ({reason})."),
            url=door.url,
            reason=reason,
        )
        lost.midway = midway
        return lost


_HARMLESS = ("box-range", "box-order", "other-dialect")
"""Faults of a dialect that were put right, so that the box stands."""


def _whole(data: bytes) -> Reply:
    """The answer of a server that does not stream."""
    body = json.loads(data)
    choice = (body.get("choices") or [{}])[0]
    text = (choice.get("message") or {}).get("content") or ""
    tokens = int((body.get("usage") or {}).get("completion_tokens") or 0)
    return Reply(str(text), cut=choice.get("finish_reason") == "length", tokens=tokens)


def _headers(door: Door) -> dict[str, str]:
    return {"Authorization": f"Bearer {door.key}"} if door.key else {}


def _refusal(door: Door, response: http.client.HTTPResponse, data: bytes) -> AskingError:
    """What a status other than 200 means for the question."""
    try:
        words = error_message(json.loads(data))
    except ValueError:
        words = ""
    words = words or f"HTTP {response.status}"
    if response.status in _BUSY:
        busy = BusyError(QT_TRANSLATE_NOOP("errors", "{url} is busy: {reason}"), url=door.url, reason=words)
        with suppress(ValueError):
            busy.seconds = min(max(float(response.headers.get("Retry-After", "1")), 0.05), 60.0)
        return busy
    kind = RefusedError if response.status in _OURS_ALONE or 300 <= response.status < 400 else AskingError
    return kind(QT_TRANSLATE_NOOP("errors", "{url} refuses: {reason}"), url=door.url, reason=words)


# Pictures and text for other servers


def seen_size(family: str) -> Resizing:
    """How large a picture another server's model of this family gets at most."""
    factor = 28 if family in (QWEN_VL, QWEN2_VL, QWEN2_5_VL) else 32
    return Resizing(factor, 4 * factor * factor, SEEN_SQUARES * factor * factor)


def picture_for(path: Path, resizing: Resizing) -> tuple[tuple[int, int], str]:
    """The size of the upright picture, and it as a `data:` URL, resized to what the model sees: then a box in pixels
    of the resized picture cannot be meant for another one. Raises `PictureError`, `DialectError`."""
    image = to_rgb(open_upright(path))
    size = image.size
    seen = resizing.apply(*size)
    if seen != size:
        image = image.resize(seen)
    file = BytesIO()
    image.save(file, "JPEG", quality=95)
    return size, f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def plain_body(picture: str, text: str, model: str, options: ChatOptions, family: str = "") -> bytes:
    """A question about one picture as every server of the protocol takes it."""
    parts = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": text}]
    body = {
        "model": model,
        "messages": [{"role": "user", "content": parts}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": options.max_tokens,
        "temperature": options.temperature,
        **extra_fields(family),
    }
    return json.dumps(body, ensure_ascii=False).encode()
