"""Seeded pictures of coloured shapes, with the tight box of every visible shape.

Owns what a scene looks like: shapes, colours, backgrounds, sizes, overlaps. It knows nothing of questions, tokens or
models. The same seed and the same :class:`SceneStyle` give the same picture, byte for byte.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SHAPES = ("circle", "square", "triangle", "star", "cross", "heart", "ring", "moon")
"""Shapes whose names the demo model is taught."""
UNSEEN_SHAPE = "gear"
"""A look that training pictures contain and the vision supervision knows, and that no training text ever names."""
ALL_SHAPES = (*SHAPES, UNSEEN_SHAPE)
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 38, 38),
    "orange": (245, 138, 24),
    "yellow": (246, 216, 38),
    "green": (44, 158, 62),
    "blue": (38, 86, 212),
    "purple": (138, 52, 172),
    "black": (20, 20, 24),
    "white": (248, 248, 246),
}
PICTURE_SIZES = ((448, 448), (640, 480), (480, 640), (512, 512), (600, 400), (400, 600), (500, 375), (560, 420))
SMALLEST_SIDE = 0.115
"""No visible box is narrower than this share of the picture's width or height (51 of 448 model pixels)."""


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One shape: its names and its visible box ``(x1, y1, x2, y2)`` in pixels, right and bottom exclusive."""

    shape: str
    colour: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class SceneStyle:
    """What may be in a scene.

    ``objects`` is the inclusive range of their number, ``overlap`` allows shapes to cover each other in part,
    ``unseen`` is the chance that one shape is :data:`UNSEEN_SHAPE`, ``repeat`` the chance that a shape copies the
    look of an earlier one, ``same_picture_size`` fixes the picture's ``(width, height)``.
    """

    objects: tuple[int, int] = (1, 5)
    overlap: bool = True
    unseen: float = 0.15
    repeat: float = 0.3
    picture_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture (``uint8``, height x width x 3, RGB), its shapes, and the map of which shape each pixel shows.

    ``owner`` is ``int8``, height x width: the index into ``objects``, or -1 for the background. ``size`` is (width,
    height).
    """

    picture: np.ndarray
    objects: tuple[SceneObject, ...]
    owner: np.ndarray
    size: tuple[int, int]


def _arc(radius: float, start: float, end: float, count: int, centre: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    angles = np.linspace(start, end, count)
    return np.stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)], axis=1)


def _star(points: int, inner: float) -> np.ndarray:
    angles = np.arange(2 * points) * math.pi / points - math.pi / 2
    radii = np.where(np.arange(2 * points) % 2 == 0, 1.0, inner)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def _heart() -> np.ndarray:
    t = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return np.stack([x, y], axis=1) / 16


def _moon() -> np.ndarray:
    tip = 0.95
    outer = _arc(1.0, tip, 2 * math.pi - tip, 40)
    x, y = outer[-1]
    centre = 0.75
    angle = math.atan2(y, x - centre)
    radius = math.hypot(x - centre, y)
    inner = _arc(radius, angle + 2 * math.pi, -angle, 30, (centre, 0.0))
    return np.concatenate([outer, inner[1:-1]])


def _gear(teeth: int = 8) -> np.ndarray:
    steps = np.arange(teeth * 4)
    angles = (
        (steps - 0.5) * (2 * math.pi / (teeth * 4))
        + np.where(steps % 4 == 1, -0.05, 0)
        + np.where(steps % 4 == 2, 0.05, 0)
    )
    radii = np.where((steps % 4 == 1) | (steps % 4 == 2), 1.0, 0.72)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


_CIRCLE = _arc(1.0, 0.0, 2 * math.pi, 49)[:-1]
_ARM = 0.34
_OUTLINES: dict[str, list[np.ndarray]] = {
    "circle": [_CIRCLE],
    "square": [np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], dtype=float)],
    "triangle": [_arc(1.0, -math.pi / 2, 3 * math.pi / 2, 4)[:-1]],
    "star": [_star(5, 0.42)],
    "cross": [
        np.array(
            [
                (-_ARM, -1), (_ARM, -1), (_ARM, -_ARM), (1, -_ARM), (1, _ARM), (_ARM, _ARM),
                (_ARM, 1), (-_ARM, 1), (-_ARM, _ARM), (-1, _ARM), (-1, -_ARM), (-_ARM, -_ARM),
            ]
        )
    ],
    "heart": [_heart()],
    "ring": [_CIRCLE, _CIRCLE * 0.58],
    "moon": [_moon()],
    "gear": [_gear(), _CIRCLE * 0.3],
}  # fmt: skip
_ROTATION = {
    "circle": 180,
    "square": 20,
    "triangle": 25,
    "star": 36,
    "cross": 20,
    "heart": 20,
    "ring": 180,
    "moon": 180,
    "gear": 45,
}
"""How far each shape may turn, in degrees either way: far enough to vary, never so far that its name becomes
doubtful."""


