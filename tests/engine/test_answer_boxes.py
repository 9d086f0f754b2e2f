"""The boxes of a growing answer: each told once, as soon as it is whole, however the text is cut."""

from __future__ import annotations

import random
import time

import pytest

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.engine.answer_boxes import BoxReader

ANSWER = (
    "There are <ref>two things</ref><box>(100,100),(400,400)</box>, <box>(500,500),(900,900)</box> and "
    "<box>(1,2),(3,4)</box>. <ref> a sign </ref><quad>(0,0),(10,0),(10,10),(0,10)</quad><ref>nothing</ref> else, "
    "<box>(9,9),(1,1)</box><box>(1,1),(2,2)</box><box>(5,5),(2000,6)"
)


def told(text: str, sizes: int, reader: BoxReader | None = None) -> list[dict[str, object]]:
    reader = reader or BoxReader([(1000, 500)])
    return [box for start in range(0, len(text), sizes) for box in reader.feed(text[start : start + sizes])]


@pytest.mark.parametrize("size", [1, 2, 5, 17, 10_000])
def test_however_it_is_cut(size: int) -> None:
    found = told(ANSWER, size)
    assert [(box["ref"], box.get("box"), box["pixels"]) for box in found] == [
        ("two things", [100, 100, 400, 400], [100, 50, 400, 200]),
        ("two things", [500, 500, 900, 900], [500, 250, 900, 450]),
        ("", [1, 2, 3, 4], [1, 1, 3, 2]),
        ("a sign", None, [0, 0, 10, 5]),
        ("", [1, 1, 2, 2], [1, 0, 2, 1]),
    ]
    assert found[3]["quad"] == [[0, 0], [10, 0], [10, 10], [0, 10]]


def test_phrases_are_those_of_the_conversation() -> None:
    chance = random.Random(5)
    parts = [
        "<ref>a</ref>",
        "<ref>b c</ref>",
        "<box>(1,2),(3,4)</box>",
        "<box>(5,6),(7,8)</box>",
        " ",
        ", ",
        " and ",
        "</ref>",
    ]
    for _ in range(200):
        text = "".join(chance.choice(parts) for _ in range(12))
        mentions = list(Conversation((Turn("assistant", text),)).mentions())
        expected = [(one.ref.strip(), box.x1) for one in mentions for box in one.boxes]
        assert [(box["ref"], box["box"][0]) for box in told(text, 3)] == expected, text  # type: ignore[index]


def test_without_a_picture_there_is_nothing_to_point_at() -> None:
    assert told(ANSWER, 5, BoxReader([])) == []


def test_ten_thousand_boxes_and_as_many_words() -> None:
    """The time for each stays what it is: twice the boxes take about twice as long, not four times."""
    seconds = []
    for count in (5_000, 10_000):
        text = "<ref>dots</ref>" + "".join(f"<box>({n % 900},1),({n % 900 + 9},20)</box>" for n in range(count))
        began = time.thread_time()
        assert len(told(text, 4)) == count
        seconds.append(time.thread_time() - began)
    assert seconds[1] < 3.5 * seconds[0] + 0.2
    reader = BoxReader([(10, 10)])
    assert told("word " * 50_000 + "<", 5, reader) == []
    assert len(reader._held) < 10_000
    assert told("box>(1,2),(3,4)</box>", 3, reader) == [
        {"ref": "", "box": [1, 2, 3, 4], "picture": 1, "pixels": [0, 0, 0, 0]}
    ]
