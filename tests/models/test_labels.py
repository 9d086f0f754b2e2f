"""Training samples against the original's, and what the default supervises."""

from __future__ import annotations

from typing import Any

import pytest

from qvl_desktop.core.conversation import Turn
from qvl_desktop.models.qwen_vl.labels import (
    IGNORE_INDEX,
    NothingToLearn,
    SampleTooLong,
    TrainingSample,
    build_sample,
    pad_or_cut,
)
from qvl_desktop.models.qwen_vl.prompt import TurnOrderError, encode_prompt
from tests.models.golden_text import IMG_PAD, hide_slots, load, official_tokenizer

EXAMPLES = {example["id"]: example for example in load("finetune")["examples"]}
CASES = load("finetune")["cases"]


def turns(name: str) -> list[Turn]:
    return [Turn(turn["from"], turn["value"]) for turn in EXAMPLES[name]["conversations"]]


def supervised(sample: TrainingSample) -> str:
    text: str = official_tokenizer().decode([label for label in sample.labels if label != IGNORE_INDEX])
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['max_len']}")
def test_compatible_samples_are_those_of_the_original(case: dict[str, Any]) -> None:
    if "input_ids" not in case:
        with pytest.raises(TurnOrderError):
            build_sample(official_tokenizer(), turns(case["id"]), supervise="compatible")
        return
    sample = build_sample(official_tokenizer(), turns(case["id"]), supervise="compatible")
    input_ids, labels, mask = pad_or_cut(sample, case["max_len"], official_tokenizer().eod_id)
    expected = hide_slots(case["input_ids"])
    slots = {place for place, token_id in enumerate(expected) if token_id == IMG_PAD}
    assert input_ids == expected
    assert mask == [bool(value) for value in case["attention_mask"]]
    assert labels == [IGNORE_INDEX if place in slots else label for place, label in enumerate(case["labels"])]


def test_by_default_only_answers_are_supervised() -> None:
    sample = build_sample(official_tokenizer(), turns("identity_1"))
    assert supervised(sample) == (
        "图中是一只拉布拉多犬。<|im_end|><ref>格子衬衫</ref><box>(588,499),(725,789)</box><|im_end|>"
    )
    assert len(sample.labels) == len(sample.input_ids)
    assert all(label in (IGNORE_INDEX, token) for label, token in zip(sample.labels, sample.input_ids, strict=True))
    assert sample.pictures == ("https://qianwen-res.oss-cn-beijing.aliyuncs.com/Qwen-VL/assets/demo.jpeg",)


def test_a_sample_continues_the_prompt_that_chat_makes() -> None:
    conversation = turns("identity_1")
    prompt = encode_prompt(official_tokenizer(), conversation[:3]).input_ids
    sample = build_sample(official_tokenizer(), conversation)
    assert sample.input_ids[: len(prompt)] == prompt
    assert sample.labels[len(prompt)] == sample.input_ids[len(prompt)]


def test_control_tokens_typed_by_a_user_are_words_by_default() -> None:
    tokenizer = official_tokenizer()
    sample = build_sample(tokenizer, turns("injection"))
    assert sample.input_ids.count(tokenizer.im_end_id) == 3
    assert tokenizer.eod_id not in sample.input_ids


def test_a_picture_in_an_answer_teaches_no_slots() -> None:
    for way in ("answers", "compatible"):
        sample = build_sample(official_tokenizer(), turns("image_in_answer"), supervise=way)
        assert IMG_PAD not in sample.labels
        assert sample.input_ids.count(IMG_PAD) == 256


def test_too_long_is_said_with_its_length_never_cut() -> None:
    whole = build_sample(official_tokenizer(), turns("identity_2"))
    length = len(whole.input_ids)
    assert build_sample(official_tokenizer(), turns("identity_2"), max_length=length) == whole
    with pytest.raises(SampleTooLong, match=str(length)) as caught:
        build_sample(official_tokenizer(), turns("identity_2"), max_length=length - 1)
    assert (caught.value.length, caught.value.max_length) == (length, length - 1)


@pytest.mark.parametrize("conversation", [[], [Turn("user", "hi")], [Turn("system", "s")]])
def test_a_conversation_without_an_answer_is_refused(conversation: list[Turn]) -> None:
    with pytest.raises(NothingToLearn, match="answer"):
        build_sample(official_tokenizer(), conversation)


def test_a_question_alone_makes_a_compatible_sample_as_in_the_original() -> None:
    sample = build_sample(official_tokenizer(), [Turn("user", "hi")], supervise="compatible")
    assert supervised(sample) == "<|im_start|><|im_end|>\n<|im_start|><|im_end|>\n"


def test_an_answer_with_nothing_before_it_is_kept_unless_compatible() -> None:
    lead = turns("starts_with_assistant")
    assert supervised(build_sample(official_tokenizer(), lead)) == "I lead.<|im_end|>fine<|im_end|>"
    assert "I lead" not in supervised(build_sample(official_tokenizer(), lead, supervise="compatible"))
