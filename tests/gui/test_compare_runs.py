"""Runs side by side: chosen by their boxes, laid over each other, saved; stars and notes that stay."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Evaluated, Started, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventWriter, RunFolder
from qvl_desktop.core.run_notes import RunNotes
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.gui.train.run_list import check_rect
from qvl_desktop.jobs.curve_data import smooth, value_at
from qvl_desktop.jobs.run_summary import read_summary
from qvl_desktop.jobs.session import Session


def make_run(place: Path, name: str, losses: list[float]) -> Path:
    run = RunFolder(place / name)
    run.create()
    TrainingPlan(data="data.json").save(run.plan)
    writer = EventWriter(run)
    writer.write(Started(1, len(losses), 0, 1, "cpu", "fp32", 5, 100))
    for number, loss in enumerate(losses, start=1):
        writer.write(Step(number, len(losses), 0.1, loss, 1e-4, 2.0, seconds=0.5, tokens=200, memory=1000))
    writer.write(Evaluated(len(losses), {"acc50": 0.5, "loss": 0.7, "mean_iou": 0.4}))
    writer.close()
    return run.path


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> TrainPage:
    place = tmp_path / "runs"
    make_run(place, "first", [3.0, 2.0, 1.0])
    make_run(place, "second", [4.0, 4.0])
    session.settings.runs_folder = str(place)
    session.look_at_runs()
    made = TrainPage(session)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitUntil(lambda: made.run_list.model().rowCount() == 2)
    return made


def check(page: TrainPage, qtbot: QtBot, row: int) -> None:
    index = page.run_list.model().index(row, 0)
    box = check_rect(page.run_list.visualRect(index))
    qtbot.mouseClick(page.run_list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def test_checked_runs_are_laid_over_each_other_and_saved(page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    check(page, qtbot, 0)
    check(page, qtbot, 1)
    button = page.findChild(QPushButton, "compareButton")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.compare.drawn) == 2)
    smoothing = page.findChild(QComboBox, "smoothingBox")
    smoothing.setCurrentIndex(0)
    assert list(page.compare.drawn["first"][1]) == [3.0, 2.0, 1.0]
    page.compare.show_values(2.4)
    assert page.compare._values["first"].text() == "2"
    what = page.findChild(QComboBox, "curveBox")
    what.setCurrentIndex(what.findData("acc50"))
    assert list(page.compare.drawn["second"][1]) == [0.5]
    page.compare.save_csv(tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["loss"] for line in lines if line["run"] == "first"] == ["3.0", "2.0", "1.0"]
    assert lines[-1]["acc50"] == "0.5"
    page.compare.save_png(tmp_path / "curves.png")
    assert QImage(str(tmp_path / "curves.png")).width() > 300
    check(page, qtbot, 0)
    check(page, qtbot, 1)
    assert not button.isVisible()


def test_a_file_that_cannot_be_written_is_told(page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(page.compare.failed) as told:
        page.compare.save_csv(tmp_path / "nowhere" / "curves.csv")
    assert "cannot be written" in str(told.args[0])


def test_star_and_note_stay_with_the_run(page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "first"
    page.run_list.choose(run)
    qtbot.mouseClick(page.findChild(QToolButton, "starButton"), Qt.MouseButton.LeftButton)
    note = page.findChild(QLineEdit, "noteField")
    qtbot.keyClicks(note, "rank 8 was enough")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert RunNotes.load(run) == RunNotes(star=True, text="rank 8 was enough")
    assert read_summary(run).star
    page.run_list.choose(tmp_path / "runs" / "second")
    assert note.text() == ""
    assert page.findChild(QToolButton, "starButton").text() == "☆"


def test_smoothing_and_values() -> None:
    assert smooth([2.0, 2.0, float("nan")], 0.9) == pytest.approx([2.0, 2.0, 2.0])
    assert value_at([1, 5, 9], [1.0, 2.0, 3.0], 6) == 2.0
    assert value_at([1, 5, 9], [1.0, 2.0, 3.0], 0) is None
