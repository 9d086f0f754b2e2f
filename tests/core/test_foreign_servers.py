"""What of another server's answer is no answer, however it is cut into pieces."""

from __future__ import annotations

import pytest

from qvl_desktop.core.dialects import DIALECTS
from qvl_desktop.core.foreign_servers import AnswerFilter, extra_fields, filtered


def pieces(text: str, size: int) -> str:
    one = AnswerFilter()
    told = [one.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join([*told, one.close()])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A cat.", "A cat."),
        ("", ""),
        ("<think>\n\n</think>\n\nA cat.", "A cat."),
        ("\n<think>Where is it? <box>(1,2),(3,4)</box></think>Here.", "Here."),
        ("<think>never ended", ""),
        ("<thing> is a tag", "<thing> is a tag"),
        ("<", "<"),
        ("A cat.<|im_end|>", "A cat."),
        ("A <|im cat<|endoftext|>", "A <|im cat"),
        ("a < b and a <|", "a < b and a <|"),
        ("<|box_start|>(1,2),(3,4)<|box_end|><|im_end|>\n", "<|box_start|>(1,2),(3,4)<|box_end|>\n"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_pieces_are_what_the_whole_is(text: str, told: str, size: int) -> None:
    assert filtered(text) == told
    assert pieces(text, size) == told


def test_families_whose_boxes_are_control_tokens_say_so() -> None:
    wanted = {family: extra_fields(family).get("skip_special_tokens") for family in DIALECTS}
    assert wanted == {"qwen-vl": False, "qwen2-vl": False, "qwen2.5-vl": None, "qwen3-vl": None, "qwen3.5": None}
    assert extra_fields("qwen3.5")["chat_template_kwargs"] == {"enable_thinking": False}
