"""Features are computed once, survive a stop, and teach exactly what pixels would teach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import Cancelled
from qvl_desktop.core.feature_files import features_folder, in_use, segments, stores, total_bytes, trim, write_limit
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.loading import load_model, load_processor, read_family
from qvl_desktop.training import feature_cache
from qvl_desktop.training.errors import FeatureRoomError
from qvl_desktop.training.feature_cache import FeatureCache, Seen
from qvl_desktop.training.tower import FamilyTowerRunner, VisualTowerRunner, tower_key
from tests.training.conftest import TRAIN, carry_out, losses_of, make_run

CPU = torch.device("cpu")


class CountingTower:
    """The real tower, counting what goes through it."""

    def __init__(self, folder: Path) -> None:
        processor = load_processor(folder)
        if isinstance(processor, FamilyProcessor):
            _, family = read_family(folder)
            self._tower: Any = FamilyTowerRunner(folder, family, processor, dtype=torch.float32, device=CPU)
        else:
            self._tower = VisualTowerRunner(folder, processor.image_processor, dtype=torch.float32, device=CPU)
        self.rows, self.dtype, self.count = self._tower.rows, self._tower.dtype, 0
        self.room, self.together, self.read = self._tower.room, self._tower.together, self._tower.read

    def encode(self, read: Sequence[Any]) -> Sequence[Seen]:
        self.count += len(read)
        seen: Sequence[Seen] = self._tower.encode(read)
        return seen


def fill(cache: FeatureCache, pictures: list[Path], tower: CountingTower, folder: Path, **options: Any) -> None:
    settings: dict[str, Any] = {"progress": lambda done, total: None, "check": lambda: None} | options
    cache.fill(pictures, tower, **settings)


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


def test_a_stop_keeps_what_is_computed(
    tiny_model: Path, pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = CountingTower(tiny_model)
    cache = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    fill(cache, pictures[:5], tower, tiny_model)

    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fill(cache, pictures, tower, tiny_model, check=stop)
    again = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    assert again.missing(pictures) == pictures[5:]
    monkeypatch.setattr(tower, "together", lambda pictures: 3, raising=False)
    calls = iter((None, None, Cancelled))

    def stop_later() -> None:
        if (error := next(calls)) is not None:
            raise error

    with pytest.raises(Cancelled):
        fill(again, pictures, tower, tiny_model, check=stop_later)
    third = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    assert third.missing(pictures) == pictures[11:], "all that was computed is listed"
    fill(third, pictures, tower, tiny_model)
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
    assert features_folder().is_relative_to(os.environ["QVL_CONFIG_DIR"])
    (store,) = stores(features_folder())
    assert sum(len(segment.pictures()) for segment in segments(store)) == TRAIN
    assert not in_use(store)


def test_twenty_steps_with_and_without_the_cache(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    losses = []
    for name, cached in (("cached", True), ("uncached", False)):
        run = make_run(tmp_path / name, tiny_model, max_steps=20, epochs=10.0, packing=True, save_steps=100)
        assert carry_out(run, tiny_model, dataset, cached=cached) == 0
        losses.append(losses_of(run))
    assert len(losses[0]) == 20
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert losses[0][20] < losses[0][1], "they learn"


FILLING = """
import sys, time
from pathlib import Path
import torch
from qvl_desktop.models.loading import load_processor
from qvl_desktop.training import feature_cache
from qvl_desktop.training.tower import VisualTowerRunner

root, folder, *pictures = sys.argv[1:]
feature_cache.LISTED_EVERY = 2
image_processor = load_processor(Path(folder)).image_processor
tower = VisualTowerRunner(Path(folder), image_processor, dtype=torch.float32, device=torch.device("cpu"))
tower.together = lambda pictures: 2
cache = feature_cache.FeatureCache(Path(root), key="k", rows=tower.rows, dtype=tower.dtype)

def progress(done, total):
    print(done, flush=True)
    time.sleep(1000 if done > 5 else 0)

