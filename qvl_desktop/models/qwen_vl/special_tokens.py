"""The control tokens of first-generation Qwen-VL: their text, their order, and the ranks file before them.

Owns the list of special tokens and writing a ranks file. Needs neither torch nor transformers. Does not own reading one
and where text is cut before byte-pair merging (`core.ranks`, which the window counts tokens with too), encode text
(`tokenization`) nor lay out a prompt (`prompt`).
"""

from __future__ import annotations

import base64
from pathlib import Path

from qvl_desktop.core.ranks import RANKS_FILE_NAME as RANKS_FILE_NAME
from qvl_desktop.core.ranks import SPLIT_PATTERN as SPLIT_PATTERN
from qvl_desktop.core.ranks import RanksFileError as RanksFileError
from qvl_desktop.core.ranks import read_ranks as read_ranks

END_OF_TEXT = "<|endoftext|>"
IM_START = "<|im_start|>"
IM_END = "<|im_end|>"
EXTRAS = tuple(f"<|extra_{n}|>" for n in range(205))
REF, REF_END = "<ref>", "</ref>"
BOX, BOX_END = "<box>", "</box>"
QUAD, QUAD_END = "<quad>", "</quad>"
IMG, IMG_END = "<img>", "</img>"
IMG_PAD = "<imgpad>"

POINTING_TOKENS = (REF, REF_END, BOX, BOX_END, QUAD, QUAD_END)
"""What marks a phrase, a box or a quad inside a turn."""

IMAGE_TOKENS = (*POINTING_TOKENS, IMG, IMG_END, IMG_PAD)
"""The nine tokens that the vision model adds to the language model's."""

SPECIAL_TOKENS = (END_OF_TEXT, IM_START, IM_END, *EXTRAS, *IMAGE_TOKENS)
"""All control tokens; their ids follow the last rank in this order."""


def special_token_ids(rank_count: int) -> dict[str, int]:
    """Text of each control token -> id, for a vocabulary of `rank_count` ranks (the official one has 151,643)."""
    return {token: rank_count + place for place, token in enumerate(SPECIAL_TOKENS)}


def write_ranks(ranks: dict[bytes, int], path: Path) -> None:
    """Write `ranks` in tiktoken format, ordered by rank; the inverse of `read_ranks`."""
    ordered = sorted(ranks.items(), key=lambda item: item[1])
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ordered))
