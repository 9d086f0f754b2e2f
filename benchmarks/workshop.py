"""Everything the annotation workshop promises about speed, measured in one run; with `--peers` beside its peers.

    python benchmarks/workshop.py [--peers] [--envs FOLDER] [--quick] [--pictures N] [--only PART] [--save]

Each program runs its own `main` in a process of its own, without a screen, in a window of the same size, on the same
pictures with the same boxes, and is driven by its own menu entries, keys and mouse events (`workshop_driver`). With
`--peers`, labelme and X-AnyLabeling are installed from PyPI, each in an environment of its own below `--envs`; that
folder also keeps the large project, because filling it takes minutes. Beside each time stands the processor time of the
same work: on a busy machine the clock counts other programs too. Exits 1 when our figure misses its aim.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks import storage, window
from benchmarks.report import RESULTS
from benchmarks.workshop_parts import Failed, Figures, Places, Scene, drive, full_size, install
from benchmarks.workshop_programs import PEERS, Ours, Program
from benchmarks.workshop_table import Figure, Line, table
from qvl_desktop.core.box import Rect
from qvl_desktop.storage.project import Project

PARTS = ("start", "index", "small", "large", "huge", "store")
"""Start; index a new folder; work in a small and in a large folder; 48 megapixels; filters and edits of the project."""
NO_INDEX = "it keeps no index: it lists the folder each time it opens it, and its window stands still meanwhile"
NO_FILTER = "it has no filter by this"
ONLY_NAMES = "it searches names only: see the search"
DURABLE = "on disk then: ours and X-AnyLabeling, synced; labelme writes later, beside the window, without a sync"


@dataclass(slots=True)
class Scale:
    """How much is measured."""

    many: int = 100_000
    few: int = 5_000
    huge: tuple[int, int] = (8000, 6000)
    starts: int = 5
    moves: int = 120
    nexts: int = 15
    edits: int = 8
    repeat: int = 7
    pause: float = 0.25

    @classmethod
    def quick(cls) -> Scale:
        """Everything once, small: the figures mean little."""
        return cls(300, 60, (1600, 1200), 1, 10, 3, 2, 1, 0.05)


@dataclass(slots=True)
class Run:
    """One run: what was measured so far, by part and program."""

    folder: Path
    scale: Scale
    pythons: dict[type[Program], str | Failed]
    cache: Path | None
    parts: tuple[str, ...] = PARTS
    found: dict[tuple[str, str], Figures | Failed] = field(default_factory=dict)

    def measure(self) -> None:
        """All parts that were asked for; in each, the programs one after the other."""
        for part in self.parts:
            began = time.perf_counter()
            getattr(self, f"_{part}")()
            print(f"{part}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)

    def _drive(self, part: str, scene: Scene | None, *steps: str, pause: float = 0.0) -> None:
        scale = self.scale
        for program, python in self.pythons.items():
            self.found[part, program.title] = (
                python
                if isinstance(python, Failed)
                else drive(
                    program, python, scene, self.folder, steps=steps, moves=scale.moves, nexts=scale.nexts,
                    edits=scale.edits, pause=pause or scale.pause, text=f"img{str(scene.count)[:1]}9" if scene else "",
                )
            )  # fmt: skip

    def _start(self) -> None:
        runs: dict[str, list[Figures]] = {}
        for number in range(self.scale.starts + 1):
            self._drive("start", None)
            for program in self.pythons:
                one = self.found["start", program.title]
                if number and not isinstance(one, Failed):  # the disk is warm from the second on
                    runs.setdefault(program.title, []).append(one)
        for title, all_of_it in runs.items():
            middle = sorted(all_of_it, key=lambda one: one["start"][0])[len(all_of_it) // 2]
            self.found["start", title] = middle

    def _index(self) -> None:
        scene = Scene(self.folder / "index", self.scale.many)
        scene.link()
        figures = window.run(window.WORK, self.folder, "index", scene.project, scene.pictures)
        self.found["index", Ours.title] = dict(figures)

    def _small(self) -> None:
        scene = Scene(self.folder / "small", self.scale.few)
        scene.link()
        scene.make_project(regions=1, conversations=0)
        self._drive("small", scene, "open", "edit", "draw", "next", "search")

    def _large(self) -> None:
        self._drive("large", self._full(), "open", "edit", "draw", "next", "search")

    def _huge(self) -> None:
        scene = Scene(self.folder / "huge", 6, places=Places(None, ()))
        scene.link(self.scale.huge)
        with Project.create(scene.project) as project:
            project.add_pictures([scene.pictures])
        nexts, self.scale.nexts = self.scale.nexts, 4
        self._drive("huge", scene, "open", "next", pause=self.scale.pause * 12)
        self.scale.nexts = nexts

    def _store(self) -> None:
        """Filters and single edits of the full-size project, without a window."""
        scene, figures = self._full(), Figures()
        with Project.open(scene.project, check="later") as project:
            project.checked = True
            ids = project.picture_ids()
            storage.prepare(project, ids)
            figures["filters"] = {
                name: storage.timed(partial(project.picture_ids, asked), self.scale.repeat)
                for name, asked in storage.FILTERS
            }
            region = project.regions(ids[4])[0]
            steps = iter(range(10_000))

            def move() -> None:
                by = 1.0 if next(steps) % 2 else -1.0
                project.move_region(region.id, project.regions(ids[4])[0].rect.translated(by, 0))

            project.move_region(region.id, Rect(50, 50, 150, 150))
            edits: dict[str, Callable[[], object]] = {
                "add a box": partial(project.add_region, ids[5], "thing 5", Rect(1, 2, 30, 40)),
                "move a box": move,
                "mark a picture": partial(project.set_status, [ids[6]], "done"),
            }
            figures["edits"] = {name: storage.timed(work, 5 * self.scale.repeat) for name, work in edits.items()}
            figures["regions"] = project.region_count()
            figures["sync"] = storage.timed(partial(_sync, scene.folder / "sync"), 5 * self.scale.repeat)
        self.found["store", Ours.title] = figures

    def _full(self) -> Scene:
        scene = Scene(self.folder / "large", self.scale.many)
        return scene if scene.project.exists() else full_size(scene.folder, scene.count, self.cache)


class Report:
    """Lines from what a run found."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._peers = [program.title for program in run.pythons if program in PEERS]

    def line(
        self, what: str, part: str, figure: str, aim: float | None = None, unit: str = "ms", note: str = ""
    ) -> Line:
        """A line of a figure that all programs were asked for."""
        share = 1 / 1000 if unit == "s" else 1.0
        peers = {title: self._figure(part, title, figure, share) for title in self._peers}
        return Line(what, unit, self._figure(part, Ours.title, figure, share), aim, peers=peers, note=note)

    def _figure(self, part: str, title: str, name: str, share: float) -> Figure | str:
        found = self._run.found.get((part, title))
        if found is None:
            return ""
        if isinstance(found, Failed):
            return f"{title}: {found.why}"
        value = found.get(name)
        if value is None:
            return f"{title}: not measured"
        return Figure(value[0] * share, value[1] * share) if isinstance(value, list) else Figure(value)

    def lines(self) -> list[Line]:
        """All lines, in the order of the promises."""
        scale = self._run.scale
        many, few = f"{scale.many:,} files", f"{scale.few:,} files"
        million = f"{scale.huge[0] * scale.huge[1] / 1e6:.0f} megapixels"
        made: dict[str, list[Line]] = {
            "start": [
                self.line("start to first paint", "start", "start", 1.0, "s", "an empty window, its first frame whole"),
                self.line("resident memory, started", "start", "memory, started", None, "MiB"),
            ],
            "index": self._index_lines(many),
            "large": [
                self.line(f"open, {many}", "large", "open", 500, note="ours indexed; until a picture is painted"),
                self.line(f"next picture, {many}", "large", "next", 20, note="1280 x 720"),
                *self._draw_lines("large", many, (500, 2.0), (2000, 5.0)),
                self.line(f"let go of a dragged box, {many}", "large", "edit", 2, note=DURABLE),
                self.line(f"until that is saved, {many}", "large", "edit, saved", note="labelme without a sync"),
                self.line(
                    f"what the window's thread does for it, {many}", "large", "edit, all", note="up to 0.4 s after"
                ),
                self.line(
                    f"search for a name, {many}", "large", "search", None, note="ours waits for the typist first"
                ),
                self.line(f"resident memory, {many} open", "large", "memory, opened", 200, "MiB"),
                self.line(f"resident memory, {many}, walked on", "large", "memory, walked", 200, "MiB"),
            ],
            "small": [
                self.line(f"open, {few}", "small", "open", 500),
                self.line(f"next picture, {few}", "small", "next", 20, note="1280 x 720"),
                *self._draw_lines("small", few, (500, 2.0)),
                self.line(f"let go of a dragged box, {few}", "small", "edit", 2, note=DURABLE),
                self.line(f"search for a name, {few}", "small", "search", None),
            ],
            "huge": [self.line(f"next picture, {million}", "huge", "next", 60, note="after time to fetch it ahead")],
            "store": self._store_lines(),
        }
        order = ("start", "index", "large", "small", "huge", "store")
        return [line for part in order if part in self._run.parts for line in made[part]]

    def _draw_lines(self, part: str, where: str, *boxes: tuple[int, float]) -> list[Line]:
        return [
            self.line(f"mouse move while drawing, {count:,} boxes, {where}", part, f"draw {count}", aim,
                      note="with its repaint")
            for count, aim in boxes
        ]  # fmt: skip

    def _index_lines(self, many: str) -> list[Line]:
        found = self._run.found.get(("index", Ours.title))
        if found is None or isinstance(found, Failed):
            return []
        reasons: dict[str, Figure | str] = dict.fromkeys(self._peers, NO_INDEX)
        speed = Figure(self._run.scale.many / found["index"])
        return [
            Line("index a folder, first time", "pictures/s", speed, 2000, True, reasons, many),
            Line("longest wait of the window meanwhile", "ms", Figure(found["gap"]), None, False, reasons),
            Line(
                "99 of 100 waits of the window meanwhile", "ms", Figure(found["gap99"]), 16, False, reasons, "a frame"
            ),
        ]

    def _store_lines(self) -> list[Line]:
        found = self._run.found.get(("store", Ours.title))
        if found is None or isinstance(found, Failed):
            return []
        regions = f"{self._run.scale.many:,} pictures, {found['regions']:,} regions"
        note = f"{regions}; without a window; this disk takes {found['sync'][0]:.1f} ms to sync one block"
        lines = [
            Line(f"{name}, durable on disk", "ms", Figure(*pair), 2, note=note) for name, pair in found["edits"].items()
        ]
        filters = found["filters"]
        worst = max(filters, key=lambda name: filters[name][0])
        busy = max(filters, key=lambda name: filters[name][1])
        late = sum(clock > 50 for clock, _ in filters.values())
        reasons: dict[str, Figure | str] = dict.fromkeys(self._peers, NO_FILTER)
        names: dict[str, Figure | str] = dict.fromkeys(self._peers, ONLY_NAMES)
        middle = statistics.median(clock for clock, _ in filters.values())
        note = f"{worst}; {late} of {len(filters)} over 50 ms; most processor: {busy}, {filters[busy][1]:.1f}"
        return [
            *lines,
            Line("the slowest of all filters", "ms", Figure(*filters[worst]), 50, peers=names, note=note),
            Line("the median of all filters", "ms", Figure(middle), 50, peers=reasons, note=f"{len(filters)} filters"),
        ]

    def remarks(self, before: float) -> list[str]:
        """Under the table: how to read it, load and versions."""
        marks = [
            "ours / aim and ours / peer below 1 are better for times and memory, above 1 for pictures a second.",
            "Processor: of the window's thread; of the whole process for start and open; of storage for filters.",
            f"Load of the machine: {before:.1f} before, {_load():.1f} after ({os.cpu_count()} cores); niceness "
            f"{os.nice(0) if hasattr(os, 'nice') else 0}; {time.strftime('%Y-%m-%d')}.",
        ]
        for (part, title), found in self._run.found.items():
            if part == "large" and not isinstance(found, Failed):
                size, painted = found.get("canvas", 0), found.get("painted", 0)
                marks.append(f"{title}: the canvas has {size:,} pixels; {painted:.0%} of the moves were painted.")
        return marks


