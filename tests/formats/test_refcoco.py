"""RefCOCO-style lines: grounding samples with exact pixels, corners told from widths, several phrases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.refcoco import REFCOCO, REFCOCO_XYWH, read_refcoco, write_refcoco
from qvl_desktop.formats.registry import format_named, guess_format
from tests.formats.chat_data import make_pictures, write_lines

LINE = {"image": "a.png", "sent": "the left cat", "bbox": [10.25, 20, 300, 480], "width": 640, "height": 480}


def samples_of(items: object) -> list[Sample]:
    found = list(items)  # type: ignore[call-overload]
    assert all(isinstance(item, Sample) for item in found), [str(item) for item in found]
    return found


def lines_of(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_is_a_question_and_its_box_and_comes_back(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    chinese = LINE | {"sent": "左边的猫", "ref_id": 7}
    path = write_lines(tmp_path / "data.jsonl", [LINE, chinese])
    assert guess_format(path) is REFCOCO
    first, second = samples_of(read_refcoco(path))
    assert [turn.text for turn in first.conversation.turns] == [
        "Picture 1: <img>a.png</img>\nFind the left cat.",
        "<ref>the left cat</ref><box>(16,42),(469,999)</box>",
    ]
    assert second.conversation.turns[0].text.endswith("框出左边的猫")
    assert json.loads(second.extra) == {"ref_id": 7}
    assert first.shapes == (Shape("box", ((10.25, 20.0), (300.0, 480.0))),)
    assert write_refcoco(tmp_path / "again.jsonl", [first, second]) == 2
    assert lines_of(tmp_path / "again.jsonl") == [LINE, chinese]


def test_several_phrases_are_a_sample_each(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    values = [
        LINE | {"sent": ["one", "two"]},
        {key: LINE[key] for key in LINE if key != "sent"} | {"sentences": [{"raw": "Three", "sent": "three"}]},
    ]
    refs = [s.conversation.turns[1].text.split("<box>")[0] for s in samples_of(
        read_refcoco(write_lines(tmp_path / "x.jsonl", values)))]  # fmt: skip
    assert refs == ["<ref>one</ref>", "<ref>two</ref>", "<ref>three</ref>"]


def test_widths_are_told_from_corners(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    widths = [LINE | {"bbox": [400, 100, 200, 50]}, LINE | {"bbox": [0, 0, 640, 480]}]
    path = write_lines(tmp_path / "xywh.jsonl", widths)
    assert [s.shapes[0] for s in samples_of(read_refcoco(path))] == [
        Shape("box", ((400.0, 100.0), (600.0, 150.0))),
        Shape("box", ((0.0, 0.0), (640.0, 480.0))),
    ]
    REFCOCO_XYWH.write(tmp_path / "again.jsonl", samples_of(REFCOCO_XYWH.read(path, None)))
    assert [line["bbox"] for line in lines_of(tmp_path / "again.jsonl")] == [w["bbox"] for w in widths]  # type: ignore[index]
    corners = write_lines(tmp_path / "xyxy.jsonl", [LINE | {"bbox": [400, 100, 600, 150]}, widths[0]])
    first, second = read_refcoco(corners)
    assert isinstance(first, Sample)
    assert isinstance(second, Problem)
    assert "refcoco-xywh" in str(second)
    assert format_named("refcoco-xywh") is REFCOCO_XYWH


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 800}, "800 x 480"),
        ({"bbox": [1, 2, 3]}, "four numbers"),
        ({"sent": ""}, "sent"),
        ({"sent": "a <box>"}, "tags"),
        ({"image": "gone.png"}, "gone.png"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, change: dict[str, object], words: str) -> None:
    make_pictures(tmp_path)
    items = list(read_refcoco(write_lines(tmp_path / "x.jsonl", [LINE | change, LINE])))
    assert isinstance(items[0], Problem)
    assert words in str(items[0])
    assert str(items[0]).startswith("x.jsonl: record 1")
    assert isinstance(items[1], Sample)


def test_what_a_conversation_says_about_phrases_is_written(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    turns = (
        Turn("user", "Picture 1: <img>a.png</img>\nPicture 2: <img>b.png</img>\nFind the <ref>sheep</ref>."),
        Turn("assistant", "<box>(0,0),(500,500)</box> and <ref>dog</ref><box>(1,2),(3,4)</box><box>(5,6),(7,8)</box>"),
        Turn("user", "And?"),
        Turn("assistant", "here <box>(0,0),(9,9)</box> <ref>sky</ref>"),
    )
    sample = Sample(Conversation(turns), (tmp_path / "a.png", tmp_path / "b.png"))
    assert write_refcoco(tmp_path / "x.jsonl", [sample]) == 3
    lines = lines_of(tmp_path / "x.jsonl")
    assert [(line["sent"], line["image"]) for line in lines] == [  # type: ignore[index]
        ("sheep", "b.png"), ("dog", "b.png"), ("dog", "b.png")]  # fmt: skip
    assert lines[0]["bbox"] == [0, 0, 500, 18.5]  # type: ignore[index]
