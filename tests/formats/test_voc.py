"""Pascal VOC in and out: the numbers as they were, everything else kept, and what hostile files come to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.registry import guess_format
from qvl_desktop.formats.voc_object import new_object, shape_of
from qvl_desktop.formats.xml_tree import Element, read_xml
from qvl_desktop.storage.project import Project
from tests.formats.region_data import bring_in, files_below, picture, put_out

SIZE = "<size><width>500</width><height>375</height><depth>3</depth></size>"


def box(*values: object) -> str:
    names = ("xmin", "ymin", "xmax", "ymax")
    return "<bndbox>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, values, strict=True)) + "</bndbox>"


def voc(root: Path, name: str, objects: str, size: str = SIZE, more: str = "") -> Path:
    """One annotation of a VOC folder with its picture of 500 x 375 pixels."""
    picture(root / "JPEGImages" / f"{name}.jpg", (500, 375))
    file = root / "Annotations" / f"{name}.xml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file_name = name.rpartition("/")[2] + ".jpg"
    file.write_text(f"<annotation>{more}<filename>{file_name}</filename>{size}{objects}</annotation>", encoding="utf-8")
    return root


def splits(root: Path, **names: str) -> None:
    folder = root / "ImageSets" / "Main"
    folder.mkdir(parents=True)
    for split, text in names.items():
        (folder / f"{split}.txt").write_text(text, encoding="utf-8")


def test_a_folder_comes_back_with_all_it_held(tmp_path: Path, project: Project) -> None:
    root = tmp_path / "VOC 数据"
    part = f"<part><name>head</name>{box(5, 5, 9, 9)}</part>"
    objects = (
        f"<object><name>cat &amp; 狗</name><pose>Left</pose><truncated>1</truncated><difficult>1</difficult>"
        f"{box(1, 1, 500, 375)}{part}</object>"
        f"<object><name>x</name>{box('45.70', ' 12 ', 100, '99.25')}<mine a='1'>z</mine></object>"
    )
    voc(root, "夜 1", objects, more="<folder>VOC</folder><owner><name>me</name></owner><segmented>1</segmented>")
    voc(root, "sub/夜 1", f"<object><name>x</name>{box(3, 3, 3, 3)}</object>", "<size><width>0</width></size>")
    voc(root, "empty", "")
    splits(root, train="夜 1\nsub/夜 1 -1\n", val="empty\n", trainval="夜 1\nempty\n")
    assert guess_format(root).name == guess_format(root / "Annotations" / "empty.xml").name == "voc"
    report = bring_in(project, "voc", root)
    assert (report.pictures, report.regions, report.problems) == (3, 3, ())
    rows = {row.path.partition("JPEGImages/")[2]: row for row in project.pictures(project.picture_ids())}
    assert {name: (row.split, row.status) for name, row in rows.items()} == {
        "夜 1.jpg": ("train", ""),
        "sub/夜 1.jpg": ("train", ""),
        "empty.jpg": ("val", "done"),
    }
    whole, other = project.regions(rows["夜 1.jpg"].id)
    assert (whole.ref, whole.rect) == ("cat & 狗", Rect(0, 0, 500, 375))
    assert other.rect == Rect(44.7, 11, 100, 99.25)
    assert project.regions(rows["sub/夜 1.jpg"].id)[0].rect == Rect(2, 2, 3, 3), "one pixel has a width of one"
    assert bring_in(project, "voc", root / "Annotations").regions == 0
    put_out(project, "voc", tmp_path / "out", copy_images=True)
    for name in ("夜 1", "sub/夜 1", "empty"):
        before = read_xml(root / "Annotations" / f"{name}.xml")
        assert read_xml(tmp_path / "out" / "Annotations" / f"{name}.xml") == before
    files = files_below(tmp_path / "out")
    assert files["ImageSets/Main/train.txt"].decode().split("\n") == ["sub/夜 1", "夜 1", ""]
    assert "ImageSets/Main/val.txt" in files
    assert files["JPEGImages/sub/夜 1.jpg"] == files_below(root)["JPEGImages/sub/夜 1.jpg"]


values = st.integers(1, 370).map(str) | st.floats(1, 370).map(repr) | st.floats(1, 370).map("{:.2f}".format)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(words, values, values, values, values, words), max_size=5))
def test_any_objects_come_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, str, str, str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    tree = Element("annotation", children=[Element("filename", "a.jpg")])
    for name, x, y, other_x, other_y, pose in found:
        sides = (*sorted((x, other_x), key=float), *sorted((y, other_y), key=float))
        corners = [Element(n, v) for n, v in zip(("xmin", "xmax", "ymin", "ymax"), sides, strict=True)]
        tree.children.append(
            Element("object", "", [Element("pose", pose), Element("name", name), Element("bndbox", "", corners)])
        )
    voc(folder, "a", "")
    (folder / "Annotations" / "a.xml").write_text(tree.write(), encoding="utf-8")
    with Project.create(folder / "p.qvl") as project:
        report = bring_in(project, "voc", folder)
        put_out(project, "voc", folder / "out")
        again = read_xml(folder / "out" / "Annotations" / "a.xml")
        before = read_xml(folder / "Annotations" / "a.xml").children
        left_out = len(before) - len(again.children)
        assert left_out >= report.problem_count
        assert [child for child in before if child in again.children] == before or report.problems or report.notes
        assert all(child in before for child in again.children)


def test_what_was_edited_changes_and_what_was_not_stays(tmp_path: Path, project: Project) -> None:
    objects = "".join(
        f"<object><name>{name}</name><pose>Left</pose>{box(10, 20, 30, 40)}</object>" for name in ("moved", "renamed")
    )
    root = voc(tmp_path / "in", "a", objects)
    bring_in(project, "voc", root)
    (picture_id,) = project.picture_ids()
    moved, renamed = project.regions(picture_id)
    project.move_region(moved.id, Rect(0, 0, 20.5, 375))
    project.rename_regions([renamed.id], "owl <x>")
    quad = Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])
    project.add_shapes(picture_id, [("q", quad), ("p", Shape.of_point(4, 4))])
    written = put_out(project, "voc", tmp_path / "out")
    notes = " ".join(map(str, written.problems))
    assert "points left out: 1." in notes
    assert "quads written as the boxes around them: 1." in notes
    first, second, third = read_xml(tmp_path / "out" / "Annotations" / "a.xml").all("object")
    assert (first.text_of("pose"), first.find("bndbox")) == (
        "Left",
        new_object("", Shape.of_rect(Rect(0, 0, 20.5, 375))).find("bndbox"),
    )
    assert [child.text for child in first.find("bndbox").children] == ["1", "1", "20.5", "375"]  # type: ignore[union-attr]
    assert second.text_of("name") == "owl <x>"
    assert shape_of(third).bounds == Rect(0, 0, 20, 20)


def test_bad_objects_are_named_and_the_rest_goes_in(tmp_path: Path, project: Project) -> None:
    bad = [
        box("x", 1, 2, 3),
        box("nan", 1, 2, 3),
        box(9, 1, 2, 3),
        "<bndbox/>",
        "",
        box(600, 400, 700, 500),
        box(1, 1, "1e999", 5),
    ]
    objects = "".join(f"<object><name>cat</name>{one}</object>" for one in (*bad, box(1, 1, 5, 5)))
    root = voc(tmp_path / "in", "a", objects)
    report = bring_in(project, "voc", root)
    assert report.regions == 1
    assert [int(line.split("object ")[1].split(":")[0]) for line in report.problems] == [1, 2, 3, 4, 5, 7, 6]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><annotation><filename>&b;</filename></annotation>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>',
        '<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><annotation/>',
        "<annotation>" + "<a>" * 5000,
        "<annotation><object></annotation>",
        "",
        "<other/>",
        "<annotation>&#xD800;</annotation>",
    ],
)
def test_hostile_xml_is_refused_and_the_rest_goes_in(tmp_path: Path, project: Project, text: str) -> None:
    root = voc(tmp_path / "in", "good", f"<object><name>cat</name>{box(1, 1, 5, 5)}</object>")
    (root / "Annotations" / "bad.xml").write_text(text, encoding="utf-8")
    report = bring_in(project, "voc", root)
    assert (report.regions, report.problem_count) == (1, 1)
    assert "bad.xml" in report.problems[0]


def test_encodings_are_read_and_names_cannot_leave_the_folder(tmp_path: Path, project: Project) -> None:
    picture(tmp_path / "in" / "猫.jpg", (500, 375))
    text = f'<?xml version="1.0" encoding="utf-16"?>\r\n<annotation><filename>猫.jpg</filename>{SIZE}</annotation>'
    (tmp_path / "in" / "猫.xml").write_text(text, encoding="utf-16")
    one = f"<object><name>a</name>{box(1, 1, 5, 5)}</object>"
    plain = f"\ufeff<annotation><filename>..\\in\\猫.jpg</filename>{one}</annotation>"
    (tmp_path / "in" / "b.xml").write_text(plain, encoding="utf-8")
    report = bring_in(project, "voc", tmp_path / "in")
    assert (report.pictures, report.regions, report.problems) == (1, 1, ())
    put_out(project, "voc", tmp_path / "out" / "deep", copy_images=True)
    assert not [name for name in files_below(tmp_path / "out") if not name.startswith("deep/")]