def main() -> int:
    """Measure and print; the exit code."""
    options = _options()
    scale = Scale.quick() if options.quick else Scale()
    scale.many = options.pictures or scale.many
    scale.few = min(scale.few, scale.many)
    cache: Path = options.envs
    pythons: dict[type[Program], str | Failed] = {Ours: sys.executable}
    if options.peers:
        pythons |= {program: install(program, cache) for program in PEERS}
    if options.peers or not options.quick:
        cache.mkdir(parents=True, exist_ok=True)
    before = _load()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        parts = tuple(options.only or PARTS)
        run = Run(Path(name), scale, pythons, None if options.quick else cache, parts)
        run.measure()
    report = Report(run)
    lines = report.lines()
    peers = [program.title for program in pythons if program in PEERS]
    text = table("The annotation workshop", lines, peers, report.remarks(before))
    print(text, flush=True)
    if options.save:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "workshop.md").write_text(text, encoding="utf-8")
    return 1 if any(line.meets is False for line in lines) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", action="store_true", help="measure labelme and X-AnyLabeling too")
    parser.add_argument(
        "--envs", type=Path, default=Path(tempfile.gettempdir()) / "qvl-workshop",
        help="where the peers' environments and the large project are kept (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="few pictures, everything once: does it still run?")
    parser.add_argument("--pictures", type=int, default=0, help="instead of 100,000")
    parser.add_argument("--only", choices=PARTS, action="append", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--save", action="store_true", help="write results/workshop.md")
    return parser.parse_args()


def _sync(file: Path) -> None:
    """Write one block and see it on the disk: no durable edit can take less."""
    with file.open("ab") as opened:
        opened.write(bytes(4096))
        opened.flush()
        os.fsync(opened.fileno())


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


if __name__ == "__main__":
    sys.exit(main())
