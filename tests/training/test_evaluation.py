"""Which turns are questions, what an answer's boxes are, how they score, how they are drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.commands.evaluate_report import table
from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.drawing import TRUTH
from qvl_desktop.training.evaluation import (
    Question,
    draw_outcome,
    grounding_questions,
    read_answer,
    score,
    spoken_question,
)

A, B = Path("/pictures/a.png"), Path("/pictures/b.png")


def sample(*turns: Turn, pictures: tuple[Path, ...] = (A,)) -> Sample:
    return Sample(Conversation(turns), pictures, "val", "record 1")


def question(answer: str) -> Question:
    (found,) = grounding_questions([sample(user_turn(["a.png"], "Find them."), Turn("assistant", answer))])
    return found


def test_only_answers_that_name_and_box_are_asked_for() -> None:
    questions = grounding_questions(
        [
            sample(
                user_turn(["a.png"], "Find the cat."),
                Turn("assistant", "<ref>cat</ref><box>(1,2),(3,4)</box>"),
                Turn("user", "What is in <box>(1,2),(3,4)</box>?"),
                Turn("assistant", "a cat"),
                user_turn(["b.png"], "And the dogs here?", first_number=2),
                Turn("assistant", "<ref> dogs</ref><box>(5,6),(7,8)</box><box>(1,1),(9,9)</box>"),
                pictures=(A, B),
            )
        ]
    )
    assert [len(each.turns) for each in questions] == [1, 5]
    assert [each.pictures for each in questions] == [(A,), (A, B)]
    assert questions[0].truth == (("cat", 0, (Box(1, 2, 3, 4),)),)
    assert questions[1].truth == (("dogs", 1, (Box(5, 6, 7, 8), Box(1, 1, 9, 9))),)
    assert spoken_question(questions[1]) == "And the dogs here?"


@pytest.mark.parametrize(
    ("answer", "boxes", "parsed"),
    [
        ("<ref>cat</ref><box>(0,0),(100,100)</box>", 1, True),
        ("Here: <box>(0,0),(100,100)</box><box>(5,5),(9,9)</box>", 2, True),
        ("There is no cat.", 0, False),
        ("<ref>cat</ref><box>(0,0),(100", 0, False),
        ("<ref>cat</ref><box>(0,0),(100,100)</box><box>(1,1,", 1, False),
        ("<ref>cat</ref><box>(0,0),(1000,1000)</box>", 0, False),
    ],
)
def test_reading_an_answer(answer: str, boxes: int, parsed: bool) -> None:
    outcome = read_answer(question("<ref>cat</ref><box>(0,0),(100,100)</box>"), answer)
    assert (len(outcome.boxes), outcome.parsed) == (boxes, parsed)


def test_one_thing_asked_for_counts_whatever_it_is_called() -> None:
    asked = question("<ref>cat</ref><box>(0,0),(100,100)</box>")
    figures = score([read_answer(asked, "<ref>a cat</ref><box>(0,0),(100,90)</box>")])
    assert figures.total.acc50 == 1.0
    assert figures.total.mean_iou == pytest.approx(0.9)


def test_several_things_must_be_told_apart() -> None:
    asked = question("<ref>cat</ref><box>(0,0),(100,100)</box><ref>dog</ref><box>(500,500),(600,600)</box>")
    swapped = "<ref>dog</ref><box>(0,0),(100,100)</box><ref>cat</ref><box>(500,500),(600,600)</box>"
    assert score([read_answer(asked, swapped)]).total.acc50 == 0.0
    assert score([read_answer(asked, asked.answer)]).total.acc50 == 1.0


def test_a_box_on_another_picture_is_a_miss() -> None:
    turns = (
        user_turn(["a.png"], "Find the cat."),
        Turn("assistant", "<ref>cat</ref><box>(0,0),(100,100)</box>"),
    )
    (asked,) = grounding_questions([sample(*turns)])
    answer = "Picture 2: <img>b.png</img><ref>cat</ref><box>(0,0),(100,100)</box>"
    assert score([read_answer(asked, answer)]).total.hits == 0


def test_the_table_lists_the_worst_label_first() -> None:
    good, bad = question("<ref>猫</ref><box>(0,0),(9,9)</box>"), question("<ref>dog</ref><box>(0,0),(9,9)</box>")
    lines = table(score([read_answer(good, good.answer), read_answer(bad, "no")])).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["dog", "猫", "all"]
    assert lines[3].split()[1:4] == ["2", "0.500", "0.500"]
    assert lines[4] == "2 questions, 1 answers without a readable box"


def test_drawing_shows_truth_and_answer(tmp_path: Path) -> None:
    picture = tmp_path / "grey.png"
    Image.new("RGB", (300, 200), (128, 128, 128)).save(picture)
    turns = (user_turn([str(picture)], "Find it."), Turn("assistant", "<ref>x</ref><box>(100,100),(500,500)</box>"))
    (asked,) = grounding_questions([Sample(Conversation(turns), (picture,))])
    draw_outcome(read_answer(asked, "<ref>x</ref><box>(600,600),(900,900)</box>"), tmp_path / "new" / "drawn.png")
    with Image.open(tmp_path / "new" / "drawn.png") as drawn:
        assert drawn.size == (300, 200)
        assert drawn.getpixel((32, 20)) == TRUTH
        assert drawn.getpixel((181, 170)) != (128, 128, 128)
        assert drawn.getpixel((120, 60)) == (128, 128, 128)
