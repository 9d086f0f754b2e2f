"""The Annotate page in the real window: mouse and keys on one side, the project's SQLite file on the other."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.errors import QvlError
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.project import Project
from tests.gui.pictures import click, drag, make_picture, on_screen


def stored(session: Session) -> list[tuple[str, str, float, float, float, float]]:
    """The regions as another program reads them from the file."""
    assert session.project is not None
    with sqlite3.connect(session.project.path) as connection:
        return connection.execute("SELECT ref, token, x1, y1, x2, y2 FROM regions ORDER BY id").fetchall()


@pytest.fixture
def page(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> AnnotatePage:
    """The page with a project of six pictures, the first one shown."""
    files = [make_picture(tmp_path / "pictures" / f"scene {number}.png") for number in range(6)]
    assert session.create_project(tmp_path / "shapes.qvl")
    assert session.project is not None
    session.project.add_pictures(files)
    window.show_page("annotate")
    made = window.findChild(AnnotatePage)
    assert made is not None
    shown(qtbot, made)
    return made


def shown(qtbot: QtBot, page: AnnotatePage) -> None:
    """Wait until the canvas shows the picture that is the current one."""
    picture = page.editing.picture
    assert picture is not None
    qtbot.waitUntil(lambda: page.canvas.path == picture.file and not page.canvas.waiting, timeout=10_000)


def press(page: AnnotatePage, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key to whatever has the focus."""
    QTest.keyClick(QApplication.focusWidget() or page.canvas, key, modifier)


def draw(page: AnnotatePage, rect: tuple[float, float, float, float], ref: str | None = None) -> None:
    """Drag a box and type its ref (None: leave with Esc)."""
    drag(page.canvas, rect[:2], rect[2:])
    assert page.editor.isVisible()
    if ref is None:
        press(page, Qt.Key.Key_Escape)
    else:
        page.editor.line.clear()
        QTest.keyClicks(page.editor.line, ref)
        press(page, Qt.Key.Key_Return)
    assert not page.editor.isVisible()


CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_dragged_box_is_in_the_project_file(page: AnnotatePage, session: Session) -> None:
    drag(page.canvas, (64, 48), (320, 240))
    ref, token, *_ = stored(session)[0]
    assert ref == ""
    assert token.startswith("<box>(")
    numbers = [int(v) for v in token.replace("<box>(", "").replace(")</box>", "").replace("),(", ",").split(",")]
    assert numbers == pytest.approx([100, 100, 500, 500], abs=2)
    assert page.panel.token.text() == token


def test_two_clicks_make_a_box(page: AnnotatePage, session: Session) -> None:
    click(page.canvas, 64, 48)
    assert stored(session) == []
    click(page.canvas, 320, 240)
    assert [row[2:] for row in stored(session)] == [pytest.approx((64, 48, 320, 240), abs=1)]


def test_the_token_is_live_during_the_drag(page: AnnotatePage, session: Session) -> None:
    viewport, left, plain = page.canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(viewport, left, plain, on_screen(page.canvas, 64, 48))
    seen = []
    for x, y in ((160, 120), (320, 240)):
        QTest.mouseMove(viewport, on_screen(page.canvas, x, y))
        seen.append(page.panel.token.text())
    assert seen[0] != seen[1]
    assert all(text.startswith("<box>(") for text in seen)
    assert stored(session) == []
    QTest.mouseRelease(viewport, left, plain, on_screen(page.canvas, 320, 240))
    assert stored(session)[0][1] == seen[1]


def test_a_ref_is_typed_in_place_and_the_next_box_takes_it(page: AnnotatePage, session: Session) -> None:
    draw(page, (64, 48, 200, 150), "red cup")
    draw(page, (300, 200, 400, 300), None)
    assert [row[0] for row in stored(session)] == ["red cup", "red cup"]
    assert page.canvas.hasFocus()


