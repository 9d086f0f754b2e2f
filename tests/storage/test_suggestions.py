"""What a model proposes: kept apart, taken, rejected, put right and undone; jobs that survive a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.core.answerers import Answerer, AskError, AskKind, AskSpec
from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.errors import Cancelled, DataError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.suggesting import Found
from qvl_desktop.storage.asks import AskCounts
from qvl_desktop.storage.dataset import load_dataset
from qvl_desktop.storage.errors import RegionError
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import Change
from qvl_desktop.storage.suggestions import Heard, SuggestionRow

ROOT = Path(__file__).resolve().parents[2]
DEMO, OTHER = Answerer(model="demo"), Answerer(model="demo", adapter="/runs/a/adapter")


def job(project: Project, kind: AskKind = "boxes", who: Answerer = DEMO, *, again: bool = False) -> int:
    refs = ("cat", "dog") if kind == "boxes" else ()
    return project.begin_ask(AskSpec(kind=kind, who=who, question="Find the {ref}.", refs=refs, again=again))


def hear(project: Project, ask: int, *boxes: tuple[str, Box], picture: int | None = None) -> int:
    """Answer about one picture of a job (the first by default); how many suggestions came of it."""
    rows = project.asked_pictures([row.id for row in project.waiting_pictures(ask)])
    entry = next(row for row in rows if picture in (None, row.picture_id))
    found = tuple(Found(ref, box) for ref, box in boxes)
    return project.take_boxes(ask, [Heard(entry.id, entry.picture_id, "done", found, ("cat", "dog"))])


def proposed(project: Project, picture: int) -> list[SuggestionRow]:
    return project.suggestions(picture)


@pytest.fixture
def first(project: Project) -> int:
    return project.picture_ids()[0]


A, B, C = Box(100, 100, 300, 300), Box(500, 500, 800, 800), Box(0, 600, 200, 900)


def test_suggestions_are_no_regions(project: Project, first: int) -> None:
    ask = job(project)
    assert hear(project, ask, ("cat", A), ("dog", B)) == 2
    assert project.regions(first) == []
    assert project.region_count() == 0
    assert project.all_refs() == []
    assert project.picture(first).region_count == 0
    assert project.picture_ids(PictureFilter(statuses=("untouched",))) == project.picture_ids()
    assert load_dataset(project.path).samples == ()
    assert not project.can_undo or project.undo_text == "Add pictures"
    assert project.review_ids("boxes") == [first]
    assert [(row.ref, row.shape.bounds) for row in proposed(project, first)] == [
        ("cat", A.decode(640, 480)), ("dog", B.decode(640, 480))
    ]  # fmt: skip


def test_taking_one_adds_its_region_and_undo_proposes_it_again(project: Project, first: int) -> None:
    hear(project, job(project), ("cat", A), ("dog", B))
    cat, dog = proposed(project, first)
    (made,) = project.accept_suggestions([cat.id])
    assert (project.region(made).ref, project.region(made).box) == ("cat", A)
    assert [row.id for row in proposed(project, first)] == [dog.id]
    assert project.undo() == "Accept suggestion"
    assert project.regions(first) == []
    assert [row.id for row in proposed(project, first)] == [cat.id, dog.id]
    assert project.review_counts("boxes").suggestions == 2
    project.redo()
    assert [row.box for row in project.regions(first)] == [A]
    assert project.review_counts("boxes").suggestions == 1


def test_a_box_put_right_is_taken_as_it_is_then(project: Project, first: int) -> None:
    hear(project, job(project), ("cat", A))
    (cat,) = proposed(project, first)
    project.accept_suggestions([cat.id], {cat.id: Shape.of_rect(Rect(10, 20, 110, 220))})
    assert [row.rect for row in project.regions(first)] == [Rect(10, 20, 110, 220)]
    project.undo()
    assert proposed(project, first) == [cat]


def test_what_the_user_drew_by_hand_meanwhile_is_not_added_twice(project: Project, first: int) -> None:
    hear(project, job(project), ("cat", A), ("dog", B))
    project.add_region(first, "cat", A.decode(640, 480))
    assert len(project.accept_suggestions(project.open_suggestion_ids("boxes"))) == 1
    assert [row.ref for row in project.regions(first)] == ["cat", "dog"]
    assert proposed(project, first) == []


def test_a_ref_put_right_can_be_undone_and_must_be_one(project: Project, first: int) -> None:
    hear(project, job(project), ("cat", A))
    (cat,) = proposed(project, first)
    project.rename_suggestions([cat.id], "  big   cat ")
    assert proposed(project, first)[0].ref == "big cat"
    with pytest.raises(RegionError):
        project.rename_suggestions([cat.id], "<ref>x</ref>")
    project.undo()
    assert proposed(project, first)[0].ref == "cat"


def test_what_stands_there_is_not_proposed(project: Project, first: int) -> None:
    project.add_region(first, "cat", A.decode(640, 480))
    assert hear(project, job(project), ("cat", A), ("cat", Box(101, 100, 300, 300)), ("dog", A)) == 1
    assert hear(project, job(project), ("dog", A), ("dog", B)) == 1  # the first dog is open from the job before
    assert [row.ref for row in project.regions(first)] == ["cat"]


def test_what_was_rejected_is_not_proposed_by_the_same_model_unless_asked(project: Project, first: int) -> None:
    hear(project, job(project), ("cat", A))
    project.reject_suggestions([row.id for row in proposed(project, first)])
    assert project.review_ids("boxes") == []
    assert hear(project, job(project), ("cat", A)) == 0
    assert hear(project, job(project, who=OTHER), ("cat", A)) == 1
    project.reject_suggestions([row.id for row in proposed(project, first)])
    assert hear(project, job(project, again=True), ("cat", A)) == 1
    project.undo()
    assert project.undo() == "Reject suggestion"


def test_differences_are_listed_worst_picture_first(project: Project) -> None:
    one, two, three = project.picture_ids()
    for picture in (one, two):
        project.add_regions(picture, [("cat", A.decode(640, 480)), ("dog", B.decode(640, 480))])
    project.add_region(three, "bird", A.decode(640, 480))
    ask = project.begin_ask(AskSpec(kind="differences", who=DEMO, question="Find the {ref}."), [one, two])
    assert hear(project, ask, ("cat", Box(100, 100, 300, 180)), ("dog", B), picture=one) == 1
    assert hear(project, ask, ("cat", C), ("cat", A), picture=two) == 2
    assert project.review_ids("differences") == [two, one]
    kinds = [(row.kind, row.ref, row.region_id is None) for row in project.suggestions(two, "differences")]
    assert kinds == [("extra", "cat", True), ("missed", "dog", False)]
    row = project.review_rows("differences", [one])[0]
    assert (row.open, dict(row.kinds), row.score) == (1, {"low": 1}, pytest.approx(0.3))
    assert project.review_ids("boxes") == []


def test_taking_the_models_box_moves_adds_or_deletes_and_keeping_mine_does_nothing(
    project: Project, first: int
) -> None:
    low, missed = project.add_regions(first, [("cat", A.decode(640, 480)), ("dog", B.decode(640, 480))])
    ask = job(project, "differences")
    near = Box(100, 100, 300, 180)
    assert hear(project, ask, ("cat", near), ("cat", C)) == 3
    by_kind = {row.kind: row for row in project.suggestions(first, "differences")}
    project.accept_suggestions([by_kind["low"].id])
    assert project.region(low).box == near
    project.accept_suggestions([by_kind["extra"].id])
    assert [row.box for row in project.regions(first)] == [near, B, C]
    project.accept_suggestions([by_kind["missed"].id])
    assert [row.id for row in project.regions(first)] == [low, 3]
    assert project.review_ids("differences") == []
    for _ in range(3):
        project.undo()
    assert [(row.id, row.box) for row in project.regions(first)] == [(low, A), (missed, B)]
    assert len(project.suggestions(first, "differences")) == 3
    project.reject_suggestions([row.id for row in project.suggestions(first, "differences")])
    assert [(row.id, row.box) for row in project.regions(first)] == [(low, A), (missed, B)]
    assert hear(project, job(project, "differences"), ("cat", near), ("cat", C)) == 0


def test_comparing_again_replaces_what_the_same_model_left_open(project: Project, first: int) -> None:
    region = project.add_region(first, "cat", A.decode(640, 480))

    def listed() -> list[tuple[str, str]]:
        return sorted((row.kind, row.model) for row in project.suggestions(first, "differences"))

    hear(project, job(project, "differences"), ("cat", C))
    assert listed() == [("extra", "demo"), ("missed", "demo")]
    hear(project, job(project, "differences", OTHER))
    hear(project, job(project, "differences"), ("cat", Box(100, 100, 300, 180)))
    before = listed()
    assert before == [("low", "demo"), ("missed", OTHER.name)]
    project.delete_regions([region])
    assert listed() == []  # both were about the region
    project.undo()
    assert listed() == before


def test_many_are_taken_as_one_step_or_not_at_all(project: Project) -> None:
    ask = job(project)
    for picture in project.picture_ids():
        hear(project, ask, ("cat", A), ("dog", B), ("cat", C), picture=picture)
    first = project.picture_ids()[0]
    project.add_region(first, "bird", A.decode(640, 480))
    free = project.free_suggestions(project.review_ids("boxes"))
    assert len(free) == 8
    everything = project.open_suggestion_ids("boxes")

    def give_up(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        project.accept_suggestions(everything, None, give_up)
    assert project.region_count() == 1
    project.accept_suggestions(everything)
    assert project.region_count() == 10
    assert project.review_counts("boxes").pictures == 0
    project.undo()
    assert project.region_count() == 1
    assert project.review_counts("boxes").suggestions == 9
    assert project.drop_suggestions(ask) == 9
    project.undo()
    assert project.review_counts("boxes").suggestions == 9


def test_pictures_that_leave_take_their_suggestions_along_and_bring_them_back(project: Project, first: int) -> None:
    hear(project, job(project), ("cat", A))
    project.remove_pictures([first])
    assert project.review_ids("boxes") == []
    project.undo()
    assert project.review_ids("boxes") == [first]
    assert len(proposed(project, first)) == 1


def test_numbers_of_suggestions_are_never_given_twice(project: Project, first: int) -> None:
    ask = job(project)
    hear(project, ask, ("cat", A))
    project.drop_suggestions(ask)
    hear(project, job(project), ("dog", B))
    project.undo()
    assert [row.ref for row in proposed(project, first)] == ["cat", "dog"]


def test_observers_hear_of_proposals_apart_from_regions(project: Project, first: int) -> None:
    heard: list[Change] = []
    hear(project, job(project), ("cat", A))
    project.subscribe(heard.append)
    project.reject_suggestions([row.id for row in proposed(project, first)])
    assert [(change.kind, change.picture_ids) for change in heard] == [("proposals", {first})]
    heard.clear()
    project.undo()
    project.accept_suggestions([row.id for row in proposed(project, first)])
    assert [change.kind for change in heard] == ["proposals", "regions", "proposals"]


# Jobs


def test_a_job_keeps_its_list_of_pictures_as_it_was(project: Project) -> None:
    one, two, three = project.picture_ids()
    project.set_status([two], "done")
    asked = PictureFilter(statuses=("untouched",))
    ask = project.begin_ask(AskSpec(kind="boxes", who=DEMO, question="Find the {ref}.", refs=("cat",)), asked)
    project.set_status([one], "done")
    assert [row.picture_id for row in project.waiting_pictures(ask)] == [one, three]
    assert project.ask_counts(ask) == AskCounts(waiting=2)
    project.remove_pictures([one])
    assert project.ask_counts(ask).total == 1
    assert not any("ask" in str(change) for change in [project.undo_text])


def test_a_job_about_nothing_is_refused_and_leaves_nothing(project: Project) -> None:
    with pytest.raises(AskError, match="No picture"):
        project.begin_ask(AskSpec(kind="boxes", who=DEMO, question="q"), PictureFilter(text="no such"))
    with pytest.raises(AskError, match="has regions"):
        job(project, "differences")
    assert project.asks() == []


def test_what_could_not_be_read_is_listed_and_asked_again(project: Project) -> None:
    ask = job(project)
    one, two, _ = project.waiting_pictures(ask)
    project.take_boxes(ask, [
        Heard(one.id, one.picture_id, "unread", (Found("cat", A),), ("cat",), "cut off"),
        Heard(two.id, two.picture_id, "failed", problem="gone"),
    ])  # fmt: skip
    counts = project.ask_counts(ask)
    assert (counts.waiting, counts.unread, counts.failed, counts.found) == (1, 1, 1, 1)
    assert [row.problem for row in project.asked_pictures(project.unread_ids(ask))] == ["cut off", "gone"]
    project.note_ask(ask, "open", "the server went away")
    assert (project.ask(ask).state, project.ask(ask).problem) == ("open", "the server went away")
    assert project.ask_again(ask) == 2
    assert project.ask_counts(ask).waiting == 3
    assert project.open_ask() is not None
    for row in project.waiting_pictures(ask):
        project.take_boxes(ask, [Heard(row.id, row.picture_id, "done")])
    project.note_ask(ask, "open")
    assert project.ask(ask).state == "done"
    assert project.open_ask() is None


ANSWERER = """
import sys
from pathlib import Path
from qvl_desktop.core.box import Box
from qvl_desktop.core.suggesting import Found
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.suggestions import Heard
project = Project.open(Path(sys.argv[1]))
ask = project.open_ask().id
for row in project.waiting_pictures(ask):
    found = tuple(Found("cat", Box(n * 90, 0, n * 90 + 80, 99)) for n in range(10))
    project.take_boxes(ask, [Heard(row.id, row.picture_id, "done", found, ("cat",))])
    print("done", row.picture_id, flush=True)
    sys.stdin.readline()
