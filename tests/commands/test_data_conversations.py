"""`import --dialect` and `export --family` on the command line, there and back."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.cli import main
from qvl_desktop.core.dialects import DIALECTS
from qvl_desktop.storage.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = random.Random(3)
    rows = []
    for number in range(12):
        Image.new("RGB", (640, 480)).save(tmp_path / f"{number}.png")
        (x1, x2), (y1, y2) = (sorted(rng.sample(range(side), 2)) for side in (640, 480))
        rows.append(
            {
                "messages": [
                    {"role": "user", "content": "<image>Find the <ref-object>."},
                    {"role": "assistant", "content": "<ref-object><bbox>"},
                ],
                "images": [f"{number}.png"],
                "objects": {"ref": ["cat", "cat"], "bbox": [[x1, y1, x2, y2]]},
            }
        )
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def answers(path: Path) -> list[str]:
    with Project.open_read_only(path) as project:
        return [row.turns[-1].text for row in project.conversations()]


@pytest.mark.parametrize("family", DIALECTS)
def test_an_export_for_a_family_comes_back_by_itself(
    folder: Path, family: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out, again = folder / "p.qvl", folder / f"{family}.json", folder / "again.qvl"
    assert main(["import", str(project), str(folder / "data.jsonl")]) == 0
    assert main(["export", str(project), str(out), "--format", "sharegpt", "--family", family]) == 0
    capsys.readouterr()
    assert main(["import", str(again), str(out)]) == 0
    captured = capsys.readouterr()
    assert "12 conversations, 12 new pictures, 12 new regions, 0 known already, 0 problems" in captured.out
    told = {"qwen3.5": "Qwen3-VL or later", "qwen-vl": "Qwen-VL."}.get(family, family.replace("qwen", "Qwen")[:-2])
    assert told in captured.err
    if family == "qwen2.5-vl":  # pixels of 644 x 476 are coarser than thousandths
        assert main(["export", str(again), str(folder / "twice.json"), "--family", family]) == 0
        assert json.loads((folder / "twice.json").read_text()) == json.loads(out.read_text())
    else:
        assert answers(again) == answers(project)


def test_what_makes_no_sense_is_refused_with_a_way_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = folder / "p.qvl"
    assert main(["import", str(project), str(folder / "data.jsonl")]) == 0
    for name in ("qwen-vl", "ms-swift", "refcoco", "coco"):
        target = folder / f"out-{name}"
        assert main(["export", str(project), str(target), "--format", name, "--family", "qwen3-vl"]) == 1
        assert "sharegpt" in capsys.readouterr().err
        assert not target.exists()
    assert main(["export", str(project), str(folder / "x.json"), "--family", "gpt"]) == 1
    assert "Choose one of" in capsys.readouterr().err
    assert main(["import", str(project), str(folder / "data.jsonl"), "--dialect", "gpt"]) == 1
    assert "Choose one of" in capsys.readouterr().err
