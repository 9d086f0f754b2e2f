"""Divisions of a project without leaks, and its numbers."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.split import WAYS, Way
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.splitting import apply_split, plan_split
from qvl_desktop.storage.statistics import AREA_DECADES, AREA_STEPS, GRID, conversation_ids_of, statistics

SHARES: dict[Split, float] = {"train": 0.6, "val": 0.2, "test": 0.2}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Project]:
    """Forty pictures in four folders, some of them twice or scaled, with regions and conversations."""
    rng = random.Random(7)
    folder = tmp_path / "pictures"
    for number in range(36):
        place = folder / f"day {number % 4}"
        place.mkdir(parents=True, exist_ok=True)
        image = Image.new("RGB", (160, 120), tuple(rng.randrange(256) for _ in range(3)))
        for _ in range(9):
            x, y = rng.uniform(0, 130), rng.uniform(0, 90)
            ImageDraw.Draw(image).ellipse((x, y, x + 40, y + 30), fill=tuple(rng.randrange(256) for _ in range(3)))
        image.save(place / f"{number:02}.png")
    shutil.copy(folder / "day 0" / "00.png", folder / "day 1" / "copy.png")
    with Image.open(folder / "day 2" / "02.png") as image:
        image.resize((80, 60)).save(folder / "day 3" / "small.png")
    with Project.create(tmp_path / "shop.qvl") as project:
        project.add_pictures([folder])
        for number in project.picture_ids():
            items = [(rng.choice("abbcccc"), Rect(x, x, x + 20, x + 30)) for x in rng.sample(range(60), 3)]
            row = project.picture(number)
            if row.width > 100:
                project.add_regions(number, items)
            project.add_conversation(
                Conversation((user_turn([row.path], "What?"), Turn("assistant", "This."))), "train"
            )
        paths = [row.path for row in project.pictures(project.picture_ids())]
        project.add_conversation(Conversation((user_turn(paths[5:7], "Both?"), Turn("assistant", "Yes."))))
        for words in ("Hi.", "Hi.", "Well?"):
            project.add_conversation(Conversation((Turn("user", words), Turn("assistant", "Hello."))))
        yield project


@pytest.mark.parametrize("way", WAYS)
def test_what_belongs_together_stays_together(shop: Project, way: Way) -> None:
    shop.look_at_files()
    plan = plan_split(shop, SHARES, way, 5)
    assert plan == plan_split(shop, SHARES, way, 5)
    apply_split(shop, plan)
    rows = {row.path: row for row in shop.pictures(shop.picture_ids())}
    assert len(rows) == 38
    assert all(row.split for row in rows.values())
    pairs = [("day 0/00", "day 1/copy"), ("day 2/02", "day 3/small")]
    for one, other in pairs:
        assert rows[f"pictures/{one}.png"].split == rows[f"pictures/{other}.png"].split
    talks = shop.conversations()
    for talk in talks:
        paths = talk.content.pictures
        assert all(rows[path].split == talk.split for path in paths)
    alone = [talk for talk in talks if not talk.content.pictures]
    assert alone[0].split == alone[1].split != ""
    counts = Counter(row.split for row in rows.values())
    assert counts == {split: len(ids) for split, ids in plan.pictures.items()}
    assert Counter(talk.split for talk in talks) == plan.conversations_in
    ref_counts = Counter((region.ref, rows[row.path].split) for row in rows.values() for region in shop.regions(row.id))
    assert ref_counts == {(ref, split): n for ref, by in plan.regions_of.items() for split, n in by.items()}
    if way == "folder":
        assert len({row.split for path, row in rows.items() if "day 2" in path}) == 1
    else:
        assert abs(counts["train"] - 38 * 0.6) <= 3
    shop.undo()
    assert not any(row.split for row in shop.pictures(shop.picture_ids()))
    assert shop.conversations()[0].split == "train", "its own split is back"


def test_a_filter_leaves_the_others_alone_and_near_pictures_may_be_parted(shop: Project) -> None:
    shop.look_at_files()
    plan = plan_split(shop, SHARES, asked=PictureFilter(folder="pictures/day 1"))
    assert sum(len(ids) for ids in plan.pictures.values()) == 10
    assert not any(plan.conversations.values())
    assert plan_split(shop, SHARES).together == 6
    assert plan_split(shop, SHARES, near=False).together == 4


def test_numbers_agree_with_a_plain_count(shop: Project) -> None:
    numbers = statistics(shop)
    rows = shop.pictures(shop.picture_ids())
    regions = [(row, region) for row in rows for region in shop.regions(row.id)]
    assert (numbers.pictures, numbers.regions, numbers.conversations) == (38, len(regions), shop.conversation_count())
    assert {ref: count for ref, count, _ in numbers.refs} == Counter(region.ref for _, region in regions)
    assert {ref: n for ref, _, n in numbers.refs} == Counter(ref for _, ref in {(row.id, r.ref) for row, r in regions})
    assert dict(numbers.boxes) == Counter(row.region_count for row in rows)
    assert dict(numbers.sizes) == Counter((row.width, row.height) for row in rows)
    assert dict(numbers.turns) == {2: shop.conversation_count()}
    cells = Counter(
        (int(GRID * (r.rect.y1 + r.rect.y2) / 2 / row.height), int(GRID * (r.rect.x1 + r.rect.x2) / 2 / row.width))
        for row, r in regions
    )
    assert {(y, x): n for y, line in enumerate(numbers.places) for x, n in enumerate(line) if n} == cells
    assert sum(count for _, count in numbers.areas) == len(regions)
    share = regions[0][1].rect.area / (160 * 120)
    bar = next(b for b, _ in numbers.areas if 10 ** ((b + 1) / AREA_STEPS - AREA_DECADES) > share)
    assert dict(numbers.areas)[bar] == len(regions), "all boxes are of one size"


def test_numbers_of_a_filter(shop: Project) -> None:
    asked = PictureFilter(folder="pictures/day 3")
    ids = shop.picture_ids(asked)
    numbers = statistics(shop, asked)
    assert numbers.pictures == len(ids) == 10
    assert numbers.regions == sum(len(shop.regions(number)) for number in ids)
    wanted = conversation_ids_of(shop, asked)
    assert wanted is not None
    assert numbers.conversations == len(wanted) == len({n for i in ids for n in shop.conversation_ids(picture_id=i)})
    assert statistics(shop, PictureFilter(text="nowhere")).empty
