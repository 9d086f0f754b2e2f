"""Project files of earlier versions, as those versions wrote them, open in this one with everything in them."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.storage import schema
from qvl_desktop.storage.project import Project

OLD = Path(__file__).parent / "data"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Version 1: three pictures, one region linked to a turn, six steps of history of which one is undone."""
    path = tmp_path / "old.qvl"
    path.write_bytes(gzip.decompress((OLD / "version1.qvl.gz").read_bytes()))
    return path


def tables(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        columns = {}
        for name, sql in rows:
            info = connection.execute(f"PRAGMA table_info({name})").fetchall()
            columns[name] = str(sorted(row[1:] for row in info)) if info else " ".join(sql.split())
        return columns
    finally:
        connection.close()


@pytest.mark.parametrize("version", [1, 2])
def test_a_migrated_file_has_the_tables_of_a_new_one(version: int, tmp_path: Path) -> None:
    old = tmp_path / "old.qvl"
    old.write_bytes(gzip.decompress((OLD / f"version{version}.qvl.gz").read_bytes()))
    Project.open(old).close()
    Project.create(tmp_path / "new.qvl").close()
    assert tables(old) == tables(tmp_path / "new.qvl")


def test_a_migrated_file_keeps_its_rows_and_links(old: Path) -> None:
    with Project.open(old) as project:
        (region,) = project.regions(1)
        assert (region.ref, region.rect, region.kind, region.points) == ("cat", Rect(5, 6, 35, 44), "box", ())
        assert project.ref_counts() == {"cat": 1}
        project.move_region(region.id, Rect(50, 40, 100, 80))
        box = Box.encode(Rect(50, 40, 100, 80), 100, 80)
        answer = project.conversations()[0].turns[1].text
        assert answer == f"<ref>cat</ref><box>({box.x1},{box.y1}),({box.x2},{box.y2})</box>"
        assert project.picture(2).split == "val"


def test_the_history_of_a_migrated_file_still_works(old: Path) -> None:
    with Project.open(old) as project:
        assert project.redo() == "Mark pictures"
        assert project.picture(3).status == "done"
        project.undo()
        assert project.undo() == "Delete regions"
        assert [row.ref for row in project.regions(1)] == ["cat", "dog"]
        assert project.undo() == "Move region"
        assert project.regions(1)[0].rect == Rect(1, 2, 30, 40)
        while project.undo():
            pass
        assert project.picture_count() == 0
        while project.redo():
            pass
        assert project.picture(3).status == "done"
        assert [row.ref for row in project.regions(1)] == ["cat"]


def test_text_search_of_a_migrated_file_knows_its_turns(old: Path) -> None:
    with Project.open(old) as project:
        found = project._all("SELECT rowid FROM turns_text WHERE turns_text MATCH ?", ('"Find the"',))
        assert found == [(project.conversations()[0].turns[0].id,)]


def test_an_old_file_is_migrated_when_it_is_only_read(old: Path) -> None:
    with Project.open_read_only(old) as project:
        assert project.region_count() == 1
    connection = sqlite3.connect(old)
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    connection.close()
    assert old.with_name("old.qvl.v1.backup").exists()


def test_a_file_of_version_2_keeps_its_chat_and_its_history(tmp_path: Path) -> None:
    old = tmp_path / "old.qvl"
    old.write_bytes(gzip.decompress((OLD / "version2.qvl.gz").read_bytes()))
    with Project.open(old) as project:
        (thread,) = project.threads()
        assert thread.title == "Old chat"
        (exchange,) = project.exchanges(thread.id)
        assert (exchange.question, exchange.answer, exchange.state, exchange.chosen) == ("Hello", "Hi", "done", True)
        assert project.redo() == "Add region"
        assert [row.ref for row in project.regions(2)] == ["dog"]
