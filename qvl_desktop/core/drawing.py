"""Boxes on a picture file, with Pillow: for samples of a run, the command line and reports.

Owns colours, fonts and the layout of labels on a raster picture. Does not own the canvas of the window (`gui`).
"""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from qvl_desktop.core.box import Box, Rect
from qvl_desktop.core.pictures import to_rgb

Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

TRUTH: Colour = (24, 160, 88)
ANSWER: Colour = (37, 99, 235)
MISSED: Colour = (220, 58, 48)
"""True boxes, answered ones, and answered ones that miss."""

_FONTS = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Medium.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
)
"""Where systems keep a font that has Chinese; without one, Pillow's own is used."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """One box to draw. A `dashed` one is the truth beside an answer."""

    box: Box
    label: str
    colour: Colour
    dashed: bool = False


@lru_cache(maxsize=16)
def label_font(size: int) -> Font:
    """A font of `size` pixels that has Chinese where the system has one."""
    for path in _FONTS:
        if Path(path).is_file():
            try:
                return ImageFont.truetype(path, size)
            except OSError:
                continue
    return ImageFont.load_default(size)


def ref_colour(ref: str) -> Colour:
    """A strong colour that is always the same for a phrase."""
    number = int.from_bytes(hashlib.sha256(ref.strip().lower().encode()).digest()[:4], "big")
    red, green, blue = colorsys.hls_to_rgb((number % 360) / 360, 0.45, 0.75)
    return round(red * 255), round(green * 255), round(blue * 255)


def draw_boxes(picture: Image.Image, boxes: Iterable[DrawnBox], *, longest_side: int = 0) -> Image.Image:
    """A copy of the upright picture with boxes and labels on it, RGB.

    With `longest_side`, larger pictures are scaled down to it first, so that lines and letters keep their size.
    """
    shown = to_rgb(picture)
    if longest_side and max(shown.size) > longest_side:
        scale = longest_side / max(shown.size)
        size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        shown = shown.resize(size, Image.Resampling.LANCZOS)
    else:
        shown = shown.copy()
    draw = ImageDraw.Draw(shown)
    unit = max(2, round(max(shown.size) / 220))
    for drawn in boxes:
        rect = drawn.box.decode(*shown.size)
        if drawn.dashed:
            _dashed(draw, rect, drawn.colour, unit)
        else:
            draw.rectangle((rect.x1, rect.y1, rect.x2, rect.y2), outline=drawn.colour, width=unit)
        if drawn.label:
            _label(draw, shown.size, rect, drawn.label, drawn.colour, unit)
    return shown


def _dashed(draw: ImageDraw.ImageDraw, rect: Rect, colour: Colour, unit: int) -> None:
    dash = unit * 4
    for x1, y1, x2, y2 in (
        (rect.x1, rect.y1, rect.x2, rect.y1),
        (rect.x1, rect.y2, rect.x2, rect.y2),
        (rect.x1, rect.y1, rect.x1, rect.y2),
        (rect.x2, rect.y1, rect.x2, rect.y2),
    ):
        length = max(x2 - x1, y2 - y1)
        across, down = (1, 0) if y1 == y2 else (0, 1)
        place = 0.0
        while place < length:
            end = min(place + dash, length)
            draw.line((x1 + across * place, y1 + down * place, x1 + across * end, y1 + down * end), colour, unit)
            place += dash * 1.8


def _label(draw: ImageDraw.ImageDraw, size: tuple[int, int], rect: Rect, text: str, colour: Colour, unit: int) -> None:
    """The label above its box, inside the picture, on a plate of the box's colour."""
    font = label_font(max(12, unit * 7))
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    width, height = right - left + 2 * unit, bottom - top + 2 * unit
    x = min(max(0.0, rect.x1), max(0.0, size[0] - width))
    y = rect.y1 - height if rect.y1 >= height else min(rect.y1, size[1] - height)
    draw.rectangle((x, y, x + width, y + height), fill=colour)
    ink = (255, 255, 255) if sum(colour) < 480 else (20, 20, 20)
    draw.text((x + unit - left, y + unit - top), text, fill=ink, font=font)


PAPER: Colour = (250, 250, 248)
INK: Colour = (30, 30, 34)
QUIET: Colour = (110, 110, 116)


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture of a sheet and the line below it."""

    picture: Image.Image
    caption: str
    colour: Colour = QUIET


def sheet(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]], *, side: int = 380) -> Image.Image:
    """A sheet of captioned pictures: a title, a head for each column, a row for each of `rows`.

    Pictures are fitted into columns of `side` pixels; each row is as high as its highest picture.
    """
    gap, caption, head = 20, 30, 44
    fitted = [[_fitted(cell.picture, side) for cell in row] for row in rows]
    heights = [max(picture.height for picture in row) for row in fitted]
    width = len(heads) * (side + gap) + gap
    top = gap + 40 + head
    page = Image.new("RGB", (width, top + sum(height + caption + gap for height in heights)), PAPER)
    draw = ImageDraw.Draw(page)
    draw.text((gap, gap), title, fill=INK, font=label_font(26))
    for column, text in enumerate(heads):
        draw.text((gap + column * (side + gap), gap + 48), text, fill=QUIET, font=label_font(18))
    y = top
    for row, pictures, height in zip(rows, fitted, heights, strict=True):
        for column, (cell, picture) in enumerate(zip(row, pictures, strict=True)):
            x = gap + column * (side + gap)
            page.paste(picture, (x, y + (height - picture.height) // 2))
            draw.text((x, y + height + 6), _clipped(draw, cell.caption, side), fill=cell.colour, font=label_font(16))
        y += height + caption + gap
    return page


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    scale = side / picture.width
    return picture.resize((side, max(1, round(picture.height * scale))), Image.Resampling.LANCZOS)


def _clipped(draw: ImageDraw.ImageDraw, text: str, width: int) -> str:
    """The text, or as much of its beginning as fits into `width` pixels."""
    font = label_font(16)
    if draw.textlength(text, font=font) <= width:
        return text
    while text and draw.textlength(text + "…", font=font) > width:
        text = text[:-1]
    return text + "…"