cache.fill([Path(picture) for picture in pictures], tower, progress=progress, check=lambda: None)
"""


def test_a_kill_while_filling_costs_little_and_the_next_run_goes_on(
    tiny_model: Path, pictures: list[Path], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", FILLING, str(tmp_path), str(tiny_model), *map(str, pictures)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 6:
                break
        assert in_use(tmp_path / "v2-k")
        process.kill()
    (segment,) = segments(tmp_path / "v2-k")
    with segment.data.open("ab") as file:
        file.write(b"half a row")  # what a kill in the middle of writing leaves behind
    tower = CountingTower(tiny_model)
    cache = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    missing = cache.missing(pictures)
    assert missing == pictures[6:]
    fill(cache, pictures, tower, tiny_model)
    assert tower.count == len(missing)
    whole = FeatureCache(tmp_path / "other", key="k", rows=tower.rows, dtype=tower.dtype)
    fill(whole, pictures, tower, tiny_model)
    for picture in pictures:
        torch.testing.assert_close(cache.features(picture), whole.features(picture), rtol=0, atol=1e-6)
    cache.close()
    assert not in_use(tmp_path / "v2-k"), "the lock of the dead one is swept away"


def test_a_second_run_computes_nothing(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    for name in ("first", "second"):
        assert carry_out(make_run(tmp_path / name, tiny_model), tiny_model, dataset) == 0
    (store,) = stores(features_folder())
    assert len(list(segments(store))) == 1
    assert losses_of(RunFolder(tmp_path / "first")) == losses_of(RunFolder(tmp_path / "second"))


def test_the_oldest_features_go_first_and_never_those_in_use(
    tiny_model: Path, pictures: list[Path], tmp_path: Path
) -> None:
    tower = CountingTower(tiny_model)
    for number, (key, some) in enumerate({"a": pictures[:4], "b": pictures[:6], "c": pictures[:8]}.items()):
        cache = FeatureCache(tmp_path, key=key, rows=tower.rows, dtype=tower.dtype)
        fill(cache, some, tower, tiny_model)
        cache.close()
        (segment,) = segments(tmp_path / f"v2-{key}")
        os.utime(segment.index, (1000 + number, 1000 + number))
    row = total_bytes(tmp_path) // 18
    living = FeatureCache(tmp_path, key="a", rows=tower.rows, dtype=tower.dtype)
    assert trim(tmp_path, 12 * row) == 6 * row, "a is the oldest, but in use: b goes"
    assert torch.equal(living.features(pictures[0]), living.features(pictures[0]))
    living.close()
    assert trim(tmp_path, 8 * row) == 4 * row
    assert [folder.name for folder in stores(tmp_path) if list(segments(folder))] == ["v2-c"]


def test_a_limit_is_kept_when_a_run_ends(tiny_model: Path, dataset: Dataset, tmp_path: Path) -> None:
    write_limit(features_folder(), 0)
    assert carry_out(make_run(tmp_path / "run", tiny_model), tiny_model, dataset) == 0
    assert total_bytes(features_folder()) == 0


def test_no_room_is_said_before_anything_is_computed(
    tiny_model: Path, pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = CountingTower(tiny_model)
    cache = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    monkeypatch.setattr(feature_cache, "SPARE", 10**18)
    with pytest.raises(FeatureRoomError, match="Make room on this disk"):
        fill(cache, pictures, tower, tiny_model)
    assert tower.count == 0
    assert total_bytes(tmp_path) == 0


def test_two_processes_fill_one_store_and_both_are_right(
    tiny_model: Path, pictures: list[Path], tmp_path: Path
) -> None:
    tower = CountingTower(tiny_model)
    one = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    two = FeatureCache(tmp_path, key="k", rows=tower.rows, dtype=tower.dtype)
    fill(one, pictures[:7], tower, tiny_model)
    fill(two, pictures[3:], tower, tiny_model)
    two.wait_for(pictures)
    for picture in pictures[3:7]:
        assert torch.equal(one.features(picture), two.features(picture))
    assert in_use(stores(tmp_path)[0])
    one.close()
    two.close()
    assert not in_use(stores(tmp_path)[0])
