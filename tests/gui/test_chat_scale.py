"""Very much of everything: the page goes on looking at the mouse. Processor time of its thread is counted, no clock."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.chat_protocol import ChatOptions
from qvl_desktop.gui.chat.answering import MOST_CHARACTERS, Answering
from qvl_desktop.gui.chat.picture_desk import MOST_BOXES
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.jobs.chat_client import ChatClient, Outcome
from qvl_desktop.jobs.session import Session
from tests.gui.chatting import add_chat, new_project, picture, shown_page
from tests.gui.stalls import limit_ms, settle, stalls_watched

MANY = "\n".join(
    f"<ref>thing {n % 50}</ref><box>({n % 900},{n // 12}),({n % 900 + 20},{n // 12 + 20})</box>" for n in range(10_000)
)


def test_five_thousand_chats(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    with project._unrecorded():
        for number in range(5000):
            add_chat(project, f"Chat {number}", f"Answer {number}", folder=f"Folder {number % 9}" if number % 3 else "")
    page = shown_page(session, qtbot)
    assert len(page.threads.model.threads) == 5000
    with stalls_watched() as watch:
        page.threads.search.setText("answer 4999")
        qtbot.waitUntil(lambda: len(page.threads.model.threads) == 1)
        page.threads.search.clear()
        qtbot.waitUntil(lambda: len(page.threads.model.threads) == 5000)
        page.threads.view.scrollToBottom()
        settle()
        page.desk.open(4321)
        settle()
    assert page.transcript.answers[0].text == "Answer 4320"
    assert watch.longest < limit_ms()


def test_a_thousand_turns(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    thread, parent = project.add_thread("long"), None
    with project._unrecorded():
        for number in range(1000):
            words = f"Turn **{number}**: <ref>the cat</ref><box>(1,2),(30,40)</box> and a few words more. " * 3
            parent = project.add_exchange(thread, parent, f"Question {number}", answer=words, state="done")
    page = shown_page(session, qtbot)
    with stalls_watched() as watch:
        page.desk.open(thread)
        qtbot.waitUntil(lambda: page.transcript.complete)
        settle()
        assert page.transcript.answers[-1].text.startswith("Turn 999")
        bar = page.transcript.verticalScrollBar()
        assert bar.value() == bar.maximum()
        for _ in range(3):
            made = len(page.transcript.answers)
            seen = page.transcript.answers[0].text
            bar.setValue(bar.minimum())
            qtbot.waitUntil(lambda made=made: len(page.transcript.answers) > made and page.transcript.complete)
            settle(60)
            assert any(view.text == seen for view in page.transcript.answers)
        assert len(page.transcript.answers) < 100
        assert len(page.thread_data.turns()) == 1999
    assert watch.longest < limit_ms()


def test_ten_thousand_boxes_in_an_answer(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    """As it is written, and when it is opened again."""
    project = new_project(session, tmp_path)
    add_chat(project, "other")
    page = shown_page(session, qtbot)
    page.desk.new()
    image = picture(tmp_path)
    with stalls_watched() as watch:
        exchange = Exchange("Where are they?", (image,))
        page.desk.add(exchange, None)
        page.talk.show_thread()
        exchange.state = State.ANSWERING
        one = Answering(ChatClient(session.engine), page.thread_data, exchange, page)
        page.talk._under_way.append(one)
        one.grown.connect(page.talk._grown)
        one.ended.connect(page.talk._ended)
        for place in range(0, len(MANY), 1000):
            one._piece(MANY[place : place + 1000])
            QApplication.processEvents()
        one._finished(Outcome("stop", 120_000, 900.0, 133.0))
        settle(400)
        qtbot.waitUntil(lambda: not page.panel.view.boxes_pending)
    assert exchange.reader.boxes == 10_000
    assert len(page.panel.view.boxes) == MOST_BOXES
    assert page.panel.note.startswith(f"{MOST_BOXES} of 10")
    assert "characters" in page.transcript.answers[-1].status
    assert watch.longest < limit_ms()

    with stalls_watched() as watch:
        page.desk.open(1)
        settle(60)
        page.desk.chats.live.clear()
        page.desk.open(2)
        qtbot.waitUntil(lambda: len(page.panel.view.boxes) == MOST_BOXES)
        settle(300)
        page.resize(1100, 700)
        settle(200)
        qtbot.waitUntil(lambda: page.thread_data.exchanges[0].read)
        page.pictures._phrase_hovered(0, 9_999)
        settle(60)
        assert page.panel.view.is_lit((0, 9_999))
    assert watch.longest < limit_ms()


def test_an_answer_that_never_stops_is_ended(session: Session, qtbot: QtBot) -> None:
    page = shown_page(session, qtbot)
    exchange = Exchange("Go on", ())
    page.desk.add(exchange, None)
    page.talk.show_thread()
    one = Answering(ChatClient(session.engine), page.thread_data, exchange, page)
    one.ended.connect(page.talk._ended)
    exchange.state = State.ANSWERING
    with stalls_watched() as watch:
        for _ in range(MOST_CHARACTERS // 1000 + 2):
            if exchange.running:
                one._piece("and so on <box>(1,2 " * 50)
        settle()
    assert exchange.state is State.STOPPED
    assert "did not end by itself" in page.transcript.answers[-1].status
    assert watch.longest < limit_ms()


@pytest.mark.parametrize(
    "answer",
    [
        "<ref>a</ref><box>(1,2),(3</box> <box>(900,1),(2,3)</box> <box>(1,2),(1000,3)</box> </ref> <quad>(1,1)</quad>",
        "<|im_end|> <|endoftext|> <img>/etc/passwd</img> <ref><box>(1,2),(3,4)</box>",
        "<script>alert(1)</script> <img src='http://10.0.0.1/x.png'> <a href='file:///etc/passwd'>x</a>",
        '{"bbox_2d": [1, 2, 3, 4]} <|box_start|>(1,2),(3,4)<|box_end|>',
        "\x00\x1b[31m\u202e\ufffc\ud800".encode("utf-8", "replace").decode(),
    ],
    ids=["malformed", "control tokens", "html", "other dialects", "odd characters"],
)
def test_odd_answers_are_words(answer: str, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    add_chat(project, "odd", answer, picture(tmp_path))
    page = shown_page(session, qtbot)
    page.desk.open(1)
    settle(60)
    view = page.transcript.answers[0]
    assert view.text
    assert view.body.toHtml().count("<img") == 0
    anchors = view.body.document().toHtml().count('<a href="')
    assert anchors == sum(1 for phrase in page.pictures.phrases() if phrase.shapes)
    assert "/etc/passwd" not in page.thread_data.conversation(0).pictures
    page.add_to_project(0)
    assert project.conversation_count() == 1


def test_asking_needs_somebody_to_ask(session: Session, qtbot: QtBot) -> None:
    """Nothing that was written is lost."""
    page = shown_page(session, qtbot)
    page.talk.ask("Where?", [])
    assert page.thread_data.exchanges == []
    assert page.composer.field.toPlainText() == "Where?"
    assert ChatOptions().max_tokens == 512
    QApplication.processEvents()
