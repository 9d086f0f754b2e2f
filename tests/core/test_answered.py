"""Two rounds of answers beside each other: what became better, what got worse, what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qvl_desktop.core.answered import Answered, compare, score_of, worst_first
from qvl_desktop.core.box import Box

TRUE = Box(0, 0, 100, 100)


def one(number: int, ref: str, *predicted: Box, source: str = "", truth: tuple[Box, ...] = (TRUE,)) -> Answered:
    return Answered(
        number, source or f"record {number}", ref, Path("a.png"), truth, predicted, "said", parsed=bool(predicted)
    )


def test_worst_first() -> None:
    good, near, beside, missed = (
        one(1, "a", TRUE),
        one(2, "a", Box(0, 0, 100, 40)),
        one(3, "a", TRUE, Box(500, 500, 600, 600)),
        one(4, "a"),
    )
    assert [each.number for each in worst_first([good, near, beside, missed])] == [4, 2, 3, 1]


def test_what_got_worse_is_found_among_what_became_better() -> None:
    half = Box(0, 0, 100, 60)
    before = [one(1, "cat", TRUE), one(2, "cat"), one(3, "dog", TRUE), one(4, "cup", half)]
    after = [one(1, "cat", TRUE), one(2, "cat", TRUE), one(3, "dog"), one(4, "cup", TRUE, Box(800, 800, 900, 900))]
    found = compare(before, after)
    assert found.before.to_json() == score_of(before).to_json()
    assert found.after.to_json() == score_of(after).to_json()
    assert [ref.ref for ref in found.refs] == ["dog", "cup", "cat"]
    assert [ref.ref for ref in found.worse_refs] == ["dog", "cup"]
    assert [pair.after.number for pair in found.worse_answers] == [3, 4], "a box too many is a loss as well"
    assert found.worse_answers[0].delta == -1.0
    body = found.to_json()
    assert body["before"]["hits"] == 3
    assert body["after"]["parse_failures"] == 1
    assert body["worse_refs"] == ["dog", "cup"]
    assert body["worse"][0]["after"]["overlaps"] == [0.0]
    assert body["worse"][0]["before"]["found"] == 1
    assert body["per_ref"]["cat"] == {"before": pytest.approx(2 / 3), "after": 1.0, "boxes": 2}


def test_phrases_are_paired_by_source_and_occurrence() -> None:
    """The same phrase twice in one record, and one that only one round asked."""
    before = [one(1, "cat", TRUE, source="r"), one(2, "cat", source="r"), one(3, "sun", TRUE)]
    after = [one(1, "cat", source="r"), replace(one(1, "cat", TRUE, source="r"), first=False), one(9, "moon", TRUE)]
    found = compare(before, after)
    assert len(found.answers) == 2
    assert [pair.lost for pair in found.answers] == [True, False]
    assert found.before.total.boxes == found.after.total.boxes == 2


def test_nothing_to_compare() -> None:
    found = compare([], [one(1, "cat", TRUE)])
    assert (found.answers, found.refs, found.after.questions) == ((), (), 0)
