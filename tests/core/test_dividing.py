"""Dividing groups, and refs spelled several ways."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.dataset import SPLITS, Split
from qvl_desktop.core.spelling import spelled_several_ways, spelling_key
from qvl_desktop.core.split import WAYS, Unit, Way, divide, named_split

SHARES: dict[Split, float] = {"train": 0.8, "val": 0.1, "test": 0.1}
units = st.lists(
    st.builds(Unit, st.integers(1, 5), st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3)),
              st.sampled_from("xyz")),
    max_size=60,
)  # fmt: skip


@given(units, st.sampled_from(WAYS), st.integers(0, 9))
def test_every_unit_gets_a_split_and_the_same_one_again(items: list[Unit], way: Way, seed: int) -> None:
    placed = divide(items, SHARES, way, seed)
    assert len(placed) == len(items)
    assert set(placed) <= set(SPLITS)
    assert placed == divide(items, SHARES, way, seed)
    if way == "folder":
        assert all(len({p for u, p in zip(items, placed, strict=True) if u.folder == name}) <= 1 for name in "xyz")
    elif len(items) >= 3:
        assert set(placed) == set(SPLITS)


def test_shares_count_pictures_and_large_units_are_spread() -> None:
    rng = random.Random(2)
    items = [Unit(rng.choice([1, 1, 1, 4])) for _ in range(3000)]
    placed = divide(items, SHARES, "random", 1)
    total = sum(unit.size for unit in items)
    sizes = Counter[Split]()
    for unit, split in zip(items, placed, strict=True):
        sizes[split] += unit.size
    assert all(abs(sizes[split] - share * total) <= 4 for split, share in SHARES.items())
    large = Counter(split for unit, split in zip(items, placed, strict=True) if unit.size > 1)
    assert all(abs(large[split] / large.total() - share) < 0.02 for split, share in SHARES.items())
    assert placed != divide(items, SHARES, "random", 2)


def test_each_ref_has_its_share_when_asked_for() -> None:
    rng = random.Random(4)
    weights = [2.0**-k for k in range(12)]
    items = [Unit(refs=dict.fromkeys(rng.choices(range(12), weights, k=2), 1)) for _ in range(2000)]  # type: ignore[arg-type]
    placed = divide(items, SHARES, "ref", 0)
    for ref in range(12):
        counts = Counter(split for unit, split in zip(items, placed, strict=True) if ref in unit.refs)
        if counts.total() >= 10:
            assert abs(counts["val"] - counts.total() * 0.1) <= max(2, counts.total() * 0.03), ref
            assert counts["test"] >= 1


def test_folders_stay_whole_and_those_named_after_a_split_are_it() -> None:
    items = [Unit(folder=f) for f in ["a/1", "a/2", "a/3", "b/val", "b/Test", "b/training/x"] for _ in range(10)]
    placed = divide(items, {"train": 2, "val": 1}, "folder", 0)
    by_folder = {unit.folder: split for unit, split in zip(items, placed, strict=True)}
    assert (by_folder["b/val"], by_folder["b/Test"], by_folder["b/training/x"]) == ("val", "test", "train")
    assert Counter(by_folder[f"a/{n}"] for n in (1, 2, 3)) == {"train": 2, "val": 1}
    assert named_split("data/contest/validation/night") == "val"
    assert named_split("data/contest") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("Dog", "dogs"), ("ｄｏｇ", "dog "), ("box", "boxes"), ("horse", "horses"), ("bus", "buses"),
     ("T-shirt", "t shirt"),
     ("红 车", "红车"), ("berry", "berries"), ("ice cream", "ice-creams"), ("“cat”", "cat.")],
)  # fmt: skip
def test_spellings_of_one_ref(one: str, other: str) -> None:
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("lens", "len"), ("cat", "car"), ("glass", "gas"), ("红车", "红色车"), ("is", "i")]
)
def test_other_refs_stay_others(one: str, other: str) -> None:
    assert spelling_key(one) != spelling_key(other)


def test_the_most_frequent_spelling_is_kept() -> None:
    (group,) = spelled_several_ways({"dog": 2, "Dogs": 9, "DOG": 5, "cat": 1, " ": 3, "": 4})
    assert (group.wanted, group.others) == ("Dogs", ("DOG", "dog"))
