"""Reading answers as they grow: the same lines however they are cut, no stall however long, nothing interpreted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl_desktop.core.conversation import Turn
from qvl_desktop.gui.chat.answer_reader import (
    LONGEST_LINE,
    MOST_PHRASES,
    PHRASE_SIGN,
    AnswerReader,
    Phrase,
    phrases,
    read_answer,
    runs,
)
from qvl_desktop.gui.chat.thread import ChatThread, Exchange, settled, title_of

PIECES = (
    "<ref>", "</ref>", "<box>(1,2),(3,4)</box>", "<box>", "(5,6),(7,8)", "</box>",
    "<quad>(1,1),(2,1),(2,2),(1,2)</quad>", "a", " words ", "\n", "\n\n", ", ", "# h", "- i", "```", "**", "*", "`",
    "<", "</", "<im", "猫", "> q", PHRASE_SIGN, "---",
)  # fmt: skip


def lines(reader: AnswerReader) -> list[object]:
    return [
        (line.kind, line.words, line.level, line.mark, [(p.words, p.shapes, p.first, p.line) for p in line.phrases])
        for line in reader.lines
    ]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.randoms(use_true_random=False))
def test_an_answer_reads_the_same_however_it_is_cut(pieces: list[str], chance: object) -> None:
    text = "".join(pieces)
    reader, place = AnswerReader(), 0
    while place < len(text):
        step = chance.randint(1, 9)  # type: ignore[attr-defined]
        reader.feed(text[place : place + step])
        reader.tail()
        place += step
    reader.feed("", final=True)
    whole = read_answer(text)
    assert lines(reader) == lines(whole)
    assert [(p.words, p.shapes) for p in reader.phrases] == [
        (part.words, part.shapes) for part in phrases(text.replace(PHRASE_SIGN, "\ufffd")) if isinstance(part, Phrase)
    ]
    for line in whole.lines:
        assert sum(run.words == PHRASE_SIGN for run in runs(line)) == len(line.phrases)
        if line.kind == "code":
            continue
        assert not any(tag in line.words for tag in ("</ref><box>(1,2),(3,4)</box>",))


def test_a_growing_answer_shows_only_what_is_certain() -> None:
    reader = AnswerReader()
    for text, shown, words in (
        ("See <re", "See ", []),
        ("f>the ca", "See " + PHRASE_SIGN, ["the ca"]),
        ("t</ref><bo", "See " + PHRASE_SIGN, ["the cat"]),
        ("x>(1,2),(3", "See " + PHRASE_SIGN, ["the cat"]),
        (",4)</box> now", "See " + PHRASE_SIGN + " now", ["the cat"]),
    ):
        reader.feed(text)
        (line,) = reader.tail()
        assert (line.words, [phrase.words for phrase in line.phrases]) == (shown, words)
    assert reader.phrases[0].boxes[0].x2 == 3


def test_boxes_line_by_line_belong_to_the_phrase_before_them() -> None:
    reader = AnswerReader()
    reader.feed("<ref>a</ref><box>(1,2),(3,4)</box>\nand\n")
    reader.feed("<box>(5,6),(7,8)</box>\n<box>(5,6),(7,9)</box>", final=True)
    assert [(p.words, len(p.shapes), p.first) for p in reader.phrases] == [("a", 1, 0), ("", 2, 1)]


def test_markdown_is_data_and_html_is_words() -> None:
    reader = read_answer(
        "## Title\n1. one **bold** and *it* ~~no~~ `co*de`\n  - deeper\n> said\n---\n```py\n<b>*x*</b>\n```\n"
        "<img src=http://x/y.png> [site](http://x/) snake_case_name 2*3*4 \\*plain\\* **open"
    )
    kinds = [(line.kind, line.level, line.mark) for line in reader.lines if line.kind != "blank"]
    assert kinds == [
        ("heading", 2, ""), ("item", 0, "1."), ("item", 1, "•"), ("quote", 0, ""), ("rule", 0, ""), ("code", 0, ""),
        ("text", 0, ""),
    ]  # fmt: skip
    looks = {run.words: run for run in runs(reader.lines[1])}
    assert looks["bold"].bold
    assert looks["it"].italic
    assert looks["no"].struck
    assert looks["co*de"].code
    last = "".join(run.words for run in runs(reader.lines[-1]))
    assert last == "<img src=http://x/y.png> site (http://x/) snake_case_name 2*3*4 *plain* **open"


def test_tables_are_rows_of_cells() -> None:
    reader = read_answer("| thing | where |\n| --- | :--: |\n| <ref>cat</ref><box>(1,2),(3,4)</box> | left |")
    assert [line.words for line in reader.lines] == ["thing  │  where", "", f"{PHRASE_SIGN}  │  left"]
    assert reader.lines[2].phrases[0].words == "cat"


@pytest.mark.parametrize(
    "text",
    [
        "<ref>x</ref>" + "\n".join(["<box>(1,1),(2,2)</box>"] * 10_000),
        " ".join(["<ref>x</ref><box>(1,1),(2,2)</box>"] * 10_000),
        "<ref>" * 20_000,
        "<box>(1,1)" * 20_000,
        "no end " * 60_000,
        "x" * 400_000,
    ],
    ids=["one phrase", "many phrases", "open refs", "broken boxes", "words", "one word"],
)
def test_each_piece_costs_the_same_however_long_the_answer_is(text: str) -> None:
    """Counted, not timed: nothing that was certain is read again, and no line grows without bounds."""
    reader, held = AnswerReader(), 0
    for place in range(0, len(text), 50):
        reader.feed(text[place : place + 50])
        held = max(held, len(reader._held))
    reader.feed("", final=True)
    assert held <= 2100
    assert max(len(line.words) for line in reader.lines) <= LONGEST_LINE + 1
    assert max(len(line.phrases) for line in reader.lines) <= MOST_PHRASES
    assert reader.boxes in (0, 10_000)


# The chat's data


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("a <re", "a "),
        ("a <ref>red ci", "a <ref>red ci</ref>"),
        ("a <ref>red</ref><box>(1,2),(3", "a <ref>red</ref>"),
        ("<ref>red</ref><box>(1,2),(3,4)</bo", "<ref>red</ref>"),
        ("<ref>red</ref><box>(1,2),(3,4)</box>", "<ref>red</ref><box>(1,2),(3,4)</box>"),
        ("1 < 2 and 3", "1 < 2 and 3"),
    ],
)
def test_half_a_token_is_not_shown(text: str, certain: str) -> None:
    assert settled(text) == certain


def test_a_phrase_takes_its_boxes() -> None:
    parts = phrases("See <ref>a</ref><box>(1,1),(2,2)</box>, <box>(3,3),(4,4)</box> and <box>(5,5),(6,6)</box>.")
    assert [part if isinstance(part, str) else (part.words, len(part.boxes), part.first) for part in parts] == [
        "See ",
        ("a", 2, 0),
        " and ",
        ("", 1, 2),
        ".",
    ]


def test_unanswered_questions_leave_their_pictures_behind() -> None:
    a, b = Path("/a.png"), Path("/b.png")
    thread = ChatThread([Exchange("one", (a,)), Exchange("two", (b,), answer="yes"), Exchange("three", ())])
    thread.system = "Be short."
    assert thread.turns() == (
        Turn("system", "Be short."),
        Turn("user", "Picture 1: <img>/a.png</img>\nPicture 2: <img>/b.png</img>\ntwo"),
        Turn("assistant", "yes"),
        Turn("user", "three"),
    )
    assert thread.picture_of(2) == b


def test_typed_picture_tags_name_no_file() -> None:
    """Neither what a user types nor what a model answers may have a file read and sent along."""
    secret = "<img>/etc/passwd</img>"
    thread = ChatThread([Exchange(secret, (Path("/a.png"),), answer=secret), Exchange(f"x {secret}", ())])
    thread.system = secret
    assert thread.conversation(1).pictures == ("/a.png",)
    assert "/etc/passwd" in thread.turns()[0].text


def test_versions_keep_what_followed_them() -> None:
    one, two, other, after = (Exchange(words, (), answer=words) for words in ("one", "two", "other", "after"))
    thread = ChatThread([one, two])
    thread.add(other, one)
    thread.add(after, other)
    assert [exchange.question for exchange in thread.exchanges] == ["one", "other", "after"]
    thread.show(two)
    assert [exchange.question for exchange in thread.exchanges] == ["one", "two"]
    thread.show(other)
    assert [exchange.question for exchange in thread.exchanges] == ["one", "other", "after"]
    assert thread.versions(other) == [two, other]
    thread.add(Exchange("ONE", ()), None)
    assert [exchange.question for exchange in thread.exchanges] == ["ONE"]


def test_titles() -> None:
    assert title_of("Find <ref>the cat</ref><box>(1,2),(3,4)</box>\nnow", ()) == "Find the cat now"
    assert title_of(" ", [Path("/x/cat.png")]) == "cat"
    assert len(title_of("word " * 50, ())) <= 60
