"""Compares a picture of the window with its golden one, with a tolerance.

Owns what counts as different. What another rasteriser of letters does (hinting, antialiasing, half a pixel) is no
difference; a widget that moved, is gone, is cut off or has another colour is one. Does not own making pictures
(`golden`).

How: both pictures are halved in size, this one in each of the four ways in which its pixels can be taken together. A
pixel is *out of place* by as much as it leaves the range of values that the other picture has within `REACH` pixels of
it; below `SLIGHT` nothing counts. An edge that moved by a pixel thus costs nothing, one that moved further costs its
whole length. What is out of place is summed over tiles of `TILE` pixels; a tile with more than `ALLOWED` is a
difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Pixels = np.ndarray
REACH = 1
"""Pixels of the halved picture, two of the whole one."""
SLIGHT = 9
"""Levels of 255."""
STEP = 4
"""Levels between two that a golden picture keeps."""
TILE = 16
"""Side of a tile in the halved picture; tiles overlap by half."""
ALLOWED = 400
"""Levels over all pixels of a tile, each pixel by its most different channel. Letters fitted to whole pixels, or all
moved by a pixel, come to less than 100, a word of another colour to 900, a button that moved by 8 pixels to 3,000."""


@dataclass(frozen=True)
class Difference:
    """Where two pictures differ: rectangles in pixels of the whole picture, worst first; `worst` is the sum of levels
    in the worst tile. Without rectangles they are alike."""

    places: tuple[tuple[int, int, int, int], ...]
    worst: float
    sizes: str = ""

    def __bool__(self) -> bool:
        return bool(self.places) or bool(self.sizes)

    def __str__(self) -> str:
        if self.sizes:
            return self.sizes
        shown = ", ".join(f"{x}, {y} to {right}, {bottom}" for x, y, right, bottom in self.places[:4])
        more = f" and {len(self.places) - 4} more places" if len(self.places) > 4 else ""
        return f"differs at {shown}{more} ({self.worst:.0f} levels; {ALLOWED} are allowed)"


def difference(golden: Image.Image, now: Image.Image) -> Difference:
    """What is different in `now`; `golden` is what `kept` made of the picture that is right."""
    width, height = now.width // 2, now.height // 2
    if abs(golden.width - width) > REACH or abs(golden.height - height) > REACH:
        words = f"it is {now.width} x {now.height} and was {2 * golden.width} x {2 * golden.height}"
        return Difference((), 0.0, words)
    width, height = min(width, golden.width), min(height, golden.height)
    golden, now = golden.crop((0, 0, width, height)), now.convert("RGB").crop((0, 0, 2 * width, 2 * height))
    if golden.tobytes() == kept(now).tobytes():
        return Difference((), 0.0)
    out = out_of_place(pixels_of(golden), [pixels_of(halved(shifted)) for shifted in in_four_ways(now)])
    sums = tile_sums(out)
    marked = np.zeros(out.shape, dtype=bool)
    half = TILE // 2
    for row, column in np.argwhere(sums > ALLOWED):
        marked[row * half : row * half + TILE, column * half : column * half + TILE] = True
    places = [(2 * left, 2 * top, 2 * right, 2 * bottom) for top, left, bottom, right in rectangles(marked & (out > 0))]
    places.sort(key=lambda place: (place[0] - place[2]) * (place[3] - place[1]))
    return Difference(tuple(places), float(sums.max()))


def in_four_ways(picture: Image.Image) -> list[Image.Image]:
    """The picture, and moved by one pixel to the left, up, and both, so that which pixels become one is no matter."""
    found = []
    for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
        moved = picture.copy()
        moved.paste(picture, (-right, -down))
        found.append(moved)
    return found


def pixels_of(picture: Image.Image) -> Pixels:
    """int16 [height, width, 3]."""
    return np.asarray(picture, dtype=np.int16)


def kept(picture: Image.Image) -> Image.Image:
    """What is kept of a picture as a golden one: half as wide and high, and of each colour only every fourth level,
    which takes a third less room."""
    return halved(picture).point(lambda level: min(255, (level + STEP // 2) // STEP * STEP))


def halved(picture: Image.Image) -> Image.Image:
    """RGB, half as wide and high: four pixels become one."""
    return picture.convert("RGB").reduce(2)


def out_of_place(golden: Pixels, now: list[Pixels]) -> Pixels:
    """float32 [height, width]: by how many levels each pixel of `golden` leaves what is near it in any way of halving
    `now`, or that of `now` which leaves it least what is near it in `golden`. All are int16 [height, width, 3]."""
    low, high = near(golden)
    added = np.minimum.reduce([excess(one, low, high) for one in now])
    ranges = [near(one) for one in now]
    low, high = (how.reduce([pair[end] for pair in ranges]) for end, how in enumerate((np.minimum, np.maximum)))
    most = np.maximum(added, excess(golden, low, high)).max(axis=2).astype(np.float32)
    return np.where(most > SLIGHT, most, 0)


def excess(pixels: Pixels, low: Pixels, high: Pixels) -> Pixels:
    """By how much each value leaves its range."""
    return np.maximum(np.maximum(low - pixels, pixels - high), 0)


def near(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The least and the greatest value within `REACH` pixels, channel by channel."""
    low = high = pixels
    for axis in (0, 1):
        low, high = least(low, axis), -least(-high, axis)
    return low, high


