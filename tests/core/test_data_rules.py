"""Checks and splits of data."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import SPLITS, Dataset, Sample, Split
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.lint import Finding, lint
from qvl_desktop.core.split import assign_splits


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.new("RGB", (20, 20)).save(path)
    return path


def check(picture: Path, *turns: Turn) -> list[Finding]:
    conversation = Conversation(turns)
    files = tuple(picture.parent / text for text in conversation.pictures)
    return lint(Dataset("data", (Sample(conversation, files, source="data.json: record 1"),)))


def ask(words: str = "What?") -> Turn:
    return user_turn(["a.png"], words)


def test_good_data_has_no_findings(picture: Path) -> None:
    answer = Turn(
        "assistant",
        "<ref> a cat</ref><box>(1,2),(3,4)</box><box>(5,6),(7,8)</box> and <ref>b</ref><box>(1,2),(9,9)</box>",
    )
    again = (Turn("user", "Where is the other? [1] see above"), Turn("assistant", "There is none."))
    assert check(picture, Turn("system", "Be brief."), ask(), answer, *again) == []


@pytest.mark.parametrize(
    ("turns", "code", "turn", "words"),
    [
        ((), "no-turns", -1, "no turns"),
        ((ask(),), "no-answer", -1, "no answer"),
        ((Turn("assistant", "Hi."), ask(), Turn("assistant", "x")), "role-order", 0, "assistant speaks"),
        ((ask(), ask("And?"), Turn("assistant", "x")), "role-order", 1, "user speaks"),
        ((ask(), Turn("assistant", "x"), Turn("user", "y")), "last-not-answer", 2, "last turn"),
        ((ask(), Turn("assistant", " ")), "empty-answer", 1, "empty"),
        ((ask(), Turn("system", "x"), Turn("assistant", "y")), "late-system", 1, "system"),
        ((ask(), Turn("assistant", "<box>(1,2),(3)</box>")), "box-syntax", 1, "no box"),
        ((ask(), Turn("assistant", "<ref>a</ref> is there")), "ref-without-box", 1, "“a”"),
        ((ask(), Turn("assistant", "<ref> </ref><box>(1,2),(3,4)</box>")), "empty-ref", 1, "empty"),
        ((ask(), Turn("assistant", "<box>(1,2),(1,4)</box>")), "box-without-area", 1, "no area"),
        ((ask(), Turn("assistant", "<ref>a</ref>" + "<box>(1,2),(3,4)</box>" * 2)), "box-twice", 1, "twice"),
        ((ask(), Turn("assistant", "<img>a.png</img>")), "picture-in-answer", 1, "shows a picture"),
        ((Turn("user", "?"), Turn("assistant", "<box>(1,2),(3,4)</box>")), "box-without-picture", 1, "any picture"),
        ((user_turn(["b.png"], "?"), Turn("assistant", "x")), "picture-missing", -1, "b.png"),
        ((user_turn(["a.png"], "?", first_number=2), Turn("assistant", "x")), "picture-number", 0, "Picture 2"),
        ((ask(), Turn("assistant", '{"bbox_2d": [1, 2, 3, 4]}')), "other-dialect", 1, "bbox_2d"),
        ((ask(), Turn("assistant", "at [10.5, 20, 30, 40]")), "other-dialect", 1, "[10.5, 20, 30, 40]"),
    ],
)  # fmt: skip
def test_every_fault_is_found_named_and_placed(
    picture: Path, turns: tuple[Turn, ...], code: str, turn: int, words: str
) -> None:
    first = next(finding for finding in check(picture, *turns) if finding.code == code)
    assert first.turn == turn
    assert words in first.message
    assert first.mend
    assert str(first).startswith("data.json: record 1")
    if turn >= 0:
        assert 0 <= first.start <= first.end <= len(turns[turn].text)


def test_unreadable_pictures_and_records_are_findings(picture: Path) -> None:
    picture.write_bytes(b"no picture")
    assert [finding.code for finding in check(picture, ask(), Turn("assistant", "x"))] == ["picture-unreadable"]
    found = lint(Dataset("data", (), ("data.json: record 3: the record is no object.",)))
    assert [(finding.code, finding.level) for finding in found] == [("unreadable", "error")]


shares = st.dictionaries(st.sampled_from(SPLITS), st.floats(0.01, 10), min_size=1)


@given(st.integers(0, 400), shares, st.integers(0, 99))
def test_splits_take_every_item_once_in_the_asked_proportion(count: int, wanted: dict[Split, float], seed: int) -> None:
    groups = assign_splits(range(count), wanted, seed)
    assert sorted(item for members in groups.values() for item in members) == list(range(count))
    assert all(members == sorted(members) for members in groups.values())
    assert groups == assign_splits(range(count), wanted, seed)
    total = sum(wanted.values())
    for split, members in groups.items():
        assert abs(len(members) - count * wanted[split] / total) <= 2
        assert members or count < len(wanted)


@pytest.mark.parametrize("wanted", [{}, {"train": 0.0}, {"train": -1.0, "val": 2.0}, {"dev": 1.0}])
def test_impossible_shares_are_refused(wanted: dict[Split, float]) -> None:
    with pytest.raises(DataError, match="no shares"):
        assign_splits([1, 2, 3], wanted)
