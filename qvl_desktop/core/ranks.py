"""The vocabulary file of first-generation Qwen-VL (tiktoken format).

Owns reading it (base64 of a token, a blank, its rank; one a line) and where text is cut before byte-pair merging:
what the model side and the window, which counts tokens, must agree on. Does not own control tokens
(`models.qwen_vl.special_tokens`).
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

RANKS_FILE_NAME = "qwen.tiktoken"

SPLIT_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""Where text is cut before merging: part of the checkpoint format, as the ranks are. Digits stand alone."""


class RanksFileError(QvlError):
    """A ranks file that cannot be used; names the file and the line."""


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
