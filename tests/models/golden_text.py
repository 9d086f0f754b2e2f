"""What the text and picture tests share: the official vocabulary and the numbers of the original code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Turn
from qvl_desktop.models.qwen_vl import QwenVLTokenizer

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
IMG, IMG_END, IMG_PAD = 151857, 151858, 151859


@cache
def load(name: str) -> dict[str, Any]:
    """`NAME.json` of the golden folder."""
    content: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return content


@cache
def official_tokenizer() -> QwenVLTokenizer:
    """The tokenizer with the official 151,643 ranks; do not change it."""
    return QwenVLTokenizer(GOLDEN / "qwen.tiktoken")


def hide_slots(ids: Sequence[int]) -> list[int]:
    """`ids` of the original with the path's bytes between `<img>` and `</img>` replaced by `<imgpad>`."""
    hidden, inside = [], False
    for token_id in ids:
        inside = inside and token_id != IMG_END
        hidden.append(IMG_PAD if inside else token_id)
        inside = inside or token_id == IMG
    return hidden


def turns_of(history: Sequence[Sequence[str | None]] | None, query: str) -> list[Turn]:
    """The turns of the original's `chat(query, history)`; an answer may be missing."""
    turns = []
    for question, answer in history or []:
        turns.append(Turn("user", str(question)))
        if answer is not None:
            turns.append(Turn("assistant", answer))
    return [*turns, Turn("user", query)]
