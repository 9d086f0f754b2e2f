"""Importing conversations: exact pixels, quads and points, the same twice, one undo step, and out again unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.core.errors import Cancelled, DataError
from qvl_desktop.formats.ms_swift import MS_SWIFT
from qvl_desktop.formats.refcoco import REFCOCO
from qvl_desktop.formats.sharegpt import SHAREGPT
from qvl_desktop.storage.dataset import load_dataset
from qvl_desktop.storage.exporting_samples import export_samples
from qvl_desktop.storage.importing import import_file
from qvl_desktop.storage.project import Project

ROWS = [
    {
        "messages": [
            {"role": "user", "content": "<image>Find the <ref-object>"},
            {"role": "assistant", "content": "<bbox><bbox>"},
        ],
        "images": ["a.png"],
        "objects": {"ref": ["sheep"], "bbox": [[90.9, 160.8, 135, 212.8], [360.9, 470.8, 495, 479]]},
    },
    {
        "messages": [
            {"role": "user", "content": "<image>Read it."},
            {"role": "assistant", "content": "<ref-object><bbox> and <ref-object><bbox>"},
        ],
        "images": ["a.png"],
        "objects": {"ref": ["sign", "eye"], "bbox": [[10.5, 20, 100, 21, 99, 60, 11, 61], [33.25, 44]]},
        "mark": {"x": 1},
    },
    {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}], "split": "val"},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    Image.new("RGB", (640, 480)).save(tmp_path / "a.png")
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_pixels_are_kept_and_come_out_exactly(data: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.qvl") as project:
        report = import_file(project, data, MS_SWIFT)
        assert (report.conversations, report.regions, report.pictures, report.problems) == (3, 4, 1, ())
        (picture_id,) = project.picture_ids()
        shapes = {(row.ref, row.shape.points) for row in project.regions(picture_id)}
        assert shapes == {
            ("sheep", ((90.9, 160.8), (135.0, 212.8))),
            ("sheep", ((360.9, 470.8), (495.0, 479.0))),
            ("sign", ((10.5, 20.0), (100.0, 21.0), (99.0, 60.0), (11.0, 61.0))),
            ("eye", ((33.25, 44.0),)),
        }
        assert export_samples(project, MS_SWIFT, tmp_path / "again.jsonl").written == 3
        lines = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text(encoding="utf-8").splitlines()]
        assert lines == ROWS
        project.move_region(project.regions(picture_id)[0].id, project.regions(picture_id)[0].rect.translated(0.25, 0))
        export_samples(project, MS_SWIFT, tmp_path / "moved.jsonl", picture_ids=[picture_id])
        moved = json.loads((tmp_path / "moved.jsonl").read_text(encoding="utf-8").splitlines()[0])
        assert moved["objects"]["bbox"][0] == [91.15, 160.8, 135.25, 212.8]


def test_the_same_file_twice_is_known_and_not_doubled(data: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.qvl") as project:
        import_file(project, data, MS_SWIFT)
        turn = project.conversations()[0].turns[0]
        project.set_turn(turn.id, turn.text + "!")
        report = import_file(project, data, MS_SWIFT)
        assert (report.conversations, report.known, report.regions) == (1, 2, 0)
        assert project.conversation_count() == 4
        project.undo()
        assert project.conversation_count() == 3
        assert project.conversations()[0].turns[0].text.endswith("!")


def test_an_import_is_one_step_and_a_cancelled_one_leaves_nothing(data: Path, tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.qvl") as project:
        import_file(project, data, MS_SWIFT)
        project.undo()
        assert (project.picture_count(), project.region_count(), project.conversation_count()) == (0, 0, 0)
        assert not project.can_undo

        def stop(done: int, total: int) -> None:
            if total == len(ROWS) and done == 0:
                raise Cancelled

        with pytest.raises(Cancelled):
            import_file(project, data, MS_SWIFT, progress=stop)
        assert (project.picture_count(), project.region_count(), project.conversation_count()) == (0, 0, 0)


def test_grounding_lines_become_regions_and_go_out_as_they_came(data: Path, tmp_path: Path) -> None:
    line = {"image": "a.png", "sent": "left man", "bbox": [1.25, 2, 300.5, 480], "width": 640, "height": 480}
    path = tmp_path / "ref.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    with Project.create(tmp_path / "p.qvl") as project:
        report = import_file(project, path, REFCOCO)
        assert (report.conversations, report.regions) == (1, 1)
        export_samples(project, REFCOCO, tmp_path / "out.jsonl")
        assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8")) == line
        export_samples(project, SHAREGPT, tmp_path / "chat.json", split="train")
        (chat,) = json.loads((tmp_path / "chat.json").read_text(encoding="utf-8"))
        assert chat["messages"][1]["content"] == "<ref>left man</ref><box>(2,4),(470,999)</box>"


def test_data_in_another_dialect_is_learnt_as_boxes(data: Path, tmp_path: Path) -> None:
    answer = "<|object_ref_start|>cat<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
    path = tmp_path / "other.json"
    messages = [{"role": "user", "content": "<image>?"}, {"role": "assistant", "content": answer}]
    path.write_text(json.dumps([{"messages": messages, "images": ["a.png"]}]), encoding="utf-8")
    (sample,) = load_dataset(path).samples
    assert sample.conversation.turns[1].text == "<ref>cat</ref><box>(1,2),(3,4)</box>"
    ambiguous = [{"role": "user", "content": "<image>?"}, {"role": "assistant", "content": '{"bbox_2d": [1, 2, 3, 4]}'}]
    path.write_text(json.dumps([{"messages": ambiguous, "images": ["a.png"]}]), encoding="utf-8")
    with pytest.raises(DataError, match="Import it with --dialect"):
        load_dataset(path)


def test_pictures_without_a_split_take_that_of_the_data(data: Path, tmp_path: Path) -> None:
    row = ROWS[0] | {"split": "test"}
    path = tmp_path / "split.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with Project.create(tmp_path / "p.qvl") as project:
        project.add_pictures([tmp_path / "a.png"])
        import_file(project, path, MS_SWIFT)
        (picture,) = project.pictures(project.picture_ids())
        assert picture.split == "test"
        path.write_text(json.dumps(row | {"split": "val", "mark": 1}) + "\n", encoding="utf-8")
        import_file(project, path, MS_SWIFT)
        (picture,) = project.pictures(project.picture_ids())
        assert picture.split == "test"
