"""Refs that are spelled several ways.

Owns when two refs seem to be one, and which spelling to keep. Does not own renaming (`storage.refs`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_BETWEEN = re.compile(r"[\s\-_‐‑–—·]+")
_AROUND = " .,;:!?\"'“”‘’()[]{}。，、；：！？（）"
_SINGULAR = re.compile(r"(ss|us|is|news|series|species|lens|gas)$")
_SILENT_E = re.compile(r"(s|x|z|ch|sh)e$")


@dataclass(frozen=True, slots=True)
class Spellings:
    """Refs that seem to be one: the one to keep (the most frequent) and the others, the most frequent first."""

    wanted: str
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (self.wanted, *self.others)


def spelling_key(ref: str) -> str:
    """What two spellings of one ref have in common.

    Capitals, full-width forms, blanks and hyphens, punctuation around it, and an English plural do not count.
    """
    text = unicodedata.normalize("NFKC", ref).casefold().strip(_AROUND)
    words = _BETWEEN.split(text)
    words[-1] = _singular(words[-1])
    return "".join(words)


def spelled_several_ways(counts: Mapping[str, int]) -> list[Spellings]:
    """The groups of refs that seem to be one; `counts` says how often each is used. Sorted by the one to keep."""
    groups: dict[str, list[str]] = {}
    for ref in counts:
        if ref.strip() and (key := spelling_key(ref)):
            groups.setdefault(key, []).append(ref)
    found = []
    for refs in groups.values():
        if len(refs) > 1:
            wanted, *others = sorted(refs, key=lambda ref: (-counts[ref], len(ref), ref))
            found.append(Spellings(wanted, tuple(others)))
    return sorted(found, key=lambda group: group.wanted)


def _singular(word: str) -> str:
    """A word without the ending of an English plural; "horse" and "boxes" lose their e as well, so that they meet."""
    if len(word) > 2 and word.isascii() and not _SINGULAR.search(word):
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        word = word.removesuffix("s")
    return _SILENT_E.sub(r"\1", word)
