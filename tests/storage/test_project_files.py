"""Project files in trouble: a clear sentence, nothing lost, nothing touched that is not ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from qvl_desktop.core.box import Rect
from qvl_desktop.core.lockfile import is_locked
from qvl_desktop.storage import migrations, schema
from qvl_desktop.storage.connection import lock_path
from qvl_desktop.storage.errors import (
    DamagedProjectError,
    DiskFullError,
    NewerProjectError,
    NotAProjectError,
    ProjectError,
    ProjectExistsError,
    ProjectLockedError,
    ProjectMissingError,
    ReadOnlyProjectError,
)
from qvl_desktop.storage.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path, project: Project) -> Path:
    """A closed project with three pictures and two regions."""
    picture = project.picture_ids()[0]
    project.add_regions(picture, [("cat", Rect(0, 0, 64, 48)), ("dog", Rect(9, 9, 99, 99))])
    project.close()
    return project.path


def refused_untouched(path: Path, kind: type[ProjectError], words: str) -> None:
    """Opening `path` (both ways) is refused with `kind` and leaves it and its folder as they were."""
    before = path.read_bytes(), sorted(os.listdir(path.parent))
    for opening in (Project.open, Project.open_read_only):
        with pytest.raises(kind, match=words) as caught:
            opening(path)
        assert str(path) in str(caught.value)
        assert (path.read_bytes(), sorted(os.listdir(path.parent))) == before


def test_a_file_that_is_no_project_is_never_touched(tmp_path: Path) -> None:
    text = tmp_path / "notes.qvl"
    text.write_text("dear diary" * 100, encoding="utf-8")
    refused_untouched(text, NotAProjectError, "not touched")
    empty = tmp_path / "empty.qvl"
    empty.touch()
    refused_untouched(empty, NotAProjectError, "not touched")


def test_another_programs_database_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.qvl"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE pictures (id INTEGER)")
    connection.commit()
    connection.close()
    refused_untouched(path, NotAProjectError, "not touched")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ProjectMissingError, match="no such project"):
        Project.open(tmp_path / "nothing.qvl")
    with pytest.raises(NotAProjectError, match="folder"):
        Project.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_project_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()
    lock_path(path).unlink()
    refused_untouched(path, NewerProjectError, "newer version")


def test_creating_never_overwrites(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ProjectExistsError, match="another name"):
        Project.create(path)
    assert path.read_bytes() == before


def test_a_project_cannot_be_made_where_nothing_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(ReadOnlyProjectError, match="cannot be created"):
        Project.create(blocked / "below.qvl")
    assert list(tmp_path.iterdir()) == [blocked]


def test_a_second_opening_is_refused_and_reading_is_not(path: Path) -> None:
    with Project.open(path) as project:
        with pytest.raises(ProjectLockedError, match="Close it there first"):
            Project.open(path)
        project.add_region(project.picture_ids()[0], "bird", Rect(1, 1, 5, 5))
        with Project.open_read_only(path) as reader:
            assert reader.region_count() == 3
            with pytest.raises(ReadOnlyProjectError, match="cannot be written"):
                reader.set_status(reader.picture_ids(), "done")
    Project.open(path).close()


def test_who_holds_it_is_said(path: Path, tmp_path: Path) -> None:
    program = tmp_path / "qvl-desktop"
    program.write_text(
        "import sys\nfrom qvl_desktop.storage.project import Project\n"
        "project = Project.open(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()",
        encoding="utf-8",
    )
    child = subprocess.Popen(
        [sys.executable, str(program), str(path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"open"
        words = rf"qvl-desktop {path.name} \(process {child.pid}\) works on this project. Close it there first"
        with pytest.raises(ProjectLockedError, match=words):
            Project.open(path)
    finally:
        child.kill()
        child.communicate()
    Project.open(path).close()


def test_another_process_holds_the_lock_until_it_dies(path: Path) -> None:
    code = (
        "import sys\nfrom qvl_desktop.storage.project import Project\n"
        f"project = Project.open({str(path)!r})\nprint('open', flush=True)\nsys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"open"
        with pytest.raises(ProjectLockedError, match=path.name):
            Project.open(path)
    finally:
        child.kill()
        child.communicate()
    with Project.open(path) as project:
        assert project.region_count() == 2


def test_a_lock_held_by_sqlite_itself_is_told_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qvl_desktop.storage.connection._BUSY_SECONDS", 0.05)
    with Project.open(path) as project:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProjectLockedError):
            project.set_status(project.picture_ids(), "done")
        other.execute("ROLLBACK")
        other.close()
        project.set_status(project.picture_ids(), "done")
        assert project.undo_text == "Mark pictures"


def as_user(code: str) -> str:
    """Run code as a user to whom read-only means read-only; the tests may run as root."""
    if os.name != "posix":
        pytest.skip("POSIX rights")
    head = (
        "import os\nfrom pathlib import Path\n"
        "from qvl_desktop.storage.project import Project\nfrom qvl_desktop.storage.errors import *\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
    )
    done = subprocess.run([sys.executable, "-c", head + code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("what", ["file", "folder"])
def test_read_only_files_and_folders(path: Path, tmp_path: Path, what: str) -> None:
    home = Path("/var/tmp") / f"qvl-test-{os.getpid()}-{what}"  # tmp_path itself is private to the tests' user
    home.mkdir()
    try:
        copy = home / "copy.qvl"
        shutil.copy(path, copy)
        copy.chmod(0o444 if what == "file" else 0o666)
        home.chmod(0o777 if what == "file" else 0o555)
        said = as_user(
            f"path = Path({str(copy)!r})\n"
            "try: Project.open(path)\nexcept ReadOnlyProjectError as error: print(error)\n"
            "with Project.open_read_only(path) as project: print(project.region_count())\n"
        )
        sentence, count = said.splitlines()
        assert "cannot be written" in sentence
        assert str(copy) in sentence
        assert count == "2"
        assert copy.read_bytes() == path.read_bytes()
    finally:
        home.chmod(0o777)
        shutil.rmtree(home)


def test_damage_is_found_and_nothing_is_overwritten(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for start in range(8192, len(data), 8192):
        data[start : start + 512] = os.urandom(512)
    path.write_bytes(data)
    with pytest.raises(DamagedProjectError, match="backup"):
        Project.open(path)
    with pytest.raises(DamagedProjectError, match="damaged"):
        Project.open_read_only(path)
    assert path.read_bytes() == bytes(data)
    assert not is_locked(lock_path(path))


def test_a_truncated_project_is_damaged(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedProjectError):
        Project.open(path)
    assert path.read_bytes() == data[: len(data) // 2]


def test_a_full_database_takes_the_edit_back_and_goes_on(path: Path) -> None:
    with Project.open(path) as project:
        assert project._writer is not None
        pages = project._writer.execute("PRAGMA page_count").fetchone()[0]
        project._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        picture = project.picture_ids()[0]
        with pytest.raises(DiskFullError, match="taken back"):
            project.add_regions(picture, [(f"thing {n}", Rect(0, 0, n + 1, 9)) for n in range(5000)])
        assert project.region_count() == 2
        assert project.undo_text == "Add regions"
        project._writer.execute("PRAGMA max_page_count = 1000000")
        project.add_region(picture, "bird", Rect(0, 0, 9, 9))
        assert project.region_count() == 3


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if (
        sys.platform != "linux"
        or os.getuid() != 0
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_loses_nothing(path: Path, tiny_disk: Path) -> None:
    copy = tiny_disk / "copy.qvl"
    shutil.copy(path, copy)
    done = 0
    with Project.open(copy) as project:
        picture = project.picture_ids()[0]
        try:
            for done in range(2000):
                project.add_regions(picture, [(f"step {done} part {n}", Rect(0, 0, n + 1, 9)) for n in range(20)])
        except DiskFullError as error:
            said = str(error)
        assert "make room" in said
        assert done > 3
        assert project.region_count() == 2 + 20 * done
    with Project.open_read_only(copy) as project:
        assert project.region_count() == 2 + 20 * done
        assert len(project.regions(picture)) == 2 + 20 * done


def test_no_project_is_left_behind_on_a_full_disk(tiny_disk: Path) -> None:
    with (tiny_disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(ProjectError):
        Project.create(tiny_disk / "new.qvl")
    assert [entry.name for entry in tiny_disk.iterdir()] == ["filler"]


@pytest.fixture
def next_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program one version later than the one that wrote `path`, whose files have one more column."""

    def add_note(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE pictures ADD COLUMN note TEXT NOT NULL DEFAULT ''")
        connection.execute("UPDATE pictures SET note = 'from ' || path")

    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setitem(migrations.MIGRATIONS, schema.VERSION - 1, add_note)


@pytest.mark.usefixtures("next_version")
def test_an_older_project_is_backed_up_and_migrated(path: Path) -> None:
    with Project.open(path) as project:
        assert project._one("SELECT note FROM pictures ORDER BY id") == ("from pictures/img1.png",)
        assert project.region_count() == 2
        assert project.undo() == "Add regions"
    older = schema.VERSION - 1
    backup = path.with_name(f"{path.name}.v{older}.backup")
    connection = sqlite3.connect(backup)
    assert connection.execute("PRAGMA user_version").fetchone() == (older,)
    assert connection.execute("SELECT count(*) FROM regions").fetchone() == (2,)
    connection.close()
    Project.open(path).close()
    assert len(list(path.parent.glob("*.backup"))) == 1, "a migrated file is not migrated again"


def test_a_migration_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM regions")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as later:
        later.setattr(schema, "VERSION", schema.VERSION + 1)
        later.setitem(migrations.MIGRATIONS, schema.VERSION - 1, fail)
        with pytest.raises(DiskFullError):
            Project.open(path)
    with Project.open(path) as project:
        assert project.region_count() == 2
    assert path.with_name(f"{path.name}.v{schema.VERSION}.backup").exists()


def test_a_project_moves_with_its_pictures(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    shutil.move(path, elsewhere / path.name)
    shutil.move(path.parent / "pictures", elsewhere / "pictures")
    with Project.open(elsewhere / path.name) as project:
        assert all(row.file.is_file() for row in project.pictures(project.picture_ids()))