def test_a_chinese_ref_comes_through_an_input_method(page: AnnotatePage, session: Session) -> None:
    drag(page.canvas, (64, 48), (200, 150))
    event = QInputMethodEvent()
    event.setCommitString("红色圆形")
    QApplication.sendEvent(page.editor.line, event)
    press(page, Qt.Key.Key_Return)
    assert stored(session)[0][0] == "红色圆形"


def test_completion_offers_the_projects_refs(page: AnnotatePage, session: Session) -> None:
    draw(page, (10, 10, 60, 60), "green triangle")
    draw(page, (100, 10, 160, 60), "red circle")
    draw(page, (200, 10, 260, 60), "red square")
    drag(page.canvas, (300, 10), (360, 60))
    page.editor.line.clear()
    QTest.keyClicks(page.editor.line, "re")
    assert [page.editor.list.item(row).text() for row in range(page.editor.list.count())] == [
        "red square", "red circle", "green triangle"
    ]  # fmt: skip
    press(page, Qt.Key.Key_Down)
    press(page, Qt.Key.Key_Down)
    press(page, Qt.Key.Key_Return)
    assert stored(session)[-1][0] == "red circle"
    drag(page.canvas, (400, 10), (460, 60))
    page.editor.line.clear()
    QTest.keyClicks(page.editor.line, "gre")
    press(page, Qt.Key.Key_Tab)
    press(page, Qt.Key.Key_Return)
    assert stored(session)[-1][0] == "green triangle"


def test_what_was_typed_is_kept_when_the_mouse_goes_on(page: AnnotatePage, session: Session) -> None:
    drag(page.canvas, (10, 10), (60, 60))
    QTest.keyClicks(page.editor.line, "lamp")
    drag(page.canvas, (300, 300), (400, 400))
    assert [row[0] for row in stored(session)] == ["lamp", "lamp"]


def test_a_ref_with_tags_is_refused_and_nothing_is_lost(page: AnnotatePage, session: Session) -> None:
    notices: list[tuple[str, str]] = []
    session.notice.connect(lambda level, text: notices.append((level, text)))
    draw(page, (10, 10, 60, 60), "cup")
    press(page, Qt.Key.Key_F2)
    page.editor.line.setText("<box>")
    press(page, Qt.Key.Key_Return)
    assert stored(session)[0][0] == "cup"
    assert notices[0][0] == "error"


def test_digits_give_the_recent_refs_and_keep_their_meaning(page: AnnotatePage, session: Session) -> None:
    for number, ref in enumerate(("one", "two", "three")):
        draw(page, (10 + 100 * number, 10, 60 + 100 * number, 60), ref)
    slots = page.editing.digit_refs()
    assert slots == ["one", "two", "three"]
    draw(page, (310, 10, 360, 60), "one")
    for digit in (3, 2, 1, 2):
        press(page, Qt.Key(Qt.Key.Key_0 + digit))
        assert stored(session)[-1][0] == slots[digit - 1]
        assert page.editing.digit_refs() == slots
    press(page, Qt.Key.Key_9)
    assert stored(session)[-1][0] == "two"


def test_a_ref_that_is_no_longer_used_frees_its_digit(page: AnnotatePage, session: Session) -> None:
    for number, ref in enumerate(("one", "two", "three")):
        draw(page, (10 + 100 * number, 10, 60 + 100 * number, 60), ref)
    click(page.canvas, 35, 35)
    press(page, Qt.Key.Key_Delete)
    assert page.editing.digit_refs() == ["", "two", "three"]
    draw(page, (310, 10, 360, 60), "four")
    assert page.editing.digit_refs() == ["four", "two", "three"]


def test_a_digit_in_the_editor_takes_the_ref_at_once(page: AnnotatePage, session: Session) -> None:
    draw(page, (10, 10, 60, 60), "cup")
    draw(page, (100, 10, 160, 60), "lamp")
    slots = page.editing.digit_refs()
    drag(page.canvas, (200, 10), (260, 60))
    press(page, Qt.Key(Qt.Key.Key_1 + slots.index("cup")))
    assert not page.editor.isVisible()
    assert stored(session)[-1][0] == "cup"


