"""Answers made side by side: token for token what each is alone, whoever joins or leaves meanwhile."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.resources import resource_path
from qvl_desktop.engine.batch import Batch
from qvl_desktop.engine.generator import Answer, Generator, PromptTooLongError, Question
from qvl_desktop.engine.job import Event, Job
from qvl_desktop.engine.prefix import PrefixStore
from qvl_desktop.engine.sampling import GREEDY, Sampling
from qvl_desktop.models.loading import load_model, load_processor
from tests.engine.tiny import make_model

MUCH = 2**30


@pytest.fixture(scope="module")
def generator(model_folder: Path) -> Generator:
    return Generator(load_model(model_folder), load_processor(model_folder))


class Asked:
    """A question and all that was told about it."""

    def __init__(self, question: Question, limit: int = 24, sampling: Sampling = GREEDY, **options: object) -> None:
        self.told: list[Event] = []
        self.job = Job("base", question, limit, sampling, (), self.told.append, **options)  # type: ignore[arg-type]

    @property
    def answer(self) -> Answer:
        answer = self.told[-1]
        assert isinstance(answer, Answer)
        assert "".join(piece for piece in self.told if isinstance(piece, str)) == answer.text
        return answer


def ask(words: str, *pictures: Path) -> Question:
    return Question((user_turn([str(path) for path in pictures], words),), pictures)


def some_questions(pictures: list[Path]) -> list[Question]:
    return [
        ask("hello", pictures[0]),
        ask("框出红色圆形，谢谢，还有别的吗", pictures[1]),
        ask("no picture at all"),
        ask("which is red?", pictures[2], pictures[0]),
        ask("hello", pictures[1]),
        ask("x" * 120, pictures[2]),
        ask("hello hello"),
    ]


def new_batch(generator: Generator, store: PrefixStore | None = None) -> Batch:
    return Batch(generator, "base", store or PrefixStore(MUCH), 16)


def alone(generator: Generator, question: Question, limit: int = 24, sampling: Sampling = GREEDY) -> Answer:
    generator.forget()
    return generator.answer(question.turns, question.pictures, limit, sampling)


def test_each_is_as_alone_whoever_joins_meanwhile(generator: Generator, pictures: list[Path]) -> None:
    questions = some_questions(pictures)
    limits = [24, 5, 17, 40, 1, 30, 12]
    expected = [alone(generator, one, limit) for one, limit in zip(questions, limits, strict=True)]
    generator.forget()
    asked = [Asked(one, limit) for one, limit in zip(questions, limits, strict=True)]
    batch = new_batch(generator)
    waiting = list(asked)
    while waiting or batch.rows:
        if waiting:
            batch.start(waiting.pop(0).job)
        for _ in range(2):
            batch.step()
    assert [one.answer.text for one in asked] == [one.text for one in expected]
    assert [one.answer.tokens for one in asked] == [one.tokens for one in expected]
    assert [one.answer.stopped for one in asked] == [one.stopped for one in expected]


def test_by_chance_too(generator: Generator, pictures: list[Path]) -> None:
    """Rows join, leave, are cancelled and put aside at random; nobody's answer changes."""
    chance = random.Random(3)
    questions = [
        ask("abc def " * chance.randrange(12), *chance.sample(pictures, chance.randrange(3))) for _ in range(14)
    ]
    limits = [chance.randrange(1, 40) for _ in questions]
    expected = [alone(generator, one, limit).text for one, limit in zip(questions, limits, strict=True)]
    asked = [Asked(one, limit) for one, limit in zip(questions, limits, strict=True)]
    batch, waiting, aside = new_batch(generator), list(asked), []
    while waiting or batch.rows or aside:
        if waiting and chance.random() < 0.4:
            batch.start(waiting.pop(0).job)
        if batch.rows and chance.random() < 0.1:
            aside.append(batch.put_aside())
        if aside and chance.random() < 0.2:
            batch.join(aside.pop(0))
        batch.step()
    assert [one.answer.text for one in asked] == expected


