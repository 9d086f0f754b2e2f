"""A small project with real pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.storage.project import Project


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Three pictures whose names sort differently as text and as people read them."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    files = [folder / f"img{number}.png" for number in (1, 2, 10)]
    for number, file in enumerate(files):
        Image.new("RGB", (640, 480), (40 * number, 90, 120)).save(file)
    return files


@pytest.fixture
def project(tmp_path: Path, pictures: list[Path]) -> Iterator[Project]:
    """An open project that holds them."""
    with Project.create(tmp_path / "test.qvl") as opened:
        opened.add_pictures(pictures)
        yield opened
