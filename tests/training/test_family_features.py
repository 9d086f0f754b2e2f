"""Features of the later families on disk: what the tower gives, at each picture's own size, and learnt from alike."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.events import Evaluated, Stage
from qvl_desktop.core.feature_files import WeightsMemo, features_folder, segments, stores
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.generator import Question
from qvl_desktop.models.errors import VisualTowerMissingError
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.training import methods, session
from qvl_desktop.training.families import CachedFamilyPictures
from qvl_desktop.training.feature_cache import FeatureCache
from qvl_desktop.training.tower import tower_key
from tests.models.tiny_families import EVERY, NAMES
from tests.training.conftest import carry_out, events_of, losses_of, make_run
from tests.training.test_family_packing import talks
from tests.training.test_feature_cache import CountingTower, fill

SIZES = ((80, 60), (300, 40), (64, 64), (900, 700), (33, 200))


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures of very different shapes."""
    folder = tmp_path_factory.mktemp("shapes")
    paths = []
    for number, size in enumerate(SIZES):
        image = Image.effect_noise(size, 80).convert("RGB")
        paths.append(folder / f"{number}.png")
        image.save(paths[-1])
    return paths


def store(folder: Path, shapes: list[Path], root: Path) -> tuple[FeatureCache, CountingTower]:
    tower = CountingTower(folder)
    cache = FeatureCache(root, key="k", rows=tower.rows, dtype=tower.dtype)
    fill(cache, shapes, tower, folder)
    return cache, tower


@pytest.mark.parametrize("name", EVERY)
def test_features_are_those_of_the_model(
    folders: dict[str, Path], shapes: list[Path], tmp_path: Path, name: str
) -> None:
    cache, tower = store(folders[name], shapes, tmp_path)
    processor: Any = load_processor(folders[name])
    pictures = CachedFamilyPictures(processor, cache)
    model: Any = load_model(folders[name], device="cpu")
    for picture in shapes:
        pixels = processor.read_picture(picture)[1]
        with torch.no_grad():
            made = model.model.get_image_features(**pixels, return_dict=True)
        expected = torch.stack(
            [made.pooler_output[0], *(level[0] for level in getattr(made, "deepstack_features", ()))]
        )
        levels, grid = pictures.levels(picture)
        torch.testing.assert_close(levels, expected, rtol=0, atol=1e-5)
        assert grid.equal(pixels["image_grid_thw"])
        assert tower.room(picture) == levels.shape[0] * levels.shape[1]
    assert len({pictures.levels(picture)[0].shape[1] for picture in shapes}) >= 4
    assert (levels.shape[0] == 2) == name.startswith("qwen3-vl")
    again, counting = store(folders[name], shapes, tmp_path)
    assert counting.count == 0
    assert again.features(shapes[3]).equal(cache.features(shapes[3]))


@pytest.mark.parametrize("name", NAMES)
def test_half_written_rows_are_made_again(
    folders: dict[str, Path], shapes: list[Path], tmp_path: Path, name: str
) -> None:
    cache, _ = store(folders[name], shapes, tmp_path)
    (segment,) = segments(tmp_path / "v2-k")
    kept = [cache.features(picture).clone() for picture in shapes]
    with segment.data.open("r+b") as file:
        file.truncate(segment.bytes - 1)
    again, counting = store(folders[name], shapes, tmp_path)
    assert counting.count == 1
    for picture, rows in zip(shapes, kept, strict=True):
        torch.testing.assert_close(again.features(picture), rows, rtol=0, atol=1e-5)


