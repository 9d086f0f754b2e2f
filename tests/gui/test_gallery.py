"""The Pictures page in the real window: keys, mouse, filters, batches; what the other pages see of it."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.gallery.page import PicturesPage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.work_bar import WorkBar
from qvl_desktop.jobs import picture_query
from qvl_desktop.jobs.opening import index_pictures
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.indexing import Measured
from qvl_desktop.storage.project import Project
from tests.gui.pictures import make_picture

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
COUNT = 40


@pytest.fixture
def page(window: MainWindow, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PicturesPage:
    """The page with forty pictures in two folders, the first five with a box."""
    monkeypatch.setenv("QVL_CONFIG_DIR", str(tmp_path / "config"))
    window.resize(1280, 800)
    files = [make_picture(tmp_path / ("a" if n < 20 else "b") / f"scene {n}.png", (64, 48)) for n in range(COUNT)]
    assert session.create_project(tmp_path / "shapes.qvl")
    assert session.project is not None
    session.project.add_pictures(files)
    for picture_id in session.project.picture_ids()[:5]:
        session.project.add_region(picture_id, "cup", Rect(1, 1, 20, 20))
    window.show_page("pictures")
    made = window.findChild(PicturesPage)
    assert made is not None
    made.grid.setFocus()
    return made


def project_of(session: Session) -> Project:
    assert session.project is not None
    return session.project


def press(page: PicturesPage, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(QApplication.focusWidget() or page.grid, key, modifier)


def click(page: PicturesPage, place: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    centre = page.grid.visualRect(page.model.index(place, 0)).center()
    QTest.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, modifier, centre)


def chosen(page: PicturesPage) -> list[int]:
    return [page.model.place(one) or 0 for one in page.selected()]


def test_arrows_go_through_the_grid_and_enter_opens(page: PicturesPage, window: MainWindow, session: Session) -> None:
    columns = page.grid.columns
    assert columns > 3
    click(page, 0)
    press(page, Qt.Key.Key_Right)
    press(page, Qt.Key.Key_Down)
    assert chosen(page) == [columns + 1]
    press(page, Qt.Key.Key_Up)
    press(page, Qt.Key.Key_Up)
    press(page, Qt.Key.Key_Left)
    press(page, Qt.Key.Key_Left)
    assert chosen(page) == [0]
    press(page, Qt.Key.Key_End)
    assert chosen(page) == [COUNT - 1]
    assert page.grid.viewport().rect().contains(page.grid.visualRect(page.grid.currentIndex()))
    press(page, Qt.Key.Key_Return)
    assert window.current_page == "annotate"
    annotate = window.findChild(AnnotatePage)
    assert annotate is not None
    assert annotate.editing.picture is not None
    assert annotate.editing.picture.path.endswith("scene 39.png")
    annotate.pictures.step(-1)
    window.show_page("pictures")
    assert chosen(page) == [COUNT - 2]


def test_runs_and_single_pictures_are_selected_with_shift_and_ctrl(page: PicturesPage) -> None:
    click(page, 2)
    click(page, 5, SHIFT)
    assert chosen(page) == [2, 3, 4, 5]
    click(page, 8, CTRL)
    click(page, 3, CTRL)
    assert chosen(page) == [2, 4, 5, 8]
    click(page, 1)
    press(page, Qt.Key.Key_Right, SHIFT)
    press(page, Qt.Key.Key_Down, SHIFT)
    assert chosen(page) == list(range(1, page.grid.columns + 3))
    press(page, Qt.Key.Key_A, CTRL)
    assert len(chosen(page)) == COUNT
    assert page.batch.buttons.isVisible()


def test_a_rubber_band_selects_a_block(page: PicturesPage) -> None:
    grid, left = page.grid, Qt.MouseButton.LeftButton
    columns = grid.columns
    start = grid.visualRect(grid.model().index(columns + 2, 0)).center()
    assert not grid.indexAt(QPoint(2, 2)).isValid()
    QTest.mousePress(grid.viewport(), left, NONE, QPoint(2, 2))
    for at in (QPoint(20, 20), start / 2, start):
        QTest.mouseMove(grid.viewport(), at)
    QTest.mouseRelease(grid.viewport(), left, NONE, start)
    picked = chosen(page)
    assert picked[0] == 0
    assert {place // columns for place in picked} == {0, 1}
    assert {place % columns for place in picked} == {0, 1, 2}


def test_typing_searches_and_escape_takes_it_back(page: PicturesPage, qtbot: QtBot) -> None:
    click(page, 0)
    press(page, Qt.Key.Key_3)
    QTest.keyClicks(QApplication.focusWidget(), "9")
    assert page.filters.search.hasFocus()
    qtbot.waitUntil(lambda: len(page.model.ids) == 1)
    press(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(page.model.ids) == COUNT)
    QTest.keyClicks(page.filters.search, "b/scene")
    qtbot.waitUntil(lambda: len(page.model.ids) == 20)
    press(page, Qt.Key.Key_Return)
    assert page.grid.hasFocus()


def test_batches_are_one_undo_step_each(page: PicturesPage, session: Session) -> None:
    project = project_of(session)
    ids = project.picture_ids()
    click(page, 0)
    click(page, 9, SHIFT)
    press(page, Qt.Key.Key_E, CTRL)
    assert project.picture_ids(status="done") == ids[:10]
    assert page.progress_words.text() == "10 of 40 done"
    assert chosen(page) == list(range(10))
    page.batch.splitChosen.emit("val")
    assert project.picture_ids(split="val") == ids[:10]
    press(page, Qt.Key.Key_E, CTRL)
    assert project.picture_ids(status="done") == []
    press(page, Qt.Key.Key_Delete)
    assert project.picture_ids() == ids[10:]
    assert len(page.model.ids) == 30
    session.undo()
    assert project.picture_ids() == ids
    assert project.region_count() == 5
    for _ in range(3):
        session.undo()
    assert project.picture_ids(status="done") == project.picture_ids(split="val") == []


def test_a_large_batch_runs_beside_the_window(
    page: PicturesPage, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_query, "_FEW", 5)
    press(page, Qt.Key.Key_A, CTRL)
    press(page, Qt.Key.Key_S, CTRL)
    project = project_of(session)
    qtbot.waitUntil(lambda: len(project.picture_ids(status="skipped")) == COUNT)
    qtbot.waitUntil(lambda: (row := page.model.row(0)) is not None and row.status == "skipped")


def test_next_untouched_leaps_over_what_is_touched(page: PicturesPage, session: Session) -> None:
    project = project_of(session)
    ids = project.picture_ids()
    project.set_status(ids[5:8], "done")
    path = project.picture(ids[8]).path
    project.add_conversation(Conversation((user_turn([path], "?"), Turn("assistant", "!"))))
    click(page, 0)
    press(page, Qt.Key.Key_Right, CTRL)
    assert chosen(page) == [9]
    press(page, Qt.Key.Key_Left, CTRL)
    assert chosen(page) == [COUNT - 1]


def test_the_same_filter_stands_over_list_and_gallery(page: PicturesPage, window: MainWindow, session: Session) -> None:
    session.pictures.set_filter(PictureFilter(refs=("cup",), statuses=("in_work",)))
    assert len(page.model.ids) == 5
    window.show_page("annotate")
    annotate = window.findChild(AnnotatePage)
    assert annotate is not None
    assert len(annotate.pictures.model.ids) == 5
    said = [chip.accessibleName() for chip in annotate.pictures.filters.words.findChildren(QPushButton)]
    assert said == ["In work", "with “cup”"]
    annotate.pictures.only_bare.click()
    assert len(annotate.pictures.model.ids) == 0
    assert session.pictures.filter.regions_to == 0


def test_the_sheet_of_filters_sets_each_and_words_take_them_away(
    page: PicturesPage, session: Session, qtbot: QtBot
) -> None:
    project = project_of(session)
    ids = project.picture_ids()
    path = project.picture(ids[7]).path
    project.add_conversation(Conversation((user_turn([path], "在哪里?"), Turn("assistant", "左边"))))
    project.set_status(ids[:2], "done")
    QTest.mouseClick(page.filters.more, Qt.MouseButton.LeftButton)
    panel = page.filters.panel
    assert panel is not None
    QTest.mouseClick(panel.statuses["done"], Qt.MouseButton.LeftButton)
    assert list(page.model.ids) == ids[:2]
    QTest.mouseClick(panel.statuses["in_work"], Qt.MouseButton.LeftButton)
    assert list(page.model.ids) == [*ids[:5], ids[7]]
    assert session.pictures.filter.statuses == ("in_work", "done")
    panel.said.setText("左")
    qtbot.waitUntil(lambda: list(page.model.ids) == [ids[7]])
    panel.said.clear()
    QTest.keyClicks(panel.ref, "cup")
    QTest.keyClick(panel.ref, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: list(page.model.ids) == ids[:5])
    QTest.keyClicks(panel.ranges["regions"][0], "2")
    qtbot.waitUntil(lambda: list(page.model.ids) == [])
    assert "0" in panel.shown.text()
    panel.ranges["regions"][0].clear()
    qtbot.waitUntil(lambda: list(page.model.ids) == ids[:5])
    panel.name.setText("cups")
    QTest.keyClick(panel.name, Qt.Key.Key_Return)
    QTest.mouseClick(panel.clear, Qt.MouseButton.LeftButton)
    assert len(page.model.ids) == COUNT
    assert session.pictures.saved() == {"cups": PictureFilter(refs=("cup",), statuses=("in_work", "done"))}
    panel.saved.setCurrentIndex(1)
    panel.saved.activated.emit(1)
    assert list(page.model.ids) == ids[:5]
    panel.hide()
    for _ in range(2):
        chip = next(button for button in page.filters.words.findChildren(QPushButton) if button.isVisible())
        QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
        qtbot.wait(1)
    assert session.pictures.filter.empty
    assert not page.filters.words.isVisible()


def test_nothing_found_says_so_and_offers_the_way_back(page: PicturesPage, session: Session, qtbot: QtBot) -> None:
    session.pictures.set_filter(PictureFilter(text="no such"))
    assert page.nothing.isVisible()
    button = next(one for one in page.nothing.findChildren(QPushButton) if one.isVisible())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert page.grid.isVisible()
    assert len(page.model.ids) == COUNT


def test_ctrl_and_the_wheel_change_the_size(page: PicturesPage) -> None:
    before = page.grid.side
    at = QPointF(200, 200)
    event = QWheelEvent(
        at, page.grid.viewport().mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, CTRL,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(page.grid.viewport(), event)
    assert page.grid.side > before
    assert page.size_slider.value() == page.grid.side
    page.size_slider.setValue(96)
    assert page.grid.side == 96


def test_thumbnails_come_with_boxes_signs_and_splits(page: PicturesPage, session: Session, qtbot: QtBot) -> None:
    project = project_of(session)
    row = project.picture(project.picture_ids()[0])
    qtbot.waitUntil(lambda: isinstance(page.thumbnails.get(row.file), QImage), timeout=10_000)

    def cell() -> QImage:
        return page.grid.viewport().grab(page.grid.visualRect(page.model.index(0, 0))).toImage()

    with_boxes = cell()
    press(page, Qt.Key.Key_B, CTRL)
    assert cell() != with_boxes
    press(page, Qt.Key.Key_B, CTRL)
    assert cell() == with_boxes
    project.set_status([row.id], "done")
    done = cell()
    assert done != with_boxes
    project.set_split([row.id], "train")
    assert cell() != done
    project.add_region(row.id, "cat", Rect(30, 10, 60, 40))
    assert page.outlines.of(row.id, lambda: [row.id])[1][0] == "cat"


def fill(session: Session, count: int) -> None:
    """Many pictures without files."""
    project = project_of(session)
    folder = project.folder
    project.add_measured([Measured(folder / f"many/{n:06}.jpg", 640, 480) for n in range(count)])


def test_with_many_pictures_questions_are_asked_beside_the_window(
    page: PicturesPage, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_query, "AT_ONCE", 100)
    fill(session, 3000)
    qtbot.waitUntil(lambda: len(page.model.ids) == 3000 + COUNT)
    query = session.pictures
    for text in ("many/0", "many/00", "many/000", "many/0001"):
        query.set_filter(PictureFilter(text=text))
    assert query.busy
    qtbot.waitUntil(lambda: not query.busy)
    assert len(page.model.ids) == 100
    query.set_filter(PictureFilter())
    qtbot.waitUntil(lambda: len(page.model.ids) == 3000 + COUNT)
    place = page.model.ids[1500]
    page.grid.scrollTo(page.model.index(1500, 0))
    first = page.model.ids[page.grid.in_sight()[0]]
    project_of(session).remove_pictures([page.model.ids[3]])
    qtbot.waitUntil(lambda: len(page.model.ids) == 2999 + COUNT)
    assert first in page._ids_in_sight()
    assert place in page.model.ids


def test_a_hundred_thousand_cells_scroll_without_being_made(page: PicturesPage, session: Session) -> None:
    page.model.show(session.project, [project_of(session).picture_ids()[0]] * 100_000)
    page.grid.updateGeometries()
    bar, began = page.grid.verticalScrollBar(), time.perf_counter()
    for step in range(20):
        bar.setValue(bar.maximum() * step // 20)
        page.grid.viewport().repaint()
    assert time.perf_counter() - began < 4
    assert page.thumbnails.waiting <= 200


def test_pictures_being_added_are_told_and_can_be_stopped(
    page: PicturesPage, window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(600):
        target = tmp_path / "more" / f"{number}.png"
        target.parent.mkdir(exist_ok=True)
        target.symlink_to(tmp_path / "a" / "scene 0.png")
    bar = window.findChild(WorkBar)
    assert bar is not None
    assert not bar.isVisible()
    said: list[str] = []
    session.notice.connect(lambda level, text: said.append(text))
    seen: list[str] = []
    session.pictures.addingBegun.connect(
        lambda adding: adding.progressed.connect(lambda done, total: seen.append(bar.words.text()))
    )
    index_pictures(session, [tmp_path / "more"])
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert len(said) == 1
    assert said[0].startswith("600 picture")
    assert any("600" in words for words in seen)
    assert not bar.isVisible()
    qtbot.waitUntil(lambda: len(page.model.ids) == COUNT + 600)


def test_a_folder_dropped_on_any_page_is_added(
    page: PicturesPage, window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    make_picture(tmp_path / "dropped" / "new.png")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "dropped"))])
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
    window.dropEvent(event)
    qtbot.waitUntil(lambda: len(page.model.ids) == COUNT + 1)


def test_a_project_opens_where_it_was_left(page: PicturesPage, window: MainWindow, session: Session) -> None:
    path = project_of(session).path
    page.open_picture(17)
    session.close_project()
    assert session.open_project(path)
    annotate = window.findChild(AnnotatePage)
    assert annotate is not None
    assert annotate.bar.position.text() == "18 / 40"


def test_every_control_has_a_name(page: PicturesPage) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit, QScrollBar

    page.filters.open_panel()
    for kind in (QAbstractButton, QLineEdit, QAbstractItemView, QAbstractSlider, QComboBox):
        for widget in page.findChildren(kind):
            if widget.isVisible() and not isinstance(widget, QScrollBar):
                named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
                assert named, widget
    assert page.filters.panel is not None
    page.filters.panel.hide()


def page_of_history(path: Path) -> tuple[int, int]:
    """The size of the file's pages and the number of one that holds history alone, which no view reads."""
    connection = sqlite3.connect(path)
    try:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        query = "SELECT max(pageno) FROM dbstat WHERE name = 'atoms' AND pagetype = 'leaf'"
        (number,) = connection.execute(query).fetchone()
    finally:
        connection.close()
    return size, number


def test_damage_found_after_opening_is_told_and_nothing_is_written(
    page: PicturesPage, session: Session, qtbot: QtBot
) -> None:
    project = project_of(session)
    with project.step("Add regions"):
        for picture_id in project.picture_ids():
            project.add_regions(picture_id, [(f"thing {n % 7}", Rect(n % 50, 1, 60, 40)) for n in range(40)])
    path = project.path
    session.close_project()
    facts = path.stat()
    data = bytearray(path.read_bytes())
    size, page_number = page_of_history(path)
    data[(page_number - 1) * size : page_number * size] = os.urandom(size)
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    said: list[tuple[str, str]] = []
    session.notice.connect(lambda level, text: said.append((level, text)))
    assert session.open_project(path)
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert said[0][0] == "error"
    assert "damaged" in said[0][1]
    assert len(page.model.ids) == COUNT
    before = path.read_bytes()
    said.clear()
    page.grid.setFocus()
    press(page, Qt.Key.Key_A, CTRL)
    press(page, Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert "damaged" in said[0][1]
    session.close_project()
    assert path.read_bytes() == before
