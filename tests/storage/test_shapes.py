"""Regions of every shape in the project file: tokens, linked turns, locks, refs, and taking it all back."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect, encode_coordinate
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.shapes import CORNERS, Shape
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.storage import linking
from qvl_desktop.storage.errors import RegionError
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import LinkedToken, RefUse
from tests.storage.test_project_edits import contents

QUAD = Shape.of_corners([(64, 48), (320, 96), (256, 240), (32, 192)])

coordinates = st.floats(-50, 700, allow_nan=False)
shapes = st.sampled_from(sorted(CORNERS)).flatmap(
    lambda kind: st.builds(
        Shape,
        st.just(kind),
        st.lists(st.tuples(coordinates, coordinates), min_size=CORNERS[kind], max_size=CORNERS[kind]).map(tuple),
    )
)


def say(project: Project, picture_id: int, *answers: str, template: str = "") -> int:
    path = project.picture(picture_id).path
    turns: list[Turn] = []
    for number, answer in enumerate(answers):
        question = f"Question {number}?"
        turns.append(Turn("user", question) if number else user_turn([path], question))
        turns.append(Turn("assistant", answer))
    return project.add_conversation(Conversation(tuple(turns)), template=template)


def texts(project: Project, conversation: int) -> list[str]:
    return [turn.text for turn in project.conversation(conversation).turns]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=shapes, second=shapes)
def test_the_token_is_always_the_encoded_geometry(project: Project, first: Shape, second: Shape) -> None:
    picture = project.picture_ids()[0]
    try:
        (region,) = project.add_shapes(picture, [("cat", first)])
    except RegionError:
        assert not first.clipped(640, 480).rounded().stands or first.kind == "point"
        return
    conversation = say(project, picture, f"<ref>cat</ref>{project.region(region).token}")
    for shape in (first, second):
        with contextlib.suppress(RegionError):
            project.reshape_region(region, shape)
        row = project.region(region)
        stored, *points = project._all("SELECT token FROM regions WHERE id = ?", (region,))
        assert not points
        assert row.shape.token(640, 480) == row.token == stored[0]
        assert row.shape.bounds == row.rect
        assert texts(project, conversation)[1] == f"<ref>cat</ref>{row.token}"
        assert [link.region_id for link in project.links(conversation)] == [region]
        if row.kind != "box":
            expected = [(encode_coordinate(x, 640), encode_coordinate(y, 480)) for x, y in row.points]
            numbers = [int(n) for n in re.findall(r"\d+", row.token)]
            assert numbers[: 2 * len(expected)] == [v for point in expected for v in point]
    project.delete_regions([region])


def test_what_lies_outside_is_cut_off_or_refused(project: Project) -> None:
    picture = project.picture_ids()[0]
    (quad,) = project.add_shapes(picture, [("sign", Shape.of_corners([(-9, -9), (99, 0), (99, 500), (0, 99)]))])
    assert project.region(quad).points == ((0, 0), (99, 0), (99, 480), (0, 99))
    with pytest.raises(RegionError, match="quad has no area"):
        project.add_shapes(picture, [("sign", Shape.of_corners([(1, 1), (5, 1), (9, 1), (3, 1)]))])
    with pytest.raises(RegionError, match="outside"):
        project.add_shapes(picture, [("eye", Shape.of_point(4, 4)), ("eye", Shape.of_point(700, 4))])
    assert project.region_count() == 1
    (point,) = project.add_shapes(picture, [("eye", Shape.of_point(640, 480))])
    assert project.region(point).token == "<box>(999,999),(999,999)</box>"
    assert project.region(point).rect == Rect(640, 480, 640, 480)


def test_moving_by_a_rectangle_scales_the_corners(project: Project) -> None:
    (quad,) = project.add_shapes(project.picture_ids()[0], [("sign", QUAD)])
    project.move_region(quad, QUAD.bounds.translated(10, 20))
    assert project.region(quad).shape == QUAD.translated(10, 20)
    before = contents(project)
    project.move_region(quad, Rect(0, 0, 288, 192))
    assert project.region(quad).points == ((32, 0), (288, 48), (224, 192), (0, 144))
    assert project.undo() == "Move region"
    assert contents(project) == before


def test_quads_and_boxes_of_a_turn_are_counted_together_and_follow(project: Project) -> None:
    picture = project.picture_ids()[0]
    box, quad = project.add_shapes(picture, [("cat", Shape.of_rect(Rect(0, 0, 64, 48))), ("sign", QUAD)])
    tokens = [project.region(number).token for number in (quad, box)]
    conversation = say(project, picture, f"<ref>sign</ref>{tokens[0]}, <ref>cat</ref>{tokens[1]}")
    assert [(link.ordinal, link.region_id) for link in project.links(conversation)] == [(0, quad), (1, box)]
    project.reshape_regions({box: Shape.of_rect(Rect(0, 0, 320, 240)), quad: QUAD.translated(64, 48)})
    moved = QUAD.translated(64, 48).token(640, 480)
    assert texts(project, conversation)[1] == f"<ref>sign</ref>{moved}, <ref>cat</ref><box>(0,0),(500,500)</box>"
    project.reshape_region(quad, QUAD.as_box())
    assert texts(project, conversation)[1].startswith("<ref>sign</ref><box>(50,100),(500,500)</box>, ")
    project.rename_regions([box, quad], "thing")
    assert "<ref>thing</ref><box>(50,100),(500,500)</box>" in texts(project, conversation)[1]
    for _ in range(3):
        project.undo()
    assert texts(project, conversation)[1] == f"<ref>sign</ref>{tokens[0]}, <ref>cat</ref>{tokens[1]}"
    assert len(project.links(conversation)) == 2


def test_locks_are_stored_and_undone(project: Project) -> None:
    picture = project.picture_ids()[0]
    ids = project.add_shapes(picture, [("cat", Shape.of_rect(Rect(0, 0, 9, 9))), ("sign", QUAD)])
    project.set_locked(ids, True)
    assert [row.locked for row in project.regions(picture)] == [True, True]
    project.set_locked(ids[:1], False)
    project.undo()
    assert project.undo() == "Lock regions"
    assert [row.locked for row in project.regions(picture)] == [False, False]


@pytest.mark.parametrize(
    ("text", "ordinal", "left"),
    [
        ("<ref>a</ref><box>(1,1),(2,2)</box><box>(3,3),(4,4)</box>", 0, "<ref>a</ref><box>(3,3),(4,4)</box>"),
        (
            "<ref>a</ref><box>(1,1),(2,2)</box>, <ref>b</ref><box>(3,3),(4,4)</box>",
            0,
            "<ref>b</ref><box>(3,3),(4,4)</box>",
        ),
        (
            "<ref>a</ref><box>(1,1),(2,2)</box>, <ref>b</ref><box>(3,3),(4,4)</box>",
            1,
            "<ref>a</ref><box>(1,1),(2,2)</box>",
        ),
        (
            "<ref>a</ref> <box>(1,1),(2,2)</box>,<ref>b</ref><box>(3,3),(4,4)</box>.",
            1,
            "<ref>a</ref> <box>(1,1),(2,2)</box>.",
        ),
        ("There is <ref>a cat</ref><box>(1,1),(2,2)</box> here.", 0, "There is a cat here."),
        ("At <box>(1,1),(2,2)</box>.", 0, "At ."),
        ("<ref>a</ref><quad>(1,1),(2,1),(2,2),(1,2)</quad>", 0, ""),
        ("words", 0, "words"),
    ],
)
def test_a_token_is_taken_out_with_its_phrase(text: str, ordinal: int, left: str) -> None:
    assert linking.without_token(text, ordinal) == left


def test_tokens_of_a_deleted_region_can_be_taken_out_of_the_answers_too(project: Project) -> None:
    picture = project.picture_ids()[0]
    cat, dog = project.add_regions(picture, [("cat", Rect(0, 0, 64, 48)), ("dog", Rect(64, 48, 128, 96))])
    both = "".join(format_ref(row.ref, [row.box]) for row in project.regions(picture))
    alone = format_ref("cat", [project.region(cat).box])
    first = say(project, picture, both)
    second = say(project, picture, alone, both)
    third = say(project, picture, alone)
    left = project.linked_tokens([cat])
    assert [(token.ordinal, token.token) for token in left] == [(0, "<box>(0,0),(100,100)</box>")] * 4
    project.delete_regions([cat])
    before = contents(project)
    assert project.remove_tokens(left) == 4
    rest = format_ref("dog", [project.region(dog).box])
    assert texts(project, first)[1] == rest
    path = project.picture(picture).path
    assert texts(project, second) == [f"Picture 1: <img>{path}</img>\nQuestion 1?", rest]
    assert project.conversation_count() == 2
    assert third not in project.conversation_ids()
    assert len(project.links(first)) == len(project.links(second)) == 1
    project.undo()
    assert contents(project) == before
    assert project.remove_tokens([LinkedToken(left[0].turn_id, 0, "<box>(1,1),(2,2)</box>")]) == 0


def test_merging_refs_is_one_step_and_everything_said_follows(project: Project) -> None:
    one, two = project.picture_ids()[:2]
    cats = project.add_regions(one, [("Cat", Rect(0, 0, 64, 48)), ("cat", Rect(64, 48, 128, 96))])
    other = project.add_region(two, "kitty", Rect(0, 0, 64, 48))
    boxes = [project.region(number).box for number in cats]
    talk = say(project, one, format_ref("Cat", boxes[:1]) + format_ref("cat", boxes[1:]))
    asked = project.add_conversation(
        Conversation(
            (
                user_turn([project.picture(two).path], "Find the kitty."),
                Turn("assistant", format_ref("kitty", [project.region(other).box])),
            )
        ),
        template="grounding/en",
    )
    project.set_pinned_refs(["dog", "Cat", "kitty"])
    assert project.ref_use(["Cat", "kitty"]) == RefUse(2, 2, 2)
    before = contents(project)
    seen: list[tuple[int, int]] = []
    assert project.rename_ref(["Cat", "kitty"], "cat", lambda done, total: seen.append((done, total))) == 2
    assert seen == [(0, 2)]
    assert project.ref_counts() == {"cat": 3}
    assert project.pinned_refs() == ["dog", "cat"]
    assert texts(project, talk)[1] == format_ref("cat", boxes)
    assert texts(project, asked)[0].endswith("Find the cat.")
    assert project.undo_text == "Merge labels"
    after = contents(project)
    project.undo()
    assert contents(project) == before
    project.redo()
    assert contents(project) == after


def test_a_rename_that_is_given_up_leaves_nothing(project: Project) -> None:
    picture = project.picture_ids()[0]
    project.add_regions(picture, [("cat", Rect(n % 50, 0, n % 50 + 5, 48)) for n in range(1200)])
    before = contents(project)

    def stop(done: int, total: int) -> None:
        if done:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        project.rename_ref(["cat"], "dog", stop)
    assert contents(project) == before
    assert project.rename_ref(["cat"], "dog") == 1200


def test_refs_are_found_by_any_part_with_what_begins_so_first(project: Project) -> None:
    picture = project.picture_ids()[0]
    project.add_regions(picture, [(ref, Rect(0, 0, 9, 9)) for ref in ("wild cat", "wild cat", "cat", "红色的猫")])
    project.set_pinned_refs(["catfish", "dog"])
    assert project.find_refs("cat") == [("cat", 1), ("wild cat", 2), ("catfish", 0)]
    assert project.find_refs("的猫") == [("红色的猫", 1)]
    assert project.pinned_refs() == ["catfish", "dog"]
    project.set_pinned_refs([])
    assert project.pinned_refs() == []
    project.undo()
    assert project.pinned_refs() == ["catfish", "dog"]
