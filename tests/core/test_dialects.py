"""Dialects: what each family writes, the way back, and what happens to answers that are wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dialects import DIALECTS, DialectError, DialectStream, Resizing, dialect, render_turns
from qvl_desktop.core.tokens import BoxToken, Ref, Segment, Text, parse, write

CAT = "<ref>the cat</ref><box>(100,200),(300,999)</box>"
TWO = (
    "There are <ref> 两只猫</ref><box>(1,2),(3,4)</box><box>(500,0),(999,999)</box>, "
    "<ref>a dog</ref><box>(5,6),(7,8)</box>."
)
FULL_HD = (1920, 1080)

coordinates = st.integers(0, 999)
sizes = st.tuples(st.integers(1, 6000), st.integers(1, 6000)).filter(lambda size: max(size) <= 200 * min(size))
words = st.text(st.characters(codec="utf-8", exclude_characters="<>[]{}`", exclude_categories=["Cs"]), max_size=12)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x1, x2), (y1, y2) = (sorted(draw(st.tuples(coordinates, coordinates))) for _ in range(2))
    return Box(x1, y1, x2, y2)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Canonical text: words, refs with boxes, boxes without; no phrase twice in a row."""
    segments: list[Segment] = []
    for number in range(draw(st.integers(0, 4))):
        segments.append(Text(draw(words.filter(str.strip).map(lambda text: f"{text}.")) if draw(st.booleans()) else ""))
        if draw(st.booleans()):
            segments.append(Ref(f"{number}{draw(words)}"))
        elif isinstance(segments[-1], Text) and not segments[-1].text:
            segments.append(Text("; "))
        segments += [BoxToken(box) for box in draw(st.lists(boxes(), min_size=1, max_size=3))]
    segments.append(Text(draw(words.map(lambda text: f". {text}"))))
    return write(segments)


def numbers(text: str) -> list[int]:
    found = [segment.box for segment in parse(text) if isinstance(segment, BoxToken)]
    return [value for box in found for value in (box.x1, box.y1, box.x2, box.y2)]


# The way there


def test_how_each_family_writes_a_box() -> None:
    written = {name: dialect(name).render(CAT, [FULL_HD]) for name in DIALECTS}
    assert written["qwen-vl"] == CAT
    assert written["qwen2-vl"] == (
        "<|object_ref_start|>the cat<|object_ref_end|><|box_start|>(100,200),(300,999)<|box_end|>"
    )
    # 1920 x 1080 is seen as 1932 x 1092
    assert written["qwen2.5-vl"] == '[{"bbox_2d": [193, 218, 580, 1091], "label": "the cat"}]'
    assert written["qwen3-vl"] == written["qwen3.5"] == '[{"bbox_2d": [100, 200, 300, 999], "label": "the cat"}]'


def test_a_list_in_words_and_a_text_of_nothing_else() -> None:
    language = dialect("qwen3-vl")
    assert language.render(TWO) == (
        'There are [{"bbox_2d": [1, 2, 3, 4], "label": " 两只猫"}, '
        '{"bbox_2d": [500, 0, 999, 999], "label": " 两只猫"}], '
        '[{"bbox_2d": [5, 6, 7, 8], "label": "a dog"}].'
    )
    lines = "<ref>a</ref><box>(1,2),(3,4)</box>,\n<ref>b</ref> <box>(5,6),(7,8)</box>, <box>(9,9),(9,9)</box>\n"
    assert json.loads(language.render(lines)) == [
        {"bbox_2d": [1, 2, 3, 4], "label": "a"},
        {"bbox_2d": [5, 6, 7, 8], "label": "b"},
        {"bbox_2d": [9, 9, 9, 9], "label": "b"},
    ]
    assert language.render("框出<ref>衬衫</ref>") == "框出衬衫"
    assert language.render("What is in <box>(1,2),(3,4)</box>?") == 'What is in [{"bbox_2d": [1, 2, 3, 4]}]?'
    quad = "<ref>sign</ref><quad>(10,20),(40,10),(50,60),(5,50)</quad>"
    assert language.render(quad) == '[{"bbox_2d": [5, 10, 50, 60], "label": "sign"}]'
    assert dialect("qwen2-vl").parse(dialect("qwen2-vl").render(quad)).text == quad


