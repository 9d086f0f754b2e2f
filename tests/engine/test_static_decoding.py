"""Steps by windows give the answers that a growing cache gives, token for token: singly, in batches, turn after turn.

On a card they are recorded into a CUDA graph; here the same steps run without a recording.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.engine import decoding, static_decoding
from qvl_desktop.engine.decoding import UnknownDecodingError, make_store
from qvl_desktop.engine.generator import Answer, Generator, Question
from qvl_desktop.engine.sampling import Sampling
from qvl_desktop.engine.static_decoding import WindowStep, can_be_recorded
from qvl_desktop.models.gptq.quantise import quantise_folder
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.loading import load_adapter, load_model, load_processor
from tests.engine.tiny import make_model


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of a few tokens then go through several windows."""
    monkeypatch.setattr(static_decoding, "WINDOW", 16)


@pytest.fixture(scope="module")
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Answers pass seq_length, some at their first token, some on the way, some not at all."""
    return make_model(tmp_path_factory.mktemp("models") / "short", seq_length=64)


@pytest.fixture(params=["as on a CPU", "ahead, as on a card"])
def stepping(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether steps are launched before their tokens are looked at; the recording itself needs a card."""
    if request.param != "as on a CPU":
        monkeypatch.setattr(decoding, "can_be_recorded", lambda model: True)
        monkeypatch.setattr(WindowStep, "_record", lambda step: None)
    return str(request.param)


def pair(folder: Path, **options: Any) -> tuple[Generator, Generator]:
    """A generator by windows and one with a growing cache, of the same model."""
    processor = load_processor(folder)
    model = load_model(folder, device="cpu", **options)
    return Generator(model, processor, decoding="static"), Generator(model, processor, decoding="growing")


def ask(words: str, *pictures: Path) -> tuple[tuple[Turn, ...], tuple[Path, ...]]:
    return (user_turn([str(path) for path in pictures], words),), pictures


def same(answer: Answer, other: Answer) -> bool:
    names = ("text", "tokens", "prompt_tokens", "reused_tokens", "stopped")
    return all(getattr(answer, name) == getattr(other, name) for name in names)


@pytest.mark.parametrize("words", ["hello", "Find the red circle, please", "x" * 120])
def test_one_answer(short_folder: Path, pictures: list[Path], words: str, stepping: str) -> None:
    static, growing = pair(short_folder)
    told: list[str] = []
    found = static.answer(*ask(words, pictures[0]), 50, on_piece=told.append)
    assert "".join(told) == found.text
    assert found.tokens == 50
    assert same(found, growing.answer(*ask(words, pictures[0]), 50))


