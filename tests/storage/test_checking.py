"""Checks of a whole project: every kind is found, mended in one step, and looked at again where something changed."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.findings import RULES, Finding, title_of
from qvl_desktop.storage.checking import ProjectCheck
from qvl_desktop.storage.finding_shelf import FindingShelf
from qvl_desktop.storage.mending import MENDS, mend, mend_words, preview
from qvl_desktop.storage.project import Project


def picture(file: Path, colour: str, size: tuple[int, int] = (400, 300)) -> None:
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    for step in range(6):
        x, y = step * size[0] // 7, (step * 37 + len(colour) * 31) % (size[1] - 60)
        draw.ellipse(
            (x, y, x + size[0] // 9, y + size[1] // 5), fill=("white", "black", "teal")[(step + len(colour)) % 3]
        )
    image.save(file)


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Project]:
    """A project with one of nearly everything."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("red", "green", "orange", "blue", "purple"):
        picture(folder / f"{name}.png", name)
    shutil.copy(folder / "red.png", folder / "red again.png")
    Image.open(folder / "green.png").resize((200, 150)).save(folder / "small green.jpg", quality=70)
    with Project.create(tmp_path / "p.qvl") as project:
        project.add_pictures([folder])
        ids = {row.path.split("/")[1].split(".")[0]: row.id for row in project.pictures(project.picture_ids())}
        project.add_regions(ids["red"], [("cat", Rect(10, 10, 90, 90)), ("cat", Rect(10, 10, 90, 90))])
        project.add_regions(ids["green"], [("Cats", Rect(5, 5, 50, 50)), ("", Rect(1, 1, 30, 30))])
        project.add_regions(ids["blue"], [("cat", Rect(0.01, 0.01, 0.1, 0.1)), ("dog", Rect(300, 200, 390, 290))])
        project.set_split([ids["green"]], "train")
        project.set_split([ids["small green"]], "test")

        def talk(name: str, answer: str, words: str = "Where?", number: int = 1) -> int:
            question = user_turn([project.picture(ids[name]).path], words, first_number=number)
            return project.add_conversation(Conversation((question, Turn("assistant", answer))))

        talk("red", "<box>(30,40),(1,2)</box>")
        talk("red", "<box>(1,2),(1000,1000)</box>")
        talk("red", "<ref>cat<box>(1,2),(30,40)</box>")
        talk("red", "")
        talk("red", "There.", "Who?", 3)
        talk("red", "There.", "<image>Why?")
        talk("green", "Here.", "The same?")
        talk("green", "Here.", "The same?")
        own = talk("blue", "Hm.", "Long?")
        project.set_conversation_split([own], "test")
        project.add_conversation(Conversation((user_turn(["gone.png"], "?"), Turn("assistant", "word " * 3000))))
        (folder / "purple.png").unlink()
        (folder / "orange.png").write_bytes(b"nonsense")
        yield project


def checked(project: Project) -> tuple[ProjectCheck, FindingShelf]:
    project.look_at_files()
    shelf = FindingShelf()
    check = ProjectCheck(project, shelf)
    check.everything()
    return check, shelf


FOUND = {
    "box-order": 1, "box-range": 1, "unbalanced": 1, "empty-answer": 1, "picture-number": 1, "picture-count": 1,
    "conversation-twice": 1, "split-differs": 1, "picture-missing": 1, "too-long": 1, "file-missing": 1,
    "file-unreadable": 1, "picture-twice": 1, "picture-alike-leak": 1, "region-twice": 1, "region-without-ref": 1,
    "region-tiny": 1, "ref-spelling": 1,
}  # fmt: skip


def test_every_kind_is_found_once_and_says_where(faulty: Project) -> None:
    _, shelf = checked(faulty)
    assert {one.code: one.open for one in shelf.counts()} == FOUND
    levels = [RULES[one.code].level for one in shelf.counts()]
    assert levels == sorted(levels), "errors stand before warnings"
    for code in FOUND:
        (finding,) = shelf.all_of(code)
        assert finding.message
        assert finding.mend
        assert finding.key
        assert title_of(code)
        assert finding.at.picture or finding.at.conversation or code == "ref-spelling"
        if finding.end > finding.start:
            turn = faulty.turn(finding.at.turn)
            assert turn.conversation_id == finding.at.conversation
            assert turn.text[finding.start : finding.end]
    (broken,) = shelf.all_of("box-range")
    assert faulty.turn(broken.at.turn).text[broken.start : broken.end] == "<box>(1,2),(1000,1000)</box>"
    (copy,) = shelf.all_of("picture-twice")
    assert copy.source == "pictures/red again.png", "the one with regions stays"
    (leak,) = shelf.all_of("picture-alike-leak")
    assert {str(leak.values["split"]), str(leak.values["other_split"])} == {"train", "test"}


