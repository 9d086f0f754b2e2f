"""Chats with the later families, experts included: what is kept between turns changes no answer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from bitsandbytes.nn import Linear4bit, Linear8bitLt
from PIL import Image

from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.engine.answerer import make_answerer
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.sampling import Sampling
from qvl_desktop.models.errors import ModelError, ModelLoadError, PictureCountError, QuantizationError
from qvl_desktop.models.families.chat_layout import ChatLayoutError
from qvl_desktop.models.loading import load_model, load_processor, read_family
from tests.models import tiny_families
from tests.models.tiny_families import EVERY

torch.set_num_threads(1)
TOKENS = 10


@pytest.fixture(scope="module", params=EVERY)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def folder(name: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights, large enough that answers depend on everything."""
    made = tiny_families.make_model(name, tmp_path_factory.mktemp("chats") / name, seed=3)
    model = load_model(made, device="cpu")
    generator = torch.Generator().manual_seed(5)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.data += torch.empty_like(parameter).normal_(0, 0.08, generator=generator)
    model.get_output_embeddings().weight.data[256:] = 0  # letters are likelier than the tokens that end an answer
    model.save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    return load_model(folder, device="cpu")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder, made = tmp_path_factory.mktemp("pictures"), []
    for number, (size, colour) in enumerate([((160, 120), "red"), ((64, 200), "blue"), ((99, 101), "green")]):
        image = Image.new("RGB", size, "white")
        image.paste(colour, (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
        image.save(folder / f"{number}.png")
        made.append(folder / f"{number}.png")
    return made


def generator(folder: Path, model: Any) -> FamilyGenerator:
    made = make_answerer(folder, model)
    assert isinstance(made, FamilyGenerator)
    return made


def chat(pictures: list[Path], said: list[str]) -> tuple[list[Turn], list[Path]]:
    """Turn by turn: two pictures, a question about both, a third picture; `said` are the answers so far."""
    questions = [
        user_turn(["a", "b"], "hello cat?"),
        Turn("user", "And <ref>it</ref><box>(1,2),(300,400)</box>?"),
        user_turn(["c"], "Now?", first_number=3),
    ]
    turns: list[Turn] = []
    for question, answer in zip(questions, said, strict=False):
        turns += [question, Turn("assistant", answer)]
    turns.append(questions[len(said)])
    return turns, pictures[: 3 if len(said) == 2 else 2]


def ask(one: FamilyGenerator, chat: tuple[list[Turn], list[Path]], **options: Any) -> Answer:
    return one.answer(*chat, max_new_tokens=TOKENS, **options)


def test_turns_are_answered_as_by_somebody_who_just_came(folder: Path, model: Any, pictures: list[Path]) -> None:
    kept = generator(folder, model)
    can_be_cut = "3.5" not in folder.name
    for said in ([], ["A cat."], ["A cat.", "No, a <ref>dog</ref><box>(5,6),(70,80)</box>."]):
        asked = chat(pictures, said)
        answer, fresh = ask(kept, asked), ask(generator(folder, model), asked)
        assert (answer.text, answer.tokens) == (fresh.text, fresh.tokens)
        assert fresh.tokens == TOKENS
        assert fresh.reused_tokens == 0
        if said and can_be_cut:
            assert answer.reused_tokens > 20, "both pictures and the question are known"
    assert kept.pictures.encoded == 3
    again = ask(kept, chat(pictures, []))
    assert again.text == ask(generator(folder, model), chat(pictures, [])).text
    assert kept.pictures.encoded == 3


def test_asking_twice_reads_one_token(folder: Path, model: Any, pictures: list[Path]) -> None:
    one = generator(folder, model)
    first = one.answer(*chat(pictures, []), max_new_tokens=1)
    second = one.answer(*chat(pictures, []), max_new_tokens=1)
    assert first.text == second.text
    assert second.reused_tokens == (second.prompt_tokens - 1 if "3.5" not in folder.name else 0)


def test_another_picture_in_the_same_words_is_seen(folder: Path, model: Any, pictures: list[Path]) -> None:
    one = generator(folder, model)
    ask(one, chat(pictures, []))
    other = [pictures[0], pictures[2], pictures[1]]
    assert ask(one, chat(other, [])).text == ask(generator(folder, model), chat(other, [])).text
    swapped = [pictures[1], pictures[0]]
    assert ask(one, chat(swapped, [])).text == ask(generator(folder, model), chat(swapped, [])).text
    assert one.pictures.encoded == 3


def test_a_batch_is_answered_as_one_by_one(folder: Path, model: Any, pictures: list[Path]) -> None:
    one = generator(folder, model)
    chats = [chat(pictures, []), chat(pictures, ["Yes."]), ([Turn("user", "hello")], []), chat(pictures, ["a", "b"])]
    together = one.answer_batch([Question(tuple(turns), tuple(shown)) for turns, shown in chats], TOKENS, batch_size=4)
    assert together == [ask(generator(folder, model), asked).text for asked in chats]


def test_streaming_cancelling_and_stop_strings(folder: Path, model: Any, pictures: list[Path]) -> None:
    one, pieces = generator(folder, model), []
    whole = ask(one, chat(pictures, []), on_piece=pieces.append)
    assert "".join(pieces) == whole.text
    asked = iter([False, False, True])
    cut = ask(one, chat(pictures, []), should_stop=lambda: next(asked))
    assert (cut.stopped, cut.tokens) == ("cancelled", 2)
    assert ask(one, chat(pictures, []), should_stop=lambda: True).tokens == 0
    assert ask(one, chat(pictures, [])).text == whole.text
    seeded = [ask(one, chat(pictures, []), sampling=Sampling(1.0, 0.9, 11)).text for _ in range(2)]
    assert seeded[0] == seeded[1]


def test_what_failed_is_not_kept(folder: Path, model: Any, pictures: list[Path]) -> None:
    one = generator(folder, model)
    ask(one, chat(pictures, []))
    with pytest.raises(PictureCountError):
        one.answer(chat(pictures, [])[0], pictures[:1])

    def fail(piece: str) -> None:
        raise RuntimeError(piece)

    with pytest.raises(RuntimeError):
        ask(one, chat(pictures, ["A cat."]), on_piece=fail)
    asked = chat(pictures, ["A cat."])
    assert ask(one, asked).text == ask(generator(folder, model), asked).text
    one.forget()
    assert ask(one, asked).reused_tokens == 0
    assert one.pictures.encoded == 4


@pytest.mark.parametrize("precision", ["nf4", "int8"])
def test_the_tower_and_the_head_stay_dense(folder: Path, pictures: list[Path], precision: str) -> None:
    told: list[str] = []
    model = load_model(folder, device="cpu", precision=precision, tell=told.append)
    quantised = [name for name, module in model.named_modules() if isinstance(module, Linear4bit | Linear8bitLt)]
    assert quantised
    assert all(".language_model." in name for name in quantised)
    assert ask(generator(folder, model), chat(pictures, [])).tokens > 0
    assert told[0].startswith(f"{precision}, computing in float32")
    assert ("experts stay dense" in told[0]) == folder.name.endswith("moe")


def test_the_class_is_the_variant_s_own(folder: Path, model: Any, name: str) -> None:
    _, family = read_family(folder)
    assert type(model).__name__ == tiny_families.CLASSES[name]
    assert name.startswith(family.name)


def test_what_a_later_family_does_not_have_is_refused(folder: Path) -> None:
    with pytest.raises(QuantizationError, match="kernel marlin is for GPTQ layers"):
        load_model(folder, device="cpu", kernel="marlin")


def damaged(folder: Path, tmp_path: Path, name: str, content: bytes | None) -> Path:
    target = tmp_path / "damaged"
    shutil.copytree(folder, target)
    if content is None:
        (target / name).unlink()
    else:
        (target / name).write_bytes(content)
    return target


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"null", b"\xff\xfe"])
@pytest.mark.parametrize("file", ["preprocessor_config.json", "tokenizer.json"])
def test_a_damaged_or_absent_file_is_named(folder: Path, tmp_path: Path, file: str, content: bytes | None) -> None:
    with pytest.raises(ModelLoadError, match=r"preprocessor_config\.json|tokenizer") as caught:
        load_processor(damaged(folder, tmp_path, file, content))
    assert "damaged" in str(caught.value)


