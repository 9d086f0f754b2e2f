"""Dividing data into train, val and test, by a seed.

Owns the random but repeatable choice: of single items, and of groups that must stay together, at random, with each ref
in its share, or by folders. Does not own what belongs together nor where splits are kept (`storage.splitting`).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal, TypeVar, get_args

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

T = TypeVar("T")

Way = Literal["random", "ref", "folder"]
"""How to divide: at random; so that each ref has its share in every split; whole folders."""
WAYS: tuple[Way, ...] = get_args(Way)

_FOLDER_NAMES: dict[str, Split] = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """What stays together. `size` counts its pictures; `refs` says how many regions it has of each; `folder` is that of
    its first picture, as stored."""

    size: int = 1
    refs: Mapping[str, int] = field(default_factory=dict)
    folder: str = ""


def assign_splits(items: Sequence[T], shares: Mapping[Split, float], seed: int = 0) -> dict[Split, list[T]]:
    """The items of each split, chosen at random by `shares` (any positive numbers; they are taken in proportion).

    Sizes are the exact shares rounded by largest remainder, and a split with a share above 0 gets at least one item
    when there are as many items as such splits. Items keep their order within a split. The same items, shares and seed
    give the same result. Raises `DataError` for an unknown split, a negative share, or shares that are all 0.
    """
    wanted = _checked(shares)
    sizes = _sizes(len(items), wanted)
    order = list(range(len(items)))
    random.Random(seed).shuffle(order)
    groups: dict[Split, list[T]] = {}
    start = 0
    for split, size in sizes.items():
        groups[split] = [items[index] for index in sorted(order[start : start + size])]
        start += size
    return groups


def divide(units: Sequence[Unit], shares: Mapping[Split, float], way: Way = "random", seed: int = 0) -> list[Split]:
    """The split of each unit; the same units, shares, way and seed give the same.

    "random": shares count pictures; large units are placed first, so that the shares come out as near as they can.
    "ref": the rarest ref is divided first, each time to the split that lacks it most (iterative stratification,
    Sechidis and others 2011), so that every ref comes near its share in every split. "folder": the units of one folder
    stay together; folders called train, val or test (or the like) are that split. Where there are enough units, every
    split with a share gets one. Raises `DataError` for impossible shares.
    """
    wanted = _checked(shares)
    order = list(range(len(units)))
    random.Random(seed).shuffle(order)
    if way == "folder":
        return _by_folder(units, wanted, order)
    sizes = [unit.size for unit in units]
    placed = _by_ref(units, wanted, order) if way == "ref" else _at_random(sizes, wanted, order)
    return _none_empty(placed, sizes, wanted)


def named_split(folder: str) -> Split | None:
    """The split that a folder's name says, or that of a folder above it; the innermost wins."""
    for part in reversed(PurePosixPath(folder).parts):
        if (found := _FOLDER_NAMES.get(part.casefold())) is not None:
            return found
    return None


def _checked(shares: Mapping[Split, float]) -> dict[Split, float]:
    wanted = {split: float(shares.get(split, 0.0)) for split in SPLITS if shares.get(split, 0.0)}
    if set(shares) - set(SPLITS) or not wanted or not all(0 < share < float("inf") for share in wanted.values()):
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{shares} are no shares: give train, val and test numbers above 0."),
            shares=dict(shares),
        )
    return wanted


