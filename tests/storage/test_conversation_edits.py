"""Edits of conversations: what was made by hand is marked and kept, links stay with their tokens, pictures in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.core.box import Quad, Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.picture_order import PictureOrderError, add_picture, remove_picture, reorder_pictures
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.template_wordings import TemplateError, Wording
from qvl_desktop.core.templates import TEMPLATES, Template
from qvl_desktop.storage.generation import forecast, generate, preview
from qvl_desktop.storage.project import Project

ALL = list(TEMPLATES)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Four pictures of 1000 x 1000, so that pixels are thousandths."""
    files = [tmp_path / f"{name}.png" for name in "abcd"]
    for file in files:
        Image.new("RGB", (1000, 1000)).save(file)
    made = Project.create(tmp_path / "p.qvl")
    made.add_pictures(files)
    return made


def ids(project: Project) -> list[int]:
    return project.picture_ids()


def texts(project: Project, number: int) -> list[str]:
    return [turn.text for turn in project.conversation(number).turns]


def talk(project: Project, *contents: str) -> int:
    turns = [Turn("assistant" if place % 2 else "user", text) for place, text in enumerate(contents)]
    return project.add_conversation(Conversation(tuple(turns)))


CAT = "<ref>cat</ref><box>(10,10),(200,200)</box>"


@pytest.fixture
def cat(project: Project) -> int:
    """A region of the first picture."""
    return project.add_region(ids(project)[0], "cat", Rect(10, 10, 200, 200))


def linked(project: Project, number: int) -> list[tuple[int, int]]:
    places = {turn.id: turn.position for turn in project.conversation(number).turns}
    return [(places[link.turn_id], link.ordinal) for link in project.links(number)]


# Links


def test_a_token_is_linked_by_itself_cut_loose_and_linked_again_by_hand(project: Project, cat: int) -> None:
    number = talk(project, "Picture 1: <img>a.png</img>\nFind it.", CAT + " and the dog <box>(1,1),(9,9)</box>")
    turn = project.conversation(number).turns[1].id
    assert linked(project, number) == [(1, 0)]
    project.cut_loose(turn, 0)
    assert linked(project, number) == []
    assert project.loose_tokens(number) == {(turn, 0)}
    project.set_turn(turn, "Look: " + project.turn(turn).text)
    project.move_region(cat, Rect(0, 0, 50, 50))
    assert project.turn(turn).text.startswith("Look: " + CAT), "a token cut loose does not follow"
    assert linked(project, number) == []
    project.link_token(turn, 1, cat)
    assert project.turn(turn).text == f"Look: {CAT} and the dog <box>(0,0),(50,50)</box>"
    assert linked(project, number) == [(1, 1)]
    project.set_turn(turn, project.turn(turn).text.replace("<box>(0,0)", "<ref>small one</ref><box>(0,0)"))
    assert linked(project, number) == [(1, 1)], "linked by hand, whatever phrase stands before it"
    project.move_region(cat, Rect(0, 0, 60, 60))
    assert project.turn(turn).text.endswith("<ref>small one</ref><box>(0,0),(60,60)</box>")
    for _ in range(6):
        project.undo()
    assert linked(project, number) == [(1, 0)]
    assert project.loose_tokens(number) == set()


def test_renaming_a_region_leaves_other_phrases_alone(project: Project, cat: int) -> None:
    number = talk(
        project, "Picture 1: <img>a.png</img>\nFind it.", f"{CAT} is <ref>the old one</ref><box>(1,1),(9,9)</box>"
    )
    turn = project.conversation(number).turns[1].id
    project.link_token(turn, 1, cat)
    project.rename_region(cat, "kitten")
    box = "<box>(10,10),(200,200)</box>"
    assert project.turn(turn).text == f"<ref>kitten</ref>{box} is <ref>the old one</ref>{box}"


