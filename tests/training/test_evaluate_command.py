"""`evaluate`: every format of data, before beside after, pictures worst first, pictures as large as in the run."""

from __future__ import annotations

import json
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop.cli import main
from qvl_desktop.core.box import Box
from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.formats.registry import format_named
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.region_questions import load_questions
from tests.training.conftest import HELD_OUT, SIZE, TRAIN, carry_out, make_run, rect
from tests.training.test_runs import project_of


@pytest.fixture(scope="module")
def tuned(tiny_model: Path, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = make_run(tmp_path_factory.mktemp("runs") / "tuned", tiny_model, max_steps=20, learning_rate=5e-2, epochs=9.0)
    assert carry_out(run, tiny_model, dataset) == 0
    return run


def evaluate(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["evaluate", *map(str, words), "--device", "cpu", "--json"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def coco_of(folder: Path, pictures: list[Path]) -> Path:
    """The held-out rectangles as COCO, without any split."""
    held = list(enumerate(pictures))[TRAIN:]
    body = {
        "images": [{"id": n, "file_name": str(path), "width": SIZE[0], "height": SIZE[1]} for n, path in held],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "iscrowd": 0, "area": rect(n).width * rect(n).height,
             "bbox": [rect(n).x1, rect(n).y1, rect(n).width, rect(n).height]}
            for n, _ in held
        ],
        "categories": [{"id": 1, "name": "red"}],
    }  # fmt: skip
    path = folder / "held.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def yolo_of(folder: Path, pictures: list[Path]) -> Path:
    """The same as a folder of YOLO."""
    root = folder / "yolo"
    for name in ("images", "labels"):
        (root / name / "val").mkdir(parents=True)
    (root / "data.yaml").write_text("path: .\nval: images/val\nnames: [red]\n", encoding="utf-8")
    for number, path in list(enumerate(pictures))[TRAIN:]:
        (root / "images" / "val" / path.name).write_bytes(path.read_bytes())
        place = rect(number)
        centre = ((place.x1 + place.x2) / 2 / SIZE[0], (place.y1 + place.y2) / 2 / SIZE[1])
        values = (*centre, place.width / SIZE[0], place.height / SIZE[1])
        line = "0 " + " ".join(f"{value:.6f}" for value in values)
        (root / "labels" / "val" / f"{path.stem}.txt").write_text(line + "\n", encoding="utf-8")
    return root


@pytest.mark.parametrize("kind", ["project", "regions", "qwen-vl", "sharegpt", "ms-swift", "refcoco", "coco", "yolo"])
def test_any_format_is_asked(
    tiny_model: Path,
    dataset: Dataset,
    pictures: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    if kind == "project":
        path = project_of(tmp_path, dataset)
    elif kind == "regions":  # a project that was annotated, and nothing else
        path = tmp_path / "regions.qvl"
        with Project.create(path) as project:
            project.add_pictures(pictures[TRAIN:])
            for number, picture in zip(range(TRAIN, TRAIN + HELD_OUT), project.picture_ids(), strict=True):
                project.add_region(picture, "red", rect(number))
    elif kind == "coco":
        path = coco_of(tmp_path, pictures)
    elif kind == "yolo":
        path = yolo_of(tmp_path, pictures)
    else:
        path = tmp_path / ("data.json" if kind in ("qwen-vl", "sharegpt") else "data.jsonl")
        format_named(kind).write(path, dataset.split("val"))  # type: ignore[union-attr]
    body = evaluate(capsys, "--model", tiny_model, "--data", path)
    assert (body["questions"], body["boxes"]) == (HELD_OUT, HELD_OUT)
    right = {astuple(Box.encode(rect(number), *SIZE)) for number in range(TRAIN, TRAIN + HELD_OUT)}
    asked = [tuple(box) for one in body["answers"] for box in one["truth"]]
    assert len(asked) == HELD_OUT
    for box in asked:  # YOLO's shares are rounded
        assert any(all(abs(mine - its) <= 1 for mine, its in zip(box, each, strict=True)) for each in right)


def test_before_and_after_are_what_each_alone_gives(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, tuned: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    data = project_of(tmp_path, dataset)
    words = ("--model", tiny_model, "--data", data, "--split", "all")
    both = evaluate(capsys, *words, "--adapter", tuned.path, "--baseline")
    before, after = evaluate(capsys, *words), evaluate(capsys, *words, "--adapter", tuned.path)
    for name in ("acc50", "mean_iou", "precision", "recall", "f1", "parse_failures", "questions"):
        assert both["baseline"]["before"][name] == before[name]
        assert both["baseline"]["after"][name] == both[name] == after[name]
    assert both["answers"] == after["answers"]
    assert [one["answer"] for one in before["answers"]] != [one["answer"] for one in after["answers"]]
    turned = evaluate(capsys, *words, "--baseline", tuned.path)
    assert turned["baseline"]["before"] == both["baseline"]["after"]
    assert turned["baseline"]["after"] == both["baseline"]["before"]


def test_the_report_reads_as_text(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, tuned: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--model", str(tiny_model), "--adapter", str(tuned.path), "--data", str(project_of(tmp_path, dataset))]
    assert main(["evaluate", *words, "--baseline", "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert "Acc@0.5  mean IoU  precision  recall     F1" in said
    assert "worst answers (3 of 3 that miss something):" in said
    assert "before   after   change" in said
    assert "labels" in said


def test_pictures_are_numbered_from_the_worst(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, tuned: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    data, shown = project_of(tmp_path, dataset), tmp_path / "shown"
    words = ("--model", tiny_model, "--adapter", tuned.path, "--data", data, "--split", "all", "--pictures", shown)
    body = evaluate(capsys, *words)
    quality = [sum(one["overlaps"]) / len(one["overlaps"]) for one in body["answers"]]
    assert [one["drawn"] for one in body["answers"]] == [f"{n:05d}.jpg" for n in range(1, TRAIN + HELD_OUT + 1)]
    assert {path.name for path in shown.iterdir()} == {one["drawn"] for one in body["answers"]}
    found = [one["found"] / max(1, len(one["boxes"])) for one in body["answers"]]
    assert found == sorted(found)
    assert quality[0] == min(quality)


def test_a_split_without_questions_is_a_sentence(
    tiny_model: Path, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(project_of(tmp_path, dataset))
    assert main(["evaluate", "--model", str(tiny_model), "--data", data, "--split", "test"]) == 1
    assert "the test split has no grounding question" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["evaluate", "--model", str(tiny_model), "--data", data, "--baseline"])
    assert "name one with --adapter" in capsys.readouterr().err


def test_region_files_leave_nothing_behind(pictures: list[Path], tmp_path: Path) -> None:
    data = load_questions(coco_of(tmp_path, pictures))
    assert [sample.pictures[0] for sample in data.samples] == pictures[TRAIN:]
    assert all(sample.source.startswith("held.json: ") for sample in data.samples)
    assert [path.name for path in tmp_path.iterdir()] == ["held.json"]