def shape_mask(shape: str, side: float, angle: float, stretch: float) -> np.ndarray:
    """Coverage of one shape, ``uint8`` 0..255, cut to its own bounds; ``side`` is the longer side in pixels."""
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    outlines = [(outline * (stretch, 1.0)) @ turn for outline in _OUTLINES[shape]]
    low, high = outlines[0].min(axis=0), outlines[0].max(axis=0)
    scale = side / float((high - low).max())
    size = np.maximum(np.ceil((high - low) * scale), 4).astype(int)
    image = Image.new("L", (int(size[0]) * 2, int(size[1]) * 2))
    draw = ImageDraw.Draw(image)
    for index, outline in enumerate(outlines):
        draw.polygon([(float(x), float(y)) for x, y in (outline - low) * scale * 2], fill=0 if index else 255)
    return np.asarray(image.reduce(2))


def _background(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A quiet background, float32 height x width x 3: flat, gradient, blotches or stripes of dull colours."""

    def dull() -> np.ndarray:
        grey = rng.uniform(70, 205)
        return np.clip(grey + rng.uniform(-28, 28, 3), 45, 225).astype(np.float32)

    kind = rng.integers(4)
    first, second = dull(), dull()
    if kind == 0:
        return np.broadcast_to(first, (height, width, 3)).copy()
    if kind == 3:  # stripes
        angle, period = rng.uniform(0, math.pi), rng.uniform(14, 70)
        second = first + np.clip(second - first, -45, 45)
        phase = np.arange(width, dtype=np.float32)[None] * math.cos(angle) + np.arange(height, dtype=np.float32)[
            :, None
        ] * math.sin(angle)
        share = ((phase % period) < period / 2).astype(np.float32)
    elif kind == 1:  # gradient
        angle = rng.uniform(0, 2 * math.pi)
        share = np.arange(width, dtype=np.float32)[None] * (math.cos(angle) / width) + np.arange(
            height, dtype=np.float32
        )[:, None] * (math.sin(angle) / height)
        share = (share - share.min()) / max(float(np.ptp(share)), 1e-6)
    else:  # blotches
        cells = int(rng.integers(3, 14))
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells), dtype=np.uint8))
        share = np.asarray(coarse.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32) / 255
    return first + (second - first) * share[:, :, None]


def _paint(rng: np.random.Generator, canvas: np.ndarray, mask: np.ndarray, colour: str, left: int, top: int) -> None:
    height, width = mask.shape
    tone = np.asarray(COLOURS[colour], dtype=np.float32) + rng.uniform(-12, 12, 3).astype(np.float32)
    patch = canvas[top : top + height, left : left + width]
    alpha = mask.astype(np.float32)[:, :, None] / 255
    if rng.random() < 0.5:
        light = np.linspace(rng.uniform(0.82, 1.0), rng.uniform(0.95, 1.08), height, dtype=np.float32)
        patch += alpha * (light[:, None, None] * tone - patch)
    else:
        patch += alpha * (tone - patch)


def _tight(visible: np.ndarray) -> tuple[int, int, int, int] | None:
    columns, rows = np.flatnonzero(visible.any(axis=0)), np.flatnonzero(visible.any(axis=1))
    if not columns.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def make_scene(seed: int, style: SceneStyle = SceneStyle()) -> Scene:
    """The scene of a seed. Every shape stays recognisable: at least 70 % of it, and of its box, is visible."""
    rng = np.random.default_rng(seed)
    while True:
        scene = _try_scene(rng, style)
        if scene is not None:
            return scene


def _looks(rng: np.random.Generator, style: SceneStyle) -> list[tuple[str, str]]:
    names = list(COLOURS)
    looks: list[tuple[str, str]] = []
    for _ in range(int(rng.integers(style.objects[0], style.objects[1] + 1))):
        look = (SHAPES[rng.integers(len(SHAPES))], names[rng.integers(len(names))])
        if looks and rng.random() < style.repeat:
            old = looks[rng.integers(len(looks))]
            look = (old, (old[0], look[1]), (look[0], old[1]))[rng.integers(3)]
        looks.append(look)
    if rng.random() < style.unseen:
        looks[rng.integers(len(looks))] = (UNSEEN_SHAPE, names[rng.integers(len(names))])
    return looks


def _try_scene(rng: np.random.Generator, style: SceneStyle) -> Scene | None:
    width, height = style.picture_size or PICTURE_SIZES[rng.integers(len(PICTURE_SIZES))]
    looks = _looks(rng, style)
    owner = np.full((height, width), -1, dtype=np.int8)
    placed: list[tuple[np.ndarray, int, int]] = []
    centres: list[tuple[float, float]] = []
    areas: list[int] = []
    smallest, largest = 0.135 * max(width, height), 0.46 * min(width, height)
    for index, (shape, _) in enumerate(looks):
        for _attempt in range(30):
            side = math.exp(rng.uniform(math.log(smallest), math.log(largest)))
            mask = shape_mask(
                shape, side, math.radians(rng.uniform(-1, 1) * _ROTATION[shape]), math.exp(rng.uniform(-0.25, 0.25))
            )
            high, wide = mask.shape
            if wide < SMALLEST_SIDE * width or high < SMALLEST_SIDE * height or wide >= width - 2 or high >= height - 2:
                continue
            left, top = int(rng.integers(1, width - wide)), int(rng.integers(1, height - high))
            centre = ((left + wide / 2) / width, (top + high / 2) / height)
            if any(max(abs(centre[0] - x), abs(centre[1] - y)) < 0.14 for x, y in centres):
                continue
            solid = mask > 127
            under = owner[top : top + high, left : left + wide]
            covered = under[solid]
            if (covered >= 0).any() and not (style.overlap and _leaves_enough(covered, areas)):
                continue
            if any(looks[other][1] == looks[index][1] for other in np.unique(covered) if other >= 0):
                continue  # one colour on the same colour has no edge to see
            if style.overlap and not _boxes_fit(placed, left, top, wide, high):
                continue
            under[solid] = index
            placed.append((mask, left, top))
            centres.append(centre)
            areas.append(int(solid.sum()))
            break
        else:
            return None
    objects = []
    for index, (shape, colour) in enumerate(looks):
        visible = owner == index
        box = _tight(visible)
        if box is None or visible.sum() < 0.7 * areas[index]:
            return None
        mask = placed[index][0]
        if (box[2] - box[0]) * (box[3] - box[1]) < 0.7 * mask.size:
            return None
        if box[2] - box[0] < SMALLEST_SIDE * width or box[3] - box[1] < SMALLEST_SIDE * height:
            return None
        objects.append(SceneObject(shape, colour, box))
    canvas = _background(rng, width, height)
    for (mask, left, top), (_, colour) in zip(placed, looks, strict=True):
        _paint(rng, canvas, mask, colour, left, top)
    return Scene(_finish(rng, canvas), tuple(objects), owner, (width, height))


def _leaves_enough(covered: np.ndarray, areas: list[int]) -> bool:
    counts = np.bincount(covered[covered >= 0], minlength=len(areas))
    return all(count <= 0.25 * area for count, area in zip(counts, areas, strict=True))


def _boxes_fit(placed: list[tuple[np.ndarray, int, int]], left: int, top: int, wide: int, high: int) -> bool:
    """No two boxes share more than 45 % of the smaller one: one must not sit inside another."""
    for mask, x, y in placed:
        other_high, other_wide = mask.shape
        across = min(left + wide, x + other_wide) - max(left, x)
        down = min(top + high, y + other_high) - max(top, y)
        if across > 0 and down > 0 and across * down > 0.45 * min(wide * high, other_wide * other_high):
            return False
    return True


def _finish(rng: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
    """Sensor grain on some pictures, JPEG artefacts on some others."""
    choice = rng.random()
    if choice < 0.3:
        grain = rng.standard_normal((64, 64), dtype=np.float32) * rng.uniform(2, 9)
        high, wide = canvas.shape[:2]
        canvas = canvas + np.tile(grain, (high // 64 + 1, wide // 64 + 1))[:high, :wide, None]
    picture = np.clip(canvas, 0, 255).astype(np.uint8)
    if choice > 0.8:
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "JPEG", quality=int(rng.integers(40, 90)))
        picture = np.asarray(Image.open(buffer))
    return picture


def model_pixels(picture: np.ndarray, side: int = 448) -> np.ndarray:
    """The picture as the image processor squashes it: ``uint8`` side x side x 3, PIL bicubic."""
    if picture.shape[:2] == (side, side):
        return picture
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))
