"""How a family of models sees a conversation: pictures at their resized size, turns in its layout and dialect.

Owns `Sight` (the numbers of a family or of a model folder), the pieces of a laid-out conversation with what each costs
in tokens, and what the boxes in the rendered text are on the resized picture. The model half resizes by the same
rules (`dialects.Resizing`, a squash to a square). Does not own counting the tokens of words (a `Count` is given) or
dialects themselves.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.conversation import DEFAULT_SYSTEM, Conversation, Turn
from qvl_desktop.core.dialects import (
    QWEN2_5_VL,
    QWEN2_VL,
    QWEN3_5,
    QWEN3_VL,
    QWEN_VL,
    Dialect,
    Resizing,
    Size,
    dialect,
    render_turns,
)
from qvl_desktop.core.dialects.tags import MARKS
from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.core.tokens import Picture, parse, write

Count = Callable[[str], int]
"""How many tokens plain words have; what looks like a control token in them is words too."""

PieceKind = Literal["mark", "words", "picture"]

_OWN_MARKS = ("<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>")
_NUMBER_LINE = re.compile(r"Picture \d+:\s*\Z")
_FAMILY_OF = {
    "qwen": QWEN_VL,
    "qwen_vl": QWEN_VL,
    "qwen2_vl": QWEN2_VL,
    "qwen2_5_vl": QWEN2_5_VL,
    "qwen3_vl": QWEN3_VL,
    "qwen3_vl_moe": QWEN3_VL,
    "qwen3_5": QWEN3_5,
    "qwen3_5_moe": QWEN3_5,
}
_THINKING = ("<think>", "\n\n", "</think>", "\n\n")


@dataclass(frozen=True, slots=True)
class Sight:
    """The numbers by which a model sees.

    `side` is that of the square every picture is squashed to (first generation, which gives a picture `slots` tokens);
    the later families have a `resizing` instead. `length` is what the model reads at most, in tokens. `system` is said
    when a conversation has no system turn ("" = nothing). `thinks`: answers open with an empty thought.
    """

    family: str
    length: int
    side: int = 0
    slots: int = 0
    resizing: Resizing | None = None
    system: str = DEFAULT_SYSTEM
    thinks: bool = False

    @classmethod
    def of_family(cls, name: str) -> Sight:
        """The numbers of a family's official checkpoints. Raises `KeyError` for a name that is no family."""
        return OFFICIAL[name]

    @classmethod
    def of_folder(cls, folder: Path) -> Sight | None:
        """The numbers of a model folder, from its small files; None when it is no model of a known family."""
        config = _read(folder / "config.json")
        name = _FAMILY_OF.get(str(config.get("model_type")))
        if name is None:
            return None
        official, pictures = OFFICIAL[name], _read(folder / "preprocessor_config.json")
        text = config.get("text_config")
        length = _whole((text if isinstance(text, dict) else config).get("max_position_embeddings"))
        length = length or _whole(config.get("max_position_embeddings")) or official.length
        if name == QWEN_VL:
            visual = config.get("visual")
            visual = visual if isinstance(visual, dict) else {}
            side = _whole(pictures.get("image_size")) or _whole(visual.get("image_size")) or official.side
            return replace(official, length=length, side=side, slots=_whole(visual.get("n_queries")) or official.slots)
        template = _template(folder)
        resizing = _resizing(pictures, official.resizing or Resizing())
        if not template:
            return replace(official, length=length, resizing=resizing)
        return replace(
            official,
            length=length,
            resizing=resizing,
            system=DEFAULT_SYSTEM if DEFAULT_SYSTEM in template else "",
            thinks="<think>" in template,
        )

    @property
    def dialect(self) -> Dialect:
        """How the family writes boxes, with these limits for pictures."""
        return dialect(self.family, self.resizing)

    @property
    def marks(self) -> tuple[str, ...]:
        """What marks boxes and phrases with one token each."""
        return _OWN_MARKS if self.family == QWEN_VL else MARKS if self.family == QWEN2_VL else ()

    def seen_size(self, size: Size) -> Size:
        """Width and height of a picture as the model sees it. Raises `DialectError` for one that no model takes."""
        return self.resizing.apply(*size) if self.resizing else (self.side, self.side)

    def picture_tokens(self, size: Size) -> int:
        """The tokens of a picture, with the two around its slots."""
        return 2 + (self.resizing.tokens(*size) if self.resizing else self.slots)

    def seen_picture(self, file: Path) -> Image.Image:
        """The picture as it reaches the model: upright, RGB, resized by Pillow's bicubic filter. Raises `PictureError`
        and `DialectError`."""
        picture = to_rgb(open_upright(file))
        return picture.resize(self.seen_size(picture.size), Image.Resampling.BICUBIC)


