"""The frame: pages, start page, notices, undo, languages, looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from qvl_desktop import app
from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.colours import DARK, LIGHT
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.pages import FIRST, PAGES
from qvl_desktop.gui.theme import theme
from qvl_desktop.jobs.opening import open_path
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.settings import Settings


def make_pictures(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.new("RGB", (40, 30), (number * 20 % 255, 80, 120)).save(folder / f"图 {number}.png")
    return folder


def button(window: MainWindow, name: str) -> QToolButton:
    found = window.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def test_every_page_opens_with_a_click_on_the_rail(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    assert session.create_project(tmp_path / "p.qvl")
    for page in PAGES:
        qtbot.mouseClick(button(window, f"rail-{page.name}"), Qt.MouseButton.LeftButton)
        assert window.current_page == page.name
        assert window.page(page).isVisible()


def test_without_a_project_the_start_page_stands_in(window: MainWindow, session: Session, tmp_path: Path) -> None:
    shown = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "From pictures to a model that points" in shown
    assert session.create_project(tmp_path / "p.qvl")
    first = next(page for page in PAGES if page.name == FIRST)
    assert window.page(first).isVisible()
    assert window.windowTitle().startswith("p ")
    session.close_project()
    assert not window.page(first).isVisible()


def test_a_folder_of_pictures_becomes_a_project(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = make_pictures(tmp_path / "照片", 3)
    (folder / "broken.png").write_bytes(b"no picture")
    assert open_path(session, folder)
    assert session.project is not None
    qtbot.waitUntil(lambda: bool(window.toasts.texts))
    assert session.project.picture_count() == 3
    assert "broken.png" in window.toasts.texts[0]
    assert (folder / "照片.qvl").is_file()
    session.close_project()
    assert open_path(session, folder), "the second time its project is opened"
    assert session.project.picture_count() == 3


def test_a_file_that_is_no_project_leaves_the_open_one(window: MainWindow, session: Session, tmp_path: Path) -> None:
    assert session.create_project(tmp_path / "good.qvl")
    good = session.project
    (tmp_path / "bad.qvl").write_bytes(b"something else" * 100)
    assert not session.open_project(tmp_path / "bad.qvl")
    assert session.project is good
    assert "bad.qvl" in window.toasts.texts[-1]


def test_undo_and_redo_follow_the_project(window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    assert session.create_project(tmp_path / "p.qvl")
    assert not button(window, "undoButton").isEnabled()
    assert session.project is not None
    session.project.add_pictures([make_pictures(tmp_path / "pictures", 2)])
    qtbot.waitUntil(button(window, "undoButton").isEnabled)
    qtbot.mouseClick(button(window, "undoButton"), Qt.MouseButton.LeftButton)
    assert session.project.picture_count() == 0
    assert button(window, "redoButton").isEnabled()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert session.project.picture_count() == 2


def test_notices_are_counted_not_stacked(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    for _ in range(3):
        session.report(QvlError("{path}: gone", path="a.png"))
    session.notice.emit("info", "hello")
    assert window.toasts.texts == ["a.png: gone", "hello"]
    assert any(label.text() == "a.png: gone  ×3" for label in window.toasts.findChildren(QLabel))
    closers = window.toasts.findChildren(QToolButton)
    qtbot.mouseClick(closers[0], Qt.MouseButton.LeftButton)
    assert window.toasts.texts == ["hello"]


def test_recent_projects_come_newest_first(session: Session, tmp_path: Path) -> None:
    for name in ("a", "b", "a"):
        path = tmp_path / f"{name}.qvl"
        assert session.open_project(path) if path.exists() else session.create_project(path)
    assert [Path(path).stem for path in Settings(session.settings.path).recent_projects] == ["a", "b"]


def test_window_fits_a_small_screen(window: MainWindow, session: Session, tmp_path: Path) -> None:
    assert session.create_project(tmp_path / "p.qvl")
    window.resize(1024, 640)
    for page in PAGES:
        window.show_page(page.name)
        assert window.minimumSizeHint().width() <= 1024, page.name
        assert window.minimumSizeHint().height() <= 640, page.name
        assert window.width() == 1024


def test_the_look_can_be_switched_and_is_kept(window: MainWindow) -> None:
    theme().set_mode("dark")
    assert theme().colours is DARK
    background = window.grab().toImage().pixelColor(20, window.height() - 20)
    assert background == QColor(DARK.panel)
    theme().set_mode("light")
    assert theme().colours is LIGHT


def test_language_switches_while_open(window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    assert session.create_project(tmp_path / "p.qvl")
    for page in PAGES:
        window.show_page(page.name)
    window.change_language("zh_CN")
    assert button(window, "rail-train").text() == "训练"
    for page in PAGES:
        window.show_page(page.name)
    window.change_language("en")
    assert button(window, "rail-train").text() == "Train"
    qtbot.wait(50)  # the pages of the other language are deleted now
    with qtbot.captureExceptions() as raised:
        session.engine.stageChanged.emit("model")
        session.engine.stateChanged.emit(session.engine.state)
        session.modelsChanged.emit()
        session.runs.listChanged.emit()
        theme().set_mode("dark")
        theme().set_mode("light")
        session.close_project()
    assert raised == []


@pytest.mark.parametrize(
    ("pyside", "python", "fit"),
    [("6.11.3", (3, 11), True), ("6.12.0", (3, 11), False), ("6.12.0", (3, 12), True), ("6.12.1", (3, 10), True)],
)
def test_the_pair_that_crashes_is_refused(pyside: str, python: tuple[int, int], fit: bool) -> None:
    refusal = app.unfit_versions(pyside, python)
    assert (refusal == "") is fit
    assert fit or "pip install" in refusal


def test_unexpected_failures_become_a_notice(window: MainWindow, session: Session) -> None:
    session.report(ZeroDivisionError("by zero"))
    assert "ZeroDivisionError" in window.toasts.texts[-1]
