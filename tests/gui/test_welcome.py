"""The start page: ways to begin, samples, recent projects by mouse and keys, and what a drop would do."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.data.import_dialog import ImportDialog
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.welcome import WelcomePage
from qvl_desktop.gui.shell.welcome_recent import SIGN
from qvl_desktop.gui.tour.progress import Progress
from qvl_desktop.gui.translation import install_language
from qvl_desktop.jobs.demo_project import SAMPLES, Sample, is_sample
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage import recent
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.recent import Recent
from qvl_desktop.storage.settings import Settings
from tests.gui.touring import click, press, the

COPY, LEFT, PLAIN = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def page_of(window: MainWindow) -> WelcomePage:
    page = window.findChildren(WelcomePage)[-1]
    assert page.isVisible()
    return page


def project(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    Project.create(folder / f"{name}.qvl").close()
    return folder / f"{name}.qvl"


def opened_name(session: Session) -> str:
    return session.project.path.stem if session.project is not None else ""


@pytest.fixture
def listed(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """The start page with three recent projects; the second one is gone."""
    now = time.time()
    rows = [Recent(project(tmp_path / name, name), now - place * 86_400) for place, name in enumerate("abc")]
    rows[1].path.unlink()
    recent.restore(session.settings, rows)
    window.resize(1280, 800)
    session.create_project(tmp_path / "other.qvl")
    recent.forget(session.settings, tmp_path / "other.qvl")
    session.close_project()
    page = page_of(window)
    qtbot.waitUntil(lambda: len(page.recent.model.gone) == 1)
    window.activateWindow()
    return window


def test_opening_is_remembered_with_its_time(session: Session, tmp_path: Path) -> None:
    before = time.time()
    assert session.create_project(tmp_path / "a.qvl")
    assert session.create_project(tmp_path / "b.qvl")
    assert session.open_project(tmp_path / "a.qvl")
    rows = recent.recent_projects(Settings(session.settings.path))
    assert [one.path.stem for one in rows] == ["a", "b"]
    assert all(before - 1 <= one.opened <= time.time() + 1 for one in rows)


def test_settings_without_times_are_read(session: Session) -> None:
    session.settings.recent_projects = ["/x/old.qvl"]
    session.settings.recent_opened = {"/x/old.qvl": "not a number", "/x/none.qvl": "5"}
    assert recent.recent_projects(session.settings) == [Recent(Path("/x/old.qvl"), 0.0)]


def test_rows_say_folder_and_time(listed: MainWindow) -> None:
    page = page_of(listed)
    model = page.recent.model
    told = [model.index(place).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(3)]
    assert told[0].startswith("a, ")
    assert "Today" in told[0]
    assert "Not there any more" in told[1]
    assert str(page.recent.model.rows[2].path.parent.name) in told[2]


def test_recent_projects_by_keys_alone(listed: MainWindow, session: Session) -> None:
    page = page_of(listed)
    page.recent.view.setFocus()
    press(Qt.Key.Key_Down)
    assert page.recent.locate_button.isVisible(), "the one that is gone can be looked for"
    press(Qt.Key.Key_Return)
    assert opened_name(session) == ""
    page.recent.view.setFocus()
    press(Qt.Key.Key_Down)
    assert not page.recent.locate_button.isVisible()
    press(Qt.Key.Key_Return)
    assert opened_name(session) == "c"


def test_a_click_opens_and_the_sign_removes(listed: MainWindow, session: Session, qtbot: QtBot) -> None:
    page = page_of(listed)
    view = page.recent.view
    gone = page.recent.model.rows[1]
    row = view.visualRect(page.recent.model.index(1))
    sign = QPoint(row.right() - SIGN // 2, row.bottom() - SIGN // 3)
    QTest.mouseMove(view.viewport(), sign)
    QTest.mouseClick(view.viewport(), LEFT, pos=sign)
    assert gone not in recent.recent_projects(session.settings)
    assert len(page.recent.model.rows) == 2
    undo = next(one for one in listed.toasts.findChildren(QPushButton) if one.text() == "Undo")
    click(undo)
    assert recent.recent_projects(session.settings)[1] == gone
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(page.recent.model.index(0)).center())
    assert session.project is not None
    assert session.project.path.stem == "a"


def test_delete_removes_but_never_the_file(listed: MainWindow, session: Session) -> None:
    page = page_of(listed)
    page.recent.view.setFocus()
    for _ in range(3):
        press(Qt.Key.Key_Delete)
    assert recent.recent_projects(session.settings) == []
    assert session.settings.recent_opened == {}
    assert not page.recent.isVisible(), "without projects there is one column"


def test_a_project_that_moved_is_located(
    listed: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(listed)
    there = project(tmp_path / "elsewhere", "b")
    asked = []

    def choose(_parent: object, title: str, folder: str, *_: object) -> tuple[str, str]:
        asked.append((title, folder))
        return str(there), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    page.recent.view.setCurrentIndex(page.recent.model.index(1))
    click(page.recent.locate_button)
    assert "b.qvl" in asked[0][0]
    assert Path(asked[0][1]).is_dir()
    assert session.project is not None
    assert session.project.path == there
    assert [one.path.stem for one in recent.recent_projects(session.settings)].count("b") == 1


def test_every_button_is_reached_by_tab_and_pressed_by_enter(
    listed: MainWindow, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(listed)
    page.tour_button.setFocus()
    met = [page.tour_button.objectName()]
    for _ in range(len(page.buttons) + 2):
        press(Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        met.append(focused.objectName())
    assert [button.objectName() for button in page.buttons] == met[: len(page.buttons)]
    assert "recentList" in met
    asked = []

    def choose(*_: object) -> str:
        asked.append(1)
        return ""

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    button = page.findChild(QPushButton, "welcome-open_folder")
    assert button is not None
    button.setFocus()
    press(Qt.Key.Key_Return)
    assert asked == [1]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: f"{one.name}-{one.language}")
def test_samples(window: MainWindow, session: Session, qtbot: QtBot, sample: Sample) -> None:
    page = page_of(window)
    name = f"welcome-{sample.name}-{sample.language or ''}".rstrip("-")
    button = page.findChild(QPushButton, name)
    assert button is not None
    button.setFocus()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)  # impatient
    qtbot.waitUntil(lambda: session.project is not None, timeout=20_000)
    opened = session.project
    assert opened is not None
    assert is_sample(opened.path)
    assert (opened.region_count() > 0) == sample.boxes
    assert (opened.conversation_count() > 0) == sample.conversations
    refs = "".join(opened.ref_counts())
    if sample.boxes:
        assert refs.isascii() == (sample.language != "zh")
    else:
        said = opened.conversations_of(opened.conversation_ids()[:1])[0]
        assert "<box>" in said.turns[1].text
    session.close_project()
    qtbot.wait(50)
    assert session.project is None, "the second press did not open it again"
    folder = opened.path.parent
    assert [path.name for path in folder.glob("*.qvl")] == [opened.path.name]


def test_the_tour_begins_and_goes_on_here(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    page = page_of(window)
    assert page.tour_button.text().strip() == "Take the tour"
    click(page.tour_button)
    qtbot.waitUntil(lambda: session.project is not None, timeout=20_000)
    qtbot.waitUntil(lambda: window.tour.step.name == "draw", timeout=15_000)
    window.tour.next()
    window.tour.leave()
    session.close_project()
    page = page_of(window)
    assert page.tour_button.text().strip() == "Go on with the tour"
    click(page.tour_button)
    qtbot.waitUntil(lambda: session.project is not None, timeout=20_000)
    assert window.tour.step.name == "name"
    assert Progress(session.settings).stage == "on"


# Dragging


def mime(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def says(page: WelcomePage, text: str) -> bool:
    return page.hint.shown is not None and text in page.hint.shown.text


def hover(page: WelcomePage, data: QMimeData) -> bool:
    """Drag onto the page and over it; whether it would take it."""
    enter = QDragEnterEvent(QPoint(40, 40), COPY, data, LEFT, PLAIN)
    QApplication.sendEvent(page, enter)
    move = QDragMoveEvent(QPoint(60, 60), COPY, data, LEFT, PLAIN)
    QApplication.sendEvent(page, move)
    return move.isAccepted()


def hover_and_drop(page: WelcomePage, *paths: Path) -> None:
    data = mime(*paths)
    assert hover(page, data)
    QApplication.sendEvent(page, QDropEvent(QPointF(60, 60), COPY, data, LEFT, PLAIN))


@pytest.fixture
def things(tmp_path: Path) -> dict[str, Path]:
    pictures = tmp_path / "holidays"
    pictures.mkdir()
    Image.new("RGB", (40, 30)).save(pictures / "a.jpg")
    coco = tmp_path / "boxes.json"
    coco.write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "holidays/a.jpg", "width": 40, "height": 30}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 2, 10, 10]}],
                "categories": [{"id": 1, "name": "cup"}],
            }
        )
    )
    (tmp_path / "notes.docx").write_bytes(b"no data")
    yolo = tmp_path / "yolo"
    (yolo / "images").mkdir(parents=True)
    (yolo / "labels").mkdir()
    Image.new("RGB", (40, 30)).save(yolo / "images" / "a.jpg")
    (yolo / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (yolo / "data.yaml").write_text("names:\n  0: cup\ntrain: images\n")
    return {
        "folder": pictures,
        "coco": coco,
        "yolo": yolo,
        "picture": pictures / "a.jpg",
        "other": tmp_path / "notes.docx",
    }


def test_hovering_says_what_will_happen(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, things: dict[str, Path]
) -> None:
    install_language("en")  # for the plural
    page = page_of(window)
    own = project(tmp_path / "own", "own")
    for path, title, text in (
        (own, "Open the project “own”", str(tmp_path / "own")),
        (own.parent, "Open the project “own”", str(tmp_path / "own")),
        (things["folder"], "New project “holidays”", "pictures in this folder"),
        (things["coco"], "Import “boxes.json”", "COCO"),
        (things["yolo"], "New project “yolo”", "YOLO"),
        (things["picture"], "New project with 1 picture", "Asks first"),
    ):
        data = mime(path)
        assert hover(page, data), path
        assert page.hint.isVisible()
        qtbot.waitUntil(partial(says, page, text), timeout=10_000)
        assert page.hint.title == title
        QApplication.sendEvent(page, QDragLeaveEvent())
        assert not page.hint.isVisible()
    data = mime(things["folder"], things["yolo"])
    assert hover(page, data)
    assert page.hint.title == "New project with all these folders"
    QApplication.sendEvent(page, QDragLeaveEvent())
    data = mime(things["other"])
    assert not hover(page, data), "the cursor shows that it is not taken"
    assert page.hint.shown is not None
    assert page.hint.shown.kind == "nothing"
    QApplication.sendEvent(page, QDragLeaveEvent())
    assert not page.hint.isVisible()


def test_dropping_does_it(
    window: MainWindow, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, things: dict[str, Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    page = page_of(window)
    hover_and_drop(page, things["folder"])
    assert not page.hint.isVisible()
    assert session.project is not None
    assert session.project.path == things["folder"] / "holidays.qvl"
    qtbot.waitUntil(lambda: session.project is not None and session.project.picture_count() == 1, timeout=15_000)
    session.close_project()

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "imported"), ""))
    hover_and_drop(page_of(window), things["coco"])
    assert session.project is not None
    assert session.project.path == tmp_path / "imported.qvl"
    dialog = the(ImportDialog, window)
    qtbot.waitUntil(dialog.button.isEnabled, timeout=15_000)
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.is_done, timeout=15_000)
    assert session.project.region_count() == 1
    click(dialog.button)
    session.close_project()

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "few.qvl"), ""))
    hover_and_drop(page_of(window), things["picture"])
    wait_for_one(session, qtbot, "few.qvl")
    session.close_project()

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "all.qvl"), ""))
    hover_and_drop(page_of(window), things["folder"], things["yolo"])
    qtbot.waitUntil(lambda: session.project is not None and session.project.picture_count() == 2, timeout=15_000)


def wait_for_one(session: Session, qtbot: QtBot, name: str) -> None:
    assert opened_name(session) == Path(name).stem
    qtbot.waitUntil(lambda: session.project is not None and session.project.picture_count() == 1, timeout=15_000)


def test_it_fits_a_small_window(listed: MainWindow) -> None:
    listed.resize(1024, 640)
    page = page_of(listed)
    QApplication.processEvents()
    for button in page.buttons:
        if button.isVisible():
            assert button.width() >= button.sizeHint().width() - 1, button.objectName()
            place = button.mapTo(page, QPoint(0, 0))
            assert page.rect().contains(place), button.objectName()
            assert page.rect().contains(place + QPoint(button.width() - 1, button.height() - 1)), button.objectName()