OFFICIAL: dict[str, Sight] = {
    QWEN_VL: Sight(QWEN_VL, 8192, side=448, slots=256),
    QWEN2_VL: Sight(QWEN2_VL, 32768, resizing=Resizing()),
    QWEN2_5_VL: Sight(QWEN2_5_VL, 128000, resizing=Resizing()),
    QWEN3_VL: Sight(QWEN3_VL, 262144, resizing=Resizing(32, 65536, 16777216), system=""),
    QWEN3_5: Sight(QWEN3_5, 262144, resizing=Resizing(32, 65536, 16777216), system="", thinks=True),
}
"""By family, the numbers of the official checkpoints (their `config.json` and `preprocessor_config.json`)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of what the model reads. `turn` counts from 0, -1 = what the layout adds; `picture` counts pictures.

    A mark is one token, words have as many as a `Count` says, a picture its slots and the two around them.
    """

    kind: PieceKind
    text: str
    turn: int
    picture: int = -1


def lay_out(sight: Sight, turns: Sequence[Turn], sizes: Sequence[Size]) -> list[Piece]:
    """A conversation as the family reads it in training: every turn with its marks, in order.

    `turns` are canonical, `sizes` those of the pictures in order. Raises `DialectError` where a size is missing that
    the dialect needs.
    """
    if sight.family == QWEN_VL:
        return list(_own_layout(sight, turns))
    return list(_later_layout(sight, render_turns(sight.dialect, turns, sizes)))


def token_counts(sight: Sight, pieces: Sequence[Piece], sizes: Sequence[Size], count: Count) -> list[int]:
    """The tokens of each piece."""
    counts = []
    for piece in pieces:
        if piece.kind == "picture":
            size = sizes[piece.picture] if piece.picture < len(sizes) else (sight.side or 1, sight.side or 1)
            counts.append(sight.picture_tokens(size))
        else:
            counts.append(1 if piece.kind == "mark" else count(piece.text))
    return counts


def decoded_boxes(sight: Sight, turns: Sequence[Turn], sizes: Sequence[Size]) -> list[tuple[int, str, Box | Quad]]:
    """The boxes of a conversation after the way through the family's dialect and back: picture (from 0), phrase, box.

    What a coarse dialect cannot say differs from what was written: this is what the model is taught.
    """
    language = sight.dialect
    back: list[Turn] = []
    seen = 0
    for turn, rendered in zip(turns, render_turns(language, turns, sizes), strict=True):
        seen += sum(isinstance(segment, Picture) for segment in parse(turn.text))
        if any(isinstance(segment, Picture) for segment in parse(turn.text)) or sight.family == QWEN_VL:
            text = _reread(language, turn.text, sizes, seen)
        else:
            text = language.parse(rendered.text, sizes[: max(seen, 1)]).text
        back.append(Turn(turn.role, text))
    found: list[tuple[int, str, Box | Quad]] = []
    for mention in Conversation(tuple(back)).mentions():
        found += [(mention.picture, mention.ref.strip(), box) for box in mention.boxes]
        found += [(mention.picture, mention.ref.strip(), quad) for quad in mention.quads]
    return found


def _reread(language: Dialect, text: str, sizes: Sequence[Size], seen: int) -> str:
    """A turn that shows pictures, rendered and read back between them (an answer's reader knows no pictures)."""
    segments = parse(text)
    number = seen - sum(isinstance(segment, Picture) for segment in segments)
    pieces: list[str] = []
    between: list[Any] = []
    for segment in (*segments, None):
        if segment is not None and not isinstance(segment, Picture):
            between.append(segment)
            continue
        known = sizes[: max(number, 1)]
        pieces.append(language.parse(language.render(write(between), known), known).text)
        between = []
        if segment is not None:
            pieces.append(write([segment]))
            number += 1
    return "".join(pieces)


