"""Later families side by side: token for token what each answer is alone, whoever joins or leaves meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.engine.batch import Batch
from qvl_desktop.engine.family_batch import FamilySide
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.job import Event, Job
from qvl_desktop.engine.prefix import PrefixStore
from qvl_desktop.engine.sampling import GREEDY
from qvl_desktop.models.loading import load_model, load_processor
from tests.models.tiny_families import EVERY, make_model

TOGETHER = tuple(name for name in EVERY if not name.startswith("qwen3.5"))


@pytest.fixture(scope="module", params=TOGETHER)
def generator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FamilyGenerator:
    torch.set_num_threads(1)
    folder = make_model(request.param, tmp_path_factory.mktemp("families") / request.param, seed=3)
    return FamilyGenerator(load_model(folder), load_processor(folder))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures of different sizes, so that their slots and the positions behind them differ."""
    folder, paths = tmp_path_factory.mktemp("shown"), []
    for number, size in enumerate([(64, 64), (160, 96), (90, 200)]):
        image = Image.effect_noise(size, 90).convert("RGB")
        image.paste(("red", "green", "blue")[number], (5, 5, 40, 30))
        paths.append(folder / f"{number}.png")
        image.save(paths[-1])
    return paths


class Asked:
    """A question and what was told about it."""

    def __init__(self, question: Question, limit: int) -> None:
        self.told: list[Event] = []
        self.job = Job("base", question, limit, GREEDY, (), self.told.append)

    @property
    def answer(self) -> Answer:
        answer = self.told[-1]
        assert isinstance(answer, Answer)
        assert "".join(piece for piece in self.told if isinstance(piece, str)) == answer.text
        return answer


def ask(words: str, *pictures: Path) -> Question:
    return Question((user_turn([str(path) for path in pictures], words),), pictures)


def alone(generator: FamilyGenerator, question: Question, limit: int) -> Answer:
    generator.forget()
    return generator.answer(question.turns, question.pictures, limit)


def test_each_is_as_alone(generator: FamilyGenerator, shown: list[Path]) -> None:
    """One is put aside in the middle and goes on; the second turns go on from the first."""
    questions = [
        ask("hello", shown[0]),
        ask("no picture at all, but many words about nothing"),
        ask("which is red?", shown[2], shown[1]),
        ask("hello", shown[1]),
        ask("ab", shown[0], shown[0]),
    ]
    limits = [24, 9, 30, 1, 17]
    expected = [alone(generator, one, limit) for one, limit in zip(questions, limits, strict=True)]
    generator.forget()
    batch = Batch(FamilySide(generator), "base", PrefixStore(2**30), 8)
    asked = [Asked(one, limit) for one, limit in zip(questions, limits, strict=True)]
    for one in asked:
        batch.start(one.job)
        batch.step()
        batch.step()
    aside = batch.put_aside() if batch.rows else None
    batch.step()
    if aside is not None:
        batch.join(aside)
    while batch.rows:
        batch.step()
    assert [one.answer.text for one in asked] == [one.text for one in expected]
    assert [one.answer.tokens for one in asked] == [one.tokens for one in expected]
    seen = generator.seen
    again = []
    for one in asked[:3]:
        question = one.job.question
        turns = (*question.turns, Turn("assistant", one.answer.text), Turn("user", "And now?"))
        again.append(Asked(Question(turns, question.pictures), 12))
        batch.start(again[-1].job)
    while batch.rows:
        batch.step()
    assert generator.seen == seen
    for first, second in zip(asked, again, strict=False):
        assert second.answer.reused_tokens >= first.answer.prompt_tokens - 8
        assert second.answer.text == alone(generator, second.job.question, 12).text


def test_a_state_without_length_cannot_join_and_leave(tmp_path: Path) -> None:
    folder = make_model("qwen3.5", tmp_path / "model")
    assert not FamilySide.fits(FamilyGenerator(load_model(folder), load_processor(folder)))
