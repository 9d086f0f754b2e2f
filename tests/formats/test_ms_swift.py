"""ms-swift: objects in pixels and in shares, points, boxes and quads, and exact pixels both ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.ms_swift import MS_SWIFT, read_ms_swift, write_ms_swift
from qvl_desktop.formats.placeholders import normalised
from qvl_desktop.formats.registry import guess_format
from tests.formats.chat_data import SIZES, back, conversations, make_pictures, sample_of, write_lines

SHEEP = {
    "messages": [
        {"role": "user", "content": "<image>Find the <ref-object>"},
        {"role": "assistant", "content": "<bbox><bbox>"},
    ],
    "images": ["a.png"],
    "objects": {"ref": ["sheep"], "bbox": [[90.9, 160.8, 135, 212.8], [360.9, 470.8, 495, 479]]},
}


def record(answer: str, objects: dict[str, object], images: list[str] | None = None) -> dict[str, object]:
    images = ["a.png"] if images is None else images
    question = {"role": "user", "content": "<image>" * len(images) + "?"}
    return {
        "messages": [question, {"role": "assistant", "content": answer}],
        "images": images,
        "objects": {"ref": [], **objects},
    }


def read_one(folder: Path, value: object) -> Sample | Problem:
    (item,) = read_ms_swift(write_lines(folder / "data.jsonl", [value]))
    return item


def test_the_documented_example_is_read_and_written_to_the_letter(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    path = write_lines(tmp_path / "data.jsonl", [SHEEP])
    assert guess_format(path) is MS_SWIFT
    (sample,) = read_ms_swift(path)
    assert isinstance(sample, Sample)
    assert [turn.text for turn in sample.conversation.turns] == [
        "Picture 1: <img>a.png</img>\nFind the <ref>sheep</ref>",
        "<box>(142,335),(211,443)</box><box>(564,981),(773,998)</box>",
    ]
    assert sample.shapes == (
        Shape("box", ((90.9, 160.8), (135.0, 212.8))),
        Shape("box", ((360.9, 470.8), (495.0, 479.0))),
    )
    write_ms_swift(tmp_path / "again.jsonl", [sample])
    assert json.loads((tmp_path / "again.jsonl").read_text(encoding="utf-8")) == SHEEP


@pytest.mark.parametrize(
    ("objects", "token", "shape"),
    [
        ({"bbox": [[0.1, 0.2, 0.5, 1.0]], "bbox_type": "norm1"}, "<box>(100,200),(500,999)</box>",
         Shape("box", ((64.0, 96.0), (320.0, 480.0)))),
        ({"bbox": [[320, 240]]}, "<box>(500,500),(500,500)</box>", Shape("point", ((320.0, 240.0),))),
        ({"bbox": [[0, 0, 640, 0, 640, 480, 0, 480]]}, "<quad>(0,0),(999,0),(999,999),(0,999)</quad>",
         Shape("quad", ((0.0, 0.0), (640.0, 0.0), (640.0, 480.0), (0.0, 480.0)))),
        ({"bbox": [[320, 240, 64, 48]], "image_id": [0]}, "<box>(100,100),(500,500)</box>",
         Shape("box", ((64.0, 48.0), (320.0, 240.0)))),
        ({"bbox": [[600, 400, 640, 480]]}, "<box>(938,833),(999,999)</box>",
         Shape("box", ((600.0, 400.0), (640.0, 480.0)))),
    ],
)  # fmt: skip
def test_every_kind_of_object(tmp_path: Path, objects: dict[str, object], token: str, shape: Shape) -> None:
    make_pictures(tmp_path)
    sample = read_one(tmp_path, record("<bbox>", objects))
    assert isinstance(sample, Sample), str(sample)
    assert sample.conversation.turns[1].text == token
    assert sample.shapes == (shape,)
    (again,) = back(MS_SWIFT, tmp_path / "again.jsonl", [sample])
    assert (again.conversation, again.shapes) == (sample.conversation, sample.shapes)


def test_other_keys_of_record_and_objects_stay(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    value = record("<ref-object><bbox>", {"ref": [" a cat"], "bbox": [[1, 2, 30, 40]], "label": ["x"]}) | {"k": None}
    value["messages"][1]["loss"] = False  # type: ignore[index]
    sample = read_one(tmp_path, value)
    assert isinstance(sample, Sample)
    assert sample.conversation.turns[1].text.startswith("<ref> a cat</ref><box>")
    write_ms_swift(tmp_path / "again.jsonl", [sample])
    assert json.loads((tmp_path / "again.jsonl").read_text(encoding="utf-8")) == value


def test_a_second_picture_has_its_own_size(tmp_path: Path) -> None:
    make_pictures(tmp_path)
    value = record("<bbox>", {"bbox": [[100, 30, 500, 37]], "image_id": [1]}, ["a.png", "b.png"])
    sample = read_one(tmp_path, value)
    assert isinstance(sample, Sample)
    assert sample.conversation.turns[1].text == "<box>(100,811),(500,999)</box>"
    write_ms_swift(tmp_path / "again.jsonl", [sample])
    assert json.loads((tmp_path / "again.jsonl").read_text(encoding="utf-8"))["objects"]["image_id"] == [1]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (record("<bbox><bbox>", {"bbox": [[1, 2, 3, 4]]}), "2 × <bbox>"),
        (record("<ref-object>", {"ref": ["a", "b"]}), "1 × <ref-object>"),
        (record("<bbox>", {"bbox": [[1, 2, 3]]}), "box 1"),
        (record("<bbox>", {"bbox": [[1, 2, "3", 4]]}), "box 1"),
        (record("<bbox>", {"bbox": [[1, 2, 3, 4]], "bbox_type": "norm1000"}), "norm1000"),
        (record("<bbox>", {"bbox": [[1, 2, 3, 4]], "image_id": [0]}, ["a.png", "b.png"]), "picture 2"),
        (record("<bbox>", {"bbox": [[1, 2, 3, 4]]}, []), "before any picture"),
        (record("<bbox>", {"bbox": [[1, 2, 3, 4]]}, ["gone.png"]), "gone.png"),
        (record("<audio>", {}), "<audio>"),
    ],
)
def test_what_cannot_be_understood_is_said(tmp_path: Path, value: object, words: str) -> None:
    make_pictures(tmp_path)
    item = read_one(tmp_path, value)
    assert isinstance(item, Problem)
    assert words in str(item)


def test_words_that_would_become_a_box_are_refused(tmp_path: Path) -> None:
    sample = Sample(Conversation((Turn("user", "Write <bbox>."),)), (), source="s")
    with pytest.raises(DataError, match="<bbox>"):
        write_ms_swift(tmp_path / "x.jsonl", [sample])


@given(conversations())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_any_conversation_comes_back_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, conversation: Conversation
) -> None:
    folder = make_pictures(tmp_path_factory.mktemp("trip"))
    (once,) = back(MS_SWIFT, folder / "data.jsonl", [sample_of(conversation, folder)])
    assert once.conversation == Conversation(normalised(conversation.turns), "x")
    assert once.pictures == tuple(folder / name for name in conversation.pictures)
    first = (folder / "data.jsonl").read_bytes()
    (twice,) = back(MS_SWIFT, folder / "data.jsonl", [once])
    assert (folder / "data.jsonl").read_bytes() == first
    assert twice.shapes == once.shapes
    assert len(SIZES) == 3
