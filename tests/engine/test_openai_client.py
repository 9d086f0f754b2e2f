"""The official `openai` client against a real server: what it reads is what the model said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.serving import Served, data_url, serving, user_message
from tests.engine.tiny import BLUE, RED, STORY, TWO

openai = pytest.importorskip("openai")


@pytest.fixture(scope="module")
def served(taught_folder: Path, adapter_folder: Path) -> Iterator[Served]:
    with serving("--model", str(taught_folder), "--adapter", f"blue={adapter_folder}") as server:
        yield server


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.url, api_key=served.key, max_retries=0) as made:
        yield made


def test_models(client: openai.OpenAI) -> None:
    assert [card.id for card in client.models.list()] == ["base", "blue"]
    assert client.models.retrieve("blue").owned_by == "local"
    with pytest.raises(openai.NotFoundError, match="Known: base, blue"):
        client.models.retrieve("other")


def test_a_whole_answer_and_its_boxes(client: openai.OpenAI, pictures: list[Path]) -> None:
    """Picture 1 is 80 x 60: the red box of thousandths (125,166),(500,666) begins at pixel 10, 10."""
    messages = [user_message("Find the red circle.", data_url(pictures[0]))]
    answer = client.chat.completions.create(model="base", messages=messages, temperature=0)
    assert answer.choices[0].message.content == RED
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.choices[0].boxes == [
        {"ref": "the red circle", "box": [125, 166, 500, 666], "picture": 1, "pixels": [10, 10, 40, 40]}
    ]
    assert answer.timings["total_ms"] > 0


def test_a_stream_with_usage_and_boxes(client: openai.OpenAI, pictures: list[Path]) -> None:
    messages = [user_message("What is here?", data_url(pictures[1]))]
    stream = client.chat.completions.create(
        model="base", messages=messages, stream=True, stream_options={"include_usage": True}
    )
    text, boxes, finish, usage = "", [], "", None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            told = choice.delta.content or ""
            text += told
            for box in getattr(choice, "boxes", ()):
                assert f"({box['box'][0]},{box['box'][1]})" in told, "a box comes with its text"
                boxes.append((box["ref"], box["box"]))
            finish = choice.finish_reason or finish
    assert text == TWO
    assert boxes == [("two things", [100, 100, 400, 400]), ("two things", [500, 500, 900, 900])]
    assert finish == "stop"
    assert usage.completion_tokens > 20


def test_adapters_by_name(client: openai.OpenAI, pictures: list[Path]) -> None:
    for model, expected in (("blue", BLUE), ("base", RED), ("blue", BLUE)):
        messages = [user_message("Find the red circle.", data_url(pictures[0]))]
        answer = client.chat.completions.create(model=model, messages=messages)
        assert answer.choices[0].message.content == expected


def test_two_adapters_and_many_clients_at_once(served: Served, pictures: list[Path]) -> None:
    """Answers under the base and under the adapter go on side by side, each as it is alone."""

    async def ask() -> list[str]:
        async with openai.AsyncOpenAI(base_url=served.url, api_key=served.key, max_retries=0) as many:

            async def one(number: int) -> str:
                model = ("base", "blue")[number % 2]
                words = ("Find the red circle.", "What is here?", "Tell me a story.")[number % 3]
                messages = [user_message(words, data_url(pictures[number % 3]))]
                answer = await many.chat.completions.create(
                    model=model if number % 3 == 0 else "base", messages=messages, max_tokens=700
                )
                return str(answer.choices[0].message.content)

            return await asyncio.gather(*(one(number) for number in range(18)))

    expected = [((RED, BLUE)[number % 2], TWO, STORY.strip())[number % 3] for number in range(18)]
    assert asyncio.run(ask()) == expected


def test_limits_stops_seeds_and_several_answers(client: openai.OpenAI, pictures: list[Path]) -> None:
    story = [user_message("Tell me a story.", data_url(pictures[2]))]
    create = client.chat.completions.create
    cut = create(model="base", messages=story, max_completion_tokens=5).choices[0]
    assert cut.finish_reason == "length"
    assert STORY.startswith(cut.message.content)
    assert (
        create(model="base", messages=story, stop="picture").choices[0].message.content
        == "Once upon a time there was a"
    )
    drawn = [
        create(model="base", messages=story, temperature=2.0, top_p=1.0, seed=seed, n=2, max_tokens=20)
        for seed in (3, 3, 4)
    ]
    texts = [[choice.message.content for choice in answer.choices] for answer in drawn]
    assert texts[0] == texts[1] != texts[2]
    assert texts[0][1] == texts[2][0], "the second answer of seed 3 is the first of seed 4"


def test_a_penalty_changes_what_is_repeated(client: openai.OpenAI, pictures: list[Path]) -> None:
    story = [user_message("Tell me a story.", data_url(pictures[2]))]
    plain = client.chat.completions.create(model="base", messages=story, max_tokens=120)
    other = client.chat.completions.create(model="base", messages=story, max_tokens=120, frequency_penalty=2.0)
    assert plain.choices[0].message.content != other.choices[0].message.content


def test_errors_become_the_clients_own(client: openai.OpenAI, served: Served, pictures: list[Path]) -> None:
    hello = [{"role": "user", "content": "hello"}]
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="gpt-9", messages=hello)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(model="base", messages=hello, temperature=9)
    assert wrong.value.param == "temperature"
    with pytest.raises(openai.BadRequestError, match="cannot do that"):
        client.chat.completions.create(model="base", messages=hello, logprobs=True)
    stranger = openai.OpenAI(base_url=served.url, api_key="wrong", max_retries=0)
    with stranger, pytest.raises(openai.AuthenticationError) as refused:
        stranger.models.list()
    assert refused.value.code == "invalid_api_key"


def test_a_cut_picture_is_named_before_and_in_a_stream(
    client: openai.OpenAI, pictures: list[Path], tmp_path: Path
) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes(pictures[0].read_bytes()[:90])
    for stream in (False, True):
        messages = [user_message("hello", data_url(pictures[0]), data_url(cut))]
        with pytest.raises(openai.BadRequestError, match="Picture 2"):
            client.chat.completions.create(model="base", messages=messages, stream=stream)
