"""Dividing data into train, val and test, by a seed.

Owns the random but repeatable choice. Does not own where splits are kept (`storage`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

T = TypeVar("T")


def assign_splits(items: Sequence[T], shares: Mapping[Split, float], seed: int = 0) -> dict[Split, list[T]]:
    """The items of each split, chosen at random by `shares` (any positive numbers; they are taken in proportion).

    Sizes are the exact shares rounded by largest remainder, and a split with a share above 0 gets at least one item
    when there are as many items as such splits. Items keep their order within a split. The same items, shares and seed
    give the same result. Raises `DataError` for an unknown split, a negative share, or shares that are all 0.
    """
    wanted = {split: float(shares.get(split, 0.0)) for split in SPLITS if shares.get(split, 0.0)}
    if set(shares) - set(SPLITS) or not wanted or min(wanted.values()) < 0:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{shares} are no shares: give train, val and test numbers above 0."),
            shares=dict(shares),
        )
    sizes = _sizes(len(items), wanted)
    order = list(range(len(items)))
    random.Random(seed).shuffle(order)
    groups: dict[Split, list[T]] = {}
    start = 0
    for split, size in sizes.items():
        groups[split] = [items[index] for index in sorted(order[start : start + size])]
        start += size
    return groups


def _sizes(count: int, shares: Mapping[Split, float]) -> dict[Split, int]:
    total = sum(shares.values())
    exact = {split: count * share / total for split, share in shares.items()}
    sizes = {split: int(value) for split, value in exact.items()}
    by_remainder = sorted(exact, key=lambda split: sizes[split] - exact[split])
    for split in by_remainder[: count - sum(sizes.values())]:
        sizes[split] += 1
    if count >= len(sizes):
        for split in [name for name, size in sizes.items() if size == 0]:
            largest = max(sizes, key=lambda name: sizes[name])
            sizes[largest] -= 1
            sizes[split] += 1
    return sizes
