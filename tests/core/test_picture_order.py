"""Pictures of a conversation are added, taken out and reordered; numbers follow, boxes stay with their pictures."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.picture_order import (
    PictureOrderError,
    add_picture,
    changed_hands,
    numbered,
    owners,
    remove_picture,
    reorder_pictures,
)
from qvl_desktop.core.tokens import write

A, B, C = "<box>(1,1),(2,2)</box>", "<box>(3,3),(4,4)</box>", "<quad>(1,1),(9,1),(9,9),(1,9)</quad>"


def by_path(turns: list[Turn]) -> Counter[tuple[str, str]]:
    """Which box is on which picture."""
    pictures = Conversation(tuple(turns)).pictures
    return Counter((pictures[number], write([token])) for _, token, number in owners(turns))


def labels(turns: list[Turn]) -> list[str]:
    return [line for turn in turns for line in turn.text.split("\n") if "<img>" in line]


def test_pictures_of_a_question_change_places_and_the_words_speak_of_the_right_one() -> None:
    turns = [user_turn(["a", "b"], "What does Picture 2 show that Picture 1 does not?"), Turn("assistant", "A dog.")]
    assert reorder_pictures(turns, [1, 0]) == [
        user_turn(["b", "a"], "What does Picture 1 show that Picture 2 does not?"),
        Turn("assistant", "A dog."),
    ]


def test_words_with_boxes_move_along_with_their_picture() -> None:
    text = f"Picture 1: <img>a</img>\nLook at <ref>cat</ref>{A}.\nPicture 2: <img>b</img>\nPicture 3: <img>c</img>\nSo?"
    turns = [Turn("user", text), Turn("assistant", "So.")]
    moved = reorder_pictures(turns, [1, 0, 2])
    assert moved[0].text == (
        f"Picture 1: <img>b</img>\nPicture 2: <img>a</img>\nLook at <ref>cat</ref>{A}.\nPicture 3: <img>c</img>\nSo?"
    )
    assert by_path(moved) == by_path(turns)


def test_exchanges_move_whole_with_their_pictures() -> None:
    turns = [
        Turn("system", "Be brief."),
        user_turn(["a"], "Find the cat."),
        Turn("assistant", f"<ref>cat</ref>{A}"),
        user_turn(["b"], "And here? It was in Picture 1 too.", first_number=2),
        Turn("assistant", f"<ref>cat</ref>{B}{C}"),
    ]
    moved = reorder_pictures(turns, [1, 0])
    assert moved == [
        turns[0],
        user_turn(["b"], "And here? It was in Picture 2 too."),
        turns[4],
        user_turn(["a"], "Find the cat.", first_number=2),
        turns[2],
    ]
    assert by_path(moved) == by_path(turns)


def test_an_order_in_which_a_box_changes_hands_is_refused_and_says_why() -> None:
    turns = [user_turn(["a", "b"], "Find the cat."), Turn("assistant", f"<ref>cat</ref>{A}")]
    with pytest.raises(PictureOrderError, match="boxes of turn 2 belong to picture 2"):
        reorder_pictures(turns, [1, 0])
    three = [user_turn(["a", "b", "c"], "Find the cat."), Turn("assistant", f"<ref>cat</ref>{A}")]
    moved = reorder_pictures(three, [1, 0, 2])
    assert Conversation(tuple(moved)).pictures == ("b", "a", "c")
    assert by_path(moved) == by_path(three)


def test_a_picture_is_added_where_no_box_changes_hands() -> None:
    plain = [user_turn(["a"], "What is it?"), Turn("assistant", "A cat.")]
    assert add_picture(plain, "b")[0] == user_turn(["a", "b"], "What is it?")
    held = [user_turn(["a"], "Where in Picture 1?"), Turn("assistant", A)]
    added = add_picture(held, "b")
    assert added[0] == user_turn(["b", "a"], "Where in Picture 2?")
    assert by_path(added) == by_path(held)
    second = add_picture([*held, Turn("user", "And here?"), Turn("assistant", "No.")], "b", 2)
    assert second[2].text == "Picture 2: <img>b</img>\nAnd here?"
    with pytest.raises(PictureOrderError):
        add_picture([*held, Turn("user", "And?"), Turn("assistant", B)], "b", 2)
    assert add_picture([], "a") == [Turn("user", "Picture 1: <img>a</img>\n")]
    assert add_picture([Turn("user", "Hi"), Turn("assistant", A)], "a")[0].text == "Picture 1: <img>a</img>\nHi"


def test_a_picture_goes_with_its_boxes_and_leaves_the_words() -> None:
    turns = [
        user_turn(["a", "b", "c"], "Is the cat of Picture 3 in Picture 1?"),
        Turn("assistant", f"The <ref>cat</ref>{A}{B} is."),
    ]
    gone = remove_picture(turns, 2)
    assert gone == [
        user_turn(["a", "b"], "Is the cat of Picture 3 in Picture 1?"),
        Turn("assistant", "The cat is."),
    ]
    kept = remove_picture(turns, 0)
    assert kept == [user_turn(["b", "c"], "Is the cat of Picture 2 in Picture 1?"), turns[1]]


def test_labels_are_numbered_in_reading_order_and_nothing_else_changes() -> None:
    turns = [Turn("user", f"Picture 7: <img>a</img>\n<img>b</img>{A} Picture 7: not one. 图 2：<img>c</img>")]
    assert numbered(turns)[0].text == f"Picture 1: <img>a</img>\n<img>b</img>{A} Picture 7: not one. 图 3：<img>c</img>"
    assert numbered(numbered(turns)) == numbered(turns)


def test_moving_a_turn_past_a_picture_is_counted_as_boxes_changing_hands() -> None:
    turns = [
        user_turn(["a"], "?"),
        Turn("assistant", A + B),
        user_turn(["b"], "?", first_number=2),
        Turn("assistant", C),
    ]
    assert changed_hands(turns, turns) == 0
    assert changed_hands(turns, [turns[0], turns[2], turns[1], turns[3]]) == 2
    assert changed_hands(turns, turns[:3]) == 0
    assert changed_hands(turns, turns[1:2]) == 2


pieces = st.sampled_from(["words ", "\n", A, B, C, "<ref>cat</ref>", "Picture 2 ", "{img}", "Picture 9: {img}\n"])
texts = st.lists(st.lists(pieces, max_size=6).map("".join), min_size=1, max_size=4)


@given(texts, st.data())
def test_whatever_the_order_boxes_stay_or_it_is_refused(contents: list[str], data: st.DataObject) -> None:
    turns = []
    count = 0
    for place, content in enumerate(contents):
        while "{img}" in content:
            content = content.replace("{img}", f"<img>p{count}</img>", 1)
            count += 1
        turns.append(Turn("assistant" if place % 2 else "user", content))
    order = data.draw(st.permutations(range(count)))
    try:
        moved = reorder_pictures(turns, order)
    except PictureOrderError:
        return
    assert Conversation(tuple(moved)).pictures == tuple(f"p{number}" for number in order)
    if count:
        assert by_path(moved) == by_path(turns)
    assert numbered(moved) == moved


def test_every_order_of_three_pictures_without_boxes_is_possible() -> None:
    turns = [user_turn(["a", "b"], "x"), Turn("assistant", "y"), user_turn(["c"], "z", first_number=3)]
    for order in permutations(range(3)):
        moved = reorder_pictures(turns, order)
        assert Conversation(tuple(moved)).pictures == tuple("abc"[number] for number in order)
        assert [label.split(":")[0] for label in labels(moved)] == ["Picture 1", "Picture 2", "Picture 3"]
