"""`check` on projects and files, with mends; `split` in every way."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from qvl_desktop.cli import main
from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.storage.project import Project


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project with a broken box, a picture twice in two folders, and refs spelled two ways."""
    for number in range(12):
        folder = tmp_path / "pictures" / f"day {number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.new("RGB", (120, 90), (number * 20, 90, 200 - number * 15))
        ImageDraw.Draw(image).ellipse((number * 5, 10, 50 + number * 5, 70), fill=(255 - number * 20, number * 9, 60))
        image.save(folder / f"{number:02}.png")
    shutil.copy(tmp_path / "pictures" / "day 0" / "00.png", tmp_path / "pictures" / "day 1" / "copy.png")
    made = tmp_path / "p.qvl"
    with Project.create(made) as project:
        project.add_pictures([tmp_path / "pictures"])
        for place, number in enumerate(project.picture_ids()):
            project.add_region(number, "Cat" if place % 4 == 0 else "cats", Rect(5, 5, 50 + place, 60))
        row = project.pictures(project.picture_ids())[0]
        for answer in ("<box>(1,2),(1000,1000)</box>", "<ref>cats</ref><box>(1,2),(30,40)</box>"):
            project.add_conversation(
                Conversation((user_turn([row.path], f"Where? {len(answer)}"), Turn("assistant", answer)))
            )
    return made


def test_a_project_is_checked_a_line_a_finding(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len(lines) == 3
    assert lines[0] == (
        "p.qvl: conversation 1, turn 2, characters 0-28: error: “<box>(1,2),(1000,1000)</box>” has values above 999. "
        "Box values run from 0 to 999. [box-range]"
    )
    assert [line.rpartition("[")[2] for line in lines] == ["box-range]", "picture-twice]", "ref-spelling]"]
    assert "13 pictures, 2 conversations, 1 error, 2 warnings" in said.err
    assert main(["check", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {item["code"]: item["level"] for item in found} == {
        "box-range": "error", "picture-twice": "warning", "ref-spelling": "warning",
    }  # fmt: skip
    assert found[0]["conversation"] == 1


def test_kinds_are_mended_from_the_command_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(path), "--mend", "box-range", "--mend", "ref-spelling"]) == 0
    assert "ref-spelling" not in capsys.readouterr().out
    with Project.open(path) as project:
        assert project.ref_counts() == {"cats": 13}
        assert "(999,999)" in project.conversation(1).turns[1].text
        project.undo()
        assert len(project.ref_counts()) == 2
    assert main(["check", str(path), "--mend", "other-dialect"]) == 2
    assert "needs a person" in capsys.readouterr().err
    assert main(["check", str(path), "--mend", "nonsense"]) == 2


def test_a_project_that_is_open_elsewhere_is_checked_all_the_same(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Project.open(path) as project:
        project.pictures(project.picture_ids())[3].file.unlink()
        assert main(["check", str(path)]) == 1
        out = capsys.readouterr().out
        assert "[box-range]" in out
        assert "[file-missing]" in out


def test_a_data_file_is_checked_for_what_is_said_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    talk = [
        {"from": "user", "value": "Picture 1: <img>a.png</img>\nWhere?"},
        {"from": "assistant", "value": "<ref>Dog</ref><box>(1,2),(30,40)</box><ref>dogs</ref><box>(5,6),(70,80)</box>"},
    ]
    data = tmp_path / "data.json"
    data.write_text(json.dumps([{"id": "1", "conversations": talk}, {"id": "2", "conversations": talk}]))
    assert main(["check", str(data)]) == 0
    out = capsys.readouterr().out
    assert out.count("[conversation-twice]") == 1
    assert out.count("[ref-spelling]") == 1
    assert main(["check", str(data), "--max-length", "100"]) == 0
    assert capsys.readouterr().out.count("[too-long]") == 2
    assert main(["check", str(data), "--mend", "box-range"]) == 2


@pytest.mark.parametrize("way", ["random", "ref", "folder"])
def test_a_project_is_divided(path: Path, way: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["split", str(path), "--train", ".6", "--val", ".4", "--by", way, "--seed", "3"]
    assert main([*command, "--dry-run"]) == 0
    assert "nothing was changed" in capsys.readouterr().err
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    with Project.open(path) as project:
        rows = project.pictures(project.picture_ids())
        counts = Counter(row.split for row in rows)
        assert counts == told["pictures"]
        assert set(counts) == {"train", "val"}
        by_name = {row.path.rsplit("/", 1)[1]: row.split for row in rows}
        assert by_name["00.png"] == by_name["copy.png"], "the same picture stays in one split"
        assert told["refs"]["cats"]["regions"]["train"] >= 1
        project.undo()
        assert not any(row.split for row in project.pictures(project.picture_ids()))


def test_without_shares_it_is_eighty_ten_ten_and_impossible_ones_are_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", str(path)]) == 0
    said = capsys.readouterr().out
    assert "train" in said
    assert "test" in said
    assert "cats" in said
    assert main(["split", str(path), "--train", "-1"]) == 1
    assert "no shares" in capsys.readouterr().err
