"""Pictures as placeholders: where they stand, how many there are, and that nothing changes on the way back."""

from __future__ import annotations

import pytest
from hypothesis import given

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.formats.placeholders import normalised, with_pictures, with_placeholders
from qvl_desktop.formats.records import BadRecord
from tests.formats.chat_data import conversations


@pytest.mark.parametrize(
    ("text", "canonical", "written"),
    [
        ("<image>Who?", "Picture 1: <img>a</img>\nWho?", "<image>Who?"),
        ("<image>\nWho?", "Picture 1: <img>a</img>\nWho?", "<image>Who?"),
        ("<image>\n\nWho?", "Picture 1: <img>a</img>\n\nWho?", "<image>\n\nWho?"),
        ("<image><image>Which?", "Picture 1: <img>a</img>\nPicture 2: <img>b</img>\nWhich?", "<image><image>Which?"),
        ("Who is in <image>?", "Who is in <img>a</img>?", "Who is in <image>?"),
        ("From <image> to <image>\n", "From <img>a</img> to <img>b</img>\n", "From <image> to <image>\n"),
        ("Look:\n<image>", "Look:\nPicture 1: <img>a</img>\n", "Look:\n<image>"),
    ],
)
def test_a_placeholder_becomes_a_picture_line_or_a_picture_in_the_line(text: str, canonical: str, written: str) -> None:
    (turn,) = with_pictures([Turn("user", text)], ["a", "b"][: text.count("<image>")])
    assert turn.text == canonical
    assert with_placeholders(canonical) == written


def test_pictures_without_a_placeholder_stand_first_in_the_question() -> None:
    turns = with_pictures([Turn("system", "S"), Turn("user", "in <image>?")], ["a", "b"])
    assert turns == (Turn("system", "S"), Turn("user", "Picture 1: <img>a</img>\nin <img>b</img>?"))


def test_more_placeholders_than_pictures_are_refused() -> None:
    with pytest.raises(BadRecord) as caught:
        with_pictures([Turn("user", "<image>"), Turn("assistant", "<image>")], ["a"])
    assert caught.value.values == {"places": 2, "pictures": 1}


def test_words_that_look_like_a_placeholder_are_refused() -> None:
    with pytest.raises(BadRecord):
        with_placeholders("What is <image> in HTML?")


@given(conversations())
def test_a_way_there_and_back_normalises_once(conversation: Conversation) -> None:
    once = normalised(conversation.turns)
    assert normalised(once) == once
    assert Conversation(once).pictures == conversation.pictures
    numbered = [turn for turn in conversation.turns if "<img>" not in turn.text]
    assert [turn for turn in once if "<img>" not in turn.text] == numbered
