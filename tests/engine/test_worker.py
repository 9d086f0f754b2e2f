"""The thread that answers: in fair order, adapters in turn, within its memory, whatever fails."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch

from qvl_desktop.core.chat_protocol import Loading, engine_line, parse_engine_line
from qvl_desktop.core.conversation import user_turn
from qvl_desktop.engine import batch as batches
from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.engine.job import Event, Job
from qvl_desktop.engine.sampling import GREEDY
from qvl_desktop.engine.worker import GenerationWorker, Limits
from tests.models.tiny_families import make_model as make_family


class Asked:
    """A question put to a worker, and what came back with the time of each event."""

    def __init__(self, worker: GenerationWorker, question: Question, limit: int, model: str = "base") -> None:
        self.told: list[tuple[float, Event]] = []
        self.job = Job(model, question, limit, GREEDY, (), self.hear, client=model, ignore_end=True)
        worker.submit(self.job)

    def hear(self, event: Event) -> None:
        self.told.append((time.perf_counter(), event))

    def wait(self) -> Event:
        until = time.perf_counter() + 60
        while not self.told or isinstance(self.told[-1][1], str):
            assert time.perf_counter() < until, "no answer"
            time.sleep(0.005)
        return self.told[-1][1]

    @property
    def answer(self) -> Answer:
        event = self.wait()
        assert isinstance(event, Answer), event
        return event


def ask(words: str, *pictures: Path) -> Question:
    return Question((user_turn([str(path) for path in pictures], words),), pictures)


@pytest.fixture(scope="module")
def host(model_folder: Path) -> ModelHost:
    torch.set_num_threads(1)
    return ModelHost(model_folder)


def started(host: ModelHost, limits: Limits | None = None) -> GenerationWorker:
    worker = GenerationWorker(host, limits)
    worker.start()
    return worker


def expected(host: ModelHost, questions: list[Question], limit: int) -> list[str]:
    worker = started(host, Limits(rows=1))
    return [Asked(worker, question, limit).answer.text for question in questions]


def test_little_memory_only_makes_it_slower(host: ModelHost, pictures: list[Path]) -> None:
    """With room for about two answers the others wait or are put aside, and all are as they are alone."""
    questions = [ask(f"{'word ' * number} hello", pictures[number % 3]) for number in range(8)]
    alone = expected(host, questions, 200)
    each = 2 * 2 * 64 * 4 * 400  # keys and values, blocks, channels, bytes, places
    worker = started(host, Limits(rows=8, key_bytes=int(2.5 * each)))
    asked = [Asked(worker, question, 200) for question in questions]
    assert [one.answer.text for one in asked] == alone
    assert worker.meter.total("qvl_preemptions_total") > 0
    assert worker.gauges["qvl_kv_cache_bytes"] <= 2 * 2.5 * each


def test_out_of_memory_puts_answers_aside(
    host: ModelHost, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [ask("hello", picture) for picture in pictures]
    alone = expected(host, questions, 60)
    step, failed = batches.Batch.step, []

    def failing(self: batches.Batch) -> None:
        if len(self.rows) == 3 and not failed:
            failed.append(1)
            raise torch.OutOfMemoryError("CUDA out of memory")
        step(self)

    monkeypatch.setattr(batches.Batch, "step", failing)
    worker = started(host)
    asked = [Asked(worker, question, 60) for question in questions]
    assert [one.answer.text for one in asked] == alone
    assert failed


def test_a_failure_ends_what_was_going_on_and_nothing_else(
    host: ModelHost, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    step, calls = batches.Batch.step, []

    def failing(self: batches.Batch) -> None:
        calls.append(1)
        if len(calls) == 5:
            raise RuntimeError("the model's own fault")
        step(self)

    monkeypatch.setattr(batches.Batch, "step", failing)
    worker = started(host)
    event = Asked(worker, ask("hello", pictures[0]), 100).wait()
    assert isinstance(event, RuntimeError)
    assert Asked(worker, ask("hello", pictures[0]), 30).answer.tokens == 30
    assert worker.meter.total("qvl_requests_total") == 2


@pytest.fixture(scope="module")
def adapted(taught_folder: Path, adapter_folder: Path) -> ModelHost:
    return ModelHost(taught_folder, {"blue": adapter_folder})


def test_adapters_take_turns(adapted: ModelHost, pictures: list[Path]) -> None:
    """A long answer of one does not keep another's waiting until its end."""
    worker = started(adapted)
    long = Asked(worker, ask("Tell me a story.", pictures[2]), 900)
    while len(long.told) < 20:
        time.sleep(0.005)
    short = Asked(worker, ask("Find the red circle.", pictures[0]), 20, "blue")
    assert short.answer.tokens == 20
    assert not isinstance(long.told[-1][1], Answer), "it still goes on"
    assert long.answer.tokens == 900


def test_a_batch_has_one_step_for_all(host: ModelHost, pictures: list[Path]) -> None:
    worker = started(host)
    asked = [Asked(worker, ask("hello", pictures[number % 3]), 100) for number in range(8)]
    for one in asked:
        assert one.answer.tokens == 100
    assert worker.meter.total("qvl_steps_total") < 8 * 100 / 2


def test_a_family_with_states_is_answered_one_by_one(tmp_path: Path, pictures: list[Path]) -> None:
    worker = started(ModelHost(make_family("qwen3.5", tmp_path / "model")))
    asked = [Asked(worker, ask("hello", pictures[number]), 8) for number in range(3)]
    assert all(0 < one.answer.tokens <= 8 for one in asked)
    stopped = Asked(worker, ask("hello", pictures[0]), 2000)
    stopped.job.cancel()
    assert Asked(worker, ask("again", pictures[1]), 4).answer.tokens <= 4


def test_how_much_is_loaded_is_told(model_folder: Path) -> None:
    stages: list[str] = []
    shares: list[float] = []
    ModelHost(model_folder, tell=stages.append, watch=shares.append)
    assert stages[0] == "model"
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5 < shares[-1] <= 1
    line = engine_line(Loading("model", 0.4))
    assert parse_engine_line(line) == Loading("model", 0.4)
    assert parse_engine_line('{"event": "loading", "stage": "model"}') == Loading("model")
