"""The Review page in the real window: keys, mouse, undo, jobs asked of real processes, and kills in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.answerers import Answerer, AskSpec
from qvl_desktop.core.box import Box
from qvl_desktop.core.shapes import Shape
from qvl_desktop.core.suggesting import Found
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.review.ask_dialog import AskDialog
from qvl_desktop.gui.review.page import ReviewPage
from qvl_desktop.gui.review.suggestion_layer import Proposed
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.engine import EngineState
from qvl_desktop.jobs.place import Place
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.asks import AskCounts
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.servers import known_servers
from qvl_desktop.storage.suggestions import Heard
from tests.jobs.test_preannotate import draw, foreign

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
A, B, C = Box(100, 100, 300, 300), Box(500, 500, 800, 800), Box(50, 600, 250, 900)
COUNT = 6


@pytest.fixture
def project(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> Project:
    """An open project of six pictures."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(COUNT):
        draw(folder / f"{number:02}.jpg", number * 2)
    assert session.create_project(tmp_path / "test.qvl")
    assert session.project is not None
    session.project.add_pictures([folder])
    return session.project


def answer(project: Project, *per_picture: list[tuple[str, Box]], kind: str = "boxes") -> int:
    """What a model proposes about the first pictures."""
    spec = AskSpec(kind=kind, who=Answerer(model="demo"), question="Find the {ref}.", refs=("cat", "dog"))  # type: ignore[arg-type]
    ask = project.begin_ask(spec)
    rows = project.waiting_pictures(ask)
    heard = [
        Heard(row.id, row.picture_id, "done", tuple(Found(ref, box) for ref, box in boxes), ("cat", "dog"))
        for row, boxes in zip(rows, per_picture, strict=False)
    ]
    project.take_boxes(ask, heard)
    return ask


def show(window: MainWindow, qtbot: QtBot, kind: str = "boxes") -> ReviewPage:
    window.show_page("review")
    page = window._pages["review"]
    assert isinstance(page, ReviewPage)
    page.show_kind(kind)  # type: ignore[arg-type]
    view = page.boxes if kind == "boxes" else page.differences
    if kind != "drafts":
        qtbot.waitUntil(lambda: view.picture is not None and view.canvas.picture_size is not None)
        qtbot.waitUntil(lambda: page._stack.currentIndex() == 1)
        view.canvas.setFocus()
    return page


def press(page: ReviewPage, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or page, key, modifiers)


def open_refs(page: ReviewPage) -> list[str]:
    return [row.ref for row in page.boxes.layer.rows]


def test_enter_takes_del_rejects_and_the_walk_goes_on_to_the_next_picture(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    answer(project, [("cat", A), ("dog", B), ("cat", C)], [("dog", A)])
    page, ids = show(window, qtbot), project.picture_ids()
    view = page.boxes
    assert view.picture is not None
    assert view.picture.id == ids[0]
    assert view.canvas.selected == Proposed(view.layer.rows[0].id)
    assert {box.style for box in view.canvas.boxes} == {"dashed"}
    press(page, Qt.Key.Key_Return)
    assert [row.box for row in project.regions(ids[0])] == [A]
    assert open_refs(page) == ["dog", "cat"]
    assert sorted(box.style for box in view.canvas.boxes) == ["dashed", "dashed", "solid"]
    press(page, Qt.Key.Key_Delete)
    assert open_refs(page) == ["cat"]
    assert len(project.regions(ids[0])) == 1
    press(page, Qt.Key.Key_Return)
    assert view.picture.id == ids[1]
    assert open_refs(page) == ["dog"]
    press(page, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 0)
    assert page.empty.title.text() == "No box waits for you"
    for _ in range(4):
        window.session.undo()
    assert [len(project.suggestions(one)) for one in ids[:2]] == [3, 1]
    assert project.region_count() == 0
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 1 and list(view.pictures.ids) == ids[:2])


