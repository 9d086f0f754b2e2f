"""What a chat client and an OpenAI-compatible server say to each other, as plain data.

Owns the lines a starting engine prints, the body of a chat request made from canonical turns, and reading a stream of
server-sent events. Does not send anything (`jobs.chat_client`) nor answer (`engine.server`).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from qvl_desktop.core.amounts import MB
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import QWEN_VL
from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.foreign_servers import extra_fields
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.tokens import Picture, Text, spans

BASE_MODEL = "base"
"""The name of the model without any adapter."""

MAX_PICTURE_BYTES = 64 * MB
"""The largest picture file that travels in a request."""

MAX_BODY_BYTES = 192 * MB
"""The largest request body."""

_LABEL = re.compile(r"Picture \d+: $")
_SIGNATURES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)


class ChatError(QvlError):
    """A chat request that cannot be made or was refused; says why."""


# What a starting engine says


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """Base of the lines an engine prints while it starts."""

    name: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Loading(EngineEvent):
    """What is being done before the server listens: "libraries", "model", "model in PRECISION", "adapter NAME".

    `share` is how much of the weights is read, 0 to 1; -1 where that is not known.
    """

    name: ClassVar[str] = "loading"
    stage: str
    share: float = -1.0


@dataclass(frozen=True, slots=True)
class Listening(EngineEvent):
    """The server answers at `url` (with `/v1`) to whoever has `key`; `models` are the names it knows."""

    name: ClassVar[str] = "listening"
    url: str
    key: str
    models: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StartFailed(EngineEvent):
    """The engine ends without ever having listened; `message` is for the user."""

    name: ClassVar[str] = "failed"
    message: str


_EVENTS: dict[str, type[EngineEvent]] = {kind.name: kind for kind in (Loading, Listening, StartFailed)}


def engine_line(event: EngineEvent) -> str:
    """The JSON line of an event, without the line end."""
    return json.dumps({"event": event.name, **asdict(event)}, ensure_ascii=False)


def parse_engine_line(line: str) -> EngineEvent | None:
    """The event of a line; `None` for anything else a library may print."""
    try:
        body = json.loads(line)
        kind = _EVENTS[body.pop("event")]
        return kind(**body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


# A request


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """Settings of one answer; `None` leaves the choice to the server."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float | None = None
    seed: int | None = None


def request_body(
    turns: Sequence[Turn],
    model: str,
    options: ChatOptions,
    url_of: Callable[[Path], str] | None = None,
    *,
    family: str = "",
) -> bytes:
    """The JSON body of a streaming chat request. Picture files named in the turns are read and sent along, as
    `url_of` says (as they are by default).

    `family`: of a model on another program's server, whose turns are in its dialect already; "" for a server of this
    program, which numbers pictures itself, as every server of first-generation models does. Other servers number
    nothing: with several pictures, their "Picture 1:" stays.

    Raises `PictureError` for a file that cannot be read, `ChatError` when all is too much.
    """
    several = sum(isinstance(span.segment, Picture) for turn in turns for span in spans(turn.text)) > 1
    numbered = several and family not in ("", QWEN_VL)
    body: dict[str, Any] = {
        "model": model,
        "messages": [_message(turn, url_of or picture_url, numbered=numbered) for turn in turns],
        "stream": True,
        "stream_options": {"include_usage": True},
        **{key: value for key, value in asdict(options).items() if value is not None},
        **extra_fields(family),
    }
    data = json.dumps(body, ensure_ascii=False).encode()
    if len(data) > MAX_BODY_BYTES:
        raise ChatError(
            QT_TRANSLATE_NOOP(
                "errors", "The pictures of this chat are {megabytes} MB together, more than {limit}. Begin a new chat."
            ),
            megabytes=len(data) // MB,
            limit=MAX_BODY_BYTES // MB,
        )
    return data


def _message(turn: Turn, url_of: Callable[[Path], str], *, numbered: bool) -> dict[str, Any]:
    if "<img>" not in turn.text:
        return {"role": turn.role, "content": turn.text}
    parts: list[dict[str, Any]] = []
    for span in spans(turn.text):
        if isinstance(span.segment, Picture):
            parts.append({"type": "image_url", "image_url": {"url": url_of(Path(span.segment.path))}})
            continue
        text = turn.text[span.start : span.end]
        if parts and parts[-1]["type"] == "image_url":
            text = text.removeprefix("\n")
        if isinstance(span.segment, Text) and not numbered:
            text = _LABEL.sub("", text)
        if text:
            _append_text(parts, text)
    return {"role": turn.role, "content": parts}


def _append_text(parts: list[dict[str, Any]], text: str) -> None:
    if parts and parts[-1]["type"] == "text":
        parts[-1]["text"] += text
    else:
        parts.append({"type": "text", "text": text})


def picture_url(path: Path) -> str:
    """The picture file as a `data:` URL. Raises `PictureError`."""
    try:
        size = path.stat().st_size
        if size > MAX_PICTURE_BYTES:
            raise PictureError(
                QT_TRANSLATE_NOOP(
                    "errors", "{path}: {megabytes} MB is more than a picture in a chat may have ({limit} MB)."
                ),
                path=path,
                megabytes=size // MB,
                limit=MAX_PICTURE_BYTES // MB,
            )
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error
    kind = next((kind for head, kind in _SIGNATURES if data.startswith(head)), "application/octet-stream")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


# A stream


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer took. `tokens_per_second` counts from the first token on; 0 when the server does not say."""

    prompt_tokens: int
    tokens: int
    tokens_per_second: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """One event of a stream; every part may be absent."""

    text: str = ""
    finish: str = ""
    usage: Usage | None = None
    error: str = ""
    done: bool = False


class StreamReader:
    """Bytes of a `text/event-stream` to chunks, however the network cuts them."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[Chunk]:
        """The chunks completed by `data`."""
        self._held += data
        *lines, self._held = self._held.split(b"\n")
        payloads = (line.rstrip(b"\r")[5:].strip() for line in lines if line.startswith(b"data:"))
        return [parse_chunk(payload) for payload in payloads if payload]


def parse_chunk(payload: bytes) -> Chunk:
    """The chunk of one event's data. Unknown members are passed over; data that is no JSON becomes an error."""
    if payload == b"[DONE]":
        return Chunk(done=True)
    try:
        body = json.loads(payload)
    except ValueError:
        return Chunk(error=payload[:200].decode("utf-8", "replace"))
    if not isinstance(body, dict):
        return Chunk()
    if body.get("error"):
        return Chunk(error=error_message(body))
    choice = (body.get("choices") or [{}])[0]
    text = (choice.get("delta") or choice.get("message") or {}).get("content") or ""
    return Chunk(text, choice.get("finish_reason") or "", _usage(body))


def _usage(body: dict[str, Any]) -> Usage | None:
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    timings = body.get("timings") or {}
    return Usage(
        int(usage.get("prompt_tokens") or 0),
        int(usage.get("completion_tokens") or 0),
        float(timings.get("predicted_per_second") or 0.0),
        float(timings.get("total_ms") or 0.0) / 1000,
    )


def error_message(body: Any) -> str:
    """The sentence of an OpenAI-shaped error body, or of one of the shapes other servers use; "" when there is none."""
    if not isinstance(body, dict):
        return ""
    error = body.get("error", body)
    if isinstance(error, dict):
        return str(error.get("message") or error.get("detail") or "")
    return str(error)
