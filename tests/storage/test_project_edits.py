"""Editing a project: regions and texts together, undo across restarts, observers, splits."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.tokens import format_box, format_ref
from qvl_desktop.storage.errors import RegionError, RowMissingError
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change
from qvl_desktop.storage.schema import RECORDED


def contents(project: Project) -> dict[str, list[tuple[object, ...]]]:
    """Everything that undo is about, and what follows from it."""
    found = {
        recorded.table: project._all(f"SELECT id, {', '.join(recorded.columns)} FROM {recorded.table} ORDER BY id")
        for recorded in RECORDED
    }
    found["counts"] = project._all("SELECT id, region_count FROM pictures ORDER BY id")
    found["refs"] = project._all("SELECT ref, count FROM refs WHERE count > 0 ORDER BY ref")
    return found


def talk_about(project: Project, picture_id: int, ref: str, boxes: list[Box], template: str = "grounding/en") -> int:
    path = project.picture(picture_id).path
    turns = (user_turn([path], f"Find the {ref}."), Turn("assistant", format_ref(ref, boxes)))
    return project.add_conversation(Conversation(turns), template=template)


def test_regions_keep_token_equal_to_encoded_geometry(project: Project) -> None:
    picture = project.picture_ids()[0]
    region = project.add_region(picture, " a  cat ", Rect(600, 10.1234567891, -20, 700))
    row = project.region(region)
    assert row.ref == "a cat"
    assert row.rect == Rect(0.0, 10.123457, 600.0, 480.0)
    assert row.box == Box.encode(row.rect, 640, 480) == Box(0, 21, 938, 999)
    assert project._one("SELECT token FROM regions") == (format_box(row.box),)


@pytest.mark.parametrize("rect", [Rect(700, 10, 800, 20), Rect(5, 5, 5, 90), Rect(-9, -9, 0, 0)])
def test_a_region_needs_area_inside_its_picture(project: Project, rect: Rect) -> None:
    with pytest.raises(RegionError, match="no area"):
        project.add_region(project.picture_ids()[0], "cat", rect)
    assert project.region_count() == 0


def test_a_ref_cannot_hold_tags(project: Project) -> None:
    with pytest.raises(RegionError, match="tags"):
        project.add_region(project.picture_ids()[0], "<box>x", Rect(0, 0, 9, 9))


def test_moving_a_region_moves_its_box_in_every_linked_turn_as_one_step(project: Project) -> None:
    picture = project.picture_ids()[0]
    first = project.add_region(picture, "cat", Rect(0, 0, 64, 48))
    second = project.add_region(picture, "cat", Rect(64, 48, 128, 96))
    boxes = [project.region(first).box, project.region(second).box]
    conversation = talk_about(project, picture, "cat", boxes)
    assert [(link.ordinal, link.region_id) for link in project.links(conversation)] == [(0, first), (1, second)]
    before = contents(project)
    project.move_region(second, Rect(320, 240, 640, 480))
    text = project.conversation(conversation).turns[1].text
    assert text == "<ref>cat</ref><box>(0,0),(100,100)</box><box>(500,500),(999,999)</box>"
    assert project.undo() == "Move region"
    assert contents(project) == before


def test_renaming_splits_and_joins_phrases_and_the_template_question_follows(project: Project) -> None:
    picture = project.picture_ids()[0]
    regions = [project.add_region(picture, "cat", Rect(x, 0, x + 64, 48)) for x in (0, 64, 128)]
    conversation = talk_about(project, picture, "cat", [project.region(region).box for region in regions])
    project.rename_region(regions[1], "dog")
    question, answer = (turn.text for turn in project.conversation(conversation).turns)
    assert answer == (
        "<ref>cat</ref><box>(0,0),(100,100)</box><ref>dog</ref><box>(100,0),(200,100)</box>"
        "<ref>cat</ref><box>(200,0),(300,100)</box>"
    )
    assert question.endswith("Find the cat.")
    project.rename_region(regions[0], "dog")
    project.rename_region(regions[2], "dog")
    question, answer = (turn.text for turn in project.conversation(conversation).turns)
    assert answer == "<ref>dog</ref><box>(0,0),(100,100)</box><box>(100,0),(200,100)</box><box>(200,0),(300,100)</box>"
    assert question.endswith("Find the dog.")
    assert "img1.png" in question


def test_a_box_is_linked_only_to_a_region_of_its_own_picture_and_ref(project: Project) -> None:
    one, two = project.picture_ids()[:2]
    region = project.add_region(one, "cat", Rect(0, 0, 64, 48))
    box = project.region(region).box
    paths = [project.picture(picture).path for picture in (one, two)]
    turns = (
        user_turn(paths, f"What is in {format_box(box)}?"),  # belongs to picture 2, which has no region
        Turn("assistant", format_ref("dog", [box])),
        user_turn([paths[0]], f"And in {format_box(box)}?", first_number=3),
        Turn("assistant", format_ref(" cat", [box])),
    )
    conversation = project.add_conversation(Conversation(turns))
    ids = [turn.id for turn in project.conversation(conversation).turns]
    links = [(link.turn_id, link.region_id) for link in project.links(conversation)]
    assert links == [(ids[2], region), (ids[3], region)]
    assert project.picture_ids_of(conversation) == [one, two, one]


def test_editing_a_turn_by_hand_brings_links_and_pictures_up_to_date(project: Project, pictures: list[Path]) -> None:
    one, two = project.picture_ids()[:2]
    region = project.add_region(one, "cat", Rect(0, 0, 64, 48))
    conversation = talk_about(project, one, "cat", [project.region(region).box])
    question, answer = project.conversation(conversation).turns
    project.set_turn(answer.id, "There is one at <box>(0,0),(100,100)</box>.")
    assert len(project.links(conversation)) == 1
    project.set_turn(answer.id, "There is one at <box>(0,0),(100,101)</box>.")
    assert project.links(conversation) == []
    project.set_turn(question.id, f"Picture 1: <img>{pictures[1]}</img>\nWhat is this?")
    assert project.turn(question.id).text == "Picture 1: <img>pictures/img2.png</img>\nWhat is this?"
    assert project.picture_ids_of(conversation) == [two]
    assert project.conversation_ids(picture_id=one) == []
    assert project.conversation_ids(picture_id=two) == [conversation]


def test_turns_are_inserted_moved_and_deleted_in_order(project: Project) -> None:
    conversation = talk_about(project, project.picture_ids()[0], "cat", [Box(1, 2, 3, 4)])
    project.insert_turn(conversation, 99, Turn("user", "Thanks."))
    last = project.insert_turn(conversation, 0, Turn("system", "You are brief."))
    turns = project.conversation(conversation).turns
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user"]
    assert [turn.position for turn in turns] == [0, 1, 2, 3]
    project.move_turn(last, 2)
    assert [turn.role for turn in project.conversation(conversation).turns] == ["user", "assistant", "system", "user"]
    project.delete_turn(last)
    turns = project.conversation(conversation).turns
    assert [(turn.role, turn.position) for turn in turns] == [("user", 0), ("assistant", 1), ("user", 2)]
    project.set_role(turns[2].id, "assistant")
    assert project.turn(turns[2].id).role == "assistant"


def test_undo_and_redo_survive_a_restart_and_a_new_edit_cuts_the_tail(tmp_path: Path, pictures: list[Path]) -> None:
    path = tmp_path / "test.qvl"
    states = []
    with Project.create(path) as project:
        states.append(contents(project))
        project.add_pictures(pictures)
        states.append(contents(project))
        region = project.add_region(project.picture_ids()[0], "cat", Rect(0.1 + 0.2, 1 / 3, 64, 48))
        states.append(contents(project))
        talk_about(project, project.picture_ids()[0], "cat", [project.region(region).box])
        states.append(contents(project))
        project.move_region(region, Rect(5, 5, 99.7, 99.3))
        states.append(contents(project))
        project.remove_pictures(project.picture_ids())
        states.append(contents(project))
        assert project.picture_count() == project.conversation_count() == project.region_count() == 0
    with Project.open(path) as project:
        for state in reversed(states[:-1]):
            assert project.can_undo
            assert project.undo() is not None
            assert contents(project) == state
        assert project.undo() is None
        assert not project.can_undo
    with Project.open(path) as project:
        for state in states[1:]:
            assert project.redo() is not None
            assert contents(project) == state
        assert project.redo() is None
        project.undo()
        assert (project.undo_text, project.redo_text) == ("Move region", "Remove pictures")
        project.set_status(project.picture_ids(), "done")
        assert not project.can_redo
        assert project.undo_text == "Mark pictures"


def test_random_edits_are_undone_and_redone_exactly(project: Project) -> None:
    rng = random.Random(7)
    pictures = project.picture_ids()
    states = [contents(project)]
    for _ in range(120):
        before = project.undo_text, project._one("SELECT count(*) FROM steps")
        random_edit(project, rng, pictures)
        if (project.undo_text, project._one("SELECT count(*) FROM steps")) != before:
            states.append(contents(project))
    for state in reversed(states[:-1]):
        project.undo()
        assert contents(project) == state
    for state in states[1:]:
        project.redo()
        assert contents(project) == state


def random_edit(project: Project, rng: random.Random, pictures: list[int]) -> None:
    """One edit of a random kind, on whatever is there."""
    picture = rng.choice(pictures)
    regions = [row.id for row in project.regions(picture)]
    turns = [turn.id for row in project.conversations(picture) for turn in row.turns]
    x, y = rng.uniform(0, 500), rng.uniform(0, 400)
    rect = Rect(x, y, x + rng.uniform(5, 120), y + rng.uniform(5, 70))
    kind = rng.randrange(9)
    if kind <= 2 or not regions:
        project.add_region(picture, rng.choice(["cat", "狗", "a bird"]), rect)
    elif kind == 3:
        project.move_region(rng.choice(regions), rect)
    elif kind == 4:
        project.rename_region(rng.choice(regions), rng.choice(["cat", "狗", "a bird"]))
    elif kind == 5:
        project.delete_regions([rng.choice(regions)])
    elif kind == 6 or not turns:
        row = project.region(rng.choice(regions))
        talk_about(project, picture, row.ref, [row.box])
    elif kind == 7:
        project.set_turn(rng.choice(turns), f"words {x}")
    else:
        with project.step("Several things"):
            project.delete_turn(rng.choice(turns))
            project.set_split([picture], rng.choice(["train", "val", ""]))


def test_a_step_groups_edits_and_takes_all_back_on_an_error(project: Project) -> None:
    picture = project.picture_ids()[0]
    before = contents(project)
    with pytest.raises(RuntimeError, match="stop"):
        fail_inside_a_step(project, picture)
    assert contents(project) == before
    with project.step("Two regions"):
        project.add_region(picture, "cat", Rect(0, 0, 9, 9))
        with pytest.raises(RegionError):
            project.add_regions(picture, [("cat", Rect(0, 0, 5, 5)), ("dog", Rect(0, 0, 0, 0))])
        project.add_region(picture, "dog", Rect(0, 0, 9, 9))
    assert project.undo_text == "Two regions"
    assert project.region_count() == 2
    project.undo()
    assert contents(project) == before


def fail_inside_a_step(project: Project, picture: int) -> None:
    with project.step("Two regions"):
        project.add_region(picture, "cat", Rect(0, 0, 9, 9))
        assert len(project.regions(picture)) == 1
        raise RuntimeError("stop")


def test_an_edit_that_changes_nothing_is_no_step(project: Project) -> None:
    text = project.undo_text
    project.set_split(project.picture_ids(), "")
    project.remove_pictures([])
    assert project.undo_text == text == "Add pictures"
    project.undo()
    project.set_status([], "done")
    assert project.can_redo, "nothing was done, so the redo tail stays"


def test_observers_hear_of_commits_undo_and_redo_with_the_rows(project: Project) -> None:
    heard: list[Change] = []
    stop = project.subscribe(heard.append)
    one, two = project.picture_ids()[:2]
    region = project.add_region(one, "cat", Rect(0, 0, 64, 48))
    conversation = talk_about(project, one, "cat", [project.region(region).box])
    assert heard == [
        Change("regions", frozenset({one})),
        Change("conversations", frozenset(), frozenset({conversation})),
    ]
    heard.clear()
    project.move_region(region, Rect(9, 9, 99, 99))
    assert {change.kind for change in heard} == {"regions", "conversations"}
    heard.clear()
    project.undo()
    project.redo()
    assert [change.kind for change in heard] == ["regions", "conversations"] * 2
    heard.clear()
    project.remove_pictures([two])
    assert heard == [Change("pictures", frozenset({two}))]
    stop()
    project.undo()
    assert len(heard) == 1


def test_reading_goes_on_while_another_thread_edits(project: Project) -> None:
    picture = project.picture_ids()[0]
    inside, seen = threading.Event(), threading.Event()

    def edit() -> None:
        with project.step("Long"):
            project.add_region(picture, "cat", Rect(0, 0, 9, 9))
            assert project.region_count() == 1
            inside.set()
            assert seen.wait(10)

    thread = threading.Thread(target=edit)
    thread.start()
    assert inside.wait(10)
    start = time.perf_counter()
    assert project.region_count() == 0
    assert project.regions(picture) == []
    assert time.perf_counter() - start < 1
    seen.set()
    thread.join()
    assert project.region_count() == 1


def test_twenty_thousand_rows_are_undone_in_under_two_seconds(project: Project) -> None:
    picture = project.picture_ids()[0]
    items = [(f"thing {n % 50}", Rect(n % 600, n % 400, n % 600 + 20.25, n % 400 + 30.5)) for n in range(20_000)]
    project.add_regions(picture, items)
    before = contents(project)
    start = time.process_time()
    project.undo()
    assert time.process_time() - start < 2
    assert project.region_count() == 0
    project.redo()
    assert contents(project) == before


def test_pictures_are_listed_naturally_and_filtered(project: Project) -> None:
    names = [row.path for row in project.pictures(project.picture_ids())]
    assert names == ["pictures/img1.png", "pictures/img2.png", "pictures/img10.png"]
    one, two, ten = project.picture_ids()
    project.add_region(two, "cat", Rect(0, 0, 9, 9))
    project.set_split([ten], "val")
    project.set_status([one], "done")
    talk_about(project, one, "cat", [Box(1, 2, 3, 4)])
    assert project.picture_ids(text="IMG1") == [one, ten]
    assert project.picture_ids(text="%") == []
    assert project.picture_ids(has_regions=True) == project.picture_ids(ref="cat") == [two]
    assert project.picture_ids(has_regions=False, split="") == [one]
    assert project.picture_ids(split="val") == [ten]
    assert project.picture_ids(status="done") == project.picture_ids(has_conversations=True) == [one]
    assert project.picture(two).region_count == 1
    assert project.split_counts() == {"": 2, "val": 1}


def test_refs_are_offered_by_recent_use_and_by_frequency(project: Project) -> None:
    picture = project.picture_ids()[0]
    for ref in ("cat", "car", "dog", "car"):
        project.add_region(picture, ref, Rect(0, 0, 9, 9))
    assert project.recent_refs(2) == ["car", "dog"]
    assert project.all_refs("ca") == ["car", "cat"]
    project.rename_region(project.regions(picture)[0].id, "bus")
    assert project.recent_refs(1) == ["bus"]
    assert project.all_refs("cat") == []
    assert project.ref_counts() == {"bus": 1, "car": 2, "dog": 1}


def test_conversations_follow_the_split_of_their_picture_until_told_otherwise(project: Project) -> None:
    one = project.picture_ids()[0]
    conversation = talk_about(project, one, "cat", [Box(1, 2, 3, 4)])
    project.set_split([one], "val")
    assert project.conversation(conversation).split == "val"
    assert project.conversation_ids(split="val") == [conversation]
    project.set_conversation_split([conversation], "test")
    assert project.conversation(conversation).split == "test"
    assert project.conversation_ids(split="val") == []


def test_the_same_seed_splits_the_same_way(project: Project) -> None:
    counts = project.split_pictures({"train": 0.6, "val": 0.4}, seed=3)
    assert counts == {"train": 2, "val": 1}
    first = [row.split for row in project.pictures(project.picture_ids())]
    project.undo()
    assert project.split_counts() == {"": 3}
    project.split_pictures({"train": 0.6, "val": 0.4}, seed=3)
    assert [row.split for row in project.pictures(project.picture_ids())] == first


def test_rows_that_are_gone_are_named(project: Project) -> None:
    for ask in (project.picture, project.region, project.conversation, project.turn):
        with pytest.raises(RowMissingError, match="999"):
            ask(999)


def test_pictures_added_inside_a_step_are_part_of_it(tmp_path: Path) -> None:
    """Also in a thread that has made no step of its own yet."""
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        Image.new("RGB", (8, 8)).save(path)

    def add(project: Project) -> None:
        with project.step("Together"):
            assert project.add_pictures(paths).added == 3
            project.set_status(project.picture_ids(), "done")

    with Project.create(tmp_path / "p.qvl") as project:
        worker = threading.Thread(target=add, args=(project,))
        worker.start()
        worker.join()
        assert project.picture_count() == 3
        assert project.undo() == "Together"
        assert project.picture_count() == 0
