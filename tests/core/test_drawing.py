"""Drawn boxes stand where they should, also at the edges, and sheets hold every cell."""

from __future__ import annotations

from PIL import Image, ImageChops

from qvl_desktop.core.box import Box
from qvl_desktop.core.drawing import ANSWER, PAPER, TRUTH, Cell, DrawnBox, draw_boxes, ref_colour, sheet

GREY = (120, 120, 120)


def changed(before: Image.Image, after: Image.Image) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(before, after).getbbox()


def test_a_box_is_drawn_at_its_place() -> None:
    picture = Image.new("RGB", (400, 200), GREY)
    drawn = draw_boxes(picture, [DrawnBox(Box(250, 500, 750, 900), "", TRUTH)])
    assert changed(picture, drawn) == (100, 100, 301, 181)
    assert drawn.getpixel((100, 140)) == TRUTH
    assert drawn.getpixel((200, 140)) == GREY
    assert picture.getpixel((100, 140)) == GREY


def test_labels_stay_inside_the_picture() -> None:
    picture = Image.new("RGB", (300, 200), GREY)
    for box in (Box(0, 0, 100, 100), Box(900, 0, 999, 50), Box(950, 950, 999, 999)):
        drawn = draw_boxes(picture, [DrawnBox(box, "红色圆形 circle", ANSWER, dashed=True)])
        found = changed(picture, drawn)
        assert found is not None
        plate = [drawn.getpixel((x, y)) for x in range(0, 300, 3) for y in range(0, 200, 3)]
        assert plate.count(ANSWER) > 20


def test_large_and_odd_pictures() -> None:
    drawn = draw_boxes(Image.new("LA", (4000, 1000)), [DrawnBox(Box(0, 0, 999, 999), "x", TRUTH)], longest_side=1000)
    assert (drawn.size, drawn.mode) == ((1000, 250), "RGB")
    assert draw_boxes(Image.new("P", (1, 1)), [DrawnBox(Box(0, 0, 0, 0), "x", TRUTH)]).size == (1, 1)


def test_colours_belong_to_refs() -> None:
    assert ref_colour("猫") == ref_colour(" 猫 ")
    assert len({ref_colour(name) for name in ("cat", "dog", "bird", "fish", "猫", "狗")}) == 6


def test_a_sheet_holds_every_cell() -> None:
    red, blue = Image.new("RGB", (50, 100), "red"), Image.new("RGB", (200, 100), "blue")
    page = sheet(
        "title", ("a", "b"), [[Cell(red, "one"), Cell(blue, "x" * 500)], [Cell(blue, ""), Cell(red, "")]], side=100
    )
    colours = {colour for _, colour in page.getcolors(100_000)}
    assert {(255, 0, 0), (0, 0, 255), PAPER} <= colours
    assert page.width == 2 * 120 + 20
    reds = sum(count for count, colour in page.getcolors(100_000) if colour == (255, 0, 0))
    assert reds == 2 * 100 * 200
