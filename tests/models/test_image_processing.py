"""Pixels against the original's, byte for byte, and what differs on purpose."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from qvl_desktop.core.errors import PictureError
from qvl_desktop.models.qwen_vl import QwenVLImageProcessor
from tests.models.golden_text import GOLDEN, load

PICTURES = load("images")["images"]
ROTATED = "images/exif6_90x60.jpg"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("golden", PICTURES, ids=[picture["file"] for picture in PICTURES])
def test_pixels_are_those_of_the_original(golden: dict[str, Any]) -> None:
    source: Path | Image.Image = GOLDEN / golden["file"]
    if golden["file"] == ROTATED:  # the original ignores EXIF: without it the numbers are the same
        source = Image.open(source)
        source.getexif().clear()
        source = Image.frombytes(source.mode, source.size, source.tobytes())
    processor = QwenVLImageProcessor()
    pixels = processor.pixels(source)
    assert (pixels.dtype, pixels.shape) == (np.float32, (3, 448, 448))
    assert digest(processor.resize(source).tobytes()) == golden["sha256_resized_uint8"]
    assert digest(pixels.tobytes()) == golden["sha256_float32"]


def test_a_rotated_photo_is_seen_upright_once() -> None:
    path = GOLDEN / ROTATED
    raw = Image.open(path)
    assert raw.getexif()[0x0112] == 6
    upright = Image.frombytes(raw.mode, raw.size, raw.tobytes()).transpose(Image.Transpose.ROTATE_270)
    expected = QwenVLImageProcessor().pixels(upright)
    for source in (path, str(path), path.read_bytes(), Image.open(path)):
        assert np.array_equal(QwenVLImageProcessor().pixels(source), expected)


def test_cmyk_and_palette_with_alpha_become_rgb() -> None:
    buffer = BytesIO()
    Image.new("CMYK", (20, 10), (0, 255, 255, 0)).save(buffer, "TIFF")
    resized = QwenVLImageProcessor(image_size=8).resize(buffer.getvalue())
    assert (resized.mode, resized.size, resized.getpixel((4, 4))) == ("RGB", (8, 8), (255, 0, 0))
    palette = Image.new("P", (4, 4))
    palette.putpalette([10, 20, 30])
    palette.info["transparency"] = 0
    assert QwenVLImageProcessor(image_size=8).resize(palette).getpixel((0, 0)) == (10, 20, 30)


def test_a_batch_keeps_the_order() -> None:
    processor = QwenVLImageProcessor(image_size=28)
    pictures = [Image.new("RGB", (5, 9), color) for color in ("red", "blue")]
    batch = processor(pictures, return_tensors="pt")["pixel_values"]
    assert tuple(batch.shape) == (2, 3, 28, 28)
    assert batch[0, 0].min() > batch[0, 2].max()
    assert batch[1, 2].min() > batch[1, 0].max()
    assert tuple(processor([], return_tensors="pt")["pixel_values"].shape) == (0, 3, 28, 28)


def test_saved_and_loaded(tmp_path: Path) -> None:
    QwenVLImageProcessor(image_size=224, image_mean=(0.5, 0.5, 0.5)).save_pretrained(tmp_path)
    loaded = QwenVLImageProcessor.from_pretrained(tmp_path)
    assert (loaded.image_size, loaded.image_mean) == (224, [0.5, 0.5, 0.5])


def test_an_official_folder_has_its_size_in_the_model_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"visual": {"image_size": 112}}))
    assert QwenVLImageProcessor.from_pretrained(tmp_path).image_size == 112


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "断.png"
    path.write_bytes((GOLDEN / "images" / "a_501x333.png").read_bytes()[:2000])
    with pytest.raises(PictureError, match=r"断\.png"):
        QwenVLImageProcessor()(path)


def test_pixels_are_taken_as_transformers_takes_them() -> None:
    processor, picture = QwenVLImageProcessor(image_size=28), Image.open(GOLDEN / "images" / "a_501x333.png")
    picture = picture.convert("RGB")
    expected, values = processor.pixels(picture), np.asarray(picture)
    channels_first = torch.from_numpy(values.transpose(2, 0, 1).copy())
    for source in (values, channels_first, channels_first / 255, values.astype(np.float64) / 255):
        assert np.array_equal(processor(source)["pixel_values"][0], expected)
    batch = processor(channels_first[None].expand(2, -1, -1, -1), return_tensors="pt")["pixel_values"]
    assert batch.shape == (2, 3, 28, 28)
    grey = np.asarray(picture.convert("L"))
    assert np.array_equal(processor.pixels(grey), processor.pixels(picture.convert("L")))


@pytest.mark.parametrize(
    "source",
    [None, 5, [None], np.zeros((5, 5), np.int64), np.full((5, 5, 3), 2.0), np.zeros((5, 5, 7)), np.zeros((0, 0, 3))],
    ids=str,
)
def test_what_is_no_picture_is_told_so(source: Any) -> None:
    with pytest.raises(PictureError, match=r"no picture|Pixels are uint8"):
        QwenVLImageProcessor(image_size=28)(source)
    with pytest.raises(TypeError):
        QwenVLImageProcessor(image_size=28)(source)


def test_nothing_is_fetched_from_the_network() -> None:
    with pytest.raises(PictureError, match=r"https://example\.com/a\.png: nothing is fetched"):
        QwenVLImageProcessor()("https://example.com/a.png")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    upright = Image.fromarray(np.random.default_rng(0).integers(0, 255, (30, 50, 3), dtype=np.uint8))
    undo = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90"}
    undo |= {7: "TRANSVERSE", 8: "ROTATE_270"}
    stored = upright.transpose(Image.Transpose[undo[orientation]]) if orientation in undo else upright
    exif, buffer = Image.Exif(), BytesIO()
    exif[0x0112] = orientation
    stored.save(buffer, "PNG", exif=exif)
    processor = QwenVLImageProcessor(image_size=28)
    assert np.array_equal(processor.pixels(buffer.getvalue()), processor.pixels(upright))
    assert np.array_equal(processor.pixels(Image.open(buffer)), processor.pixels(upright))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_a_film_counts(kind: str) -> None:
    frames, buffer = [Image.new("RGB", (9, 9), colour) for colour in ("red", "lime")], BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], **options)
    assert QwenVLImageProcessor(image_size=8).resize(buffer.getvalue()).getpixel((4, 4)) == (255, 0, 0)


MODES = ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV", "I;16", "I", "F"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_every_mode_and_shape_makes_pixels(mode: str, size: tuple[int, int]) -> None:
    pixels = QwenVLImageProcessor(image_size=28).pixels(Image.new(mode, size))
    assert pixels.shape == (3, 28, 28)
    assert np.isfinite(pixels).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_half_a_file_is_refused(kind: str) -> None:
    picture, buffer = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)), BytesIO()
    picture.save(buffer, kind)
    with pytest.raises(PictureError):
        QwenVLImageProcessor()(buffer.getvalue()[: len(buffer.getvalue()) // 2])