def test_without_a_selection_a_digit_is_for_the_next_box(page: AnnotatePage, session: Session) -> None:
    draw(page, (10, 10, 60, 60), "cup")
    draw(page, (100, 10, 160, 60), "lamp")
    press(page, Qt.Key.Key_Escape)
    press(page, Qt.Key(Qt.Key.Key_1 + page.editing.digit_refs().index("cup")))
    draw(page, (200, 10, 260, 60), None)
    assert stored(session)[-1][0] == "cup"


def test_moving_resizing_and_nudging_reach_the_file(page: AnnotatePage, session: Session) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    before = stored(session)[0]
    drag(page.canvas, (150, 140), (190, 150))
    moved = stored(session)[0]
    assert moved[2:] == pytest.approx([before[2] + 40, before[3] + 10, before[4] + 40, before[5] + 10], abs=1.5)
    assert moved[1] != before[1]
    drag(page.canvas, (moved[4], moved[5]), (moved[4] + 60, moved[5] + 40))
    resized = stored(session)[0]
    assert resized[2:4] == moved[2:4]
    assert resized[4:] == pytest.approx([moved[4] + 60, moved[5] + 40], abs=1.5)
    press(page, Qt.Key.Key_Right)
    press(page, Qt.Key.Key_Up, SHIFT)
    assert stored(session)[0][2:4] == (resized[2] + 1, resized[3] - 10)
    assert page.panel.token.text() == stored(session)[0][1]


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_undo_and_redo(page: AnnotatePage, session: Session, key: Qt.Key) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    kept = stored(session)
    press(page, key)
    assert stored(session) == []
    assert page.canvas.boxes == []
    press(page, Qt.Key.Key_Z, CTRL)
    assert stored(session) == kept
    assert [box.label for box in page.canvas.boxes] == ["cup"]
    press(page, Qt.Key.Key_Z, CTRL)
    press(page, Qt.Key.Key_Z, CTRL)
    assert stored(session) == []
    for _ in range(2):
        press(page, Qt.Key.Key_Z, CTRL | SHIFT)
    assert stored(session) == kept


def test_copy_paste_and_duplicate(page: AnnotatePage, session: Session, qtbot: QtBot) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    place = stored(session)[0][2:]
    press(page, Qt.Key.Key_D, CTRL)
    press(page, Qt.Key.Key_C, CTRL)
    assert [row[0] for row in stored(session)] == ["cup", "cup"]
    assert stored(session)[1][2] == place[0] + 12
    press(page, Qt.Key.Key_PageDown)
    shown(qtbot, page)
    press(page, Qt.Key.Key_V, CTRL)
    assert page.panel.title.text().endswith("(1)")
    assert stored(session)[2][0] == "cup"


def test_the_previous_pictures_boxes_come_along_in_one_step(page: AnnotatePage, session: Session, qtbot: QtBot) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    draw(page, (300, 100, 400, 180), "lamp")
    press(page, Qt.Key.Key_D)
    shown(qtbot, page)
    press(page, Qt.Key.Key_V, CTRL | SHIFT)
    assert [box.label for box in page.canvas.boxes] == ["cup", "lamp"]
    press(page, Qt.Key.Key_V, CTRL | SHIFT)
    assert len(stored(session)) == 4
    press(page, Qt.Key.Key_Z, CTRL)
    assert len(stored(session)) == 2


def test_keys_go_through_the_pictures(page: AnnotatePage, qtbot: QtBot) -> None:
    assert page.bar.position.text() == "1 / 6"
    press(page, Qt.Key.Key_D)
    press(page, Qt.Key.Key_PageDown)
    assert page.bar.position.text() == "3 / 6"
    press(page, Qt.Key.Key_A)
    assert page.bar.position.text() == "2 / 6"
    shown(qtbot, page)
    for _ in range(9):
        press(page, Qt.Key.Key_PageUp)
    assert page.bar.position.text() == "1 / 6"
    assert not page.page_actions["previous"].isEnabled()


