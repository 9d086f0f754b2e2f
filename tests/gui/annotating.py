"""The Annotate page for tests: opening it, and what stands in the file afterwards."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.page import AnnotatePage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from tests.gui.pictures import LEFT, PLAIN, make_picture, on_screen

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
BOXES = (Rect(40, 40, 140, 120), Rect(200, 60, 300, 160), Rect(400, 300, 520, 420))


@dataclass(frozen=True)
class Stored:
    """A region as another program reads it from the file."""

    id: int
    picture: int
    ref: str
    kind: str
    place: tuple[float, float, float, float]
    points: tuple[tuple[float, float], ...]
    token: str
    locked: bool


def stored(session: Session, picture: int | None = None) -> list[Stored]:
    """The regions in the file, oldest first."""
    assert session.project is not None
    query = "SELECT id, picture_id, ref, kind, x1, y1, x2, y2, points, token, locked FROM regions ORDER BY id"
    with sqlite3.connect(session.project.path) as connection:
        rows = connection.execute(query).fetchall()
    found = [Stored(row[0], row[1], row[2], row[3], row[4:8], _points(row[8]), row[9], bool(row[10])) for row in rows]
    return [row for row in found if picture is None or row.picture == picture]


def _points(text: str) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in json.loads(text)) if text else ()


def open_page(
    window: MainWindow,
    session: Session,
    folder: Path,
    qtbot: QtBot,
    sizes: Sequence[tuple[int, int]] = ((640, 480),) * 3,
) -> AnnotatePage:
    """The page with a project of pictures of these sizes, the first one shown."""
    files = [make_picture(folder / "pictures" / f"scene {n}.png", size) for n, size in enumerate(sizes)]
    assert session.create_project(folder / "shapes.qvl")
    assert session.project is not None
    session.project.add_pictures(files)
    window.show_page("annotate")
    page = window.findChild(AnnotatePage)
    assert page is not None
    qtbot.waitUntil(lambda: page.pictures.current is not None, timeout=10_000)
    shown(qtbot, page)
    return page


def shown(qtbot: QtBot, page: AnnotatePage) -> None:
    """Wait until the canvas shows the picture that is the current one."""

    def there() -> bool:
        picture = page.editing.picture
        return picture is not None and page.canvas.path == picture.file and not page.canvas.waiting

    qtbot.waitUntil(there, timeout=10_000)


def go(page: AnnotatePage, qtbot: QtBot, number: int) -> None:
    """Turn to picture number `number`."""
    project = page.session.project
    assert project is not None
    page.pictures.set_current(project.picture_ids()[number])
    shown(qtbot, page)


def give(page: AnnotatePage, rects: Sequence[Rect] = BOXES, ref: str = "cup") -> list[int]:
    """Put boxes on the picture that is open, without the mouse; `ref 0`, `ref 1`, ... are their refs."""
    project, picture = page.session.project, page.editing.picture
    assert project is not None
    assert picture is not None
    return project.add_shapes(picture.id, [(f"{ref} {n}", Shape.of_rect(rect)) for n, rect in enumerate(rects)])


def press(page: AnnotatePage, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """A key to whatever has the focus."""
    QTest.keyClick(QApplication.focusWidget() or page.canvas, key, modifier)


def click(
    page: AnnotatePage, x: float, y: float, modifier: Qt.KeyboardModifier = PLAIN, button: Qt.MouseButton = LEFT
) -> None:
    """One click on a picture pixel."""
    viewport, at = page.canvas.viewport(), on_screen(page.canvas, x, y)
    QTest.mouseMove(viewport, at)
    QTest.mouseClick(viewport, button, modifier, at)


def drag_by(
    page: AnnotatePage, start: tuple[float, float], end: tuple[float, float], modifier: Qt.KeyboardModifier = PLAIN
) -> None:
    """Press, move in steps, release; picture pixels."""
    viewport = page.canvas.viewport()
    begin, stop = on_screen(page.canvas, *start), on_screen(page.canvas, *end)
    QTest.mouseMove(viewport, begin)
    QTest.mousePress(viewport, LEFT, modifier, begin)
    for step in range(1, 5):
        QTest.mouseMove(viewport, begin + QPoint(*[round(v * step / 4) for v in (stop - begin).toTuple()]))
    QTest.mouseRelease(viewport, LEFT, modifier, stop)


def close(page: AnnotatePage) -> None:
    """Leave the ref editor as it is."""
    if page.editor.isVisible():
        press(page, Qt.Key.Key_Escape)
