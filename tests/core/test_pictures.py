"""Pictures of every kind: good ones upright, bad ones named, none decoded that is too large."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.pictures import open_upright, picture_size, to_rgb

ORIENTATION = 0x0112


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotated_pictures_are_upright_everywhere(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste((255, 0, 0), (0, 0, 30, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that the orientation undoes
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = tmp_path / "写真.png"
    stored.save(path, exif=exif)
    assert picture_size(path) == (60, 40)
    opened = to_rgb(open_upright(path))
    assert opened.size == (60, 40)
    assert opened.getpixel((5, 5)) == (255, 0, 0)
    assert opened.getpixel((55, 35)) == (255, 255, 255)


def test_an_orientation_behind_the_pixels_is_found(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    path = tmp_path / "late.png"
    Image.new("RGB", (60, 40)).save(path)
    data = path.read_bytes()
    end = data.rindex(b"IEND") - 4
    path.write_bytes(data[:end] + chunk(b"eXIf", exif.tobytes()[6:]) + data[end:])
    assert picture_size(path) == open_upright(path).size == (40, 60)


def test_the_size_of_a_png_is_read_without_its_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = PngInfo()
    info.add_text("Author", "somebody")
    path = tmp_path / "text.png"
    Image.new("RGB", (60, 40)).save(path, pnginfo=info)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    assert picture_size(path) == (60, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tif"
    Image.new(mode, (30, 20)).save(path)
    assert picture_size(path) == (30, 20)
    rgb = to_rgb(open_upright(path))
    assert (rgb.mode, rgb.size) == ("RGB", (30, 20))


BAD = {
    "nothing.jpg": (b"", "empty"),
    "words.jpg": (b"these are words, not a picture", "not a picture"),
    "huge.png": (png_that_claims(20_000, 10_000), "megapixels"),
    "endless.png": (png_that_claims(2_000_000, 2_000_000), "megapixels"),
    "flat.png": (png_that_claims(0, 10), "flat.png"),
    "header.png": (png_that_claims(100, 100)[:20], "header.png"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_pictures_are_named_with_the_reason(tmp_path: Path, name: str) -> None:
    data, words = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)
    for read in (picture_size, open_upright):
        with pytest.raises(PictureError, match=words) as caught:
            read(path)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif", "webp", "gif"])
def test_a_picture_cut_off_anywhere_is_a_picture_error_or_fine(tmp_path: Path, ending: str) -> None:
    whole = tmp_path / f"whole.{ending}"
    Image.effect_noise((120, 90), 80).convert("RGB").save(whole)
    data = whole.read_bytes()
    refused = 0
    for share in range(1, 20):
        path = tmp_path / f"cut{share}.{ending}"
        path.write_bytes(data[: len(data) * share // 20])
        for read in (picture_size, open_upright):
            with suppress(PictureError):
                read(path)
                continue
            refused += 1
    assert refused >= 15


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.png", tmp_path):
        with pytest.raises(PictureError, match="cannot be read"):
            picture_size(path)


def test_bytes_are_read_under_the_name_given() -> None:
    with pytest.raises(PictureError, match="upload 3"):
        open_upright(b"no", name="upload 3")