def test_undo_goes_back_to_the_picture_that_was_left(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    answer(project, [("cat", A)], [("dog", A)])
    page, ids = show(window, qtbot), project.picture_ids()
    press(page, Qt.Key.Key_Return)
    assert page.boxes.picture is not None
    assert page.boxes.picture.id == ids[1]
    window.session.undo()
    assert page.boxes.picture is not None
    assert page.boxes.picture.id == ids[0]
    assert open_refs(page) == ["cat"]


def test_tab_walks_the_suggestions_and_then_the_pictures(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    answer(project, [("cat", A), ("dog", B)], [("dog", A)])
    page, ids = show(window, qtbot), project.picture_ids()
    view = page.boxes
    press(page, Qt.Key.Key_Tab)
    assert view.canvas.selected == Proposed(view.layer.rows[1].id)
    assert view.rows.currentIndex().row() == 1
    press(page, Qt.Key.Key_Tab)
    assert view.picture is not None
    assert view.picture.id == ids[1]
    press(page, Qt.Key.Key_A)
    assert view.picture.id == ids[0]
    press(page, Qt.Key.Key_Return, SHIFT)
    assert [row.ref for row in project.regions(ids[0])] == ["cat", "dog"]
    window.session.undo()
    assert view.picture.id == ids[0]
    press(page, Qt.Key.Key_Delete, SHIFT)
    assert project.regions(ids[0]) == []
    assert project.review_ids("boxes") == [ids[1]]


def drag(page: ReviewPage | AnnotatePage, start: tuple[float, float], end: tuple[float, float]) -> None:
    canvas = page.boxes.canvas if isinstance(page, ReviewPage) else page.canvas
    at = [canvas.mapFromScene(QPointF(*point)) for point in (start, end)]
    port = canvas.viewport()
    middle = QPoint((at[0].x() + at[1].x()) // 2, (at[0].y() + at[1].y()) // 2)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=at[0])
    for place in (middle, at[1]):
        QTest.mouseMove(port, place)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at[1])


def test_a_drag_or_an_arrow_key_takes_the_box_as_it_is_then(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    answer(project, [("cat", A), ("dog", B)])
    page, first = show(window, qtbot), project.picture_ids()[0]
    rect = A.decode(640, 480)
    drag(page, ((rect.x1 + rect.x2) / 2, (rect.y1 + rect.y2) / 2), ((rect.x1 + rect.x2) / 2 + 60, rect.y2 - 40))
    (cat,) = project.regions(first)
    assert cat.rect.x1 == pytest.approx(rect.x1 + 60, abs=3)
    assert cat.rect.width == pytest.approx(rect.width, abs=1)
    assert open_refs(page) == ["dog"]
    press(page, Qt.Key.Key_Right)
    press(page, Qt.Key.Key_Right)
    dog = project.regions(first)[1]
    assert dog.rect.x1 == pytest.approx(B.decode(640, 480).x1 + 1)
    window.session.undo()
    window.session.undo()
    assert [row.shape for row in project.suggestions(first)] == [Shape.of_rect(box.decode(640, 480)) for box in (A, B)]


def test_f2_changes_the_ref_before_it_is_taken(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    answer(project, [("cat", A)])
    page, first = show(window, qtbot), project.picture_ids()[0]
    press(page, Qt.Key.Key_F2)
    assert page.boxes.editor.isVisible()
    QTest.keyClicks(page.boxes.editor.line, "red cat")
    QTest.keyClick(page.boxes.editor.line, Qt.Key.Key_Return)
    assert open_refs(page) == ["red cat"]
    press(page, Qt.Key.Key_Return)
    assert [row.ref for row in project.regions(first)] == ["red cat"]


def test_differences_are_walked_worst_first_and_put_right_by_one_key(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    ids = project.picture_ids()
    for one in ids[:3]:
        project.add_region(one, "cat", A.decode(640, 480))
    answer(project, [("cat", Box(100, 100, 300, 180))], [], [("cat", A), ("dog", B)], kind="differences")
    page = show(window, qtbot, "differences")
    view = page.differences
    assert list(view.pictures.ids) == [ids[1], ids[0], ids[2]]
    assert (view.take_button.text(), view.reject_button.text()) == ("Delete mine", "Keep mine")
    press(page, Qt.Key.Key_Delete)
    assert [row.box for row in project.regions(ids[1])] == [A]
    assert view.picture is not None
    assert view.picture.id == ids[0]
    assert view.take_button.text() == "Take the model's"
    press(page, Qt.Key.Key_Return)
    assert [row.box for row in project.regions(ids[0])] == [Box(100, 100, 300, 180)]
    assert view.picture.id == ids[2]
    assert (view.take_button.text(), view.reject_button.text()) == ("Add the model's", "Leave it out")
    press(page, Qt.Key.Key_Return)
    assert [row.ref for row in project.regions(ids[2])] == ["cat", "dog"]
    for _ in range(3):
        window.session.undo()
    assert [row.box for one in ids[:3] for row in project.regions(one)] == [A, A, A]
    assert project.review_counts("differences").suggestions == 3


def test_many_at_once_are_one_step(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    answer(project, [("cat", A), ("dog", B)], [("dog", A)], [("cat", C)])
    project.add_region(project.picture_ids()[0], "bird", A.decode(640, 480))
    page = show(window, qtbot)
    page.boxes.many.take_free()
    qtbot.waitUntil(lambda: not window.session.edits.running)
    assert project.region_count() == 4
    assert project.review_counts("boxes").suggestions == 1
    page.boxes.many.reject_everything()
    qtbot.waitUntil(lambda: not window.session.edits.running)
    assert project.review_counts("boxes").suggestions == 0
    window.session.undo()
    window.session.undo()
    qtbot.waitUntil(lambda: not window.session.edits.running)
    assert (project.region_count(), project.review_counts("boxes").suggestions) == (1, 4)


# On Annotate


def test_suggestions_lie_dashed_on_annotate_and_keys_mean_them_there(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    ids = project.picture_ids()
    project.add_region(ids[0], "bird", C.decode(640, 480))
    answer(project, [("cat", A), ("dog", B)])
    window.go_to("annotate", Place(picture_id=ids[0]))
    page = window._pages["annotate"]
    assert isinstance(page, AnnotatePage)
    qtbot.waitUntil(lambda: page.canvas.picture_size is not None)
    assert [box.style for box in page.canvas.boxes] == ["solid", "dashed", "dashed"]
    assert "proposes 2" in page.hint.text()
    page.canvas.setFocus()
    for _ in range(2):
        QTest.keyClick(page.canvas, Qt.Key.Key_Tab)
    assert page.canvas.selected == Proposed(page.layer.rows[0].id)
    assert page.page_actions["delete"].isEnabled()
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert [row.ref for row in project.regions(ids[0])] == ["bird", "cat"]
    assert page.canvas.selected == Proposed(page.layer.rows[0].id)
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)
    assert [box.style for box in page.canvas.boxes] == ["solid", "solid"]
    window.session.undo()
    window.session.undo()
    assert [box.style for box in page.canvas.boxes] == ["solid", "dashed", "dashed"]
    QTest.keyClick(page.canvas, Qt.Key.Key_I)
    assert [box.style for box in page.canvas.boxes] == ["solid"]
    QTest.keyClick(page.canvas, Qt.Key.Key_Return, SHIFT)
    assert len(project.regions(ids[0])) == 1  # what is not shown is not taken
    QTest.keyClick(page.canvas, Qt.Key.Key_I)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return, SHIFT)
    assert len(project.regions(ids[0])) == 3


# Drafts


def test_drafts_are_edited_taken_rejected_and_undone(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    ask = project.begin_ask(AskSpec(kind="drafts", who=Answerer(model="demo"), question="What is this?"))
    rows = project.waiting_pictures(ask)[:3]
    texts = ["A cat.", "<ref>dog</ref><box>(1,1),(500,500)</box>", "A bird."]
    project.take_drafts(
        ask,
        [
            Heard(row.id, row.picture_id, "done", drafts=(("What is this?", text),))
            for row, text in zip(rows, texts, strict=True)
        ],
    )
    page = show(window, qtbot, "drafts")
    view = page.drafts
    qtbot.waitUntil(lambda: view.draft is not None)
    view.answer.setFocus()
    view.answer.selectAll()
    QTest.keyClicks(view.answer, "A grey cat.")
    QTest.keyClick(view.answer, Qt.Key.Key_Return, CTRL)
    (made,) = project.conversations()
    assert [turn.text.splitlines()[-1] for turn in made.turns] == ["What is this?", "A grey cat."]
    assert view.draft is not None
    assert view.draft.answer == texts[1]
    qtbot.waitUntil(lambda: len(view.view.boxes) == 1)
    view.answer.setFocus()
    QTest.keyClick(view.answer, Qt.Key.Key_Delete, CTRL)
    assert view.draft.answer == texts[2]
    assert len(project.conversations()) == 1
    window.session.undo()
    assert view.draft.answer == texts[1]
    window.session.undo()
    assert project.conversations() == []
    assert project.draft_count() == 3
    window.session.undo()
    assert project.draft(project.draft_ids()[0]).answer == "A cat."


# Jobs


def begin(page: ReviewPage, url: str, refs: str = "red box") -> None:
    """Fill the dialog by hand and start."""
    page.ask()
    dialog = page.dialog
    assert isinstance(dialog, AskDialog)
    QTest.keyClicks(dialog.refs, refs)
    last = dialog.who.place.count() - 1
    dialog.who.place.setCurrentIndex(last)
    dialog.who.place.activated.emit(last)
    QTest.keyClicks(dialog.who.url, url)
    QTest.keyClicks(dialog.who.remote.lineEdit(), "qwen2.5-vl-7b")  # type: ignore[arg-type]
    assert dialog.begin_button.isEnabled()
    QTest.mouseClick(dialog.begin_button, Qt.MouseButton.LeftButton)


def test_a_foreign_server_is_asked_from_the_dialog_and_boxes_come_in(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    window.show_page("review")
    page = window._pages["review"]
    assert isinstance(page, ReviewPage)
    assert page.empty.title.text() == "No box waits for you"
    with foreign("good") as (_, door):
        begin(page, door.url)
        with qtbot.waitSignal(page.annotator.jobEnded, timeout=20_000):
            pass
    assert project.review_counts("boxes").suggestions == COUNT
    qtbot.waitUntil(lambda: page.modes.button(0).text() == f"Boxes  {COUNT}")
    qtbot.waitUntil(lambda: len(page.boxes.pictures.ids) == COUNT)
    assert page.job_bar.words.text().startswith(f"{COUNT} box")
    assert "key" not in project.asks()[0].spec.to_text()
    (server,) = known_servers(window.session.settings)
    assert (server.model, server.dialect) == ("qwen2.5-vl-7b", "qwen2.5-vl")
    page.ask()  # the next time it is the one that is chosen
    assert isinstance(page.dialog, AskDialog)
    assert page.dialog.who.chosen == server.answerer
    page.dialog.reject()


def test_a_job_rests_when_the_project_closes_and_goes_on_when_asked(
    window: MainWindow, project: Project, session: Session, qtbot: QtBot
) -> None:
    window.show_page("review")
    page = window._pages["review"]
    assert isinstance(page, ReviewPage)
    path = project.path
    for number in range(COUNT, 30):
        draw(path.parent / "pictures" / f"{number:02}.jpg", number)
    project.add_pictures([path.parent / "pictures"])
    with foreign("slow") as (_, door):
        begin(page, door.url)
        qtbot.waitUntil(lambda: project.review_counts("boxes").suggestions > 0, timeout=20_000)
        QTest.mouseClick(page.job_bar.pause_button, Qt.MouseButton.LeftButton)
        assert page.annotator.pausing
        assert page.job_bar.words.text().startswith("Pausing: ")
        qtbot.waitUntil(lambda: not page.annotator.running)
        session.close_project()
        assert session.open_project(path)
        assert session.project is not None
        assert page.annotator.job is not None
        assert page.job_bar.words.text().startswith("Resting: ")
        before = session.project.ask_counts(page.annotator.job.id)
        QTest.mouseClick(page.job_bar.pause_button, Qt.MouseButton.LeftButton)
        assert page.annotator.running
        qtbot.wait(300)
        session.close_project()  # in the middle of it
        assert session.open_project(path)
        page.annotator.go_on()
        with qtbot.waitSignal(page.annotator.jobEnded, timeout=20_000):
            pass
    assert 0 < before.waiting < 30
    asks = session.project.asks()
    assert session.project.ask_counts(asks[0].id) == AskCounts(done=30, found=30)


WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from qvl_desktop import app
from qvl_desktop.core.answerers import Answerer, AskSpec
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.review import annotator_of
from qvl_desktop.storage.settings import Settings
application = app.make_application()
session = app.make_session(Settings(Path(sys.argv[1]).with_name("settings.json")))
window = MainWindow(session)
session.open_project(Path(sys.argv[1]))
window.show()
window.start()
window.show_page("review")
spec = AskSpec(kind="boxes", who=Answerer(model="qwen2.5-vl-7b", url=sys.argv[2], dialect="qwen2.5-vl"),
               question="Find the {ref}.", refs=("red box",))
annotator_of(session).begin(spec, None)
told = []
def look():
    found = session.project.review_counts("boxes").suggestions
    if found and not told:
        told.append(found)
        print("found", found, flush=True)
timer = QTimer()
timer.timeout.connect(look)
timer.start(50)
application.exec()
"""


def test_a_killed_window_goes_on_where_it_was(tmp_path: Path, session: Session, qtbot: QtBot) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(24):
        draw(folder / f"{number:02}.jpg", number)
    path = tmp_path / "killed.qvl"
    with Project.create(path) as made:
        made.add_pictures([folder])
    with foreign("slow") as (_, door):
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-c", WINDOW, str(path), door.url]
        root = Path(__file__).resolve().parents[2]
        child = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline().startswith("found")
        child.send_signal(signal.SIGKILL)
        child.communicate()
        offered: list[str] = []
        session.offered.connect(lambda _level, words, _offers: offered.append(words))
        assert session.open_project(path)
        project = session.project
        assert project is not None
        assert any("was being asked about pictures" in words for words in offered)
        window = MainWindow(session)
        qtbot.addWidget(window)
        window.show()
        window.start()
        window.show_page("review")
        page = window._pages["review"]
        assert isinstance(page, ReviewPage)
        assert page.annotator.job is not None
        counts = project.ask_counts(page.annotator.job.id)
        assert counts.asked > 0
        assert counts.total == 24
        assert project.review_counts("boxes").suggestions == counts.found
        if counts.waiting:
            with qtbot.waitSignal(page.annotator.jobEnded, timeout=30_000):
                page.annotator.go_on()
    assert project.ask_counts(project.asks()[0].id) == AskCounts(done=24, found=24)


def test_the_engine_is_loaded_for_a_job_killed_in_it_and_the_job_goes_on(
    window: MainWindow, project: Project, session: Session, qtbot: QtBot
) -> None:
    window.show_page("review")
    page = window._pages["review"]
    assert isinstance(page, ReviewPage)
    spec = AskSpec(kind="boxes", who=Answerer(model="demo"), question="Find the {ref}.", refs=("red square",))
    page.annotator.begin(spec, None)
    qtbot.waitUntil(lambda: session.engine.state is EngineState.STARTING, timeout=10_000)
    qtbot.waitUntil(lambda: session.engine.state is EngineState.READY, timeout=60_000)
    first = session.engine.pid
    os.kill(first, signal.SIGKILL)
    with qtbot.waitSignal(page.annotator.jobEnded, timeout=90_000):
        pass
    row = project.asks()[0]
    assert row.state == "done"
    counts = project.ask_counts(row.id)
    assert (counts.asked, counts.failed) == (COUNT, 0)
    session.engine.unload()
    qtbot.waitUntil(lambda: session.engine.state is EngineState.IDLE, timeout=10_000)
