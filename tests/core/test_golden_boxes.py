"""Boxes against the original's numbers: what is parsed, on which picture, at which pixels; and what differs on purpose.

The original fails on a malformed box, draws a box at 1000 or beyond outside the picture, gives a phrase to its first
box only, and looks for the picture in questions and in the answer itself, not in earlier answers. Here a malformed box
is a fault of the text, 1000 is out of range, a phrase goes with all boxes behind it, any picture named before counts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qvl_desktop.core.box import Box, decode_coordinate
from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.drawing import DrawnBox, draw_boxes
from qvl_desktop.core.tokens import faults

GOLDEN = Path(__file__).parents[1] / "golden"
NUMBERS: dict[str, Any] = json.loads((GOLDEN / "boxes.json").read_text(encoding="utf-8"))

DIFFERENT_PICTURE = {'<box>(1,2),(3,4)</box> ["hi", "<img>images/a_501x333.png</img>"]'}
"""The original does not look at pictures in answers."""
DIFFERENT_BOXES = {
    "<ref> dog </ref><box>(0,0),(999,999)</box><box>(1,1),(1000,1000)</box>": ([[0, 0, 36, 202]], ["box-range"]),
    "<box>(900,900),(100,100)</box>": ([], ["box-order"]),
    "<box>(1500,1),(3000,-4)</box>": ([], ["box-syntax"]),
    "<box>(1,2),(3,4)": ([], ["unbalanced"]),
    "<box>(1,2)</box>": ([], ["box-syntax"]),
    "<box>(a,b),(c,d)</box>": ([], ["box-syntax"]),
    "<box>(1,2),(3,4)</box><|im_end|>": ([[0, 0, 1, 1]], []),
}
"""Boxes in pixels and faults where the original raises, or draws beside the picture."""


def conversation(history: list[list[str]] | None, response: str) -> Conversation:
    turns = [turn for question, answer in history or [] for turn in (Turn("user", question), Turn("assistant", answer))]
    return Conversation((*turns, Turn("assistant", response)))


def answered(chat: Conversation) -> list[tuple[str, int, Box]]:
    """Phrase, picture and box of each box in the last turn."""
    last = len(chat.turns) - 1
    return [(one.ref, one.picture, box) for one in chat.mentions() if one.turn == last for box in one.boxes]


def pixels(box: Box, size: tuple[int, int]) -> list[int]:
    rect = box.decode(*size)
    return [int(value) for value in (rect.x1, rect.y1, rect.x2, rect.y2)]


@pytest.mark.parametrize("case", NUMBERS["draw"], ids=[case["response"] for case in NUMBERS["draw"]])
def test_boxes_are_where_the_original_draws_them(case: dict[str, Any]) -> None:
    response, history = case["response"], case["history"]
    chat = conversation(history, response)
    found = answered(chat)
    if not chat.pictures:
        assert case["result"] is None
        return
    path = chat.pictures[found[0][1] if found else -1]
    calls = [call for call in case["calls"] if "draw_box" in call]
    if path.endswith("missing.png"):
        assert case["result"]["__error__"] == "FileNotFoundError"  # opening it raises PictureError: see test_pictures
        return
    if history and f"{response} {json.dumps(history[-1])}" in DIFFERENT_PICTURE:
        assert (calls, path, len(found)) == ([], "images/a_501x333.png", 1)
        return
    picture = Image.open(GOLDEN / path)
    if response in DIFFERENT_BOXES:
        boxes, codes = DIFFERENT_BOXES[response]
        assert [pixels(box, picture.size) for _, _, box in found] == boxes
        assert [fault.code for fault in faults(response)] == codes
        return
    assert [pixels(box, picture.size) for _, _, box in found] == [call["draw_box"] for call in calls]
    assert faults(response) == []
    if found:
        assert list(picture.size) == case["result"]["size_wh"]
        shown = draw_boxes(picture, [DrawnBox(box, ref.strip(), (255, 0, 0)) for ref, _, box in found])
        assert shown.size == picture.size
    texts = [call["draw_text"] for call in case["calls"] if "draw_text" in call]
    assert set(texts) <= {ref.strip() for ref, _, _ in found}


DIFFERENT_REFS: dict[str, list[tuple[str, list[int]]]] = {
    "<ref> a b </ref> <box>(1,2),(3,4)</box>": [(" a b ", [1, 2, 3, 4])],
    "<ref>a</ref><box>(1,2),(3,4)</box><box>(5,6),(7,8)</box>": [("a", [1, 2, 3, 4]), ("a", [5, 6, 7, 8])],
    "<ref>a<box>(1,2),(3,4)</box></ref>": [("", [1, 2, 3, 4])],
    "<box>(1.5,2),(3,4)</box>": [],
    "<box></box>": [],
}


@pytest.mark.parametrize("case", NUMBERS["fetch_all_box_with_ref"], ids=lambda case: case["text"])
def test_phrases_and_boxes(case: dict[str, Any]) -> None:
    found = [(ref, [box.x1, box.y1, box.x2, box.y2]) for ref, _, box in answered(conversation(None, case["text"]))]
    if case["text"] in DIFFERENT_REFS:
        assert found == DIFFERENT_REFS[case["text"]]
        assert bool(faults(case["text"])) == (not found or "<ref>a<box>" in case["text"])
    else:
        assert found == [(one.get("ref", ""), one["box"]) for one in case["boxes"]]


@pytest.mark.parametrize("case", NUMBERS["latest"])
def test_the_picture_a_box_belongs_to(case: dict[str, Any]) -> None:
    chat = conversation(case["history"], case["response"] + "<box>(1,2),(3,4)</box>")
    [(_, picture, _)] = answered(chat)
    expected = {"b.png": "c.png"}.get(case["image"], case["image"])  # named in the answer before this one
    assert (chat.pictures[picture] if chat.pictures else None) == expected


def test_the_rule_between_thousandths_and_pixels() -> None:
    """Ours is exact; the original's floating-point rule lands one pixel lower in a few places."""
    for case in NUMBERS["pixel_rule"]:
        (width, height), values = case["size_wh"], case["box"]
        sides = (width, height, width, height)
        ours = [int(decode_coordinate(value, side)) for value, side in zip(values, sides, strict=True)]
        assert ours == case["pixels"]
    differing = NUMBERS["float_rule_differs_from_integer_rule"]["first"]
    for value, side in differing:
        assert int(decode_coordinate(value, side)) == value * side // 1000 == int(value / 1000 * side) + 1
