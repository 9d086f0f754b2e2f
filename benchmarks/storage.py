"""How fast the project file is at its intended size: 100,000 pictures, a million regions, 200,000 conversations.

Builds such a project (or a smaller one: `--scale 0.1`) in a temporary folder and prints a table of timings. The rows go
in through the same methods the program uses. Run: `python benchmarks/storage.py [--scale S] [--keep FOLDER] [--save]`.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, number, show
from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.storage import searching
from qvl_desktop.storage.files import MISSING, FileSeen
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.indexing import Measured
from qvl_desktop.storage.project import Check, Project

REFS = [f"thing {number}" for number in range(300)]


def timed(work: Callable[[], object], repeat: int = 1) -> tuple[float, float]:
    """Median milliseconds of `repeat` runs: on the clock, and of this process's CPU time."""
    clock, cpu = [], []
    for _ in range(repeat):
        start, used = time.perf_counter(), time.process_time()
        work()
        clock.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return statistics.median(clock), statistics.median(cpu)


LIMITS = {
    "add one region": (2.0, "the aim for an edit, durable on disk"),
    "move one region (its turns follow)": (2.0, "the aim for an edit, durable on disk"),
    "mark one picture as done": (2.0, "the aim for an edit, durable on disk"),
    "open (closed well, check beside the work)": (500.0, "the aim"),
}
FILTERS: tuple[tuple[str, PictureFilter], ...] = (
    ("all", PictureFilter()),
    ("name, 1 in 9", PictureFilter(text="img9")),
    ("name, all", PictureFilter(text="img")),
    ("folder", PictureFilter(folder="pictures/050")),
    ("a ref", PictureFilter(refs=("thing 7",))),
    ("a ref of nearly all", PictureFilter(refs=("person",))),
    ("one of two refs", PictureFilter(refs=("person", "thing 7"))),
    ("both of two refs", PictureFilter(refs=("person", "thing 7"), every_ref=True)),
    ("without a ref", PictureFilter(without_refs=("thing 7",))),
    ("without a ref of nearly all", PictureFilter(without_refs=("person",))),
    ("text of a turn, rare", PictureFilter(said="thing 299")),
    ("text of a turn, all", PictureFilter(said="Find the")),
    ("text of a turn, none", PictureFilter(said="zebra")),
    ("text of a turn, two Chinese characters", PictureFilter(said="红色")),
    ("text of a turn, one Chinese character", PictureFilter(said="红")),
    ("text of a turn, one letter", PictureFilter(said="t")),
    ("untouched", PictureFilter(statuses=("untouched",))),
    ("in work", PictureFilter(statuses=("in_work",))),
    ("done", PictureFilter(statuses=("done",))),
    ("skipped", PictureFilter(statuses=("skipped",))),
    ("split", PictureFilter(splits=("train",))),
    ("no split", PictureFilter(splits=("",))),
    ("no regions", PictureFilter(regions_to=0)),
    ("5 to 20 regions", PictureFilter(regions_from=5, regions_to=20)),
    ("width and height", PictureFilter(width_from=100, height_to=2000)),
    ("with conversations", PictureFilter(has_conversations=True)),
    ("without conversations", PictureFilter(has_conversations=False)),
    ("file missing", PictureFilter(missing=True)),
    (
        "six at once",
        PictureFilter(
            said="the", refs=("person",), statuses=("in_work",), splits=("",), regions_from=3, width_from=200
        ),
    ),
)
FILTER_LIMIT = (50.0, "the aim for any filter")
_rows: list[Row] = []


def row(name: str, milliseconds: tuple[float, float], note: str = "") -> None:
    """One line of the table."""
    clock, cpu = milliseconds
    limit, why = FILTER_LIMIT if name.startswith("filter: ") else LIMITS.get(name, (None, ""))
    notes = ", ".join(part for part in (note, why, f"processor {number(cpu)}") if part)
    _rows.append(Row(name, clock, "ms", limit, notes))
    print(f"{name}: {number(clock)} ms", file=sys.stderr, flush=True)


