"""Filters over pictures against the plain meaning of each, computed from the rows; counts, marks and the next one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.errors import Cancelled
from qvl_desktop.storage import filters
from qvl_desktop.storage.filters import STATUSES, PictureFilter
from qvl_desktop.storage.indexing import Measured
from qvl_desktop.storage.project import Project

REFS = ("cat", "红色杯子", "dog", "100% wool")
WORDS = ("红", "红色", "Cat", "the", "a_b", "50%", "zz")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Sixty pictures with everything that can be asked for, by a seed."""
    rng = random.Random(3)
    folder = tmp_path_factory.mktemp("mixed")
    project = Project.create(folder / "mixed.qvl")
    names = [f"{rng.choice(('猫', 'dogs', 'a_b'))}/{rng.choice('xyz')}{n}.jpg" for n in range(60)]
    sizes = [(rng.choice((100, 640, 4000)), rng.choice((50, 480, 3000))) for _ in names]
    ids = project.add_measured([Measured(folder / name, *size) for name, size in zip(names, sizes, strict=True)])
    for number in ids:
        for _ in range(rng.choice((0, 0, 1, 2, 9))):
            project.add_region(number, rng.choice(REFS), Rect(1, 1, 40, 40))
        path = project.picture(number).path
        for _ in range(rng.choice((0, 0, 1, 2))):
            words = " ".join(rng.sample(WORDS, 2))
            project.add_conversation(Conversation((user_turn([path], "Find it."), Turn("assistant", words))))
        project.set_status([number], rng.choice(("", "", "done", "skipped")))
        project.set_split([number], rng.choice(("", "train", "val")))
    gone = "INSERT INTO files (path, bytes, modified) SELECT path, -1, 0 FROM pictures WHERE id % 7 = 0"
    assert project._writer is not None
    project._writer.execute(gone)
    return project


def plain(project: Project, asked: PictureFilter) -> list[int]:
    """What a filter means, row by row."""
    kept = []
    for row in project.pictures(project.picture_ids()):
        refs = [region.ref for region in project.regions(row.id)]
        turns = [turn.text for talk in project.conversations(row.id) for turn in talk.turns]
        wanted = [ref in refs for ref in asked.refs]
        limits = (
            (row.region_count, asked.regions_from, asked.regions_to),
            (row.width, asked.width_from, asked.width_to),
            (row.height, asked.height_from, asked.height_to),
        )
        conditions = (
            asked.text.lower() in row.path.lower(),
            not asked.folder or row.path.startswith(asked.folder + "/"),
            not wanted or (all(wanted) if asked.every_ref else any(wanted)),
            not set(refs).intersection(asked.without_refs),
            not asked.said or any(asked.said.lower() in text.lower() for text in turns),
            not asked.splits or row.split in asked.splits,
            not asked.statuses or row.shown_status in asked.statuses,
            all((low is None or value >= low) and (high is None or value <= high) for value, low, high in limits),
            asked.has_conversations in (None, bool(turns)),
            asked.missing in (None, row.id % 7 == 0),
        )
        if all(conditions):
            kept.append(row.id)
    return kept


