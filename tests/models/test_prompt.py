"""Chat prompts against the original's, and what a user can type into them."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl_desktop.core.conversation import Turn
from qvl_desktop.models.qwen_vl.list_format import UnclosedMarkup
from qvl_desktop.models.qwen_vl.prompt import (
    ChatFormatError,
    TurnOrderError,
    decode_answer,
    encode_prompt,
    encode_turn_text,
    picture_paths,
    stop_ids,
)
from qvl_desktop.models.qwen_vl.special_tokens import SPECIAL_TOKENS
from tests.models.golden_text import IMG_PAD, hide_slots, load, official_tokenizer, turns_of

CASES = load("context")["cases"]
CHATS = [name for name, case in CASES.items() if "chat_format" not in case["kwargs"]]
RAW = [name for name, case in CASES.items() if case["kwargs"].get("chat_format") == "raw"]


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_prompt_is_that_of_the_original(name: str) -> None:
    case: dict[str, Any] = CASES[name]
    turns = turns_of(case["history"], case["query"])
    window = case["kwargs"].get("max_window_size", 6144)
    if "ids" not in case:
        with pytest.raises(UnclosedMarkup):
            encode_prompt(official_tokenizer(), turns, system=case["system"], max_window_size=window)
        return
    prompt = encode_prompt(official_tokenizer(), turns, system=case["system"], max_window_size=window)
    assert prompt.input_ids == hide_slots(case["ids"])
    assert prompt.pictures == picture_paths(case["raw_text"])


@pytest.mark.parametrize("name", RAW)
def test_a_raw_prompt_is_the_text_itself(name: str) -> None:
    case, tokenizer = CASES[name], official_tokenizer()
    assert tokenizer.encode_text(case["query"]) == hide_slots(case["ids"])
    prompt = encode_prompt(tokenizer, turns_of(case["history"], case["query"]), chat_format="raw")
    if name == "raw_special":  # typed control tokens are words here, whatever the format
        assert tokenizer.decode(prompt.input_ids) == case["raw_text"]
        assert max(prompt.input_ids) < tokenizer.eod_id
    else:
        assert prompt.input_ids == hide_slots(case["ids"])
        assert (prompt.pictures, prompt.picture_places) == (picture_paths(case["raw_text"]), (1,))


def test_another_format_is_refused_as_in_the_original() -> None:
    case = CASES["unknown_format"]
    assert case["result"]["__error__"] == "NotImplementedError"
    for ask in (
        lambda name: encode_prompt(official_tokenizer(), [Turn("user", case["query"])], chat_format=name),
        lambda name: decode_answer(official_tokenizer(), [1], name),
        lambda name: stop_ids(official_tokenizer(), name),
    ):
        with pytest.raises(ChatFormatError, match=r"alpaca is not known.*chatml, raw"):
            ask(case["kwargs"]["chat_format"])


def test_every_case_of_the_original_is_held() -> None:
    assert set(CHATS) | set(RAW) | {"unknown_format"} == set(CASES)


def test_the_window_moves_at_the_same_token() -> None:
    case = CASES["history_multi_image"]
    turns = turns_of(case["history"], case["query"])
    for window, length in load("context")["window_boundaries_for_case_history_multi_image"]:
        prompt = encode_prompt(official_tokenizer(), turns, max_window_size=window)
        assert len(prompt.input_ids) == length
        assert prompt.input_ids.count(IMG_PAD) == 256 * len(prompt.pictures)
        assert prompt.picture_places == tuple(range(4 - len(prompt.pictures), 4))
        shorter = encode_prompt(official_tokenizer(), turns, max_window_size=window - 1)
        assert len(shorter.input_ids) < length or window == 1


def test_a_leading_system_turn_is_the_system_text() -> None:
    turns = [Turn("system", "S"), Turn("user", "hi")]
    tokenizer = official_tokenizer()
    assert encode_prompt(tokenizer, turns).input_ids == encode_prompt(tokenizer, turns[1:], system="S").input_ids
    with pytest.raises(TurnOrderError, match="Turn 2"):
        encode_prompt(tokenizer, [*turns[1:], Turn("system", "late")])


def test_an_open_box_can_ask_for_its_numbers() -> None:
    tokenizer = official_tokenizer()
    assert encode_turn_text(tokenizer, "<ref>dog</ref><box>")[-1] == tokenizer.special_tokens["<box>"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*SPECIAL_TOKENS[:5], "</img>", "<imgpad>", "<ref>", "</box>", "a", "\n", "\u56fe"])))
def test_nothing_typed_ends_a_turn_or_makes_a_slot(pieces: list[str]) -> None:
    tokenizer, text = official_tokenizer(), "".join(pieces)
    ids = encode_turn_text(tokenizer, text)
    typed = set(ids)
    for token in (*SPECIAL_TOKENS[:5], "<img>", "</img>", "<imgpad>"):
        assert tokenizer.special_tokens[token] not in typed
    assert tokenizer.decode(ids) == unicodedata.normalize("NFC", text)


ANSWERS = load("context")["decode_tokens"]


@pytest.mark.parametrize("case", ANSWERS, ids=[f"{case['name']}-{case['chat_format']}" for case in ANSWERS])
def test_an_answer_ends_where_the_original_ends_it(case: dict[str, Any]) -> None:
    raw = case["chat_format"] == "raw"
    answer = decode_answer(official_tokenizer(), case["tail"], case["chat_format"])
    if raw and case["name"] == "img_unclosed":
        assert answer == "是拉布拉多。 ok<img><|im_end|>"
    elif raw:
        assert answer == case["result"][0]
    elif case["name"] in {"max_length_no_stop", "one_token_no_stop"}:  # the original loses the last token here
        assert answer == official_tokenizer().decode(case["tail"])
    elif case["name"] == "img_unclosed":  # the original raises; the user would lose the answer
        assert answer == "是拉布拉多。 ok<img>"
    else:
        assert answer == case["result"][0]


def test_an_answer_to_a_text_that_nfc_changes_is_whole() -> None:
    """The original cuts the answer by the length of the text as typed, and loses its first characters."""
    case = load("context")["decode_nfd"]
    answer = decode_answer(official_tokenizer(), case["tail"])
    assert answer == "是拉布拉多。 ok"
    assert answer.endswith(case["result"])


def test_a_prompt_decodes_to_its_text() -> None:
    context = load("context")["decode_context"]
    ids = hide_slots(context["ids"])
    assert official_tokenizer().decode(context["ids"]) == context["raw"]
    path = picture_paths(context["raw"])[0]
    assert official_tokenizer().decode(ids) == context["raw"].replace(path, "")


def test_raw_text_ends_at_the_end_of_text_only() -> None:
    [human, end] = load("context")["stop_words_ids"]["raw"]
    assert stop_ids(official_tokenizer(), "raw") == end
    assert official_tokenizer().decode(human) == "Human:"  # more than one token: a stop string, for who wants it


def test_every_stop_word_is_one_token() -> None:
    expected = [word for [word] in load("context")["stop_words_ids"]["chatml"]]
    assert set(expected) < set(stop_ids(official_tokenizer()))


def test_a_long_text_with_open_tags_is_read_in_no_time() -> None:
    text = "<img>" * 50_000
    assert picture_paths(text) == ()
    assert picture_paths(text + "</img>") == (text[5:],)
    with pytest.raises(UnclosedMarkup):
        encode_turn_text(official_tokenizer(), text)
