"""SIGKILL at random moments of a real process that edits or imports: is every acknowledged edit there, none half there?

    python benchmarks/nothing_lost.py [--kills 200] [--seed S] [--save]

A child process edits a project for ever and says on its standard output what is done; the parent kills it at a random
moment, opens the project and compares it, row by row, with a mirror that made the same edits without being killed.
Half of the kills fall into editing, a quarter into importing conversations, a quarter into importing COCO. The quick
version of the same is part of the tests.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, show
from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.formats.registry import format_named
from qvl_desktop.storage.importing import import_file
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.indexing import Measured
from qvl_desktop.storage.project import Project

ROOT = Path(__file__).resolve().parent.parent
PICTURES = 40
RECORDS = 400
BOXES = 1500
REFS = ("cat", "dog", "owl", "猫")
COUNTED = ("counted", "steps")
"""The header in which an edit writes its own number, in the same step."""

TABLES = ("pictures", "regions", "conversations", "turns", "conversation_pictures", "links", "headers")
KINDS = ("edit", "edit", "conversations", "coco")


def make_project(path: Path) -> None:
    """A small project; its pictures need not exist for edits, and do for imports."""
    from PIL import Image

    folder = path.parent / "pictures"
    folder.mkdir(exist_ok=True)
    for number in range(PICTURES):
        file = folder / f"p{number}.png"
        if not file.exists():
            Image.new("RGB", (64, 48), (number, 90, 120)).save(file)
    with Project.create(path) as project:
        project.add_measured([Measured(folder / f"p{number}.png", 64, 48) for number in range(PICTURES)])


# What the child does


def edit(project: Project, number: int) -> None:
    """Edit number `number`: several rows of several tables in one step, the same every time."""
    rng = random.Random(f"edit {number}")
    ids = project.picture_ids()
    picture = project.picture(rng.choice(ids))
    with project.step("Edit"):
        project._write("DELETE FROM headers WHERE format = ? AND name = ?", COUNTED)
        project._write("INSERT INTO headers (format, name, value) VALUES (?, ?, ?)", (*COUNTED, str(number)))
        regions = project.regions(picture.id)
        what = rng.randrange(6) if regions else 0
        if what in (0, 1):
            x, y = rng.uniform(0, 40), rng.uniform(0, 30)
            new = project.add_regions(picture.id, [(rng.choice(REFS), Rect(x, y, x + 12, y + 9)) for _ in range(3)])
            region = project.region(new[0])
            answer = format_ref(region.ref, [region.box])
            question = user_turn([picture.path], f"Find the {region.ref} of {number}.")
            project.add_conversation(Conversation((question, Turn("assistant", answer))))
        elif what == 2:
            chosen = rng.choice(regions)
            project.move_region(chosen.id, chosen.rect.translated(rng.uniform(-3, 3), rng.uniform(-2, 2)))
        elif what == 3:
            project.rename_region(rng.choice(regions).id, rng.choice(REFS) + f" {number % 7}")
        elif what == 4:
            project.delete_regions([region.id for region in regions[::2]])
            project.set_split([picture.id], rng.choice(("train", "val", "test")))
        else:
            talks = project.conversation_ids(picture_id=picture.id)
            if len(talks) > 3:
                project.delete_conversations(talks[:2])
            elif talks:
                turn = project.conversation(talks[0]).turns[1]
                project.set_turn(turn.id, turn.text + f" ({number})")


def counted(project: Project) -> int:
    """How many edits are in the project."""
    row = project._one("SELECT value FROM headers WHERE format = ? AND name = ?", COUNTED)
    return int(row[0]) if row else 0


def write_conversations(path: Path, number: int) -> None:
    """A data file of import number `number`."""
    records = [
        {
            "id": f"{number}-{record}",
            "conversations": [
                {"from": "user", "value": f"Picture 1: <img>pictures/p{record % PICTURES}.png</img>\nImport {number}?"},
                {"from": "assistant", "value": f"<ref>import {number}</ref><box>(1,2),({300 + record},500)</box>"},
            ],
        }
        for record in range(RECORDS)
    ]
    path.write_text(json.dumps(records), encoding="utf-8")


def write_coco(path: Path, number: int) -> None:
    """A COCO file of import number `number`."""
    images = [{"id": n, "file_name": f"pictures/p{n}.png", "width": 64, "height": 48} for n in range(PICTURES)]
    boxes = [
        {"id": n, "image_id": n % PICTURES, "category_id": 1, "bbox": [n % 50 + n / 1e4, n % 37, 9, 8], "iscrowd": 0}
        for n in range(BOXES)
    ]
    data = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": f"import {number}"}]}
    path.write_text(json.dumps(data), encoding="utf-8")


def work(kind: str, path: Path) -> None:
    """The child: for ever do one thing after the other, and say when each is done."""
    with Project.open(path) as project:
        number = done_so_far(project, kind)
        print("ready", number, flush=True)
        source = path.parent / f"{kind}.json"
        while True:
            number += 1
            if kind == "edit":
                edit(project, number)
            elif kind == "conversations":
                write_conversations(source, number)
                print("begun", number, flush=True)
                import_file(project, source, format_named("qwen-vl"))
            else:
                write_coco(source, number)
                print("begun", number, flush=True)
                import_regions(project, source, format_named("coco"))  # type: ignore[arg-type]
            print("done", number, flush=True)


def done_so_far(project: Project, kind: str) -> int:
    """How many edits, or whole imports, are in the project; raises `AssertionError` for half an import."""
    if kind == "edit":
        return counted(project)
    counts = {ref: n for ref, n in project.ref_counts().items() if ref.startswith("import ")}
    whole = BOXES if kind == "coco" else RECORDS
    halves = {ref: n for ref, n in counts.items() if n != whole}
    assert not halves, f"half an import: {halves}, of {whole}"
    if kind == "conversations":
        assert project.conversation_count() == RECORDS * len(counts), "conversations and regions of an import differ"
    return len(counts)


# What the parent does


@dataclass
class Rig:
    """A project that is killed over, and (for edits) a mirror that is not."""

    kind: str
    path: Path
    mirror: Project | None
    acknowledged: int = 0

    @classmethod
    def make(cls, kind: str, folder: Path) -> Rig:
        """A rig in a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        make_project(folder / "killed.qvl")
        mirror = None
        if kind == "edit":
            make_project(folder / "mirror.qvl")
            mirror = Project.open(folder / "mirror.qvl")
        return cls(kind, folder / "killed.qvl", mirror)

    def kill_once(self, rng: random.Random) -> int:
        """Start the child, kill it at a random moment, check; returns how many were acknowledged in this round."""
        command = [sys.executable, str(Path(__file__).resolve()), "--child", self.kind, str(self.path)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        before = self.acknowledged
        lines: list[str] = [child.stdout.readline()]
        assert lines[0].startswith("ready"), f"the child did not begin: {lines}"
        assert int(lines[0].split()[1]) >= self.acknowledged
        for _ in range(rng.randint(0, 30) if self.kind == "edit" else rng.choice((1, 1, 1, 2, 3))):
            lines.append(child.stdout.readline())
        time.sleep(rng.uniform(0.0, 0.02 if self.kind == "edit" else 0.35))
        child.kill()
        rest, _ = child.communicate()
        said = [line.split() for line in (*lines, *rest.splitlines())]
        done = [int(words[1]) for words in said if len(words) == 2 and words[0] == "done"]
        self.acknowledged = max([self.acknowledged, *done])
        self.check()
        return self.acknowledged - before

    def check(self) -> None:
        """Open the project as its next user would, and compare."""
        with Project.open(self.path) as project:
            found = done_so_far(project, self.kind)
            assert found >= self.acknowledged, f"{self.acknowledged} were acknowledged, {found} are there"
            assert found <= self.acknowledged + 1, f"{found} are there, {self.acknowledged} were acknowledged"
            check_indexes(project)
            if self.mirror is not None:
                for number in range(counted(self.mirror) + 1, found + 1):
                    edit(self.mirror, number)
                for table in TABLES:
                    query = f"SELECT * FROM {table} ORDER BY id"
                    assert project._all(query) == self.mirror._all(query), f"{table} differs after {found} edits"
        self.acknowledged = found


def check_indexes(project: Project) -> None:
    """What follows from the rows agrees with them: counts, refs, text indexes, foreign keys."""
    wrong = project._one(
        "SELECT count(*) FROM pictures AS p WHERE region_count <> "
        "(SELECT count(*) FROM regions AS r WHERE r.picture_id = p.id)"
    )
    assert wrong == (0,), "counts of regions differ"
    wrong = project._one(
        "SELECT count(*) FROM refs WHERE count <> (SELECT count(*) FROM regions AS r WHERE r.ref = refs.ref)"
    )
    assert wrong == (0,), "counts of refs differ"
    assert not project._all("PRAGMA foreign_key_check")
    with project._noting() as writer:
        writer.execute("INSERT INTO turns_text (turns_text, rank) VALUES ('integrity-check', 1)")


def run(kills: int, seed: int, folder: Path, told: Callable[[int], None] | None = None) -> dict[str, tuple[int, int]]:
    """Kill so many times; for each kind how many kills there were and how many acknowledgements before them.

    Raises `AssertionError` when anything is lost or half there.
    """
    rng = random.Random(seed)
    rigs = {kind: Rig.make(kind, folder / kind) for kind in dict.fromkeys(KINDS)}
    counts = dict.fromkeys(rigs, (0, 0))
    for number in range(kills):
        kind = KINDS[number % len(KINDS)]
        done = rigs[kind].kill_once(rng)
        counts[kind] = (counts[kind][0] + 1, counts[kind][1] + done)
        if told is not None:
            told(number + 1)
    for rig in rigs.values():
        if rig.mirror is not None:
            rig.mirror.close()
        with Project.open(rig.path) as project:
            assert project.undo(), "undo works after all of it"
    return counts


def main() -> None:
    """Kill, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/nothing_lost.md")
    parser.add_argument("--child", nargs=2, metavar=("KIND", "PROJECT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        work(options.child[0], Path(options.child[1]))
        return

    def tell(done: int) -> None:
        if done % 20 == 0:
            print(f"{done} of {options.kills} kills", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        counts = run(options.kills, options.seed, Path(folder), tell)
    names = {"edit": "kills while editing", "conversations": "kills while importing Qwen-VL JSON",
             "coco": "kills while importing COCO"}  # fmt: skip
    rows = [
        Row(names[kind], kills, "kills", None, f"{done:,} acknowledged edits or imports; lost: 0, half there: 0")
        for kind, (kills, done) in counts.items()
    ]
    show("Nothing lost", rows, save_as="nothing_lost" if options.save else "")


if __name__ == "__main__":
    main()
