"""One-click mends of texts: what each becomes, and that what nobody can be sure about stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.lengths import cut_place, estimate, turn_lengths
from qvl_desktop.core.lint import turns_faults
from qvl_desktop.core.mending import can_mend, mend, mend_all

ASK = user_turn(["a.png"], "Where?")
BOX = "<box>(1,2),(3,4)</box>"


def answered(text: str) -> tuple[Turn, ...]:
    return ASK, Turn("assistant", text)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("box-order", "<box>(30,40),(1,2)</box>", "<box>(1,2),(30,40)</box>"),
        ("box-order", "<ref>猫</ref><box>(30,2),(1,40)</box>。", "<ref>猫</ref><box>(1,2),(30,40)</box>。"),
        ("box-range", "<box>(1,2),(1000,1000)</box>", "<box>(1,2),(999,999)</box>"),
        ("box-syntax", "<box>(1,2,3,4)</box>", BOX),
        ("box-syntax", "<box>[1, 2, 3, 4]</box>", BOX),
        ("box-syntax", "<box>(1.4,2.2),(2.6,4.4)</box>", "<box>(1,2),(3,4)</box>"),
        ("box-syntax", "<box>(0.1,0.2),(0.5,0.25)</box>", "<box>(100,200),(500,250)</box>"),
        ("box-syntax", "<box>(-3,2),(3,4)</box>", "<box>(0,2),(3,4)</box>"),
        ("quad-range", "<quad>(0,0),(1000,0),(9,9),(0,9)</quad>", "<quad>(0,0),(999,0),(9,9),(0,9)</quad>"),
        ("unbalanced", "<ref>cat" + BOX, "<ref>cat</ref>" + BOX),
        ("unbalanced", "a <box>(1,2),(3,4) cat", f"a {BOX} cat"),
        ("unbalanced", "a (1,2),(3,4)</box> cat", f"a {BOX} cat"),
        ("unbalanced", "a cat</ref> there", "a cat there"),
        ("unbalanced", "<ref>a cat there", "a cat there"),
        ("empty-ref", "<ref> </ref>" + BOX, BOX),
        ("ref-without-box", "It is <ref>a cat</ref>.", "It is a cat."),
        ("box-twice", f"<ref>a</ref>{BOX}{BOX}", f"<ref>a</ref>{BOX}"),
        ("box-without-area", f"<ref>a</ref><box>(1,2),(1,4)</box>{BOX}", f"<ref>a</ref>{BOX}"),
        ("box-without-area", "see <ref>a</ref><box>(1,2),(1,4)</box>.", "see a."),
    ],
)
def test_texts_are_mended(code: str, before: str, after: str) -> None:
    turns = answered(before)
    fault = next(fault for fault in turns_faults(turns) if fault.code == code)
    mended = mend(turns, fault)
    assert mended is not None
    assert mended[0] == ASK
    assert mended[1].text == after
    assert code not in [fault.code for fault in turns_faults(mended)]


def test_boxes_in_pixels_are_read_with_the_size_of_their_picture_and_left_alone_without() -> None:
    turns = answered("<box>(128,72),(1280,720)</box>")
    assert mend_all(turns, "box-range") is None
    mended = mend_all(turns, "box-range", lambda number: (1280, 720) if number == 0 else None)
    assert mended is not None
    assert mended[1].text == "<box>(100,100),(999,999)</box>"
    assert mend_all(turns, "box-range", lambda _: (640, 480)) is None, "they do not fit into that picture"


def test_two_boxes_too_many_numbers_and_words_are_nobodys_guess() -> None:
    for text in ("<box>(1,2),(3)</box>", "<box>(1,2),(3,4),(5,6)</box>", "<box>left</box>"):
        assert mend_all(answered(text), "box-syntax") is None


def test_pictures_are_numbered_and_placeholders_go() -> None:
    turns = (Turn("user", "Picture 2: <img>a</img>\nPicture 2: <img>b</img>\n<image>Which?"), Turn("assistant", "a"))
    numbered = mend_all(turns, "picture-number")
    assert numbered is not None
    assert numbered[0].text.startswith("Picture 1: <img>a</img>\nPicture 2: <img>b</img>\n")
    clean = mend_all(numbered, "picture-count")
    assert clean is not None
    assert clean[0].text.endswith("</img>\nWhich?")
    assert list(turns_faults(clean)) == []


@pytest.mark.parametrize(
    ("code", "turns", "roles"),
    [
        ("empty-answer", (ASK, Turn("assistant", " ")), ""),
        ("empty-answer", (ASK, Turn("assistant", "x"), Turn("user", "And?"), Turn("assistant", "")), "ua"),
        ("empty-turn", (Turn("user", ""), Turn("assistant", "x"), ASK, Turn("assistant", "y")), "ua"),
        ("last-not-answer", (ASK, Turn("assistant", "x"), Turn("user", "y")), "ua"),
        ("role-order", (ASK, Turn("user", "Well?"), Turn("assistant", "x")), "ua"),
        ("role-order", (Turn("assistant", "Hi"), ASK, Turn("assistant", "x")), "ua"),
        ("late-system", (ASK, Turn("system", "s"), Turn("assistant", "y")), "sua"),
        ("no-answer", (ASK,), ""),
    ],
)
def test_turns_are_put_in_order(code: str, turns: tuple[Turn, ...], roles: str) -> None:
    mended = mend_all(turns, code)
    assert mended is not None
    assert "".join(turn.role[0] for turn in mended) == roles
    if mended:
        assert not [fault for fault in turns_faults(mended) if fault.code == code]


def test_a_question_that_goes_leaves_its_picture_to_the_next_one() -> None:
    turns = (ASK, Turn("assistant", ""), Turn("user", "And the dog?"), Turn("assistant", BOX))
    mended = mend_all(turns, "empty-answer")
    assert mended == (user_turn(["a.png"], "And the dog?"), Turn("assistant", BOX))


tokens = st.sampled_from(
    ["<ref>", "</ref>", "<box>", "</box>", "cat", " ", "(1,2),(3,4)", "(9,9),(1,1)", "<quad>", "\n"]
)
codes = st.sampled_from([
    "box-syntax", "box-range", "box-order", "unbalanced", "empty-ref", "ref-without-box", "box-twice",
    "box-without-area",
])  # fmt: skip


@given(st.lists(tokens, min_size=1, max_size=12), codes)
def test_mending_all_leaves_only_what_cannot_be_mended(words: list[str], code: str) -> None:
    turns = answered("".join(words) + ".")
    mended = mend_all(turns, code)
    if mended is not None:
        assert mended != turns
        assert mend_all(mended, code) is None


def test_every_mend_is_for_a_known_fault() -> None:
    from qvl_desktop.core.findings import RULES
    from qvl_desktop.storage.mending import MENDS

    assert set(MENDS) <= set(RULES)
    assert all(code in MENDS for code in RULES if can_mend(code))


def test_a_long_conversation_says_where_it_would_be_cut() -> None:
    turns = (ASK, Turn("assistant", "word " * 300))
    assert estimate("<box>(123,45),(6,789)</box>") == 2 + 9 + 5  # as the tokenizer has it: "),(" is one
    assert sum(turn_lengths(turns)) > 300
    place = cut_place(turns, 400)
    assert place is not None
    turn, at = place
    assert turn == 1
    used = sum(turn_lengths((ASK, Turn("assistant", turns[1].text[:at]))))
    assert 395 <= used <= 400
    assert cut_place(turns, 10_000) is None
    (fault,) = [fault for fault in turns_faults(turns, 400) if fault.code == "too-long"]
    assert (fault.turn, fault.start) == (1, at)
    assert not [fault for fault in turns_faults(turns, 4000) if fault.code == "too-long"]