"""


def test_a_killed_program_loses_no_picture_it_had_heard_about(project: Project) -> None:
    ask = job(project)
    path = project.path
    project.close()
    command = [sys.executable, "-c", ANSWERER, str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert child.stdout is not None
    heard = int(child.stdout.readline().split()[1])
    child.kill()
    child.communicate()
    with Project.open(path) as again:
        assert again.ask_counts(ask) == AskCounts(waiting=2, done=1, found=10)
        assert len(again.suggestions(heard)) == 10
        row = again.open_ask()
        assert row is not None
        assert row.id == ask


# Drafts


def draft_job(project: Project, *, again: bool = False) -> int:
    return project.begin_ask(AskSpec(kind="drafts", who=DEMO, question="What is this?", again=again))


def draft(project: Project, ask: int, answer: str) -> int:
    row = project.waiting_pictures(ask)[0]
    return project.take_drafts(ask, [Heard(row.id, row.picture_id, "done", drafts=(("What is this?", answer),))])


def test_a_draft_becomes_a_conversation_only_when_taken(project: Project, first: int) -> None:
    ask = draft_job(project)
    answer = "<ref>cat</ref><box>(100,100),(300,300)</box>"
    region = project.add_region(first, "cat", A.decode(640, 480))
    assert draft(project, ask, answer) == 1
    assert project.conversations() == []
    assert load_dataset(project.path).samples == ()
    (number,) = project.draft_ids()
    project.change_draft(number, "What do you see?", answer)
    (made,) = project.accept_drafts([number])
    turns = project.conversation(made).turns
    path = project.picture(first).path
    assert [turn.text for turn in turns] == [f"Picture 1: <img>{path}</img>\nWhat do you see?", answer]
    assert project.linked_tokens([region])  # its box is that of the region, and moves with it
    assert project.draft_count() == 0
    assert project.undo() == "Accept draft"
    assert (project.conversations(), project.draft_count()) == ([], 1)
    assert project.undo() == "Change draft"
    assert project.draft(number).question == "What is this?"
    with pytest.raises(DataError):
        project.change_draft(number, "What?", "  ")


def test_the_same_words_are_not_drafted_twice_nor_after_they_were_rejected(project: Project) -> None:
    assert draft(project, draft_job(project), "A cat.") == 1
    assert draft(project, draft_job(project), "A cat.") == 0
    project.reject_drafts(project.draft_ids())
    assert draft(project, draft_job(project), "A cat.") == 0
    assert draft(project, draft_job(project), "A dog.") == 1
    assert draft(project, draft_job(project, again=True), "A cat.") == 1
    assert project.draft_count() == 2
    project.undo()
    assert project.draft_count() == 3