def test_links_go_where_their_tokens_go(project: Project, cat: int) -> None:
    first = ids(project)[0]
    quad = project.add_shapes(first, [("sign", Shape.of_corners([(1, 1), (9, 1), (9, 9), (1, 9)]))])[0]
    number = talk(
        project, "Picture 1: <img>a.png</img>\n?", f"{CAT}<ref>sign</ref><quad>(1,1),(9,1),(9,9),(1,9)</quad>"
    )
    turn = project.conversation(number).turns[1].id
    assert [link.region_id for link in project.links(number)] == [cat, quad]
    project.cut_loose(turn, 0)
    project.set_turn(turn, f"<ref>sign</ref><quad>(1,1),(9,1),(9,9),(1,9)</quad>, {CAT}")
    assert [(link.ordinal, link.region_id) for link in project.links(number)] == [(0, quad)]
    assert project.loose_tokens(number) == {(turn, 1)}
    project.delete_regions([quad])
    assert project.links(number) == []
    assert "<quad>" in project.turn(turn).text


def test_a_region_moved_moves_its_tokens_in_every_linked_turn_in_one_step(project: Project, cat: int) -> None:
    numbers = [talk(project, "Picture 1: <img>a.png</img>\nFind it.", f"{CAT} {CAT}") for _ in range(3)]
    project.move_region(cat, Rect(500, 500, 600, 600))
    for number in numbers:
        assert texts(project, number)[1].count("(500,500),(600,600)") == 2
    assert project.undo() == "Move region"
    for number in numbers:
        assert texts(project, number)[1] == f"{CAT} {CAT}"
        assert linked(project, number) == [(1, 0), (1, 1)]


# Pictures in order


def test_pictures_change_places_in_one_step_and_links_go_along(project: Project, cat: int) -> None:
    other = project.add_region(ids(project)[1], "cat", Rect(10, 10, 200, 200))
    number = talk(
        project,
        "Picture 1: <img>a.png</img>\nFind it.",
        CAT,
        "Picture 2: <img>b.png</img>\nHere, as in Picture 1?",
        CAT,
    )
    turns = [turn.id for turn in project.conversation(number).turns]
    project.cut_loose(turns[3], 0)
    assert [link.region_id for link in project.links(number)] == [cat]
    project.change_turns(number, "Reorder pictures", lambda now: reorder_pictures(now, [1, 0]))
    row = project.conversation(number)
    assert [turn.id for turn in row.turns] == [turns[2], turns[3], turns[0], turns[1]]
    assert row.turns[0].text == "Picture 1: <img>b.png</img>\nHere, as in Picture 2?"
    assert project.picture_ids_of(number) == [ids(project)[1], ids(project)[0]]
    assert [(link.turn_id, link.region_id) for link in project.links(number)] == [(turns[1], cat)]
    assert project.loose_tokens(number) == {(turns[3], 0)}
    project.undo()
    assert [turn.id for turn in project.conversation(number).turns] == turns
    assert other not in {link.region_id for link in project.links(number)}


def test_a_refused_order_changes_nothing(project: Project, cat: int) -> None:
    number = talk(project, "Picture 1: <img>b.png</img>\nPicture 2: <img>a.png</img>\nWhere?", CAT)
    before = project.undo_text, texts(project, number), project.links(number)
    with pytest.raises(PictureOrderError):
        project.change_turns(number, "Reorder pictures", lambda now: reorder_pictures(now, [1, 0]))
    assert (project.undo_text, texts(project, number), project.links(number)) == before


def test_pictures_are_added_and_taken_out(project: Project, cat: int) -> None:
    number = talk(project, "Picture 1: <img>a.png</img>\nFind it.", CAT)
    project.change_turns(number, "Add picture", lambda now: add_picture(now, str(project.folder / "b.png")))
    assert texts(project, number)[0] == "Picture 1: <img>b.png</img>\nPicture 2: <img>a.png</img>\nFind it."
    assert linked(project, number) == [(1, 0)]
    project.change_turns(number, "Take picture out", lambda now: remove_picture(now, 1))
    assert texts(project, number) == ["Picture 1: <img>b.png</img>\nFind it.", "cat"]
    assert linked(project, number) == []
    bare = talk(project)
    project.change_turns(bare, "Add picture", lambda now: add_picture(now, "a.png"))
    assert texts(project, bare) == ["Picture 1: <img>a.png</img>\n"]


