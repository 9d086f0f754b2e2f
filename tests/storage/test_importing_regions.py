"""Imports and exports of regions: one step, merging, nothing half there, finding pictures, the commands."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qvl_desktop.cli import main
from qvl_desktop.core.box import Rect
from qvl_desktop.core.errors import Cancelled, DataError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.placing import fit, upright
from qvl_desktop.storage.bulk import loading_regions
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.stored_shapes import stored_shape
from tests.formats.region_data import annotation, bring_in, coco, image, picture, put_out, region_format, write_json


def everything(project: Project) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("pictures", "regions", "refs", "headers", "conversations", "turns", "links")
    return {table: project._all(f"SELECT * FROM {table} ORDER BY 1") for table in tables}


@pytest.fixture
def source(tmp_path: Path, pictures: list[Path]) -> Path:
    """A COCO file about two known pictures and a new one, with two categories."""
    picture(tmp_path / "pictures" / "new.png")
    names = ("img1.png", "img2.png", "new.png")
    images = [image(number, f"pictures/{name}") for number, name in enumerate(names, start=1)]
    rows = [annotation(number, number % 3 + 1, [number, 2, 30, 40], number % 2 + 1) for number in range(1, 31)]
    return write_json(tmp_path / "c.json", coco(images, rows, ["cat", "dog"], info={"a": 1}))


def test_an_import_is_one_step_that_can_be_taken_back_and_done_again(project: Project, source: Path) -> None:
    project.add_region(project.picture_ids()[0], "cat", Rect(0, 0, 9, 9))
    before = everything(project)
    changes: list[str] = []
    project.subscribe(lambda change: changes.append(change.kind))
    report = bring_in(project, "coco", source)
    assert (report.pictures, report.regions, report.problems, report.known_regions) == (1, 30, (), 0)
    assert changes.count("regions") == 1
    after = everything(project)
    assert project.undo() == "Import"
    assert {k: v for k, v in everything(project).items() if k != "refs"} == {
        k: v for k, v in before.items() if k != "refs"
    }
    assert project.ref_counts() == {"cat": 1}
    assert project.redo() == "Import"
    assert {k: v for k, v in everything(project).items() if k != "refs"} == {
        k: v for k, v in after.items() if k != "refs"
    }
    assert project.ref_counts() == {"cat": 16, "dog": 15}


def test_counts_and_history_are_those_of_single_edits(tmp_path: Path, pictures: list[Path]) -> None:
    rows = [(p, f"r{n % 3}", n) for p in (1, 2) for n in range(5)]
    states = []
    for name in ("single", "bulk"):
        with Project.create(tmp_path / f"{name}.qvl") as project:
            project.add_pictures(pictures)
            project.add_region(1, "before", Rect(0, 0, 5, 5))
            with project.step("x") as step:
                if name == "single":
                    for picture_id, ref, n in rows:
                        project.add_region(picture_id, ref, Rect(n, n, n + 5, n + 5))
                else:
                    with loading_regions(project, step) as loader:
                        for picture_id, ref, n in rows:
                            stored = stored_shape(Shape("box", ((n, n), (n + 5.0, n + 5.0))), 640, 480)
                            assert stored is not None
                            loader.add([(picture_id, ref, *stored[0], stored[1], "")])
            project.add_region(1, "after", Rect(0, 0, 5, 5))
            state = everything(project)
            state["atoms"] = project._all("SELECT * FROM atoms ORDER BY step, tbl, row")
            state["triggers"] = project._all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1")
            states.append(state)
            assert project.recent_refs() == ["after", "r1", "r0", "r2", "before"]
            project.undo()
            project.undo()
            assert project.ref_counts() == {"before": 1}
    assert states[0]["atoms"] == states[1]["atoms"]
    assert [row[:2] for row in states[0]["refs"]] == [row[:2] for row in states[1]["refs"]]
    assert {k: v for k, v in states[0].items() if k != "refs"} == {k: v for k, v in states[1].items() if k != "refs"}


@pytest.mark.parametrize("failure", [Cancelled, RuntimeError])
def test_a_stopped_import_leaves_nothing(project: Project, tmp_path: Path, failure: type[Exception]) -> None:
    images = [image(1, "pictures/img1.png")]
    rows = [annotation(number, 1, [0.01 * number, 2, 30, 40]) for number in range(1, 5001)]
    path = write_json(tmp_path / "c.json", coco(images, rows))
    before = everything(project)
    heard: list[int] = []

    def stop(done: int, total: int) -> None:
        heard.append(done)
        assert 0 <= done <= total == path.stat().st_size
        if len(heard) == 2:
            raise failure

    with pytest.raises(failure):
        import_regions(project, path, region_format("coco"), progress=stop)
    assert everything(project) == before
    project.add_region(1, "cat", Rect(0, 0, 5, 5))
    assert project.ref_counts() == {"cat": 1}, "the triggers are back"
    assert project.undo() == "Add region"
    assert bring_in(project, "coco", path).regions == 5000


_CHILD = """
import os, signal, sys
from pathlib import Path
from qvl_desktop.formats.registry import format_named
from qvl_desktop.storage.importing_regions import import_regions
from qvl_desktop.storage.project import Project

