"""An empty project beside the data of a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qvl_desktop.storage.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An open project without pictures."""
    with Project.create(tmp_path / "test.qvl") as opened:
        yield opened
