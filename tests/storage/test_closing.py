"""What a clean end is worth: a large project opens without being read through, and damage is found all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.core.box import Rect
from qvl_desktop.storage import connection
from qvl_desktop.storage.errors import DamagedProjectError
from qvl_desktop.storage.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(project: Project) -> Path:
    """A project with some weight, closed."""
    with project.step("Add regions"):
        for picture in project.picture_ids():
            project.add_regions(picture, [(f"thing {n % 7}", Rect(n, 1, n + 9, 40)) for n in range(400)])
    project.close()
    return project.path


def damage(path: Path) -> None:
    """Spoil a page in the middle without a trace in size and time, as a failing disk does."""
    facts = path.stat()
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 8192 * 8192
    data[middle : middle + 4096] = os.urandom(4096)
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def test_a_file_that_was_closed_well_is_checked_later(path: Path) -> None:
    with Project.open(path, check="later") as project:
        assert not project.checked
        project.check_now()
        assert project.checked
    with Project.open(path, check="first") as project:
        assert project.checked


def test_damage_behind_a_clean_end_makes_it_read_only(path: Path) -> None:
    damage(path)
    with Project.open(path, check="later") as project:
        ids = project.picture_ids()
        with pytest.raises(DamagedProjectError, match="backup"):
            project.check_now()
        assert project.read_only
        before = path.read_bytes()
        with pytest.raises(DamagedProjectError, match="backup"):
            project.set_status(ids, "done")
        assert len(project.pictures(ids)) == 3
    assert path.read_bytes() == before
    with pytest.raises(DamagedProjectError):
        Project.open(path, check="later")


def test_after_a_kill_or_a_change_from_outside_it_is_checked_first(path: Path) -> None:
    code = (
        "import os, signal\nfrom pathlib import Path\nfrom qvl_desktop.storage.project import Project\n"
        f"project = Project.open(Path({str(path)!r}), check='later')\nassert not project.checked\n"
        "project.set_status(project.picture_ids(), 'done')\nos._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 9
    with Project.open(path, check="later") as project:
        assert project.checked
        assert project.status_counts()["done"] == 3
    os.utime(path)
    with Project.open(path, check="later") as project:
        assert project.checked


def test_a_project_that_was_never_checked_leaves_no_word_of_being_whole(path: Path) -> None:
    Project.open(path, check="later").close()
    assert not connection.closed_well(path)
    Project.open(path, check="later").close()
    assert connection.closed_well(path)
