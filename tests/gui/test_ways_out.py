"""A run that failed says why and offers the ways out: cheaper settings, another rate, the sample, room on the disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.events import Failed, Finished
from qvl_desktop.core.i18n import set_translator
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder, RunState
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.run_summary import read_summary
from qvl_desktop.jobs.run_trash import TRASH
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from tests.gui.made_runs import make_run, press, shown, steps
from tests.jobs.conftest import fake_command, kill_holder


@pytest.fixture
def place(session: Session, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "runs"
    folder.mkdir()
    session.settings.runs_folder = str(folder)
    yield folder
    session.runs.detach_all()
    for run in folder.glob("*"):
        kill_holder(RunFolder(run))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    from PIL import Image

    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    turns = [
        {"from": "user", "value": "Picture 1: <img>a.png</img>\nFind the dot."},
        {"from": "assistant", "value": "<ref>dot</ref><box>(1,2),(3,4)</box>"},
    ]
    path = tmp_path / "data.json"
    path.write_text(json.dumps([{"id": str(number), "conversations": turns} for number in range(3)]))
    return path


def failed_page(session: Session, qtbot: QtBot, run: Path) -> TrainPage:
    session.look_at_runs()
    page = TrainPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitUntil(lambda: session.runs.summary(run) is not None and bool(session.models.models()))
    page.panel.choose(run)
    return page


def lead(page: TrainPage) -> str:
    return str(page.findChild(QLabel, "waysLead").text())


def test_out_of_memory_goes_on_with_a_cheaper_plan(session: Session, qtbot: QtBot, place: Path, data: Path) -> None:
    session.runs.command = fake_command("slow")
    plan = TrainingPlan(data=str(data), batch_size=8, accumulation=2)
    broke = Failed("OutOfMemoryError", "There is not enough memory for this run.", "")
    run = make_run(place, "one", *steps(3), broke, plan=plan, checkpoint=True)
    page = failed_page(session, qtbot, run)
    assert "not enough memory" in page.findChild(QLabel, "runMessage").text()
    qtbot.waitUntil(lambda: shown(page, "cheaper-0"), timeout=20_000)
    button = page.findChild(QPushButton, "cheaper-0")
    assert button.text().startswith("Go on with Batch: ")
    press(page, qtbot, "cheaper-0")
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps > 4, timeout=20_000)
    now = TrainingPlan.load(RunFolder(run).plan)
    assert now.batch_size < 8
    assert now.batch_size * now.accumulation >= 16, "a step sees as many samples"
    summary = session.runs.summary(run)
    assert summary is not None
    assert summary.state is RunState.RUNNING
    assert not shown(page, "cheaper-0")


def test_a_change_of_another_kind_is_a_new_run(session: Session, qtbot: QtBot, place: Path, data: Path) -> None:
    plan = TrainingPlan(data=str(data), method="full", batch_size=1, accumulation=2, gradient_checkpointing="on")
    run = make_run(place, "one", *steps(3), Failed("OutOfMemoryError", "No memory.", ""), plan=plan, checkpoint=True)
    page = failed_page(session, qtbot, run)
    qtbot.waitUntil(lambda: shown(page, "cheaper-0"), timeout=20_000)
    assert page.findChild(QPushButton, "cheaper-0").text().startswith("New run with Method: ")
    press(page, qtbot, "cheaper-0")
    assert page.new_run.isVisible()
    assert page.new_run.form.values()[0]["method"] == "lora"
    assert page.new_run.choices.data == str(data)
    assert TrainingPlan.load(RunFolder(run).plan) == plan, "the failed run stays what it was"


def test_no_number_names_the_sample_and_opens_it(session: Session, qtbot: QtBot, place: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    project = Project.create(tmp_path / "cups.qvl")
    turns = (user_turn([str(tmp_path / "a.png")], "Find it."), Turn("assistant", "There."))
    number = project.add_conversation(Conversation(turns))
    project.close()
    source = f"cups.qvl: conversation {number}"
    broke = Failed("DivergedError", "The loss is no number any more.", "", {"source": source, "rate": "0.09"})
    plan = TrainingPlan(data=str(tmp_path / "cups.qvl"), learning_rate=0.09)
    page = failed_page(session, qtbot, make_run(place, "one", *steps(3), broke, plan=plan))
    assert source in page.findChild(QPushButton, "openSample").text()
    with qtbot.waitSignal(session.placeRequested) as asked:
        press(page, qtbot, "openSample")
    assert asked.args[0] == "conversations"
    assert asked.args[1].conversation_id == number
    assert session.project is not None, "its project was opened on the way"
    press(page, qtbot, "slowerRate")
    rate = page.new_run.form.editor("learning_rate")
    assert isinstance(rate, QLineEdit)
    assert rate.text() == "0.03"


def test_a_failure_speaks_the_users_language(session: Session, place: Path) -> None:
    template = "The loss is no number at step {step}, rate {rate:g}."
    english = template.format(step=4, rate=0.09)
    run = make_run(place, "one", Failed("DivergedError", english, "", {"step": 4, "rate": 0.09}, template))
    assert read_summary(run).message == english
    set_translator(lambda context, text: "第 {step} 步，学习率 {rate:g}" if text == template else text)
    try:
        assert read_summary(run).message == "第 4 步，学习率 0.09"
        older = make_run(place, "two", Failed("X", "as the run wrote it", "", {}, template))
        assert read_summary(older).message == "as the run wrote it", "what its words need is not there"
    finally:
        set_translator(None)


def test_a_full_disk_says_what_can_go(session: Session, qtbot: QtBot, place: Path) -> None:
    done = make_run(place, "done", *steps(3), Finished(3, "done", "adapter"), checkpoint=True, adapter=True)
    (RunFolder(done).checkpoints / "checkpoint-3" / "optimizer.pt").write_bytes(b"x" * 5000)
    thrown = make_run(place, "thrown", *steps(1))
    session.look_at_runs()
    session.runs.throw_away(thrown)
    full = Failed("DiskFullError", "The disk is full (/data).", "", {"path": "/data"})
    run = make_run(place, "full", *steps(3), full, checkpoint=True)
    page = failed_page(session, qtbot, run)
    qtbot.waitUntil(lambda: shown(page, "room-checkpoints"))
    assert "free there" in lead(page)
    assert not shown(page, "room-features"), "there are none"
    press(page, qtbot, "room-checkpoints")
    assert list(RunFolder(done).checkpoints.iterdir()), "one click deletes nothing"
    assert "Click again" in page.findChild(QPushButton, "room-checkpoints").text()
    press(page, qtbot, "room-checkpoints")
    qtbot.waitUntil(lambda: not RunFolder(done).checkpoints.exists())
    assert RunFolder(done).adapter.is_dir(), "results stay"
    assert list(RunFolder(run).checkpoints.iterdir()), "so does what this run goes on from"
    qtbot.waitUntil(lambda: shown(page, "room-trash") and not shown(page, "room-checkpoints"))
    press(page, qtbot, "room-trash")
    press(page, qtbot, "room-trash")
    qtbot.waitUntil(lambda: not list((place / TRASH).iterdir()))
    qtbot.waitUntil(lambda: "Nothing of this program's" in lead(page))
    assert shown(page, "roomResume")


def test_data_that_teaches_nothing_leads_to_the_data(session: Session, qtbot: QtBot, place: Path) -> None:
    nothing = Failed("TrainingDataError", "There is nothing to learn from.", "")
    page = failed_page(session, qtbot, make_run(place, "one", nothing))
    with qtbot.waitSignal(session.pageRequested) as asked:
        press(page, qtbot, "toTalks")
    assert asked.args == ["conversations"]


def test_an_interrupted_run_resumes(session: Session, qtbot: QtBot, place: Path) -> None:
    session.runs.command = fake_command("succeed")
    page = failed_page(session, qtbot, make_run(place, "one", *steps(3, 6), checkpoint=True))
    assert "Resume goes on" in page.findChild(QLabel, "runMessage").text()
    assert shown(page, "findCheaper")
    press(page, qtbot, "resumeButton")
    qtbot.waitUntil(lambda: page.findChild(QLabel, "runState").text() == "Finished", timeout=20_000)
    assert not page.run_view.ways_out.isVisible()