numbers = st.none() | st.integers(0, 9)
asked_for = st.builds(
    PictureFilter,
    text=st.sampled_from(("", "", "猫", "X", "a_b", "%")),
    folder=st.sampled_from(("", "", "猫", "dogs")),
    refs=st.lists(st.sampled_from(REFS), max_size=2, unique=True).map(tuple),
    every_ref=st.booleans(),
    without_refs=st.lists(st.sampled_from(REFS), max_size=2, unique=True).map(tuple),
    said=st.sampled_from(("", "", "", *WORDS, "Find it")),
    splits=st.lists(st.sampled_from(("", "train", "val")), max_size=2, unique=True).map(tuple),
    statuses=st.lists(st.sampled_from(STATUSES), max_size=2, unique=True).map(tuple),
    regions_from=numbers,
    regions_to=numbers,
    width_from=st.sampled_from((None, None, 640)),
    height_to=st.sampled_from((None, None, 480)),
    has_conversations=st.sampled_from((None, None, True, False)),
    missing=st.sampled_from((None, None, True, False)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=asked_for, rare=st.booleans(), much=st.booleans())
def test_every_filter_means_what_it_says(mixed: Project, asked: PictureFilter, rare: bool, much: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:  # both ways of asking, whatever the size of the project
        patch.setattr(filters, "FEW_REGIONS", 30_000 if rare else 1)
        patch.setattr(filters, "FEW_TURNS", 2000 if rare else 1)
        patch.setattr(filters, "MUCH_SAID", 0 if much else 40_000_000)
        assert mixed.picture_ids(asked) == plain(mixed, asked)
    assert PictureFilter.from_text(asked.to_text()) == asked


def test_filters_of_other_versions_are_read_as_far_as_they_are_known() -> None:
    text = '{"text": "a", "refs": ["x"], "regions_to": "3", "statuses": ["done", "odd"], "later": 1, "missing": 2}'
    assert PictureFilter.from_text(text) == PictureFilter(text="a", refs=("x",), statuses=("done",))
    assert PictureFilter.from_text("[1]") == PictureFilter.from_text("{") == PictureFilter()


def test_counts_and_the_next_one(mixed: Project) -> None:
    ids = mixed.picture_ids()
    by_status = {status: mixed.picture_ids(PictureFilter(statuses=(status,))) for status in STATUSES}
    assert mixed.status_counts() == {status: len(found) for status, found in by_status.items()}
    assert mixed.done_count() == len(by_status["done"])
    untouched = by_status["untouched"]
    wanted = PictureFilter(statuses=("untouched",))
    for here in (ids[0], ids[30], ids[-1], untouched[0]):
        behind = [one for one in untouched if ids.index(one) > ids.index(here)]
        before = [one for one in untouched if ids.index(one) < ids.index(here)]
        others = [one for one in untouched if one != here]
        assert mixed.next_picture(here, wanted) == (behind or others)[0]
        assert mixed.next_picture(here, wanted, backwards=True) == (before or others)[-1]
    within = PictureFilter(folder="dogs")
    expected = [one for one in untouched if one in mixed.picture_ids(within)]
    assert mixed.next_picture(None, wanted, within=within) == expected[0]
    assert mixed.next_picture(ids[0], PictureFilter(text="nothing")) is None


def test_what_was_said_follows_edits_undo_and_removal(project: Project) -> None:
    first, second, _ = project.picture_ids()
    paths = [row.path for row in project.pictures([first, second])]

    def saying(words: str) -> list[int]:
        return project.picture_ids(PictureFilter(said=words))

    number = project.add_conversation(Conversation((user_turn([paths[0]], "哪里?"), Turn("assistant", "蓝色的门"))))
    assert saying("蓝") == [first]
    turn = project.conversation(number).turns[1]
    project.set_turn(turn.id, "绿色的门")
    assert (saying("蓝"), saying("绿色")) == ([], [first])
    project.undo()
    assert (saying("蓝"), saying("绿色")) == ([first], [])
    project.redo()
    question = project.conversation(number).turns[0]
    project.set_turn(question.id, f"Picture 1: <img>{paths[1]}</img>\n哪里?")
    assert saying("绿色") == [second]
    assert [row.shown_status for row in project.pictures([first, second])] == ["untouched", "in_work"]
    project.remove_pictures([second])
    assert saying("绿色") == []
    project.undo()
    assert saying("绿色") == [second]
    project.delete_conversations([number])
    assert saying("门") == []
    assert project.picture_ids(PictureFilter(has_conversations=True)) == []
    while project.undo():
        pass
    while project.redo():
        pass
    assert saying("门") == []
    check = project._writer
    assert check is not None
    check.execute("INSERT INTO turns_text (turns_text) VALUES ('integrity-check')")


def test_a_step_that_is_given_up_leaves_the_text_index_alone(project: Project) -> None:
    path = project.picture(project.picture_ids()[0]).path

    def fail() -> None:
        with project.step("Fail"):
            project.add_conversation(Conversation((user_turn([path], "哪里?"), Turn("assistant", "紫色"))))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert project.picture_ids(PictureFilter(said="紫色")) == []
    assert project._one("SELECT count(*) FROM turns_text WHERE turns_text MATCH ?", ('"哪里?"',)) == (0,)


def test_marks_are_kept_and_are_no_edits(project: Project) -> None:
    before = project.undo_text
    project.set_mark("picture", "7")
    project.set_mark("picture", "8")
    assert (project.mark("picture"), project.mark("other", "none"), project.undo_text) == ("8", "none", before)
    project.set_mark("picture", "")
    assert project.mark("picture") == ""
    project.close()
    with Project.open_read_only(project.path) as reader:
        reader.set_mark("picture", "1")
        assert reader.mark("picture") == ""


def test_pictures_come_in_by_and_by_in_one_undo_step(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setattr("qvl_desktop.storage.pictures._FIRST_COMMIT_SECONDS", 0.0)
    monkeypatch.setattr("qvl_desktop.storage.pictures._COMMIT_SECONDS", 0.0)
    folder = tmp_path / "many"
    folder.mkdir()
    small = Image.new("RGB", (8, 8))
    for number in range(300):
        small.save(folder / f"{number}.png")
    seen: list[int] = []
    project.subscribe(lambda change: seen.append(project.picture_count()))
    report = project.add_pictures([folder])
    assert (report.added, len(report.ids), report.stopped) == (300, 300, False)
    assert len(seen) > 2
    assert seen[0] < seen[-1] == 303
    assert [row.path for row in project.pictures(project.picture_ids(text="many"))][:3] == [
        "many/0.png", "many/1.png", "many/2.png"
    ]  # fmt: skip
    assert project.undo() == "Add pictures"
    assert project.picture_count() == 3
    project.redo()
    assert project.picture_count() == 303
    assert project.add_pictures([folder]).known == 300


def test_an_edit_in_between_stays_a_step_of_its_own(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setattr("qvl_desktop.storage.pictures._FIRST_COMMIT_SECONDS", 0.0)
    monkeypatch.setattr("qvl_desktop.storage.pictures._COMMIT_SECONDS", 0.0)
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        Image.new("RGB", (8, 8)).save(folder / f"{number}.png")
    first = project.picture_ids()[0]

    def meanwhile(done: int, total: int) -> None:
        if total and done >= 128 and not project.regions(first):
            project.add_region(first, "cat", Rect(1, 1, 9, 9))

    project.add_pictures([folder], meanwhile)
    said = []
    while (step := project.undo()) is not None and project.picture_count() > 3:
        said.append(step)
    assert said[:2] == ["Add pictures", "Add region"]
    assert project.picture_count() == 3


def test_stopping_keeps_what_is_in(project: Project, tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        Image.new("RGB", (8, 8)).save(folder / f"{number}.png")
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) == 2

    report = project.add_pictures([folder], stop=stop)
    assert report.stopped
    assert 0 < report.added < 300
    assert project.picture_count() == 3 + report.added

    def cancel(done: int, total: int) -> None:
        if total:
            raise Cancelled

    with pytest.raises(Cancelled):
        project.add_pictures([folder], cancel)
    assert project.picture_count() == 3 + report.added
