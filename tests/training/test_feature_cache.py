"""Features are computed once, survive a stop, and teach exactly what pixels would teach."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import Cancelled
from qvl_desktop.models.loading import load_model, load_processor
from qvl_desktop.training.feature_cache import FeatureCache
from qvl_desktop.training.tower import VisualTowerRunner, tower_key
from tests.training.conftest import carry_out, losses_of, make_run

CPU = torch.device("cpu")


class CountingTower:
    """The real tower, counting what goes through it."""

    def __init__(self, folder: Path) -> None:
        self._tower = VisualTowerRunner(folder, dtype=torch.float32, device=CPU)
        self.rows, self.dtype, self.count = self._tower.rows, self._tower.dtype, 0

    def encode(self, pixel_values: torch.Tensor) -> torch.Tensor:
        self.count += len(pixel_values)
        return self._tower.encode(pixel_values)


def fill(cache: FeatureCache, pictures: list[Path], tower: CountingTower, folder: Path, **options: Any) -> None:
    settings: dict[str, Any] = {"progress": lambda done, total: None, "check": lambda: None} | options
    cache.fill(pictures, tower, load_processor(folder).image_processor, **settings)


def test_features_are_those_of_the_model(tiny_model: Path, pictures: list[Path], tmp_path: Path) -> None:
    tower = CountingTower(tiny_model)
    cache = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    fill(cache, pictures, tower, tiny_model)
    model, processor = load_model(tiny_model), load_processor(tiny_model)
    for picture in pictures:
        pixels = torch.from_numpy(processor.image_processor.pixels(picture))[None]
        with torch.no_grad():
            expected = model.encode_images(pixels)[0]
        torch.testing.assert_close(cache.features(picture), expected, rtol=0, atol=1e-6)


def test_same_content_is_computed_once_and_kept(tiny_model: Path, pictures: list[Path], tmp_path: Path) -> None:
    twin = tmp_path / "twin.png"
    shutil.copyfile(pictures[0], twin)
    tower = CountingTower(tiny_model)
    cache = FeatureCache(tmp_path / "cache", key="k", rows=tower.rows, dtype=tower.dtype)
    fill(cache, [*pictures, twin], tower, tiny_model)
    assert tower.count == len(pictures)
    again = FeatureCache(tmp_path / "cache", key="k", rows=tower.rows, dtype=tower.dtype)
    assert again.missing([*pictures, twin]) == []
    assert torch.equal(again.features(twin), cache.features(pictures[0]))
    other = FeatureCache(tmp_path / "cache", key="other", rows=tower.rows, dtype=tower.dtype)
    assert len(other.missing(pictures)) == len(pictures)


def test_a_stop_keeps_what_is_listed(tiny_model: Path, pictures: list[Path], tmp_path: Path) -> None:
    tower = CountingTower(tiny_model)
    cache = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    fill(cache, pictures[:5], tower, tiny_model)

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fill(cache, pictures, tower, tiny_model, check=stop)
    again = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    assert again.missing(pictures) == pictures[5:]
    fill(again, pictures, tower, tiny_model)
    assert tower.count == len(pictures)


def test_key_follows_weights_processor_and_dtype(tiny_model: Path, tmp_path: Path) -> None:
    processor = load_processor(tiny_model).image_processor
    key = tower_key(tiny_model, processor, torch.float32)
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    assert tower_key(copy, processor, torch.float32) == key
    assert tower_key(tiny_model, processor, torch.bfloat16) != key
    model = load_model(copy)
    model.transformer.visual.proj.data[0, 0] += 1
    model.save_pretrained(copy)
    assert tower_key(copy, processor, torch.float32) != key


def test_cached_and_uncached_runs_have_the_same_losses(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    cached = make_run(tmp_path / "cached", tiny_model)
    uncached = make_run(tmp_path / "uncached", tiny_model)
    assert carry_out(cached, tiny_model, dataset) == 0
    assert carry_out(uncached, tiny_model, dataset, cached=False) == 0
    assert losses_of(cached) == pytest.approx(losses_of(uncached), abs=1e-5)
    assert not (cached.path / "features").exists()
