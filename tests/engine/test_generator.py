"""The decoding loop: batches equal single answers, kept features and prefixes change nothing, stops are obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.engine.generator import Generator, PromptTooLongError, Question
from qvl_desktop.engine.sampling import Sampling, nucleus
from qvl_desktop.models.errors import PictureCountError
from qvl_desktop.models.loading import load_model, load_processor


@pytest.fixture
def generator(model_folder: Path) -> Generator:
    torch.set_num_threads(1)
    return Generator(load_model(model_folder), load_processor(model_folder))


def ask(words: str, *pictures: Path) -> tuple[tuple[Turn, ...], tuple[Path, ...]]:
    return (user_turn([str(path) for path in pictures], words),), pictures


def test_pieces_joined_are_the_answer(generator: Generator, pictures: list[Path]) -> None:
    told: list[str] = []
    answer = generator.answer(*ask("Find the red circle", pictures[0]), max_new_tokens=24, on_piece=told.append)
    assert "".join(told) == answer.text
    assert answer.tokens <= 24
    assert answer.seconds >= answer.first_seconds > 0
    assert answer.prompt_tokens > 16


def test_batch_equals_one_by_one(generator: Generator, pictures: list[Path]) -> None:
    questions = [
        Question(*ask("hello", pictures[0])),
        Question(*ask("框出红色圆形，谢谢，还有别的吗", pictures[1])),
        Question(*ask("no picture at all")),
        Question(*ask("which is red?", pictures[2], pictures[0])),
        Question(*ask("hello", pictures[1])),
    ]
    together = generator.answer_batch(questions, 20, batch_size=3)
    generator.forget()
    single = [generator.answer(question.turns, question.pictures, 20).text for question in questions]
    assert together == single
    assert len(set(together)) > 1


def test_batch_beyond_the_trained_length(tmp_path: Path, pictures: list[Path]) -> None:
    """Rotary levels and logn are those of each row, not of the padded batch."""
    from tests.engine.tiny import make_model

    folder = make_model(tmp_path / "short", seq_length=48)
    generator = Generator(load_model(folder), load_processor(folder))
    questions = [Question(*ask("x" * (1 + 40 * place), pictures[0])) for place in range(4)]
    together = generator.answer_batch(questions, 12)
    assert together == [generator.answer(question.turns, question.pictures, 12).text for question in questions]


def test_a_picture_is_encoded_once(generator: Generator, pictures: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "same content.png"
    copy.write_bytes(pictures[0].read_bytes())
    for path in (pictures[0], copy, pictures[0]):
        generator.answer(*ask("hello", path), max_new_tokens=2)
    assert generator.features.encoded == 1
    generator.answer_batch([Question(*ask("a", pictures[0])), Question(*ask("b", pictures[1], pictures[1]))], 2)
    assert generator.features.encoded == 2


def test_features_are_bounded(generator: Generator, pictures: list[Path]) -> None:
    generator.features._limit = 16 * 64 * 4  # one picture's worth
    for path in (*pictures, *pictures):
        generator.answer(*ask("hello", path), max_new_tokens=1)
    assert generator.features.encoded == 6
    assert generator.features._bytes <= generator.features._limit


def test_the_next_turn_reuses_the_chat(generator: Generator, pictures: list[Path], model_folder: Path) -> None:
    turns, shown = ask("Find the red circle", pictures[0])
    first = generator.answer(turns, shown, max_new_tokens=8)
    turns = (*turns, Turn("assistant", first.text), Turn("user", "And now?"))
    second = generator.answer(turns, shown, max_new_tokens=8)
    assert second.reused_tokens >= first.prompt_tokens
    fresh = Generator(load_model(model_folder), load_processor(model_folder))
    assert fresh.answer(turns, shown, max_new_tokens=8).text == second.text


def test_another_picture_in_the_same_place_is_seen(
    generator: Generator, pictures: list[Path], model_folder: Path
) -> None:
    turns, _ = ask("Find the red circle", pictures[0])
    generator.answer(turns, (pictures[0],), max_new_tokens=8)
    other = generator.answer(turns, (pictures[1],), max_new_tokens=8)
    fresh = Generator(load_model(model_folder), load_processor(model_folder))
    assert other.text == fresh.answer(turns, (pictures[1],), max_new_tokens=8).text


def test_two_pictures_then_the_second_changes(generator: Generator, pictures: list[Path], model_folder: Path) -> None:
    turns, _ = ask("Compare", pictures[0], pictures[1])
    generator.answer(turns, (pictures[0], pictures[1]), max_new_tokens=4)
    changed = generator.answer(turns, (pictures[0], pictures[2]), max_new_tokens=8)
    assert changed.reused_tokens > 16  # the first picture stays
    fresh = Generator(load_model(model_folder), load_processor(model_folder))
    assert changed.text == fresh.answer(turns, (pictures[0], pictures[2]), max_new_tokens=8).text


def test_stop_is_asked_before_each_token(generator: Generator, pictures: list[Path]) -> None:
    told: list[str] = []
    asked = 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    answer = generator.answer(*ask("hello", pictures[0]), 200, on_piece=told.append, should_stop=enough)
    assert answer.stopped == "cancelled"
    assert answer.tokens == 5


def test_the_end_token_ends(generator: Generator, pictures: list[Path]) -> None:
    """With the head turned to `<|im_end|>` the answer is empty and no text of a control token gets out."""
    end = generator.processor.tokenizer.im_end_id
    with torch.no_grad():
        generator.model.lm_head.weight.zero_()
        generator.model.transformer.ln_f.weight.zero_()
        generator.model.lm_head.bias = torch.nn.Parameter(torch.zeros(generator.model.lm_head.out_features))
        generator.model.lm_head.bias[end] = 1
    answer = generator.answer(*ask("hello", pictures[0]), 50)
    assert (answer.text, answer.tokens, answer.stopped) == ("", 0, "stop")
    assert generator.answer_batch([Question(*ask("hello", pictures[0]))], 50) == [""]


def test_a_seed_repeats(generator: Generator, pictures: list[Path]) -> None:
    def draw(seed: int) -> str:
        return generator.answer(*ask("hello", pictures[0]), 24, Sampling(1.0, 0.95, seed)).text

    assert draw(1) == draw(1)
    assert len({draw(seed) for seed in range(5)}) > 1


def test_nucleus_keeps_the_likeliest() -> None:
    shares = torch.tensor([[0.5, 0.3, 0.15, 0.05]])
    assert nucleus(shares, 0.7).tolist() == [pytest.approx([0.5, 0.3, 0, 0])]
    assert nucleus(shares, 0.0).tolist() == [pytest.approx([0.5, 0, 0, 0])]


def test_modes_come_back_and_no_gradient_is_left(generator: Generator, pictures: list[Path]) -> None:
    generator.model.train()
    generator.model.transformer.visual.eval()
    generator.answer(*ask("hello", pictures[0]), 3)
    assert generator.model.training
    assert generator.model.transformer.h[0].training
    assert not generator.model.transformer.visual.training


def test_too_many_or_too_few_pictures(generator: Generator, pictures: list[Path]) -> None:
    turns, _ = ask("hello", pictures[0])
    with pytest.raises(PictureCountError):
        generator.answer(turns, ())
    with pytest.raises(PictureCountError):
        generator.answer((Turn("user", "hello"),), (pictures[0],))


def test_a_prompt_beyond_the_context(generator: Generator) -> None:
    with pytest.raises(PromptTooLongError, match="shorten"):
        generator.answer((Turn("user", "x" * 3000),))


def test_features_from_elsewhere(generator: Generator, pictures: list[Path], model_folder: Path) -> None:
    """A model without its tower answers the same from features that somebody else computed."""
    whole = generator.answer(*ask("hello", pictures[0]), 12).text
    encode = generator._encode_pictures
    towerless = load_model(model_folder)
    towerless.transformer.visual = None
    apart = Generator(towerless, generator.processor, features=lambda some: encode(some).detach())
    assert apart.answer(*ask("hello", pictures[0]), 12).text == whole
