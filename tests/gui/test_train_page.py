"""The Train page with runs of fake workers: start, watch, pause, stop, resume, chat."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Started
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, EventReader, RunFolder, RunState
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.gui.train.problem_list import ProblemList
from qvl_desktop.jobs.session import Session
from tests.jobs.conftest import fake_command, kill_holder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small data file with a picture."""
    from PIL import Image

    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    turns = [
        {"from": "user", "value": "Picture 1: <img>a.png</img>\nFind the dot."},
        {"from": "assistant", "value": "<ref>dot</ref><box>(1,2),(3,4)</box>"},
    ]
    path = tmp_path / "data.json"
    path.write_text(json.dumps([{"id": str(n), "conversations": turns} for n in range(3)]))
    return path


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> Iterator[TrainPage]:
    session.settings.runs_folder = str(tmp_path / "runs")
    session.runs.command = fake_command("slow")
    session.look_at_runs()
    made = TrainPage(session)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitUntil(lambda: made.findChild(QComboBox, "modelBox").count() > 0)
    yield made
    session.runs.detach_all()
    for run in (tmp_path / "runs").glob("*"):
        kill_holder(RunFolder(run))


def press(page: TrainPage, qtbot: QtBot, name: str) -> None:
    button = page.findChild(QPushButton, name)
    assert isinstance(button, QPushButton)
    assert button.isVisible(), name
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def shown(page: TrainPage, name: str) -> bool:
    return bool(page.findChild(QPushButton, name).isVisible())


def begin(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> Path:
    page.new_run.add_file(str(data))
    press(page, qtbot, "startButton")
    path = page.run_view.run
    assert path is not None
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps > 3, timeout=20_000)
    return path


def state(session: Session, path: Path) -> RunState:
    summary = session.runs.summary(path)
    assert summary is not None
    return summary.state


def starts(path: Path) -> list[int]:
    """From which step each life of a run began."""
    return [event.step for event in EventReader(RunFolder(path)).read() if isinstance(event, Started)]


def test_what_is_in_the_data_is_told(page: TrainPage, qtbot: QtBot, data: Path) -> None:
    page.new_run.add_file(str(data))
    labels = page.new_run.findChildren(QLabel)
    qtbot.waitUntil(lambda: any("3 conversation" in label.text() for label in labels))


def test_all_faults_are_told_at_once_and_nothing_starts(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    rate, epochs = page.new_run.form.editor("learning_rate"), page.new_run.form.editor("epochs")
    assert isinstance(rate, QLineEdit)
    assert isinstance(epochs, QLineEdit)
    rate.selectAll()
    qtbot.keyClicks(rate, "5")
    epochs.selectAll()
    qtbot.keyClicks(epochs, "many")
    press(page, qtbot, "startButton")
    text = "\n".join(fault.text for fault in page.findChild(ProblemList, "problems").faults)
    assert "Learning rate: 5.0 is not between" in text
    assert "“many” is no number" in text
    assert "Data:" in text
    assert session.runs.summaries == []
    assert rate.property("wrong") is True


def test_a_run_from_start_to_stop(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> None:
    path = begin(page, session, qtbot, data)
    plan = TrainingPlan.load(RunFolder(path).plan)
    assert (plan.model, plan.data) == ("demo", str(data))
    press(page, qtbot, "sampleButton")
    assert RunFolder(path).asked() is Command.SAMPLE
    press(page, qtbot, "pauseButton")
    qtbot.waitUntil(lambda: state(session, path) is RunState.PAUSED)
    assert shown(page, "goOnButton")
    assert not shown(page, "pauseButton")
    press(page, qtbot, "goOnButton")
    qtbot.waitUntil(lambda: state(session, path) is RunState.RUNNING)
    press(page, qtbot, "stopButton")
    qtbot.waitUntil(lambda: state(session, path) is RunState.STOPPED, timeout=20_000)
    assert not shown(page, "stopButton")
    assert shown(page, "resumeButton")
    lives = session.runs.history(path)
    press(page, qtbot, "resumeButton")
    qtbot.waitUntil(lambda: session.runs.history(path) is not lives)
    qtbot.waitUntil(lambda: starts(path) == [0, 3], timeout=20_000)
    qtbot.waitUntil(lambda: state(session, path) is RunState.RUNNING and page.run_view.curves.drawn_steps > 5)


def test_a_killed_run_is_shown_as_what_it_was(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> None:
    path = begin(page, session, qtbot, data)
    thread = session.runs.thread_of(path)
    assert thread is not None
    os.kill(thread.process_id or 0, signal.SIGKILL)
    qtbot.waitUntil(lambda: state(session, path) is RunState.INTERRUPTED, timeout=20_000)
    assert page.findChild(QLabel, "runState").text() == "Interrupted"
    assert "SIGKILL" in page.findChild(QLabel, "runMessage").text()
    assert shown(page, "resumeButton")
    assert not shown(page, "pauseButton")
    assert page.run_view.findChild(QPushButton, "copyLaunch").isVisible(), "it may go on elsewhere"


def test_a_living_run_is_attached_to_by_the_next_window(
    page: TrainPage, session: Session, qtbot: QtBot, data: Path
) -> None:
    path = begin(page, session, qtbot, data)
    process = session.runs.thread_of(path)
    assert process is not None
    pid = process.process_id
    session.runs.detach_all()
    session.runs.look_in(None)
    session.look_at_runs()
    qtbot.waitUntil(lambda: session.runs.thread_of(path) is not None)
    again = TrainPage(session)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: again.run_view.curves.drawn_steps > 5, timeout=20_000)
    follower = session.runs.thread_of(path)
    assert follower is not None
    assert follower.process_id == pid
    assert again.run_view.run == path


def test_a_finished_run_offers_chat(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> None:
    session.runs.command = fake_command("succeed")
    page.new_run.add_file(str(data))
    press(page, qtbot, "startButton")
    path = page.run_view.run
    assert path is not None
    folder = RunFolder(path)
    folder.adapter.mkdir(exist_ok=True)
    (folder.adapter / "adapter_config.json").write_text("{}")
    qtbot.waitUntil(lambda: state(session, path) is RunState.FINISHED, timeout=20_000)
    asked: list[tuple[str, str]] = []
    session.chatRequested.connect(lambda model, adapter: asked.append((model, adapter)))
    assert not page.run_view.findChild(QPushButton, "copyLaunch").isVisible()
    press(page, qtbot, "chatButton")
    assert asked == [("demo", str(folder.adapter))]
    qtbot.waitUntil(lambda: page.findChild(QLabel, "figure-best").text() == "75 %")


def test_a_model_can_be_chosen_from_elsewhere(page: TrainPage, session: Session, qtbot: QtBot, data: Path) -> None:
    begin(page, session, qtbot, data)
    session.train_with("demo")
    assert page.new_run.isVisible()
    assert page.findChild(QComboBox, "modelBox").currentData() == "demo"
