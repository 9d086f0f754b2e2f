"""The window counts the tokens that training counts, without the model half."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from qvl_desktop.core.box import Box
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.sight import Sight, decoded_boxes, lay_out
from qvl_desktop.jobs.token_counting import ESTIMATE, Counter, load_counter, measure
from qvl_desktop.models.qwen_vl.labels import build_sample
from qvl_desktop.models.qwen_vl.processing import QwenVLProcessor

DEMO = resource_path("demo_model")
RANKS = Path(__file__).parents[1] / "golden" / "qwen.tiktoken"
FAMILIES = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl", "qwen3.5")
ANSWER = (
    "<ref>the 红 cat</ref><box>(1,20),(300,999)</box><quad>(1,2),(3,4),(5,6),(7,8)</quad> don't <|im_end|> 猫\n\nit's é"
)


@pytest.fixture(scope="module")
def processor() -> QwenVLProcessor:
    return QwenVLProcessor.from_pretrained(DEMO)


@pytest.fixture(scope="module")
def demo() -> tuple[Sight, Counter]:
    sight = Sight.of_folder(DEMO)
    assert sight is not None
    return sight, load_counter(DEMO, sight)


def test_a_folder_tells_its_numbers(demo: tuple[Sight, Counter], processor: QwenVLProcessor) -> None:
    sight, counter = demo
    assert (sight.family, sight.side, sight.slots) == ("qwen-vl", 448, processor.n_queries)
    assert counter.exact
    assert Sight.of_folder(DEMO.parent) is None


MARKUP = ("<ref>x</ref>", "<box>(1,2),(3,4)</box>", "<box>", "<|im_end|>", "</img>", "<imgpad>")
SPOKEN = ("find ", "a", "红猫", " 12", "\n", "é", "e\u0301")
words = st.lists(st.sampled_from((*MARKUP, *SPOKEN)) | st.text(max_size=8), max_size=12).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(question=words.filter(lambda text: "<img>" not in text), answer=words, system=st.none() | words)
def test_a_conversation_has_as_many_tokens_as_its_training_sample(
    demo: tuple[Sight, Counter], processor: QwenVLProcessor, question: str, answer: str, system: str | None
) -> None:
    turns = [user_turn(["a.png", "b/红 .png"], question), Turn("assistant", answer), Turn("user", "So?")]
    if system is not None:
        turns.insert(0, Turn("system", system))
    sample = build_sample(processor.tokenizer, turns)
    found = measure(*demo, turns, [(20, 20), (300, 20)])
    assert found.total == len(sample.input_ids)
    assert found.exact


def test_with_the_official_vocabulary_too(tmp_path: Path) -> None:
    (tmp_path / "qwen.tiktoken").symlink_to(RANKS)
    (tmp_path / "config.json").write_text('{"model_type": "qwen", "visual": {"n_queries": 256}}')
    sight = Sight.of_folder(tmp_path)
    assert sight == Sight.of_family("qwen-vl")
    turns = [user_turn(["a.png"], "Find the red 红色 cat, please."), Turn("assistant", ANSWER)]
    sample = build_sample(QwenVLProcessor.from_pretrained(tmp_path).tokenizer, turns)
    exact = measure(sight, load_counter(tmp_path, sight), turns, [(20, 20)])
    assert exact.total == len(sample.input_ids)
    about = measure(sight, ESTIMATE, turns, [(20, 20)])
    assert not about.exact
    assert abs(about.total - exact.total) <= exact.total * 0.1


def test_where_the_limit_falls(demo: tuple[Sight, Counter], processor: QwenVLProcessor) -> None:
    turns = [user_turn(["a.png"], "Find it."), Turn("assistant", "a long answer " * 20 + "<box>(1,2),(3,4)</box>")]
    whole = measure(*demo, turns, [(20, 20)])
    assert measure(*demo, turns, [(20, 20)], whole.total).cut is None
    for limit in (whole.total - 1, whole.total - 3, whole.total - 40):
        cut = measure(*demo, turns, [(20, 20)], limit).cut
        assert cut is not None
        turn, character = cut
        assert turn == 1
        kept = [turns[0], Turn("assistant", turns[1].text[:character])]
        fits = measure(*demo, kept, [(20, 20)]).total
        assert limit - 4 <= fits <= limit + 1  # the end of the turn is one token more
    assert measure(*demo, turns, [(20, 20)], 30).cut == (0, len("Picture 1: "))


@pytest.fixture(scope="module", params=FAMILIES)
def later(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.models import tiny_families

    folder = tmp_path_factory.mktemp(request.param) / request.param
    folder.mkdir()
    tokenizer = tiny_families.make_tokenizer(request.param)
    tokenizer.save_pretrained(folder)
    patch = 16 if request.param in ("qwen3-vl", "qwen3.5") else 14
    square = (2 * patch) ** 2
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    Qwen2VLImageProcessorPil(patch_size=patch, min_pixels=4 * square, max_pixels=40 * square).save_pretrained(folder)
    tiny_families.make_config(request.param, tokenizer).save_pretrained(folder)
    return folder


def test_the_later_families_are_counted_as_their_processor_counts(later: Path, tmp_path: Path) -> None:
    from qvl_desktop.models.families.processor import FamilyProcessor

    sight = Sight.of_folder(later)
    assert sight is not None
    assert sight.family == later.name
    processor = FamilyProcessor.from_pretrained(later, later.name)
    assert sight.resizing == processor.resizing
    files = [tmp_path / name for name in ("a.png", "b.png")]
    for file, size in zip(files, ((160, 120), (300, 40)), strict=True):
        Image.new("RGB", size).save(file)
    counter = load_counter(later, sight)
    assert counter.exact
    one = [
        Turn("system", "Short."),
        user_turn(["a"], "hello, the café? 红 12 <|image_pad|>"),
        Turn("assistant", ANSWER),
    ]
    two = [Turn("system", "Short."), user_turn(["a", "b"], "Find."), Turn("assistant", ANSWER), Turn("user", "So?")]
    for turns, count in ((one, 1), (two, 2)):
        sizes = [(160, 120), (300, 40)][:count]
        chat = processor.encode_chats([(turns, files[:count])], add_generation_prompt=False)
        assert measure(sight, counter, turns, sizes).total == chat.data["input_ids"].shape[1]
    without = Sight.of_family(later.name)
    assert [piece.text for piece in lay_out(without, one[1:], [(160, 120)])][:3] == (
        ["<|im_start|>", "system", "\n"] if without.system else ["<|im_start|>", "user", "\n"]
    )


@pytest.mark.parametrize("family", ["qwen-vl", *FAMILIES])
def test_boxes_come_back_from_the_dialect_to_within_a_pixel_of_the_resized_picture(family: str) -> None:
    sight = Sight.of_family(family)
    size = (313, 200)
    turns = [
        user_turn(["a"], "Find the <box>(10,20),(30,40)</box>"),
        Turn("assistant", "<ref>cat</ref><box>(1,2),(333,999)</box>"),
    ]
    seen = sight.seen_size(size)
    assert seen == {"qwen-vl": (448, 448), "qwen3-vl": (352, 224), "qwen3.5": (352, 224)}.get(family, (308, 196))
    back = decoded_boxes(sight, turns, [size])
    assert [(picture, ref) for picture, ref, _ in back] == [(0, ""), (0, "cat")]
    for (_, _, box), wanted in zip(back, (Box(10, 20, 30, 40), Box(1, 2, 333, 999)), strict=True):
        assert isinstance(box, Box)
        pairs = zip(astuple(wanted.decode(*seen)), astuple(box.decode(*seen)), strict=True)
        assert max(abs(a - b) for a, b in pairs) <= 1


def test_the_picture_is_the_one_that_training_sees(tmp_path: Path, processor: QwenVLProcessor) -> None:
    file = tmp_path / "a.png"
    Image.effect_mandelbrot((300, 200), (-2, -1, 1, 1), 50).convert("RGB").save(file)
    sight = Sight.of_folder(DEMO)
    assert sight is not None
    assert sight.seen_picture(file).tobytes() == processor.image_processor.resize(file).tobytes()
    assert Sight.of_family("qwen2.5-vl").seen_picture(file).size == (308, 196)


def test_counting_imports_no_torch() -> None:
    code = (
        "import sys; from qvl_desktop.core.sight import Sight; from qvl_desktop.core.resources import resource_path\n"
        "from qvl_desktop.jobs.token_counting import load_counter\nimport tokenizers\n"
        "folder = resource_path('demo_model'); load_counter(folder, Sight.of_folder(folder))\n"
        "print([name for name in ('torch', 'transformers', 'huggingface_hub') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_estimate_is_near_the_official_vocabulary_on_prose_and_right_on_boxes(tmp_path: Path) -> None:
    (tmp_path / "qwen.tiktoken").symlink_to(RANKS)
    sight = Sight.of_family("qwen-vl")
    exact = load_counter(tmp_path, sight)
    for name in ("README.md", "README.zh.md", "docs/architecture.md"):
        text = (RANKS.parents[2] / name).read_text(encoding="utf-8")
        assert abs(ESTIMATE.count(text) / exact.count(text) - 1) < 0.1
    pointing = [Turn("user", "Find it."), Turn("assistant", "<ref>a cat</ref><box>(12,345),(678,901)</box>" * 3)]
    assert measure(sight, ESTIMATE, pointing, []).total == measure(sight, exact, pointing, []).total