def _at_random(sizes: Sequence[int], wanted: Mapping[Split, float], order: Sequence[int]) -> list[Split]:
    """In the given order; what is larger than one is spread over the splits first, then single ones fill up exactly."""
    lacks = {split: float(size) for split, size in _sizes(sum(sizes), wanted).items()}
    placed: list[Split] = [""] * len(sizes)
    due = dict.fromkeys(wanted, 0.0)
    total = sum(wanted.values())
    for place in order:
        if sizes[place] > 1:
            for split, share in wanted.items():
                due[split] += sizes[place] * share / total
            split = max(wanted, key=lambda name: due[name])
            placed[place] = split
            due[split] -= sizes[place]
            lacks[split] -= sizes[place]
    singles = [place for place in order if sizes[place] <= 1]
    start = 0
    for split, lack in sorted(lacks.items(), key=lambda item: item[1]):
        count = max(0, round(lack))
        for place in singles[start : start + count]:
            placed[place] = split
        start += count
    largest = max(wanted, key=lambda name: wanted[name])
    for place in singles[start:]:
        placed[place] = largest
    return placed


def _by_size(sizes: Sequence[int], wanted: Mapping[Split, float]) -> list[Split]:
    """Each to the split that lacks most, the largest first: for few and large units."""
    lacks = {split: float(size) for split, size in _sizes(sum(sizes), wanted).items()}
    placed: list[Split] = [""] * len(sizes)
    for place in sorted(range(len(sizes)), key=lambda index: -sizes[index]):
        placed[place] = max(lacks, key=lambda name: lacks[name])
        lacks[placed[place]] -= sizes[place]
    return _none_empty(placed, sizes, wanted)


def _none_empty(placed: list[Split], sizes: Sequence[int], wanted: Mapping[Split, float]) -> list[Split]:
    """Every split with a share gets the smallest unit of the one with most units, where there are enough."""
    for split in wanted:
        if split in placed or len(placed) < len(wanted):
            continue
        members = {name: [place for place, other in enumerate(placed) if other == name] for name in wanted}
        richest = max(members, key=lambda name: len(members[name]))
        if len(members[richest]) > 1:
            placed[min(members[richest], key=lambda place: sizes[place])] = split
    return placed


def _by_ref(units: Sequence[Unit], wanted: Mapping[Split, float], order: Sequence[int]) -> list[Split]:
    total = sum(wanted.values())
    by_ref: dict[str, list[int]] = {}
    for place in order:
        for ref in units[place].refs:
            by_ref.setdefault(ref, []).append(place)
    left = {ref: len(members) for ref, members in by_ref.items()}
    lacks = {ref: {split: count * share / total for split, share in wanted.items()} for ref, count in left.items()}
    room = {split: share * sum(unit.size for unit in units) / total for split, share in wanted.items()}
    placed: list[Split] = [""] * len(units)
    rarest = [(count, ref) for ref, count in left.items()]
    heapq.heapify(rarest)
    while rarest:
        count, ref = heapq.heappop(rarest)
        if count != left[ref]:
            if left[ref] > 0:
                heapq.heappush(rarest, (left[ref], ref))
            continue
        for place in by_ref[ref]:
            if placed[place]:
                continue
            unit, lack = units[place], lacks[ref]
            split = max(wanted, key=lambda name: (round(lack[name], 6), room[name]))
            placed[place] = split
            room[split] -= unit.size
            for other in unit.refs:
                lacks[other][split] -= 1
                left[other] -= 1
    rest = [place for place in order if not placed[place]]
    for place in sorted(rest, key=lambda index: -units[index].size):
        placed[place] = max(wanted, key=lambda name: room[name])
        room[placed[place]] -= units[place].size
    return placed


def _by_folder(units: Sequence[Unit], wanted: Mapping[Split, float], order: Sequence[int]) -> list[Split]:
    folders: dict[str, list[int]] = {}
    for place in order:
        folders.setdefault(units[place].folder, []).append(place)
    named = {folder: split for folder in folders if (split := named_split(folder)) is not None}
    open_folders = [folder for folder in folders if folder not in named]
    sizes = [sum(units[place].size for place in folders[folder]) for folder in open_folders]
    by_name = dict(named)
    by_name.update(zip(open_folders, _by_size(sizes, wanted), strict=True))
    placed: list[Split] = [""] * len(units)
    for folder, members in folders.items():
        for place in members:
            placed[place] = by_name[folder]
    return placed


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
