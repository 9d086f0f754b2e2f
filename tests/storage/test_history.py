"""A step goes back and forth in chunks, with the same end whatever the size of the chunks."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.storage import history
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.indexing import Measured
from qvl_desktop.storage.project import Project

TABLES = ("pictures", "regions", "conversations", "turns", "conversation_pictures", "links", "headers", "refs")


def state(project: Project) -> dict[str, list[tuple[object, ...]]]:
    """All rows; of refs what counts (the order of use is no part of undo)."""
    everything = {table: project._all(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}
    everything["refs"] = project._all("SELECT ref, count FROM refs WHERE count > 0 ORDER BY ref")
    return everything


def no_rest(project: Project) -> None:
    assert not project._all("SELECT * FROM atoms WHERE step < 1")
    assert not project._all("PRAGMA foreign_key_check")


@pytest.mark.parametrize("size", [1, 2, 2000])
def test_rows_that_hang_on_rows_which_go_come_back(
    project: Project, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(history, "CHUNK", size)
    first, second, third = project.picture_ids()
    regions = project.add_regions(first, [(f"bird {n}", Rect(n, 0, n + 9, 9)) for n in range(5)])
    turns = (user_turn([project.pictures([first])[0].path], "What?"), Turn("assistant", "A bird."))
    old = project.add_conversation(Conversation(turns))
    project.add_region(second, "cat", Rect(1, 1, 20, 20))
    before = state(project)
    with project.step("Everything at once"):
        project.add_measured([Measured(Path(project.folder / "new.png"), 64, 48)])
        new = project.add_conversation(Conversation(turns[:1]))
        for table in ("turns", "conversation_pictures"):
            project._write(f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ?", (new, old))
        project._write("DELETE FROM conversations WHERE id = ?", (old,))
        project.delete_regions(regions[3:])
        project.remove_pictures([second])
        project.add_region(third, "dog", Rect(2, 2, 30, 30))
        project._write("UPDATE pictures SET path = path || '.x' WHERE id = ?", (first,))
    after = state(project)
    assert after != before
    for _ in range(2):
        project.undo()
        assert state(project) == before
        no_rest(project)
        project.redo()
        assert state(project) == after
        no_rest(project)


@pytest.mark.parametrize("size", [3, 2000])
def test_a_name_passes_from_a_row_that_goes_to_one_that_comes(
    project: Project, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(history, "CHUNK", size)
    picture = project.picture_ids()[0]
    path = project.pictures([picture])[0].path
    before = state(project)
    with project.step("Again"):
        project.remove_pictures([picture])
        project.add_measured([Measured(project.folder / path, 64, 48)])
    after = state(project)
    project.undo()
    assert state(project) == before
    project.redo()
    assert state(project) == after


def test_searching_follows(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CHUNK", 2)
    paths = [row.path for row in project.pictures(project.picture_ids())]
    project.add_conversations(Conversation((user_turn([path], "Where is the zebra?"),)) for path in paths)
    zebra = PictureFilter(said="zebra")
    assert len(project.picture_ids(zebra)) == 3
    project.undo()
    assert not project.picture_ids(zebra)
    project.redo()
    assert len(project.picture_ids(zebra)) == 3


def test_giving_up_on_the_way_leaves_everything(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CHUNK", 4)
    picture = project.picture_ids()[0]
    project.add_regions(picture, [(f"bird {n}", Rect(n, 0, n + 9, 9)) for n in range(20)])
    before = state(project)

    def stop(done: int, total: int) -> None:
        assert total == 20
        if done >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        project.undo(stop)
    assert state(project) == before
    told: list[tuple[int, int]] = []
    project.undo(lambda done, total: told.append((done, total)))
    assert told == [(4, 20), (8, 20), (12, 20), (16, 20), (20, 20)]
    assert not project.regions(picture)


def test_memory_does_not_grow_with_the_step(project: Project) -> None:
    """What SQLite and Python hold at once while 12,000 regions with 2 kB each go and come back."""
    resource = pytest.importorskip("resource")
    picture = project.picture_ids()[0]
    with project.step("Many"):
        insert = "INSERT INTO regions (picture_id, ref, x1, y1, x2, y2, token, extra) VALUES (?, '', 0, 0, 9, 9, '', ?)"
        project._write_many(insert, ((picture, "x" * 2000) for _ in range(12_000)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    project.undo()
    project.redo()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1000
    assert grown < 15, f"{grown:.0f} MB for 24 MB of rows"
    assert len(project._all("SELECT id FROM regions")) == 12_000
