"""Measures the window at another ratio: `QT_SCALE_FACTOR=2 python -m tests.gui.draw_sharp PLACE [PICTURES]`.

Prints one JSON object: the ratio, icons that are not drawn at the size at which they are shown, how many icons were
looked at, the width of a hairline in device pixels, and how much detail the canvas shows of its picture, as a share of
what there is at that size. With `PICTURES` pages are saved there, to be looked at. A process of its own, for Qt reads
the factor when it starts.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from qvl_desktop.gui import icons
from qvl_desktop.gui.annotate.page import AnnotatePage
from tests.gui.every_page import Stage, settle, stage, view

PAGES = ("pictures", "annotate", "conversations", "review-boxes", "check", "train-ended", "chat", "models")


def main() -> int:
    place, pictures = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with stage(place, size=QSize(1024, 640)) as there:
        ratio = there.window.devicePixelRatioF()
        blurred: list[str] = []
        seen = 0
        for name in PAGES:
            shown = view(name).show(there)
            found, looked = blurred_icons(shown, ratio)
            blurred, seen = blurred + found, seen + looked
            if pictures is not None:
                pictures.mkdir(parents=True, exist_ok=True)
                shown.grab().save(str(pictures / f"{name}-{ratio:g}x.png"))
            there.leave()
        told = {"ratio": ratio, "blurred": blurred, "seen": seen, **canvas(there, ratio)}
    print(json.dumps(told))
    return 0


def blurred_icons(shown: QWidget, ratio: float) -> tuple[list[str], int]:
    """Icons of buttons and menus whose pixels were not drawn for the size they have on the screen."""
    found, seen = [], 0
    for button in shown.findChildren(QAbstractButton):
        if not button.icon().isNull() and button in icons._bound:
            seen += 1
            found += wrong(button.icon(), button.iconSize(), ratio, button.objectName() or button.text())
    for menu in shown.findChildren(QMenu):
        for action in menu.actions():
            if not action.icon().isNull() and action in icons._bound:
                seen += 1
                found += wrong(action.icon(), QSize(16, 16), ratio, action.text())
    return found, seen


def wrong(icon: QIcon, size: QSize, ratio: float, name: str) -> list[str]:
    """Whether an icon has no pixels of its own for a size."""
    needed = QSize(int(size.width() * ratio + 0.5), int(size.height() * ratio + 0.5))
    sizes = icon.availableSizes()
    return [] if needed in sizes else [f"{name}: {needed.toTuple()} of {[one.toTuple() for one in sizes]}"]


def canvas(there: Stage, ratio: float) -> dict[str, float]:
    """How the canvas draws the page's picture, and how the rail's hairline is drawn."""
    view("annotate").show(there)
    page = there.window._stack.currentWidget()
    assert isinstance(page, AnnotatePage)
    rail = there.window.rail
    image = there.window.grab().toImage()
    line = line_width(image, rail.mapTo(there.window, QPoint(rail.width() - 1, rail.height() // 2)), ratio)
    page.canvas.set_boxes_hidden(True)
    page.canvas.set_crosshair(False)
    page.navigator.set_on(False)
    settle(there.window)
    drawn = page.canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    row = page.editing.picture
    assert row is not None
    corner = page.canvas.mapFromScene(QPointF(0, 0))
    far = page.canvas.mapFromScene(QPointF(row.width, row.height))
    size = QSize(int((far.x() - corner.x()) * ratio), int((far.y() - corner.y()) * ratio))
    smooth = Qt.TransformationMode.SmoothTransformation
    whole = QImage(str(row.file)).scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return {"hairline": line, "detail": detail(drawn, corner * ratio, size) / detail(whole, QPoint(0, 0), size)}


def detail(image: QImage, corner: QPoint, size: QSize) -> float:
    """How much neighbours differ along the middle line of a part of an image: less where it was enlarged."""
    y = corner.y() + size.height() // 2
    line = [image.pixelColor(corner.x() + x, y).lightness() for x in range(2, size.width() - 2)]
    return sum((one - two) ** 2 for one, two in pairwise(line)) / len(line)


def line_width(image: QImage, at: QPoint, ratio: float) -> int:
    """How many device pixels in a row have the colour of the line at a place."""
    y = int(at.y() * ratio)
    x = int((at.x() + 0.5) * ratio)
    colour = image.pixelColor(x, y)
    left = right = x
    while left > 0 and image.pixelColor(left - 1, y) == colour:
        left -= 1
    while right < image.width() - 1 and image.pixelColor(right + 1, y) == colour:
        right += 1
    return right - left + 1


if __name__ == "__main__":
    sys.exit(main())
