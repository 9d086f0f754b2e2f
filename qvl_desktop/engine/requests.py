"""Chat requests in OpenAI's shape, checked and turned into questions.

Owns the request's fields, what of them is refused, and the text that a client may put into a turn. Does not own where
pictures may come from (`picture_sources`), answering (`worker`) or HTTP (`server`).

Pictures are numbered through the whole chat ("Picture 1: ", "Picture 2: ") as the model was trained. `<ref>`, `<box>`
and `<quad>` in a text are control tokens; all others that somebody types are ordinary text, `<img>` included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.core.conversation import Role, Turn, picture_line
from qvl_desktop.core.dialects import Size
from qvl_desktop.engine.generator import DEFAULT_NEW_TOKENS, Question
from qvl_desktop.engine.picture_sources import PictureAccess, RequestError, check_pictures, read_picture
from qvl_desktop.engine.sampling import Sampling

MAX_PICTURES = 64
MAX_MESSAGES = 1000
MAX_PARTS = 1000
MAX_ANSWERS = 8
CHARACTERS_PER_TOKEN = 32
"""A text of more characters than that for each token the model reads cannot fit: it is refused before it is encoded."""


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
    content: str | Annotated[list[Part], Field(max_length=MAX_PARTS)] | None = None

    @property
    def parts(self) -> list[TextPart | ImagePart]:
        """The content as parts."""
        if isinstance(self.content, str):
            return [TextPart(type="text", text=self.content)]
        return list(self.content or ())


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
    n: int = Field(default=1, ge=1, le=MAX_ANSWERS)
    top_k: int | None = Field(default=None, ge=0)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    user: str = Field(default="", max_length=512)
    ignore_eos: bool = False
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: dict[str, Any] | None = None
    modalities: list[str] | None = None
    audio: Any = None

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
        return Sampling(
            self.temperature or 0.0,
            self.top_p,
            self.seed,
            self.top_k,
            self.presence_penalty or 0.0,
            self.frequency_penalty or 0.0,
        )

    def check(self) -> None:
        """Refuse what would give another answer than was asked for. Raises `RequestError`."""
        kind = (self.response_format or {}).get("type", "text")
        refused = {
            "tools": self.tools,
            "functions": self.functions,
            "logprobs": self.logprobs or self.top_logprobs,
            "response_format": kind != "text",
            "modalities": set(self.modalities or ()) - {"text"},
            "audio": self.audio,
        }
        for name, given in refused.items():
            if given:
                raise RequestError("This server cannot do that ({name}): leave it out.", param=name, name=name)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with pictures at hand: their bytes in it, their upright sizes beside it."""

    question: Question
    sizes: tuple[Size, ...]


def parse_request(body: bytes) -> ChatRequest:
    """The request of a body. Raises `RequestError` naming the field."""
    try:
        asked = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        # Of a union's faults, the deepest is that of the kind which was meant.
        first = max(error.errors(include_url=False, include_input=False), key=lambda one: len(one["loc"]))
        steps = [
            str(step) for step in first["loc"] if str(step) not in _NO_FIELDS and not str(step).startswith("list[")
        ]
        place = ".".join(steps)
        reason = first["msg"] if first["type"] != "json_invalid" else f"this is not valid JSON ({first['msg']})"
        raise RequestError("{place}: {reason}", param=place, place=place or "body", reason=reason) from error
    asked.check()
    return asked


_NO_FIELDS = ("text", "image_url", "str", "function-wrap")
"""What pydantic names on the way to a field that is no field: the kinds of a union."""


def question_of(request: ChatRequest, access: PictureAccess, context: int) -> Asked:
    """The question a request asks a model that reads `context` tokens. Raises `RequestError`."""
    length = sum(len(part.text) for message in request.messages for part in message.parts if isinstance(part, TextPart))
    if length > context * CHARACTERS_PER_TOKEN:
        raise RequestError(
            "The text has {length} characters, more than the model reads ({context} tokens): shorten it.",
            param="messages",
            code="context_length_exceeded",
            length=length,
            context=context,
        )
    turns: list[Turn] = []
    pictures: list[bytes] = []
    params: list[str] = []
    for number, message in enumerate(request.messages):
        role: Role = "system" if message.role == "developer" else message.role
        text = ""
        for part in message.parts:
            if isinstance(part, TextPart):
                text += plain(part.text)
                continue
            param = f"messages.{number}.content"
            if role != "user":
                raise RequestError("Only a user's message can hold a picture.", param=param)
            if len(pictures) >= MAX_PICTURES:
                raise RequestError("A chat can hold {limit} pictures at most.", param=param, limit=MAX_PICTURES)
            pictures.append(read_picture(part.url, access, param))
            params.append(param)
            text += picture_line(len(pictures), f"picture-{len(pictures)}")
        turns.append(Turn(role, text))
    if turns[-1].role != "user":
        raise RequestError("The last message must be the user's.", param="messages")
    return Asked(Question(tuple(turns), tuple(pictures)), check_pictures(pictures, params))


def plain(text: str) -> str:
    """Text in which nobody can place a picture: `<img>` and its end are parted by a blank."""
    return text.replace("<img>", "<img >").replace("</img>", "</img >")
