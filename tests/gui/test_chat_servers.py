"""Another server answers: a process that is not ours, of a family that writes boxes another way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvl_desktop.core.chat_protocol import ChatOptions
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.gui.shell.keyboard_sheet import KeyboardSheet
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.server_client import prepare
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.servers import Server, keep_servers, known_servers
from tests.gui.chatting import new_project, shown_page

FAKE = Path(__file__).parents[1] / "jobs" / "fake_server.py"
Start = Callable[[str], str]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a server in a mode; its address."""
    running: list[subprocess.Popen[str]] = []

    def begin(mode: str) -> str:
        process = subprocess.Popen([sys.executable, str(FAKE), mode], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return f"http://127.0.0.1:{int(process.stdout.readline())}/v1"

    yield begin
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def red(tmp_path: Path) -> Path:
    """A red rectangle at (600, 300) to (1200, 900) of 2400 x 1200 pixels."""
    image = Image.new("RGB", (2400, 1200), (90, 90, 90))
    image.paste((220, 20, 20), (600, 300, 1200, 900))
    image.save(tmp_path / "red.png")
    return tmp_path / "red.png"


def page_for(session: Session, qtbot: QtBot, url: str, key: str = "") -> ChatPage:
    keep_servers(session.settings, [Server(url, "qwen2.5-vl-7b", "qwen2.5-vl", key)])
    page = shown_page(session, qtbot)
    page.bar.choose_server(known_servers(session.settings)[0].reference)
    assert page.bar.ready
    return page


def ask(page: ChatPage, qtbot: QtBot, words: str, *paths: Path) -> Exchange:
    page.composer.attach(paths)
    QTest.keyClicks(page.composer.field, words)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.talk.busy, timeout=15_000)
    return page.thread_data.exchanges[-1]


@pytest.mark.parametrize("mode", ["good", "whole"])
def test_boxes_of_another_family_stand_where_they_belong(
    mode: str, session: Session, qtbot: QtBot, start: Start, red: Path, tmp_path: Path
) -> None:
    project = new_project(session, tmp_path)
    page = page_for(session, qtbot, start(mode), key="very-secret-key")
    exchange = ask(page, qtbot, "Find the red box.", red)
    assert exchange.state is State.DONE, exchange.problem
    (phrase,) = exchange.reader.phrases
    (box,) = phrase.boxes
    assert phrase.words == "red box"
    assert all(abs(a - b) <= 3 for a, b in zip((box.x1, box.y1, box.x2, box.y2), (250, 250, 500, 750), strict=True))
    qtbot.waitUntil(lambda: len(page.panel.view.boxes) == 1)
    assert exchange.model.startswith("qwen2.5-vl-7b @ 127.0.0.1")
    assert session.engine.pid == 0
    # A second turn, with its boxes told in the family's own way.
    assert ask(page, qtbot, "Find the green box.", red).answer == "There is none."
    session.close_project()
    for file in tmp_path.glob("p.qvl*"):
        assert b"very-secret-key" not in file.read_bytes()
    assert project.path.exists()


DYING = """
import os, socket, time
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
one, _ = listening.accept()
data = b""
while b"\\r\\n\\r\\n" not in data:
    data += one.recv(65536)
one.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nConnection: close\\r\\n\\r\\n")
one.sendall(b'data: {"choices": [{"delta": {"content": "There is a <b"}}]}\\n\\n')
time.sleep(0.5)
os._exit(9)
"""


def test_a_server_that_dies_in_the_middle(session: Session, qtbot: QtBot) -> None:
    """What it said stays, the page says so, and asking again is a version of its own."""
    process = subprocess.Popen([sys.executable, "-c", DYING], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    page = page_for(session, qtbot, f"http://127.0.0.1:{int(process.stdout.readline())}/v1")
    exchange = ask(page, qtbot, "Find the blue box.")
    process.wait()
    assert exchange.state is State.FAILED
    assert exchange.answer == "There is a "
    view = page.transcript.answers[-1]
    assert "went away in the middle" in view.status
    assert view.text == "There is a "
    assert view.retry_button.isVisible()
    QTest.mouseClick(view.retry_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.talk.busy, timeout=15_000)
    assert "Is the server running" in page.transcript.answers[-1].status
    assert page.transcript.answers[-1].version == "2/2"
    again = shown_page(session, qtbot)
    assert [one.answer for one in again.thread_data.versions(again.thread_data.exchanges[0])] == ["There is a ", ""]


def test_a_refused_key_is_said_in_the_servers_words(session: Session, qtbot: QtBot, start: Start, red: Path) -> None:
    page = page_for(session, qtbot, start("locked"))
    assert ask(page, qtbot, "Find the red box.", red).state is State.FAILED
    assert page.transcript.answers[-1].status == "Incorrect API key provided."


def test_an_answer_without_end_is_stopped_by_hand(session: Session, qtbot: QtBot, start: Start, red: Path) -> None:
    page = page_for(session, qtbot, start("babbling"))
    page.composer.attach([red])
    QTest.keyClicks(page.composer.field, "Find the red box.")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(page.thread_data.exchanges[-1].answer) > 2000, timeout=15_000)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Escape)
    assert not page.talk.busy
    exchange = page.thread_data.exchanges[-1]
    assert exchange.state is State.STOPPED
    assert exchange.answer.startswith("<ref>red box</ref><box>")


