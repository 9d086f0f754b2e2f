"""A log left behind by a program that died goes into its own file, and into no other that has taken the name."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.storage.belonging import last_opening, log_mark, stamp_of
from qvl_desktop.storage.connection import closed_well, lock_path
from qvl_desktop.storage.errors import ProjectLockedError
from qvl_desktop.storage.indexing import Measured
from qvl_desktop.storage.project import Project

ROOT = Path(__file__).resolve().parents[2]


def add(project: Project, *names: str) -> None:
    project.add_measured([Measured(project.folder / name, 64, 48) for name in names])


def names(path: Path) -> list[str]:
    with Project.open(path) as project:
        return [Path(row.path).name for row in project.pictures(project.picture_ids())]


def die_over(path: Path, *pictures: str) -> None:
    """A process adds pictures to a project and dies: the rows are in the log only."""
    code = (
        "import os\nfrom pathlib import Path\nfrom qvl_desktop.storage.project import Project\n"
        "from qvl_desktop.storage.indexing import Measured\n"
        f"path = Path({str(path)!r})\nproject = Project.open(path) if path.exists() else Project.create(path)\n"
        f"project.add_measured([Measured(path.parent / name, 64, 48) for name in {pictures!r}])\nos._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 9
    assert log(path).stat().st_size


def log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def made(path: Path, *pictures: str) -> Path:
    with Project.create(path) as project:
        add(project, *pictures)
    return path


def aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}-wal.aside*"))


def test_after_a_crash_a_project_gets_its_own_log(tmp_path: Path) -> None:
    path = tmp_path / "x.qvl"
    die_over(path, "a.png")
    die_over(path, "b.png")
    assert names(path) == ["a.png", "b.png"]
    assert not aside(path)


def test_a_deleted_project_does_not_come_back_into_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "x.qvl"
    for number in (1, 2):
        die_over(path, "a.png")
        path.unlink()
        with Project.create(path) as project:
            assert project.picture_count() == 0
            assert project.undo_text is None
        path.unlink()
        assert len(aside(path)) == number, "logs are kept under another name, never deleted"


@pytest.mark.parametrize("way", ["copied over", "moved over"])
def test_another_project_in_its_place_is_not_mixed_with_the_log(tmp_path: Path, way: str) -> None:
    path, other = tmp_path / "x.qvl", made(tmp_path / "other.qvl", "other.png")
    die_over(path, "a.png")
    if way == "copied over":
        shutil.copyfile(other, path)
    else:
        other.replace(path)
    with Project.open_read_only(path) as project:
        assert project.picture_count() == 1
    assert not aside(path), "reading moves nothing"
    assert names(path) == ["other.png"]
    assert len(aside(path)) == 1


def test_an_earlier_state_put_back_is_not_mixed_with_the_log(tmp_path: Path) -> None:
    path = made(tmp_path / "x.qvl", "a.png")
    kept = shutil.copy2(path, tmp_path / "kept.qvl")
    die_over(path, "b.png")
    shutil.copy2(kept, path)
    assert names(path) == ["a.png"]
    assert len(aside(path)) == 1


def test_a_project_of_the_first_version_in_its_place_is_not_mixed_with_the_log(tmp_path: Path) -> None:
    path = tmp_path / "x.qvl"
    die_over(path, "a.png")
    path.write_bytes(gzip.decompress((Path(__file__).parent / "data/version1.qvl.gz").read_bytes()))
    assert "a.png" not in names(path)
    assert len(aside(path)) == 1


@pytest.mark.parametrize("what", ["whole folder", "file and log", "file and log over another"])
def test_a_project_that_moved_with_its_log_loses_nothing(tmp_path: Path, what: str) -> None:
    source, target = tmp_path / "from" / "x.qvl", tmp_path / "to" / "x.qvl"
    source.parent.mkdir()
    die_over(source, "a.png")
    if what == "whole folder":
        shutil.copytree(source.parent, target.parent)
    else:
        target.parent.mkdir()
        if "over" in what:
            die_over(target, "z.png")
            target.unlink()
            log(target).unlink()
        shutil.copy2(source, target)
        shutil.copy2(log(source), log(target))
    assert names(target) == ["a.png"]
    assert not aside(target)


def test_the_mark_of_a_log_stays_through_restarts(tmp_path: Path) -> None:
    path = tmp_path / "x.qvl"
    with Project.create(path) as project:
        add(project, "first.png")
        before = log_mark(path)
        for number in range(30):
            add(project, f"{number}.png")
            project._write_connection().execute("PRAGMA wal_checkpoint(RESTART)")
            if number % 7 == 0:
                project._write_connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        add(project, "last.png")
        assert log_mark(path) == before is not None
        opening = last_opening(lock_path(path))
        assert opening is not None
        assert opening.log == before
        assert opening.stamp == stamp_of(path)


def test_a_lock_file_that_is_gone_costs_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "x.qvl"
    die_over(path, "a.png")
    lock_path(path).unlink()
    assert names(path) == ["a.png"]


def test_the_mark_of_a_clean_end_belongs_to_one_file(tmp_path: Path) -> None:
    path, other = made(tmp_path / "x.qvl", "a.png"), made(tmp_path / "other.qvl", "b.png")
    assert closed_well(path)
    facts = path.stat()
    assert other.stat().st_size == facts.st_size
    shutil.copyfile(other, path)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert not closed_well(path)
    with Project.open(path, check="later") as project:
        assert project.checked


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there")
def test_no_new_project_takes_the_name_of_one_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "x.qvl"
    with Project.create(path) as project:
        add(project, "a.png")
        path.unlink()
        with pytest.raises(ProjectLockedError):
            Project.create(path)
        assert not path.exists()
        assert log_mark(path) is not None
        assert not aside(path)


def test_opening_beside_somebody_who_reads_works_and_a_crash_loses_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "x.qvl", "a.png")
    die_over(path, "b.png")
    with Project.open_read_only(path) as reader, reader._readers.reading() as connection:
        connection.execute("SELECT count(*) FROM pictures").fetchone()
        die_over(path, "c.png")
    assert names(path) == ["a.png", "b.png", "c.png"]
