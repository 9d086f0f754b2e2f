"""The RefCOCO evaluation: prompt, length, first box, IoU, published figures; answers by hand and of models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qvl_desktop.cli import main
from qvl_desktop.core.box import Rect
from qvl_desktop.core.refcoco import PUBLISHED, figures, first_box, judge, published_for
from qvl_desktop.engine.answerer import make_answerer
from qvl_desktop.engine.generator import Generator
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.storage.dataset import load_dataset
from qvl_desktop.training.refcoco import ask_phrases, ref_phrases
from tests.engine import tiny
from tests.models.tiny_families import make_model


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three phrases about two pictures of 999 x 666, so that a coordinate is a pixel and two thirds of one."""
    folder = tmp_path_factory.mktemp("refcoco")
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (999, 666), "white").save(folder / name)
    rows = [
        {"image": "a.jpg", "sent": "left cat", "bbox": [100, 66, 300, 266], "width": 999, "height": 666},
        {"image": "a.jpg", "sent": "man (2),(3)", "bbox": [0, 0, 999, 666], "width": 999, "height": 666},
        {"image": "b.jpg", "sent": "红车", "bbox": [10.5, 20.25, 400.75, 500], "width": 999, "height": 666},
    ]
    path = folder / "refcoco_testA.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("answer", "box"),
    [
        ("<ref>a</ref><box>(100,200),(300,400)</box>", (100, 200, 300, 400)),
        ("<ref>a</ref><box>(100,200),(300,400)</box><box>(1,2),(3,4)</box>", (100, 200, 300, 400)),
        ("(0,0),(999,999) and more", (0, 0, 999, 999)),
        ("<ref>man (2,3),(4,5)</ref><box>(7, 8), (9,10)</box>", (7, 8, 9, 10)),
        ("<ref>a</ref><box>(100,200),(300", None),
        ("no idea", None),
        ("", None),
    ],
)
def test_the_first_box_counts(answer: str, box: tuple[int, ...] | None) -> None:
    found = first_box(answer, 999, 999)
    assert found is None if box is None else found == Rect(*map(float, box))


def test_the_edge_is_999() -> None:
    assert first_box("(0,0),(999,999)", 640, 480) == Rect(0, 0, 640, 480)


def test_half_is_enough() -> None:
    truth = Rect(0, 0, 100, 100)
    size = (999, 999)
    halves = [judge("a", "", answer, truth, size) for answer in ("(0,0),(100,50)", "(0,0),(100,49)", "what?")]
    assert [one.found for one in halves] == [True, False, False]
    sums = figures(halves)
    assert (sums["accuracy"], sums["without_box"], sums["phrases"]) == (pytest.approx(100 / 3), 1, 3)
    assert sums["mean_iou"] == pytest.approx((0.5 + 0.49) / 3)
    assert figures([])["accuracy"] == 0


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("refcoco_val.jsonl", "RefCOCO val"),
        ("my refcoco+_testB.json", "RefCOCO+ testB"),
        ("RefCOCOplus-test-A.jsonl", "RefCOCO+ testA"),
        ("refcocog_test.jsonl", "RefCOCOg test"),
        ("refcocog_val.jsonl", "RefCOCOg val"),
        ("refcoco_train.jsonl", None),
        ("cats_val.jsonl", None),
    ],
)
def test_the_set_is_told_by_the_name(name: str, known: str | None) -> None:
    found = published_for(name)
    assert (found[0] if found else None) == known
    assert found is None or found[1] in PUBLISHED.values()


def test_phrases_have_exact_boxes(file: Path) -> None:
    phrases, several = ref_phrases(load_dataset(file).samples)
    assert several == 0
    assert [one.phrase for one in phrases] == ["left cat", "man (2),(3)", "红车"]
    assert phrases[2].truth == Rect(10.5, 20.25, 400.75, 500)
    assert phrases[0].size == (999, 666)


class ByHand(Generator):
    """A generator whose answers are written by hand; what it is asked with is the real thing's."""

    asked: tuple[Any, ...] = ()

    def answer_batch(self, questions: Any, max_new_tokens: int = 0, **options: Any) -> list[str]:
        texts = [question.turns[0].text for question in questions]
        ids = [self.processor.decode_answer(self._encode(question.turns).input_ids) for question in questions]
        self.asked = (texts, max_new_tokens, self.chat_format, ids)
        return ["<box>(100,100),(300,400)</box>", "<box>(500,0),(999,999)</box><box>(0,0),(999,999)</box>", "dunno"]


def test_prompt_and_rule(file: Path, tiny_model: Path) -> None:
    generator = ByHand(load_model(tiny_model, device="cpu"), load_processor(tiny_model))
    phrases, _ = ref_phrases(load_dataset(file).samples)
    judged = ask_phrases(generator, phrases)
    texts, length, chat_format, _ = generator.asked
    assert texts[0] == "<img>picture-1</img><ref>left cat</ref><box>"
    assert (length, chat_format, generator.chat_format) == (28, "raw", "chatml")
    assert [one.found for one in judged] == [True, False, False]  # the second box of the second would be right
    assert [one.overlap for one in judged] == pytest.approx([0.9934, 499 / 999, 0.0], abs=1e-3)


@pytest.mark.parametrize("name", ["demo", "qwen3-vl"])
def test_the_command(
    file: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], tiny_model: Path
) -> None:
    model = str(tiny_model) if name == "demo" else str(make_model(name, tmp_path / name))
    flags = ["evaluate", "--refcoco", "--model", model, "--data", str(file), "--device", "cpu"]
    assert main([*flags, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["phrases"] == 3
    assert body["published"]["set"] == "RefCOCO testA"
    assert body["found"] == sum(one["found"] for one in body["answers"])
    assert main([*flags, "--limit", "1"]) == 0
    said = capsys.readouterr().out
    assert "92.26 %" in said
    assert "of 1 phrases found" in said


def test_a_taught_model_is_judged(file: Path, taught: Path) -> None:
    generator = make_answerer(taught, load_model(taught, device="cpu"))
    phrases, _ = ref_phrases(load_dataset(file).samples)
    judged = ask_phrases(generator, [phrases[0]])
    assert judged[0].answer.startswith("<ref>left cat</ref><box>(100,100),(300,399)")
    assert judged[0].found


@pytest.fixture(scope="module")
def taught(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that knows by heart where the left cat is."""
    folder = tiny.make_model(tmp_path_factory.mktemp("taught") / "model", seed=1)
    tiny._soften(folder)
    model, processor = load_model(folder, device="cpu"), load_processor(folder)
    picture = file.parent / "a.jpg"
    prompt = "<img>x</img><ref>left cat</ref><box>"
    tiny.teach(model, processor, [picture], {prompt: "(100,100),(300,399)</box>"}, 300, raw=True)
    model.save_pretrained(folder)
    return folder