def test_beyond_the_trained_length(tmp_path: Path, pictures: list[Path]) -> None:
    """Rotary levels and logn are those of each row, also of one that was put aside."""
    folder = make_model(tmp_path / "short", seq_length=48)
    generator = Generator(load_model(folder), load_processor(folder))
    questions = [ask("x" * (1 + 40 * place), pictures[0]) for place in range(4)]
    expected = [alone(generator, one, 60).text for one in questions]
    asked = [Asked(one, 60) for one in questions]
    batch = new_batch(generator)
    for one in asked:
        batch.start(one.job)
        batch.step()
    for _ in range(30):
        batch.step()
    row = batch.put_aside()
    batch.step()
    batch.join(row)
    while batch.rows:
        batch.step()
    assert [one.answer.text for one in asked] == expected


def test_a_seed_gives_the_same_alone_and_together(generator: Generator, pictures: list[Path]) -> None:
    sampling = Sampling(1.0, 0.95, seed=7)
    question = ask("hello", pictures[0])
    expected = alone(generator, question, 24, sampling).text
    mine, other, third = Asked(question, 24, sampling), Asked(ask("other")), Asked(question, 24, Sampling(1.0, 0.95, 8))
    batch = new_batch(generator)
    for one in (other, mine, third):
        batch.start(one.job)
    while batch.rows:
        batch.step()
    assert mine.answer.text == expected
    assert third.answer.text != expected


def test_the_next_turn_goes_on_from_the_first(generator: Generator, pictures: list[Path]) -> None:
    """Keys and values of prompt and answer are kept, whoever else was answered; the tower runs once a picture."""
    generator.forget()
    before, store = generator.seen, PrefixStore(MUCH)
    batch = new_batch(generator, store)
    chats = [Asked(ask("Find the red circle", picture), 12) for picture in pictures]
    for one in chats:
        batch.start(one.job)
    while batch.rows:
        batch.step()
    again = []
    for one, picture in zip(chats, pictures, strict=True):
        turns = (*one.job.question.turns, Turn("assistant", one.answer.text), Turn("user", "And now?"))
        again.append(Asked(Question(turns, (picture,)), 12))
        batch.start(again[-1].job)
    while batch.rows:
        batch.step()
    assert generator.seen == before + 3
    for first, second in zip(chats, again, strict=True):
        assert second.answer.reused_tokens >= first.answer.prompt_tokens
        assert second.answer.text == alone(generator, second.job.question, 12).text


def test_a_branch_leaves_the_other_chat_whole(generator: Generator, pictures: list[Path]) -> None:
    generator.forget()
    store = PrefixStore(MUCH)
    first = Asked(ask("Find the red circle", pictures[0]), 12)
    branch = Asked(ask("Find the red square", pictures[0]), 12)
    onward: list[Asked] = []
    for one in (first, branch):
        batch = new_batch(generator, store)
        batch.start(one.job)
        while batch.rows:
            batch.step()
    for one in (first, branch):
        turns = (*one.job.question.turns, Turn("assistant", one.answer.text), Turn("user", "And now?"))
        onward.append(Asked(Question(turns, (pictures[0],)), 8))
        batch = new_batch(generator, store)
        batch.start(onward[-1].job)
        while batch.rows:
            batch.step()
    assert branch.answer.reused_tokens > 16
    assert all(one.answer.reused_tokens > first.answer.prompt_tokens for one in onward)
    for one in onward:
        assert one.answer.text == alone(generator, one.job.question, 8).text


def test_what_is_kept_is_bounded(generator: Generator, pictures: list[Path]) -> None:
    store = PrefixStore(0)
    batch = new_batch(generator, store)
    one = Asked(ask("hello", pictures[0]), 6)
    batch.start(one.job)
    while batch.rows:
        batch.step()
    assert store.nbytes == 0
    assert one.answer.text == alone(generator, one.job.question, 6).text