def test_buffers_that_move_on_the_way(
    short_folder: Path, pictures: list[Path], stepping: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room is not made for the whole of a long answer at once."""
    monkeypatch.setattr(static_decoding, "RESERVED", 5)
    monkeypatch.setattr("qvl_desktop.models.growing_cache.ROOM", 3)
    static, growing = pair(short_folder)
    assert same(static.answer(*ask("hello", pictures[0]), 70), growing.answer(*ask("hello", pictures[0]), 70))
    assert static.answer_batch(questions(pictures), 40) == growing.answer_batch(questions(pictures), 40)


def test_turn_after_turn(short_folder: Path, pictures: list[Path], stepping: str) -> None:
    """The second turn reuses the first's, a regenerated one is cut back, another chat begins in the same buffers."""
    static, growing = pair(short_folder)
    turns, shown = ask("h", pictures[0])
    reused = []
    for _ in range(3):
        answers = [generator.answer(turns, shown, 9) for generator in (static, growing)]
        assert same(*answers)
        again = [generator.answer(turns, shown, 9) for generator in (static, growing)]
        assert same(*again)
        assert again[0].text == answers[0].text
        reused += [answers[0].reused_tokens, again[0].reused_tokens - again[0].prompt_tokens]
        turns = (*turns, Turn("assistant", answers[0].text), Turn("user", "more"))
    assert reused[1::2] == [-1, -1, -1]  # all but the last token
    assert any(reused[2::2])  # where the rotary level stays the same
    for words in ("another", "one more chat"):
        assert same(static.answer(*ask(words, pictures[1]), 30), growing.answer(*ask(words, pictures[1]), 30))


def test_steps_are_made_once(short_folder: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another chat in the same buffers needs no new steps until it is longer than any before."""
    made: list[int] = []
    plain = WindowStep.__init__

    def count(step: WindowStep, model: Any, cache: Any, rows: int, window: int, **options: Any) -> None:
        made.append(window)
        plain(step, model, cache, rows, window, **options)

    monkeypatch.setattr(WindowStep, "__init__", count)
    static, _ = pair(short_folder)
    static.answer(*ask("hello", pictures[0]), 60)
    static.answer(*ask("hello", pictures[1]), 60)
    first = len(made)
    static.answer(*ask("Other words", pictures[2]), 50)
    assert len(made) == first
    assert made == sorted(made[: len(made) // 2]) + made[len(made) // 2 :]
    static.forget()
    static.answer(*ask("hello", pictures[0]), 5)
    assert len(made) > first


def test_cancelled_within_a_token(short_folder: Path, pictures: list[Path], stepping: str) -> None:
    static, growing = pair(short_folder)
    for stop_after in (0, 1, 7):
        answers = []
        for generator in (static, growing):
            count = iter(range(1000))

            def enough(count: Iterator[int] = count, limit: int = stop_after) -> bool:
                return next(count) >= limit

            answers.append(generator.answer(*ask("hello", pictures[0]), 50, should_stop=enough))
        assert same(*answers)
        assert answers[0].stopped == "cancelled"
        assert answers[0].tokens == stop_after
        assert same(static.answer(*ask("hello", pictures[0]), 12), growing.answer(*ask("hello", pictures[0]), 12))


def test_sampling_and_stops(short_folder: Path, pictures: list[Path], stepping: str) -> None:
    static, growing = pair(short_folder)
    sampling = Sampling(1.0, 0.9, seed=3)
    answers = [generator.answer(*ask("hello", pictures[0]), 40, sampling) for generator in (static, growing)]
    assert same(*answers)
    middle = answers[0].text[3:6]
    stopped = [g.answer(*ask("hello", pictures[0]), 40, sampling, stop=[middle]) for g in (static, growing)]
    assert same(*stopped)
    assert stopped[0].stopped == "stop"
    assert stopped[0].tokens < answers[0].tokens


def test_the_end_token_ends(short_folder: Path, pictures: list[Path], stepping: str) -> None:
    """A step taken ahead of the end token leaves nothing behind."""
    static, growing = pair(short_folder)
    reference = growing.answer(*ask("hello", pictures[0]), 30)
    ids = reference_ids(growing)
    for generator in (static, growing):
        generator.forget()
        generator._stop_ids = frozenset({ids[-8]})
    answers = [generator.answer(*ask("hello", pictures[0]), 30) for generator in (static, growing)]
    assert same(*answers)
    assert answers[0].stopped == "stop"
    assert answers[0].tokens < reference.tokens
    turns = (*ask("hello", pictures[0])[0], Turn("assistant", answers[0].text), Turn("user", "and now?"))
    assert same(static.answer(turns, (pictures[0],), 10), growing.answer(turns, (pictures[0],), 10))


def reference_ids(generator: Generator) -> list[int]:
    assert generator._prefix is not None
    return generator._prefix.input_ids


def questions(pictures: list[Path]) -> list[Question]:
    return [
        Question(*ask("hello", pictures[0])),
        Question(*ask("框出红色圆形，谢谢，还有别的吗", pictures[1])),
        Question(*ask("no picture at all")),
        Question(*ask("which is red?", pictures[2], pictures[0])),
        Question(*ask("y" * 90, pictures[1])),
    ]


def test_batches(short_folder: Path, pictures: list[Path], stepping: str) -> None:
    """Padded on the left, of unlike length, on both sides of seq_length."""
    static, growing = pair(short_folder)
    together = static.answer_batch(questions(pictures), 40)
    assert together == growing.answer_batch(questions(pictures), 40)
    assert together == [static.answer(item.turns, item.pictures, 40).text for item in questions(pictures)]


def test_batches_whose_rows_end_apart(short_folder: Path, pictures: list[Path], stepping: str) -> None:
    static, growing = pair(short_folder)
    full = growing.answer_batch(questions(pictures), 40)
    frequent = [growing._tokenizer.encode_text(text[:4])[-1] for text in full[:3]]
    for generator in (static, growing):
        generator._stop_ids = frozenset(frequent)
    for size in (5, 3):
        ended = static.answer_batch(questions(pictures), 40, batch_size=size)
        assert ended == growing.answer_batch(questions(pictures), 40, batch_size=size)
    assert len({len(text) for text in ended}) > 2
    asked = iter(range(1000))
    static.answer_batch(questions(pictures), 40, should_stop=lambda: next(asked) > 5)
    assert static.answer_batch(questions(pictures), 1) == growing.answer_batch(questions(pictures), 1)


@pytest.mark.parametrize("precision", ["nf4", "int8", "gptq", "bf16"])
def test_other_precisions(model_folder: Path, tmp_path: Path, pictures: list[Path], precision: str) -> None:
    if precision == "gptq":
        quantise_folder(model_folder, tmp_path / "int4", GPTQSettings(group_size=32), device="cpu")
        static, growing = pair(tmp_path / "int4")
    else:
        static, growing = pair(model_folder, precision=precision)
    assert same(static.answer(*ask("hello", pictures[0]), 24), growing.answer(*ask("hello", pictures[0]), 24))


def test_adapters_have_steps_of_their_own(
    taught_folder: Path, adapter_folder: Path, pictures: list[Path], stepping: str
) -> None:
    model: Any = load_adapter(load_model(taught_folder, device="cpu"), adapter_folder)
    processor = load_processor(taught_folder)
    static, growing = (Generator(model, processor, decoding=kind) for kind in ("static", "growing"))
    texts = set()
    for _ in range(2):
        with model.disable_adapter():
            base = [g.answer(*ask("Find the red circle.", pictures[0]), 40, variant="base") for g in (static, growing)]
        adapted = [g.answer(*ask("Find the red circle.", pictures[0]), 40, variant="blue") for g in (static, growing)]
        assert same(*base)
        assert same(*adapted)
        texts |= {base[0].text, adapted[0].text}
    assert len(texts) == 2


def test_the_table_is_read_beside_the_steps(model_folder: Path, pictures: list[Path]) -> None:
    """It may lie on the host: a step reads a row of it, and is recorded without it."""
    static, growing = pair(model_folder)
    expected = growing.answer(*ask("hello", pictures[0]), 12)
    looked_up: list[torch.Size] = []
    hook = static.model.transformer.wte.register_forward_hook(
        lambda module, given, out: looked_up.append(given[0].shape)
    )
    assert same(static.answer(*ask("hello", pictures[0]), 12), expected)
    hook.remove()
    assert looked_up[1:] == [torch.Size([1, 1])] * 11


def test_what_cannot_be_recorded_is_answered_all_the_same(
    short_folder: Path, pictures: list[Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(step: WindowStep) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(decoding, "can_be_recorded", lambda model: True)
    monkeypatch.setattr(WindowStep, "_record", fail)
    static, growing = pair(short_folder)
    with caplog.at_level(logging.WARNING):
        assert same(static.answer(*ask("hello", pictures[0]), 20), growing.answer(*ask("hello", pictures[0]), 20))
        assert static.answer_batch(questions(pictures), 20) == growing.answer_batch(questions(pictures), 20)
    assert len([record for record in caplog.records if "cannot be recorded" in record.message]) == 1
    in_batch, _ = pair(short_folder)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert in_batch.answer_batch(questions(pictures), 20) == growing.answer_batch(questions(pictures), 20)
        growing.forget()
        assert same(in_batch.answer(*ask("hello", pictures[0]), 20), growing.answer(*ask("hello", pictures[0]), 20))
    assert len(caplog.records) == 1


@pytest.fixture
def fresh_compiler() -> Iterator[None]:
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    yield
    torch._dynamo.reset()


def test_a_step_is_one_graph(
    short_folder: Path, pictures: list[Path], fresh_compiler: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Traced whole: nothing in it depends on values that only the device knows."""
    monkeypatch.setattr(static_decoding, "WINDOW", 256)
    _, growing = pair(short_folder)
    compiled = Generator(growing.model, growing.processor, decoding="compiled")
    for words in ("hello", "x" * 60):  # on both sides of seq_length
        assert same(compiled.answer(*ask(words, pictures[0]), 40), growing.answer(*ask(words, pictures[0]), 40))
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1


def test_the_setting(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(model_folder, device="cpu")
    assert not can_be_recorded(model)
    assert make_store(model) is None
    monkeypatch.setenv("QVL_DESKTOP_DECODING", "static")
    store = make_store(model)
    assert store is not None
    assert not store.record
    assert make_store(model, "growing") is None
    monkeypatch.setenv("QVL_DESKTOP_DECODING", "fast")
    with pytest.raises(UnknownDecodingError, match="growing"):
        make_store(model)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
@pytest.mark.parametrize("precision", ["fp32", "bf16", "nf4", "gptq"])
def test_recorded_on_a_card(short_folder: Path, tmp_path: Path, pictures: list[Path], precision: str) -> None:
    folder, options = short_folder, {"precision": precision}
    if precision == "gptq":
        quantise_folder(short_folder, tmp_path / "int4", GPTQSettings(group_size=32), device="cuda")
        folder, options = tmp_path / "int4", {}
    model, processor = load_model(folder, device="cuda", **options), load_processor(folder)
    recorded, growing = Generator(model, processor), Generator(model, processor, decoding="growing")
    assert recorded._store is not None
    assert recorded._store.record
    for words in ("hello", "x" * 60):
        answers = [generator.answer(*ask(words, pictures[0]), 40) for generator in (recorded, growing)]
        assert precision != "fp32" or same(*answers)  # in half precision a near tie may fall either way
        assert answers[0].tokens > 0
    assert not recorded._store.given_up
    recorded.answer_batch(questions(pictures), 20)
    assert not recorded._store.given_up
