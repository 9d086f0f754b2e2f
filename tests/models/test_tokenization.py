"""The tokenizer against the original's numbers, with a small vocabulary, and under bad input."""

from __future__ import annotations

import base64
import pickle
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qvl_desktop.core.errors import QvlError
from qvl_desktop.models.qwen_vl import QwenVLTokenizer
from qvl_desktop.models.qwen_vl.list_format import ListFormatError, UnclosedMarkup
from qvl_desktop.models.qwen_vl.special_tokens import IMAGE_TOKENS, SPECIAL_TOKENS, RanksFileError, read_ranks
from qvl_desktop.models.qwen_vl.tokenization import FixedVocabulary, UnknownTokenId
from tests.models.golden_text import GOLDEN, IMG_PAD, hide_slots, load, official_tokenizer

CASES = load("tokenizer")["cases"]
SETTINGS: dict[str, Any] = {
    "ids_all_special": "all",
    "ids_image_special_only": set(IMAGE_TOKENS),
    "ids_no_special": set(),
}
DECODINGS: dict[str, dict[str, bool]] = {
    "decode": {},
    "decode_skip_special": {"skip_special_tokens": True},
    "decode_skip_special_keep_image": {"skip_special_tokens": True, "keep_image_special": True},
}
# The original fails on these texts, because control tokens stand inside a path or the path is longer than its slots.
READ_ALL_THE_SAME = {
    "img_257",
    "img_zh_257",
    "img_special_inside",
    "img_imend_inside",
    "img_nested",
    "img_imgpad_in_path",
}
# The original refuses control tokens in the text of a list; here they are words.
CONTROL_TOKENS_AS_WORDS = {"img_imend_inside", "special_chatml", "special_extra"}


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [case["name"] for case in cases]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_ids_are_those_of_the_original(case: dict[str, Any], setting: str) -> None:
    expected = case["ids_all_special"] if case[setting] == "same" else case[setting]
    tokenizer = official_tokenizer()
    if isinstance(expected, list):
        assert tokenizer(case["text"], allowed_special=SETTINGS[setting]).input_ids == hide_slots(expected)
    elif case["name"] in READ_ALL_THE_SAME:
        assert tokenizer.encode_text(case["text"], SETTINGS[setting]).count(IMG_PAD) == 256
    else:
        with pytest.raises(UnclosedMarkup, match="</img>"):
            tokenizer(case["text"], allowed_special=SETTINGS[setting])


DECODED = [case for case in CASES if isinstance(case.get("decode"), str)]


@pytest.mark.parametrize("decoding", DECODINGS)
@pytest.mark.parametrize("case", DECODED, ids=names(DECODED))
def test_the_originals_ids_decode_as_there(case: dict[str, Any], decoding: str) -> None:
    assert official_tokenizer().decode(case["ids_all_special"], **DECODINGS[decoding]) == case[decoding]


def test_decoding_an_unpadded_path_gives_the_path() -> None:
    case = next(case for case in CASES if case["name"] == "img_256")
    assert official_tokenizer().decode(case["ids_all_special"]) == case["text"]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_list_format_is_that_of_the_original(case: dict[str, Any]) -> None:
    expected = case["to_list_format"]
    if isinstance(expected, list):
        assert official_tokenizer().to_list_format(case["text"]) == expected
    elif case["name"] in CONTROL_TOKENS_AS_WORDS:
        assert (
            "".join(part.get("text", "") for part in official_tokenizer().to_list_format(case["text"])) in case["text"]
        )
    else:
        with pytest.raises(ValueError, match="close it"):
            official_tokenizer().to_list_format(case["text"])


@pytest.mark.parametrize("case", load("tokenizer")["from_list_format"])
def test_text_of_a_list(case: dict[str, Any]) -> None:
    if isinstance(case["text"], str):
        assert official_tokenizer().from_list_format(case["query"]) == case["text"]
    else:
        with pytest.raises(ListFormatError, match="no element"):
            official_tokenizer().from_list_format(case["query"])


@pytest.mark.parametrize("name", load("tokenizer")["decode_cases"])
def test_decoding_odd_ids(name: str) -> None:
    case = load("tokenizer")["decode_cases"][name]
    tokenizer = official_tokenizer()
    for key, arguments in (
        ("decode", {}),
        ("decode_ignore", {"errors": "ignore"}),
        ("skip", {"skip_special_tokens": True}),
    ):
        text = tokenizer.decode(case["ids"], **arguments)
        if isinstance(case[key], str):
            assert text == case[key]


def test_what_a_model_can_emit_never_stops_decoding() -> None:
    tokenizer = official_tokenizer()
    cases = load("tokenizer")["decode_cases"]
    assert tokenizer.decode([9707, 151860]) == "Hello\ufffd"
    assert tokenizer.decode([9707, 151860], errors="ignore") == "Hello"
    with pytest.raises(UnknownTokenId, match="151860"):
        tokenizer.decode([151860], errors="strict")
    assert tokenizer.decode(cases["img_no_end"]["ids"]) == "<img>PQ"
    assert tokenizer.decode(cases["img_bad_utf8"]["ids"]) == "<img>\ufffd\ufffd</img>"
    assert tokenizer.decode(cases["img_path_is_special_text"]["ids"]) == "<img><|im_end|></img>"


def test_an_id_below_zero_is_no_token() -> None:
    tokenizer = official_tokenizer()
    assert tokenizer.convert_ids_to_tokens([9707, -5, 151860]) == ["Hello", "\ufffd", "\ufffd"]
    assert tokenizer.decode([-1]) == "\ufffd"


