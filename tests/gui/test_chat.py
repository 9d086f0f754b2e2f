"""The Chat page, driven by mouse and keys, against a real engine process with a model that has learnt its answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.run_folder import RunFolder, RunState
from qvl_desktop.gui.chat.answer_reader import Phrase, phrases
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.gui.shell.make_room import MakeRoom
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.run_summary import RunSummary
from qvl_desktop.jobs.session import Session

ROOT = Path(__file__).resolve().parents[2]
RED = "<ref>the red circle</ref><box>(125,166),(500,666)</box>"
BLUE = "<ref>the red circle</ref><box>(500,500),(900,900)</box>"
ANSWER_MS = 90_000


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A taught model, its adapter and pictures, made by a process of their own: this one holds no torch."""
    folder = tmp_path_factory.mktemp("chat")
    subprocess.run([sys.executable, "-m", "tests.engine.tiny", str(folder)], cwd=ROOT, check=True)
    return folder


@pytest.fixture
def page(session: Session, qtbot: QtBot, shelf: Path) -> Iterator[ChatPage]:
    session.settings.model_folders = [str(shelf / "taught")]
    session.settings.runs_folder = str(shelf / "runs")
    session.look_at_runs()
    qtbot.waitUntil(lambda: session.models.card(str(shelf / "taught")) is not None)
    made = ChatPage(session)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitExposed(made)
    made.bar.choose(str(shelf / "taught"))
    assert made.bar.model == str(shelf / "taught")
    yield made
    made.talk.stop_all()


def drop(page: ChatPage, *paths: Path) -> None:
    if not paths:
        return
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(50, 200), *how)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(page, QDropEvent(QPointF(50, 200), *how))


def type_and_send(page: ChatPage, words: str) -> None:
    QTest.keyClicks(page.composer.field, words)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)


def wait_for_answer(page: ChatPage, qtbot: QtBot) -> Exchange:
    qtbot.waitUntil(lambda: not page.talk.busy, timeout=ANSWER_MS)
    return page.thread_data.exchanges[-1]


def ask(page: ChatPage, qtbot: QtBot, words: str, *paths: Path) -> Exchange:
    drop(page, *paths)
    type_and_send(page, words)
    return wait_for_answer(page, qtbot)


