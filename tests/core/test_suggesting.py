"""Reading answers, leaving out what is there, and where a model and an annotation disagree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.answerers import Answerer, AskError, AskSpec
from qvl_desktop.core.box import Box, iou
from qvl_desktop.core.suggesting import (
    MOST,
    SAME,
    Found,
    Known,
    QuestionError,
    check_question,
    differences,
    disagreement_of,
    fresh,
    question_for,
    read_answer,
)


def cat(*numbers: int) -> Found:
    return Found("cat", Box(*numbers))


def test_an_answer_about_one_ref_gives_all_its_boxes_to_it() -> None:
    text = "<ref>the big cat</ref><box>(1,2),(30,40)</box><box>(5,6),(70,80)</box> and <box>(9,9),(99,99)</box>"
    answer = read_answer(text, "cat")
    assert answer.found == (cat(1, 2, 30, 40), cat(5, 6, 70, 80), cat(9, 9, 99, 99))
    assert answer.unread == ()


def test_an_answer_about_everything_keeps_the_names_it_gives() -> None:
    answer = read_answer("<ref> a  cat</ref><box>(1,2),(30,40)</box><ref>dog</ref><quad>(1,1),(9,1),(9,9),(1,9)</quad>")
    assert [(one.ref, one.box) for one in answer.found] == [("a cat", Box(1, 2, 30, 40)), ("dog", Box(1, 1, 9, 9))]
    assert answer.found[1].text == "<quad>(1,1),(9,1),(9,9),(1,9)</quad>"


def test_what_cannot_be_read_is_said_and_the_rest_is_kept() -> None:
    broken = read_answer("<ref>cat</ref><box>(1,2),(30,40)</box><box>(900,2),(30,40)</box>", "cat")
    assert broken.found == (cat(1, 2, 30, 40),)
    assert broken.unread == ("faults",)
    assert read_answer("<ref>cat</ref><box>(1,2),(30,", "cat", cut=True).unread == ("cut", "faults")
    assert read_answer("Nothing like that here.", "cat").unread == ()
    assert read_answer("", "cat", faulty=True).unread == ("faults",)


def test_a_box_given_twice_and_one_without_area_are_left_out() -> None:
    text = "<box>(1,2),(30,40)</box>" * 5 + "<box>(7,7),(7,7)</box>"
    assert read_answer(text, "cat").found == (cat(1, 2, 30, 40),)


def test_ten_thousand_boxes_are_cut_and_said() -> None:
    text = "".join(f"<box>({n % 900},{n // 900}),({n % 900 + 50},{n // 900 + 50})</box>" for n in range(10_000))
    answer = read_answer(text, "cat")
    assert len(answer.found) == MOST
    assert "many" in answer.unread
    assert len(fresh(answer.found, [("cat", one.box) for one in answer.found])) == 0


def test_boxes_that_stand_there_are_not_proposed_again() -> None:
    standing = [("cat", Box(100, 100, 300, 300)), ("dog", Box(0, 0, 500, 500))]
    near, far = cat(102, 100, 300, 300), cat(130, 100, 300, 300)
    assert iou(near.box, Box(100, 100, 300, 300)) >= SAME > iou(far.box, Box(100, 100, 300, 300))
    assert fresh([near, far, cat(0, 0, 500, 500), cat(0, 0, 501, 500)], standing) == [far, cat(0, 0, 500, 500)]


def between(corners: tuple[int, int, int, int]) -> Box:
    x1, y1, x2, y2 = corners
    return Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


sides = st.integers(0, 999)
boxes = st.tuples(sides, sides, sides, sides).map(between)


@given(st.lists(boxes, max_size=30), st.lists(boxes, max_size=30))
def test_the_quick_search_finds_what_looking_at_all_finds(standing: list[Box], found: list[Box]) -> None:
    kept: list[Box] = []
    for box in found:
        if not any(other == box or iou(other, box) >= SAME for other in (*standing, *kept)):
            kept.append(box)
    assert [one.box for one in fresh([Found("", box) for box in found], [("", box) for box in standing])] == kept


def test_differences_are_matched_by_ref_and_listed_worst_first() -> None:
    known = [
        Known("cat", Box(0, 0, 100, 100)),
        Known("cat", Box(500, 500, 600, 600)),
        Known("dog", Box(0, 0, 100, 100)),
    ]
    found = [cat(0, 0, 100, 98), cat(500, 500, 600, 540), Found("dog", Box(700, 700, 800, 800))]
    listed = differences(known, found)
    assert [(one.kind, one.known, one.found) for one in listed] == [
        ("missed", 2, None), ("extra", None, 2), ("low", 1, 1)
    ]  # fmt: skip
    assert listed[-1].overlap == pytest.approx(0.4)
    assert disagreement_of(listed, 1) == pytest.approx((1 + 1 + 0.6) / 4)
    assert disagreement_of([], 3) == 0
    assert [one.kind for one in differences(known[:2], found[:2], 0.3)] == []


def test_a_question_names_its_ref_wherever_it_likes() -> None:
    check_question("框出{ref}")
    assert question_for("Find {ref} {here}", "a {cat}") == "Find a {cat} {here}"
    with pytest.raises(QuestionError, match=r"Find the cat.* needs \{ref\}"):
        check_question("Find the cat")


def test_a_job_comes_back_from_its_text() -> None:
    spec = AskSpec(
        kind="differences",
        who=Answerer(model="qwen", url="http://x/v1", dialect="qwen2.5-vl"),
        question="框出{ref}",
        refs=("cat", "红杯"),
        limit=0.7,
        again=True,
    )
    assert AskSpec.from_text(spec.to_text()) == spec
    assert AskSpec.from_text(spec.to_text()[:-1] + ', "later": 1}') == spec
    assert (spec.who.external, spec.who.name) == (True, "qwen @ http://x/v1")
    assert Answerer(model="demo", adapter="/runs/first/adapter").short_name == "demo + first"
    for text in ("", "[]", "{}", '{"kind": "new", "who": {"model": "m"}, "question": "q"}'):
        with pytest.raises(AskError):
            AskSpec.from_text(text)
