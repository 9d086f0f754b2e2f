"""The token grammar: parsing and writing are inverse, coordinates survive, faults are found where they are."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qvl_desktop.core.box import GRID, Box, Quad, Rect, decode_coordinate, encode_coordinate, iou
from qvl_desktop.core.conversation import Conversation, Turn, picture_line, user_turn
from qvl_desktop.core.errors import BoxError
from qvl_desktop.core.tokens import (
    BoxToken,
    Picture,
    QuadToken,
    Ref,
    Segment,
    Text,
    faults,
    format_box,
    format_ref,
    parse,
    spans,
    write,
)

values = st.integers(0, GRID - 1)
sides = st.integers(1, 30_000)
points = st.tuples(values, values)
boxes = st.tuples(values, values, values, values).map(
    lambda v: Box(min(v[0], v[2]), min(v[1], v[3]), max(v[0], v[2]), max(v[1], v[3]))
)
quads = st.tuples(points, points, points, points).map(Quad)
words = st.text(st.characters(exclude_characters="<>", exclude_categories=["Cs"]), max_size=12)
segments: st.SearchStrategy[Segment] = st.one_of(
    words.filter(bool).map(Text), words.map(Ref), words.map(Picture), boxes.map(BoxToken), quads.map(QuadToken)
)
fragments = st.sampled_from(
    ["<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>", "<img>", "</img>", "(1,2)", ",(3,4)", "(9,0),(1000,5)"]
)
messy = st.lists(st.one_of(fragments, words, boxes.map(format_box)), max_size=14).map("".join)


def without_neighbours(items: list[Segment]) -> list[Segment]:
    """The segments with plain words that stand side by side made one: text cannot tell them apart."""
    result: list[Segment] = []
    for item in items:
        if result and isinstance(item, Text) and isinstance(result[-1], Text):
            result[-1] = Text(result[-1].text + item.text)
        else:
            result.append(item)
    return result


@given(st.lists(segments, max_size=10).map(without_neighbours))
def test_parsing_undoes_writing(items: list[Segment]) -> None:
    assert list(parse(write(items))) == items


@given(messy)
@example("<ref><box>(1,2),(3,4)</box></ref>")
@example("<box>(5,2),(3,4)</box><box>(1,2),(3,4)</box>")
@example("<box>(٣,2),(3,4)</box>")
def test_writing_undoes_parsing(text: str) -> None:
    assert write(parse(text)) == text


def test_blanks_and_leading_zeros_in_a_box_are_read_and_not_kept() -> None:
    assert parse("<box>( 01, 2 ),(3 ,004)</box>") == (BoxToken(Box(1, 2, 3, 4)),)
    assert write(parse("<box>( 01, 2 ),(3 ,004)</box>")) == "<box>(1,2),(3,4)</box>"


@given(messy)
def test_spans_cover_the_whole_text_in_order(text: str) -> None:
    found = list(spans(text))
    assert "".join(text[span.start : span.end] for span in found) == text
    assert all(write([span.segment]) == text[span.start : span.end] for span in found)


@given(messy)
def test_a_fault_lies_in_the_text_and_well_formed_text_has_none(text: str) -> None:
    for fault in faults(text):
        assert 0 <= fault.start < fault.end <= len(text)
        assert fault.message


@given(st.lists(segments, max_size=8))
def test_written_segments_have_no_faults(items: list[Segment]) -> None:
    assert faults(write(items)) == []


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("<box>(1,2),(3)</box>", "box-syntax", (0, 20)),
        ("a <box>(1,2),(1000,4)</box>", "box-range", (2, 27)),
        ("<box>(9,2),(3,4)</box>", "box-order", (0, 22)),
        ("<box>(-1,2),(3,4)</box>", "box-syntax", (0, 23)),
        ("<quad>(1,2),(3,4)</quad>", "quad-syntax", (0, 24)),
        ("<ref>cat", "unbalanced", (0, 5)),
        ("cat</ref>", "unbalanced", (3, 9)),
        ("<ref>cat</box>", "unbalanced", (0, 5)),
    ],
)
def test_faults_name_the_place_and_the_kind(text: str, code: str, place: tuple[int, int]) -> None:
    first = faults(text)[0]
    assert (first.code, (first.start, first.end)) == (code, place)


@given(values, sides)
def test_decoding_then_encoding_a_coordinate_is_the_identity(value: int, side: int) -> None:
    assert encode_coordinate(decode_coordinate(value, side), side) == value


@given(boxes, sides, sides)
@example(Box(0, 0, 999, 999), 1, 1)
@example(Box(333, 666, 334, 667), 3, 7)
def test_decoding_then_encoding_a_box_is_the_identity_on_every_picture(box: Box, width: int, height: int) -> None:
    assert Box.encode(box.decode(width, height), width, height) == box


def test_every_coordinate_survives_on_every_usual_side() -> None:
    for side in (*range(1, 129), 224, 448, 480, 640, 720, 999, 1000, 1001, 1080, 1920, 4000, 6016, 12_000):
        assert all(encode_coordinate(decode_coordinate(value, side), side) == value for value in range(GRID))


@given(st.floats(-50, 5050), st.floats(-50, 5050), st.floats(-50, 5050), st.floats(-50, 5050), sides, sides)
def test_any_rectangle_encodes_to_a_box_near_it(x1: float, y1: float, x2: float, y2: float, w: int, h: int) -> None:
    rect = Rect(x1, y1, x2, y2).normalised().clipped(w, h)
    box = Box.encode(rect, w, h)
    back = box.decode(w, h)
    assert abs(back.x1 - rect.x1) <= w / GRID + 1e-6
    assert abs(back.y2 - rect.y2) <= h / GRID + 1e-6


@pytest.mark.parametrize("numbers", [(5, 0, 4, 9), (0, 5, 9, 4), (-1, 0, 5, 5), (0, 0, 1000, 5)])
def test_numbers_that_are_no_box_are_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(BoxError, match="no box"):
        Box(*numbers)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_a_share(a: Box, b: Box) -> None:
    assert iou(a, b) == iou(b, a)
    assert 0 <= iou(a, b) <= 1
    assert iou(a, a) == (1 if a.area else 0)


def test_mentions_join_phrases_with_their_boxes_and_pictures() -> None:
    one, two, three = Box(1, 2, 3, 4), Box(5, 6, 7, 8), Box(9, 9, 10, 10)
    quad = Quad(((1, 1), (2, 1), (2, 2), (1, 2)))
    turns = (
        Turn("system", "You point at things."),
        user_turn(["a.jpg", "b.jpg"], f"What is in {format_box(one)}?"),
        Turn("assistant", f"{format_ref(' the cat', [one, two])}, <ref>text</ref>" + write([QuadToken(quad)])),
        user_turn(["c.jpg"], "And here?", first_number=3),
        Turn("assistant", f"Nothing at {format_box(three)}. <ref>dog</ref> is away {format_box(one)}"),
    )
    conversation = Conversation(turns)
    assert conversation.pictures == ("a.jpg", "b.jpg", "c.jpg")
    found = [(m.turn, m.ref, m.boxes, m.quads, m.picture) for m in conversation.mentions()]
    assert found == [
        (1, "", (one,), (), 1),
        (2, " the cat", (one, two), (), 1),
        (2, "text", (), (quad,), 1),
        (4, "", (three,), (), 2),
        (4, "dog", (), (), 2),
        (4, "", (one,), (), 2),
    ]


def test_pictures_are_named_as_the_original_does() -> None:
    assert picture_line(2, "图/a b.jpg") == "Picture 2: <img>图/a b.jpg</img>\n"
    assert user_turn(["a", "b"], "?").text == "Picture 1: <img>a</img>\nPicture 2: <img>b</img>\n?"