def test_a_template_that_leaves_out_the_words(folder: Path, tmp_path: Path, model: Any) -> None:
    one = generator(damaged(folder, tmp_path, "chat_template.jinja", b"{{ 'hello' }}"), model)
    with pytest.raises(ChatLayoutError, match="leaves out what was said"):
        one.answer([Turn("user", "hello")])


ABSURD: list[tuple[str, object, str]] = [
    ("text_config", None, "text_config must be an object"),
    ("text_config", {}, "million"),
    ("vision_config", [], "vision_config must be an object"),
    ("text_config.num_hidden_layers", 10**9, r"text_config\.num_hidden_layers is 1000000000"),
    ("text_config.num_hidden_layers", 500, "describes .* million parameters, but the weights hold|makes no model"),
    ("text_config.vocab_size", 4_000_000, "million parameters"),
    ("text_config.hidden_size", -1, r"text_config\.hidden_size is -1"),
    ("text_config.hidden_size", "large", r"text_config\.hidden_size is large"),
    ("text_config.layer_types", "x", "makes no model"),
    ("vision_config.depth", 2**60, r"vision_config\.depth"),
    ("image_token_id", "x", "makes no model"),
    ("tie_word_embeddings", [], "makes no model"),
]


@pytest.mark.parametrize(("field", "value", "message"), ABSURD, ids=[f"{name}-{value}" for name, value, _ in ABSURD])
def test_absurd_settings_are_refused_before_memory_is_spent(
    folder: Path, tmp_path: Path, field: str, value: object, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qvl_desktop.models.loading._load_by_transformers", lambda *_, **__: pytest.fail("loaded"))
    config = json.loads((folder / "config.json").read_text())
    target, _, leaf = field.rpartition(".")
    (config[target] if target else config)[leaf] = value
    with pytest.raises(ModelError, match=message):
        load_model(damaged(folder, tmp_path, "config.json", json.dumps(config).encode()), device="cpu")
