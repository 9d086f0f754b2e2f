"""The control tokens of first-generation Qwen-VL: their text, their order, and the ranks file before them.

Owns the list of special tokens, the pattern that splits text before byte-pair merging, and reading and writing a ranks
file (tiktoken format: base64 of the token's bytes, a blank, its rank; one a line). Needs neither torch nor
transformers. Does not encode text (`tokenization`) nor lay out a prompt (`prompt`).
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

RANKS_FILE_NAME = "qwen.tiktoken"

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

SPLIT_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""Where text is cut before merging: part of the checkpoint format, as the ranks are. Digits stand alone."""


class RanksFileError(QvlError):
    """A ranks file that cannot be used; names the file and the line."""


def special_token_ids(rank_count: int) -> dict[str, int]:
    """Text of each control token -> id, for a vocabulary of `rank_count` ranks (the official one has 151,643)."""
    return {token: rank_count + place for place, token in enumerate(SPECIAL_TOKENS)}


def read_ranks(path: Path) -> dict[bytes, int]:
    """Bytes of each token -> rank, ranks being 0..n-1 and all 256 single bytes among them.

    Raises `RanksFileError` naming the line that is wrong.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise RanksFileError(
            QT_TRANSLATE_NOOP("errors", "{path}: the vocabulary file cannot be read ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            token, rank = line.split()
            ranks[base64.b64decode(token, validate=True)] = int(rank)
        except (ValueError, binascii.Error) as error:
            raise RanksFileError(
                QT_TRANSLATE_NOOP(
                    "errors", "{path}, line {line}: a vocabulary line is a base64 token, a blank and its rank."
                ),
                path=path,
                line=number,
            ) from error
    _check_ranks(ranks, path)
    return ranks


def write_ranks(ranks: dict[bytes, int], path: Path) -> None:
    """Write `ranks` in tiktoken format, ordered by rank; the inverse of `read_ranks`."""
    ordered = sorted(ranks.items(), key=lambda item: item[1])
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ordered))


def _check_ranks(ranks: dict[bytes, int], path: Path) -> None:
    if sorted(ranks.values()) != list(range(len(ranks))):
        raise RanksFileError(
            QT_TRANSLATE_NOOP("errors", "{path}: ranks must run from 0 without a gap or a repetition."), path=path
        )
    missing = [byte for byte in range(256) if bytes([byte]) not in ranks]
    if missing:
        raise RanksFileError(
            QT_TRANSLATE_NOOP("errors", "{path}: {count} of the 256 single bytes are missing, the first is {first}."),
            path=path,
            count=len(missing),
            first=missing[0],
        )