calls = 0

def progress(done, total):
    global calls
    calls += 1
    if calls == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

project = Project.open(Path(sys.argv[1]))
import_regions(project, Path(sys.argv[2]), format_named("coco"), progress=progress)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize(("moment", "regions"), [(1, 1), (3, 1), (10**6, 6001)])
def test_a_killed_import_is_there_as_a_whole_or_not_at_all(
    tmp_path: Path, pictures: list[Path], moment: int, regions: int
) -> None:
    rows = [annotation(number, 1, [0.01 * number, 2, 30, 40]) for number in range(1, 6001)]
    source = write_json(tmp_path / "c.json", coco([image(1, "pictures/img1.png")], rows, info={"a": 1}))
    path = tmp_path / "p.qvl"
    with Project.create(path) as project:
        project.add_pictures(pictures)
        project.add_region(1, "mine", Rect(0, 0, 5, 5))
    child = subprocess.run([sys.executable, "-c", _CHILD, str(path), str(source), str(moment)], check=False)
    assert child.returncode == -signal.SIGKILL
    with Project.open(path) as project:
        assert project.region_count() == len(project.regions(1)) == project.picture(1).region_count == regions
        assert project.undo() == ("Import" if regions > 1 else "Add region")
        project.add_region(1, "cat", Rect(0, 0, 9, 9))
        assert project.ref_counts()["cat"] == 1