def test_pixels_are_those_of_the_picture_the_box_belongs_to() -> None:
    turns = (
        user_turn(["a.jpg"], "Find the cat."),
        Turn("assistant", CAT),
        user_turn(["b.jpg"], "And in <box>(0,0),(500,500)</box>?", first_number=2),
        Turn("assistant", CAT),
    )
    rendered = render_turns(dialect("qwen2.5-vl"), turns, [FULL_HD, (560, 2800)])
    assert [turn.role for turn in rendered] == [turn.role for turn in turns]
    assert rendered[0] == turns[0]
    assert rendered[1].text == '[{"bbox_2d": [193, 218, 580, 1091], "label": "the cat"}]'
    assert rendered[2].text == 'Picture 2: <img>b.jpg</img>\nAnd in [{"bbox_2d": [0, 0, 280, 1400]}]?'
    assert rendered[3].text == '[{"bbox_2d": [56, 560, 168, 2797], "label": "the cat"}]'


def test_pixels_need_a_size() -> None:
    language = dialect("qwen2.5-vl")
    assert language.render("no boxes here") == "no boxes here"
    for attempt in (language.render, lambda text: language.parse(dialect("qwen3-vl").render(text))):
        with pytest.raises(DialectError, match="size of the picture"):
            attempt(CAT)
    with pytest.raises(DialectError, match="too narrow"):
        language.render(CAT, [(10, 2001)])
    with pytest.raises(DialectError, match=r"qwen3\.5"):
        dialect("llava")


