"""YOLO in and out: rows to the letter, classes, splits, layouts, and what hostile files come to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qvl_desktop.core.box import Rect
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.registry import guess_format
from qvl_desktop.storage.project import Project
from tests.formats.region_data import bring_in, files_below, picture, put_out

Labels = dict[str, str | None]


def data_set(root: Path, labels: Labels, document: dict[str, Any] | None = None) -> Path:
    """A data set with pictures `images/NAME.jpg`; None = no label file."""
    for name, text in labels.items():
        picture(root / "images" / f"{name}.jpg")
        if text is not None:
            label = root / "labels" / f"{name}.txt"
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text(text, encoding="utf-8")
    if document is not None:
        (root / "data.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return root


TWO = {"train": "images/train", "val": "images/val", "names": {0: "cat", 1: "狗"}}


def labels_below(folder: Path) -> dict[str, str]:
    return {name: data.decode() for name, data in files_below(folder).items() if name.startswith("labels")}


def test_a_data_set_comes_back_to_the_letter(tmp_path: Path, project: Project) -> None:
    labels: Labels = {
        "train/a": "1 0.5 0.500000 0.123456789012 0.2\n0 0.25 0.25 0.1 0.1 0.87\n",
        "train/deep er/猫": "0 0.1 0.1 0.2 0.11 0.21 0.2 0.1 0.19\n",
        "train/p": "0 0.1 0.1 0.2 0.1 0.2 0.2 0.15 0.25 0.1 0.2\n",
        "val/empty": "",
        "val/none": None,
    }
    root = data_set(tmp_path / "in", labels, TWO | {"nc": 2, "download": "no", "hyp": {"lr": 0.1}})
    assert guess_format(root).name == guess_format(root / "data.yaml").name == "yolo"
    report = bring_in(project, "yolo", root)
    assert (report.pictures, report.regions, report.problems) == (5, 4, ())
    assert "polygons that became the boxes around them: 1." in report.notes[0]
    status = {
        row.path.removeprefix("in/images/"): (row.split, row.status) for row in project.pictures(project.picture_ids())
    }
    assert status["val/empty.jpg"] == ("val", "done")
    assert status["val/none.jpg"] == ("val", "")
    assert status["train/a.jpg"] == ("train", "")
    kinds = [row.kind for picture_id in project.picture_ids() for row in project.regions(picture_id)]
    assert sorted(kinds) == ["box", "box", "box", "quad"]
    assert bring_in(project, "yolo", root).regions == 0
    put_out(project, "yolo", tmp_path / "out", copy_images=True)
    assert labels_below(tmp_path / "out") == labels_below(root)
    again = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
    assert again == TWO | {"nc": 2, "download": "no", "hyp": {"lr": 0.1}}
    pictures = {name: data for name, data in files_below(tmp_path / "out").items() if name.startswith("images")}
    assert pictures == {name: data for name, data in files_below(root).items() if name.startswith("images")}


shares = st.floats(0.01, 0.99).map(lambda value: f"{value:.6f}") | st.floats(0.01, 0.99).map(repr)
rows = st.one_of(
    st.lists(shares, min_size=4, max_size=4),
    st.lists(shares, min_size=8, max_size=8),
    st.lists(shares, min_size=5, max_size=5),
)
folders = st.sampled_from(["train", "train/sub", "val", "val/更 深/x"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.tuples(folders, st.text("abcxyz 猫1_-", min_size=1, max_size=5).filter(lambda s: s.strip() == s)),
        st.none() | st.lists(st.tuples(st.integers(0, 2), rows), max_size=4),
        max_size=4,
    ),
    st.lists(
        st.text("abc 猫'\":#-", min_size=1, max_size=6), min_size=3, max_size=3, unique_by=lambda s: " ".join(s.split())
    ),
)
def test_any_rows_come_back(
    tmp_path_factory: pytest.TempPathFactory, files: dict[tuple[str, str], Any], names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    labels: Labels = {}
    for (place, name), found in files.items():
        unique = {" ".join(values): number for number, values in found or ()}
        labels[f"{place}/{name}"] = None if found is None else "".join(f"{n} {v}\n" for v, n in unique.items())
    for split in ("train", "val"):
        (folder / "in" / "images" / split).mkdir(parents=True)
    root = data_set(folder / "in", labels, {"train": "images/train", "val": "images/val", "names": names})
    with Project.create(folder / "p.qvl") as project:
        report = bring_in(project, "yolo", root)
        assert report.problems == ()
        repeats = sum("more than once" in note for note in report.notes)
        put_out(project, "yolo", folder / "out", copy_images=True)
        if not repeats:
            assert labels_below(folder / "out") == labels_below(root)
        assert yaml.safe_load((folder / "out" / "data.yaml").read_text(encoding="utf-8"))["names"] == names


def test_what_was_edited_changes_and_what_was_not_stays(tmp_path: Path, project: Project) -> None:
    root = data_set(tmp_path / "in", {"train/a": "0 0.5 0.5 0.1 0.1\n1 0.25 0.250000 0.10 0.1\n"}, TWO)
    bring_in(project, "yolo", root)
    (picture_id,) = project.picture_ids()
    moved, renamed = project.regions(picture_id)
    project.move_region(moved.id, Rect(1.25, 2.5, 101.125, 77.333333))
    project.rename_regions([renamed.id], "owl")
    project.add_region(picture_id, "cat", Rect(0, 0, 640, 480))
    written = put_out(project, "yolo", tmp_path / "out")
    assert any("not where the yaml says" in str(note) for note in written.problems)
    lines = (tmp_path / "out" / "labels" / "train" / "a.txt").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["2 0.25 0.250000 0.10 0.1", "0 0.5 0.5 1 1"]
    document = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
    assert document["names"] == {0: "cat", 1: "狗", 2: "owl"}
    with Project.create(tmp_path / "second.qvl") as second:
        bring_in(second, "yolo", tmp_path / "out", root / "images")
        again = [(row.ref, row.rect) for row in second.regions(second.picture_ids()[0])]
        assert again == [(row.ref, row.rect) for row in project.regions(picture_id)]


def test_quads_make_every_row_of_their_file_have_corners(tmp_path: Path, project: Project) -> None:
    root = data_set(tmp_path / "in", {"train/a": "0 0.5 0.5 0.2 0.2\n", "train/b": "0 0.5 0.5 0.2 0.2\n"}, TWO)
    bring_in(project, "yolo", root)
    first = project.picture_ids()[0]
    project.add_shapes(
        first, [("cat", Shape.of_corners([(64, 0), (128, 48), (64, 96), (0, 48)])), ("p", Shape.of_point(1, 1))]
    )
    written = put_out(project, "yolo", tmp_path / "out")
    assert any("points left out: 1." in str(note) for note in written.problems)
    labels = labels_below(tmp_path / "out")
    assert labels["labels/train/a.txt"] == "0 0.4 0.4 0.6 0.4 0.6 0.6 0.4 0.6\n0 0.1 0 0.2 0.1 0.1 0.2 0 0.1\n"
    assert labels["labels/train/b.txt"] == "0 0.5 0.5 0.2 0.2\n"


def test_poses_keep_their_keypoints(tmp_path: Path, project: Project) -> None:
    row = "0 0.5 0.5 0.2 0.2 0.1 0.1 2 0.3 0.3 1"
    root = data_set(
        tmp_path / "in", {"train/a": row + "\n" + row.replace("0.5", "0.6") + "\n"}, TWO | {"kpt_shape": [2, 3]}
    )
    assert bring_in(project, "yolo", root).regions == 2
    (picture_id,) = project.picture_ids()
    project.move_region(project.regions(picture_id)[0].id, Rect(0, 0, 64, 48))
    project.add_region(picture_id, "cat", Rect(0, 0, 640, 48))
    put_out(project, "yolo", tmp_path / "out")
    assert labels_below(tmp_path / "out")["labels/train/a.txt"].splitlines() == [
        "0 0.05 0.05 0.1 0.1 0.1 0.1 2 0.3 0.3 1",
        row.replace("0.5", "0.6"),
        "0 0.5 0.05 1 0.1 0 0 0 0 0 0",
    ]


@pytest.mark.parametrize("entry", ["images/train", ["images/train"], "train.txt", "../images/train"])
def test_a_split_may_be_a_folder_a_list_or_a_file(tmp_path: Path, project: Project, entry: Any) -> None:
    root = data_set(
        tmp_path / "in", {"train/a": "0 .5 .5 .1 .1\r\n", "train/b": None}, {"train": entry, "names": ["cat"]}
    )
    if entry == "train.txt":
        (root / "train.txt").write_text("./images/train/a.jpg\n\n", encoding="utf-8")
    report = bring_in(project, "yolo", root)
    assert report.regions == 1
    assert project.split_counts() == {"train": 1 if entry == "train.txt" else 2}


def test_without_a_yaml_names_come_from_a_list_or_are_numbers(tmp_path: Path, project: Project) -> None:
    root = data_set(tmp_path / "in", {"a": "1 .5 .5 .1 .1\n"})
    assert guess_format(root).name == "yolo"
    report = bring_in(project, "yolo", root)
    assert project.ref_counts() == {"1": 1}
    assert any("no names of classes" in note for note in report.notes)
    (root / "classes.txt").write_text("cat\n狗\n", encoding="utf-8")
    with Project.create(tmp_path / "second.qvl") as second:
        bring_in(second, "yolo", root)
        assert second.ref_counts() == {"狗": 1}
        put_out(second, "yolo", tmp_path / "out", copy_images=True)
        document = yaml.safe_load((tmp_path / "out" / "data.yaml").read_text(encoding="utf-8"))
        assert document == {"train": "images", "val": "images", "nc": 2, "names": ["cat", "狗"]}


def test_bad_rows_are_named_and_the_rest_goes_in(tmp_path: Path, project: Project) -> None:
    bad = ["0 nan .5 .1 .1", "0 320 240 20 20", "9 .5 .5 .1 .1", "0 .5 .5", "0 .5 .5 -.1 .1", "x", "0.5 1 1 1 1"]
    bad += ["-1 .5 .5 .1 .1", "", "1 .5 .5 .2 .2", "0 1.5 1.5 .1 .1", "0 1e400 .5 .1 .1"]
    text = "\n".join(["0 .5 .5 .1 .1", *bad])
    root = data_set(tmp_path / "in", {"train/a": text, "train/b": "0 .5 .5 .1 .1"}, TWO)
    (root / "labels" / "train" / "orphan.txt").write_text("0 .5 .5 .1 .1\n", encoding="utf-8")
    (root / "labels" / "train" / "b.txt").write_bytes("0 .5 .5 .1 .1".encode("utf-16"))
    report = bring_in(project, "yolo", root)
    assert report.regions == 2
    lines = [int(line.split("line ")[1].split(":")[0]) for line in report.problems if "a.txt, line" in line]
    assert sorted(lines) == [2, 3, 4, 5, 6, 7, 8, 9, 12, 13]
    assert any("orphan" in line and "not found" in line for line in report.problems)
    assert any("b.txt" in line and "cannot be read" in line for line in report.problems)
    assert any("“images/val”" in line for line in report.problems)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("names: !!python/object/apply:os.system ['touch hacked']\ntrain: x\nother: !!python/name:os.system", "broken"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nnames: [cat]\ntrain: x\nc: [*b, *b]", "references"),
        ("names: 5\ntrain: x", "names"),
        ("names: {a: cat}\ntrain: x", "names"),
        ("[1, 2", "broken"),
        ("just words", "names no classes"),
    ],
)
def test_a_hostile_yaml_is_refused(tmp_path: Path, project: Project, text: str, reason: str) -> None:
    (tmp_path / "data.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=reason):
        bring_in(project, "yolo", tmp_path / "data.yaml")
    assert not (tmp_path / "hacked").exists()


def test_nothing_is_written_among_foreign_files(tmp_path: Path, project: Project) -> None:
    bring_in(project, "yolo", data_set(tmp_path / "in", {"train/a": "0 .5 .5 .1 .1\n"}, TWO))
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="not empty"):
        put_out(project, "yolo", target)
    assert [file.name for file in target.iterdir()] == ["mine.txt"]
    put_out(project, "yolo", target, force=True)
    assert (target / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert (target / "labels" / "train" / "a.txt").is_file()
    with pytest.raises(DataError, match="folder"):
        put_out(project, "yolo", target / "mine.txt", force=True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_pictures_may_lie_behind_a_link(tmp_path: Path, project: Project) -> None:
    root = data_set(tmp_path / "in", {"train/a": "0 .5 .5 .1 .1\n"}, {"train": "images/train", "names": ["cat"]})
    (root / "images").rename(tmp_path / "far")
    (root / "images").symlink_to(tmp_path / "far", target_is_directory=True)
    (tmp_path / "far" / "train" / "loop").symlink_to(tmp_path / "far", target_is_directory=True)
    (tmp_path / "far" / "train" / "b.jpg").symlink_to(tmp_path / "nowhere.jpg")
    report = bring_in(project, "yolo", root)
    assert (report.pictures, report.regions, report.problem_count) == (1, 1, 1)
    assert "b.jpg was not found" in report.problems[0]


def test_a_project_of_its_own_gets_the_usual_folders(tmp_path: Path, project: Project) -> None:
    for name in ("../../outside/x.jpg", "sets/a.jpg", "sets/b.jpg", "other/a.png"):
        picture(tmp_path / "pics" / "deep" / name)
    project.add_pictures([tmp_path / "pics", tmp_path / "outside"])
    ids = project.picture_ids()
    project.add_region(ids[0], "cat", Rect(64, 48, 128, 96))
    project.set_split(ids[1:2], "val")
    project.set_status(ids[2:3], "done")
    put_out(project, "yolo", tmp_path / "out", copy_images=True)
    files = files_below(tmp_path / "out")
    assert all(".." not in name for name in files)
    assert sum(name.startswith("images/train/") for name in files) == 3
    assert sum(name.startswith("images/val/") for name in files) == 1
    labels = labels_below(tmp_path / "out")
    assert sorted(labels.values()) == ["", "0 0.15 0.15 0.1 0.1\n"]
    document = yaml.safe_load(files["data.yaml"])
    assert document == {"train": "images/train", "val": "images/val", "nc": 1, "names": ["cat"]}
