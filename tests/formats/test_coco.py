"""COCO in and out: the same boxes bit for bit, ids, unknown keys, and what hostile files come to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.registry import guess_format
from qvl_desktop.storage.project import Project
from tests.formats.region_data import annotation, bring_in, coco, image, picture, put_out, write_json


def by_id(document: dict[str, Any], what: str) -> dict[Any, Any]:
    return {item["id"]: item for item in document[what]}


def test_everything_comes_back_as_it_was(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "data" / "images" / "夜 1.jpg")
    picture(tmp_path / "data" / "images" / "sub" / "b.png", (300, 200))
    document = coco(
        [
            image(7, "夜 1.jpg", license=3, flickr_url="http://example.org/x", date_captured=None),
            image(12, "sub/b.png", (300, 200)),
        ],
        [
            annotation(
                5, 7, [0.1, 1e-3, 33.333333333333336, 7], iscrowd=1, segmentation={"counts": "x", "size": [1, 2]}
            ),
            annotation(9, 12, [-3.5, 10, 400, 500], 2, attributes={"occluded": True}, score=0.25, area=1.5),
            annotation(1, 7, [639, 479, 1, 1], 2, keypoints=[1, 2, 2], num_keypoints=1),
            annotation(6, 7, [], segmentation=[[1, 2, 3, 4, 5, 6]]),
        ],
        ["cat", "狗  小"],
        info={"year": 2026, "nested": [1, {"a": None}]},
        licenses=[{"id": 3, "name": "CC"}],
        mine="kept",
    )
    source = write_json(tmp_path / "data" / "c.json", document)
    report = bring_in(project, "coco", source)
    assert (report.pictures, report.regions, report.problems) == (2, 3, ())
    assert "annotations without a box: 1." in report.notes[0]
    assert project.ref_counts() == {"cat": 1, "狗 小": 2}
    put_out(project, "coco", tmp_path / "out.json")
    again = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert {key: by_id(again, key) for key in ("images", "annotations")} == {
        key: by_id(document, key) for key in ("images", "annotations")
    }
    assert {key: again[key] for key in ("info", "licenses", "mine", "categories")} == {
        key: document[key] for key in ("info", "licenses", "mine", "categories")
    }


numbers = st.floats(0, 600, allow_nan=False) | st.integers(0, 600)
sides = st.floats(1e-4, 700, allow_nan=False) | st.integers(1, 700)
words = st.text(st.characters(codec="utf-8", exclude_characters="<>"), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
boxes = st.tuples(numbers, st.floats(0, 470) | st.integers(0, 470), sides, sides)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(boxes, st.integers(0, 3), json_values), max_size=8, unique_by=lambda item: item[0]),
    st.lists(words, min_size=4, max_size=4, unique_by=lambda text: " ".join(text.split())),
    json_values,
)
def test_any_boxes_and_keys_come_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[Any], names: list[str], more: Any
) -> None:
    folder = tmp_path_factory.mktemp("any")
    picture(folder / "a.png")
    given_ones = [annotation(n, 1, list(box), c + 1, more=x) for n, (box, c, x) in enumerate(found)]
    document = coco([image(1, "a.png", more=more)], given_ones, names, info=more)
    source = write_json(folder / "c.json", document)
    with Project.create(folder / "p.qvl") as project:
        report = bring_in(project, "coco", source)
        assert len(given_ones) == report.regions + report.problem_count + _repeats(report.notes)
        put_out(project, "coco", folder / "out.json")
        again = json.loads((folder / "out.json").read_text(encoding="utf-8"))
        kept = by_id(again, "annotations")
        assert len(kept) == report.regions
        for number, item in kept.items():
            assert json.dumps(item) == json.dumps(given_ones[number])
        assert again["images"] == document["images"]
        assert again["info"] == document["info"]
        assert bring_in(project, "coco", source).regions == 0


def _repeats(notes: tuple[str, ...]) -> int:
    return sum(int(note.split(": ")[-1].rstrip(".")) for note in notes if "more than once" in note)


def test_what_was_edited_changes_and_what_was_not_stays(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "a.jpg")
    document = coco(
        [image(4, "a.jpg")],
        [
            annotation(10, 4, [1.5, 2, 30, 40], area=7, segmentation=[[1, 2, 3, 4, 5, 6]], note="moved"),
            annotation(11, 4, [5, 6, 7, 8], note="renamed"),
            annotation(12, 4, [50, 60, 70, 80], note="gone"),
        ],
        ["cat", "dog"],
    )
    bring_in(project, "coco", write_json(tmp_path / "c.json", document))
    (picture_id,) = project.picture_ids()
    moved, renamed, gone = (row.id for row in project.regions(picture_id))
    project.move_region(moved, Rect(10, 20, 40.25, 60))
    project.rename_regions([renamed], "dog")
    project.delete_regions([gone])
    project.add_shapes(
        picture_id,
        [
            ("bird", Shape.of_rect(Rect(0, 0, 10, 10))),
            ("cat", Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])),
            ("cat", Shape.of_point(5.5, 6)),
        ],
    )
    put_out(project, "coco", tmp_path / "out.json")
    again = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    found = by_id(again, "annotations")
    assert found[10] == {**annotation(10, 4, [10, 20, 30.25, 40]), "area": 1210, "note": "moved"}
    assert found[11] == annotation(11, 4, [5, 6, 7, 8], 2, note="renamed")
    assert sorted(found) == [10, 11, 13, 14, 15]
    assert found[13] == {**annotation(13, 4, [0, 0, 10, 10], 3), "area": 100, "iscrowd": 0}
    assert found[14]["segmentation"] == [[10, 0, 20, 10, 10, 20, 0, 10]]
    assert again["categories"][-1] == {"id": 3, "name": "bird"}
    with Project.create(tmp_path / "second.qvl") as second:
        bring_in(second, "coco", tmp_path / "out.json")
        shapes = {(row.ref, row.shape) for row in second.regions(second.picture_ids()[0])}
        assert shapes == {(row.ref, row.shape) for row in project.regions(picture_id)}


@pytest.mark.parametrize(
    "order", ["annotations images categories", "categories annotations images", "images annotations"]
)
def test_the_lists_may_stand_in_any_order(tmp_path: Path, project: Project, order: str) -> None:
    picture(tmp_path / "a.jpg")
    document = coco([image(1, "a.jpg")], [annotation(n, 1, [n, n, 5, 5]) for n in range(5000)][:450])
    keys = dict.fromkeys([*order.split(), *document])
    report = bring_in(project, "coco", write_json(tmp_path / "c.json", {key: document[key] for key in keys}))
    assert (report.regions, report.problems) == (450, ())


def test_bad_rows_are_named_and_the_rest_goes_in(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "a.jpg")
    rows = [
        annotation(1, 1, [0, 0, 5, 5]),
        annotation(2, 1, [0, 0, 5]),
        annotation(3, 1, [0, 0, -5, 5]),
        annotation(4, 1, [0, 0, float("nan"), 5]),
        annotation(5, 1, ["0", 0, 5, 5]),
        annotation(6, 1, [0, 0, 10**30, 5]),
        annotation(7, 1, [700, 500, 5, 5]),
        annotation(8, 1, [0, 0, 5, 5], 99),
        annotation(9, 77, [0, 0, 5, 5]),
        annotation(10, 1, [True, 0, 5, 5]),
        "no object",
        annotation(12, 1, None),
        annotation(13, 1, [9, 9, 5, 5], note=float("inf")),
        annotation(1, 1, [1, 1, 6, 6]),
        {"image_id": [1], "category_id": {}, "bbox": [1, 1, 2, 2]},
        annotation(10**400, 1, [2, 2, 6, 6]),
    ]
    images = [image(1, "a.jpg"), image(1, "b.jpg"), {"id": 2}, {"id": 3, "file_name": "gone.jpg"}, 5]
    source = write_json(tmp_path / "c.json", coco(images, rows))
    report = bring_in(project, "coco", source)
    assert report.regions == 3
    numbers = [line.split("annotation ")[1].split()[0].rstrip(":") for line in report.problems if "annotation " in line]
    assert sorted(map(int, numbers)) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15]
    assert sum("image" in line.split(":")[1] for line in report.problems) == 4
    assert any("gone.jpg was not found" in line for line in report.problems)
    assert any("annotations with the id of another one: 1." in note for note in report.notes)
    put_out(project, "coco", tmp_path / "out.json")
    ids = [item["id"] for item in json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["annotations"]]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"images": [], "annotations": [{"id"', "line 1"),
        ('{"images": []}\n]', "line 2"),
        ("[1]", "object"),
        ('{"a": 1}', "neither"),
        ('{"images": [], "annotations": [' + "[" * 100_000, "line 1"),
        ('{"images": [' + "9" * 5000 + "]}", "line 1"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole(tmp_path: Path, project: Project, text: str, reason: str) -> None:
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=reason):
        bring_in(project, "coco", tmp_path / "c.json")
    assert not project.can_undo


def test_bom_and_line_ends_are_read_and_utf_16_is_refused(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "a.jpg")
    text = json.dumps(coco([image(1, "a.jpg")], [annotation(1, 1, [1, 2, 3, 4])]), indent=1)
    (tmp_path / "bom.json").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert guess_format(tmp_path / "bom.json").name == "coco"
    assert bring_in(project, "coco", tmp_path / "bom.json").regions == 1
    (tmp_path / "wide.json").write_text(text, encoding="utf-16")
    assert guess_format(tmp_path / "wide.json").name == "coco"
    with pytest.raises(DataError, match="UTF-8"):
        bring_in(project, "coco", tmp_path / "wide.json")


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_file_may_speak_of_the_picture_as_it_lies_on_the_disk(
    tmp_path: Path, project: Project, orientation: int
) -> None:
    picture(tmp_path / "a.jpg", (640, 480), orientation)
    document = coco([image(1, "a.jpg")], [annotation(1, 1, [10, 20, 100.5, 30]), annotation(2, 1, [0, 0, 640, 480])])
    bring_in(project, "coco", write_json(tmp_path / "c.json", document))
    row = project.picture(project.picture_ids()[0])
    assert (row.width, row.height) == (480, 640)
    first, whole = project.regions(row.id)
    assert whole.rect == Rect(0, 0, 480, 640)
    across, down = (430, 20) if orientation in (6, 7) else (20, 430)
    assert first.rect.x1 == across
    assert first.rect.y1 == (10 if orientation in (5, 6) else 640 - 110.5)
    assert down in (20, 430)
    project.move_region(whole.id, first.rect.translated(1, 1))
    put_out(project, "coco", tmp_path / "out.json")
    again = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert again["images"] == document["images"]
    assert again["annotations"][0]["bbox"] == [10, 20, 100.5, 30]
    assert again["annotations"][1]["bbox"][2:] == [100.5, 30]
    with Project.create(tmp_path / "q.qvl") as second:
        bring_in(second, "coco", tmp_path / "out.json")
        assert [r.rect for r in second.regions(1)] == [r.rect for r in project.regions(row.id)]


def test_a_picture_of_another_size_is_left_out_and_told(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "a.jpg", (480, 640))
    source = write_json(tmp_path / "c.json", coco([image(1, "a.jpg")], [annotation(1, 1, [1, 2, 3, 4])]))
    report = bring_in(project, "coco", source)
    assert (report.pictures, report.regions, report.problem_count) == (0, 0, 1)
    assert "640×480" in report.problems[0]
    assert "regions left out with their pictures: 1." in report.notes[-1]


def test_two_files_meet_in_one_project(tmp_path: Path, project: Project) -> None:
    for name in ("a.jpg", "b.jpg"):
        picture(tmp_path / name)
    one = coco([image(1, "a.jpg")], [annotation(1, 1, [1, 2, 3, 4], 2)], ["cat", "dog"], info={"v": 1})
    two = coco([image(1, "b.jpg")], [annotation(1, 1, [1, 2, 3, 4], 2)], ["dog", "owl"], info={"v": 2})
    bring_in(project, "coco", write_json(tmp_path / "one.json", one))
    report = bring_in(project, "coco", write_json(tmp_path / "two.json", two))
    assert any("info" in note for note in report.notes)
    put_out(project, "coco", tmp_path / "out.json")
    again = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    names = {item["id"]: item["name"] for item in again["categories"]}
    assert names == {1: "cat", 2: "dog", 3: "owl"}
    files = {item["id"]: item["file_name"] for item in again["images"]}
    assert {(files[a["image_id"]], names[a["category_id"]]) for a in again["annotations"]} == {
        ("a.jpg", "dog"),
        ("b.jpg", "owl"),
    }
    assert len({a["id"] for a in again["annotations"]}) == 2
    assert again["info"] == {"v": 1}


def test_a_failed_export_leaves_the_file_that_was_there(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "a.jpg")
    bring_in(project, "coco", write_json(tmp_path / "c.json", coco([image(1, "a.jpg")], [])))
    (tmp_path / "dir" / "out.json").mkdir(parents=True)
    with pytest.raises(DataError, match=r"out\.json"):
        put_out(project, "coco", tmp_path / "dir" / "out.json")
    assert [file.name for file in (tmp_path / "dir").iterdir()] == ["out.json"]