@pytest.mark.parametrize(
    ("size", "resizing", "expected"),
    [
        ((1920, 1080), Resizing(), (1932, 1092)),
        ((14, 42), Resizing(28, 0), (0, 56)),  # half a square goes to the even neighbour
        ((20, 20), Resizing(), (56, 56)),
        ((100, 20), Resizing(32, 65536, 16777216), (576, 128)),
        ((8000, 6000), Resizing(28, 3136, 1003520), (1148, 840)),
        ((6000, 60), Resizing(28, 3136, 28 * 28 * 20), (1232, 28)),
    ],
)
def test_the_size_at_which_a_picture_is_seen(
    size: tuple[int, int], resizing: Resizing, expected: tuple[int, int]
) -> None:
    assert resizing.apply(*size) == expected
    assert resizing.tokens(*size) == (expected[0] // resizing.factor) * (expected[1] // resizing.factor)


# There and back


@settings(max_examples=100, deadline=None)
@given(texts(), sizes)
@example(TWO, FULL_HD)
def test_thousandths_come_back_as_they_were(text: str, size: tuple[int, int]) -> None:
    for name in ("qwen-vl", "qwen2-vl", "qwen3-vl", "qwen3.5"):
        language = dialect(name)
        reading = language.parse(language.render(text, [size]), [size])
        assert reading.text == text
        assert reading.faults == ()


@settings(max_examples=150, deadline=None)
@given(texts(), sizes)
@example(TWO, (999, 1001))
def test_pixels_come_back_as_far_as_they_resolve(text: str, size: tuple[int, int]) -> None:
    """Exact from 1000 resized pixels on; below that within 500 / side + 1/2; and the pixels themselves never change."""
    language = dialect("qwen2.5-vl")
    rendered = language.render(text, [size])
    reading = language.parse(rendered, [size])
    assert reading.faults == ()
    seen = Resizing().apply(*size)
    if min(seen) >= 1000:
        assert reading.text == text
    for index, (before, after) in enumerate(zip(numbers(text), numbers(reading.text), strict=True)):
        side = seen[index % 2]
        assert abs(before - after) <= (0 if side >= 1000 else 500 / side + 0.5)
    assert language.render(reading.text, [size]) == rendered


@settings(max_examples=60, deadline=None)
@given(texts(), sizes, st.integers(1, 40))
def test_a_growing_answer_says_the_same(text: str, size: tuple[int, int], step: int) -> None:
    for name in DIALECTS:
        language = dialect(name)
        written = language.render(text, [size])
        stream = DialectStream(language, [size])
        told = [stream.feed(written[start : start + step]) for start in range(0, len(written), step)]
        assert "".join(told) + stream.close() == language.parse(written, [size]).text


def test_words_are_told_before_the_list_is_closed() -> None:
    stream = DialectStream(dialect("qwen3-vl"), [])
    assert stream.feed("Here, see [1], is it: [") == "Here, see [1], is it: "
    assert stream.feed('{"bbox_2d": [1, 2, 3, 4], "label": "a ]"}') == ""
    assert stream.feed("] and") == "<ref>a ]</ref><box>(1,2),(3,4)</box> and"
    assert stream.close() == ""


# What models write


LISTED = "<ref>cat</ref><box>(1,2),(3,4)</box><box>(5,6),(7,8)</box><ref>dog</ref><box>(10,20),(30,999)</box>"


@pytest.mark.parametrize(
    "answer",
    [
        '```json\n[\n\t{"bbox_2d": [1, 2, 3, 4], "label": "cat"},\n\t{"bbox_2d": [5, 6, 7, 8], "label": "cat"},\n'
        '\t{"bbox_2d": [10, 20, 30, 1000], "label": "dog"}\n]\n```',
        '[{"label":"cat","bbox_2d":[1,2,3,4]},{"label":"cat","bbox_2d":[5.0,6.2,7,8]},'
        '{"bbox_2d":[10,20,30,999],"label":"dog","color":{"name":"brown"}}]',
        '[{"bbox_2d": [[1, 2, 3, 4], [5, 6, 7, 8]], "label": "cat"}, {"bbox_2d": [10, 20, 30, 1000], "text": "dog"},]',
    ],
)
def test_ways_of_writing_one_list(answer: str) -> None:
    reading = dialect("qwen3-vl").parse(answer)
    assert reading.text == LISTED
    assert reading.faults == ()


def test_words_and_other_json_stay() -> None:
    answer = (
        'Sure:\n```json\n{"bbox_2d": [1, 2, 3, 4], "label": "cat"}\n```\nSee [1] and {"a": 2}, `x`, ```py\n[1]\n```.'
    )
    assert dialect("qwen3.5").parse(answer).text == (
        'Sure:\n<ref>cat</ref><box>(1,2),(3,4)</box>\nSee [1] and {"a": 2}, `x`, ```py\n[1]\n```.'
    )


@pytest.mark.parametrize(
    ("answer", "text", "codes"),
    [
        (  # cut short by the limit of tokens
            '```json\n[{"bbox_2d": [1, 2, 3, 4], "label": "cat"}, {"bbox_2d": [5, 6',
            '<ref>cat</ref><box>(1,2),(3,4)</box>, {"bbox_2d": [5, 6',
            ["json-syntax", "json-syntax"],
        ),
        (
            "[{'bbox_2d': [1, 2, 3, 4], 'label': 'cat'}]",
            "<ref>cat</ref><box>(1,2),(3,4)</box>",
            ["json-syntax"],
        ),
        (
            '[{"bbox_2d": [1, 2, 3, 4], "label": "the "red" cat"}]',
            '<ref>the "red" cat</ref><box>(1,2),(3,4)</box>',
            ["json-syntax"],
        ),
        (
            '[{"bbox_2d": [-7, 2, 1003, 4], "label": "cat"}]',
            "<ref>cat</ref><box>(0,2),(999,4)</box>",
            ["box-range"],
        ),
        (
            '[{"bbox_2d": [30, 40, 10, 20], "label": "cat"}]',
            "<ref>cat</ref><box>(10,20),(30,40)</box>",
            ["box-order"],
        ),
        (
            '[{"bbox_2d": [1, 2, 3], "label": "cat"}, {"bbox_2d": [1, 2, 3, NaN]}]',
            '[{"bbox_2d": [1, 2, 3], "label": "cat"}, {"bbox_2d": [1, 2, 3, NaN]}]',
            ["box-numbers", "box-numbers"],
        ),
        ('{"bbox_2d": "1, 2, 3, 4"}', '{"bbox_2d": "1, 2, 3, 4"}', ["json-syntax"]),
        (
            '[{"bbox_2d": [1, 2, 3, 4], "label": "<ref>a</ref>\\ud800"}]',
            "<ref>a?</ref><box>(1,2),(3,4)</box>",
            ["ref-markup"],
        ),
        ("<box>(1,2),(3,4)</box> <img>x</img>", "<box>(1,2),(3,4)</box> <img >x</img >", ["other-dialect"]),
    ],
)
def test_what_is_wrong_is_mended_or_kept_and_reported(answer: str, text: str, codes: list[str]) -> None:
    reading = dialect("qwen3-vl").parse(answer)
    assert reading.text == text
    assert [fault.code for fault in reading.faults] == codes
    assert all(0 <= fault.start < fault.end <= len(answer) and fault.message for fault in reading.faults)


def test_a_box_without_label_does_not_join_its_neighbour() -> None:
    for answer in (
        '[{"bbox_2d": [1, 2, 3, 4], "label": "cat"}, {"bbox_2d": [5, 6, 7, 8]}]',
        '[{"bbox_2d": [1, 2, 3, 4], "label": "cat"}], {"bbox_2d": [5, 6, 7, 8]}',
    ):
        text = dialect("qwen3-vl").parse(answer).text
        mentions = list(Conversation((Turn("assistant", text),)).mentions())
        assert [(mention.ref, mention.boxes) for mention in mentions] == [
            ("cat", (Box(1, 2, 3, 4),)),
            ("", (Box(5, 6, 7, 8),)),
        ]


@pytest.mark.parametrize(
    ("answer", "text", "codes"),
    [
        ("<|box_start|>(1,2),(3,1000)<|box_end|>", "<box>(1,2),(3,999)</box>", []),
        ("<|box_start|>(-1, 2.4),(3,1001)<|box_end|>", "<box>(0,2),(3,999)</box>", ["box-range"]),
        ("<|box_start|>(9,2),(3,4)<|box_end|>", "<box>(3,2),(9,4)</box>", ["box-order"]),
        ("<|box_start|>1,2,3,4<|box_end|>", "<|box_start|>1,2,3,4<|box_end|>", ["box-syntax"]),
        ("<|object_ref_start|>cat<|box_start|>", "<|object_ref_start|>cat<|box_start|>", ["unbalanced", "unbalanced"]),
    ],
)
def test_faults_of_qwen2_vl(answer: str, text: str, codes: list[str]) -> None:
    reading = dialect("qwen2-vl").parse(answer)
    assert reading.text == text
    assert [fault.code for fault in reading.faults] == codes


@pytest.mark.parametrize(
    ("answer", "text", "codes"),
    [
        ("<box>(0,0),(1000,1000)</box>", "<box>(0,0),(999,999)</box>", []),
        ("<ref>a</ref><box>( 1,2),(1000 ,4)</box>.", "<ref>a</ref><box>( 1,2),(999 ,4)</box>.", []),
        ("<box>(1000,0),(1000,5)</box>", "<box>(999,0),(999,5)</box>", []),
        ("<quad>(0,0),(1000,0),(9,9),(0,1000)</quad>", "<quad>(0,0),(999,0),(9,9),(0,999)</quad>", []),
        ("1000 cats in (1000,1000)", "1000 cats in (1000,1000)", []),
        ("<ref>1000</ref><box>(1,2),(3,4)</box>", "<ref>1000</ref><box>(1,2),(3,4)</box>", []),
        ("<box>(1,2),(1001,4)</box>", "<box>(1,2),(1001,4)</box>", ["box-range"]),
        ("<box>(1,2),(1000,1001)</box>", "<box>(1,2),(1000,1001)</box>", ["box-range"]),
        ("<box>(1000,2),(5,4)</box>", "<box>(1000,2),(5,4)</box>", ["box-range"]),
        ("<box>(1,2),(10000,4)</box>", "<box>(1,2),(10000,4)</box>", ["box-range"]),
        ("<box>(1,2),(1000,4)", "<box>(1,2),(1000,4)", ["unbalanced"]),
    ],
)
def test_the_far_edge_in_an_answer_of_qwen_vl(answer: str, text: str, codes: list[str]) -> None:
    """1000 is the edge, as the original draws it. In data it is a finding: see test_tokens and test_mending."""
    language = dialect("qwen-vl")
    reading = language.parse(answer)
    assert reading.text == text
    assert [fault.code for fault in reading.faults] == codes
    assert language.render(answer) == answer
    for step in (1, 2, 5):
        stream = DialectStream(language, ())
        told = [stream.feed(answer[start : start + step]) for start in range(0, len(answer), step)]
        assert "".join([*told, stream.close()]) == text


def test_a_box_of_qwen_vl_is_told_once_it_is_whole() -> None:
    stream = DialectStream(dialect("qwen-vl"), ())
    told = [stream.feed(piece) for piece in ("a ", "<box>", "(1,2),", "(3,1000)", "</box>", " b", "<box>(1, x", "y")]
    assert told == ["a ", "", "", "", "<box>(1,2),(3,999)</box>", " b", "<box>(1, x", "y"]


PIECES = [*"[]{}\":,`'\\<>|() 019-\n", '"bbox_2d"', '"label"', "bbox_2d", "1e999", "9" * 5000, "```json\n"]
PIECES += ["<|box_start|>", "<|box_end|>", "<|object_ref_start|>", "<img>", "<box>", "</ref>", "(1,2),(3,4)"]
PIECES += ['{"bbox_2d": [1, 2, 3, 4]}']
JUNK = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.one_of(JUNK, st.text()))
@example('{"bbox_2d":' * 3000)
@example('[{"a":' * 3000 + '"bbox_2d"')
def test_no_answer_raises(answer: str) -> None:
    for name in DIALECTS:
        language = dialect(name)
        reading = language.parse(answer, [(1000, 700)])
        assert all(0 <= fault.start <= fault.end <= len(answer) for fault in reading.faults)
        assert 0 <= language.settled(answer) <= len(answer)
        stream = DialectStream(language, [(1000, 700)])
        _ = [stream.feed(answer[start : start + 7]) for start in range(0, min(len(answer), 700), 7)], stream.close()
        reading.text.encode()
