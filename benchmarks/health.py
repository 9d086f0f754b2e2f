"""The Check page at full size: 100,000 pictures, a million regions, 200,000 conversations.

    python benchmarks/health.py [--scale S] [--project FILE] [--save]

Builds such a project (or takes one that `benchmarks/storage.py --keep` built) and times checking, statistics,
divisions, the search for nearly the same pictures, reading picture files, mending and relinking. Changes a copy only.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, number, show
from benchmarks.storage import build
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.looks import near_pairs
from qvl_desktop.core.resources import resource_path
from qvl_desktop.jobs.health import _measure
from qvl_desktop.storage.alike import Alike
from qvl_desktop.storage.checking import ProjectCheck
from qvl_desktop.storage.files import FileSeen
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.finding_shelf import FindingShelf
from qvl_desktop.storage.mending import mend
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.splitting import apply_split, plan_split
from qvl_desktop.storage.statistics import statistics

_rows: list[Row] = []
SHARES: dict[Split, float] = {"train": 0.8, "val": 0.1, "test": 0.1}


def timed(what: str, work: Callable[[], Any], limit: float | None = None, note: str = "") -> Any:
    """One line of the table, in seconds."""
    start, used = time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    _rows.append(Row(what, seconds, "s", limit, ", ".join(p for p in (note, f"processor {number(cpu)}") if p)))
    print(f"{what}: {number(seconds)} s", file=sys.stderr, flush=True)
    return result


def megabytes() -> float:
    """The most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fake_looks(project: Project) -> None:
    """Looks for all pictures, as if they had been read: random, one in fifty nearly an earlier one's, some the same."""
    rng = random.Random(0)
    rows = project._all("SELECT path, width, height FROM pictures ORDER BY id")
    looks: list[str] = []
    seen: list[FileSeen] = []
    for place, (path, width, height) in enumerate(rows):
        if place % 50 == 49:
            old = rng.choice(looks)
            look = f"{int(old[:16], 16) ^ 1 << rng.randrange(64):016x}{old[16:]}"
        else:
            look = f"{rng.getrandbits(64):016x}{rng.getrandbits(64):016x}{rng.getrandbits(384):096x}"
        looks.append(look)
        content = f"{place - 1 if place % 500 == 499 else place:032x}"
        seen.append(FileSeen(path, 200_000, 1, content, look, width, height))
    for start in range(0, len(seen), 2000):
        project.observe_files(seen[start : start + 2000])


def reading(folder: Path) -> None:
    """Reading real files: 1280 x 720 JPEGs."""
    from PIL import Image

    rng = random.Random(1)
    source = Image.effect_noise((320, 180), 60).convert("RGB").resize((1280, 720))
    place = folder / "real"
    place.mkdir()
    for picture in range(400):
        source.rotate(rng.uniform(-2, 2)).save(place / f"{picture}.jpg", quality=88)
    with Project.create(folder / "real.qvl") as project:
        project.add_pictures([place])
        start = time.perf_counter()
        project.look_at_files()
        rate = 400 / (time.perf_counter() - start)
        _rows.append(Row("read pictures (hash of the bytes, look, size; 1280×720)", rate, "pictures/s"))
        start = time.perf_counter()
        project.look_at_files()
        rate = 400 / (time.perf_counter() - start)
        _rows.append(Row("look whether known pictures changed", rate, "pictures/s"))


def checks(project: Project) -> None:
    """The whole check, with the longest pause between two places to cancel."""
    shelf = FindingShelf()
    gaps: list[float] = []
    last = time.perf_counter()

    def tick(_done: int, _total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

    check = ProjectCheck(project, shelf)
    timed("check all regions", lambda: check.regions(None, tick))
    timed("check all conversations, lengths estimated", lambda: check.conversations(None, tick))
    timed("splits, spellings, what is said twice", lambda: check.as_a_whole(tick, alike=False))
    gaps.sort()
    _rows.append(Row("between two places to cancel, 99 of 100", gaps[len(gaps) * 99 // 100] * 1000, "ms"))
    timed("check again after one edit", lambda: check.conversations([1]))
    folder = resource_path("demo_model")
    exact = ProjectCheck(project, FindingShelf(), measure=_measure("demo", folder))
    some = project.conversation_ids()[:20_000]
    timed("check 20,000 conversations, tokens counted exactly", lambda: exact.conversations(some))


def numbers(project: Project) -> None:
    """What the statistics and the divisions ask; doubles are known by then, as the check found them."""
    alike = Alike()
    timed("the same and nearly the same pictures, all files known", lambda: alike.look(project), 10.0, "seconds")
    timed("statistics of everything", lambda: statistics(project), 1.0, "the aim")
    timed(
        "statistics of a filter by ref", lambda: statistics(project, PictureFilter(refs=("thing 7",))), 1.0, "the aim"
    )
    for way in ("random", "ref", "folder"):
        timed(f"a division, {way}", lambda way=way: plan_split(project, SHARES, way, 1, alike=alike))  # type: ignore[misc]


def edits(project: Project) -> None:
    """Mends and relinking over many rows, each one undo step."""
    ids = project.conversation_ids()[:10_000]
    with project.step("Break"):
        project._write(
            "UPDATE turns SET text = replace(text, '</box>', '') WHERE role = 'assistant' AND conversation_id <= ?",
            (ids[-1],),
        )
    shelf = FindingShelf()
    ProjectCheck(project, shelf).conversations(ids)
    count = sum(one.open for one in shelf.counts() if one.code == "unbalanced")
    timed(f"mend {count:,} conversations", lambda: mend(project, "unbalanced", shelf.all_of("unbalanced")))
    timed("undo it", project.undo)
    plan = plan_split(project, SHARES, near=False)
    timed("apply a division", lambda: apply_split(project, plan))
    rows = project.pictures(project.picture_ids())[:20_000]
    moves = {row.path: project.folder / "moved" / row.path for row in rows}
    timed(f"relink {len(moves):,} pictures with their conversations", lambda: project.relink(moves))


def main() -> None:
    """Build or copy, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--project", type=Path, help="a project that benchmarks/storage.py --keep built")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/health.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reading(folder)
        path = folder / "large.qvl"
        if options.project:
            shutil.copy(options.project, path)
        else:
            with Project.create(path) as made:
                scale = options.scale
                build(made, int(100_000 * scale), int(1_000_000 * scale), int(200_000 * scale))
        with Project.open(path) as project:
            fake_looks(project)
            numbers(project)
            checks(project)
            _rows.append(Row("most memory so far", megabytes(), "MiB"))
            edits(project)
    rng = random.Random(2)
    count = int(100_000 * options.scale)
    looks = [f"{rng.getrandbits(64):016x}{rng.getrandbits(64):016x}{rng.getrandbits(384):096x}" for _ in range(count)]
    timed(f"near ones among {count:,} looks", lambda: sum(1 for _ in near_pairs(looks)), 10.0, "seconds")
    show("The Check page", _rows, save_as="health" if options.save else "")


if __name__ == "__main__":
    main()