def least(pixels: Pixels, axis: int) -> Pixels:
    """The least value along one axis."""
    edges = [(0, 0)] * pixels.ndim
    edges[axis] = (REACH, REACH)
    padded, size = np.pad(pixels, edges, mode="edge"), pixels.shape[axis]
    found = pixels
    for shift in range(2 * REACH + 1):
        found = np.minimum(found, np.take(padded, range(shift, shift + size), axis=axis))
    return found


def tile_sums(out: Pixels) -> Pixels:
    """The sum of each tile; tiles begin every half tile."""
    half = TILE // 2
    height, width = (-(-side // half) * half for side in out.shape)
    padded = np.pad(out, ((0, height - out.shape[0]), (0, width - out.shape[1])))
    quarter = padded.reshape(height // half, half, width // half, half).sum(axis=(1, 3))
    quarter = np.pad(quarter, ((0, 1), (0, 1)))
    return quarter[:-1, :-1] + quarter[1:, :-1] + quarter[:-1, 1:] + quarter[1:, 1:]


def rectangles(marked: Pixels) -> list[tuple[int, int, int, int]]:
    """Rectangles (top, left, bottom, right) around what is marked, touching tiles in one."""
    half = TILE // 2
    height, width = (-(-side // half) * half for side in marked.shape)
    padded = np.pad(marked, ((0, height - marked.shape[0]), (0, width - marked.shape[1])))
    cells = {
        (int(row), int(column))
        for row, column in np.argwhere(padded.reshape(height // half, half, width // half, half).any(axis=(1, 3)))
    }
    found = []
    while cells:
        group, border = [], [cells.pop()]
        while border:
            row, column = border.pop()
            group.append((row, column))
            beside = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & cells
            cells -= beside
            border += beside
        top, left = (min(cell[axis] for cell in group) * half for axis in (0, 1))
        bottom, right = ((max(cell[axis] for cell in group) + 1) * half for axis in (0, 1))
        inside = np.argwhere(padded[top:bottom, left:right])
        (first, start), (last, end) = inside.min(axis=0), inside.max(axis=0)
        found.append((int(top + first), int(left + start), int(top + last + 1), int(left + end + 1)))
    return found


def marked_picture(now: Image.Image, found: Difference) -> Image.Image:
    """The whole picture, paled, with what differs framed."""
    picture = Image.blend(now.convert("RGB"), Image.new("RGB", now.size, "white"), 0.5)
    draw = ImageDraw.Draw(picture)
    for x, y, right, bottom in found.places:
        picture.paste(now.crop((x, y, right, bottom)), (x, y))
        draw.rectangle((x - 4, y - 4, right + 3, bottom + 3), outline=(230, 0, 60), width=2)
    return picture
