"""Pictures and mouse hands for the tests of the canvas."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from qvl_desktop.gui.widgets.picture_view import PictureView

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


def make_picture(path: Path, size: tuple[int, int] = (640, 480), colour: str = "#88aacc") -> Path:
    """A plain picture file of any kind that Pillow writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def on_screen(view: PictureView, x: float, y: float) -> QPoint:
    """Where a picture pixel is in the view."""
    return view.viewportTransform().map(QPointF(x, y)).toPoint()


def drag(
    view: PictureView,
    start: tuple[float, float],
    end: tuple[float, float],
    modifier: Qt.KeyboardModifier = PLAIN,
    button: Qt.MouseButton = LEFT,
) -> None:
    """Press, move in steps, release; picture pixels."""
    viewport = view.viewport()
    begin, stop = on_screen(view, *start), on_screen(view, *end)
    QTest.mouseMove(viewport, begin)
    QTest.mousePress(viewport, button, modifier, begin)
    for step in range(1, 5):
        QTest.mouseMove(viewport, begin + (stop - begin) * step / 4)
    QTest.mouseRelease(viewport, button, modifier, stop)


def click(view: PictureView, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
    """One click on a picture pixel, not taken for half of a double click."""
    at = on_screen(view, x, y)
    QTest.mouseMove(view.viewport(), at)
    QTest.mouseClick(view.viewport(), button, PLAIN, at)
