"""Looks: pictures that were scaled, compressed or cut a little are found again, others are not, and quickly."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from qvl_desktop.core.looks import LENGTH, is_near, look_of, near_pairs


def scene(seed: int, size: tuple[int, int] = (320, 200)) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", size, tuple(rng.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, side = rng.uniform(-50, size[0]), rng.uniform(-50, size[1]), rng.uniform(10, 120)
        draw.ellipse((x, y, x + side, y + side * 0.7), fill=tuple(rng.randrange(256) for _ in range(3)))
    return image


def plain(seed: int) -> Image.Image:
    rng = random.Random(seed)
    image = Image.new("RGB", (300, 300), (240, 240, 235))
    for _ in range(2):
        x, y, side = rng.uniform(0, 220), rng.uniform(0, 220), rng.uniform(40, 80)
        ImageDraw.Draw(image).rectangle((x, y, x + side, y + side), fill=tuple(rng.randrange(200) for _ in range(3)))
    return image


def jpeg(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=35)
    return Image.open(io.BytesIO(buffer.getvalue()))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "compressed": jpeg,
    "half": lambda image: image.resize((image.width // 2, image.height // 2)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.06),
    "other mode": lambda image: image.convert("RGBA"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("make", [scene, plain])
def test_the_same_picture_is_known_again(make: Callable[[int], Image.Image], change: str) -> None:
    for seed in range(12):
        image = make(seed)
        assert is_near(look_of(image), look_of(CHANGES[change](image)))
        assert not is_near(look_of(image), look_of(make(seed + 100)))


def test_flat_pictures_are_told_apart_by_their_colour() -> None:
    looks = [look_of(Image.new("RGB", (64, 48), (grey, 90, 120))) for grey in (0, 40, 80, 81)]
    assert all(len(look) == LENGTH for look in looks)
    assert set(near_pairs(looks)) == {(3, 2)}


def test_the_search_finds_what_comparing_all_with_all_finds() -> None:
    rng = random.Random(3)
    looks: list[str] = []
    for number in range(400):
        if number % 4 or not looks:
            looks.append(f"{rng.getrandbits(64):016x}{rng.getrandbits(64):016x}{rng.getrandbits(384):096x}")
            continue
        old = rng.choice(looks)
        flipped = int(old[:16], 16)
        for bit in rng.sample(range(64), rng.randint(0, 9)):
            flipped ^= 1 << bit
        looks.append(f"{flipped:016x}{old[16:]}")
    wanted = {(b, a) for a in range(400) for b in range(a + 1, 400) if is_near(looks[a], looks[b])}
    found = set(near_pairs(looks))
    assert found <= wanted
    exact = {(b, a) for b, a in wanted if looks[a] == looks[b]}
    assert {b for b, _ in wanted} == {b for b, _ in found}
    assert len(found) >= len(wanted - exact) * 0.9


def test_a_crowd_of_nearly_the_same_is_joined_without_pairing_each_with_each() -> None:
    base = look_of(scene(1))
    colours = bytes.fromhex(base[32:])
    rng = random.Random(1)
    looks = []
    for _ in range(3000):
        changed = bytes(min(255, max(0, value + rng.randint(-1, 1))) for value in colours)
        looks.append(base[:32] + changed.hex())
    pairs = list(near_pairs(looks))
    assert len(pairs) < 20 * len(looks)
    assert {later for later, _ in pairs} == set(range(1, len(looks)))


def test_empty_looks_match_nothing_and_progress_is_told() -> None:
    told: list[int] = []
    assert list(near_pairs([""] * 200, told.append)) == []
    assert told == [0, 64, 128, 192]
