"""The form of a new run: every fault beside its setting, the summary that leads there, the line for a cluster; and what
is trained on, token by token."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.plan_checks import plan_faults
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.gui.train.problem_list import ProblemList
from qvl_desktop.gui.train.sources import open_source
from qvl_desktop.jobs.session import Session
from tests.gui.made_runs import press, shown


@pytest.fixture
def data(tmp_path: Path) -> Path:
    from PIL import Image

    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    rows = []
    for number in range(4):
        answer = "<ref>红 dot</ref><box>(1,2),(3,4)</box>" + " again" * (400 if number == 2 else 0)
        turns = [
            {"from": "user", "value": "Picture 1: <img>a.png</img>\nFind the dot."},
            {"from": "assistant", "value": answer},
        ]
        rows.append({"id": str(number), "conversations": turns})
    path = tmp_path / "data.json"
    path.write_text(json.dumps(rows))
    return path


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> TrainPage:
    session.settings.runs_folder = str(tmp_path / "runs")
    session.models.refresh()
    made = TrainPage(session)
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.show()
    qtbot.waitUntil(lambda: made.findChild(QComboBox, "modelBox").count() > 0)
    return made


def type_in(page: TrainPage, qtbot: QtBot, name: str, text: str) -> QLineEdit:
    editor = page.new_run.form.editor(name)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    return editor


def fault(page: TrainPage, name: str) -> str:
    label = page.findChild(QLabel, f"fault-{name}")
    return str(label.text()) if not label.isHidden() else ""


def test_every_fault_stands_beside_its_setting_as_it_is_typed(page: TrainPage, qtbot: QtBot) -> None:
    type_in(page, qtbot, "learning_rate", "5")
    type_in(page, qtbot, "batch_size", "2.5")
    type_in(page, qtbot, "seed", "-1")
    assert fault(page, "learning_rate") == "5.0 is not between 1e-08 and 0.1."
    assert fault(page, "batch_size") == "“2.5” is no whole number."
    assert fault(page, "seed") == "-1 is not between 0 and 2147483647."
    assert fault(page, "epochs") == ""
    problems = page.findChild(ProblemList, "problems")
    assert [one.field for one in problems.faults] == ["batch_size", "learning_rate", "seed"]
    press(page, qtbot, "startButton")
    assert {one.field for one in problems.faults} == {"batch_size", "data", "learning_rate", "seed"}, "all at once"
    assert page.new_run.choices.data_faults.text() == "Choose a project or a data file to learn from."


def test_a_line_of_the_summary_leads_to_its_setting(page: TrainPage, qtbot: QtBot, data: Path) -> None:
    page.new_run.add_file(str(data))
    seed = type_in(page, qtbot, "seed", "-1")
    rate = type_in(page, qtbot, "learning_rate", "5")
    assert not seed.isVisible(), "it is among the settings that are folded away"
    problems = page.findChild(ProblemList, "problems")
    place = next(place for place, one in enumerate(problems.faults) if one.field == "seed")
    qtbot.mouseClick(problems.findChild(QPushButton, f"problem-{place}"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: seed.hasFocus() and not seed.visibleRegion().isEmpty())
    qtbot.keyClicks(seed, "7")
    assert seed.text() == "7", "what was wrong is marked, to be typed over"
    place = next(place for place, one in enumerate(problems.faults) if one.field == "learning_rate")
    qtbot.mouseClick(problems.findChild(QPushButton, f"problem-{place}"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rate.hasFocus() and not rate.visibleRegion().isEmpty())
    qtbot.keyClicks(rate, "0.001")
    assert problems.isHidden()


def test_what_is_seldom_meant_is_said_before_the_start(page: TrainPage, qtbot: QtBot, data: Path) -> None:
    page.new_run.add_file(str(data))
    type_in(page, qtbot, "learning_rate", "0.09")
    warning = page.findChild(QLabel, "planWarning")
    assert warning.isVisible()
    assert "Learning rate: 0.09" in warning.text()
    type_in(page, qtbot, "learning_rate", "0.0001")
    assert not warning.isVisible()


def test_faults_between_settings_name_one_of_them() -> None:
    together = TrainingPlan(processes=2, packing=True, metric_for_best="loss", eval_samples=0, lora_targets=[])
    assert [one.field for one in plan_faults(together)] == ["data", "lora_targets", "distributed", "metric_for_best"]
    names = set(TrainingPlan.__dataclass_fields__)
    assert {one.field for one in plan_faults(TrainingPlan(seed=-1, method="x", distributed="zero3"))} <= names


def test_the_line_for_a_cluster_follows_the_form(page: TrainPage, qtbot: QtBot, data: Path, session: Session) -> None:
    page.new_run.add_file(str(data))
    assert not shown(page, "prepareButton")
    page.new_run.form.reveal("distributed")
    box = page.new_run.form.editor("distributed")
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("ddp"))
    type_in(page, qtbot, "processes", "8")
    line = page.new_run.findChild(QLineEdit, "launchLine")
    qtbot.waitUntil(line.isVisible)
    assert "--nproc-per-node 8 -m qvl_desktop train" in line.text()
    nodes = page.new_run.findChild(QSpinBox, "launchNodes")
    nodes.setValue(2)
    assert "--nnodes 2" in line.text()
    assert "--nproc-per-node 4" in line.text()
    press(page.new_run, qtbot, "copySlurm")
    assert "#SBATCH --nodes=2" in QApplication.clipboard().text()
    nodes.setValue(3)
    assert line.text() == ""
    assert not page.new_run.findChild(QPushButton, "copySlurm").isEnabled()
    nodes.setValue(1)
    press(page, qtbot, "prepareButton")
    (run,) = session.runs.summaries
    assert page.run_view.run == run.folder.path
    assert TrainingPlan.load(run.folder.plan).processes == 8
    assert str(run.folder.path) in page.run_view.findChild(QLineEdit, "launchLine").text()
    assert session.runs.thread_of(run.folder.path) is None, "nothing was started"


def test_what_is_trained_on(page: TrainPage, qtbot: QtBot, data: Path) -> None:
    page.new_run.add_file(str(data))
    type_in(page, qtbot, "max_length", "150")
    press(page, qtbot, "trainedTextButton")
    view = page.text
    assert view.isVisible()
    sums = view.findChild(QLabel, "textSums")
    qtbot.waitUntil(lambda: "3 samples" in sums.text(), timeout=60_000)
    about = view.findChild(QLabel, "textAbout")
    assert about.text().endswith(" learnt")
    shown_text = view.text.toPlainText()
    assert shown_text.startswith("<|im_start|>system")
    assert "<ref>红 dot</ref><box>(1,2),(3,4)</box><|im_end|>" in shown_text
    assert "64 picture token" in shown_text
    learnt, read = view.text.marked()
    assert learnt == "<ref>红 dot</ref><box>(1,2),(3,4)</box><|im_end|>"
    assert "Find the dot." in read
    view.text.setFocus()
    QTest.keyClick(view.text, Qt.Key.Key_Right)
    assert view.number == 2
    press(view, qtbot, "textLeftOut")
    assert view.number == 3
    assert "Left out" in about.text()
    assert "150" in about.text()
    number = view.findChild(QSpinBox, "textNumber")
    number.setValue(4)
    assert view.number == 4
    assert view.text.toPlainText() == shown_text, "the same words"
    rule = view.findChild(QComboBox, "textLabels")
    rule.setCurrentIndex(rule.findData("compatible"))
    qtbot.waitUntil(lambda: "3 samples" in sums.text(), timeout=60_000)
    assert view.text.marked()[0].startswith("<|im_start|>"), "turn markers too"
    press(view, qtbot, "takeLabels")
    assert page.new_run.form.values()[0]["labels"] == "compatible"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert page.new_run.isVisible()
    assert not view.reader.running


def test_what_cannot_be_read_is_said(page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    press(page, qtbot, "trainedTextButton")
    about = page.text.findChild(QLabel, "textAbout")
    assert "Choose data" in about.text()
    press(page, qtbot, "textBack")
    broken = tmp_path / "broken.json"
    broken.write_text("[{]")
    page.new_run.add_file(str(broken))
    press(page, qtbot, "trainedTextButton")
    qtbot.waitUntil(lambda: "broken.json" in about.text(), timeout=60_000)


def test_a_source_that_is_gone_is_said(session: Session, tmp_path: Path) -> None:
    assert not open_source(session, "cups.qvl: conversation 3", str(tmp_path / "cups.qvl"))
    assert not open_source(session, "data.json: record 3", str(tmp_path / "data.json"))
    assert not open_source(session, "?", "")
