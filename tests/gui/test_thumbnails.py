"""Thumbnails: upright, small, kept on disk, and made anew when the picture changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from qvl_desktop.core.errors import PictureError
from qvl_desktop.gui.widgets.picture_loader import PictureLoader
from qvl_desktop.gui.widgets.thumbnail_files import place_of, shrink
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


def test_what_is_out_of_sight_is_not_made_and_what_is_in_sight_comes_first(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [make_picture(tmp_path / f"{number}.png", (60, 60)) for number in range(60)]
    thumbnails = Thumbnails(folder=tmp_path / "cache")
    came: list[Path] = []
    thumbnails.ready.connect(came.append)
    for path in paths[:30]:
        thumbnails.get(path)
    thumbnails.only(paths[40:50])
    assert thumbnails.waiting <= 10
    qtbot.waitUntil(lambda: set(paths[40:50]) <= set(came), timeout=10_000)
    thumbnails.shut_down()
    begun = set(came) - set(paths[40:50])
    assert len(begun) <= 2, "only what had begun was made besides"
    assert came.index(paths[40]) < came.index(paths[49])


def test_memory_and_disk_are_bounded(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qvl_desktop.gui.widgets.thumbnails.KEPT_BYTES", 5 * 60 * 60 * 4)
    paths = [make_picture(tmp_path / f"{number}.png", (60, 60)) for number in range(20)]
    thumbnails = Thumbnails(folder=tmp_path / "cache")
    came: list[Path] = []
    thumbnails.ready.connect(came.append)
    thumbnails.only(paths)
    qtbot.waitUntil(lambda: len(came) == len(paths), timeout=10_000)
    assert sum(path in thumbnails._kept for path in paths) <= 5
    thumbnails.shut_down()
    places = {path: place_of(path, tmp_path / "cache", SIDE) for path in paths}
    for age, place in enumerate(places.values()):
        assert place is not None
        os.utime(place, (1_000_000 + age, 1_000_000 + age))
    left_over = tmp_path / "cache" / "00" / "x.999-1"
    left_over.parent.mkdir(exist_ok=True)
    left_over.write_bytes(b"half")
    os.utime(left_over, (1, 1))
    total = sum(place.stat().st_size for place in places.values() if place)
    assert shrink(tmp_path / "cache", total) == 0
    assert not left_over.exists()
    gone = shrink(tmp_path / "cache", total // 2)
    kept = [place is not None and place.exists() for place in places.values()]
    assert 0 < gone == kept.count(False)
    assert kept == sorted(kept), "the oldest went first"
    assert not list(tmp_path.glob("*.jpg")), "nothing lies beside the pictures"


def test_several_windows_share_the_folder(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    paths = [make_picture(tmp_path / f"{number}.png", (300, 200)) for number in range(6)]
    with ThreadPoolExecutor(8) as executor:
        made = list(executor.map(lambda n: thumbnail(paths[n % 6], tmp_path / "cache").size(), range(96)))
        executor.map(lambda _: shrink(tmp_path / "cache", 0), range(4))
        more = list(executor.map(lambda n: thumbnail(paths[n % 6], tmp_path / "cache").size(), range(96)))
    assert {(size.width(), size.height()) for size in (*made, *more)} == {(SIDE, 107)}
    assert all(entry.suffix == ".jpg" for entry in (tmp_path / "cache").rglob("*") if entry.is_file())


def test_a_file_that_changed_is_made_anew(qtbot: QtBot, tmp_path: Path) -> None:
    path = make_picture(tmp_path / "a.png", (100, 100), "red")
    thumbnails = Thumbnails(folder=tmp_path / "cache")
    qtbot.waitUntil(lambda: isinstance(thumbnails.get(path), QImage))
    make_picture(path, (100, 100), "blue")
    os.utime(path, ns=(1, 1))
    thumbnails.forget([path])
    qtbot.waitUntil(lambda: isinstance(thumbnails.get(path), QImage))
    made = thumbnails.get(path)
    assert isinstance(made, QImage)
    assert made.pixelColor(50, 50).blue() > 200
    thumbnails.shut_down()


def test_the_picture_on_show_and_the_next_one_stay_however_large(qtbot: QtBot, tmp_path: Path) -> None:
    paths = [make_picture(tmp_path / f"{number}.png", (200, 200)) for number in range(4)]
    loader = PictureLoader(cache_bytes=1)
    with qtbot.waitSignal(loader.loaded):
        loader.request(paths[0])
    loader.prefetch(paths[1:3])
    qtbot.waitUntil(lambda: not loader._later and not loader._running)
    assert [loader.cached(path) is not None for path in paths] == [True, True, True, False]
    with qtbot.waitSignal(loader.loaded):
        loader.request(paths[1])
    loader.prefetch([paths[3]])
    qtbot.waitUntil(lambda: loader.cached(paths[3]) is not None)
    assert [loader.cached(path) is not None for path in paths] == [False, True, False, True]
    loader.shut_down()
