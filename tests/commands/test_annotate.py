"""`qvl-desktop annotate` as a user runs it, against a server in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qvl_desktop.cli import main
from qvl_desktop.storage.asks import AskCounts
from qvl_desktop.storage.project import Project
from tests.jobs.test_preannotate import draw, foreign

ROOT = Path(__file__).resolve().parents[2]
COUNT = 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(COUNT):
        draw(folder / f"{number:02}.jpg", number)
    with Project.create(tmp_path / "test.qvl") as project:
        project.add_pictures([folder])
    return tmp_path / "test.qvl"


def arguments(path: Path, url: str, *more: str) -> list[str]:
    who = ["--server", url, "--key", "k", "--model", "qwen2.5-vl-7b", "--family", "qwen2.5-vl"]
    return ["annotate", str(path), *who, *more]


def test_boxes_wait_for_review_and_are_taken_when_asked(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with foreign("good") as (_, door):
        assert main(arguments(path, door.url, "--refs", "red box, blue  box,red box", "--json")) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["end"], told["pictures"], told["found"], told["accepted"]) == ("done", COUNT, COUNT, 0)
        with Project.open(path) as project:
            assert project.asks()[0].spec.refs == ("red box", "blue box")
            assert project.region_count() == 0
            assert project.review_counts("boxes").suggestions == COUNT
            project.set_status(project.picture_ids()[:2], "done")
        more = ("--refs", "red box", "--status", "done", "--accept")
        assert main(arguments(path, door.url, *more)) == 0  # stands there as open suggestions already
        assert "0 boxes proposed, 0 accepted" in capsys.readouterr().out
        with Project.open(path) as project:
            project.drop_suggestions(project.asks()[1].id)
        assert main(arguments(path, door.url, *more)) == 0
        assert "2 boxes proposed, 2 accepted" in capsys.readouterr().out
        assert main(arguments(path, door.url, "--differences")) == 0
        assert "asked about 2 of 2 pictures; 0 differences" in capsys.readouterr().out
        assert main(arguments(path, door.url, "--draft", "What is red?", "--without-regions")) == 0
        assert "4 drafts proposed" in capsys.readouterr().out
    with Project.open(path) as project:
        assert project.undo() == "Accept suggestions"
        assert project.draft_count() == COUNT - 2


def test_ctrl_c_keeps_what_was_heard_and_resume_goes_on(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(COUNT, 24):
        draw(path.parent / "pictures" / f"{number:02}.jpg", number)
    with Project.open(path) as project:
        project.add_pictures([path.parent / "pictures"])
    with foreign("slow") as (_, door):
        asked = arguments(path, door.url, "--refs", "red box", "--in-flight", "2")
        command = [sys.executable, "-m", "qvl_desktop", *asked]
        child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert child.stderr is not None
        while "asked about 0" in (line := child.stderr.readline()) or not line.startswith("asked"):
            assert line
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=20)
        assert child.returncode == 1
        assert "--resume goes on" in said
        with Project.open(path) as project:
            counts = project.ask_counts(project.asks()[0].id)
            assert 0 < counts.done < 24
            assert project.review_counts("boxes").suggestions == counts.found
        child = subprocess.Popen([*command[:3], "annotate", str(path), "--resume", "--key", "k"], cwd=ROOT)
        assert child.wait(60) == 0
    with Project.open(path) as project:
        assert project.ask_counts(project.asks()[0].id) == AskCounts(done=24, found=24)
        assert len(project.asks()) == 1
    assert main(["annotate", str(path), "--resume"]) == 1
    assert "no job was cut short" in capsys.readouterr().err


def test_what_could_not_be_read_is_told_and_written(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with foreign("broken") as (_, door):
        problems = tmp_path / "problems.jsonl"
        more = ("--refs", "red box", "--in-flight", "1", "--problems", str(problems))
        assert main(arguments(path, door.url, *more)) == 0
    assert "3 answers could not be read whole" in capsys.readouterr().out
    rows = [json.loads(line) for line in problems.read_text().splitlines()]
    assert [row["state"] for row in rows] == ["unread"] * 3


def test_a_refusal_lets_the_job_rest(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with foreign("locked") as (_, door):
        assert main(arguments(path, door.url, "--everything")) == 1
    assert "Incorrect API key" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--model", "demo"],
        ["--refs", "cat"],
        ["--refs", "cat", "--everything", "--model", "demo"],
        ["--refs", " , ", "--model", "demo"],
        ["--refs", "cat", "--model", "m", "--server", "http://x/v1"],
        ["--differences", "--accept", "--model", "demo"],
        ["--refs", "cat", "--model", "demo", "--filter", "nonsense"],
        ["--refs", "cat", "--model", "demo", "--max-tokens", "0"],
    ],
)
def test_wrong_use_says_what_is_wrong(path: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["annotate", str(path), *wrong])
    assert ended.value.code == 2
    assert capsys.readouterr().err
    with Project.open(path) as project:
        assert project.asks() == []


def test_a_question_without_a_place_for_the_ref_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["annotate", str(path), "--model", "demo", "--refs", "cat", "--question", "Find the cat"]) == 1
    assert "needs {ref} in it" in capsys.readouterr().err
