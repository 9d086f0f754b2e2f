"""LabelMe in and out: shapes as they were, what has no counterpart kept aside, and what hostile files come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.registry import guess_format
from qvl_desktop.storage.project import Project
from tests.formats.region_data import bring_in, files_below, picture, put_out, write_json


def shape(label: str, points: Any, kind: str = "rectangle", **more: Any) -> dict[str, Any]:
    keys = {"group_id": None, "description": "", "shape_type": kind, "flags": {}, "mask": None}
    return {"label": label, "points": points, **keys, **more}


def document(name: str, shapes: list[Any], size: tuple[int, int] = (640, 480), **more: Any) -> dict[str, Any]:
    width, height = size
    head = {"version": "7.9.1", "flags": {}, "shapes": shapes, "imagePath": name, "imageData": None}
    return {**head, "imageHeight": height, "imageWidth": width, **more}


def load(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def test_a_folder_comes_back_with_all_it_held(tmp_path: Path, project: Project) -> None:
    root = tmp_path / "in"
    for name in ("猫 1.png", "sub/b.jpg", "empty.jpg"):
        picture(root / name)
    shapes = [
        shape("cat", [[10.25, 20], [5, 3.125]], group_id=3, description="d", flags={"occluded": True}),
        shape("quad", [[10, 20], [50, 3], [60, 60], [1, 70]], "polygon", mine=[1, None]),
        shape("tri", [[10, 20], [50, 3], [60, 60]], "polygon"),
        shape("dot", [[10.5, 20]], "point"),
        shape("狗", [[1, 1], [5, 1], [5, 9], [1, 9]]),
    ]
    circle = shape("c", [[1, 1], [2, 2]], "circle")
    write_json(root / "猫 1.json", document("猫 1.png", [*shapes, circle], mine="kept", flags={"ok": True}))
    write_json(root / "sub" / "b.json", document("..\\sub\\b.jpg", shapes[:1], imageData="aGVsbG8="))
    write_json(root / "empty.json", document("empty.jpg", []))
    assert guess_format(root).name == guess_format(root / "sub" / "b.json").name == "labelme"
    report = bring_in(project, "labelme", root)
    assert (report.pictures, report.regions, report.problems) == (3, 6, ())
    assert [note.split(": ")[2].split(".")[0] for note in report.notes] == ["1", "1"]
    rows = {row.path.removeprefix("in/"): row for row in project.pictures(project.picture_ids())}
    assert [rows[name].status for name in ("猫 1.png", "sub/b.jpg", "empty.jpg")] == ["", "", "done"]
    kinds = [(row.ref, row.kind) for row in project.regions(rows["猫 1.png"].id)]
    assert kinds == [("cat", "box"), ("quad", "quad"), ("tri", "box"), ("dot", "point"), ("狗", "box")]
    assert bring_in(project, "labelme", root).regions == 0
    put_out(project, "labelme", tmp_path / "out")
    again = load(tmp_path / "out" / "猫 1.json")
    assert again.pop("imagePath") == "../in/猫 1.png"
    before = load(root / "猫 1.json")
    before.pop("imagePath")
    assert again == before
    nested = load(tmp_path / "out" / "sub" / "b.json")
    assert (nested["imagePath"], nested["imageData"]) == ("../../in/sub/b.jpg", None)
    with Project.create(tmp_path / "second.qvl") as second:
        assert bring_in(second, "labelme", tmp_path / "out").regions == 6
    put_out(project, "labelme", root, force=True)
    assert load(root / "sub" / "b.json")["imagePath"] == "b.jpg"
    put_out(project, "labelme", tmp_path / "copied", copy_images=True)
    assert load(tmp_path / "copied" / "sub" / "b.json")["imagePath"] == "b.jpg"
    assert files_below(tmp_path / "copied")["sub/b.jpg"] == files_below(root)["sub/b.jpg"]


coordinates = st.floats(0, 470) | st.integers(0, 470)
points = st.tuples(coordinates, coordinates).map(list)
kinds = st.sampled_from([("rectangle", 2), ("polygon", 4), ("polygon", 5), ("point", 1), ("circle", 2), ("line", 2)])
any_shape = kinds.flatmap(
    lambda kind: st.tuples(st.just(kind[0]), st.lists(points, min_size=kind[1], max_size=kind[1]))
)
words = st.text(st.characters(codec="utf-8", exclude_characters="<>"), max_size=8)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(any_shape, words, words), max_size=6))
def test_any_shapes_come_back(tmp_path_factory: pytest.TempPathFactory, found: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("any")
    picture(folder / "a.png")
    shapes = [shape(label, where, kind, description=text) for (kind, where), label, text in found]
    write_json(folder / "a.json", document("a.png", shapes))
    with Project.create(folder / "p.qvl") as project:
        report = bring_in(project, "labelme", folder)
        put_out(project, "labelme", folder / "out")
        again = load(folder / "out" / "a.json")["shapes"]
        assert all(item in shapes for item in again)
        repeats = sum(int(note.split(": ")[-1].rstrip(".")) for note in report.notes if "more than once" in note)
        assert len(shapes) == len(again) + report.problem_count + repeats


def test_what_was_edited_changes_and_what_was_not_stays(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "in" / "a.jpg")
    shapes = [shape("a", [[0, 0], [9, 9]], note=1), shape("b", [[1, 2], [3, 4], [5, 9]], "polygon", note=2)]
    write_json(tmp_path / "in" / "a.json", document("a.jpg", shapes))
    bring_in(project, "labelme", tmp_path / "in")
    (picture_id,) = project.picture_ids()
    first, second = project.regions(picture_id)
    project.rename_regions([first.id], "renamed")
    project.move_region(second.id, Rect(10, 10, 20.5, 30))
    quad = Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])
    project.add_shapes(
        picture_id, [("q", quad), ("p", Shape.of_point(4, 4.5)), ("新", Shape.of_rect(Rect(1, 1, 2, 2)))]
    )
    put_out(project, "labelme", tmp_path / "out")
    found = load(tmp_path / "out" / "a.json")["shapes"]
    assert found[0] == {**shapes[0], "label": "renamed"}
    assert found[1] == {**shapes[1], "points": [[10, 10], [20.5, 30]], "shape_type": "rectangle"}
    assert [(item["shape_type"], len(item["points"])) for item in found[2:]] == [
        ("polygon", 4),
        ("point", 1),
        ("rectangle", 2),
    ]
    assert set(found[2]) == set(shape("", []))


def test_bad_shapes_and_files_are_named_and_the_rest_goes_in(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "a.jpg")
    bad = [
        shape("a", [[1, 2, 3]]),
        shape("a", [[1, 2]]),
        shape("a", [[1, float("nan")], [2, 2]]),
        shape("a", "x"),
        {"points": []},
        7,
        shape("a", [[1, 2], [3, 4]], "blob"),
        shape("<box>", [[1, 1], [2, 2]]),
        shape("a", [[900, 900], [910, 910]]),
    ]
    write_json(tmp_path / "a.json", document("a.jpg", [*bad, shape("good", [[1, 1], [2, 2]])]))
    write_json(tmp_path / "b.json", document("gone.jpg", []))
    write_json(tmp_path / "c.json", {"not": "ours"})
    write_json(tmp_path / "d.json", document("a.jpg", [shape("x", [[1, 1], [2, 2]])], (48, 64)))
    (tmp_path / "e.json").write_text('{"shapes": [', encoding="utf-8")
    (tmp_path / "f.json").write_text("{}", encoding="utf-16")
    report = bring_in(project, "labelme", tmp_path)
    assert (report.pictures, report.regions) == (1, 1)
    numbers = [int(line.split("shape ")[1].split(":")[0]) for line in report.problems if ", shape " in line]
    assert sorted(numbers) == list(range(1, 10))
    assert [
        any(line.startswith(name) for line in report.problems)
        for name in ("b.json", "c.json", "d.json", "e.json", "f.json")
    ] == [True] * 5


def test_a_rotated_picture_is_described_upright_or_as_it_lies(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "in" / "up.jpg", (640, 480), 6)
    picture(tmp_path / "in" / "raw.jpg", (640, 480), 6)
    box = [shape("a", [[10, 20], [110, 50]])]
    write_json(tmp_path / "in" / "up.json", document("up.jpg", box, (480, 640)))
    write_json(tmp_path / "in" / "raw.json", document("raw.jpg", box, (640, 480)))
    bring_in(project, "labelme", tmp_path / "in")
    rects = {
        row.path.removeprefix("in/"): project.regions(row.id)[0].rect for row in project.pictures(project.picture_ids())
    }
    assert rects == {"up.jpg": Rect(10, 20, 110, 50), "raw.jpg": Rect(430, 10, 460, 110)}
    put_out(project, "labelme", tmp_path / "out")
    for name, size in (("up", (480, 640)), ("raw", (640, 480))):
        again = load(tmp_path / "out" / f"{name}.json")
        assert (again["imageWidth"], again["imageHeight"]) == size
        assert again["shapes"] == box