# Layouts


def _own_layout(sight: Sight, turns: Sequence[Turn]) -> Iterator[Piece]:
    """ChatML as the first generation was trained: a line end between turns, none at the end."""
    numbered = list(enumerate(turns))
    if not turns or turns[0].role != "system":
        numbered.insert(0, (-1, Turn("system", sight.system)))
    pictures = 0
    for place, (number, turn) in enumerate(numbered):
        if place:
            yield Piece("words", "\n", -1)
        yield from _opening(turn.role, number)
        text = unicodedata.normalize("NFC", turn.text)
        for segment in parse(text):
            if isinstance(segment, Picture):
                yield Piece("picture", segment.path, number, pictures)
                pictures += 1
            else:
                yield from _marked(write([segment]), sight.marks, number)
        yield Piece("mark", "<|im_end|>", number)


def _later_layout(sight: Sight, turns: Sequence[Turn]) -> Iterator[Piece]:
    """The layout that the later families' own templates share."""
    numbered = list(enumerate(turns))
    if sight.system and (not turns or turns[0].role != "system"):
        numbered.insert(0, (-1, Turn("system", sight.system)))
    alone = sum(isinstance(segment, Picture) for turn in turns for segment in parse(turn.text)) == 1
    last = max((number for number, turn in numbered if turn.role == "assistant"), default=-1)
    pictures = 0
    for number, turn in numbered:
        yield from _opening(turn.role, number)
        if sight.thinks and number == last and number >= 0:
            for text in _THINKING:
                yield Piece("mark" if text.startswith("<") else "words", text, -1)
        for part in message_parts(turn.text, alone=alone):
            if part is None:
                yield Piece("picture", "", number, pictures)
                pictures += 1
            else:
                yield from _marked(part, sight.marks, number)
        yield Piece("mark", "<|im_end|>", number)
        yield Piece("words", "\n", -1)


def message_parts(text: str, *, alone: bool) -> Iterator[str | None]:
    """A turn as a later family's message: its words, and None where a picture goes.

    A picture's line end goes, and so does its `Picture 1:` where it is the conversation's only one (`alone`).
    """
    words = ""
    shown = False
    for segment in parse(text):
        if not isinstance(segment, Picture):
            said = write([segment])
            words += said.removeprefix("\n") if shown else said
            shown = False
            continue
        words = _NUMBER_LINE.sub("", words) if alone else words
        if words:
            yield words
        yield None
        words, shown = "", True
    if words:
        yield words


def _opening(role: str, number: int) -> Iterator[Piece]:
    yield Piece("mark", "<|im_start|>", number)
    yield Piece("words", role, -1)
    yield Piece("words", "\n", -1)


def _marked(text: str, marks: Sequence[str], number: int) -> Iterator[Piece]:
    """Words and the marks between them."""
    if not marks:
        if text:
            yield Piece("words", text, number)
        return
    for part in re.split("(" + "|".join(map(re.escape, marks)) + ")", text):
        if part:
            yield Piece("mark" if part in marks else "words", part, number)


# Folders


def _read(path: Path) -> dict[str, Any]:
    """The object in a small JSON file; empty when there is none that can be read."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _resizing(config: dict[str, Any], official: Resizing) -> Resizing:
    size = config.get("size")
    size = size if isinstance(size, dict) else {}
    factor = _whole(config.get("patch_size")) * (_whole(config.get("merge_size")) or 2)
    return Resizing(
        factor or official.factor,
        _whole(config.get("min_pixels")) or _whole(size.get("shortest_edge")) or official.min_pixels,
        _whole(config.get("max_pixels")) or _whole(size.get("longest_edge")) or official.max_pixels,
    )


def _template(folder: Path) -> str:
    """The folder's chat template as text, wherever it keeps it; "" where it has none."""
    try:
        if (own := folder / "chat_template.jinja").is_file():
            return own.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    for name in ("chat_template.json", "tokenizer_config.json"):
        found = _read(folder / name).get("chat_template")
        if isinstance(found, str):
            return found
    return ""