def test_odd_texts_are_encoded_in_no_time() -> None:
    tokenizer = official_tokenizer()
    assert tokenizer.encode_text("a\ud800b") == tokenizer.encode_text("a\ufffdb")  # half a surrogate pair
    for text in ("<img>" * 50_000 + "</img>", "a" * 100_000, " " * 100_000, "\n\t" * 50_000, "\u6c49" * 100_000):
        ids = tokenizer.encode_text(text)
        assert ids.count(IMG_PAD) in (0, 256)
    path = "/" + "\u56fe" * 500 + "/\U0001f9ff <|im_end|> <imgpad>.png"
    assert len(tokenizer.encode_text(f"<img>{path}</img>")) == 258


def test_bytes_of_tokens_make_a_stream() -> None:
    tokenizer, text = official_tokenizer(), "<ref>🧿 狗</ref>"
    assert b"".join(map(tokenizer.token_bytes, tokenizer.encode_text(text))) == text.encode()
    assert tokenizer.token_bytes(151860) == "\ufffd".encode()


def test_ids_of_the_control_tokens() -> None:
    golden, tokenizer = load("tokenizer"), official_tokenizer()
    for token, token_id in golden["special"].items():
        assert tokenizer.convert_tokens_to_ids(token) == token_id
        assert tokenizer.convert_ids_to_tokens(token_id) == token
    for name in ("eod_id", "im_start_id", "im_end_id", "img_start_id", "img_end_id", "img_pad_id"):
        assert getattr(tokenizer, name) == golden["attrs"][name]
    assert len(tokenizer) == tokenizer.vocab_size == golden["vocab_size"] == len(tokenizer.get_vocab())


def test_padding_both_sides() -> None:
    golden = load("tokenizer")["batch_padding"]
    texts = [official_tokenizer().decode([i for i in row if i != 151643]) for row in golden["input_ids"]]
    right = official_tokenizer()(texts, padding=True)
    assert (right.input_ids, right.attention_mask) == (golden["input_ids"], golden["attention_mask"])
    left = official_tokenizer()(texts, padding=True, padding_side="left", return_tensors="pt")
    assert left.input_ids[0].tolist() == [151643, 151643, 64]
    assert left.attention_mask.sum(1).tolist() == [1, 3]


def write_ranks(path: Path, merges: list[bytes]) -> Path:
    tokens = [bytes([byte]) for byte in range(256)] + merges
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens)))
    return path


@pytest.fixture
def small(tmp_path: Path) -> QwenVLTokenizer:
    ranks = write_ranks(tmp_path / "small.tiktoken", [b"he", b"ll", b"hell", b"hello", "\u56fe".encode()[:2]])
    return QwenVLTokenizer(ranks, n_queries=4)


def test_a_small_vocabulary_puts_its_control_tokens_behind_its_ranks(small: QwenVLTokenizer) -> None:
    assert small.eod_id == 261
    assert [small.special_tokens[token] for token in SPECIAL_TOKENS] == list(range(261, 261 + 217))
    assert small.encode("hello<|im_end|>") == [259, small.im_end_id]
    assert small.encode_text("<img>anything at all</img>") == [
        small.img_start_id,
        *[small.img_pad_id] * 4,
        small.img_end_id,
    ]
    assert small.decode(small.encode("hello \u56fe <box>")) == "hello \u56fe <box>"


def test_saved_and_loaded_it_is_the_same(small: QwenVLTokenizer, tmp_path: Path) -> None:
    small.save_pretrained(tmp_path / "saved")
    loaded = QwenVLTokenizer.from_pretrained(tmp_path / "saved")
    text = "<ref>hello</ref> <img>a</img>"
    assert loaded.encode(text) == small.encode(text)
    assert (loaded.n_queries, loaded.pad_token_id) == (4, small.eod_id)
    assert read_ranks(tmp_path / "saved" / "qwen.tiktoken") == read_ranks(tmp_path / "small.tiktoken")


def test_the_official_vocabulary_is_written_as_it_was_read(tmp_path: Path) -> None:
    official_tokenizer().save_vocabulary(tmp_path)
    assert (tmp_path / "qwen.tiktoken").read_bytes() == (GOLDEN / "qwen.tiktoken").read_bytes()


def test_workers_can_have_a_copy(small: QwenVLTokenizer) -> None:
    copy = pickle.loads(pickle.dumps(small))
    assert copy.encode("hello<box>") == small.encode("hello<box>")


def test_the_vocabulary_cannot_grow(small: QwenVLTokenizer) -> None:
    assert small.add_tokens(["<ref>"]) == 0
    with pytest.raises(FixedVocabulary, match="<new>"):
        small.add_tokens(["<new>"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"aGVsbG8= 0\nnot a line at all\n", "line 2"),
        (b"%%% 0\n", "line 1"),
        (b"aGVsbG8= 1\n", "without a gap"),
        (b"aGVsbG8= 0\n", "256 of the 256 single bytes"),
    ],
)
def test_a_broken_ranks_file_is_refused_with_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "broken.tiktoken"
    path.write_bytes(content)
    with pytest.raises(RanksFileError, match=message) as caught:
        QwenVLTokenizer(path)
    assert str(path) in str(caught.value)


def test_a_missing_ranks_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QvlError, match="nowhere"):
        QwenVLTokenizer(tmp_path / "nowhere.tiktoken")


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_comes_back_in_nfc(text: str) -> None:
    tokenizer = official_tokenizer()
    assert tokenizer.decode(tokenizer.encode_text(text, "none")) == unicodedata.normalize("NFC", text)
    tokens = tokenizer.tokenize(text, allowed_special="none")
    assert tokenizer.convert_tokens_to_ids(tokens) == tokenizer.encode_text(text, "none")