def test_a_whole_visit(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path, tmp_path: Path) -> None:
    """Drop, ask, watch, hover both ways, add to the project, undo, stop, crash, recover: one engine for all of it."""
    red, blue = shelf / "pictures" / "red.png", shelf / "pictures" / "blue.png"
    assert page._middle.currentWidget() is page._hello
    assert page.bar.status == "Not loaded yet"

    # Asking: the model is loaded by the first question, boxes appear on the picture in its pixels.
    exchange = ask(page, qtbot, "Find the red circle.", red)
    assert (exchange.answer, exchange.state) == (RED, State.DONE), exchange.problem
    assert session.engine.state is EngineState.READY
    answer = page.transcript.answers[0]
    assert "the red circle" in answer.text
    assert "box>" not in answer.text
    assert "tokens" in answer.figures
    qtbot.waitUntil(lambda: len(page.panel.view.boxes) == 1)
    shown = page.panel.view.boxes[0]
    assert shown.label == "the red circle"
    assert (shown.rect.x1, shown.rect.x2) == (125 * 80 / 1000, 500 * 80 / 1000)

    # Hover: the phrase lights the box, the box lights the phrase.
    view, words = page.panel.view, answer.body.viewport()
    at = answer.body.phrase_at(0)
    assert at is not None
    QTest.mouseMove(words, at)
    QTest.mouseMove(words, at + QPoint(2, 0))
    qtbot.waitUntil(lambda: view.is_lit(shown.key))
    QTest.mouseMove(words, QPoint(words.width() - 4, at.y()))
    qtbot.waitUntil(lambda: not view.is_lit(shown.key))
    middle = view.mapFromScene(QPointF((shown.rect.x1 + shown.rect.x2) / 2, (shown.rect.y1 + shown.rect.y2) / 2))
    assert answer.body.lit is None
    QTest.mouseMove(view.viewport(), middle)
    QTest.mouseMove(view.viewport(), middle + QPoint(1, 1))
    qtbot.waitUntil(lambda: answer.body.lit == 0)

    # Raw tokens on demand.
    QTest.mouseClick(answer.raw_button, Qt.MouseButton.LeftButton)
    assert answer.text == RED
    QTest.mouseClick(answer.raw_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(answer.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == RED

    # Into the project: picture and conversation in one step, and out again.
    assert not answer.add_button.isEnabled()
    assert session.create_project(tmp_path / "new.qvl")
    assert session.project is not None
    answer = page.transcript.answers[0]  # the chat came along into the project
    assert session.project.threads()[0].title == "Find the red circle."
    assert answer.add_button.isEnabled()
    QTest.mouseClick(answer.add_button, Qt.MouseButton.LeftButton)
    assert session.project.picture_count() == 1
    (region,) = session.project.regions(session.project.picture_ids()[0])
    assert (region.ref, region.token) == ("the red circle", "<box>(125,166),(500,666)</box>")
    (row,) = session.project.conversations()
    assert row.turns[1].text == RED
    session.undo()
    assert session.project.picture_count() == 0
    assert session.project.conversation_count() == 0
    assert session.project.region_count() == 0

    # A new chat; Escape stops an answer, what was said stays.
    QTest.mouseClick(page.bar.new_button, Qt.MouseButton.LeftButton)
    assert page.panel.path is None
    drop(page, blue)
    type_and_send(page, "Tell me a story.")
    qtbot.waitUntil(lambda: len(page.thread_data.exchanges[-1].answer) > 20, timeout=ANSWER_MS)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Escape)
    assert not page.talk.busy
    stopped = page.thread_data.exchanges[-1]
    assert stopped.state is State.STOPPED
    assert stopped.answer.startswith("Once upon")
    assert page.composer.send_button.isVisible()

    # The engine is killed in the middle of an answer: the page says so, the engine comes back, the question is asked.
    QTest.mouseClick(page.transcript.answers[-1].retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.thread_data.exchanges[-1].answer) > 5, timeout=ANSWER_MS)
    killed = session.engine.pid
    said: list[str] = []
    session.notice.connect(lambda level, words: said.append(words))
    with qtbot.waitSignal(session.engine.crashed, timeout=10_000):
        os.kill(killed, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    qtbot.waitUntil(lambda: not page.talk.busy)
    failed = page.transcript.answers[-1]
    assert page.thread_data.exchanges[-1].state is State.FAILED
    assert "ended" in failed.status
    QTest.mouseClick(failed.retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.engine.state is EngineState.READY, timeout=ANSWER_MS)
    assert session.engine.pid != killed
    assert any("running again" in words for words in said)
    qtbot.waitUntil(lambda: len(page.thread_data.exchanges[-1].answer) > 5, timeout=ANSWER_MS)
    QTest.mouseClick(page.composer.stop_button, Qt.MouseButton.LeftButton)

    # Another adapter on the same model.
    page.bar.choose(str(shelf / "taught"), str(shelf / "runs" / "blue" / "adapter"))
    page.new_chat()
    assert ask(page, qtbot, "Find the red circle.", red).answer == BLUE
    assert page.transcript.answers[0].figures.endswith(f"taught + {page.bar.adapters.currentText()}")

    # Unloading ends the process.
    QTest.mouseClick(page.bar.unload_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.engine.state is EngineState.IDLE, timeout=10_000)
    assert session.engine.pid == 0


def test_stop_while_the_model_is_loading(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    drop(page, shelf / "pictures" / "red.png")
    type_and_send(page, "Find the red circle.")
    qtbot.waitUntil(lambda: session.engine.state is EngineState.STARTING)
    assert page.composer.stop_button.isVisible()
    QTest.keyClick(page.composer.field, Qt.Key.Key_Escape)
    assert not page.talk.busy
    assert page.thread_data.exchanges[-1].state is State.STOPPED
    assert page.transcript.answers[-1].status == "Stopped."


def test_a_model_that_cannot_be_loaded(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """The reason stands in the transcript, with a way out that works once the reason is gone."""
    weights = shelf / "taught" / "model.safetensors"
    aside = weights.with_suffix(".aside")
    weights.rename(aside)
    try:
        exchange = ask(page, qtbot, "Find the red circle.", shelf / "pictures" / "red.png")
    finally:
        aside.rename(weights)
    assert exchange.state is State.FAILED
    assert "weights are missing" in page.transcript.answers[-1].status
    assert page.transcript.answers[-1].retry_button.isVisible()
    assert session.engine.state is EngineState.FAILED
    QTest.mouseClick(page.transcript.answers[-1].retry_button, Qt.MouseButton.LeftButton)
    assert wait_for_answer(page, qtbot).answer == RED


def test_a_bad_picture_never_gets_into_the_chat(page: ChatPage, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nothing")
    with qtbot.waitSignal(session.notice) as told:
        drop(page, bad)
    assert str(bad) in told.args[1]
    assert page.composer.pictures == []
    assert page.panel.path is None


def test_shift_enter_begins_a_line_and_enter_needs_words(page: ChatPage) -> None:
    field = page.composer.field
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert page.thread_data.exchanges == []
    low = field.height()
    QTest.keyClicks(field, "a")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "b")
    assert field.toPlainText() == "a\nb"
    assert field.height() > low
    assert page.thread_data.exchanges == []


def test_a_pasted_picture_becomes_a_file(page: ChatPage, tmp_path: Path) -> None:
    image = tmp_path / "x.png"
    Image.new("RGB", (20, 10), "red").save(image)
    QGuiApplication.clipboard().setImage(QImage(str(image)))
    page.composer.field.paste()
    (path,) = page.composer.pictures
    with Image.open(path) as kept:
        assert kept.size == (20, 10)
    assert page.panel.path == path


def test_pointing_puts_a_box_into_the_question(page: ChatPage, qtbot: QtBot, shelf: Path) -> None:
    drop(page, shelf / "pictures" / "red.png")
    view = page.panel.view
    qtbot.waitUntil(lambda: view.picture_size is not None)
    QTest.mouseClick(page.composer.point_button, Qt.MouseButton.LeftButton)
    start, end = view.mapFromScene(QPointF(8, 6)), view.mapFromScene(QPointF(40, 30))
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view.viewport(), (start + end) / 2)
    QTest.mouseMove(view.viewport(), end)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    (phrase,) = [part for part in phrases(page.composer.field.toPlainText()) if isinstance(part, Phrase)]
    (box,) = phrase.boxes
    assert abs(box.x1 - 100) < 10
    assert abs(box.x2 - 500) < 10
    assert abs(box.y1 - 100) < 10
    assert abs(box.y2 - 500) < 10
    assert not page.composer.point_button.isChecked()


def test_without_a_model_the_page_says_what_to_do(session: Session, qtbot: QtBot) -> None:
    made = ChatPage(session)
    qtbot.addWidget(made)
    made.show()
    made.bar.models.clear()
    made.bar.changed.emit()
    assert made._middle.currentWidget() is made._no_model
    assert not made.composer.isEnabled()
    with qtbot.waitSignal(session.pageRequested) as asked:
        made._no_model.findChild(type(made.bar.new_button), "goToModelsButton").click()
    assert asked.args == ["models"]


def test_versions_settings_and_a_restart(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """Again, in other words, with a system prompt and a length of its own; all of it kept for the next window."""
    red = shelf / "pictures" / "red.png"
    assert ask(page, qtbot, "Find the red circle.", red).answer == RED
    QTest.mouseClick(page.transcript.answers[0].again_button, Qt.MouseButton.LeftButton)
    assert wait_for_answer(page, qtbot).answer == RED
    assert page.transcript.answers[0].version == "2/2"
    # In other words, by keys: Up in the empty field.
    page.composer.field.setFocus()
    QTest.keyClick(page.composer.field, Qt.Key.Key_Up)
    editor = page.transcript.questions[0].editor
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Tell me a story.")
    # The settings, by keys: a short answer.
    control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(editor, Qt.Key.Key_S, control_shift)
    assert page._middle.currentWidget() is page.settings
    page.settings.max_tokens.setFocus()
    page.settings.max_tokens.selectAll()
    QTest.keyClicks(page.settings.max_tokens, "12")
    QTest.keyClick(page.settings.max_tokens, Qt.Key.Key_Escape)
    assert page._middle.currentWidget() is page.transcript
    QTest.keyClick(editor, Qt.Key.Key_Return)
    exchange = wait_for_answer(page, qtbot)
    assert exchange.cut
    assert exchange.tokens == 12
    assert exchange.pictures == (red,)
    assert "length limit" in page.transcript.answers[0].status
    assert page.transcript.answers[0].version == "3/3"
    QTest.keyClick(page.composer.field, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.thread_data.exchanges[0].answer == RED
    # A system prompt belongs to the chat.
    page.bar.settings_button.click()
    QTest.keyClicks(page.settings.system, "Be brief.")
    QTest.mouseClick(page.settings.done_button, Qt.MouseButton.LeftButton)
    assert page.thread_data.turns(0)[0] == Turn("system", "Be brief.")
    # Another window, later.
    again = ChatPage(session)
    qtbot.addWidget(again)
    again.show()
    assert again.thread_data.system == "Be brief."
    assert again.transcript.answers[0].version == "2/3"
    assert again.transcript.answers[0].figures.split(" · ")[0].endswith("tokens")


def test_a_run_gets_the_memory(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path, tmp_path: Path) -> None:
    """Asked once when a run begins, then done without asking; the settings change it."""
    MakeRoom(session, page)
    assert ask(page, qtbot, "Find the red circle.", shelf / "pictures" / "red.png").answer == RED

    def begin(name: str) -> None:
        folder = RunFolder(tmp_path / name)
        session.runs._summaries[folder.path] = RunSummary(folder, state=RunState.RUNNING)
        session.runs.listChanged.emit()

    with qtbot.waitSignal(session.offered) as told:
        begin("one")
    keep = told.args[2][1]
    assert keep[0] == "Keep it"
    keep[1]()
    begin("two")
    assert session.engine.state is EngineState.READY
    assert session.settings.make_room == "no"
    page.bar.settings_button.click()
    page.settings.make_room.setCurrentIndex(page.settings.make_room.findText("Unload it"))
    page.settings.make_room.activated.emit(page.settings.make_room.currentIndex())
    with qtbot.waitSignal(session.notice) as said:
        begin("three")
    assert "unloaded for the run" in said.args[1]
    qtbot.waitUntil(lambda: session.engine.state is EngineState.IDLE, timeout=10_000)
    assert session.engine.pid == 0