def test_answers_go_on_while_another_chat_is_open(session: Session, qtbot: QtBot, start: Start, red: Path) -> None:
    page = page_for(session, qtbot, start("slow"))
    page.composer.attach([red])
    QTest.keyClicks(page.composer.field, "Find the red box.")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    first = page.thread_data
    page.new_chat()
    assert not page.talk.busy
    page.composer.attach([red])
    QTest.keyClicks(page.composer.field, "Find the green box.")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    assert page.talk.busy
    qtbot.waitUntil(lambda: not page.talk._under_way, timeout=15_000)
    assert page.transcript.answers[-1].text == "There is none."
    page.desk.open(first.id)
    assert page.transcript.answers[-1].text == "red box"
    assert len(page.threads.model.threads) == 2


def test_a_server_is_added_by_its_form(session: Session, qtbot: QtBot, start: Start) -> None:
    page = shown_page(session, qtbot)
    url = start("good")
    page.bar.models.setCurrentIndex(page.bar.models.findText("Another server…"))
    page.bar._model_chosen()
    form = page.settings.servers
    assert page._middle.currentWidget() is page.settings
    QTest.keyClicks(form.url, "127.0.0.1:1")
    QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    assert "http://" in form.says.text()
    form.url.clear()
    QTest.keyClicks(form.url, url + "/")
    QTest.mouseClick(form.look_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: form.model.count() == 2)
    assert form.model.currentText() == "qwen2.5-vl-7b"
    form.dialect.setCurrentText("qwen2.5-vl")
    QTest.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    assert known_servers(session.settings) == [Server(url, "qwen2.5-vl-7b", "qwen2.5-vl")]
    assert page.bar.models.findText(known_servers(session.settings)[0].name) >= 0
    QTest.mouseClick(form.remove_button, Qt.MouseButton.LeftButton)
    assert known_servers(session.settings) == []


def test_nothing_is_followed_elsewhere(session: Session, qtbot: QtBot, red: Path) -> None:
    """A redirect would take the key along."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", "/v1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    Thread(target=server.serve_forever, daemon=True).start()
    page = page_for(session, qtbot, f"http://127.0.0.1:{server.server_address[1]}/v1", "key")
    assert ask(page, qtbot, "Find the red box.", red).state is State.FAILED
    assert asked == ["/v1/chat/completions"]
    server.shutdown()
    server.server_close()


def test_the_request_of_a_chat_with_several_pictures(red: Path, tmp_path: Path) -> None:
    other = tmp_path / "small.png"
    Image.new("RGB", (56, 28), "white").save(other)
    turns = [
        user_turn([str(red), str(other)], "What is <box>(0,0),(500,500)</box>?"),
        Turn("assistant", "<ref>it</ref><box>(0,0),(500,500)</box>"),
        user_turn([str(red)], "And here?", first_number=3),
    ]
    made = prepare(turns, Server("http://x/v1", "m", "qwen3-vl"), ChatOptions(max_tokens=9, temperature=0.5, seed=3))
    import json

    body = json.loads(made.body)
    assert made.sizes == ((2400, 1200), (56, 28), (2400, 1200))
    parts = body["messages"][0]["content"]
    assert [part["type"] for part in parts] == ["text", "image_url", "text", "image_url", "text"]
    assert [parts[0]["text"], parts[2]["text"]] == ["Picture 1: ", "Picture 2: "], "nobody else numbers them"
    assert '"bbox_2d": [0, 0, 500, 500]' in body["messages"][1]["content"]
    assert (body["max_tokens"], body["temperature"], body["seed"]) == (9, 0.5, 3)
    assert "top_p" not in body


def test_another_language_in_the_middle_of_an_answer(
    window: MainWindow, session: Session, qtbot: QtBot, start: Start, red: Path
) -> None:
    """The page is made anew; the answer goes on."""
    keep_servers(session.settings, [Server(start("slow"), "qwen2.5-vl-7b", "qwen2.5-vl")])
    window.show_page("chat")
    page = window.findChild(ChatPage)
    assert page is not None
    page.bar.choose_server(known_servers(session.settings)[0].reference)
    page.composer.attach([red])
    QTest.keyClicks(page.composer.field, "Find the red box.")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    assert page.talk.busy
    window.change_language("zh_CN")
    try:
        pages = [one for one in window.findChildren(ChatPage) if one is not page]
        assert len(pages) == 1
        assert pages[0].talk.busy
        qtbot.waitUntil(lambda: not pages[0].talk.busy, timeout=15_000)
        assert pages[0].transcript.answers[-1].text == "red box"
        assert pages[0].composer.field.placeholderText() == "就图片提问…"
    finally:
        window.change_language("en")


def test_the_sheet_of_keys_has_the_page(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("chat")
    QTest.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(KeyboardSheet)
    assert sheet is not None
    shown = {item.text(0): item.text(1) for item in sheet._items()}
    assert shown["Answer again"] == "Ctrl+R"
    assert shown["Take the box out of the answer"] == "Del"
    assert "chat" not in {name.split(".")[0] for name in window.shortcuts.conflicts()}
    sheet.close()
