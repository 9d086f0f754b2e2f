"""The canvas by itself: what real mouse events and keys make of boxes, and pictures of every kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qvl_desktop.core.box import Rect
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.canvas import Canvas
from qvl_desktop.gui.annotate.interaction import Handle
from qvl_desktop.gui.widgets.picture_view import PictureView, ShownBox
from qvl_desktop.gui.widgets.ref_colours import ref_colour
from tests.gui.pictures import LEFT, PLAIN, click, drag, make_picture, on_screen

LARGE, SMALL = Rect(100, 100, 500, 400), Rect(250, 200, 330, 260)


class Told:
    """What a canvas has said, in order."""

    def __init__(self, canvas: Canvas) -> None:
        self.drawn: list[Rect] = []
        self.changed: list[tuple[object, Rect]] = []
        self.changing: list[tuple[object, Rect]] = []
        self.selected: list[object] = []
        self.edits: list[object] = []
        canvas.shapeDrawn.connect(lambda shape: self.drawn.append(shape.bounds))
        canvas.shapesChanged.connect(self._on_changed)
        canvas.shapeChanging.connect(self._on_changing)
        canvas.selectionChanged.connect(self.selected.append)
        canvas.editRequested.connect(self.edits.append)

    def _on_changed(self, shapes: Mapping[object, Shape]) -> None:
        self.changed += [(key, shape.bounds) for key, shape in shapes.items()]

    def _on_changing(self, key: object, shape: Shape) -> None:
        self.changing.append((key, shape.bounds))


@pytest.fixture
def canvas(qtbot: QtBot, tmp_path: Path) -> Iterator[Canvas]:
    made = Canvas()
    made.resize(900, 700)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    show(qtbot, made, make_picture(tmp_path / "scene.png"))
    made.setFocus()
    yield made
    made.loader.shut_down()


@pytest.fixture
def told(canvas: Canvas) -> Told:
    return Told(canvas)


def show(qtbot: QtBot, view: PictureView, path: Path) -> None:
    with qtbot.waitSignal(view.pictureShown, timeout=10_000):
        view.set_picture(path)


def close_to(rect: Rect, *expected: float, within: float = 1.0) -> bool:
    return (rect.x1, rect.y1, rect.x2, rect.y2) == pytest.approx(expected, abs=within)


def test_a_drag_draws_a_box(canvas: Canvas, told: Told) -> None:
    drag(canvas, (120, 90), (300, 240))
    assert len(told.drawn) == 1
    assert close_to(told.drawn[0], 120, 90, 300, 240)


def test_a_drag_in_any_direction_draws_the_same_box(canvas: Canvas, told: Told) -> None:
    drag(canvas, (300, 240), (120, 90))
    drag(canvas, (120, 240), (300, 90))
    assert all(close_to(rect, 120, 90, 300, 240) for rect in told.drawn)
    assert len(told.drawn) == 2


def test_two_clicks_draw_a_box_with_a_preview_between(canvas: Canvas, told: Told) -> None:
    click(canvas, 120, 90)
    assert told.drawn == []
    QTest.mouseMove(canvas.viewport(), on_screen(canvas, 200, 200))
    assert close_to(told.changing[-1][1], 120, 90, 200, 200)
    click(canvas, 300, 240)
    assert close_to(told.drawn[0], 120, 90, 300, 240)


@pytest.mark.parametrize("way", ["escape", "right", "same place"])
def test_a_box_begun_by_a_click_can_be_given_up(canvas: Canvas, told: Told, way: str) -> None:
    click(canvas, 120, 90)
    assert canvas.busy
    if way == "escape":
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
    elif way == "right":
        click(canvas, 200, 200, Qt.MouseButton.RightButton)
    else:
        click(canvas, 120, 90)
    assert not canvas.busy
    assert told.drawn == []


def test_a_box_ends_at_the_edge_of_the_picture(canvas: Canvas, told: Told) -> None:
    drag(canvas, (600, 440), (700, 520))
    assert close_to(told.drawn[0], 600, 440, 640, 480)


def test_zoomed_in_the_pixels_are_exact(canvas: Canvas, told: Told) -> None:
    canvas.zoom_to(8.0, QPointF(on_screen(canvas, 200, 150)))
    drag(canvas, (190, 140), (213, 161))
    assert told.drawn == [Rect(190, 140, 213, 161)]


def test_zoomed_out_the_pixels_are_right_to_a_screen_pixel(canvas: Canvas, told: Told) -> None:
    canvas.zoom_to(0.6)
    drag(canvas, (40, 60), (600, 400))
    assert close_to(told.drawn[0], 40, 60, 600, 400, within=1 / 0.6)


def test_the_wheel_zooms_at_the_cursor(canvas: Canvas, qtbot: QtBot) -> None:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    at = QPointF(on_screen(canvas, 500, 100))
    before, zoom = canvas.to_picture(at), canvas.zoom
    event = QWheelEvent(
        at, canvas.viewport().mapToGlobal(at), QPoint(), QPoint(0, 480), Qt.MouseButton.NoButton, PLAIN,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)
    after = canvas.to_picture(at)
    assert canvas.zoom > 1.5 * zoom
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()), abs=1.5 / canvas.zoom)


def test_space_and_the_middle_button_pan_and_draw_nothing(canvas: Canvas, told: Told) -> None:
    canvas.zoom_to(3.0)
    before = canvas.to_picture(QPointF(400, 300))
    drag(canvas, (300, 200), (340, 230), button=Qt.MouseButton.MiddleButton)
    middle = canvas.to_picture(QPointF(400, 300))
    assert (before.x() - middle.x(), before.y() - middle.y()) == pytest.approx((40, 30), abs=1)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    drag(canvas, (300, 200), (320, 210))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.to_picture(QPointF(400, 300)).x() == pytest.approx(middle.x() - 20, abs=1)
    assert told.drawn == []


@pytest.fixture
def boxed(canvas: Canvas) -> Canvas:
    canvas.set_boxes([ShownBox("large", LARGE, "crate"), ShownBox("small", SMALL, "cup")])
    return canvas


def test_a_click_selects_the_small_box_then_the_large_one_beneath(boxed: Canvas, told: Told) -> None:
    click(boxed, 290, 230)
    click(boxed, 290, 230)
    click(boxed, 290, 230)
    assert told.selected == ["small", "large", "small"]
    assert told.drawn == []


def test_a_double_click_asks_for_the_ref(boxed: Canvas, told: Told) -> None:
    at = on_screen(boxed, 290, 230)
    QTest.mouseClick(boxed.viewport(), LEFT, PLAIN, at)
    QTest.mouseDClick(boxed.viewport(), LEFT, PLAIN, at)
    assert told.edits == ["small"]


def test_a_box_is_drawn_inside_an_unselected_one(boxed: Canvas, told: Told) -> None:
    drag(boxed, (120, 120), (180, 170))
    assert close_to(told.drawn[0], 120, 120, 180, 170)
    assert told.changed == []


def test_with_shift_a_box_is_drawn_inside_the_selected_one(boxed: Canvas, told: Told) -> None:
    click(boxed, 150, 150)
    drag(boxed, (120, 120), (180, 170), Qt.KeyboardModifier.ShiftModifier)
    assert close_to(told.drawn[0], 120, 120, 180, 170)


def test_dragging_the_selected_box_moves_it_up_to_the_edge(boxed: Canvas, told: Told) -> None:
    click(boxed, 290, 230)
    drag(boxed, (290, 230), (320, 250))
    key, rect = told.changed[0]
    assert key == "small"
    assert close_to(rect, 280, 220, 360, 280)
    assert (rect.width, rect.height) == (80, 60)
    drag(boxed, (320, 250), (1000, 250))
    assert told.changed[1][1].x2 == 640
    assert told.changed[1][1].width == 80


@pytest.mark.parametrize("handle", Handle)
def test_every_handle_pulls_its_sides(boxed: Canvas, told: Told, handle: Handle) -> None:
    click(boxed, 290, 230)
    x, y = handle.on(SMALL)
    drag(boxed, (x, y), (x + 20, y + 15))
    across, down = handle.value
    expected = (
        250 + (20 if across < 0 else 0), 200 + (15 if down < 0 else 0),
        330 + (20 if across > 0 else 0), 260 + (15 if down > 0 else 0),
    )  # fmt: skip
    assert close_to(told.changed[0][1], *expected)


def test_escape_during_a_drag_puts_the_box_back(boxed: Canvas, told: Told) -> None:
    click(boxed, 290, 230)
    viewport = boxed.viewport()
    QTest.mousePress(viewport, LEFT, PLAIN, on_screen(boxed, 290, 230))
    QTest.mouseMove(viewport, on_screen(boxed, 330, 280))
    assert told.changing[-1][1] != SMALL
    QTest.keyClick(boxed, Qt.Key.Key_Escape)
    QTest.mouseRelease(viewport, LEFT, PLAIN, on_screen(boxed, 330, 280))
    assert told.changed == []
    assert told.changing[-1] == ("small", SMALL)
    assert next(box.rect for box in boxed.boxes if box.key == "small") == SMALL


def test_a_box_that_vanishes_under_the_mouse_ends_the_drag(boxed: Canvas, told: Told) -> None:
    click(boxed, 290, 230)
    viewport = boxed.viewport()
    QTest.mousePress(viewport, LEFT, PLAIN, on_screen(boxed, 290, 230))
    QTest.mouseMove(viewport, on_screen(boxed, 330, 280))
    boxed.set_boxes([ShownBox("large", LARGE, "crate")])
    QTest.mouseMove(viewport, on_screen(boxed, 340, 290))
    QTest.mouseRelease(viewport, LEFT, PLAIN, on_screen(boxed, 340, 290))
    assert not boxed.busy
    assert told.changed == []


def test_arrow_keys_nudge_by_one_and_with_shift_by_ten(boxed: Canvas, told: Told) -> None:
    click(boxed, 290, 230)
    QTest.keyClick(boxed, Qt.Key.Key_Right)
    QTest.keyClick(boxed, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [rect for _, rect in told.changed] == [SMALL.translated(1, 0), SMALL.translated(1, 10)]


def test_a_held_arrow_key_is_one_change(boxed: Canvas, told: Told) -> None:
    click(boxed, 290, 230)
    for _ in range(5):
        QTest.keyPress(boxed, Qt.Key.Key_Left)
    QTest.keyRelease(boxed, Qt.Key.Key_Left)
    assert told.changed == [("small", SMALL.translated(-5, 0))]


def test_hidden_boxes_are_not_in_the_way(boxed: Canvas, told: Told) -> None:
    boxed.set_boxes_hidden(True)
    drag(boxed, (260, 210), (300, 240))
    assert len(told.drawn) == 1
    assert pixel(boxed, 100, 250) == QColor("#88aacc")


def pixel(view: PictureView, x: float, y: float) -> QColor:
    return view.viewport().grab().toImage().pixelColor(on_screen(view, x, y))


def test_boxes_are_painted_in_the_colour_of_their_ref(boxed: Canvas) -> None:
    def edge() -> set[str]:
        image = boxed.viewport().grab().toImage()
        at = on_screen(boxed, 100, 250)
        return {image.pixelColor(at.x() + shift, at.y()).name() for shift in range(-2, 3)}

    assert ref_colour("crate", dark=True).name() in edge()
    boxed.set_boxes([ShownBox("large", LARGE, "lamp")])
    assert ref_colour("lamp", dark=True).name() in edge()
    assert ref_colour("crate", dark=True).name() not in edge()
    boxed.set_boxes([])
    assert edge() == {"#88aacc"}


def test_what_a_moved_box_leaves_behind_is_painted_again(boxed: Canvas) -> None:
    click(boxed, 290, 230)
    drag(boxed, (290, 230), (400, 330))
    assert pixel(boxed, 290, 205) == QColor("#88aacc")
    assert pixel(boxed, 400, 320) != QColor("#88aacc")


# Pictures of every kind


def save_exif(path: Path) -> None:
    image = Image.new("RGB", (40, 20), "red")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(path, exif=exif)


KINDS: dict[str, tuple[str, Callable[[Path], None], tuple[int, int]]] = {
    "cmyk": ("a.jpg", lambda path: Image.new("CMYK", (30, 20), (0, 255, 255, 0)).save(path), (30, 20)),
    "sixteen bit": ("a.png", lambda path: Image.new("I;16", (30, 20), 200).save(path), (30, 20)),
    "transparent": ("a.png", lambda path: Image.new("RGBA", (30, 20), (9, 9, 9, 0)).save(path), (30, 20)),
    "palette": ("a.gif", lambda path: Image.new("P", (30, 20)).save(path), (30, 20)),
    "one pixel": ("a.png", lambda path: Image.new("RGB", (1, 1)).save(path), (1, 1)),
    "long": ("a.png", lambda path: Image.new("RGB", (9000, 3)).save(path), (9000, 3)),
    "turned": ("a.jpg", save_exif, (20, 40)),
    "chinese": ("图片/红色 圆形.png", lambda path: Image.new("RGB", (30, 20)).save(path), (30, 20)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_shown_upright(canvas: Canvas, qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    name, save, size = KINDS[kind]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    save(path)
    show(qtbot, canvas, path)
    assert canvas.picture_size == size
    assert not canvas.viewport().grab().toImage().isNull()


def test_a_turned_picture_has_its_colours_where_the_model_sees_them(
    canvas: Canvas, qtbot: QtBot, tmp_path: Path
) -> None:
    image = Image.new("RGB", (400, 200), "red")
    image.paste("blue", (0, 0, 200, 200))  # left half; upright after a quarter turn: the upper half
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.png", exif=exif)
    show(qtbot, canvas, tmp_path / "turned.png")
    assert pixel(canvas, 100, 50).name() == "#0000ff"
    assert pixel(canvas, 100, 350).name() == "#ff0000"


BAD: dict[str, Callable[[Path], object]] = {
    "no picture": lambda path: path.write_text("this is no picture"),
    "empty": lambda path: path.write_bytes(b""),
    "missing": lambda path: None,
    "truncated": lambda path: path.write_bytes(_noise_jpeg(path)[:1500]),
    "huge": lambda path: path.write_bytes(_huge_png_header()),
}


def _noise_jpeg(path: Path) -> bytes:
    Image.effect_noise((300, 200), 80).convert("RGB").save(path, "JPEG")
    return path.read_bytes()


def _huge_png_header() -> bytes:
    """A PNG that says it has 200 megapixels."""
    import struct
    import zlib

    body = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 10_000, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"")
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_picture_says_why_and_the_next_one_is_shown(
    canvas: Canvas, told: Told, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    bad = tmp_path / "bad.jpg"
    BAD[kind](bad)
    with qtbot.waitSignal(canvas.pictureFailed, timeout=10_000) as failed:
        canvas.set_picture(bad)
    assert str(bad) in failed.args[1]
    assert canvas.message == failed.args[1]
    drag(canvas, (10, 10), (50, 50))
    assert told.drawn == []
    show(qtbot, canvas, make_picture(tmp_path / "good.png"))
    assert canvas.message == ""


def test_boxes_wait_for_their_picture(canvas: Canvas, qtbot: QtBot, tmp_path: Path) -> None:
    path = make_picture(tmp_path / "next.png", (320, 240))
    with qtbot.waitSignal(canvas.pictureShown):
        canvas.set_picture(path)
        canvas.set_boxes([ShownBox(1, Rect(10, 10, 50, 50), "cup")])
        assert canvas.picture_size == (640, 480)
        assert not any(item.isVisible() for item in canvas.scene().items() if item.zValue() > -1e17)
    assert canvas.picture_size == (320, 240)
    click(canvas, 30, 30)
    assert canvas.selected == 1


def test_a_picture_that_was_decoded_ahead_is_shown_at_once(canvas: Canvas, qtbot: QtBot, tmp_path: Path) -> None:
    path = make_picture(tmp_path / "ahead.png", (320, 240))
    canvas.loader.prefetch([path])
    qtbot.waitUntil(lambda: canvas.loader.cached(path) is not None)
    canvas.set_picture(path)
    assert canvas.picture_size == (320, 240)


def test_an_edited_file_is_decoded_again(canvas: Canvas, qtbot: QtBot, tmp_path: Path) -> None:
    import os

    path = make_picture(tmp_path / "edited.png", (320, 240))
    show(qtbot, canvas, path)
    make_picture(path, (100, 50))
    os.utime(path, ns=(1, 1))
    show(qtbot, canvas, path)
    assert canvas.picture_size == (100, 50)


def test_the_loader_keeps_to_its_memory(qtbot: QtBot, tmp_path: Path) -> None:
    from qvl_desktop.gui.widgets.picture_loader import PictureLoader

    loader = PictureLoader(cache_bytes=3 * 100 * 100 * 4)
    paths = [make_picture(tmp_path / f"{n}.png", (100, 100)) for n in range(6)]
    for path in paths:
        with qtbot.waitSignal(loader.loaded):
            loader.request(path)
    assert [path for path in paths if loader.cached(path)] == paths[-3:]
    loader.shut_down()


class Painted(QObject):
    """What a widget was asked to paint from now on."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region = self.region.united(event.region())
        return False


@pytest.mark.parametrize("chosen", ["small", None])
def test_another_label_is_painted_at_once(boxed: Canvas, qtbot: QtBot, chosen: str | None) -> None:
    boxed.select(chosen)
    painted = begin_painting_anew(boxed, qtbot)
    boxed.set_boxes([ShownBox("large", LARGE, "crate"), ShownBox("small", SMALL, "mug")])
    qtbot.waitUntil(lambda: painted.region.contains(above(boxed, SMALL)), timeout=5_000)


def test_a_box_that_lights_up_is_painted_at_once(boxed: Canvas, qtbot: QtBot) -> None:
    painted = begin_painting_anew(boxed, qtbot)
    boxed.highlight("small")
    qtbot.waitUntil(lambda: painted.region.contains(above(boxed, SMALL)), timeout=5_000)


def begin_painting_anew(canvas: Canvas, qtbot: QtBot) -> Painted:
    """What is painted once everything that was due has been."""
    qtbot.wait(100)
    return Painted(canvas.viewport())


def above(canvas: Canvas, rect: Rect) -> QRect:
    """Where the label of a box is."""
    return QRect(on_screen(canvas, rect.x1, rect.y1) - QPoint(0, 10), QSize(12, 8))
