"""What `workshop.py` needs around its measurements: pictures, a full-size project, the peers' environments, processes.

Owns making these in a given folder and running the driver in them. Does not own what is timed (`workshop_driver`) nor
the table (`workshop_table`).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import storage
from benchmarks.window import SIZE, link_pictures
from benchmarks.workshop_programs import PEERS, Program, own_home
from qvl_desktop.core.box import Rect
from qvl_desktop.storage import schema
from qvl_desktop.storage.project import Project

HERE = Path(__file__).resolve().parent
TIMEOUT = 420
"""Seconds for one process."""
EDITED = Rect(760, 360, 840, 440)
"""The box that is dragged; it lies over no other."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Places:
    """Which pictures, counted from 0, have how many boxes; `edited` is the one where a box is dragged."""

    edited: tuple[int, int] | None = (1, 10)
    drawn: tuple[tuple[int, int], ...] = ((2, 500), (3, 2000))

    def boxes(self) -> dict[int, list[Rect]]:
        """The boxes by picture."""
        rng = random.Random(3)
        made: dict[int, list[Rect]] = {}
        if self.edited is not None:
            number, count = self.edited
            made[number] = [*(_box(rng, 500) for _ in range(count - 1)), EDITED]
        return made | {number: [_box(rng, SIZE[0]) for _ in range(count)] for number, count in self.drawn}


@dataclass(slots=True)
class Failed:
    """Why there is no figure."""

    why: str


@dataclass(slots=True)
class Scene:
    """A folder of pictures (`pictures`), and the project beside it (`project`), for all programs the same."""

    folder: Path
    count: int
    places: Places = field(default_factory=Places)

    @property
    def pictures(self) -> Path:
        return self.folder / "pictures"

    @property
    def project(self) -> Path:
        return self.folder / "large.qvl"

    def picture(self, number: int) -> Path:
        """A picture by its place in natural order."""
        return self.pictures / f"{number // 1000:03}" / f"img{number}.jpg"

    def link(self, size: tuple[int, int] = SIZE) -> None:
        """Make the picture files."""
        link_pictures(self.pictures, self.count, size)

    def make_project(self, *, regions: int = 10, conversations: int = 2) -> None:
        """A project with so many of each for a picture, and the crowded pictures."""
        if not self.project.exists():
            with Project.create(self.project) as project:
                storage.build(project, self.count, regions * self.count, conversations * self.count)
        self.crowd()

    def crowd(self) -> None:
        """Give the places their boxes, in our project."""
        with Project.open(self.project, check="later") as project:
            project.checked = True
            ids = project.picture_ids()
            for number, boxes in self.places.boxes().items():
                project.delete_regions([row.id for row in project.regions(ids[number])])
                project.add_regions(ids[number], [(f"thing {n % 30}", box) for n, box in enumerate(boxes)])

    def write_labels(self) -> None:
        """The same boxes in the peers' own files, beside the pictures; what a peer wrote before is written over."""
        for number, boxes in self.places.boxes().items():
            picture = self.picture(number)
            shapes = [
                {
                    "label": f"thing {n % 30}", "points": [[box.x1, box.y1], [box.x2, box.y2]], "group_id": None,
                    "description": "", "shape_type": "rectangle", "flags": {},
                }
                for n, box in enumerate(boxes)
            ]  # fmt: skip
            content = {
                "version": "5.0.0", "flags": {}, "shapes": shapes, "imagePath": picture.name, "imageData": None,
                "imageHeight": SIZE[1], "imageWidth": SIZE[0],
            }  # fmt: skip
            picture.with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")


def _box(rng: random.Random, across: float) -> Rect:
    width, height = rng.uniform(20, 180), rng.uniform(20, 140)
    x, y = rng.uniform(0, across - width), rng.uniform(0, SIZE[1] - height)
    return Rect(x, y, x + width, y + height)


def full_size(folder: Path, count: int, cache: Path | None) -> Scene:
    """Pictures and a project of the intended density (10 regions and 2 conversations for each picture).

    Filling a large project takes minutes, so `cache` keeps it for the next run.
    """
    scene = Scene(folder, count)
    scene.link()
    kept = cache / f"project-{count}-{schema.VERSION}.qvl" if cache else None
    if kept is not None and kept.exists():
        shutil.copyfile(kept, scene.project)
        scene.crowd()
    else:
        scene.make_project()
        if kept is not None:
            shutil.copyfile(scene.project, kept)
    return scene


# Programs in processes of their own


def drive(program: type[Program], python: str, scene: Scene | None, folder: Path, **plan: Any) -> Figures | Failed:
    """Run the driver once; what it measured."""
    out = folder / f"{program.name}.json"
    out.unlink(missing_ok=True)
    home = folder / f"home-{program.name}"
    if scene is not None:
        if program in PEERS:
            scene.write_labels()
        plan |= {
            "target": str(scene.project if program.indexed else scene.pictures),
            "drawn": [{"number": number, "boxes": boxes} for number, boxes in scene.places.drawn],
        }
        if scene.places.edited is not None:
            number, boxes = scene.places.edited
            at = [(EDITED.x1 + EDITED.x2) / 2, (EDITED.y1 + EDITED.y2) / 2]
            plan["edited"] = {"number": number, "boxes": boxes, "picture": str(scene.picture(number)), "at": at}
    plan |= {"program": program.name, "home": str(home), "out": str(out), "started": time.time()}
    try:
        done = subprocess.run(
            [python, str(HERE / "workshop_driver.py"), json.dumps(plan)],
            env=own_home(home), cwd=HERE.parent, capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Failed(f"not done within {TIMEOUT} s")
    print(done.stderr[-400:].rstrip(), file=sys.stderr, flush=True)
    figures: Figures = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {"failed": ""}
    if done.returncode or "failed" in figures:
        return Failed(
            figures.get("failed")
            or (done.stderr.strip() or f"ended with code {done.returncode}").splitlines()[-1][:200]
        )
    return figures


# Environments


def install(program: type[Program], cache: Path) -> str | Failed:
    """The Python of an environment with the program's wheel, made when it is not there yet."""
    place = cache / program.name
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = program.wheel.partition("==")
    if python.exists() and _version(str(python), wanted[0]) == wanted[2]:
        return str(python)
    base = find_python(program.python)
    if base is None:
        return Failed("no Python {}.{} or newer was found".format(*program.python))
    print(f"installing {program.wheel} into {place}", file=sys.stderr, flush=True)
    shutil.rmtree(place, ignore_errors=True)
    for command in ([base, "-m", "venv", str(place)], [str(python), "-m", "pip", "install", "-q", program.wheel]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return Failed((done.stderr.strip() or "the installation failed").splitlines()[-1][:200])
    return str(python)


def find_python(oldest: tuple[int, int]) -> str | None:
    """An interpreter that is new enough: this one, one on the path, one of pyenv."""
    if sys.version_info[:2] >= oldest:
        return sys.executable
    names = [shutil.which(f"python3.{minor}") for minor in range(oldest[1], oldest[1] + 4)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names += sorted(str(path) for path in pyenv.glob("3.*/bin/python"))
    return next((name for name in names if name and _runs(name) >= oldest), None)


def _runs(python: str) -> tuple[int, ...]:
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else ()


def _version(python: str, wheel: str) -> str:
    code = f"from importlib.metadata import version; print(version({wheel.partition('[')[0]!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
