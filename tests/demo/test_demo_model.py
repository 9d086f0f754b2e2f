"""The shipped demo model and how it was made: scenes, questions, training."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from qvl_desktop.core.box import Box, iou
from qvl_desktop.core.metrics import Tally
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.templates import TEMPLATES
from qvl_desktop.core.tokens import BoxToken, format_box, parse
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration, QwenVLProcessor, QwenVLTokenizer

sys.path.insert(0, str(Path(__file__).parents[2] / "packaging"))

from demo import words
from demo.evaluate import answer_all, held_out_scenes
from demo.export import export_model
from demo.questions import KINDS, QuestionMaker, box_of, found
from demo.recipe import TINY
from demo.samples import RowMaker, collate
from demo.scenes import UNSEEN_SHAPE, SceneStyle, make_scene
from demo.train import Training, run

if TYPE_CHECKING:
    from demo.scenes import Scene

MODEL = resource_path("demo_model")
RANKS = MODEL / "qwen.tiktoken"
LARGEST = 16 * 1024 * 1024
FIRST_SEED = 88_000_000


@pytest.fixture(scope="module")
def model() -> QwenVLForConditionalGeneration:
    return QwenVLForConditionalGeneration.from_pretrained(MODEL, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def tokenizer() -> QwenVLTokenizer:
    return QwenVLTokenizer(RANKS, n_queries=64)


def test_a_seed_is_a_scene() -> None:
    first, again, other = make_scene(5), make_scene(5), make_scene(6)
    assert first.objects == again.objects
    assert np.array_equal(first.picture, again.picture)
    assert first.picture.shape != other.picture.shape or not np.array_equal(first.picture, other.picture)


def test_boxes_are_tight_around_what_shows() -> None:
    overlaps = 0
    for seed in range(60):
        scene = make_scene(seed)
        height, width = scene.owner.shape
        assert scene.picture.shape == (height, width, 3)
        assert scene.size == (width, height)
        for index, thing in enumerate(scene.objects):
            rows, columns = np.nonzero(scene.owner == index)
            assert thing.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert thing.box[2] - thing.box[0] >= 0.11 * width
            assert thing.box[3] - thing.box[1] >= 0.11 * height
        boxes = [box_of(scene, thing) for thing in scene.objects]
        overlaps += any(iou(a, b) > 0 for at, a in enumerate(boxes) for b in boxes[:at])
    assert overlaps > 5


def test_shapes_differ_from_their_background() -> None:
    for seed in range(20):
        scene = make_scene(seed, SceneStyle(objects=(1, 1)))
        inside = scene.picture[scene.owner == 0].mean(axis=0)
        outside = scene.picture[scene.owner < 0].mean(axis=0)
        assert np.abs(inside - outside).max() > 25


def _matching(scene: Scene, ref: str, language: str) -> int:
    """How many shapes a usual ref means, found without the code under test."""
    count = 0
    for thing in scene.objects:
        names = words.SHAPE_NAMES[language].get(thing.shape, ("?",))
        colour = words.COLOUR_NAMES[language][thing.colour]
        wanted = {names[0], words.ANY_SHAPE[language]}
        count += ref in {form for name in wanted for form in (name, colour + name, f"{colour} {name}")}
    return count


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_answers_are_right(language: str) -> None:
    kinds = set()
    for seed in range(80):
        scene = make_scene(seed, SceneStyle(unseen=0.0))
        for question in QuestionMaker(scene, random.Random(seed), plain=True).several(8, language):
            kinds.add(question.kind)
            boxes = tuple(segment.box for segment in parse(question.answer) if isinstance(segment, BoxToken))
            assert boxes == question.boxes
            if question.kind == "find":
                assert len(boxes) == _matching(scene, question.ref, language) > 0
                assert list(boxes) == sorted(boxes)
            if question.kind == "count":
                assert question.answer == str(_matching(scene, question.ref, language))
            if question.kind == "exists":
                expected = words.YES if _matching(scene, question.ref, language) else words.NO
                assert question.answer == expected[language]
            if question.kind == "absent":
                assert _matching(scene, question.ref, language) == 0
                assert question.ref in question.answer
    assert kinds == set(KINDS)


def test_the_unseen_shape_is_never_spoken_of() -> None:
    for seed in range(120):
        scene = make_scene(seed, SceneStyle(unseen=1.0))
        unseen = {box_of(scene, thing) for thing in scene.objects if thing.shape == UNSEEN_SHAPE}
        assert unseen
        for question in QuestionMaker(scene, random.Random(seed)).several(10):
            assert not unseen & set(question.boxes)
            for name in (*words.UNSEEN_NAMES.values(), "cog"):
                assert name not in question.question + question.answer


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_templates_of_the_product_are_among_the_phrasings(language: str) -> None:
    box = Box(10, 20, 300, 400)
    ref = "x"
    taught = {
        "grounding": [phrase.format(ref=ref) for phrase in words.FIND[language]],
        "describing": [phrase.format(box=format_box(box)) for phrase in words.DESCRIBE[language]],
        "counting": [phrase.format(ref=ref, refs=ref + "s") for phrase in words.COUNT[language]],
        "listing": list(words.FIND_ALL[language]),
    }
    for name in taught:
        conversation = TEMPLATES[name].plain().make("p.png", [(ref, box)], language)[0]
        assert conversation.turns[0].text.removeprefix("Picture 1: <img>p.png</img>\n") in taught[name]


def test_branches_are_what_the_chat_layout_gives(tokenizer: QwenVLTokenizer) -> None:
    """A packed row gives each branch the logits it would have alone."""
    torch.manual_seed(0)
    training = Training(TINY, RANKS)
    small = training.model.eval()
    scenes = [make_scene(seed) for seed in range(4)]
    maker = RowMaker(training.tokenizer, 256, 0.5)
    rows = maker.rows(scenes, random.Random(1))
    assert sorted(picture for row in rows for picture in row.pictures) == [0, 1, 2, 3]
    batch = collate(rows, tokenizer.eod_id, tokenizer.img_pad_id, maker.digits)
    features = torch.randn(4, TINY.sizes.queries, TINY.sizes.hidden_size)
    with torch.no_grad():
        packed = small(
            input_ids=batch.input_ids,
            image_features=features[batch.pictures],
            attention_mask=batch.mask,
            position_ids=batch.positions,
        ).logits
        for index, row in enumerate(rows):
            place = len(row.prefix.ids)
            for branch in row.branches:
                alone = small(
                    input_ids=torch.tensor([row.prefix.ids + branch.ids]), image_features=features[row.pictures]
                ).logits[0, len(row.prefix.ids) :]
                assert torch.allclose(alone, packed[index, place : place + len(branch.ids)], atol=1e-4)
                place += len(branch.ids)


def test_only_answers_are_learnt(tokenizer: QwenVLTokenizer) -> None:
    maker = RowMaker(tokenizer, 352, 0.0)
    for row in maker.rows([make_scene(seed) for seed in range(6)], random.Random(0)):
        assert not any(row.prefix.weights)
        for branch in row.branches:
            learnt = [token for token, weight in zip(branch.ids, branch.weights, strict=True) if weight]
            silent = [token for token, weight in zip(branch.ids, branch.weights, strict=True) if not weight]
            assert learnt[-1] == tokenizer.im_end_id
            assert tokenizer.im_start_id in silent
            assert tokenizer.im_start_id not in learnt


def test_lessons_name_the_right_slot_and_number(tokenizer: QwenVLTokenizer) -> None:
    scenes = [make_scene(seed) for seed in range(6)]
    maker = RowMaker(tokenizer, 352, 0.5)
    rows = maker.rows(scenes, random.Random(2))
    batch = collate(rows, tokenizer.eod_id, tokenizer.img_pad_id, maker.digits)
    assert len(batch.pointers) > 50
    for row, token, slot in batch.pointers.tolist():
        ids = batch.input_ids[row].tolist()
        assert ids[slot] == tokenizer.img_pad_id
        assert slot < token
        opened = max(at for at in range(slot + 1) if ids[at] == tokenizer.img_start_id)
        later = [at for at in range(opened + 1, token) if ids[at] == tokenizer.img_start_id]
        assert not later or min(later) > token
    assert len(batch.numbers) > 50
    for row, token, value, worth in batch.numbers.tolist():
        digit = tokenizer.decode([int(batch.input_ids[row, token + 1])])
        assert digit == str(value // worth % 10)


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path: Path) -> None:
    whole = Training(TINY, RANKS)
    run(whole, tmp_path / "whole", until=4)
    run(Training(TINY, RANKS), tmp_path / "broken", until=2)
    resumed = Training(TINY, RANKS)
    resumed.load(tmp_path / "broken")
    assert resumed.step == 2
    run(resumed, tmp_path / "broken", until=4)
    assert resumed.step == whole.step == 4
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[name]), name


def test_an_exported_model_is_the_model(tmp_path: Path) -> None:
    training = Training(TINY, RANKS)
    export_model(training.model, training.config, RANKS, tmp_path)
    loaded = QwenVLForConditionalGeneration.from_pretrained(tmp_path, dtype=torch.float32)
    for name, value in training.model.state_dict().items():
        assert torch.equal(value.to(torch.bfloat16).float(), loaded.state_dict()[name]), name


def test_the_shipped_folder_is_small_and_official() -> None:
    assert sum(file.stat().st_size for file in MODEL.iterdir()) <= LARGEST
    config = json.loads((MODEL / "config.json").read_text(encoding="utf-8"))
    ranks = len(RANKS.read_bytes().splitlines())
    assert config["architectures"] == ["QWenLMHeadModel"]
    assert config["visual"]["image_size"] == 448
    assert config["visual"]["image_start_id"] == ranks + 214
    for name in words.UNSEEN_NAMES.values():
        assert len(QwenVLTokenizer(RANKS).encode_text(name)) > 1


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_shipped_model_points(model: QwenVLForConditionalGeneration, language: str) -> None:
    scenes = held_out_scenes(40, FIRST_SEED)
    rng = random.Random(7)
    asked = [
        (index, question)
        for index, scene in enumerate(scenes)
        if (question := QuestionMaker(scene, rng).ask("find", language)) is not None
    ]
    processor = QwenVLProcessor.from_pretrained(MODEL)
    answers = answer_all(model, processor, scenes, [(index, question.question) for index, question in asked])
    tally = Tally()
    for (_, question), answer in zip(asked, answers, strict=True):
        tally.add(question.boxes, [segment.box for segment in parse(answer) if isinstance(segment, BoxToken)])
    assert tally.acc50 >= 0.8
    assert tally.mean_iou >= 0.65


def test_found_goes_from_left_to_right() -> None:
    scene = make_scene(11, SceneStyle(objects=(5, 5), unseen=0.0))
    from demo.questions import Look

    boxes = found(scene, Look(None, None))
    assert [box.x1 for box in boxes] == sorted(box.x1 for box in boxes)
    assert len(boxes) == 5
