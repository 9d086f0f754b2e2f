"""Thumbnails: upright, small, kept on disk, and made anew when the picture changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from qvl_desktop.core.errors import PictureError
from qvl_desktop.gui.widgets.thumbnails import SIDE, Thumbnails, thumbnail
from tests.gui.pictures import make_picture


def test_a_thumbnail_is_upright_and_kept(tmp_path: Path) -> None:
    image = Image.new("RGB", (2000, 1000), "red")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    made = thumbnail(tmp_path / "turned.jpg", tmp_path / "cache")
    assert (made.width(), made.height()) == (SIDE // 2, SIDE)
    assert len(list((tmp_path / "cache").rglob("*.jpg"))) == 1
    again = thumbnail(tmp_path / "turned.jpg", tmp_path / "cache")
    assert again.size() == made.size()


def test_an_edited_picture_gets_a_new_thumbnail(tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", (100, 100), "red")
    thumbnail(path, tmp_path / "cache")
    make_picture(path, (100, 100), "blue")
    os.utime(path, ns=(1, 1))
    assert thumbnail(path, tmp_path / "cache").pixelColor(50, 50).blue() > 200


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    made = thumbnail(make_picture(tmp_path / "a.png"), tmp_path / "cache")
    assert made.width() == SIDE


def test_a_bad_picture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_text("no picture")
    with pytest.raises(PictureError):
        thumbnail(tmp_path / "bad.png", tmp_path / "cache")


def test_they_are_made_in_the_background_and_asked_for_by_rows_in_sight(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [make_picture(tmp_path / f"{number}.png", (60, 60)) for number in range(200)]
    thumbnails = Thumbnails(folder=tmp_path / "cache")
    assert all(thumbnails.get(path) is None for path in paths)
    qtbot.waitUntil(lambda: isinstance(thumbnails.get(paths[-1]), QImage), timeout=10_000)
    (tmp_path / "bad.png").write_text("no picture")
    qtbot.waitUntil(lambda: isinstance(thumbnails.get(tmp_path / "bad.png"), str), timeout=10_000)
    thumbnails.shut_down()
    made = sum(isinstance(thumbnails._kept.get(path), QImage) for path in paths)
    assert made < len(paths)  # the oldest wishes were forgotten
