"""From a conversation to the tokens of a prompt, in the ChatML layout of Qwen-VL.

Owns the layout (`<|im_start|>role`, line end, text, `<|im_end|>`, line end), which control tokens a turn's text may
hold, dropping the oldest exchanges, and reading an answer back. The tokenizer comes as an argument. Does not own labels
(`labels`) or pixels (`image_processing`).

A turn is canonical text. In it `<ref>`, `<box>`, `<quad>` and their ends are control tokens, `<img>path</img>` is a
picture's place, and everything else is ordinary text: nobody can end a turn or open another by typing
`<|im_end|>`, nor make a picture's slot by typing `<imgpad>`.

The base model was trained without a layout. Its format, "raw", is the last turn's text alone, for it to go on with.
Where that ends in an open `<ref>phrase</ref><box>`, the answer is the rest of the box (`single_completion`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from qvl_desktop.core.conversation import DEFAULT_SYSTEM, Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelError
from qvl_desktop.models.qwen_vl import special_tokens as special
from qvl_desktop.models.qwen_vl.list_format import picture_spans

DEFAULT_WINDOW = 6144
"""`max_window_size` of the official generation settings, in tokens."""

TURN_TOKENS = frozenset({*special.POINTING_TOKENS, special.IMG, special.IMG_END})
"""The control tokens that the text of a turn may hold."""

CHATML, RAW = "chatml", "raw"
CHAT_FORMATS = (CHATML, RAW)
"""`chat_format` of the official generation settings: of the chat models, and of the base model."""


AUTO = "auto"
"""The format that the folder's generation settings name."""

_POINTING = re.compile(r"(?:Picture \d+: *)?(<img>[^<>]*</img>)\s*(<ref>[^<>]*</ref>)\s*<box>\s*")
_OPEN = re.compile(r"(?:<ref>[^<>]*</ref>\s*)?<(?:box|quad|ref)>\Z")


class TurnOrderError(ModelError):
    """Turns that make no prompt: a system turn after the first, nothing to answer, several questions in raw format."""


class ChatFormatError(ModelError):
    """A chat format that is neither "chatml" nor "raw"."""


class Encoder(Protocol):
    """What this module needs of a tokenizer."""

    @property
    def im_start_id(self) -> int: ...

    @property
    def im_end_id(self) -> int: ...

    @property
    def eod_id(self) -> int: ...

    @property
    def img_start_id(self) -> int: ...

    @property
    def img_end_id(self) -> int: ...

    @property
    def img_pad_id(self) -> int: ...

    def encode_text(self, text: str, allowed_special: str | Iterable[str] = ...) -> list[int]: ...

    def decode(self, token_ids: Sequence[int]) -> str: ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """Tokens of a prompt. `pictures` are the paths of its pictures in order; `picture_places` says which pictures of
    the whole conversation they are, counted from 0 (exchanges that were dropped take theirs along)."""

    input_ids: list[int]
    pictures: tuple[str, ...]
    picture_places: tuple[int, ...]


def picture_paths(text: str) -> tuple[str, ...]:
    """The paths between `<img>` and `</img>`, in order, exactly as written."""
    return tuple(text[start + len(special.IMG) : end - len(special.IMG_END)] for start, end in picture_spans(text))


def encode_turn_text(tokenizer: Encoder, text: str) -> list[int]:
    """Ids of one turn's text. A stray `</img>` is ordinary text; `<img>` without its end raises `UnclosedMarkup`."""
    ids: list[int] = []
    for piece, is_picture in _around_pictures(text):
        allowed = TURN_TOKENS if is_picture or special.IMG in piece else frozenset(special.POINTING_TOKENS)
        ids += tokenizer.encode_text(piece, allowed)
    return ids


def _around_pictures(text: str) -> Iterator[tuple[str, bool]]:
    place = 0
    for start, end in picture_spans(text):
        yield text[place:start], False
        yield text[start:end], True
        place = end
    yield text[place:], False


