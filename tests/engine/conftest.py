"""Model folders and pictures for the engine's tests, made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.engine import tiny

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return tiny.make_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.make_model(tmp_path_factory.mktemp("models") / "tiny", seq_length=256)


@pytest.fixture(scope="session")
def taught_folder(tmp_path_factory: pytest.TempPathFactory, pictures: list[Path]) -> Path:
    return tiny.make_taught_model(tmp_path_factory.mktemp("models") / "taught", pictures)


@pytest.fixture(scope="session")
def adapter_folder(tmp_path_factory: pytest.TempPathFactory, taught_folder: Path, pictures: list[Path]) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "blue" / "adapter"
    return tiny.make_adapter(taught_folder, folder, pictures, {"Find the red circle.": tiny.BLUE})
