"""An answer of very many boxes: what is left out is said, and drawn when it is asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvl_desktop.gui.chat.picture_desk import MOST_BOXES
from qvl_desktop.gui.words import count_text
from qvl_desktop.jobs.session import Session
from tests.gui.chatting import add_chat, new_project, picture, shown_page
from tests.gui.stalls import limit_ms, settle, stalls_watched

COUNT = 2400
MANY = "\n".join(
    f"<ref>thing {n % 50}</ref><box>({n % 900},{n // 6}),({n % 900 + 20},{n // 6 + 20})</box>" for n in range(COUNT)
)


def test_all_boxes_are_drawn_when_asked_for(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    project = new_project(session, tmp_path)
    image = picture(tmp_path)
    add_chat(project, "many", MANY, image)
    add_chat(project, "few", "<ref>one</ref><box>(1,2),(300,400)</box>", image)
    page = shown_page(session, qtbot)
    page.desk.open(1)
    button, view = page.panel.all_boxes_button, page.panel.view
    qtbot.waitUntil(button.isVisible, timeout=20_000)
    qtbot.waitUntil(lambda: len(view.boxes) == MOST_BOXES and not view.boxes_pending)
    qtbot.waitUntil(lambda: page.panel.note.startswith(f"{MOST_BOXES} of {count_text(COUNT)} boxes"), timeout=20_000)
    with stalls_watched() as watch:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: len(view.boxes) == COUNT and not view.boxes_pending, timeout=30_000)
        settle(100)
    assert not button.isVisible()
    assert page.panel.note == ""
    assert watch.longest < limit_ms()
    with stalls_watched() as watch:
        for place in range(20):
            QTest.mouseMove(view.viewport(), QPointF(40 + 9 * place, 60 + 7 * place).toPoint())
            settle(5)
        page.pictures._phrase_hovered(0, COUNT - 1)
        settle(60)
    assert view.is_lit((0, COUNT - 1))
    assert watch.longest < limit_ms()
    page.desk.open(2)
    qtbot.waitUntil(lambda: len(view.boxes) == 1)
    assert not button.isVisible()
    page.desk.open(1)
    qtbot.waitUntil(button.isVisible)
    assert len(view.boxes) <= MOST_BOXES, "a chat that is opened anew begins calmly"