def test_a_file_that_breaks_off_in_the_middle_leaves_nothing(project: Project, source: Path) -> None:
    before = everything(project)
    source.write_text(source.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    with pytest.raises(DataError, match="line 1"):
        bring_in(project, "coco", source)
    assert everything(project) == before


def test_what_is_there_stays_and_learns_what_the_file_says(project: Project, source: Path, tmp_path: Path) -> None:
    first = project.picture_ids()[0]
    project.set_split([first], "test")
    project.set_status([first], "skipped")
    region = project.add_region(first, "cat", Rect(6, 2, 36, 42))
    other = project.add_region(first, "mine", Rect(6, 2, 36, 42))
    report = import_regions(project, source, region_format("coco"), split="val")
    assert (report.regions, report.known_regions) == (29, 1)
    assert json.loads(project.region(region).extra)["coco"]["id"] == 6
    assert project.region(other).extra == ""
    row = project.picture(first)
    assert (row.split, row.status) == ("test", "skipped")
    assert project.split_counts() == {"": 1, "test": 1, "val": 2}
    again = bring_in(project, "coco", source)
    assert (again.pictures, again.regions, again.known_regions) == (0, 0, 30)
    assert again.notes == ()
    assert project.undo_text == "Import", "an import without news is no step of its own"
    project.undo()
    assert project.region(region).extra == ""
    assert project.region_count() == 2


def test_the_same_region_twice_in_a_file_is_one(project: Project, tmp_path: Path) -> None:
    rows = [annotation(number, 1, [1, 2, 30, 40], 1 if number < 4 else 2) for number in range(1, 6)]
    path = write_json(tmp_path / "c.json", coco([image(1, "pictures/img1.png")], rows, ["cat", "dog"]))
    report = bring_in(project, "coco", path)
    assert report.regions == 2
    assert report.notes[0].endswith("more than once (same picture, ref and place): 3.")


def test_formats_do_not_disturb_each_other(project: Project, source: Path, tmp_path: Path) -> None:
    bring_in(project, "coco", source)
    put_out(project, "labelme", tmp_path / "labelme")
    report = bring_in(project, "labelme", tmp_path / "labelme")
    assert (report.regions, report.known_regions) == (0, 30)
    (row, *_) = project.regions(project.picture_ids()[0])
    assert sorted(json.loads(row.extra)) == ["coco", "labelme"]
    put_out(project, "coco", tmp_path / "out.json")
    before, after = (json.loads(file.read_text(encoding="utf-8")) for file in (source, tmp_path / "out.json"))
    assert sorted(after["annotations"], key=lambda a: a["id"]) == before["annotations"]


def test_pictures_are_found_by_folder_by_name_and_in_the_project(project: Project, tmp_path: Path) -> None:
    for name in ("far/x/one.png", "far/y/one.png", "far/deep/er/two.png", "far/x/猫.png"):
        picture(tmp_path / name)
    names = ["x/one.png", "one.png", "two.png", "/elsewhere/x/one.png", "a/img10.png", "..\\far\\x\\猫.png", "gone.png",
             "http://example.org/a.png", "\udcff.png", "n" * 5000, "a\0b.png"]  # fmt: skip
    images = [image(number, name) for number, name in enumerate(names, start=1)]
    rows = [annotation(number, number, [number, 1, 5, 5]) for number in range(1, len(names) + 1)]
    path = tmp_path / "data" / "c.json"
    path.parent.mkdir()
    path.write_text(json.dumps(coco(images, rows)), encoding="utf-8")
    report = bring_in(project, "coco", path, tmp_path / "far")
    found = {row.path: row.region_count for row in project.pictures(project.picture_ids()) if row.region_count}
    assert found == {"far/x/one.png": 2, "far/deep/er/two.png": 1, "pictures/img10.png": 1, "far/x/猫.png": 1}
    left_out = [line for line in report.problems if "was not found" in line or "is an address" in line]
    assert [int(line.split("image ")[1].split(":")[0]) for line in left_out] == [2, 7, 8, 9, 10, 11]
    assert any("regions left out with their pictures: 6." in note for note in report.notes)
    assert any("found by their file name" in note for note in report.notes)


def test_pictures_that_cannot_be_read_are_told(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_text("no picture", encoding="utf-8")
    path = write_json(tmp_path / "c.json", coco([image(1, "bad.png")], [annotation(1, 1, [1, 1, 5, 5])]))
    report = bring_in(project, "coco", path)
    assert (report.pictures, report.regions, report.problem_count) == (0, 0, 1)
    assert "bad.png" in report.problems[0]


def test_an_export_sees_one_moment_and_writes_no_picture(project: Project, source: Path, tmp_path: Path) -> None:
    bring_in(project, "coco", source)
    before = {file: file.read_bytes() for file in (tmp_path / "pictures").iterdir()}
    target = tmp_path / "out"
    fmt = region_format("coco")
    regions = project.region_count()

    def edit(done: int, total: int) -> None:
        if done == 0:
            project.add_region(project.picture_ids()[-1], "late", Rect(0, 0, 7, 7))

    from qvl_desktop.storage.exporting import export_regions

    assert export_regions(project, fmt, tmp_path / "out.json", progress=edit).regions == regions
    for name in ("yolo", "voc", "labelme"):
        put_out(project, name, target / name, copy_images=True)
    assert {file: file.read_bytes() for file in (tmp_path / "pictures").iterdir()} == before


shapes = st.one_of(
    st.builds(lambda a, b, c, d: Shape("box", ((a, b), (c, d))), *[st.floats(-100, 800, allow_nan=False)] * 4),
    st.lists(st.tuples(st.floats(-50, 700), st.floats(-50, 700)), min_size=4, max_size=4).map(Shape.of_corners),
    st.builds(Shape.of_point, st.floats(-5, 700), st.floats(-5, 500)),
)


@given(shapes, st.integers(1, 700), st.integers(1, 700))
def test_what_is_stored_is_what_a_drawn_region_would_be(shape: Shape, width: int, height: int) -> None:
    from qvl_desktop.storage import regions

    stored, fitted = stored_shape(shape, width, height), fit(shape, width, height)
    try:
        drawn = regions._columns(shape, width, height)
    except regions.RegionError:
        assert stored is None
        assert fitted is None
        return
    assert stored is not None
    assert fitted is not None
    assert (*stored[0], stored[1]) == drawn == regions._columns(fitted, width, height)


@given(st.sampled_from([5, 6, 7, 8]), st.integers(0, 7), st.integers(0, 4))
def test_turning_agrees_with_pillow(orientation: int, x: int, y: int) -> None:
    from PIL import ImageOps

    raw = Image.new("L", (8, 5))
    raw.putpixel((x, y), 255)
    exif = Image.Exif()
    exif[0x0112] = orientation
    raw.getexif()[0x0112] = orientation
    turned = ImageOps.exif_transpose(raw)
    box = upright(Shape("box", ((x, y), (x + 1.0, y + 1.0))), 8, 5, orientation).bounds
    assert turned.getbbox() == (box.x1, box.y1, box.x2, box.y2)


def test_the_commands_go_all_the_way_round(tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "round.qvl"
    document = json.loads(source.read_text(encoding="utf-8"))
    document["annotations"] += [annotation(number, 1, [0, 0, -1, 5]) for number in range(100, 130)]
    write_json(source, document)
    problems = tmp_path / "problems.txt"
    assert main(["import", str(path), str(source), "--problems", str(problems), "--split", "val"]) == 0
    captured = capsys.readouterr()
    assert captured.out.endswith("3 new pictures, 30 new regions, 0 known already, 30 problems\n")
    assert captured.err.count("“bbox” is") == 20
    assert f"and 10 more problems; all of them are in {problems}" in captured.err
    assert len(problems.read_text(encoding="utf-8").splitlines()) == 30
    for name in ("coco", "yolo", "voc", "labelme"):
        target = tmp_path / "out" / (name + (".json" if name == "coco" else ""))
        copies = [] if name == "coco" else ["--copy-images"]
        assert main(["export", str(path), str(target), "--format", name, *copies, "--split", "val", "--json"]) == 0
        counts = json.loads(capsys.readouterr().out)
        assert (counts["format"], counts["pictures"], counts["regions"]) == (name, 3, 30)
        second = tmp_path / f"{name}.qvl"
        images = ["--images", str(tmp_path / "pictures")] if name == "coco" else []
        assert main(["import", str(second), str(target), *images, "--json"]) == 0
        counts = json.loads(capsys.readouterr().out)
        assert (counts["format"], counts["regions"], counts["problems"]) == (name, 30, 0)
    assert main(["export", str(path), str(tmp_path / "out" / "yolo"), "--format", "yolo"]) == 1
    assert "not empty" in capsys.readouterr().err
    assert main(["export", str(path), str(tmp_path / "out" / "yolo"), "--format", "yolo", "--force"]) == 0
    for words in (["--format", "coco", "--force"], ["--copy-images"]):
        assert main(["export", str(path), str(tmp_path / "out.json"), *words]) == 1
        assert "formats that are a folder" in capsys.readouterr().err
    assert main(["check", str(source)]) == 1
    assert "has boxes but no conversations" in capsys.readouterr().err
    (tmp_path / "empty.json").write_text('{"images": [], "annotations": [3]}', encoding="utf-8")
    assert main(["import", str(tmp_path / "none.qvl"), str(tmp_path / "empty.json")]) == 1


def test_a_huge_number_of_problems_is_counted_and_not_held(project: Project, tmp_path: Path) -> None:
    path = write_json(tmp_path / "c.json", coco([], [5] * 3000))
    heard: list[str] = []
    report = import_regions(project, path, region_format("coco"), on_problem=heard.append)
    assert (len(report.problems), report.problem_count, len(heard)) == (1000, 3000, 3000)
    assert sqlite3.sqlite_version_info >= (3, 34)
