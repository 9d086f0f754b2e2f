"""Which boxes belong together: held against every assignment there is."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Box, iou
from qvl_desktop.core.matching import HIT, match
from qvl_desktop.core.metrics import GroundingScore, Tally


@st.composite
def near(draw: st.DrawFn) -> Box:
    """Boxes in a small corner, so that many overlap and many are equal."""
    x, y = draw(st.integers(0, 12)), draw(st.integers(0, 12))
    return Box(x, y, x + draw(st.integers(0, 10)), y + draw(st.integers(0, 10)))


def by_brute_force(truth: list[Box], predicted: list[Box]) -> tuple[int, float]:
    """The most hits, and the largest sum of overlaps among the assignments with so many."""
    swapped = len(truth) > len(predicted)
    few, many = (predicted, truth) if swapped else (truth, predicted)
    best = (0, 0.0)
    for chosen in permutations(range(len(many)), len(few)):
        overlaps = [iou(few[i], many[j]) for i, j in enumerate(chosen)]
        best = max(best, (sum(overlap >= HIT for overlap in overlaps), sum(overlaps)))
    return best


@settings(max_examples=300, deadline=None)
@given(st.lists(near(), max_size=5), st.lists(near(), max_size=5))
def test_no_assignment_is_better(truth: list[Box], predicted: list[Box]) -> None:
    pairs = match(truth, predicted)
    assert len({i for i, _, _ in pairs}) == len({j for _, j, _ in pairs}) == len(pairs)
    assert all(overlap == iou(truth[i], predicted[j]) > 0 for i, j, overlap in pairs)
    assert [pair[2] for pair in pairs] == sorted((pair[2] for pair in pairs), reverse=True)
    hits, summed = by_brute_force(truth, predicted)
    assert sum(overlap >= HIT for _, _, overlap in pairs) == hits
    assert sum(overlap for _, _, overlap in pairs) == pytest.approx(summed)


@given(st.lists(near(), max_size=5), st.lists(near(), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_boxes_does_not_matter(truth: list[Box], predicted: list[Box], chance: random.Random) -> None:
    before, after = Tally(), Tally()
    before.add(truth, predicted)
    chance.shuffle(truth)
    chance.shuffle(predicted)
    after.add(truth, predicted)
    assert (before.hits, before.iou_sum) == (after.hits, pytest.approx(after.iou_sum))
    turned = Tally()
    turned.add(predicted, truth)
    assert (turned.hits, turned.precision, turned.recall) == (before.hits, before.recall, before.precision)


def test_the_best_overlap_does_not_take_a_box_that_another_needs() -> None:
    """The greedy way would pair the two that overlap most and leave one true box without a hit."""
    truth = [Box(0, 0, 100, 100), Box(0, 0, 100, 60)]
    predicted = [Box(0, 0, 100, 98), Box(0, 0, 100, 200)]
    assert iou(truth[0], predicted[0]) > iou(truth[0], predicted[1]) >= HIT
    assert iou(truth[1], predicted[0]) >= HIT > iou(truth[1], predicted[1])
    assert sorted((i, j) for i, j, _ in match(truth, predicted)) == [(0, 1), (1, 0)]


def test_figures_of_several_boxes() -> None:
    """Three true boxes; four answers: two hits, one of them given twice, and one beside."""
    truth = [Box(0, 0, 99, 99), Box(200, 200, 300, 300), Box(500, 500, 600, 600)]
    tally = Tally()
    tally.add(truth, [Box(0, 0, 99, 99), Box(0, 0, 99, 99), Box(200, 200, 300, 290), Box(800, 800, 900, 900)])
    assert (tally.hits, tally.boxes, tally.predicted) == (2, 3, 4)
    assert tally.precision == 0.5
    assert tally.recall == tally.acc50 == pytest.approx(2 / 3)
    assert tally.f1 == pytest.approx(2 * 0.5 * (2 / 3) / (0.5 + 2 / 3))
    assert tally.mean_iou == pytest.approx(1.9 / 3)


@pytest.mark.parametrize("predicted", [[], [Box(5, 5, 5, 5)], [Box(900, 900, 999, 999)]])
def test_nothing_found_is_zero_everywhere(predicted: list[Box]) -> None:
    tally = Tally()
    tally.add([Box(0, 0, 10, 10)], predicted)
    assert (tally.precision, tally.recall, tally.f1, tally.mean_iou) == (0.0, 0.0, 0.0, 0.0)
    assert Tally().f1 == 0.0


def test_a_question_about_several_things_counts_once() -> None:
    score = GroundingScore()
    score.add("cat", [Box(0, 0, 9, 9)], [], parsed=False)
    score.add("dog", [Box(0, 0, 9, 9)], [], parsed=False, asked=False)
    assert (score.questions, score.parse_failures, score.total.boxes) == (1, 1, 2)


def test_a_crowd_is_matched() -> None:
    """Hundreds of boxes, a part of them in one heap."""
    chance = random.Random(1)

    def box(spread: int) -> Box:
        x, y = chance.randrange(spread), chance.randrange(spread)
        return Box(x, y, x + 30, y + 30)

    truth = [box(960) for _ in range(300)] + [box(120) for _ in range(60)]
    predicted = [box(960) for _ in range(300)] + [box(120) for _ in range(60)]
    pairs = match(truth, predicted)
    assert len(pairs) > 200