def test_the_list_filters_by_name_and_by_what_is_missing(page: AnnotatePage, qtbot: QtBot) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    page.pictures.only_bare.click()
    assert len(page.pictures.model.ids) == 5
    assert page.bar.position.text() == "– / 5"
    assert page.editing.picture is not None
    assert page.editing.picture.path.endswith("scene 0.png")
    QTest.keyClicks(page.pictures.search, "scene 3")
    qtbot.waitUntil(lambda: len(page.pictures.model.ids) == 1)
    page.pictures.step(1)
    assert page.bar.position.text() == "1 / 1"
    assert page.editing.picture.path.endswith("scene 3.png")


def test_typing_a_filter_types_and_does_nothing_else(page: AnnotatePage, session: Session) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    page.pictures.search.setFocus()
    QTest.keyClicks(page.pictures.search, "ad1h")
    press(page, Qt.Key.Key_Backspace)
    assert page.pictures.search.text() == "ad1"
    assert len(stored(session)) == 1
    assert page.bar.position.text().startswith("1 /")


def test_the_next_picture_without_regions(page: AnnotatePage, session: Session) -> None:
    assert session.project is not None
    ids = session.project.picture_ids()
    for picture_id in ids[:3]:
        session.project.add_region(picture_id, "cup", Rect(1, 1, 20, 20))
    press(page, Qt.Key.Key_N)
    assert page.pictures.current == ids[3]


def test_a_click_in_either_list_or_canvas_selects_everywhere(page: AnnotatePage) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    draw(page, (300, 100, 400, 180), "lamp")
    view = page.panel.view
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(page.panel.model.index(0)).center()
    )
    assert page.canvas.selected == page.editing.rows[0].id
    click(page.canvas, 350, 140)
    assert view.currentIndex().row() == 1
    assert page.panel.token.text() == page.editing.rows[1].token


def test_the_token_is_copied(page: AnnotatePage) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    page.panel.copy_token.click()
    assert QApplication.clipboard().text() == page.panel.token.text()


def test_boxes_hide_with_a_key(page: AnnotatePage) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    press(page, Qt.Key.Key_H)
    assert not any(item.isVisible() for item in page.canvas.scene().items() if item.zValue() > -1e17)
    press(page, Qt.Key.Key_H)
    assert page.canvas.scene().items()[0].isVisible()