def test_turns_move_with_their_numbers_and_are_duplicated(project: Project, cat: int) -> None:
    number = talk(project, "Picture 1: <img>a.png</img>\nFind it.", CAT, "Picture 2: <img>b.png</img>\nAnd?", "No.")
    rows = project.conversation(number).turns
    project.move_turn(rows[2].id, 0)
    assert texts(project, number)[:2] == [
        "Picture 1: <img>b.png</img>\nAnd?",
        "Picture 2: <img>a.png</img>\nFind it.",
    ]
    assert linked(project, number) == [(2, 0)]
    project.undo()
    copy = project.duplicate_turn(rows[0].id)
    assert project.turn(copy).text == "Find it."
    assert project.turn(copy).position == 1
    project.undo()
    twin = project.duplicate_conversation(number)
    assert texts(project, twin) == texts(project, number)
    assert linked(project, twin) == linked(project, number)
    project.delete_conversations([twin])
    project.undo()
    assert texts(project, twin) == texts(project, number)


# Templates


@pytest.fixture
def annotated(project: Project) -> Project:
    first, second, third, _ = ids(project)
    project.add_regions(first, [("cat", Rect(1, 1, 9, 9)), ("cat", Rect(20, 20, 90, 90)), ("dog", Rect(1, 1, 9, 9))])
    project.add_regions(second, [("dog", Rect(1, 1, 9, 9)), ("", Rect(2, 2, 9, 9))])
    project.add_shapes(third, [("出口", Shape.of_corners([(1, 1), (9, 1), (9, 9), (1, 9)]))])
    project.set_region_text(project.regions(second)[1].id, "  EXIT \n")
    return project


def test_the_forecast_is_what_is_made_for_every_template(annotated: Project) -> None:
    some = ids(annotated)[:2]
    for name in ALL:
        for chosen in (None, some):
            expected = forecast(annotated, [name], "en", chosen)
            made = generate(annotated, [name], "en", chosen)
            assert (expected.conversations, expected.pictures) == (made.conversations, made.pictures), name
            assert expected.replaced == made.replaced
    expected = forecast(annotated, ALL, "zh")
    assert generate(annotated, ALL, "zh").conversations == expected.conversations > 20


def test_reading_text_takes_what_was_typed_and_the_ref_of_a_quad(annotated: Project) -> None:
    made = list(preview(annotated, ["ocr"], "en", ids(annotated), templates={"ocr": TEMPLATES["ocr"].plain()}))
    assert [item.turns[1].text for item in made] == ["EXIT", "出口"]
    region = annotated.regions(ids(annotated)[1])[1]
    assert region.extra == '{"app": {"text": "EXIT"}}'
    annotated.set_region_text(region.id, "")
    assert annotated.region(region.id).extra == ""
    assert annotated.seen(ids(annotated)[2])[0].box == Quad(((1, 1), (9, 1), (9, 9), (1, 9)))


def test_what_was_edited_by_hand_is_never_replaced_nor_doubled(annotated: Project) -> None:
    first = ids(annotated)[0]
    assert generate(annotated, ["grounding"], "en", [first]).conversations == 2
    rows = annotated.conversations(first)
    cats = next(row for row in rows if "cat" in row.turns[1].text)
    annotated.set_turn(cats.turns[1].id, "Here: " + cats.turns[1].text)
    assert annotated.conversation(cats.id).edited
    again = generate(annotated, ["grounding"], "en", [first])
    assert (again.conversations, again.replaced, again.kept) == (1, 1, 1)
    assert annotated.conversation(cats.id).turns[1].text.startswith("Here: ")
    assert forecast(annotated, ["grounding"], "en", [first]).edited == 1
    # what follows a region is no edit by hand
    region = annotated.regions(first)[2].id
    annotated.move_region(region, Rect(300, 300, 400, 400))
    annotated.rename_region(region, "wolf")
    (dogs,) = [row for row in annotated.conversations(first) if row.id != cats.id]
    assert "wolf" in dogs.turns[1].text
    assert not dogs.edited
    annotated.undo()
    annotated.undo()
    annotated.undo()
    assert annotated.undo() == "Edit turn"
    assert not annotated.conversation(cats.id).edited


@pytest.mark.parametrize("edit", ["text", "role", "insert", "delete", "move", "duplicate", "pictures"])
def test_every_edit_by_hand_counts(annotated: Project, edit: str) -> None:
    first = ids(annotated)[0]
    generate(annotated, ["listing"], "en", [first])
    row = annotated.conversations(first)[0]
    question, answer = row.turns
    match edit:
        case "text":
            annotated.set_turn(answer.id, "Nothing.")
        case "role":
            annotated.set_role(question.id, "assistant")
        case "insert":
            annotated.insert_turn(row.id, 2, Turn("user", "Thanks"))
        case "delete":
            annotated.delete_turn(answer.id)
        case "move":
            annotated.move_turn(answer.id, 0)
        case "duplicate":
            annotated.duplicate_turn(answer.id)
        case "pictures":
            annotated.change_turns(row.id, "Add picture", lambda now: add_picture(now, "b.png"))
    assert annotated.conversation(row.id).edited
    annotated.undo()
    assert not annotated.conversation(row.id).edited


