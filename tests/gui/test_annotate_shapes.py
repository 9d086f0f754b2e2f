"""Quads, points and several regions at once on the real Annotate page, down to the rows of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from tests.gui.annotating import ALT, BOXES, CTRL, SHIFT, click, close, drag_by, give, go, open_page, press, stored
from tests.gui.pictures import LEFT, PLAIN, on_screen


@pytest.fixture
def page(window: MainWindow, session: Session, tmp_path: Path, qtbot: QtBot) -> AnnotatePage:
    return open_page(window, session, tmp_path, qtbot, [(640, 480), (640, 480), (300, 200)])


@pytest.fixture
def three(page: AnnotatePage) -> list[int]:
    return give(page)


def close_to(place: tuple[float, ...], *expected: float, within: float = 1.5) -> bool:
    return place == pytest.approx(expected, abs=within)


# Drawing


def test_two_clicks_draw_inside_a_region_with_alt(page: AnnotatePage, session: Session) -> None:
    give(page, [Rect(20, 20, 600, 460)])
    click(page, 100, 100, ALT)
    click(page, 200, 180, ALT)
    assert [row.kind for row in stored(session)] == ["box", "box"]
    assert close_to(stored(session)[1].place, 100, 100, 200, 180)


def test_a_quad_is_drawn_with_four_clicks_and_its_corners_are_dragged(page: AnnotatePage, session: Session) -> None:
    press(page, Qt.Key.Key_Q)
    assert page.canvas.tool == "quad"
    corners = [(100, 100), (300, 120), (280, 300), (90, 280)]
    for number, corner in enumerate(corners):
        assert stored(session) == []
        click(page, *corner)
        if number < 3:
            assert f"{number + 2} of 4" in page.hint.text()
    close(page)
    (row,) = stored(session)
    assert row.kind == "quad"
    assert row.token.startswith("<quad>(")
    assert row.token == Shape("quad", row.points).token(640, 480)
    assert all(close_to(got, *want) for got, want in zip(row.points, corners, strict=True))
    drag_by(page, row.points[2], (400, 350))
    (row,) = stored(session)
    assert close_to(row.points[2], 400, 350)
    assert close_to(row.place, 90, 100, 400, 350)
    assert page.panel.token.text() == row.token
    press(page, Qt.Key.Key_Right)
    assert stored(session)[0].points[0][0] == row.points[0][0] + 1


def test_a_quad_in_work_gives_corners_back_and_is_given_up(page: AnnotatePage, session: Session) -> None:
    press(page, Qt.Key.Key_Q)
    click(page, 100, 100)
    click(page, 300, 100)
    press(page, Qt.Key.Key_Backspace)
    assert page.canvas.drawing_quad == 1
    press(page, Qt.Key.Key_Escape)
    assert not page.canvas.busy
    assert page.canvas.tool == "quad"
    press(page, Qt.Key.Key_Escape)
    assert page.canvas.tool == "box"
    assert page.page_actions["tool_box"].isChecked()
    assert stored(session) == []


def test_points_are_set_with_one_click_moved_and_kept_inside(page: AnnotatePage, session: Session) -> None:
    press(page, Qt.Key.Key_P)
    click(page, 200, 150)
    close(page)
    (row,) = stored(session)
    assert row.kind == "point"
    assert row.token == Shape("point", row.points).token(640, 480)
    assert close_to(row.points[0], 200, 150)
    drag_by(page, row.points[0], (900, 150))
    (row,) = stored(session)
    assert row.points[0][0] == 640
    click(page, 300, 300)
    close(page)
    assert len(stored(session)) == 2
    click(page, 300, 300)
    assert len(stored(session)) == 2, "a click on a point chooses it"


def test_boxes_become_quads_and_quads_boxes(page: AnnotatePage, session: Session, three: list[int]) -> None:
    page.desk.select_all_of(three[:2])
    press(page, Qt.Key.Key_Q, SHIFT)
    assert [row.kind for row in stored(session)] == ["quad", "quad", "box"]
    assert stored(session)[0].points == ((40, 40), (140, 40), (140, 120), (40, 120))
    press(page, Qt.Key.Key_B, SHIFT)
    assert [row.kind for row in stored(session)] == ["box"] * 3
    session.undo()
    session.undo()
    assert [row.kind for row in stored(session)] == ["box"] * 3


def test_the_tool_keys_are_shown_in_place(page: AnnotatePage) -> None:
    from PySide6.QtWidgets import QToolButton

    shown = {name: page.tools.findChild(QToolButton, f"tool_{name}Tool").text() for name in ("box", "quad", "point")}
    assert shown == {"box": "B", "quad": "Q", "point": "P"}


def test_a_box_is_made_moved_and_grown_without_the_mouse(page: AnnotatePage, session: Session) -> None:
    press(page, Qt.Key.Key_Insert)
    QTest.keyClicks(page.editor.line, "lamp")
    press(page, Qt.Key.Key_Return)
    (row,) = stored(session)
    assert row.ref == "lamp"
    press(page, Qt.Key.Key_Left, SHIFT)
    press(page, Qt.Key.Key_Right, CTRL | SHIFT)
    press(page, Qt.Key.Key_Down, CTRL)
    x1, y1, x2, y2 = row.place
    assert stored(session)[0].place == (x1 - 10, y1, x2, y2 + 1)


# Several at once


def test_clicks_with_shift_and_ctrl_add_and_take_away(page: AnnotatePage, three: list[int]) -> None:
    click(page, 90, 80)
    click(page, 250, 100, SHIFT)
    click(page, 460, 360, CTRL)
    assert page.desk.selection == three
    click(page, 250, 100, CTRL)
    assert page.desk.selection == [three[0], three[2]]
    assert [index.row() for index in page.panel.view.selectionModel().selectedRows()] == [0, 2]


def test_a_rubber_band_gathers_what_lies_in_it(page: AnnotatePage, session: Session, three: list[int]) -> None:
    drag_by(page, (10, 10), (330, 200), CTRL)
    assert page.desk.selection == three[:2]
    drag_by(page, (380, 280), (560, 440), CTRL)
    assert page.desk.selection == three
    press(page, Qt.Key.Key_V)
    drag_by(page, (380, 280), (560, 440))
    assert page.desk.selection == three[2:]
    click(page, 10, 10)
    assert page.desk.selection == []
    assert len(stored(session)) == 3


def test_select_all_then_tab_steps_and_escape_lets_go(page: AnnotatePage, three: list[int]) -> None:
    press(page, Qt.Key.Key_A, CTRL)
    assert page.desk.selection == three
    press(page, Qt.Key.Key_Escape)
    assert page.desk.selection == []
    seen = []
    for _ in range(4):
        press(page, Qt.Key.Key_Tab)
        seen.append(page.desk.selected)
    assert seen == [*three, three[0]]
    press(page, Qt.Key.Key_Tab, SHIFT)
    assert page.desk.selected == three[2]
    assert page.canvas.hasFocus()


def test_several_are_dragged_together_up_to_the_edge_as_one_step(
    page: AnnotatePage, session: Session, three: list[int]
) -> None:
    before = stored(session)
    page.desk.select_all_of(three[:2])
    drag_by(page, (90, 80), (110, 110))
    after = stored(session)
    shift = after[0].place[0] - before[0].place[0], after[0].place[1] - before[0].place[1]
    assert shift == pytest.approx((20, 30), abs=1.5)
    assert after[1].place[:2] == (before[1].place[0] + shift[0], before[1].place[1] + shift[1])
    assert after[2] == before[2]
    drag_by(page, (110, 110), (-600, 110))
    assert stored(session)[0].place[0] == 0
    assert stored(session)[1].place[0] == before[1].place[0] - before[0].place[0]
    session.undo()
    session.undo()
    assert stored(session) == before


def test_a_drag_of_several_shows_them_on_their_way_and_escape_puts_them_back(
    page: AnnotatePage, session: Session, three: list[int]
) -> None:
    page.desk.select_all_of(three[:2])
    canvas, viewport = page.canvas, page.canvas.viewport()
    QTest.mousePress(viewport, LEFT, PLAIN, on_screen(canvas, 90, 80))
    QTest.mouseMove(viewport, on_screen(canvas, 90, 200))
    QTest.mouseMove(viewport, on_screen(canvas, 90, 230))
    at = on_screen(canvas, 40, 230)
    picture = viewport.grab().toImage()
    colours = {picture.pixelColor(at + QPoint(shift, 0)).name() for shift in range(-3, 4)}
    assert len(colours) > 1, "the lifted box is painted where the mouse has taken it"
    press(page, Qt.Key.Key_Escape)
    QTest.mouseRelease(viewport, LEFT, PLAIN, on_screen(canvas, 90, 230))
    assert [row.place for row in stored(session)] == [(r.x1, r.y1, r.x2, r.y2) for r in BOXES]


def test_nudging_renaming_locking_and_deleting_several_are_one_step_each(
    page: AnnotatePage, session: Session, three: list[int]
) -> None:
    states = [stored(session)]
    page.desk.select_all_of(three[:2])
    QTest.keyPress(page.canvas, Qt.Key.Key_Down, SHIFT)
    QTest.keyPress(page.canvas, Qt.Key.Key_Down, SHIFT)
    QTest.keyRelease(page.canvas, Qt.Key.Key_Down, SHIFT)
    states.append(stored(session))
    assert [row.place[1] for row in states[-1]] == [60, 80, 300]
    press(page, Qt.Key.Key_F2)
    page.editor.line.setText("jug")
    press(page, Qt.Key.Key_Return)
    states.append(stored(session))
    assert [row.ref for row in states[-1]] == ["jug", "jug", "cup 2"]
    press(page, Qt.Key.Key_L)
    states.append(stored(session))
    assert [row.locked for row in states[-1]] == [True, True, False]
    press(page, Qt.Key.Key_L)
    states.append(stored(session))
    press(page, Qt.Key.Key_Delete)
    states.append(stored(session))
    assert [row.id for row in states[-1]] == three[2:]
    for state in reversed(states[:-1]):
        press(page, Qt.Key.Key_Z, CTRL)
        assert stored(session) == state
    for state in states[1:]:
        press(page, Qt.Key.Key_Z, CTRL | SHIFT)
        assert stored(session) == state


def test_a_locked_region_stays_and_is_not_in_the_way(page: AnnotatePage, session: Session) -> None:
    (large,) = give(page, [Rect(20, 20, 600, 460)])
    page.desk.select(large)
    press(page, Qt.Key.Key_L)
    before = stored(session)
    drag_by(page, (600, 460), (500, 400))
    close(page)
    press(page, Qt.Key.Key_Escape)
    assert stored(session)[0] == before[0], "its handles do not pull; what was dragged is a new box"
    session.undo()
    page.desk.select(large)
    press(page, Qt.Key.Key_Right)
    press(page, Qt.Key.Key_Delete)
    assert stored(session) == before
    press(page, Qt.Key.Key_Escape)
    click(page, 100, 100)
    click(page, 200, 200)
    close(page)
    assert len(stored(session)) == 2
    assert not page.panel.numbers.fields["x1"].isEnabled() or page.desk.selected != large


# Numbers


def test_the_place_is_typed_in_numbers(page: AnnotatePage, session: Session, three: list[int]) -> None:
    page.desk.select(three[0])
    fields = page.panel.numbers.fields
    assert [field.text() for field in fields.values()] == ["40", "40", "140", "120"]
    fields["x2"].setFocus()
    fields["x2"].selectAll()
    QTest.keyClicks(fields["x2"], "222.5")
    press(page, Qt.Key.Key_Return)
    assert stored(session)[0].place == (40, 40, 222.5, 120)
    assert page.panel.token.text() == stored(session)[0].token
    fields["y1"].selectAll()
    QTest.keyClicks(fields["y1"], "700")
    press(page, Qt.Key.Key_Tab)
    assert stored(session)[0].place[1] >= 40
    press(page, Qt.Key.Key_Escape)
    assert page.canvas.hasFocus()


def test_numbers_scale_a_quad_and_place_a_point(page: AnnotatePage, session: Session) -> None:
    project, picture = session.project, page.editing.picture
    assert project is not None
    assert picture is not None
    quad, point = project.add_shapes(
        picture.id, [("sign", Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])), ("eye", Shape.of_point(5, 6))]
    )
    page.desk.select(quad)
    page.panel.numbers.fields["x2"].setValue(40)
    assert stored(session)[0].points == ((20, 0), (40, 10), (20, 20), (0, 10))
    page.desk.select(point)
    assert not page.panel.numbers.fields["x2"].isEnabled()
    page.panel.numbers.fields["x1"].setValue(99)
    assert stored(session)[1].points == ((99, 6),)


# Copies


def test_copies_go_to_another_picture_and_are_cut_to_it(
    page: AnnotatePage, session: Session, three: list[int], qtbot: QtBot
) -> None:
    press(page, Qt.Key.Key_A, CTRL)
    press(page, Qt.Key.Key_C, CTRL)
    content = json.loads(QApplication.clipboard().text())
    assert [region["ref"] for region in content["regions"]] == ["cup 0", "cup 1", "cup 2"]
    assert content["picture"]["width"] == 640
    go(page, qtbot, 2)
    press(page, Qt.Key.Key_V, CTRL)
    project = session.project
    assert project is not None
    pasted = stored(session, project.picture_ids()[2])
    assert [row.ref for row in pasted] == ["cup 0", "cup 1", "cup 2"]
    assert all(0 <= row.place[0] < row.place[2] <= 300 and 0 <= row.place[1] < row.place[3] <= 200 for row in pasted)
    assert page.desk.selection == [row.id for row in pasted]
    session.undo()
    assert stored(session, project.picture_ids()[2]) == []


def test_cut_takes_away_and_paste_puts_beside_when_the_place_is_taken(
    page: AnnotatePage, session: Session, three: list[int]
) -> None:
    page.desk.select_all_of(three[:2])
    press(page, Qt.Key.Key_X, CTRL)
    assert [row.ref for row in stored(session)] == ["cup 2"]
    press(page, Qt.Key.Key_V, CTRL)
    assert [row.place[0] for row in stored(session)] == [400, 40, 200]
    press(page, Qt.Key.Key_V, CTRL)
    assert [row.place[0] for row in stored(session)] == [400, 40, 200, 52, 212]
    press(page, Qt.Key.Key_D, CTRL)
    assert len(stored(session)) == 7
    assert session.project is not None
    assert session.project.undo_text == "Paste regions"


def test_text_of_the_model_is_pasted_as_regions(page: AnnotatePage, session: Session) -> None:
    text = "<ref>cat</ref><box>(100,100),(500,500)</box> and <quad>(0,0),(500,0),(500,500),(0,500)</quad>"
    QApplication.clipboard().setText(text)
    press(page, Qt.Key.Key_V, CTRL)
    assert [(row.ref, row.kind, row.token) for row in stored(session)] == [
        ("cat", "box", "<box>(100,100),(500,500)</box>"),
        ("", "quad", "<quad>(0,0),(500,0),(500,500),(0,500)</quad>"),
    ]


@pytest.mark.parametrize("text", ["", "hello", "{}", '{"kind": "qvl-desktop regions", "regions": [{"ref": 1}]}', "[1"])
def test_what_is_no_region_is_not_pasted(page: AnnotatePage, session: Session, text: str) -> None:
    notices: list[str] = []
    session.notice.connect(lambda _level, words: notices.append(words))
    QApplication.clipboard().setText(text)
    press(page, Qt.Key.Key_V, CTRL)
    assert stored(session) == []
    assert len(notices) == 1


def test_quads_and_points_come_along_from_the_previous_picture(
    page: AnnotatePage, session: Session, qtbot: QtBot
) -> None:
    project, picture = session.project, page.editing.picture
    assert project is not None
    assert picture is not None
    shapes = [("sign", Shape.of_corners([(10, 0), (20, 10), (10, 20), (0, 10)])), ("eye", Shape.of_point(5, 6))]
    project.add_shapes(picture.id, shapes)
    go(page, qtbot, 1)
    press(page, Qt.Key.Key_V, CTRL | SHIFT)
    assert [(row.ref, row.kind) for row in stored(session, project.picture_ids()[1])] == [
        ("sign", "quad"), ("eye", "point")
    ]  # fmt: skip
    press(page, Qt.Key.Key_Z, CTRL)
    assert stored(session, project.picture_ids()[1]) == []


# Texts


def test_deleting_a_region_offers_to_take_its_box_out_of_the_answers(
    page: AnnotatePage, session: Session, three: list[int], window: MainWindow
) -> None:
    project, picture = session.project, page.editing.picture
    assert project is not None
    assert picture is not None
    tokens = [row.token for row in stored(session)]
    answer = f"<ref>cup 0</ref>{tokens[0]}, <ref>cup 1</ref>{tokens[1]}"
    for _ in range(2):
        project.add_conversation(Conversation((user_turn([picture.path], "All?"), Turn("assistant", answer))))
    page.desk.select(three[0])
    press(page, Qt.Key.Key_Delete)
    from PySide6.QtWidgets import QPushButton

    toast = [button for button in window.toasts.findChildren(QPushButton) if not button.isHidden()]
    assert "2 answers" in window.toasts.texts[0] or "2 answer" in window.toasts.texts[0]
    assert [button.text() for button in toast] == ["Remove there too", "Undo"]
    QTest.mouseClick(toast[0], LEFT)
    assert [row.turns[1].text for row in project.conversations()] == [f"<ref>cup 1</ref>{tokens[1]}"] * 2
    assert window.toasts.texts == []
    press(page, Qt.Key.Key_Z, CTRL)
    assert [row.turns[1].text for row in project.conversations()] == [answer] * 2
    press(page, Qt.Key.Key_Z, CTRL)
    assert len(stored(session)) == 3
    page.desk.select(three[2])
    press(page, Qt.Key.Key_Delete)
    assert window.toasts.texts == [], "nothing to say where no text has the box"


# The view


def test_the_context_menu_is_about_what_is_under_the_mouse(page: AnnotatePage, three: list[int]) -> None:
    click(page, 250, 100, button=Qt.MouseButton.RightButton)
    assert page.desk.selection == [three[1]]
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text() for action in menu.actions()]
    assert "Delete regions" in texts
    assert "Cut regions" in texts
    menu.close()


def test_labels_hide_and_others_dim(page: AnnotatePage, three: list[int]) -> None:
    def label_pixel() -> str:
        at = on_screen(page.canvas, 200, 60) + QPoint(3, -10)
        return page.canvas.viewport().grab().toImage().pixelColor(at).name()

    def edge_pixel() -> str:
        at = on_screen(page.canvas, 200, 110)
        return page.canvas.viewport().grab().toImage().pixelColor(at).name()

    labelled, edge = label_pixel(), edge_pixel()
    press(page, Qt.Key.Key_H, SHIFT)
    assert label_pixel() == "#88aacc" != labelled
    press(page, Qt.Key.Key_H, SHIFT)
    assert label_pixel() == labelled
    press(page, Qt.Key.Key_O)
    assert edge_pixel() == edge, "nothing is selected"
    page.desk.select(three[0])
    assert edge_pixel() != edge
    press(page, Qt.Key.Key_O)
    assert edge_pixel() == edge


def test_brightness_changes_the_view_and_not_the_file(page: AnnotatePage, tmp_path: Path) -> None:
    file = tmp_path / "pictures" / "scene 0.png"
    before = file.read_bytes()

    def pixel() -> tuple[int, ...]:
        image = page.canvas.viewport().grab().toImage()
        return image.pixelColor(on_screen(page.canvas, 320, 400)).getRgb()[:3]

    assert pixel() == (0x88, 0xAA, 0xCC)
    press(page, Qt.Key.Key_Up, ALT)
    brighter = pixel()
    assert all(new > old for new, old in zip(brighter, (0x88, 0xAA, 0xCC), strict=True))
    press(page, Qt.Key.Key_0, ALT)
    press(page, Qt.Key.Key_Right, ALT)
    assert pixel()[0] - 0x88 < pixel()[2] - 0xCC, "contrast parts what is dark from what is bright"
    page.light.contrast.setValue(0)
    assert pixel() == (0x88, 0xAA, 0xCC)
    assert file.read_bytes() == before


def test_the_overview_shows_when_zoomed_in_and_takes_one_there(page: AnnotatePage) -> None:
    assert not page.navigator.isVisible()
    for _ in range(8):
        press(page, Qt.Key.Key_Plus)
    assert page.navigator.isVisible()
    QTest.mouseClick(page.navigator, LEFT, pos=QPoint(page.navigator.width() - 6, page.navigator.height() - 6))
    middle = page.canvas.to_picture(page.canvas.viewport().rect().center().toPointF())
    assert middle.x() > 500
    assert middle.y() > 380
    press(page, Qt.Key.Key_M)
    assert not page.navigator.isVisible()
    press(page, Qt.Key.Key_F)
    press(page, Qt.Key.Key_M)
    assert not page.navigator.isVisible(), "the whole picture is in sight"


def test_the_view_goes_to_the_selection_and_one_to_one(page: AnnotatePage, three: list[int]) -> None:
    page.desk.select(three[2])
    press(page, Qt.Key.Key_F, SHIFT)
    box = page.canvas.box_on_screen(three[2])
    area = page.canvas.viewport().rect()
    assert area.contains(box.toAlignedRect())
    assert max(box.width() / area.width(), box.height() / area.height()) > 0.6
    press(page, Qt.Key.Key_Z)
    assert page.canvas.zoom == 1.0
    press(page, Qt.Key.Key_F)
    assert page.canvas.zoom != 1.0


def test_f6_goes_from_list_to_list(page: AnnotatePage, three: list[int]) -> None:
    page.desk.select(three[0])
    page.canvas.setFocus()
    seen = []
    for _ in range(5):
        press(page, Qt.Key.Key_F6)
        seen.append(QApplication.focusWidget())
    assert seen[0] is page.panel.view
    assert seen[2] is page.labels.search
    assert seen[4] is page.canvas
