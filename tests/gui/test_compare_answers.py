"""Comparing on the Chat page, by mouse and keys, with real engine processes, two adapters and two models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.chat.compare import Compare
from qvl_desktop.gui.chat.compare_picture import MOST_BOXES
from qvl_desktop.gui.chat.compare_sources import (
    MOST_SOURCES,
    Source,
    checkpoint_sources,
    short_names,
    source_colour,
    told_apart,
)
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.chat.thread import Exchange, State
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.engines import EnginePool, checkpoint_name, name_of, with_adapters
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.servers import Server

ROOT = Path(__file__).resolve().parents[2]
FAKE = ROOT / "tests" / "jobs" / "fake_server.py"
QUESTION = "Find the red circle."
RED = "<ref>the red circle</ref><box>(125,166),(500,666)</box>"
BLUE = "<ref>the red circle</ref><box>(500,500),(900,900)</box>"
GREEN = "There are <ref>two things</ref><box>(100,100),(400,400)</box><box>(500,500),(900,900)</box>, 红 and blue."
ANSWER_MS = 90_000
ALT, ALT_SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("QVL_COMPARE_SHELF")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("compare")
    if not (folder / "other").is_dir():
        subprocess.run([sys.executable, "-m", "tests.gui.compare_shelf", str(folder)], cwd=ROOT, check=True)
    return folder


@pytest.fixture
def page(session: Session, qtbot: QtBot, shelf: Path) -> Iterator[ChatPage]:
    session.settings.model_folders = [str(shelf / "taught"), str(shelf / "other")]
    session.settings.runs_folder = str(shelf / "runs")
    session.look_at_runs()
    qtbot.waitUntil(lambda: len(session.models.adapters(str(shelf / "taught"))) == 2)
    made = ChatPage(session)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    made.bar.choose(str(shelf / "taught"))
    yield made
    made.talk.stop_all()
    made.compare.desk.drop_all()


def comparing(page: ChatPage, shelf: Path, *adapters: str) -> Compare:
    """The page in the mode, with the taught model alone and with these adapters."""
    QTest.mouseClick(page.compare.button, Qt.MouseButton.LeftButton)
    compare = page.compare
    assert compare.on
    compare._set_sources([Source("taught", str(shelf / "taught"))])
    for name in adapters:
        compare.add(Source(f"taught + {name}", str(shelf / "taught"), shelf / "runs" / name / "adapter"))
    return compare


def ask(page: ChatPage, qtbot: QtBot, *paths: Path, words: str = QUESTION) -> list[Exchange]:
    """Ask all of them and wait."""
    page.composer.attach(paths)
    QTest.keyClicks(page.composer.field, words)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    assert page.compare.desk.busy
    qtbot.waitUntil(lambda: not page.compare.desk.busy, timeout=ANSWER_MS)
    found = [column.answer.exchange for column in page.compare.view.columns if column.answer is not None]
    assert len(found) == len(page.compare.sources)
    return found


def boxes(compare: Compare) -> dict[int, list[str]]:
    """The labels on the picture, by who said them."""
    found: dict[int, list[str]] = {}
    for box in compare.picture.view.boxes:
        assert isinstance(box.key, tuple)
        found.setdefault(box.key[0], []).append(box.label)
    return found


def lit(compare: Compare) -> list[object]:
    return [key for key, item in compare.picture.view._items.items() if item._lit]


def test_a_whole_visit(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path, tmp_path: Path) -> None:
    """All with one engine: asking, hiding, pointing, going on, keeping, leaving, asking later, again, stopping."""
    assert session.create_project(tmp_path / "p.qvl")
    see_side_by_side(page, session, qtbot, shelf)
    add_to_project(page, session)
    ask_later_again_and_stop(page, qtbot, shelf)


def see_side_by_side(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """Base and two adapters at once; boxes of all on one picture; hide, hover, go on, leave and come back."""
    compare = comparing(page, shelf, "blue", "green")
    assert [column.source.label for column in compare.view.columns] == ["taught", "taught + blue", "taught + green"]
    assert not page.panel.isVisible()
    assert not page.transcript.isVisible()
    answers = ask(page, qtbot, shelf / "pictures" / "red.png")
    assert [one.answer for one in answers] == [RED, BLUE, GREEN], [one.problem for one in answers]
    assert session.engine.state is EngineState.READY
    assert EnginePool.of(session).further == [], "adapters of one model share a process"
    qtbot.waitUntil(lambda: len(compare.picture.view.boxes) == 4)
    assert boxes(compare) == {
        0: ["A · the red circle"],
        1: ["B · the red circle"],
        2: ["C · two things", "C · two things"],
    }
    shown = {box.key[0]: box for box in compare.picture.view.boxes if isinstance(box.key, tuple)}
    assert [shown[place].colour for place in range(3)] == [source_colour(place) for place in range(3)]
    assert (shown[0].rect.x1, shown[0].rect.x2) == (125 * 80 / 1000, 500 * 80 / 1000)
    for column in compare.view.columns:
        qtbot.waitUntil(lambda column=column: "tokens/s" in column.answer.figures)

    # Hiding one by mouse, by key, and again.
    QTest.mouseClick(compare.picture.toggles[2], Qt.MouseButton.LeftButton)
    assert sorted(boxes(compare)) == [0, 1]
    QTest.keyClick(page.composer.field, Qt.Key.Key_3, ALT)
    QTest.keyClick(page.composer.field, Qt.Key.Key_1, ALT)
    assert sorted(boxes(compare)) == [1, 2]
    QTest.keyClick(page.composer.field, Qt.Key.Key_1, ALT)

    # Pointing: a column lights its boxes, a phrase its own, a box its phrase.
    third = compare.view.columns[2]
    QTest.mouseMove(third, QPoint(third.width() // 2, third.height() - 8))
    qtbot.waitUntil(lambda: sorted(lit(compare)) == [(2, 0, 0), (2, 0, 1)])
    assert third.answer is not None
    first = compare.view.columns[0].answer
    assert first is not None
    point = first.body.phrase_at(0)
    assert point is not None
    QTest.mouseMove(first.body.viewport(), point)
    QTest.mouseMove(first.body.viewport(), point + QPoint(1, 0))
    qtbot.waitUntil(lambda: lit(compare) == [(0, 0, 0)])
    view, rect = compare.picture.view, shown[0].rect
    middle = view.mapFromScene(QPointF((rect.x1 + rect.x2) / 2 - 4, (rect.y1 + rect.y2) / 2 + 8))
    QTest.mouseMove(view.viewport(), middle)
    QTest.mouseMove(view.viewport(), middle + QPoint(1, 1))
    QTest.mouseMove(third, QPoint(third.width() // 2, third.height() - 8))
    qtbot.waitUntil(lambda: first.body.lit is None)
    QTest.mouseMove(view.viewport(), middle)
    qtbot.waitUntil(lambda: first.body.lit == 0)
    assert third.answer.body.lit is None

    # The chat goes on from the first one, until another is taken; the next question has that one before it.
    assert page.thread_data.exchanges == [answers[0]]
    QTest.keyClick(page.composer.field, Qt.Key.Key_2, ALT_SHIFT)
    assert page.thread_data.exchanges == [answers[1]]
    assert not compare.view.columns[1].take_button.isEnabled()
    QTest.mouseClick(compare.view.columns[2].take_button, Qt.MouseButton.LeftButton)
    assert page.thread_data.exchanges == [answers[2]]
    later = ask(page, qtbot, words="And now?")
    assert {id(one.before) for one in later} == {id(answers[2])}
    assert page.thread_data.exchanges == [answers[2], later[0]]

    # Outside the mode they are versions of one another; the answers of both questions are all there.
    QTest.mouseClick(compare.button, Qt.MouseButton.LeftButton)
    assert page.transcript.isVisible()
    assert page.panel.isVisible()
    assert page.thread_data.versions(later[0]) == later
    qtbot.waitUntil(lambda: [view.version for view in page.transcript.answers] == ["3/3", "1/3"])
    assert page.desk.chat.id, "it is kept"
    page.desk.new()
    page.desk.open(page.threads.model.shown[0].id)
    page.talk.step_version(0, -2)
    assert [one.answer for one in page.thread_data.versions(page.thread_data.exchanges[0])] == [RED, BLUE, GREEN]
    QTest.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert compare.on
    answered = [column.answer.exchange.answer for column in compare.view.columns if column.answer is not None]
    assert answered == [RED, BLUE, GREEN], "and the page compares the last question of what is on show"


def add_to_project(page: ChatPage, session: Session) -> None:
    """Any of them, whichever the chat goes on from; one undo step."""
    project = session.project
    assert project is not None
    before = list(page.thread_data.exchanges)
    second = page.compare.view.columns[1].answer
    assert second is not None
    assert second.exchange.answer == BLUE
    QTest.mouseClick(second.add_button, Qt.MouseButton.LeftButton)
    (conversation,) = project.conversations()
    assert conversation.turns[-1].text == BLUE
    assert project.region_count() == 1
    assert page.thread_data.exchanges == before
    assert project.undo()
    assert project.region_count() == 0


def ask_later_again_and_stop(page: ChatPage, qtbot: QtBot, shelf: Path) -> None:
    """One that is added later can be asked the same; again makes another version; Esc ends all at once."""
    compare = page.compare
    page.new_chat()
    compare._set_sources([Source("taught", str(shelf / "taught"))])
    ask(page, qtbot, shelf / "pictures" / "red.png")
    compare.add(Source("taught + blue", str(shelf / "taught"), shelf / "runs" / "blue" / "adapter"))
    blank = compare.view.columns[1]
    assert blank.answer is None
    QTest.mouseClick(blank.ask_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not compare.desk.busy, timeout=ANSWER_MS)
    assert blank.answer is not None
    assert blank.answer.exchange.answer == BLUE
    QTest.mouseClick(blank.answer.again_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not compare.desk.busy, timeout=ANSWER_MS)
    assert len(page.thread_data.versions(page.thread_data.exchanges[0])) == 3
    assert len(compare.view.columns) == 2

    page.composer.attach([shelf / "pictures" / "blue.png"])
    QTest.keyClicks(page.composer.field, "Tell me a story.")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    running = [column.answer.exchange for column in compare.view.columns if column.answer is not None]
    qtbot.waitUntil(lambda: all(one.answer for one in running), timeout=ANSWER_MS)
    QTest.keyClick(page.composer.field, Qt.Key.Key_Escape)
    assert [one.state for one in running] == [State.STOPPED] * 2
    assert not compare.desk.busy
    assert compare.view.columns[0].remove_button.isEnabled()
    QTest.mouseClick(compare.view.columns[0].remove_button, Qt.MouseButton.LeftButton)
    assert [source.label for source in compare.sources] == ["taught + blue"]


def test_the_page_is_made_anew_in_the_middle(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """As when the language changes: what was under way counts as stopped, and nothing speaks to what is gone."""
    other = ChatPage(session)
    other.compare.action.trigger()
    other.compare._set_sources([Source("taught", str(shelf / "taught"))])
    other.composer.attach([shelf / "pictures" / "red.png"])
    other.composer.field.setPlainText(QUESTION)
    other.composer.send()
    assert other.compare.desk.busy
    (exchange,) = other.thread_data.exchanges
    shiboken6.delete(other)
    assert exchange.state is State.STOPPED
    session.engine.stageChanged.emit("model")
    session.engine.unload()
    qtbot.waitUntil(lambda: session.engine.state is EngineState.IDLE, timeout=ANSWER_MS)


def test_two_models_are_two_processes(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """And a checkpoint; a process that dies takes its own answers along and no others; leaving frees the memory."""
    compare = comparing(page, shelf)
    blue = next(card for card in session.models.adapters(str(shelf / "taught")) if card.name == "blue")
    (checkpoint,) = checkpoint_sources(session, str(shelf / "taught"), blue)
    assert checkpoint.label == "taught + blue, step 20"
    compare.add(checkpoint)
    compare.add(Source("other", str(shelf / "other")))
    answers = ask(page, qtbot, shelf / "pictures" / "red.png")
    assert [one.answer for one in answers] == [RED, GREEN, RED], [one.problem for one in answers]
    (further,) = EnginePool.of(session).further
    assert session.engine.pid != further.pid
    assert session.engine.models == ["base", "blue checkpoint-20"]

    QTest.keyClicks(page.composer.field, "Tell me a story.")
    QTest.keyClick(page.composer.field, Qt.Key.Key_Return)
    running = [column.answer.exchange for column in compare.view.columns if column.answer is not None]
    qtbot.waitUntil(lambda: bool(running[2].answer), timeout=ANSWER_MS)
    os.kill(further.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: not compare.desk.busy, timeout=ANSWER_MS)
    assert running[2].state is State.FAILED
    assert running[2].problem
    assert [one.state for one in running[:2]] == [State.DONE] * 2
    assert further.state in (EngineState.STARTING, EngineState.READY), further.error

    pid = further.pid
    assert pid
    QTest.mouseClick(compare.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not Path(f"/proc/{pid}").exists(), timeout=10_000)
    assert session.engine.state is EngineState.READY
    assert EnginePool.of(session).further == []


def test_who_can_be_compared(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """The menu offers models, adapters, checkpoints and servers; what was chosen is there again the next day."""
    session.settings.servers = [{"url": "http://far.invalid/v1", "model": "big", "dialect": "qwen2.5-vl"}]
    QTest.mouseClick(page.compare.button, Qt.MouseButton.LeftButton)
    compare = page.compare
    newest = session.models.adapters(str(shelf / "taught"))[0].name
    assert [source.label for source in compare.sources] == ["taught", f"taught + {newest}"], "what is usual"
    compare._menu.aboutToShow.emit()
    offered = {action.text(): action for action in compare._menu.actions()}
    for words in ("blue", "green", "Checkpoints of blue", "big @ far.invalid", "Another server…"):
        assert words in offered, sorted(offered)
    assert not offered[newest].isEnabled(), "it is there already"
    offered["big @ far.invalid"].trigger()
    more = offered["Checkpoints of blue"].menu()
    assert more is not None
    more.aboutToShow.emit()
    more.actions()[0].trigger()
    labels = [source.label for source in compare.sources]
    assert labels == ["taught", f"taught + {newest}", "big @ far.invalid", "taught + blue, step 20"]
    again = ChatPage(session)
    qtbot.addWidget(again)
    again.compare.action.trigger()
    assert [source.label for source in again.compare.sources] == labels
    for number in range(MOST_SOURCES):
        compare.add(Source(f"more {number}", "demo", Path(f"/nowhere/{number}")))
    assert len(compare.sources) == MOST_SOURCES


def test_other_servers_side_by_side(page: ChatPage, session: Session, qtbot: QtBot, shelf: Path) -> None:
    """Two addresses, one of which is not there: each answer stands for itself, and no model of ours is loaded."""
    process = subprocess.Popen([sys.executable, str(FAKE), "good"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        QTest.mouseClick(page.compare.button, Qt.MouseButton.LeftButton)
        servers = [Server(url, "qwen2.5-vl-7b", "qwen2.5-vl"), Server("http://127.0.0.1:9/v1", "gone", "qwen2-vl")]
        page.compare._set_sources([Source(server.name, server=server) for server in servers])
        good, gone = ask(page, qtbot, shelf / "pictures" / "red.png", words="Find the red box.")
        assert good.state is State.DONE, good.problem
        assert [phrase.words for phrase in good.reader.phrases] == ["red box"]
        qtbot.waitUntil(lambda: boxes(page.compare) == {0: ["A · red box"]})
        assert gone.state is State.FAILED
        assert gone.problem
        assert session.engine.pid == 0
    finally:
        process.kill()
        process.wait()


def test_ten_thousand_boxes_of_each(page: ChatPage, qtbot: QtBot, shelf: Path) -> None:
    """They come onto the picture a few at a time, each source gets its share, and the page says how many there are."""
    QTest.mouseClick(page.compare.button, Qt.MouseButton.LeftButton)
    page.compare._set_sources([Source("one", "m"), Source("two", "n")])
    many = "".join(
        f"<ref>thing {n}</ref><box>({n % 900},{n // 11}),({n % 900 + 9},{n // 11 + 9})</box>\n" for n in range(10_000)
    )
    for label in ("one", "two"):
        exchange = Exchange("All?", (shelf / "pictures" / "red.png",), model=label, answer=many, state=State.DONE)
        page.desk.add(exchange, None)
    page.compare.show_answers()
    picture = page.compare.picture
    qtbot.waitUntil(lambda: picture.view.picture_size is not None)
    qtbot.waitUntil(lambda: len(picture.view.boxes) == MOST_BOXES)
    assert {place: len(labels) for place, labels in boxes(page.compare).items()} == {0: 300, 1: 300}
    qtbot.waitUntil(lambda: "20,000" in picture.note or "20000" in picture.note)
    picture.toggles[0].click()
    qtbot.waitUntil(lambda: {place: len(labels) for place, labels in boxes(page.compare).items()} == {1: MOST_BOXES})


def test_answers_are_known_by_their_labels() -> None:
    """Two models of one name get two labels; names beside each other leave out what all share."""
    same = told_apart([Source("m", "/a/m"), Source("m", "/b/m"), Source("m", "/c/m")])
    assert [one.label for one in same] == ["m", "m (2)", "m (3)"]
    one, two = Source("m", "/a/m"), Source("m + blue", "/a/m", Path("/r/blue/adapter"))
    assert short_names([one, two]) == ["m", "blue"]
    assert short_names([one, Source("other", "/b/m")]) == ["m", "other"]


def test_names_in_one_process(session: Session) -> None:
    """What an engine holds keeps its name; two runs of the same name are told apart."""
    engine = session.engine
    one, two = Path("/a/blue/adapter"), Path("/b/blue/adapter")
    spec = with_adapters(engine, "m", [one, two, Path("/a/blue/checkpoints/checkpoint-5")])
    assert list(spec.adapters) == ["blue", "blue 2", "blue checkpoint-5"]
    assert [name_of(spec, folder) for folder in (None, one, two)] == ["base", "blue", "blue 2"]
    assert checkpoint_name(Path("/x/base")) != "base"
    assert QApplication.instance() is not None
