"""A later family is asked with pictures as large as those it learnt from, wherever its adapter goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvl_desktop.cli import main
from qvl_desktop.core.adapter_card import AdapterCard
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.models.loading import load_processor
from tests.training.conftest import carry_out, make_run

MOST = 6 * 28 * 28
"""Fewer pixels than the 80 x 60 of the pictures have once they are scaled to whole squares."""


@pytest.fixture
def run(folders: dict[str, Path], dataset: Dataset, tmp_path: Path) -> RunFolder:
    made = make_run(tmp_path / "run", folders["qwen2.5-vl"], max_steps=1, max_pixels=MOST)
    assert carry_out(made, folders["qwen2.5-vl"], dataset) == 0
    return made


def test_pictures_are_as_large_as_in_the_run(folders: dict[str, Path], run: RunFolder, dataset: Dataset) -> None:
    folder = folders["qwen2.5-vl"]
    own = load_processor(folder).resizing
    assert own.max_pixels > MOST
    assert AdapterCard.load(run.adapter).max_pixels == MOST
    host = ModelHost(folder, {"mine": run.adapter}, device="cpu")
    assert isinstance(host.generator, FamilyGenerator)
    one = dataset.samples[0]

    def tokens(name: str, like: str = "") -> int:
        with host.using(name, like) as generator:
            return generator.answer(one.conversation.turns[:1], one.pictures, 1).prompt_tokens

    large = tokens("base")
    with host.using("mine") as generator:
        assert generator.processor.resizing.max_pixels == MOST
    assert tokens("mine") <= large
    assert tokens("base") == large
    with host.using("base", "mine") as generator:
        assert generator.processor.resizing.max_pixels == MOST
    with host.using("base") as generator:
        assert generator.processor.resizing == own
        assert generator.processor.dialect.resizing == own


def test_a_merged_folder_says_it_too(folders: dict[str, Path], run: RunFolder, tmp_path: Path) -> None:
    words = ["--model", str(folders["qwen2.5-vl"]), "--adapter", str(run.path), "--out", str(tmp_path / "merged")]
    assert main(["merge", *words]) == 0
    resizing = load_processor(tmp_path / "merged").resizing
    assert resizing.max_pixels == MOST
    assert resizing.min_pixels == load_processor(folders["qwen2.5-vl"]).resizing.min_pixels


def test_a_full_run_leaves_it_in_the_model(folders: dict[str, Path], dataset: Dataset, tmp_path: Path) -> None:
    folder = folders["qwen2.5-vl"]
    made = make_run(tmp_path / "full", folder, method="full", max_steps=1, max_pixels=MOST, learning_rate=1e-5)
    assert carry_out(made, folder, dataset) == 0
    assert load_processor(made.path / "model").resizing.max_pixels == MOST
