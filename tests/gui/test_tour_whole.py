"""The second half of the tour with a real run of the shipped model and a real answer: trained, watched, asked, put
right, kept, trained again, exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.conversations.picture_picker import PicturePicker
from qvl_desktop.gui.data.export_dialog import ExportDialog
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.jobs.session import Session
from tests.gui.made_runs import press
from tests.gui.pictures import drag
from tests.gui.touring import at, begin, click, covers, forward, go_there, the
from tests.jobs.conftest import kill_holder

LONG = 240_000
FEW = {"epochs": "1", "batch_size": "16", "eval_steps": "0", "eval_samples": "0", "save_steps": "50", "lora_rank": "4"}


@pytest.fixture
def toured(window: MainWindow, session: Session, qtbot: QtBot) -> Iterator[MainWindow]:
    begin(window, qtbot)
    yield window
    session.runs.detach_all()
    for run in session.runs_folder.glob("*"):
        kill_holder(RunFolder(run))


def done(window: MainWindow) -> bool:
    said = window.tour.card.said
    return said is not None and said.done


def start_short_run(page: TrainPage, qtbot: QtBot) -> None:
    """Type settings for a few steps and press the button that the tour points at."""
    qtbot.waitUntil(lambda: page.new_run.choices.model == "demo", timeout=10_000)
    for name, text in FEW.items():
        line = page.new_run.form.editor(name)
        assert isinstance(line, QLineEdit)
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)
    assert page.new_run.problems() == []
    press(page, qtbot, "startButton")


def pick(page: ChatPage, qtbot: QtBot, name: str) -> None:
    """Choose a picture of the project in the dialog of the composer."""
    page.composer.project_action.trigger()
    picker = the(PicturePicker, page)
    qtbot.waitUntil(lambda: bool(picker.model.ids), timeout=15_000)
    QTest.keyClicks(picker.search, name)
    qtbot.waitUntil(lambda: len(picker.model.ids) == 1, timeout=15_000)
    rect = picker.view.visualRect(picker.model.index(0, 0))
    QTest.mouseClick(picker.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    click(picker.ok)


@pytest.mark.slow
def test_trained_asked_and_put_right(toured: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    window = toured
    project = session.project
    assert project is not None
    forward(window, qtbot, "train")
    train = the(TrainPage, window)
    start_short_run(train, qtbot)
    qtbot.waitUntil(at(window, "watch"), timeout=20_000)
    window.tour.look()
    assert covers(window) == ""
    qtbot.waitUntil(lambda: train.run_view.curves.drawn_steps >= 1, timeout=LONG)
    qtbot.waitUntil(lambda: done(window), timeout=LONG)
    assert window.tour.step.name == "watch"
    click(window.tour.card.next_button)

    assert window.tour.step.name == "ask"
    window.tour.look()
    chat_button = train.run_view.findChild(QPushButton, "chatButton")
    assert isinstance(chat_button, QPushButton)
    over = window.tour.marker.parentWidget()
    assert over is not None
    assert "just learnt" in (window.tour.card.said.hint if window.tour.card.said else "")
    assert window.tour.marker.target.contains(chat_button.mapTo(over, QPoint(9, 9)))
    click(chat_button)
    chat = the(ChatPage, window)
    window.tour.look()
    assert "picture" in (window.tour.card.said.hint if window.tour.card.said else "")
    pick(chat, qtbot, "known-03")
    QTest.keyClicks(chat.composer.field, "Find the white triangle.")
    QTest.keyClick(chat.composer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(at(window, "correct"), timeout=LONG)
    view = chat.panel.view
    qtbot.waitUntil(lambda: bool(view.boxes) and not view.waiting, timeout=20_000)
    window.tour.look()
    assert covers(window) == ""

    bounds = view.boxes[0].rect
    middle = ((bounds.x1 + bounds.x2) / 2, (bounds.y1 + bounds.y2) / 2)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(*middle))
    drag(view, middle, (middle[0] + 25, middle[1] + 15))
    qtbot.waitUntil(at(window, "keep"), timeout=10_000)
    window.tour.look()
    answer = chat.transcript.answer(chat.pictures.shown)
    assert answer is not None
    assert window.tour.marker.target.isValid()
    count = project.conversation_count()
    click(answer.add_button)
    assert project.conversation_count() == count + 1
    qtbot.waitUntil(at(window, "again"), timeout=10_000)

    go_there(window, qtbot)
    press(train, qtbot, "againButton")
    start_short_run(train, qtbot)
    qtbot.waitUntil(at(window, "export"), timeout=20_000)

    window.window_actions["export_data"].trigger()
    dialog = window.findChild(QDialog, "exportDialog")
    assert isinstance(dialog, ExportDialog)
    qtbot.waitUntil(lambda: window.tour.card.parentWidget() is dialog, timeout=15_000)
    dialog.place.setText(str(tmp_path / "out.json"))
    qtbot.waitUntil(dialog.button.isEnabled, timeout=10_000)
    assert covers(window) == ""
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.is_done, timeout=20_000)
    qtbot.waitUntil(lambda: done(window), timeout=15_000)
    click(dialog.button)
    qtbot.waitUntil(lambda: window.tour.card.parentWidget() is not dialog, timeout=15_000)
    assert (tmp_path / "out.json").is_file()
    click(window.tour.card.next_button)
    assert window.tour.step.name == "end"
    click(window.tour.card.next_button)
    assert not window.tour.active
