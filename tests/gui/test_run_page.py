"""One run's page: the best checkpoint, validations by step, samples, log, export, pausing with the card freed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QMenu, QPlainTextEdit, QPushButton, QSlider, QTableWidget, QToolButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Finished, Notice
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import Command, EventWriter, RunFolder, RunState
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.run_summary import read_summary
from qvl_desktop.jobs.session import Session
from tests.gui.made_runs import make_run, press, sample, shown, steps, validation
from tests.jobs.conftest import fake_command, kill_holder

PLAN = TrainingPlan(data="data.json", metric_for_best="acc50")


@pytest.fixture
def place(session: Session, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "runs"
    folder.mkdir()
    session.settings.runs_folder = str(folder)
    yield folder
    session.runs.detach_all()
    for run in folder.glob("*"):
        kill_holder(RunFolder(run))


def open_page(session: Session, qtbot: QtBot, run: Path) -> TrainPage:
    session.look_at_runs()
    page = TrainPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitUntil(lambda: session.runs.summary(run) is not None)
    page.panel.choose(run)
    return page


def text(page: TrainPage, name: str) -> str:
    return str(page.run_view.findChild(QLabel, name).text())


def validated(place: Path) -> Path:
    run = place / "one"
    (run / "samples").mkdir(parents=True)
    told = [
        *steps(30),
        validation(0, 0.9, apple=0.9),
        sample(run, 0),
        validation(10, 0.4, apple=0.2, pear=0.6),
        sample(run, 10),
        sample(run, 10, 2),
        validation(20, 0.8, apple=1.0, pear=0.6),
        sample(run, 20),
        validation(30, 0.8, apple=0.9, pear=0.7),
        Finished(30, "done", "adapter"),
    ]
    return make_run(place, "one", *told, plan=PLAN, checkpoint=True, adapter=True)


def test_the_best_checkpoint_is_shown_as_such(session: Session, qtbot: QtBot, place: Path) -> None:
    page = open_page(session, qtbot, validated(place))
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps == 30)
    assert page.run_view.curves.plots["accuracy"].marked == (20, 0.8), (
        "the first of equals, not the one before training"
    )
    assert text(page, "figure-best") == "80 %"
    captions = [label.text() for label in page.run_view.findChildren(QLabel)]
    assert "best Acc@0.5, kept: step 20" in captions
    summary = session.runs.summary(place / "one")
    assert summary is not None
    assert summary.acc50 == 0.8


def test_validations_by_step(session: Session, qtbot: QtBot, place: Path) -> None:
    page = open_page(session, qtbot, validated(place))
    view = page.run_view.validations
    qtbot.waitUntil(view.isVisible)
    assert view.step == 30, "the newest"
    table = view.findChild(QTableWidget, "stepRefs")
    assert [table.item(row, 0).text() for row in range(2)] == ["pear", "apple"], "worst first"
    assert [table.item(0, column).text() for column in (1, 2, 3)] == ["3", "70 %", "70 %"]
    slider = view.findChild(QSlider, "stepSlider")
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert view.step == 10
    assert "Acc@0.5 40 %" in text(page, "stepFigures")
    assert "2 of 8 answers unreadable" in text(page, "stepFigures")
    card = view.findChild(QToolButton, "sample-1")
    qtbot.waitUntil(lambda: not card.icon().isNull())
    page._scroll.ensureWidgetVisible(card)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    large = view.findChild(QLabel, "largeSample")
    qtbot.waitUntil(lambda: large.isVisible() and not large.pixmap().isNull())
    qtbot.mouseClick(view.findChild(QToolButton, "stepBefore"), Qt.MouseButton.LeftButton)
    assert view.step == 0
    assert not view.findChild(QToolButton, "stepBefore").isEnabled()


def test_a_newer_validation_does_not_turn_the_page(session: Session, qtbot: QtBot, place: Path) -> None:
    run = make_run(place, "one", *steps(10), validation(5, 0.5), validation(10, 0.6), plan=PLAN)
    page = open_page(session, qtbot, run)
    view, history = page.run_view.validations, session.runs
    qtbot.waitUntil(lambda: view.step == 10)
    qtbot.mouseClick(view.findChild(QToolButton, "stepBefore"), Qt.MouseButton.LeftButton)
    told = history.history(run)
    assert told is not None
    told.add([validation(15, 0.7)])
    view.show_history(run, told)
    assert view.step == 5, "the user looks at another one"
    view.findChild(QSlider, "stepSlider").setValue(2)
    told.add([validation(20, 0.8)])
    view.show_history(run, told)
    assert view.step == 20, "at the end it follows"


def test_the_log_of_a_healthy_run(session: Session, qtbot: QtBot, place: Path) -> None:
    page = open_page(session, qtbot, validated(place))
    log = page.run_view.log.findChild(QPlainTextEdit, "logText")
    assert not log.isVisible()
    qtbot.waitUntil(lambda: session.runs.log(place / "one") != [])
    press(page, qtbot, "logButton")
    qtbot.waitUntil(lambda: "the last line" in log.toPlainText())
    assert shown(page, "openLogButton")


def test_what_the_run_said_is_read(session: Session, qtbot: QtBot, place: Path) -> None:
    said = [Notice("left out: sample 1"), Notice("left out: sample 1"), Notice("two"), Notice("The loss climbs.")]
    page = open_page(session, qtbot, make_run(place, "one", *steps(3), *said))
    notices = page.run_view.findChild(QLabel, "runNotices")
    qtbot.waitUntil(notices.isVisible)
    assert notices.text() == "The loss climbs.\ntwo", "the newest first"
    press(page, qtbot, "moreNotices")
    assert notices.text().endswith("left out: sample 1  ×2")


def test_curves_are_saved(session: Session, qtbot: QtBot, place: Path, tmp_path: Path) -> None:
    page = open_page(session, qtbot, validated(place))
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps == 30)
    page.run_view.files.save_csv(tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = {line["step"]: line for line in csv.DictReader(file)}
    assert lines["10"]["unreadable"] == "0.25"
    assert lines["10"]["mean_iou"] == str(0.4 * 0.9)
    page.run_view.files.save_png(tmp_path / "curves.png")
    assert QImage(str(tmp_path / "curves.png")).height() > 400
    with qtbot.waitSignal(session.notice) as told:
        page.run_view.files.save_csv(tmp_path / "nowhere" / "curves.csv")
    assert "cannot be written" in told.args[1]


def test_values_under_the_pointer(session: Session, qtbot: QtBot, place: Path) -> None:
    page = open_page(session, qtbot, validated(place))
    curves = page.run_view.curves
    qtbot.waitUntil(lambda: curves.drawn_steps == 30)
    curves.show_values(20.0)
    assert curves.plots["accuracy"]._value.text() == "step 20  0.8  0.72"
    assert curves.plots["loss"]._value.text() == "step 20  0.05  0.5"
    curves.show_values(None)
    assert curves.plots["loss"]._value.text() == ""


def test_a_pause_that_frees_the_card(session: Session, qtbot: QtBot, place: Path) -> None:
    session.runs.command = fake_command("slow")
    run = session.runs.begin(replace(PLAN, data="data.json"), place, "two")
    page = open_page(session, qtbot, run)
    qtbot.waitUntil(lambda: page.run_view.curves.drawn_steps > 3, timeout=20_000)
    press(page, qtbot, "pauseButton")
    button = page.findChild(QPushButton, "pauseButton")
    assert button.text() == "Pausing…"
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: text(page, "runState") == "Paused")
    assert page.findChild(QPushButton, "freeButton").text() == "Free the card"
    press(page, qtbot, "goOnButton")
    qtbot.waitUntil(lambda: text(page, "runState") == "Training")
    press(page, qtbot, "freeButton")
    assert "freeing the card" in page.findChild(QPushButton, "freeButton").text()
    assert not page.findChild(QPushButton, "stopButton").hasFocus(), "a second Enter must not stop it"
    qtbot.waitUntil(lambda: text(page, "runState") == "Paused, card freed", timeout=20_000)
    qtbot.waitUntil(lambda: session.runs.thread_of(run) is None)
    assert text(page, "runState") == "Paused, card freed"
    assert read_summary(run).state is RunState.FREED
    assert "card is free" in text(page, "runMessage")
    assert not shown(page, "pauseButton")
    assert not shown(page, "stopButton")
    assert not shown(page, "resumeButton"), "one way on is enough"
    press(page, qtbot, "goOnButton")
    qtbot.waitUntil(lambda: text(page, "runState") == "Training" and shown(page, "pauseButton"), timeout=20_000)
    assert session.runs.thread_of(run) is not None
    RunFolder(run).ask(Command.STOP)
    qtbot.waitUntil(lambda: session.runs.thread_of(run) is None, timeout=20_000)


def test_what_was_asked_before_the_window_opened_is_shown(session: Session, qtbot: QtBot, place: Path) -> None:
    session.runs.command = fake_command("deaf")
    run = session.runs.begin(PLAN, place, "two")
    thread = session.runs.thread_of(run)
    assert thread is not None
    qtbot.waitUntil(lambda: thread.process_id is not None and RunFolder(run).events.exists(), timeout=20_000)
    qtbot.waitUntil(lambda: (session.runs.summary(run) or read_summary(run)).step > 0, timeout=20_000)
    RunFolder(run).ask(Command.STOP)
    page = open_page(session, qtbot, run)
    assert page.findChild(QPushButton, "stopButton").text() == "Stopping…"


def test_a_run_made_for_elsewhere_can_be_started_here(session: Session, qtbot: QtBot, place: Path) -> None:
    session.runs.command = fake_command("succeed")
    run = session.runs.prepare(replace(PLAN, distributed="ddp", processes=4), place, "four")
    page = open_page(session, qtbot, run)
    assert text(page, "runState") == "Not started"
    assert shown(page.run_view, "copySlurm")
    assert page.findChild(QPushButton, "resumeButton").text() == "Start"
    press(page, qtbot, "resumeButton")
    qtbot.waitUntil(lambda: text(page, "runState") == "Finished", timeout=20_000)


def test_train_again_fills_the_form_in(session: Session, qtbot: QtBot, place: Path, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")
    plan = replace(PLAN, model="gone", data=str(tmp_path / "other.json"), lora_rank=12, learning_rate=0.002)
    page = open_page(session, qtbot, make_run(place, "one", *steps(2), Finished(2, "done", ""), plan=plan))
    qtbot.waitUntil(lambda: bool(session.models.models()))
    press(page, qtbot, "againButton")
    assert page.new_run.isVisible()
    values, faults = page.new_run.form.values()
    assert (values["lora_rank"], values["learning_rate"], values["metric_for_best"]) == (12, 0.002, "acc50")
    assert not faults
    assert page.new_run.choices.data == str(tmp_path / "other.json")
    assert "gone is not here" in page.new_run.findChild(QLabel, "takenNote").text()


def test_pre_annotating_is_asked_for(session: Session, qtbot: QtBot, place: Path) -> None:
    page = open_page(session, qtbot, validated(place))
    with qtbot.waitSignal(session.preannotateRequested) as asked:
        press(page, qtbot, "preannotateButton")
    assert asked.args[0] == place / "one"


def test_events_of_an_unfinished_line_are_no_harm(place: Path) -> None:
    run = make_run(place, "one", *steps(2))
    with RunFolder(run).events.open("ab") as file:
        file.write(b'{"event": "step", "v": 1, "st')
    assert read_summary(run).step == 2
    writer = EventWriter(RunFolder(run))
    writer.write(validation(2, 0.5))
    writer.close()
    assert read_summary(run).acc50 == 0.5


def test_work_on_a_result_can_be_given_up_and_failures_are_said(
    session: Session, qtbot: QtBot, place: Path, tmp_path: Path
) -> None:
    page = open_page(session, qtbot, validated(place))
    target = tmp_path / "merged"
    half = tmp_path / ".merged.partial"
    half.mkdir()
    page.actions_of_runs.merge_into(place / "one", target)
    words = page.run_view.findChild(QLabel, "workWords")
    assert "Merging into" in words.text()
    assert not page.findChild(QPushButton, "evaluateButton").isEnabled()
    press(page, qtbot, "workCancel")
    assert words.text() == "Ending…"
    qtbot.waitUntil(lambda: not words.isVisible(), timeout=20_000)
    qtbot.waitUntil(lambda: not half.exists())
    assert not target.exists()
    assert page.findChild(QPushButton, "evaluateButton").isEnabled()
    page.run_view.findChild(QMenu, "evaluateMenu").actions()[0].trigger()
    qtbot.waitUntil(lambda: shown(page, "workClose"), timeout=60_000)
    assert "failed: " in words.text()
    assert "data.json" in words.text()
    press(page, qtbot, "workClose")
    assert not words.isVisible()


def test_a_run_that_tuned_every_weight_offers_its_model(session: Session, qtbot: QtBot, place: Path) -> None:
    run = make_run(place, "one", *steps(2), Finished(2, "done", "model"), plan=replace(PLAN, method="full"))
    (run / "model").mkdir()
    (run / "model" / "config.json").write_text("{}")
    page = open_page(session, qtbot, run)
    assert shown(page, "chatButton")
    assert shown(page, "evaluateButton")
    assert not shown(page, "mergeButton"), "there is nothing to merge"
    with qtbot.waitSignal(session.notice) as told:
        press(page, qtbot, "chatButton")
    assert str(run / "model") in told.args[1], "a folder that is no model is said to be none"
