"""Chat requests in OpenAI's shape, checked and turned into questions.

Owns the request's fields, where pictures may come from, and the text that a client may put into a turn. Does not answer
(`worker`) nor speak HTTP (`server`).

Pictures come as `data:` URLs, or as `file://` URLs below the allowed folders. Nothing is ever fetched from the network.
They are numbered through the whole chat ("Picture 1: ", "Picture 2: ") as the model was trained. `<ref>`, `<box>` and
`<quad>` in a text are control tokens; all others that somebody types are ordinary text, `<img>` included.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import url2pathname

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qvl_desktop.core.chat_protocol import BASE_MODEL, MAX_PICTURE_BYTES
from qvl_desktop.core.conversation import Role, Turn, picture_line
from qvl_desktop.core.errors import QvlError
from qvl_desktop.engine.features import PictureSource
from qvl_desktop.engine.generator import DEFAULT_NEW_TOKENS, Question
from qvl_desktop.engine.sampling import Sampling

MAX_PICTURES = 64
MAX_MESSAGES = 1000


class RequestError(QvlError):
    """A request that cannot be answered; `param` names the field."""

    def __init__(self, template: str, *, param: str = "", **values: object) -> None:
        super().__init__(template, **values)
        self.param = param


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore")


class TextPart(_Model):
    """Words."""

    type: Literal["text"]
    text: str


class ImageUrl(_Model):
    """Where a picture is; `detail` and others are passed over."""

    url: str


class ImagePart(_Model):
    """A picture; clients write `image_url` as an object or as a plain string."""

    type: Literal["image_url"]
    image_url: ImageUrl | str

    @property
    def url(self) -> str:
        return self.image_url if isinstance(self.image_url, str) else self.image_url.url


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class Message(_Model):
    """One turn."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part] | None = None


class StreamOptions(_Model):
    """What a stream holds beside the text."""

    include_usage: bool = False


class ChatRequest(_Model):
    """The body of `POST /v1/chat/completions`. Fields that are not here are passed over."""

    model: str = BASE_MODEL
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    stop: str | Annotated[list[str], Field(max_length=16)] | None = None
    n: int = Field(default=1, ge=1, le=1)

    @property
    def limit(self) -> int:
        """New tokens at most."""
        return self.max_completion_tokens or self.max_tokens or DEFAULT_NEW_TOKENS

    @property
    def stops(self) -> list[str]:
        """Strings that end the answer."""
        return [self.stop] if isinstance(self.stop, str) else list(self.stop or ())

    @property
    def sampling(self) -> Sampling:
        """Greedy unless a temperature is given: boxes want the likeliest digits. Without `top_p`, the model's own."""
        temperature = self.temperature or 0.0
        if not math.isfinite(temperature):
            temperature = 0.0
        return Sampling(temperature, self.top_p, self.seed)


def parse_request(body: bytes) -> ChatRequest:
    """The request of a body. Raises `RequestError` naming the field."""
    try:
        return ChatRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"] if step not in ("text", "image_url", "list[union]"))
        raise RequestError("{place}: {reason}", param=place, place=place or "body", reason=first["msg"]) from error


def question_of(request: ChatRequest, roots: Sequence[Path] = ()) -> Question:
    """The question a request asks; `file://` pictures must lie below one of `roots`. Raises `RequestError`."""
    turns: list[Turn] = []
    pictures: list[PictureSource] = []
    for number, message in enumerate(request.messages):
        role: Role = "system" if message.role == "developer" else message.role
        parts: list[TextPart | ImagePart] = []
        if isinstance(message.content, str):
            parts = [TextPart(type="text", text=message.content)]
        elif message.content:
            parts = list(message.content)
        text = ""
        for part in parts:
            if isinstance(part, TextPart):
                text += plain(part.text)
                continue
            param = f"messages.{number}.content"
            if role != "user":
                raise RequestError("Only a user's message can hold a picture.", param=param)
            if len(pictures) >= MAX_PICTURES:
                raise RequestError("A chat can hold {limit} pictures at most.", param=param, limit=MAX_PICTURES)
            pictures.append(read_picture(part.url, roots, param))
            text += picture_line(len(pictures), f"picture-{len(pictures)}")
        turns.append(Turn(role, text))
    if turns[-1].role != "user":
        raise RequestError("The last message must be the user's.", param="messages")
    return Question(tuple(turns), tuple(pictures))


def plain(text: str) -> str:
    """Text in which nobody can place a picture: `<img>` and its end are parted by a blank."""
    return text.replace("<img>", "<img >").replace("</img>", "</img >")


def read_picture(url: str, roots: Sequence[Path], param: str) -> PictureSource:
    """The bytes of a `data:` URL or the path of a `file://` URL. Raises `RequestError`."""
    if url.startswith("data:"):
        return _decode(url, param)
    if url.startswith("file://"):
        return _local(url, roots, param)
    raise RequestError(
        "A picture must come as a data: URL (data:image/png;base64,...); nothing is fetched from the network.",
        param=param,
    )


def _decode(url: str, param: str) -> bytes:
    head, comma, payload = url[5:].partition(",")
    if not comma:
        raise RequestError("A data: URL has a comma before its data.", param=param)
    if len(payload) > MAX_PICTURE_BYTES * 4 // 3 + 4:
        raise RequestError("A picture may have {limit} MB at most.", param=param, limit=MAX_PICTURE_BYTES // 2**20)
    try:
        if head.split(";")[-1].strip() == "base64":
            return base64.b64decode(payload, validate=True)
        return unquote_to_bytes(payload)
    except (binascii.Error, ValueError) as error:
        raise RequestError("The data: URL is not valid base64 ({reason}).", param=param, reason=error) from error


def _local(url: str, roots: Sequence[Path], param: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise RequestError("A file:// URL names a file of this machine.", param=param)
    try:
        path = Path(url2pathname(parts.path)).resolve()
    except (OSError, ValueError) as error:
        raise RequestError("The file:// URL names no file ({reason}).", param=param, reason=error) from error
    if not any(path.is_relative_to(root.resolve()) for root in roots):
        raise RequestError("This server does not read {path}: the folder is not allowed.", param=param, path=path)
    return path
