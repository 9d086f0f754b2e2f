"""Picture files: what is remembered of them, changes said with boxes kept, moved ones found again."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.errors import Cancelled, PictureError
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.storage.files import read_file
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change


@pytest.fixture
def talked(project: Project) -> Project:
    """The project of three pictures; the first has a region and a conversation about it."""
    first = project.pictures(project.picture_ids())[0]
    (region,) = project.add_regions(first.id, [("cat", Rect(64, 48, 320, 240))])
    answer = format_ref("cat", [project.region(region).box])
    project.add_conversation(Conversation((user_turn([first.path], "Find the cat."), Turn("assistant", answer))))
    return project


def first_file(project: Project) -> Path:
    return project.pictures(project.picture_ids())[0].file


def redraw(file: Path, size: tuple[int, int] = (640, 480)) -> None:
    image = Image.new("RGB", size, (200, 30, 30))
    ImageDraw.Draw(image).ellipse((10, 10, size[0] // 2, size[1] // 2), fill=(0, 0, 255))
    image.save(file)


def test_files_are_read_once_and_their_look_is_kept(talked: Project) -> None:
    looked = talked.look_at_files()
    assert (looked.read, looked.missing, looked.changed) == (3, (), ())
    state = talked.file_state(talked.picture_ids()[0])
    assert state is not None
    assert (state.width, state.height) == (640, 480)
    assert len(state.look) == 128
    assert state == read_file(state.path, talked.folder)
    assert talked.look_at_files().read == 0
    os.utime(first_file(talked), ns=(1, 1))
    assert talked.look_at_files().read == 1, "another time: looked at again"
    assert talked.changed_files() == [], "the same bytes: nothing changed"


def test_looking_is_no_edit_and_can_be_left_and_gone_on_with(talked: Project) -> None:
    undo = talked.undo_text
    told: list[Change] = []
    talked.subscribe(told.append)

    def stop(done: int, total: int) -> None:
        if (done, total) == (2, 3):
            raise Cancelled

    with pytest.raises(Cancelled):
        talked.look_at_files(progress=stop)
    talked.look_at_files()
    assert talked.undo_text == undo
    assert {change.kind for change in told} == {"files"}
    assert all(talked.file_state(number) for number in talked.picture_ids())


def test_a_changed_picture_is_said_and_its_boxes_are_kept(talked: Project) -> None:
    talked.look_at_files()
    redraw(first_file(talked))
    (number,) = talked.look_at_files().changed
    (row,) = talked.changed_files()
    assert (row.picture_id, row.was, (row.width, row.height)) == (number, (640, 480), (640, 480))
    assert [region.rect for region in talked.regions(number)] == [Rect(64, 48, 320, 240)]
    with Project.open_read_only(talked.path) as reader:
        assert len(reader.changed_files()) == 1, "it stays said after a restart"
    assert talked.accept_files([number]) == 1
    assert talked.changed_files() == []
    talked.undo()
    assert len(talked.changed_files()) == 1
    talked.redo()
    redraw(first_file(talked), (800, 600))
    assert talked.look_at_files().changed == (number,), "another change is said again"


def test_a_changed_picture_without_anything_on_it_is_taken_quietly(talked: Project) -> None:
    talked.look_at_files()
    redraw(talked.pictures(talked.picture_ids())[1].file)
    assert talked.look_at_files().changed == ()
    assert talked.changed_files() == []


@pytest.mark.parametrize(
    ("size", "scale", "rect", "token"),
    [
        ((1280, 960), None, Rect(128, 96, 640, 480), "<box>(100,100),(500,500)</box>"),
        ((640, 240), None, Rect(64, 48, 320, 240), "<box>(100,200),(500,999)</box>"),
        ((640, 240), True, Rect(64, 24, 320, 120), "<box>(100,100),(500,500)</box>"),
    ],
)
def test_accepting_another_size_scales_boxes_with_the_picture_or_cuts_them(
    talked: Project, size: tuple[int, int], scale: bool | None, rect: Rect, token: str
) -> None:
    talked.look_at_files()
    redraw(first_file(talked), size)
    (number,) = talked.look_at_files().changed
    talked.accept_files([number], scale=scale)
    picture, (region,) = talked.picture(number), talked.regions(number)
    assert (picture.width, picture.height) == size
    assert region.rect == rect
    assert region.token == token
    (talk,) = talked.conversations(number)
    assert talk.turns[1].text == f"<ref>cat</ref>{token}"
    talked.undo()
    assert talked.regions(number)[0].rect == Rect(64, 48, 320, 240)
    assert (talked.picture(number).width, talked.picture(number).height) == (640, 480)
    assert talked.changed_files()


def test_missing_files_pass_the_filter_and_come_back(talked: Project) -> None:
    talked.look_at_files()
    file = first_file(talked)
    kept = file.read_bytes()
    file.unlink()
    (number,) = talked.look_at_files().missing
    assert talked.picture_ids(PictureFilter(missing=True)) == [number]
    assert talked.lost_pictures()[0].bytes == len(kept), "its size is not forgotten"
    file.write_bytes(kept)
    assert talked.look_at_files().missing == ()
    assert talked.picture_ids(PictureFilter(missing=True)) == []
    assert talked.changed_files() == []


def test_files_that_are_no_pictures_are_remembered_as_such(talked: Project) -> None:
    first_file(talked).write_bytes(b"nonsense")
    talked.look_at_files()
    state = talked.file_state(talked.picture_ids()[0])
    assert state is not None
    assert (state.look, state.width) == ("", 0)
    assert state.content


def test_moved_pictures_are_found_by_what_they_hold(talked: Project, tmp_path: Path) -> None:
    talked.look_at_files()
    files = [row.file for row in talked.pictures(talked.picture_ids())]
    other = tmp_path / "elsewhere" / "deep"
    other.mkdir(parents=True)
    for place, file in enumerate(files):
        shutil.move(file, other / f"renamed {place}.png")
    plan = talked.find_moved(tmp_path / "elsewhere")
    assert [match.by for match in plan.matches] == ["content"] * 3
    assert talked.relink({match.path: match.file for match in plan.matches}) == 3
    rows = talked.pictures(talked.picture_ids())
    assert sorted(row.path for row in rows) == [f"elsewhere/deep/renamed {place}.png" for place in range(3)]
    talk = talked.conversations()[0]
    assert talk.content.pictures == ("elsewhere/deep/renamed 0.png",)
    assert talked.picture_ids_of(talk.id) == [rows[0].id]
    assert talked.links(talk.id), "the box still stands for its region"
    assert talked.look_at_files().missing == ()
    assert talked.changed_files() == []
    assert talked.conversation_ids(text="renamed 0") == [talk.id], "the search knows the new name"
    talked.undo()
    assert talked.conversations()[0].content.pictures == ("pictures/img1.png",)
    talked.redo()
    assert talked.conversations()[0].content.pictures == ("elsewhere/deep/renamed 0.png",)


def test_two_pictures_that_changed_places_keep_their_own_conversations(talked: Project, tmp_path: Path) -> None:
    talked.look_at_files()
    rows = talked.pictures(talked.picture_ids())
    new = tmp_path / "new"
    new.mkdir()
    shutil.move(rows[0].file, new / rows[1].file.name)
    shutil.move(rows[1].file, new / rows[0].file.name)
    plan = talked.find_moved(new)
    talked.relink({match.path: match.file for match in plan.matches})
    assert talked.conversations()[0].content.pictures == ("new/img2.png",)


def test_pictures_never_read_are_found_by_name_and_size_and_same_ones_by_their_folder(
    project: Project, tmp_path: Path
) -> None:
    rows = project.pictures(project.picture_ids())
    for name in ("a", "b"):
        (tmp_path / name / "pictures").mkdir(parents=True)
        shutil.copy(rows[0].file, tmp_path / name / "pictures" / rows[0].file.name)
    rows[0].file.unlink()
    plan = project.find_moved(tmp_path)
    assert plan.matches == ()
    ((path, places),) = plan.ambiguous
    assert path == "pictures/img1.png"
    assert len(places) == 2
    shutil.rmtree(tmp_path / "b")
    (match,) = project.find_moved(tmp_path).matches
    assert (match.by, match.file) == ("name", tmp_path / "a" / "pictures" / "img1.png")
    Image.new("RGB", (10, 10)).save(match.file)
    assert project.find_moved(tmp_path).unknown == ("pictures/img1.png",), "another size is another picture"


def test_quick_search_goes_by_name_and_bytes_without_reading(talked: Project, tmp_path: Path) -> None:
    talked.look_at_files()
    row = talked.pictures(talked.picture_ids())[0]
    moved = tmp_path / "moved"
    moved.mkdir()
    shutil.move(row.file, moved / row.file.name)
    (match,) = talked.find_moved(moved, quick=True).matches
    assert match.by == "name"
    (moved / row.file.name).write_bytes(b"x" * 7)
    assert talked.find_moved(moved, quick=True).unknown == (row.path,)


def test_what_is_in_the_project_already_is_not_linked_twice(talked: Project, tmp_path: Path) -> None:
    talked.look_at_files()
    rows = talked.pictures(talked.picture_ids())
    shutil.copy(rows[0].file, tmp_path / "copy.png")
    talked.add_pictures([tmp_path / "copy.png"])
    rows[0].file.unlink()
    plan = talked.find_moved(tmp_path)
    assert plan.matches == ()
    assert [match.path for match in plan.taken] == [rows[0].path]
    assert talked.relink({rows[0].path: tmp_path / "copy.png"}) == 0


def test_a_folder_that_is_not_there_is_said(talked: Project, tmp_path: Path) -> None:
    first_file(talked).unlink()
    with pytest.raises(PictureError, match="no such folder"):
        talked.find_moved(tmp_path / "nowhere")


def test_originals_are_never_written_to(talked: Project, tmp_path: Path) -> None:
    """A whole session: index, read, annotate, check, mend, split, export, import, relink. Bytes and times stay."""
    from qvl_desktop.formats.registry import format_named
    from qvl_desktop.storage.checking import ProjectCheck
    from qvl_desktop.storage.dataset import project_dataset
    from qvl_desktop.storage.finding_shelf import FindingShelf
    from qvl_desktop.storage.importing import import_file
    from qvl_desktop.storage.mending import MENDS, mend
    from qvl_desktop.storage.splitting import apply_split, plan_split

    folder = tmp_path / "pictures"
    redraw(folder / "img20.png")
    shutil.copy(folder / "img20.png", folder / "img21.png")
    talked.add_pictures([folder])

    def originals() -> dict[str, tuple[str, int]]:
        return {
            str(file): (sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns)
            for file in sorted(folder.rglob("*"))
        }

    before = originals()
    talked.look_at_files()
    talked.accept_files(talked.picture_ids())
    target = tmp_path / "out" / "data.json"
    target.parent.mkdir()
    export = format_named("qwen-vl")
    export.write(target, project_dataset(talked).samples)
    import_file(talked, target, export)
    shelf = FindingShelf()
    check = ProjectCheck(talked, shelf)
    check.everything()
    for code in [one.code for one in shelf.counts()]:
        if code in MENDS:
            mend(talked, code, shelf.all_of(code))
    apply_split(talked, plan_split(talked, {"train": 1, "val": 1}))
    moved = shutil.copytree(folder, tmp_path / "moved")
    talked.find_moved(moved)
    talked.relink({row.path: moved / row.file.name for row in talked.pictures(talked.picture_ids())})
    talked.look_at_files()
    talked.remove_pictures(talked.picture_ids()[:1])
    while talked.undo():
        pass
    assert originals() == before