def test_a_broken_picture_is_told_and_the_rest_goes_on(
    page: AnnotatePage, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    assert session.project is not None
    broken = tmp_path / "pictures" / "scene 9.jpg"
    Image.effect_noise((300, 200), 80).convert("RGB").save(broken)
    session.project.add_pictures([broken])
    broken.write_bytes(broken.read_bytes()[:2000])
    page.pictures.set_current(session.project.picture_ids()[-1])
    qtbot.waitUntil(lambda: str(broken) in page.canvas.message, timeout=10_000)
    press(page, Qt.Key.Key_A)
    shown(qtbot, page)
    draw(page, (100, 100, 200, 180), "cup")
    assert len(stored(session)) == 1


def test_a_file_of_another_size_than_the_project_knows_is_told(
    page: AnnotatePage, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    make_picture(tmp_path / "pictures" / "scene 4.png", (100, 80))
    assert session.project is not None
    page.pictures.set_current(session.project.picture_ids()[4])
    shown(qtbot, page)
    assert "640 × 480" in page.hint.text()
    assert "100 × 80" in page.hint.text()


def test_an_edit_that_fails_leaves_the_canvas_as_the_project_is(
    page: AnnotatePage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(page, (100, 100, 200, 180), "cup")
    before = stored(session)

    def full(*_: object) -> None:
        raise QvlError("the disk is full")

    monkeypatch.setattr(Project, "reshape_regions", full)
    drag(page.canvas, (150, 140), (250, 240))
    assert stored(session) == before
    assert page.canvas.boxes[0].rect == Rect(*before[0][2:])


def test_an_empty_project_asks_for_pictures_and_takes_a_dropped_folder(
    window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    make_picture(tmp_path / "dropped" / "a.png")
    make_picture(tmp_path / "dropped" / "deeper" / "b.png")
    (tmp_path / "dropped" / "c.png").write_text("no picture")
    session.create_project(tmp_path / "empty.qvl")
    window.show_page("annotate")
    page = window.findChild(AnnotatePage)
    assert page is not None
    assert page.empty.isVisible()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "dropped"))])
    event = QDropEvent(
        QPointF(QPoint(50, 50)), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    with qtbot.waitSignal(session.notice, timeout=10_000) as notice:
        page.dropEvent(event)
    assert "c.png" in notice.args[1]
    assert not page.empty.isVisible()
    assert page.bar.position.text() == "1 / 2"
    shown(qtbot, page)


def test_the_page_comes_back_to_the_picture_where_it_was_left(
    page: AnnotatePage, session: Session, qtbot: QtBot
) -> None:
    assert session.project is not None
    path = session.project.path
    page.pictures.step(3)
    session.close_project()
    session.open_project(path)
    assert page.bar.position.text() == "4 / 6"


def test_removed_pictures_leave_the_list(page: AnnotatePage, session: Session, qtbot: QtBot) -> None:
    assert session.project is not None
    first = session.project.picture_ids()[0]
    session.pictures.edit([first], "remove_pictures")
    assert page.bar.position.text() == "1 / 5"
    assert page.pictures.current != first
    session.undo()
    assert page.bar.position.text() == "2 / 6"


def test_the_focus_is_seen_when_it_came_by_a_key(page: AnnotatePage) -> None:
    frame = page.canvas._focus_frame
    assert not frame.isVisible()
    page.pictures.search.setFocus()
    page.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert frame.isVisible()
    page.pictures.search.setFocus()
    assert not frame.isVisible()


def test_every_control_has_a_name(page: AnnotatePage) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit

    for kind in (QAbstractButton, QLineEdit, QAbstractItemView):
        for widget in page.findChildren(kind):
            if widget.isVisible():
                named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
                assert named, (widget.objectName(), widget.parent())


def test_a_hundred_thousand_pictures_are_listed_at_once(page: AnnotatePage, session: Session) -> None:
    """Rows are read a page at a time: what is shown costs, not what there is."""
    import time

    assert session.project is not None
    with sqlite3.connect(session.project.path) as connection:
        connection.executemany(
            "INSERT INTO pictures (path, sort_key, width, height) VALUES (?, ?, 640, 480)",
            ((f"many/{number:06}.png", f"many/{number:06}.png") for number in range(100_000)),
        )
    began = time.perf_counter()
    page.pictures.reload()
    page.pictures.set_current(page.pictures.model.ids[70_000])
    page.grab()
    assert time.perf_counter() - began < 3.0
    assert len(page.pictures.model._rows) <= 4096
    assert page.bar.position.text() == "70001 / 100006"


def test_pictures_are_divided_at_random_from_the_menu(page: AnnotatePage, session: Session) -> None:
    project = session.project
    assert project is not None
    menu = page.pictures.menu_for([project.picture_ids()[0]])
    splits = next(action.menu() for action in menu.actions() if action.menu())
    division = next(action.menu() for action in splits.actions() if action.menu())
    assert "6" in division.title()
    division.actions()[0].trigger()
    assert project.split_counts() == {"train": 5, "val": 1}
    session.undo()
    assert project.split_counts() == {"": 6}


def test_what_the_hint_says_does_not_move_the_canvas(page: AnnotatePage, window: MainWindow, qtbot: QtBot) -> None:
    for width in (1024, 1180, 1400):
        window.resize(width, 640)
        qtbot.waitUntil(lambda width=width: window.width() == width)  # type: ignore[misc]
        places = set()
        for words in ("", "Short.", "Words that " + "take " * 16 + "room.", "Short again."):
            page.desk.hintChanged.emit(words, False)
            qtbot.wait(30)
            places.add(page.canvas.geometry().getRect())
        assert len(places) == 1, width