def build(project: Project, pictures: int, regions: int, conversations: int) -> list[int]:
    """Fill a project; tells the time of each part."""
    folder = project.folder
    measured = [Measured(folder / f"pictures/{n // 1000:03}/img{n}.jpg", 1280, 720) for n in range(pictures)]
    ids: list[int] = []
    row("add pictures (one step)", timed(lambda: ids.extend(project.add_measured(measured))), f"{pictures:,} rows")
    rng = random.Random(0)

    def add_regions() -> None:
        with project.step("Add regions"):
            for picture_id in ids:
                items = []
                for _ in range(regions // pictures):
                    x, y = rng.uniform(0, 1100), rng.uniform(0, 600)
                    ref = "person" if rng.random() < 0.3 else rng.choice(REFS)
                    items.append((ref, Rect(x, y, x + rng.uniform(10, 180), y + rng.uniform(10, 120))))
                project.add_regions(picture_id, items)

    row("add regions (one step)", timed(add_regions), f"{regions:,} rows")

    def talk(number: int) -> Conversation:
        picture = project.picture(ids[number % pictures])
        region = project.regions(picture.id)[number // pictures % 10]
        question = user_turn([picture.path], f"Find the {region.ref}." + " 红色的。" * (number % 40 == 0))
        return Conversation((question, Turn("assistant", format_ref(region.ref, [region.box]))))

    follow, spent = searching.follow, [0.0]

    def followed(connection: sqlite3.Connection, step: int) -> None:
        start = time.process_time()
        follow(connection, step)
        spent[0] += (time.process_time() - start) * 1000

    searching.follow = followed
    row(
        "add conversations (one step)",
        timed(lambda: project.add_conversations(talk(number) for number in range(conversations))),
        f"{conversations:,} rows, linked",
    )
    searching.follow = follow
    row("of it for searching in texts", (spent[0], spent[0]))
    return ids


def open_and_close(path: Path, check: Check) -> None:
    """Open a project; the check is left out of the time where it comes later."""
    project = Project.open(path, check=check)
    project.checked = True
    project.close()


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", type=Path, help="build the project here and leave it")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/storage.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = (options.keep or Path(temporary)) / "large.qvl"
        project = Project.create(path)
        scale = options.scale
        ids = build(project, int(100_000 * scale), int(1_000_000 * scale), int(200_000 * scale))
        measure(project, ids)
        project.close()
        size = f"{path.stat().st_size >> 20} MB"
        row("open (closed well, check beside the work)", timed(partial(open_and_close, path, "later"), 5), size)
        row("open (checked first: after a kill or a change)", timed(partial(open_and_close, path, "first"), 3), size)
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        _rows.append(Row("load of the machine", load, "", note="processes that wanted a core in the last minute"))
    show("The project file", _rows, save_as="storage" if options.save else "")


def prepare(project: Project, ids: list[int]) -> None:
    """Statuses, splits and missing files, to be asked for."""
    project.set_status(ids[::3], "done")
    project.set_status(ids[1::50], "skipped")
    project.set_split(ids[: len(ids) // 5], "train")
    gone = [FileSeen(row.path, MISSING, 0) for row in project.pictures(ids[::100])]
    project.observe_files(gone)


def measure(project: Project, ids: list[int]) -> None:
    """What the window asks, and single edits."""
    rng = random.Random(1)

    def any_picture() -> int:
        return rng.choice(ids)

    prepare(project, ids)
    for name, asked in FILTERS:
        found = len(project.picture_ids(asked))
        row(f"filter: {name}", timed(partial(project.picture_ids, asked), 7), f"{found:,} pictures")
    wanted, here = PictureFilter(statuses=("untouched",)), ids[len(ids) // 2]
    row("next untouched picture", timed(lambda: project.next_picture(here, wanted), 20))
    row("how many have which status", timed(project.status_counts, 5))
    row("mark one picture as done", timed(lambda: project.set_status([any_picture()], "done"), 50))
    row("a page of 200 picture rows", timed(lambda: project.pictures(ids[5000:5200]), 20))
    row("regions of one picture", timed(lambda: project.regions(any_picture()), 200))
    row("conversations of one picture", timed(lambda: project.conversations(any_picture()), 200))
    row("ids of all conversations", timed(project.conversation_ids, 5))
    row("recent refs and completions", timed(lambda: (project.recent_refs(), project.all_refs("thing 1", 20)), 50))
    row("region count", timed(project.region_count, 20))
    row("add one region", timed(lambda: project.add_region(any_picture(), "thing 5", Rect(1, 2, 30, 40)), 50))

    def move() -> None:
        region = project.regions(any_picture())[0]
        project.move_region(region.id, region.rect.translated(-1 if region.rect.x1 > 1 else 1, 0))

    row("move one region (its turns follow)", timed(move, 50))
    row("undo one edit", timed(project.undo, 40))
    row("redo one edit", timed(project.redo, 40))
    many = ids[:20_000]
    row("put 20,000 pictures into a split (one step)", timed(lambda: project.set_split(many, "train")))
    row("undo it", timed(project.undo))
    row("redo it", timed(project.redo))
    some = ids[: max(len(ids) // 50, 1)]
    row("remove pictures with all that hangs on them", timed(lambda: project.remove_pictures(some)), f"{len(some):,}")
    row("undo it", timed(project.undo))


if __name__ == "__main__":
    main()