def test_an_edit_that_changes_nothing_is_none(annotated: Project) -> None:
    generate(annotated, ["listing"], "en")
    row = annotated.conversations(ids(annotated)[0])[0]
    annotated.set_role(row.turns[0].id, "user")
    annotated.move_turn(row.turns[0].id, 0)
    assert annotated.undo_text == "Make conversations"
    assert not annotated.conversation(row.id).edited


def test_cancelling_leaves_nothing(annotated: Project) -> None:
    class Stop(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        generate(annotated, ALL, "en", progress=stop)
    assert annotated.conversation_count() == 0
    assert annotated.undo_text != "Make conversations"


def test_templates_of_the_project(annotated: Project) -> None:
    shipped = TEMPLATES["grounding"]
    own = replace(shipped, wordings={**shipped.wordings, "en": Wording(("Show {a_ref}!",), ("{boxes}",))})
    annotated.set_template(own)
    assert annotated.templates()["grounding"].wordings["en"].questions == ("Show {a_ref}!",)
    assert list(annotated.templates()) == list(TEMPLATES)
    made = list(preview(annotated, ["grounding"], "en", ids(annotated)[:1]))
    assert {item.turns[0].text.partition("\n")[2] for item in made} == {"Show a cat!", "Show a dog!"}
    mine = Template("How many", "counting", "", "", TEMPLATES["counting"].wordings)
    annotated.set_template(mine)
    generate(annotated, ["How many"], "zh", ids(annotated)[:1])
    assert {row.template for row in annotated.conversations()} == {"How many/zh"}
    with pytest.raises(TemplateError, match="missing"):
        annotated.set_template(replace(own, wordings={**own.wordings, "en": Wording(("Show!",), ("{boxes}",))}))
    with pytest.raises(TemplateError, match="name"):
        annotated.set_template(replace(mine, name="a/b"))
    annotated.set_template(shipped)
    assert annotated.undo() == "Edit template"
    assert annotated.templates()["grounding"].wordings["en"].questions == ("Show {a_ref}!",)
    annotated.delete_template("How many")
    assert "How many" not in annotated.templates()
    with annotated.step("spoil"):
        annotated._write("UPDATE project_templates SET value = 'x' WHERE name = 'grounding'")
    assert annotated.templates()["grounding"] == shipped
    assert "grounding" in annotated.broken_templates()["grounding"]


# Lists


def test_conversations_are_found_by_words_split_and_number_of_turns(annotated: Project) -> None:
    first, second = ids(annotated)[:2]
    annotated.set_split([second], "val")
    one = annotated.add_conversation(
        Conversation((user_turn(["a.png"], "框出红色的猫 100% a_b"), Turn("assistant", "x")))
    )
    two = annotated.add_conversation(
        Conversation((user_turn(["b.png"], "a-b"), Turn("assistant", "100 percent"), Turn("user", "?")))
    )
    assert annotated.conversation_ids(text="红色的猫") == [one]
    assert annotated.conversation_ids(text="红") == [one]
    assert annotated.conversation_ids(text="a_b") == [one]
    assert annotated.conversation_ids(text="100%") == [one]
    assert annotated.conversation_ids(text="PERCENT") == [two]
    assert annotated.conversation_ids(text='"') == []
    assert annotated.conversation_ids(text='"""') == []
    assert annotated.conversation_ids(split="val") == [two]
    assert annotated.conversation_ids(turns_from=3) == [two]
    assert annotated.conversation_ids(turns_to=2) == [one]
    assert annotated.conversation_ids(turns_from=2, turns_to=3, picture_id=first) == [one]
    annotated.set_turn(annotated.conversation(two).turns[1].id, "红色的猫")
    assert annotated.conversation_ids(text="红色的猫") == [one, two]
    annotated.undo()
    assert annotated.conversation_ids(text="红色的猫") == [one]