def encode_turn(tokenizer: Encoder, role: str, text: str) -> list[int]:
    """`<|im_start|>role`, line end, text, `<|im_end|>`; without the line end that follows a turn."""
    return [
        tokenizer.im_start_id,
        *tokenizer.encode_text(role, ()),
        *tokenizer.encode_text("\n", ()),
        *encode_turn_text(tokenizer, text),
        tokenizer.im_end_id,
    ]


def split_system(turns: Iterable[Turn], system: str | None) -> tuple[str, list[Turn]]:
    """The system text and the turns after it. A leading system turn counts unless `system` is given.

    Raises `TurnOrderError` for a system turn further down.
    """
    rest = list(turns)
    if rest and rest[0].role == "system":
        first = rest.pop(0)
        system = first.text if system is None else system
    for place, turn in enumerate(rest, start=1):
        if turn.role == "system":
            raise TurnOrderError(
                QT_TRANSLATE_NOOP("errors", "Turn {place} is a system turn; only the first turn can be one."),
                place=place,
            )
    return DEFAULT_SYSTEM if system is None else system, rest


def exchanges(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Turns in groups that are dropped together: a user turn and the answers behind it."""
    groups: list[list[Turn]] = []
    for turn in turns:
        if turn.role == "user" or not groups:
            groups.append([])
        groups[-1].append(turn)
    return groups


def encode_prompt(
    tokenizer: Encoder,
    turns: Iterable[Turn],
    *,
    system: str | None = None,
    add_generation_prompt: bool = True,
    max_window_size: int | None = None,
    chat_format: str = CHATML,
) -> Prompt:
    """The tokens of a conversation, ready to be answered.

    `chat_format` is one of `CHAT_FORMATS`; "raw" is the text of the last turn, without the others and without a
    system text. With `max_window_size`, the oldest exchanges are left out as the original does it: going back from the
    newest, an exchange stays while system turn + kept exchanges have fewer tokens than the window; the last exchange
    always stays and is not counted. Raises `TurnOrderError`, `ChatFormatError` and `UnclosedMarkup`.
    """
    check_chat_format(chat_format)
    if chat_format == RAW:
        return _raw_prompt(tokenizer, list(turns))
    system_text, rest = split_system(turns, system)
    newline = tokenizer.encode_text("\n", ())
    head = encode_turn(tokenizer, "system", system_text)
    groups = exchanges(rest)
    encoded = [_encode_exchange(tokenizer, group, newline) for group in groups]
    for ids, group in zip(encoded[:-1], groups[:-1], strict=True):
        if group[-1].role == "user":
            ids += newline  # an unanswered turn in the middle: the original leaves the answer's line empty
    first = 0 if max_window_size is None else _first_kept(len(head), encoded, max_window_size)

    input_ids = head + [token_id for group in encoded[first:] for token_id in group]
    if add_generation_prompt:
        input_ids += [*newline, tokenizer.im_start_id, *tokenizer.encode_text("assistant", ()), *newline]
    in_system = picture_paths(system_text)
    dropped = _count_pictures(groups[:first])
    paths = (*in_system, *(path for group in groups for turn in group for path in picture_paths(turn.text)))
    places = (*range(len(in_system)), *range(len(in_system) + dropped, len(paths)))
    return Prompt(input_ids, tuple(paths[place] for place in places), places)


def check_chat_format(chat_format: str) -> None:
    """Raise `ChatFormatError` for a format that is not known."""
    if chat_format not in CHAT_FORMATS:
        raise ChatFormatError(
            QT_TRANSLATE_NOOP("errors", "Chat format {name} is not known. Choose one of {known}."),
            name=chat_format,
            known=", ".join(CHAT_FORMATS),
        )


def _raw_prompt(tokenizer: Encoder, turns: Sequence[Turn]) -> Prompt:
    if not turns:
        return Prompt([], (), ())
    before = sum(len(picture_paths(turn.text)) for turn in turns[:-1])
    paths = picture_paths(turns[-1].text)
    return Prompt(encode_turn_text(tokenizer, turns[-1].text), paths, tuple(range(before, before + len(paths))))


def single_completion(turns: Iterable[Turn]) -> tuple[tuple[Turn, ...], str]:
    """The one turn that the base model is to go on with, and how its answer begins.

    A system turn in front is left out: the format knows none. A picture with `<ref>phrase</ref><box>` and no other
    words becomes the prompt of the official RefCOCO evaluation, without "Picture 1: " and line ends. What the text
    leaves open at its end (`<ref>phrase</ref><box>`) is where the answer begins, so that the answer holds a whole box.

    Raises `TurnOrderError` when there is more than one turn (the original forgets all but the last, without a word).
    """
    rest = list(turns)
    if rest and rest[0].role == "system" and not picture_paths(rest[0].text):
        del rest[0]
    if len(rest) != 1 or rest[0].role != "user":
        raise TurnOrderError(
            QT_TRANSLATE_NOOP(
                "errors",
                "This is a base model, which continues one text and knows no conversation. Ask one question at a time "
                "in a new chat, or choose a Chat model or an adapter.",
            )
        )
    text = rest[0].text
    if pointing := _POINTING.fullmatch(text):
        text = f"{pointing[1]}{pointing[2]}<box>"
    lead = _OPEN.search(text)
    return (Turn("user", text),), lead[0] if lead else ""


def stored_format(generation_config: object) -> str:
    """The format that generation settings name, ChatML where they name none. Raises `ChatFormatError`."""
    chat_format = getattr(generation_config, "chat_format", None) or CHATML
    check_chat_format(chat_format)
    return str(chat_format)


def _count_pictures(groups: Iterable[Sequence[Turn]]) -> int:
    return sum(len(picture_paths(turn.text)) for group in groups for turn in group)


def _encode_exchange(tokenizer: Encoder, group: Sequence[Turn], newline: list[int]) -> list[int]:
    return [token_id for turn in group for token_id in (*newline, *encode_turn(tokenizer, turn.role, turn.text))]


def _first_kept(head: int, encoded: Sequence[Sequence[int]], window: int) -> int:
    used = head
    for place in range(len(encoded) - 2, -1, -1):
        used += len(encoded[place])
        if used >= window:
            return place + 1
    return 0


def with_system(turns: Iterable[Turn], system: str | None = None) -> list[Turn]:
    """The turns of a prompt: the system turn, then the rest. Raises `TurnOrderError`."""
    text, rest = split_system(turns, system)
    return [Turn("system", text), *rest]


def prompt_text(turns: Iterable[Turn], *, system: str | None = None, add_generation_prompt: bool = True) -> str:
    """The prompt as text, for reading; encode turns with `encode_prompt`, not this text."""
    lines = [f"<|im_start|>{turn.role}\n{turn.text}<|im_end|>" for turn in with_system(turns, system)]
    return "\n".join(lines) + ("\n<|im_start|>assistant\n" if add_generation_prompt else "")


def stop_ids(tokenizer: Encoder, chat_format: str = CHATML) -> list[int]:
    """The ids that end an answer: `<|im_end|>`, `<|im_start|>`, `<|endoftext|>`; in raw text the last only."""
    check_chat_format(chat_format)
    if chat_format == RAW:
        return [tokenizer.eod_id]
    return [tokenizer.im_end_id, tokenizer.im_start_id, tokenizer.eod_id]


def decode_answer(tokenizer: Encoder, token_ids: Sequence[int], chat_format: str = CHATML) -> str:
    """The text of generated ids up to the first that ends an answer, blanks around it removed.

    The original drops the last token of an answer that no stop token ended; here it is kept.
    """
    ends = set(stop_ids(tokenizer, chat_format))
    kept = []
    for token_id in token_ids:
        if token_id in ends:
            break
        kept.append(token_id)
    return tokenizer.decode(kept).strip()
