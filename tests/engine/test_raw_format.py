"""The base model: asked in raw text as its generation settings say, with the prompt of the RefCOCO evaluation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from qvl_desktop.cli import main
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.engine.answerer import make_answerer
from qvl_desktop.engine.generator import Generator, Question
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.models.merging import merge_folder
from qvl_desktop.models.qwen_vl.prompt import ChatFormatError, TurnOrderError, encode_prompt, single_completion
from tests.engine import tiny

IMG = "<img>x</img>"
RED = "<ref>the red circle</ref><box>"
CAPTION = f"Picture 1: {IMG}\nGenerate the caption in English with grounding:"
TAUGHT = {f"{IMG}{RED}": "(125,166),(500,1000)</box>", CAPTION: " <ref> A circle</ref><box>(1,2),(3,4)</box> is there."}
SETTINGS = {"chat_format": "raw", "eos_token_id": 268, "pad_token_id": 268, "max_new_tokens": 512}


def say(folder: Path, **settings: object) -> Path:
    (folder / "generation_config.json").write_text(json.dumps(settings))
    return folder


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory, pictures: list[Path]) -> Path:
    """A folder as the official base checkpoint, which has learnt to go on with two texts."""
    folder = tiny.make_model(tmp_path_factory.mktemp("models") / "base", seed=1)
    tiny._soften(folder)
    model, processor = load_model(folder, device="cpu"), load_processor(folder)
    tiny.teach(model, processor, pictures[:1], TAUGHT, 600, raw=True)
    model.save_pretrained(folder)
    return say(folder, **SETTINGS)


def predict(*args: object) -> int:
    return main(["predict", "--device", "cpu", *map(str, args)])


def test_a_base_folder_is_asked_in_raw_text(
    base_folder: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--model", base_folder, "--image", pictures[0], "--max-tokens", 60]
    assert predict(*asked, "--prompt", RED, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert body["answer"] == "<ref>the red circle</ref><box>(125,166),(500,999)</box>"
    assert body["boxes"][0]["box"] == [125, 166, 500, 999]
    assert body["boxes"][0]["ref"] == "the red circle"
    assert body["finish"] == "stop"
    assert predict(*asked, "--prompt", "Generate the caption in English with grounding:") == 0
    caption = "<ref> A circle</ref><box>(1,2),(3,4)</box> is there.\n"
    assert capsys.readouterr().out == caption
    assert predict(*asked, "--prompt", "Generate the caption in English with grounding:", "--prompt-format", "raw") == 0
    assert capsys.readouterr().out == caption
    assert predict(*asked, "--prompt", RED, "--prompt-format", "chatml") == 0
    assert not capsys.readouterr().out.startswith(RED)


@pytest.mark.parametrize("settings", [{}, {"chat_format": "chatml"}])
def test_a_chat_folder_stays_in_chatml(settings: dict[str, str], base_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    folder.mkdir()
    for file in base_folder.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "generation_config.json").unlink()
    if settings:
        say(folder, **settings)
    model = load_model(folder, device="cpu")
    generator = make_answerer(folder, model)
    assert isinstance(generator, Generator)
    assert generator.chat_format == "chatml"
    assert generator._stop_ids == {270, 269, 268}
    chosen = make_answerer(folder, model, chat_format="raw")
    assert isinstance(chosen, Generator)
    assert (chosen.chat_format, chosen._stop_ids) == ("raw", frozenset({268}))


def test_a_format_that_nobody_knows(base_folder: Path, tmp_path: Path) -> None:
    model = load_model(base_folder, device="cpu")
    model.generation_config.chat_format = "alpaca"
    with pytest.raises(ChatFormatError, match="alpaca"):
        make_answerer(base_folder, model)
    with pytest.raises(ChatFormatError, match="alpaca"):
        make_answerer(base_folder, model, chat_format="alpaca")


def test_only_the_end_of_text_ends_raw_answers(base_folder: Path, pictures: list[Path]) -> None:
    generator = Generator(load_model(base_folder, device="cpu"), load_processor(base_folder), chat_format="raw")
    head = generator.model.lm_head
    with torch.no_grad():
        head.weight.zero_()
        generator.model.transformer.ln_f.weight.zero_()
        head.bias = torch.nn.Parameter(torch.zeros(head.out_features))
        head.bias[generator.processor.tokenizer.im_end_id] = 1
    turns = (Turn("user", "hello"),)
    assert generator.answer(turns, (), 5).tokens == 5
    generator.chat_format = "chatml"
    assert generator.answer(turns, (), 5).tokens == 0


def test_batches_streams_and_single_answers_agree(base_folder: Path, pictures: list[Path]) -> None:
    generator = make_answerer(base_folder, load_model(base_folder, device="cpu"))
    questions = [
        Question((Turn("user", f"{IMG}{RED}"),), (pictures[0],)),
        Question((user_turn(["x"], RED),), (pictures[0],)),
        Question((Turn("system", "Be brief."), Turn("user", CAPTION)), (pictures[0],)),
        Question((Turn("user", "no picture"),)),
    ]
    together = generator.answer_batch(questions, 40, batch_size=3)
    told: list[str] = []
    single = [generator.answer(each.turns, each.pictures, 40, on_piece=told.append).text for each in questions]
    assert together == single
    assert "".join(told) == "".join(single)
    assert together[0] == together[1] == "<ref>the red circle</ref><box>(125,166),(500,999)</box>"


def test_a_conversation_is_refused_with_a_way_out(base_folder: Path, pictures: list[Path]) -> None:
    generator = make_answerer(base_folder, load_model(base_folder, device="cpu"))
    turns = (Turn("user", "hello"), Turn("assistant", "hi"), Turn("user", "and now?"))
    with pytest.raises(TurnOrderError, match="one question at a time"):
        generator.answer(turns)
    with pytest.raises(TurnOrderError, match="one question at a time"):
        generator.answer_batch([Question(turns)])


@pytest.mark.parametrize(
    ("text", "prompt", "lead"),
    [
        (f"{IMG}{RED}", f"{IMG}{RED}", RED),
        (f"Picture 1: {IMG}\n<ref>a dog</ref> <box>", f"{IMG}<ref>a dog</ref><box>", "<ref>a dog</ref><box>"),
        (
            f"Picture 1: {IMG}\nThis: <ref>a</ref><box>",
            f"Picture 1: {IMG}\nThis: <ref>a</ref><box>",
            "<ref>a</ref><box>",
        ),
        (f"{IMG} Caption:<ref>", f"{IMG} Caption:<ref>", "<ref>"),
        (f"{IMG}What is <ref>this</ref>?", f"{IMG}What is <ref>this</ref>?", ""),
        (f"{IMG}<box>(1,2),(3,4)</box>", f"{IMG}<box>(1,2),(3,4)</box>", ""),
    ],
)
def test_what_the_question_leaves_open(text: str, prompt: str, lead: str) -> None:
    assert single_completion([Turn("user", text)]) == ((Turn("user", prompt),), lead)


def test_the_prompt_is_the_text_alone(base_folder: Path) -> None:
    tokenizer = load_processor(base_folder).tokenizer
    turns, _ = single_completion([user_turn(["x"], RED)])
    ids = encode_prompt(tokenizer, turns, chat_format="raw").input_ids
    slots = [tokenizer.img_start_id, *[tokenizer.img_pad_id] * 16, tokenizer.img_end_id]
    special = tokenizer.special_tokens
    words = tokenizer.encode_text("the red circle", ())
    assert ids == [*slots, special["<ref>"], *words, special["</ref>"], special["<box>"]]


def test_an_adapter_on_a_base_is_asked_as_it_was_trained(
    taught_folder: Path, adapter_folder: Path, pictures: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "base"
    shutil.copytree(taught_folder, folder)
    say(folder, **SETTINGS)
    question = (user_turn(["x"], "Find the red circle."),), pictures[:1]
    for chosen, base, tuned in (("auto", "raw", "chatml"), ("raw", "raw", "raw"), ("chatml", "chatml", "chatml")):
        host = ModelHost(folder, {"tuned": adapter_folder}, device="cpu", chat_format=chosen)
        for name, wanted, said in (("base", base, tiny.RED), ("tuned", tuned, tiny.BLUE)):
            with host.using(name) as generator:
                assert isinstance(generator, Generator)
                assert generator.chat_format == wanted
                assert (generator.answer(*question, 50, variant=name).text == said) == (wanted == "chatml")


def test_a_base_merged_with_an_adapter_is_a_chat_model(
    taught_folder: Path, adapter_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "base"
    shutil.copytree(taught_folder, folder)
    say(folder, **SETTINGS)
    merge_folder(folder, adapter_folder, tmp_path / "merged", device="cpu")
    stored = json.loads((tmp_path / "merged" / "generation_config.json").read_text())
    assert stored == SETTINGS | {"chat_format": "chatml"}


def test_evaluate_asks_the_base_as_the_official_script_does(
    base_folder: Path, pictures: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = "<ref>the red circle</ref><box>(125,166),(500,999)</box>"
    chat = [
        {"from": "user", "value": f"Picture 1: <img>{pictures[0]}</img>\nWhat is here?"},
        {"from": "assistant", "value": "A circle."},
        {"from": "user", "value": "Find the red circle."},
        {"from": "assistant", "value": answer},
    ]
    data = tmp_path / "data.json"
    data.write_text(json.dumps([{"id": "one", "conversations": chat}]))
    flags = ["--model", str(base_folder), "--data", str(data), "--split", "all", "--device", "cpu", "--json"]
    assert main(["evaluate", *flags]) == 0
    body = json.loads(capsys.readouterr().out)
    assert [each["answer"] for each in body["answers"]] == [answer]
