"""Trains the demo model's byte-level BPE and writes it as a tiktoken ranks file.

Merges never cross a word of the list, so a phrase made of known words always splits at the same places, whatever stands
beside it. Chinese words are units too: in running text nothing separates them.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from pathlib import Path

from demo.words import corpus_units
from qvl_desktop.models.qwen_vl.special_tokens import write_ranks


def train_ranks(units: list[str], limit: int) -> dict[bytes, int]:
    """Ranks of at most ``limit`` tokens: the 256 bytes, then the most frequent pair again and again (ties: the
    smaller bytes)."""
    words = Counter(tuple(bytes([byte]) for byte in unit.encode()) for unit in units)
    ranks = {bytes([byte]): byte for byte in range(256)}
    while len(ranks) < limit:
        pairs: Counter[tuple[bytes, bytes]] = Counter()
        for pieces, count in words.items():
            for pair in itertools.pairwise(pieces):
                pairs[pair] += count
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        ranks.setdefault(best[0] + best[1], len(ranks))
        words = Counter({_merge(pieces, best): count for pieces, count in words.items()})
    return ranks


def _merge(pieces: tuple[bytes, ...], pair: tuple[bytes, bytes]) -> tuple[bytes, ...]:
    merged: list[bytes] = []
    place = 0
    while place < len(pieces):
        if pieces[place : place + 2] == pair:
            merged.append(pair[0] + pair[1])
            place += 2
        else:
            merged.append(pieces[place])
            place += 1
    return tuple(merged)


def main() -> None:
    """Write the ranks file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    arguments = parser.parse_args()
    write_ranks(train_ranks(corpus_units(), arguments.limit), arguments.out)


if __name__ == "__main__":
    main()
