"""The form of a new run: what the run needs, changes that make it fit, presets, an official command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.train.new_run import NewRun
from qvl_desktop.jobs.machine import Machine, look_at_machine
from qvl_desktop.jobs.session import Session

CARD = Machine("Card", 24 << 30, 24 << 30, True, 2)


@pytest.fixture
def form(session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewRun:
    from PIL import Image

    monkeypatch.setattr("qvl_desktop.gui.train.forecast_desk.look_at_machine", lambda: CARD)
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    turns = [
        {"from": "user", "value": "Picture 1: <img>a.png</img>\nFind the dot."},
        {"from": "assistant", "value": "<ref>dot</ref><box>(1,2),(3,4)</box>"},
    ]
    data = tmp_path / "data.json"
    data.write_text(json.dumps([{"id": str(n), "conversations": turns} for n in range(3)]))
    session.models.refresh()
    made = NewRun(session)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitUntil(lambda: made.findChild(QComboBox, "modelBox").count() > 0)
    made.add_file(str(data))
    qtbot.waitUntil(lambda: "Needs about" in head(made), timeout=10_000)
    return made


def head(form: NewRun) -> str:
    return str(form.findChild(QLabel, "forecastHead").text())


def type_in(form: NewRun, qtbot: QtBot, name: str, text: str) -> None:
    editor = form.form.editor(name)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def choose_full(form: NewRun) -> None:
    box = form.form.editor("method")
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("full"))


def test_the_forecast_follows_the_form_at_once(form: NewRun, qtbot: QtBot) -> None:
    before = head(form)
    choose_full(form)
    assert head(form) != before
    type_in(form, qtbot, "batch_size", "x")
    assert "Correct the marked settings" in head(form)
    type_in(form, qtbot, "max_length", "16")
    type_in(form, qtbot, "batch_size", "1")
    assert "3 sample" in form.findChild(QLabel, "forecastRest").text()


def test_one_click_makes_it_fit(form: NewRun, qtbot: QtBot) -> None:
    choose_full(form)
    form.forecast._machine = Machine("Card", 1 << 30, 660 << 20, True, 2)
    form._look()
    assert "are free" in head(form)
    button = form.findChild(QPushButton, "change-0")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "of your" in head(form)


def test_an_official_command_line_fills_the_form_in(form: NewRun, qtbot: QtBot) -> None:
    qtbot.mouseClick(form.findChild(QPushButton, "pasteOfficial"), Qt.MouseButton.LeftButton)
    text = form.findChild(QPlainTextEdit, "officialText")
    text.setPlainText("python finetune.py --model_name_or_path Nowhere --num_train_epochs 7 --use_lora --lora_r 32")
    qtbot.mouseClick(form.findChild(QPushButton, "takeOfficial"), Qt.MouseButton.LeftButton)
    values, problems = form.form.values()
    assert not problems
    assert (values["epochs"], values["method"], values["lora_rank"]) == (7.0, "lora", 32)
    assert "Nowhere is not here" in form.findChild(QLabel, "officialTold").text()
    text.setPlainText("ls -l")
    qtbot.mouseClick(form.findChild(QPushButton, "takeOfficial"), Qt.MouseButton.LeftButton)
    assert form.form.values()[0]["epochs"] == 7.0


def test_presets_fill_the_form_in_and_are_recognised(form: NewRun, qtbot: QtBot) -> None:
    aim = form.findChild(QComboBox, "aimBox")
    aim.setCurrentIndex(aim.findData("quick"))
    aim.activated.emit(aim.currentIndex())
    assert form.form.values()[0]["max_steps"] == 50
    assert aim.currentData() == "quick"
    type_in(form, qtbot, "learning_rate", "0.5")
    assert aim.currentData() == ""


def test_switches_say_what_they_are(form: NewRun) -> None:
    check = form.form.editor("use_rslora")
    assert isinstance(check, QCheckBox)
    assert check.text() == "Off"
    check.click()
    assert check.text() == "On"


def test_this_machine_is_known() -> None:
    machine = look_at_machine()
    assert machine.total >= machine.free > 0
    assert machine.name
