"""How fast and how lean the formats of regions are: a COCO file of a million boxes in and out, folders of label files.

Synthesises 100,000 pictures and a million boxes (or fewer: `--scale 0.1`) in a temporary folder. Each measured step is
a process of its own, so that its memory is its own. Run: `python benchmarks/formats.py [--scale S] [--save]`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image

from benchmarks.report import Row, show
from qvl_desktop.formats.regions import RegionFormat, WriteOptions
from qvl_desktop.formats.registry import format_named
from qvl_desktop.storage.exporting import export_regions
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.project import Project

SIDE = (1280, 720)
SECONDS, MEGABYTES = 60.0, 500.0
SMALL = 10_000
"""Pictures of the folder formats, at scale 1."""


def make_pictures(folder: Path, count: int) -> None:
    """So many small JPEG files of `SIDE` pixels."""
    folder.mkdir(parents=True)
    memory = BytesIO()
    Image.new("RGB", SIDE, (90, 120, 60)).save(memory, "JPEG", quality=20)
    for number in range(count):
        (folder / f"{number:012}.jpg").write_bytes(memory.getvalue())


def make_coco(file: Path, pictures: int, boxes: int, *, annotations_first: bool) -> None:
    """A file like those of COCO: shuffled annotations with masks, areas and ids."""
    rng = random.Random(0)

    def images() -> Iterator[dict[str, Any]]:
        for number in range(pictures):
            yield {
                "license": 4,
                "file_name": f"{number:012}.jpg",
                "coco_url": f"http://images.example.org/train/{number:012}.jpg",
                "width": SIDE[0],
                "height": SIDE[1],
                "date_captured": "2013-11-14 17:02:52",
                "id": number + 1,
            }

    def annotations() -> Iterator[dict[str, Any]]:
        for number in range(boxes):
            x, y = round(rng.uniform(0, 1000), 2), round(rng.uniform(0, 600), 2)
            width, height = round(rng.uniform(5, 250), 2), round(rng.uniform(5, 110), 2)
            corners = [x, y, round(x + width, 2), y, round(x + width, 2), round(y + height, 2), x, round(y + height, 2)]
            yield {
                "segmentation": [corners],
                "area": round(width * height, 4),
                "iscrowd": 0,
                "image_id": rng.randrange(pictures) + 1,
                "bbox": [x, y, width, height],
                "category_id": rng.randrange(80) + 1,
                "id": number + 1,
            }

    lists = {"images": images, "annotations": annotations}
    with file.open("w", encoding="utf-8") as out:
        out.write('{"info": {"year": 2026}, ')
        for name in sorted(lists, reverse=not annotations_first):
            out.write(f'"{name}": [')
            for number, item in enumerate(lists[name]()):
                out.write((", " if number else "") + json.dumps(item))
            out.write("], ")
        out.write('"categories": ' + json.dumps([{"id": n, "name": f"class {n}"} for n in range(1, 81)]) + "}")


def step(kind: str, project: Path, name: str, path: Path, images: Path | None) -> dict[str, float]:
    """One import, export or undo, measured: in this process."""
    file_format = format_named(name)
    assert isinstance(file_format, RegionFormat)
    with Project.open(project) if project.exists() else Project.create(project) as opened:
        start, used = time.perf_counter(), time.process_time()
        if kind == "import":
            report = import_regions(opened, path, file_format, images)
            count = report.regions or report.known_regions
        elif kind == "export":
            count = export_regions(opened, file_format, path, None, WriteOptions(force=True)).regions
        else:
            count = opened.region_count()
            opened.undo()
        seconds, cpu = time.perf_counter() - start, time.process_time() - used
    return {"seconds": seconds, "cpu": cpu, "megabytes": _peak(), "count": count}


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def measured(*words: object) -> dict[str, float]:
    """`step` in a process of its own."""
    command = [sys.executable, __file__, "--step", *map(str, words)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    print(*words, found, file=sys.stderr, flush=True)
    return found


def large(folder: Path, scale: float) -> Iterator[Row]:
    """COCO at full size."""
    pictures, boxes = max(int(100_000 * scale), 1), int(1_000_000 * scale)
    make_pictures(folder / "images", pictures)
    for first in (False, True):
        source = folder / f"coco_{first}.json"
        make_coco(source, pictures, boxes, annotations_first=first)
        project = folder / f"{first}.qvl"
        order = "annotations before images" if first else "images first"
        found = measured("import", project, "coco", source, folder / "images")
        assert found["count"] == boxes
        what = f"COCO in, {boxes:,} boxes on {pictures:,} new pictures, {order}"
        yield Row(what, found["seconds"], "s", SECONDS * scale, f"processor {found['cpu']:.0f} s")
        yield Row("its peak memory", found["megabytes"], "MB", MEGABYTES)
        if first:
            continue
        found = measured("import", project, "coco", source, folder / "images")
        yield Row("the same file again (all known)", found["seconds"], "s", None, f"{found['megabytes']:.0f} MB")
        found = measured("export", project, "coco", folder / "out.json", "-")
        yield Row("COCO out", found["seconds"], "s", SECONDS * scale, f"processor {found['cpu']:.0f} s")
        yield Row("its peak memory", found["megabytes"], "MB", MEGABYTES)
        found = measured("undo", project, "coco", "-", "-")
        yield Row("undo of the import", found["seconds"], "s", None, f"{found['megabytes']:.0f} MB")


def folders(folder: Path, scale: float) -> Iterator[Row]:
    """The formats with a file a picture."""
    pictures = max(int(SMALL * scale), 1)
    make_pictures(folder / "images", pictures)
    source = folder / "coco.json"
    make_coco(source, pictures, pictures * 10, annotations_first=False)
    project = folder / "all.qvl"
    measured("import", project, "coco", source, folder / "images")
    for name in ("yolo", "voc", "labelme"):
        out = measured("export", project, name, folder / name, "-")
        yield Row(
            f"{name} out, {pictures:,} files", pictures / out["seconds"], "files/s", None, f"{out['megabytes']:.0f} MB"
        )
        back = measured("import", folder / f"{name}.qvl", name, folder / name, folder / "images")
        assert back["count"] == out["count"]
        note = f"{back['count'] / back['seconds']:,.0f} regions/s, {back['megabytes']:.0f} MB"
        yield Row(f"{name} in, with new pictures", pictures / back["seconds"], "files/s", None, note)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--step", nargs=5, metavar=("KIND", "PROJECT", "FORMAT", "PATH", "IMAGES"))
    args = parser.parse_args()
    if args.step:
        kind, project, name, path, images = args.step
        print(json.dumps(step(kind, Path(project), name, Path(path), None if images == "-" else Path(images))))
        return
    rows: list[Row] = []
    for part in (large, folders):
        with tempfile.TemporaryDirectory() as folder:
            rows += part(Path(folder), args.scale)
    show("Formats of regions", rows, save_as="formats" if args.save else "")


if __name__ == "__main__":
    main()