def test_the_newest_chats_are_kept(generator: Generator, pictures: list[Path]) -> None:
    """Only so many, however small they are; one that is gone on with counts as new."""
    generator.forget()
    store = PrefixStore(MUCH, most=2)
    batch = new_batch(generator, store)

    def answered(question: Question) -> Answer:
        one = Asked(question, 4)
        batch.start(one.job)
        while batch.rows:
            batch.step()
        return one.answer

    first, second, third = (ask(f"{name} " * 20) for name in ("one", "two", "three"))
    for question in (first, second, first, third):
        answered(question)
    assert answered(first).reused_tokens > 60
    assert answered(second).reused_tokens < 60


def test_a_cancelled_row_leaves_and_the_others_go_on(generator: Generator, pictures: list[Path]) -> None:
    mine = Asked(ask("hello", pictures[0]), 200, ignore_end=True)
    other = Asked(ask("hello", pictures[1]), 20)
    batch = new_batch(generator)
    for one in (mine, other):
        batch.start(one.job)
    batch.step()
    mine.job.cancel()
    batch.step()
    assert mine.job not in [row.job for row in batch.rows]
    assert mine.answer.stopped == "cancelled"
    while batch.rows:
        batch.step()
    assert other.answer.text == alone(generator, other.job.question, 20).text


def test_a_question_that_cannot_be_answered_disturbs_nobody(generator: Generator, pictures: list[Path]) -> None:
    other = Asked(ask("hello", pictures[1]), 20)
    batch = new_batch(generator)
    batch.start(other.job)
    batch.step()
    with pytest.raises(PromptTooLongError):
        batch.start(Asked(ask("x" * 3000)).job)
    with pytest.raises(PictureError):
        batch.start(Asked(Question(ask("hello", pictures[0]).turns, (b"no picture",))).job)
    while batch.rows:
        batch.step()
    assert other.answer.text == alone(generator, other.job.question, 20).text


def test_the_end_can_be_ignored(generator: Generator, pictures: list[Path]) -> None:
    one = Asked(ask("hello", pictures[0]), 60, ignore_end=True)
    batch = new_batch(generator)
    batch.start(one.job)
    while batch.rows:
        batch.step()
    assert (one.answer.tokens, one.answer.stopped) == (60, "length")


@pytest.mark.parametrize("decoding", ["static"])
def test_windows_give_the_same(model_folder: Path, pictures: list[Path], decoding: str) -> None:
    """The steps that a card records, here without a recording: rows beyond the answers' own change nothing."""
    from qvl_desktop.engine.slot_cache import SlotCache
    from qvl_desktop.engine.slot_steps import SlotSteps
    from qvl_desktop.engine.static_decoding import StepStore

    generator = Generator(load_model(model_folder), load_processor(model_folder))
    questions = some_questions(pictures)
    expected = [alone(generator, one).text for one in questions]
    batch = new_batch(generator)
    batch._cache = SlotCache()
    batch._steps = SlotSteps(generator.model, batch._cache, StepStore(generator.model, record=False), "base")
    asked = [Asked(one) for one in questions]
    for one in asked:
        batch.start(one.job)
        batch.step()
    while batch.rows:
        batch.step()
    assert [one.answer.text for one in asked] == expected


def test_the_demo_model_answers_the_same(pictures: list[Path]) -> None:
    """A model that has learnt something, with pictures of its own kind."""
    torch.set_num_threads(1)
    folder = resource_path("demo_model")
    generator = Generator(load_model(folder), load_processor(folder))
    shown = sorted(resource_path("demo_project").glob("pictures/*"))[:3]
    words = ["Find the orange heart.", "How many gears are there?", "Find the black cross.", "框出橙色心形"]
    questions = [ask(text, picture) for picture in shown for text in words]
    expected = [alone(generator, one, 40).text for one in questions]
    asked = [Asked(one, 40) for one in questions]
    batch = new_batch(generator)
    for one in asked:
        batch.start(one.job)
        batch.step()
    while batch.rows:
        batch.step()
    assert [one.answer.text for one in asked] == expected
    assert any("<box>" in text for text in expected)
