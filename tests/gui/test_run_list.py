"""The list of runs: other names, stars, finding, sorting, the trash and the way back, many runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.events import Finished
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.core.run_folder import RunFolder, RunState
from qvl_desktop.core.run_notes import RunNotes
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.run_summary import KnownRuns, list_runs, read_summary, telling_events
from qvl_desktop.jobs.run_trash import TRASH, in_trash
from qvl_desktop.jobs.session import Session
from tests.gui.made_runs import make_run, shown, steps, validation

NAMES = ("apple", "birch", "cedar", "daisy", "elder", "fir", "gorse")


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path) -> TrainPage:
    place = tmp_path / "runs"
    for number, name in enumerate(NAMES):
        path = make_run(place, name, *steps(2), validation(2, 0.1 * ((number * 3) % 7)), Finished(2, "done", ""))
        os.utime(path / "plan.json", (1_000_000 + number, 1_000_000 + number))
    session.settings.runs_folder = str(place)
    session.look_at_runs()
    made = TrainPage(session)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitUntil(lambda: made.run_list.model().rowCount() == len(NAMES))
    return made


def listed(page: TrainPage) -> list[str]:
    model = page.run_list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def click_row(page: TrainPage, qtbot: QtBot, name: str) -> None:
    place = page.run_list.visualRect(page.run_list.model().index(listed(page).index(name), 0))
    qtbot.mouseClick(page.run_list.viewport(), Qt.MouseButton.LeftButton, pos=place.center())


def offers(session: Session) -> list[tuple[str, list[tuple[str, Callable[[], Any]]]]]:
    told: list[tuple[str, list[tuple[str, Callable[[], Any]]]]] = []
    session.offered.connect(lambda level, text, offered: told.append((text, list(offered))))
    return told


def test_f2_renames_in_the_list_and_the_folder_stays(page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    click_row(page, qtbot, "cedar")
    QTest.keyClick(page.run_list, Qt.Key.Key_F2)
    editor = page.run_list.findChild(QLineEdit, "runNameEditor")
    editor.selectAll()
    qtbot.keyClicks(editor, "rank 8, no dropout")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "rank 8, no dropout" in listed(page))
    run = tmp_path / "runs" / "cedar"
    assert RunNotes.load(run).title == "rank 8, no dropout"
    assert read_summary(run).name == "rank 8, no dropout"
    name = page.run_view.findChild(QLineEdit, "runName")
    assert name.text() == "rank 8, no dropout"
    name.selectAll()
    qtbot.keyClicks(name, "cedar")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert RunNotes.load(run).title == "", "its folder's name again"
    name.selectAll()
    qtbot.keyClicks(name, "never mind")
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert name.text() == "cedar"
    assert "cedar" in listed(page)


def test_runs_are_found_sorted_and_starred_ones_come_first(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    assert listed(page) == list(reversed(NAMES)), "newest first"
    order = page.findChild(QComboBox, "runOrder")
    order.setCurrentIndex(order.findData("name"))
    assert listed(page) == list(NAMES)
    order.setCurrentIndex(order.findData("best"))
    assert listed(page)[0] == "cedar", "0.6"
    session.runs.annotate(page._runs.summaries[0].folder.path, note="the long one")
    page.run_list.starToggled.emit(next(run.folder.path for run in session.runs.summaries if run.name == "fir"))
    assert listed(page)[0] == "fir"
    search = page.findChild(QLineEdit, "runSearch")
    qtbot.keyClicks(search, "CEDA")
    assert listed(page) == ["cedar"]
    search.clear()
    qtbot.keyClicks(search, "long one")
    assert listed(page) == ["gorse"], "by its note"
    search.clear()
    qtbot.keyClicks(search, "nothing like it")
    assert listed(page) == []
    page.panel.choose(session.runs.place / "birch" if session.runs.place else None)
    assert page.run_list.chosen is not None
    assert page.run_list.chosen.name == "birch", "a run that is to be shown is shown, whatever was looked for"


def test_deleted_runs_go_to_the_trash_and_come_back(
    page: TrainPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    place, told = tmp_path / "runs", offers(session)
    click_row(page, qtbot, "daisy")
    QTest.keyClick(page.run_list, Qt.Key.Key_Delete)
    assert "daisy" not in listed(page)
    assert not (place / "daisy").exists()
    assert page.new_run.isVisible()
    assert [run.name for run in in_trash(place)] == ["daisy"]
    text, ((words, undo),) = told[-1]
    assert "daisy" in text
    assert words == "Undo"
    undo()
    assert "daisy" in listed(page)
    assert page.run_view.run == place / "daisy"
    assert read_summary(place / "daisy").step == 2
    qtbot.mouseClick(page.run_view.findChild(QPushButton, "deleteButton"), Qt.MouseButton.LeftButton)
    trash = page.findChild(QPushButton, "runTrash")
    qtbot.waitUntil(trash.isVisible)
    menu = page.panel.trash_menu()
    assert "daisy" in menu.actions()[0].text()
    menu.actions()[-1].menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: not list((place / TRASH).iterdir()))
    qtbot.waitUntil(lambda: not trash.isVisible())
    assert len(listed(page)) == len(NAMES) - 1


def test_a_run_that_is_back_takes_no_ones_place(
    page: TrainPage, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    place = tmp_path / "runs"
    session.runs.throw_away(place / "fir")
    make_run(place, "fir", *steps(1))
    (trashed,) = in_trash(place)
    assert session.runs.bring_back(trashed) == place / "fir-2"
    assert read_summary(place / "fir").step == 1
    assert read_summary(place / "fir-2").step == 2


def test_a_run_at_work_is_not_deleted(page: TrainPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "elder"
    lock = FileLock(RunFolder(run).lock)
    lock.acquire()
    problems: list[str] = []
    session.notice.connect(lambda level, text: problems.append(text))
    try:
        click_row(page, qtbot, "elder")
        QTest.keyClick(page.run_list, Qt.Key.Key_Delete)
    finally:
        lock.release()
    assert "at work" in problems[0]
    assert run.is_dir()


def test_runs_from_elsewhere_appear_when_the_page_is_shown(page: TrainPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.hide()
    make_run(tmp_path / "runs", "from a server", *steps(1))
    page.show()
    qtbot.waitUntil(lambda: "from a server" in listed(page))


def test_what_is_passed_over_changes_no_summary(tmp_path: Path) -> None:
    path = make_run(tmp_path, "one", *steps(200), validation(200, 0.5), *steps(3, 203, first=201)[1:])
    run = RunFolder(path)
    told = list(telling_events(run))
    assert len(told) == 4, "the start, one step, the validation, one step"
    summary = read_summary(path)
    assert (summary.step, summary.total, summary.acc50) == (203, 203, 0.5)
    assert summary.loss == pytest.approx(1 / 203)


def test_known_runs_are_read_again_only_when_they_changed(tmp_path: Path) -> None:
    path = make_run(tmp_path, "one", *steps(2), Finished(2, "done", ""))
    known: KnownRuns = {}
    first = list_runs(tmp_path, known)
    assert list_runs(tmp_path, known)[0] is first[0]
    time.sleep(0.01)
    RunNotes(text="seen").save(path)
    assert list_runs(tmp_path, known)[0].note == "seen"
    with RunFolder(path).events.open("ab") as file:
        file.write(b'{"event": "failed", "v": 1, "kind": "X", "message": "broke", "traceback": ""}\n')
    assert list_runs(tmp_path, known)[0].state is RunState.FAILED


def test_compare_stays_while_a_search_hides_a_run(page: TrainPage, qtbot: QtBot) -> None:
    page.run_list.toggle(page.run_list.model().index(0, 0))
    assert shown(page, "compareButton")
    qtbot.keyClicks(page.findChild(QLineEdit, "runSearch"), "birch")
    assert shown(page, "compareButton")
    assert [path.name for path in page.run_list.checked] == ["gorse"]