def test_the_key_follows_the_size_of_pictures_and_the_weights_are_read_once(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(folders["qwen3-vl"], folder)
    memo = WeightsMemo(tmp_path / "root")
    processor: Any = load_processor(folder)
    key = tower_key(folder, processor.image_processor, torch.float32, memo)
    assert tower_key(folder, processor.image_processor, torch.float32) == key
    with monkeypatch.context() as patch:
        patch.setattr("qvl_desktop.training.tower.tower_tensors", lambda folder: 1 / 0)
        assert tower_key(folder, processor.image_processor, torch.float32, memo) == key
        processor.limit_pixels(10 * 32 * 32)
        assert tower_key(folder, processor.image_processor, torch.float32, memo) != key
    model: Any = load_model(folder, device="cpu")
    model.model.visual.merger.linear_fc1.weight.data[0, 0] += 1
    model.save_pretrained(folder)
    assert tower_key(folder, load_processor(folder).image_processor, torch.float32, memo) != key


def mixed(dataset: Dataset, pictures: list[Path], shapes: list[Path]) -> Dataset:
    """Samples with one picture, with two, with none, and with pictures of other shapes."""
    found = [
        Sample(
            Conversation((user_turn([str(shape)], "Find it."), Turn("assistant", f"It is {number}."))),
            (shape,), "train", shape.name,
        )
        for number, shape in enumerate(shapes)
    ]  # fmt: skip
    return replace(dataset, samples=(*dataset.samples, *talks(pictures), *found))


@pytest.mark.parametrize(("name", "method"), [*((name, "lora") for name in NAMES), ("qwen3-vl", "qlora")])
def test_twenty_steps_with_and_without_the_cache(
    folders: dict[str, Path], dataset: Dataset, pictures: list[Path], shapes: list[Path], tmp_path: Path, name: str,
    method: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    data = mixed(dataset, pictures, shapes)
    loaded: list[Any] = []
    load = methods.load_for_training

    def load_and_look(*args: Any, **settings: Any) -> Any:
        loaded.append(load(*args, **settings))
        return loaded[-1]

    monkeypatch.setattr(session, "load_for_training", load_and_look)
    losses, measured = [], []
    for cached in (True, False):
        run = make_run(
            tmp_path / str(cached), folders[name], max_steps=20, epochs=20.0, save_steps=100, packing=True,
            method=method, eval_samples=2, eval_steps=20,
        )  # fmt: skip
        assert carry_out(run, folders[name], data, cached=cached) == 0
        losses.append(losses_of(run))
        measured.append([event.metrics for event in events_of(run) if isinstance(event, Evaluated)])
        told = [event for event in events_of(run) if isinstance(event, Stage) and event.stage == "features"]
        assert bool(told) == cached
    assert len(losses[0]) == 20
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert losses[0][20] < losses[0][1], "they learn"
    for ours, theirs in zip(*measured, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)
    with_cache, without = loaded
    assert not [key for key, _ in with_cache.named_parameters() if "visual" in key], "no tower in memory"
    assert [key for key, _ in without.named_parameters() if "visual" in key]
    (folder,) = stores(features_folder())
    shown = {path for sample in data.split("train") + data.split("val")[:2] for path in sample.pictures}
    assert sum(len(segment.pictures()) for segment in segments(folder)) == len(shown)


def test_a_second_run_sees_no_picture(
    folders: dict[str, Path], dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []
    read = FamilyProcessor.read_picture

    def look(self: FamilyProcessor, path: Path) -> Any:
        seen.append(path)
        return read(self, path)

    monkeypatch.setattr(FamilyProcessor, "read_picture", look)
    looks = []
    for name in ("first", "second"):
        run = make_run(tmp_path / name, folders["qwen3.5"], max_steps=2, eval_samples=1, eval_steps=2)
        assert carry_out(run, folders["qwen3.5"], dataset) == 0
        looks.append(len(seen))
    assert looks == [len(dataset.split("train")) + 1] * 2


@pytest.mark.parametrize("name", EVERY)
def test_a_model_without_its_tower_answers_from_features(
    folders: dict[str, Path], pictures: list[Path], tmp_path: Path, name: str
) -> None:
    cache, _ = store(folders[name], pictures, tmp_path)
    processor: Any = load_processor(folders[name])
    whole = FamilyGenerator(load_model(folders[name], device="cpu"), processor)
    bare = FamilyGenerator(
        load_model(folders[name], device="cpu", visual=False), processor, CachedFamilyPictures(processor, cache).shown
    )
    questions = [Question(sample.conversation.turns[:1], tuple(sample.pictures)) for sample in talks(pictures)]
    assert bare.answer_batch(questions, 12) == whole.answer_batch(questions, 12)
    for one in questions:
        assert bare.answer(one.turns, one.pictures, 12).text == whole.answer(one.turns, one.pictures, 12).text
    with pytest.raises(VisualTowerMissingError):
        FamilyGenerator(load_model(folders[name], device="cpu", visual=False), processor).answer_batch(questions, 2)