@pytest.mark.parametrize("code", [code for code in FOUND if code in MENDS])
def test_each_mend_is_previewed_one_step_and_leaves_none_of_its_kind(faulty: Project, code: str) -> None:
    check, shelf = checked(faulty)
    before = _dump(faulty)
    (finding,) = shelf.all_of(code)
    (shown,) = preview(faulty, code, [finding])
    assert shown.words or shown.before != shown.after
    assert mend_words(code)
    assert mend(faulty, code, shelf.all_of(code)) >= 1
    check.everything()
    assert not list(shelf.all_of(code))
    left = {one.code: one.open for one in shelf.counts()}
    assert all(left.get(other, 0) <= FOUND[other] for other in FOUND), "no mend makes other faults"
    faulty.undo()
    assert _dump(faulty) == before
    check.everything()
    assert {one.code: one.open for one in shelf.counts()} == FOUND


def _dump(project: Project) -> list[object]:
    tables = ("pictures", "regions", "conversations", "turns", "conversation_pictures", "links", "headers")
    return [project._all(f"SELECT * FROM {table} ORDER BY id") for table in tables]


def test_only_what_changed_is_looked_at_again(faulty: Project) -> None:
    check, shelf = checked(faulty)
    (order,) = shelf.all_of("box-order")
    faulty.set_turn(order.at.turn, "<box>(1,2),(3,4)</box>")
    check.conversations([order.at.conversation])
    assert not list(shelf.all_of("box-order"))
    assert sum(one.open for one in shelf.counts()) == sum(FOUND.values()) - 1
    (empty,) = shelf.all_of("empty-answer")
    faulty.delete_conversations([empty.at.conversation])
    check.conversations([empty.at.conversation])
    assert not list(shelf.all_of("empty-answer"))
    (tiny,) = shelf.all_of("region-tiny")
    faulty.delete_regions([tiny.at.region])
    check.regions([tiny.at.picture])
    assert not list(shelf.all_of("region-tiny"))


def test_findings_can_be_kept_as_they_are(faulty: Project) -> None:
    check, shelf = checked(faulty)
    (finding,) = shelf.all_of("picture-twice")
    faulty.keep_findings([(finding.code, finding.key)])
    check.take_kept()
    assert not list(shelf.all_of("picture-twice"))
    assert [one.key for one in shelf.all_of("picture-twice", kept=True)] == [finding.key]
    assert {one.code: one.kept for one in shelf.counts()}["picture-twice"] == 1
    with Project.open_read_only(faulty.path) as reader:
        assert reader.kept_findings() == {(finding.code, finding.key)}
    faulty.show_findings_again([(finding.code, finding.key)])
    check.take_kept()
    assert len(list(shelf.all_of("picture-twice"))) == 1
    faulty.undo()
    assert faulty.kept_findings()
    faulty.undo()
    assert not faulty.kept_findings()


def test_a_clean_project_has_nothing_to_mend(project: Project) -> None:
    picture(project.pictures(project.picture_ids())[1].file, "olive", (640, 480))
    picture(project.pictures(project.picture_ids())[2].file, "chocolate", (640, 480))
    _, shelf = checked(project)
    assert shelf.counts() == []


def test_pictures_without_splits_are_trained_on(faulty: Project) -> None:
    _, shelf = checked(faulty)
    (twice,) = shelf.all_of("picture-twice")
    faulty.set_split([twice.at.picture], "val")
    _, shelf = checked(faulty)
    assert [one.code for one in shelf.counts() if one.code.startswith("picture-") and "red" in next(
        shelf.all_of(one.code)).source] == ["picture-leak"]  # fmt: skip


def test_the_shelf_pages_through_very_many_findings() -> None:
    shelf = FindingShelf()
    many = [(n, Finding("box-order", f"conversation {n}", 1, 2, 3, {"text": "x"}, key=str(n))) for n in range(3000)]
    shelf.replace("conversation", None, many)
    shelf.set_kept([("box-order", "7")])
    (count,) = shelf.counts()
    assert (count.open, count.kept) == (2999, 1)
    ids = shelf.ids("box-order", limit=10)
    assert len(ids) == 10
    assert [finding.source for _, finding in shelf.findings(ids)][-1] == "conversation 10"
    assert Counter(finding.code for finding in shelf.all_of("box-order")) == {"box-order": 2999}
    shelf.replace("conversation", [1, 2], [(1, many[1][1])])
    assert shelf.counts()[0].open == 2998
    shelf.close()
