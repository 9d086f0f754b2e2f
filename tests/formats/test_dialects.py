"""Others' boxes become canonical ones, with the dialect told and why; ours go out as each family writes them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.dialects import DIALECTS, dialect
from qvl_desktop.core.errors import DataError
from qvl_desktop.formats.base import Format, Problem
from qvl_desktop.formats.dialects import DialectReader, writing
from qvl_desktop.formats.ms_swift import MS_SWIFT
from qvl_desktop.formats.placeholders import normalised
from qvl_desktop.formats.qwen_vl import QWEN_VL
from qvl_desktop.formats.refcoco import REFCOCO
from qvl_desktop.formats.sharegpt import SHAREGPT
from tests.formats.chat_data import conversations, make_pictures, sample_of, write_lines

CANONICAL = "<ref>cat</ref><box>(100,200),(500,999)</box>"
TAGGED = "<|object_ref_start|>cat<|object_ref_end|><|box_start|>(100,200),(500,1000)<|box_end|>"


def chat(answers: list[str], picture: str = "a.png") -> list[object]:
    return [
        {"messages": [{"role": "user", "content": "<image>?"}, {"role": "assistant", "content": answer}],
         "images": [picture]}
        for answer in answers
    ]  # fmt: skip


def read(path: Path, name: str = "auto", fmt: Format = SHAREGPT) -> tuple[DialectReader, list[Sample | Problem]]:
    reader = DialectReader(name)
    return reader, list(reader.format(fmt).read(path, None))


def answers(items: list[Sample | Problem]) -> list[str]:
    return [item.conversation.turns[-1].text for item in items if isinstance(item, Sample)]


def some_boxes(width: float, height: float, count: int = 40) -> list[str]:
    rng = random.Random(5)
    found = []
    for _ in range(count):
        (x1, x2), (y1, y2) = (sorted(rng.sample(range(int(side)), 2)) for side in (width, height))
        found.append(json.dumps([{"bbox_2d": [x1, y1, x2, y2], "label": "cat"}]))
    return found


@pytest.mark.parametrize(
    ("answer", "dialect_name", "canonical"),
    [
        (
            "<|object_ref_start|>cat<|object_ref_end|><|box_start|>(100,200),(500,1000)<|box_end|>",
            "qwen2-vl",
            CANONICAL,
        ),
        ("Here: <box>(0,0),(1000,1000)</box>", "qwen-vl", "Here: <box>(0,0),(999,999)</box>"),
        (CANONICAL, "qwen-vl", CANONICAL),
        ("no boxes at all", "", "no boxes at all"),
    ],
)
def test_tags_are_told_and_read(tmp_path: Path, answer: str, dialect_name: str, canonical: str) -> None:
    make_pictures(tmp_path)
    reader, items = read(write_lines(tmp_path / "x.jsonl", chat([answer])))
    assert reader.told is not None
    assert reader.told.dialect == dialect_name
    assert reader.told.reason
    assert answers(items) == [canonical]
    assert reader.changed == (answer != canonical)


@pytest.mark.parametrize(
    ("picture", "sides", "dialect_name"),
    [
        ("a.png", (644, 476), "qwen2.5-vl"),  # 640 x 480 resized
        ("a.png", (1000, 1000), "qwen3-vl"),
        ("图/c d.png", (336, 784), "qwen2.5-vl"),
        ("图/c d.png", (1000, 1000), "qwen3-vl"),
    ],
)
def test_json_is_told_by_its_numbers(tmp_path: Path, picture: str, sides: tuple[int, int], dialect_name: str) -> None:
    make_pictures(tmp_path)
    reader, items = read(write_lines(tmp_path / "x.jsonl", chat(some_boxes(*sides), picture)))
    assert reader.told is not None
    assert reader.told.dialect == dialect_name
    assert len(answers(items)) == 40
    assert all("<ref>cat</ref><box>" in text for text in answers(items))


def test_boxes_that_come_late_are_told_too(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    rows = chat(["nothing"] * 1200) + chat(some_boxes(644, 476))
    reader, items = read(write_lines(tmp_path / "x.jsonl", rows))
    assert reader.told is not None
    assert reader.told.dialect == "qwen2.5-vl"
    assert reader.changed == 40
    assert len(items) == 1240


def test_one_json_box_cannot_be_told_and_is_asked_about(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    answer = '[{"bbox_2d": [64, 48, 320, 240], "label": "cat"}]'
    path = write_lines(tmp_path / "x.jsonl", chat([answer] * 20))
    with pytest.raises(DataError, match=r"Import it with --dialect qwen2.5-vl or --dialect qwen3-vl"):
        read(path)
    assert answers(read(path, "qwen2.5-vl")[1]) == ["<ref>cat</ref><box>(99,101),(497,504)</box>"] * 20
    assert answers(read(path, "qwen3-vl")[1]) == ["<ref>cat</ref><box>(64,48),(320,240)</box>"] * 20


def test_mended_boxes_are_noted_and_a_missing_picture_is_a_problem(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    answer = '```json\n[{"bbox_2d": [64, 48, 3200, 240], "label": "cat"}]\n```'
    rows = chat([answer]) + chat([answer], "gone.png")
    reader, items = read(write_lines(tmp_path / "x.jsonl", rows), "qwen2.5-vl")
    assert answers(items) == ["<ref>cat</ref><box>(99,101),(999,504)</box>"]
    (note,) = reader.notes
    assert note.startswith("x.jsonl: record 1, turn 2: ")
    assert isinstance(items[1], Problem)
    assert "gone.png" in str(items[1])


def test_boxes_of_objects_stay_exact_beside_a_dialect(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    (row,) = chat(["<bbox>"])
    path = write_lines(tmp_path / "x.jsonl", [row | {"objects": {"ref": [], "bbox": [[1.5, 2, 3, 4]]}}])  # type: ignore[operator]
    _, (sample,) = read(path, fmt=MS_SWIFT)
    assert isinstance(sample, Sample)
    assert sample.shapes[0] is not None


@pytest.mark.parametrize("family", DIALECTS[1:])
@pytest.mark.parametrize("fmt", [QWEN_VL, MS_SWIFT, REFCOCO])
def test_a_format_that_cannot_hold_a_dialect_says_what_to_choose(fmt: Format, family: str) -> None:
    with pytest.raises(DataError, match="sharegpt"):
        writing(fmt, family)
    assert writing(fmt, "qwen-vl") is fmt


@pytest.mark.parametrize("family", DIALECTS)
def test_each_family_gets_its_own_writing_and_it_comes_back(tmp_path: Path, family: str) -> None:
    make_pictures(tmp_path)
    turns = (Turn("user", "Picture 1: <img>b.png</img>\nFind the cat."), Turn("assistant", CANONICAL))
    sample = Sample(Conversation(turns, "n"), (tmp_path / "b.png",))
    writing(SHAREGPT, family).write(tmp_path / "out.jsonl", [sample])
    record = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    language = dialect(family)
    assert record["messages"][1]["content"] == language.render(CANONICAL, [(1000, 37)])
    assert record["messages"][0]["content"] == "<image>Find the cat."
    (back,) = read(tmp_path / "out.jsonl", family)[1]
    assert isinstance(back, Sample)
    if family != "qwen2.5-vl":
        assert back.conversation == sample.conversation
    else:  # the picture is 28 pixels high when resized, coarser than thousandths
        assert back.conversation.turns[1].text == "<ref>cat</ref><box>(100,214),(500,999)</box>"


@given(conversations())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
def test_the_tag_dialect_comes_back_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, conversation: Conversation
) -> None:
    folder = make_pictures(tmp_path_factory.mktemp("trip"))
    writing(SHAREGPT, "qwen2-vl").write(folder / "x.jsonl", [sample_of(conversation, folder)])
    (back,) = read(folder / "x.jsonl", "qwen2-vl")[1]
    assert isinstance(back, Sample)
    assert back.conversation.turns == normalised(conversation.turns)
