"""Counting tokens in the window, without the model half.

Owns loading a model folder's vocabulary (tiktoken for the first generation, `tokenizers` for the later ones; neither
brings torch along) and counting words with it exactly as training does; without a vocabulary, an estimate that says
so. Does not own the layout around the words (`core.sight`) nor when to count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from qvl_desktop.core import lengths
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import QWEN_VL, Size
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.ranks import RANKS_FILE_NAME, SPLIT_PATTERN, RanksFileError, read_ranks
from qvl_desktop.core.sight import Count, Piece, Sight, lay_out, token_counts

KEPT_TEXTS = 4096
"""Counts of so many words are remembered: an edit changes one turn of many."""


@dataclass(frozen=True)
class Counter:
    """Counts the tokens of words. `exact`: with the model's own vocabulary; else it is an estimate."""

    count: Count
    exact: bool

    def characters(self, text: str, room: int) -> int:
        """How many characters of words fit into `room` tokens."""
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.count(text[:middle]) <= room:
                low = middle
            else:
                high = middle - 1
        return low


ESTIMATE = Counter(lru_cache(KEPT_TEXTS)(lengths.estimate), exact=False)


@dataclass(frozen=True)
class Measured:
    """A conversation laid out and counted. `counts` has the tokens of each piece; `total` is their sum.

    `cut` is where a limit falls, if it does: the turn and the character of its text.
    """

    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]
    exact: bool
    limit: int = 0
    cut: tuple[int, int] | None = None
    total: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.counts))

    def turn_tokens(self, turn: int) -> int:
        """The tokens of one turn (from 0), its marks included."""
        return sum(count for piece, count in zip(self.pieces, self.counts, strict=True) if piece.turn == turn)


def measure(sight: Sight, counter: Counter, turns: Sequence[Turn], sizes: Sequence[Size], limit: int = 0) -> Measured:
    """Lay a conversation out for a family, count it, and find where `limit` (0 = none) falls.

    Raises `DialectError` where a picture's size is missing that the dialect needs.
    """
    pieces = lay_out(sight, turns, sizes)
    counts = token_counts(sight, pieces, sizes, counter.count)
    cut = _cut(pieces, counts, turns, limit, counter) if limit and sum(counts) > limit else None
    return Measured(tuple(pieces), tuple(counts), counter.exact, limit, cut)


def _cut(
    pieces: Sequence[Piece], counts: Sequence[int], turns: Sequence[Turn], limit: int, counter: Counter
) -> tuple[int, int] | None:
    """The turn and the character in it up to which `limit` tokens reach; where a dialect rewrote the words, about."""
    used = 0
    place, inside = 0, 0
    for piece, count in zip(pieces, counts, strict=True):
        if piece.turn >= 0 and piece.turn != place:
            place, inside = piece.turn, 0
        if used + count > limit:
            room = max(limit - used, 0)
            inside += counter.characters(piece.text, room) if piece.kind == "words" and piece.turn >= 0 else 0
            return place, min(inside, len(turns[place].text))
        used += count
        if piece.turn >= 0 and not piece.text.startswith("<|im_"):
            inside += len(piece.text) + (len("<img></img>") if piece.kind == "picture" else 0)
    return None


def load_counter(folder: Path, sight: Sight) -> Counter:
    """The counter of a model folder; the estimate where it has no vocabulary that can be read. Takes up to a second."""
    try:
        if sight.family == QWEN_VL:
            return Counter(lru_cache(KEPT_TEXTS)(_own_count(folder / RANKS_FILE_NAME)), exact=True)
        file = folder / "tokenizer.json"
        return Counter(lru_cache(KEPT_TEXTS)(_later_count(file)), exact=True) if file.is_file() else ESTIMATE
    except (RanksFileError, VocabularyError):
        return ESTIMATE


class VocabularyError(QvlError):
    """A vocabulary that cannot be read; the window estimates then."""


def _own_count(file: Path) -> Callable[[str], int]:
    import tiktoken

    encoding = tiktoken.Encoding(
        RANKS_FILE_NAME, pat_str=SPLIT_PATTERN, mergeable_ranks=read_ranks(file), special_tokens={}
    )
    return lambda text: len(encoding.encode_ordinary(unicodedata.normalize("NFC", text)))


def _later_count(file: Path) -> Callable[[str], int]:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises nothing more exact
        raise VocabularyError("{path}: {reason}", path=file, reason=error) from error
    control = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    pattern = re.compile("|".join(map(re.escape, sorted(control, key=len, reverse=True)))) if control else None

    def count(text: str) -> int:
        """Control tokens in words are spelt out: cut after its first letter, such a token is none any more."""
        total = place = 0
        for match in pattern.finditer(text) if pattern else ():
            total += len(tokenizer.encode(text[place : match.start() + 1], add_special_tokens=False).ids)
            place = match.start() + 1
        return total + len(tokenizer.encode(text[place:], add_special_tokens=False).ids)

    return count
