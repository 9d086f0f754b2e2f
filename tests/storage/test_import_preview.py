"""A first look at a file before its import: the first records at once, the counts when all was read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qvl_desktop.formats.coco_peek import first_records
from qvl_desktop.formats.registry import format_named
from qvl_desktop.storage import import_preview
from qvl_desktop.storage.import_preview import SHOWN, Preview, look
from qvl_desktop.storage.project import Project


def coco(
    file: Path, *, order: str = "images annotations categories", ids: type = int, indent: int | None = None
) -> Path:
    """60 pictures, of which the second half is annotated first, with three boxes each."""
    parts: dict[str, Any] = {
        "images": [
            {"id": ids(n), "file_name": f"{n}.png", "width": 64, "height": 48, "license": ids(n % 3)} for n in range(60)
        ],
        "annotations": [
            {
                "id": ids(1000 + 3 * n + k),
                "image_id": ids(59 - n),
                "category_id": ids(7),
                "bbox": [n % 20, k, 10 + k, 12],
                "attributes": {"id": ids(n), "note": "}"},
            }
            for n in range(60)
            for k in range(3)
        ],
        "categories": [{"id": ids(7), "name": "bird"}, {"id": ids(8), "name": "cat"}],
    }
    file.write_text(json.dumps({"info": {}} | {key: parts[key] for key in order.split()}, indent=indent))
    return file


@pytest.mark.parametrize("order", ["images annotations categories", "annotations categories images"])
@pytest.mark.parametrize("ids", [int, str])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_first_records_of_coco(tmp_path: Path, order: str, ids: type, indent: int | None) -> None:
    found = first_records(coco(tmp_path / "a.json", order=order, ids=ids, indent=indent), tmp_path, 5)
    assert [record.name for record in found] == ["59.png", "58.png", "57.png", "56.png", "55.png"]
    assert [(record.width, record.height) for record in found] == [(64, 48)] * 5
    assert [[region.ref for region in record.regions] for record in found] == [["bird"] * 3] * 5
    assert found[1].regions[2].shape.bounds.x2 == 1 + 12


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"annotations": [', '{"annotations": [{"image_id": 1}], "images": 3}']
)
def test_what_is_broken_shows_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    assert first_records(file, None, 5) == []
    assert first_records(tmp_path / "missing.json", None, 5) == []


@pytest.mark.parametrize("large", [False, True])
def test_records_come_first_and_counts_follow(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    file = coco(tmp_path / "a.json")
    monkeypatch.setattr(import_preview, "_LARGE", 0 if large else 1 << 30)
    seen: list[Preview] = list(look(project, file, format_named("coco"), tmp_path))
    last = seen[-1]
    assert (last.count, last.regions, last.problem_count, last.counting) == (60, 180, 0, False)
    assert len(last.records) == SHOWN
    assert all(len(record.pictures[0].regions) == 3 for record in last.records if not record.pictures[0].problem)
    assert [record.counting for record in seen[:-1]] == [True] * (len(seen) - 1)
    if large:
        assert len(seen[0].records) == SHOWN
        assert (seen[0].count, seen[0].regions) == (SHOWN, 3 * SHOWN)
    assert len(seen) < 10, "it does not tell at every record"
    assert project.region_count() == 0
