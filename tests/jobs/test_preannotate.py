"""Jobs over pictures, asked of real processes: a foreign server of another family, and this program's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from qvl_desktop.core.answerers import Answerer, AskKind, AskSpec
from qvl_desktop.core.box import Box, iou
from qvl_desktop.core.errors import Cancelled
from qvl_desktop.jobs import preannotate
from qvl_desktop.jobs.asking import Asker, Door, LostError, RefusedError
from qvl_desktop.jobs.local_server import LocalServer
from qvl_desktop.jobs.preannotate import JobProgress, JobRunner
from qvl_desktop.storage.asks import AskCounts
from qvl_desktop.storage.project import Project

FAKE = Path(__file__).with_name("fake_server.py")
COUNT = 12
RED = {"grey": (120, 120, 120), "blue": (90, 90, 220)}


def draw(file: Path, number: int, ground: str = "grey") -> Box:
    """A large picture with a red box somewhere; its place in thousandths."""
    width, height = (2400, 1500) if number % 2 else (640, 480)
    image = Image.new("RGB", (width, height), RED[ground])
    box = Box(100 + 20 * number, 200, 400 + 20 * number, 600)
    rect = box.decode(width, height)
    ImageDraw.Draw(image).rectangle((rect.x1, rect.y1, rect.x2 - 1, rect.y2 - 1), fill=(230, 30, 30))
    image.save(file, quality=95)
    return box


@pytest.fixture
def truth() -> dict[str, Box]:
    return {}


@pytest.fixture
def project(tmp_path: Path, truth: dict[str, Box]) -> Iterator[Project]:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(COUNT):
        name = f"pictures/{number:02}.jpg"
        truth[name] = draw(tmp_path / name, number)
    with Project.create(tmp_path / "test.qvl") as opened:
        opened.add_pictures([folder])
        yield opened


@contextmanager
def foreign(mode: str, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], Door]]:
    """A server that is not ours, with a model of another family."""
    command = [sys.executable, str(FAKE), mode, *([str(port)] if port else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = int(process.stdout.readline())
        yield process, Door(f"http://127.0.0.1:{found}/v1", "key", "qwen2.5-vl-7b", "qwen2.5-vl")
    finally:
        process.kill()
        process.communicate()


def begin(project: Project, door: Door, kind: AskKind = "boxes", refs: tuple[str, ...] = ("red box",)) -> int:
    who = Answerer(model=door.model, url=door.url, dialect=door.dialect)
    question = "What is red?" if kind == "drafts" else "Find the {ref}."
    return project.begin_ask(AskSpec(kind=kind, who=who, question=question, refs=refs, max_tokens=64))


def carry_out(project: Project, ask: int, door: Door, in_flight: int = 4) -> tuple[str, JobRunner]:
    runner = JobRunner(project, ask, lambda: door, in_flight=in_flight)
    return runner.run(), runner


def check_all(project: Project, truth: dict[str, Box]) -> None:
    for row in project.pictures(project.picture_ids()):
        (one,) = project.suggestions(row.id)
        found = Box.encode(one.shape.bounds, row.width, row.height)
        assert iou(found, truth[row.path]) > 0.97, row.path


def test_a_foreign_server_of_another_family_puts_boxes_in_the_right_places(
    project: Project, truth: dict[str, Box]
) -> None:
    told: list[JobProgress] = []
    with foreign("good") as (_, door):
        assert Asker().models(door) == ["qwen2.5-vl-7b", "other"]
        ask = begin(project, door, refs=("red box", "blue box"))
        assert JobRunner(project, ask, lambda: door).run(told.append) == "done"
    assert project.ask_counts(ask) == AskCounts(done=COUNT, found=COUNT)
    assert project.ask(ask).state == "done"
    assert told[-1].counts.asked == COUNT
    check_all(project, truth)
    assert {row.ref for row in project.suggestions(project.picture_ids()[0])} == {"red box"}


def test_a_server_without_a_stream_and_a_busy_one_are_asked_all_the_same(
    project: Project, truth: dict[str, Box]
) -> None:
    for mode in ("whole", "busy"):
        with foreign(mode) as (_, door):
            ask = begin(project, door)
            assert carry_out(project, ask, door)[0] == "done"
            assert project.ask_counts(ask) == AskCounts(done=COUNT, found=COUNT)
        check_all(project, truth)
        project.drop_suggestions(ask)


def test_a_server_that_dies_in_the_middle_is_waited_for_and_the_job_goes_on(
    project: Project, truth: dict[str, Box]
) -> None:
    said: list[str] = []
    end: list[str] = []
    with foreign("mortal") as (process, door):
        ask = begin(project, door)
        port = int(door.url.split(":")[2].split("/")[0])

        def work() -> None:
            runner = JobRunner(project, ask, lambda: door, in_flight=3)
            end.append(runner.run(lambda progress: said.append(progress.waiting_for)))

        thread = threading.Thread(target=work)
        thread.start()
        process.wait(20)
        with foreign("good", port):
            thread.join(30)
    assert end == ["done"]
    assert any("does not answer" in words or "went away" in words for words in said)
    assert project.ask_counts(ask) == AskCounts(done=COUNT, found=COUNT)
    check_all(project, truth)


def test_a_server_that_stays_away_lets_the_job_rest_and_it_goes_on_later(
    project: Project, truth: dict[str, Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preannotate, "PATIENCE_SECONDS", 0.5)
    with foreign("mortal") as (_, door):
        ask = begin(project, door)
        end, runner = carry_out(project, ask, door, 1)
    assert end == "rested"
    assert "does not answer" in runner.problem
    counts = project.ask_counts(ask)
    assert 0 < counts.done < COUNT
    assert counts.waiting == COUNT - counts.done
    assert project.ask(ask).problem == runner.problem
    with foreign("good") as (_, other):
        assert carry_out(project, ask, other)[0] == "done"
    check_all(project, truth)
    assert project.ask(ask).problem == ""


def test_a_picture_that_kills_the_server_each_time_is_left_out_and_listed(project: Project) -> None:
    row = project.pictures(project.picture_ids())[5]
    draw(row.file, 5, "blue")
    with foreign("deadly") as (first, door):
        port = int(door.url.split(":")[2].split("/")[0])
        ask = begin(project, door)
        stop = threading.Event()

        def raise_the_dead() -> None:
            dead = first
            while not stop.is_set():
                if dead.poll() is not None:
                    dead = subprocess.Popen([sys.executable, str(FAKE), "deadly", str(port)], stdout=subprocess.DEVNULL)
                stop.wait(0.05)
            dead.kill()
            dead.wait()

        thread = threading.Thread(target=raise_the_dead)
        thread.start()
        try:
            assert carry_out(project, ask, door, 3)[0] == "done"
        finally:
            stop.set()
            thread.join()
    (listed,) = project.asked_pictures(project.unread_ids(ask))
    assert (listed.path, listed.state) == (row.path, "failed")
    assert "ended each time" in listed.problem
    assert project.ask_counts(ask).done == COUNT - 1


def test_answers_that_cannot_be_read_are_counted_and_listed(project: Project) -> None:
    with foreign("broken") as (_, door):
        ask = begin(project, door)
        assert carry_out(project, ask, door, 1)[0] == "done"
    counts = project.ask_counts(ask)
    assert (counts.done, counts.unread) == (COUNT // 2, COUNT // 2)
    listed = project.asked_pictures(project.unread_ids(ask))
    assert all("looks like a box" in row.problem and "three" in row.problem for row in listed)


def test_an_answer_that_never_ends_is_cut_and_said(project: Project) -> None:
    with foreign("babbling") as (_, door):
        ask = begin(project, door)
        assert carry_out(project, ask, door)[0] == "done"
    assert project.ask_counts(ask).unread == COUNT
    assert all("cut off" in row.problem for row in project.asked_pictures(project.unread_ids(ask)))


def test_broken_and_missing_pictures_are_listed_and_the_others_asked(project: Project) -> None:
    one, two, *_ = project.pictures(project.picture_ids())
    one.file.write_bytes(b"\xff\xd8 no picture")
    two.file.unlink()
    with foreign("good") as (_, door):
        ask = begin(project, door)
        assert carry_out(project, ask, door)[0] == "done"
    listed = project.asked_pictures(project.unread_ids(ask))
    assert [row.path for row in listed] == [one.path, two.path]
    assert project.ask_counts(ask).done == COUNT - 2


def test_a_wrong_key_lets_the_job_rest_with_the_servers_words(project: Project) -> None:
    with foreign("locked") as (_, door):
        ask = begin(project, door)
        end, runner = carry_out(project, ask, door)
        assert (end, "Incorrect API key" in runner.problem) == ("rested", True)
        with pytest.raises(RefusedError, match="Incorrect API key"):
            Asker().models(door)
    assert project.ask_counts(ask).waiting == COUNT
    with pytest.raises(LostError):
        Asker().models(door)
    for url in ("ftp://x/v1", "http://", "http://127.0.0.1:99999999/v1"):
        with pytest.raises(RefusedError, match="no address"):
            Asker().models(Door(url))


def test_pausing_ends_at_once_and_going_on_asks_only_what_is_left(project: Project, truth: dict[str, Box]) -> None:
    with foreign("slow") as (_, door):
        ask = begin(project, door)
        runner = JobRunner(project, ask, lambda: door, in_flight=2)

        def tell(progress: JobProgress) -> None:
            if progress.counts.asked >= 2:
                runner.pause()

        assert runner.run(tell) == "paused"
        counts = project.ask_counts(ask)
        assert 2 <= counts.done < COUNT
        row = project.open_ask()
        assert row is not None
        assert row.id == ask
        assert carry_out(project, ask, door)[0] == "done"
    assert project.ask_counts(ask) == AskCounts(done=COUNT, found=COUNT)
    check_all(project, truth)


def test_stopping_ends_a_question_in_the_middle(project: Project) -> None:
    asker = Asker()
    with foreign("babbling") as (_, door):
        threading.Timer(0.5, asker.stop).start()
        with pytest.raises(Cancelled):
            asker.ask(door, project.pictures(project.picture_ids())[0].file, "Find the red box.", 10**9)


def test_differences_and_drafts_come_from_the_same_loop(project: Project, truth: dict[str, Box]) -> None:
    ids = project.picture_ids()
    rows = project.pictures(ids)
    for row in rows[:4]:
        project.add_region(row.id, "red box", truth[row.path].decode(row.width, row.height))
    project.add_region(ids[4], "red box", Box(0, 0, 50, 50).decode(rows[4].width, rows[4].height))
    project.add_region(ids[5], "blue box", Box(0, 0, 50, 50).decode(rows[5].width, rows[5].height))
    with foreign("good") as (_, door):
        ask = begin(project, door, "differences", ())
        assert carry_out(project, ask, door)[0] == "done"
        assert project.ask_counts(ask).total == 6
        assert project.review_ids("differences") == [ids[4], ids[5]]
        kinds = [[row.kind for row in project.suggestions(one, "differences")] for one in ids[4:6]]
        assert kinds == [["missed", "extra"], ["missed"]]
        drafts = begin(project, door, "drafts", ())
        assert carry_out(project, drafts, door)[0] == "done"
    assert project.draft_count() == COUNT
    (one,) = {row.answer[:26] for row in project.drafts(project.draft_ids()[:1])}
    assert one.startswith("<ref>What is red?</ref><bo")


# This program's own server


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Project]:
    from qvl_desktop.storage.demo_project import make_demo_project, read_shipped

    path = make_demo_project(tmp_path / "demo", read_shipped("en"), "en")
    with Project.open(path) as opened:
        yield opened


def test_the_own_server_is_killed_in_the_middle_started_again_and_the_job_goes_on(demo: Project) -> None:
    spec = AskSpec(kind="differences", who=Answerer(model="demo"), question="Find the {ref}.", max_tokens=96)
    ids = demo.picture_ids()[::11]
    ask = demo.begin_ask(spec, ids)
    said: list[str] = []
    killed: list[int] = []
    with LocalServer(["--model", "demo", "--device", "cpu"], "base") as server:
        runner = JobRunner(demo, ask, server.door, in_flight=4)

        def tell(progress: JobProgress) -> None:
            said.append(progress.waiting_for)
            if progress.counts.asked >= 2 and not killed:
                killed.append(server.pid)
                os.kill(server.pid, signal.SIGKILL)

        assert runner.run(tell) == "done"
        assert server.pid not in (0, *killed)
    assert len(killed) == 1
    assert "The model is loading" in said
    counts = demo.ask_counts(ask)
    assert (counts.total, counts.asked, counts.failed) == (len(ids), len(ids), 0)


def test_a_model_that_cannot_be_loaded_lets_the_job_rest_with_the_reason(demo: Project) -> None:
    spec = AskSpec(kind="boxes", who=Answerer(model="no-such"), question="Find the {ref}.", refs=("star",))
    ask = demo.begin_ask(spec, demo.picture_ids()[:3])
    with LocalServer(["--model", "no-such"], "base") as server:
        runner = JobRunner(demo, ask, server.door)
        assert runner.run() == "rested"
    assert "no-such" in runner.problem
    assert demo.ask_counts(ask).waiting == 3
